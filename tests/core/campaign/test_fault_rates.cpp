#include <QTest>

#include "campaign/fault_rates.h"
#include "common/error.h"

using namespace clipscope;

namespace {

QString error_of(const std::string& text) {
    try {
        parse_rates(text);
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestFaultRates : public QObject {
    Q_OBJECT

private slots:
    void the_paper_preset_has_the_clean_point() {
        QCOMPARE(parse_rates("paper"), (std::vector<double>{0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5}));
    }

    void lists_ascend_without_repeats() {
        QCOMPARE(parse_rates("1e-5, 1e-8,0,1E-5,-0,1"), (std::vector<double>{0, 1e-8, 1e-5, 1}));
        QVERIFY(!std::signbit(parse_rates("-0").front()));
    }

    void ranges_are_log_spaced() {
        QCOMPARE(parse_rates("1e-8:1e-5:4"), (std::vector<double>{1e-8, 1e-7, 1e-6, 1e-5}));
        QCOMPARE(parse_rates("1e-8:1e-5:7"), (std::vector<double>{1e-8, 3.16228e-8, 1e-7, 3.16228e-7, 1e-6, 3.16228e-6, 1e-5}));
        QCOMPARE(parse_rates("1.23456789e-8:0.5:2"), (std::vector<double>{1.23456789e-8, 0.5}));
        QCOMPARE(parse_rates("0,1e-3:1e-1:3"), (std::vector<double>{0, 1e-3, 1e-2, 1e-1}));
    }

    void texts_read_back_the_same() {
        const auto rates = parse_rates("0,1e-9:3e-4:11,0.1");
        QCOMPARE(parse_rates(to_text(rates)), rates);
        QCOMPARE(to_text(parse_rates("0,1e-8,0.5")), "0,1e-08,0.5");
    }

    void nonsense_is_named() {
        const std::pair<const char*, const char*> cases[] = {
            {"2", "2"},
            {"1e-8,-1", "-1"},
            {"NaN", "NaN"},
            {"", "No fault rate"},
            {" ", "No fault rate"},
            {"1e-8,,1", "''"},
            {"many", "many"},
            {"1e-8;1e-7", "1e-8;"},
            {"inf", "inf"},
            {"0:1e-5:7", "above 0"},
            {"1e-5:1e-8:7", "rise"},
            {"1e-5:1e-5:2", "rise"},
            {"1e-8:1e-5", "LOWEST"},
            {"1e-8:1e-5:1", "'1'"},
            {"1e-8:1e-5:2.5", "'2.5'"},
            {"1e-8:1e-5:nan", "'nan'"},
            {"1e-8:1e-5:7:1", "LOWEST"},
            {"1e-8:2:3", "2"},
            {"0.5:0.500001:1000", "narrow"},
            {"1e-400", "1e-400"},
        };
        for (const auto& [text, part] : cases) QVERIFY2(error_of(text).contains(part), qPrintable(QString(text) + ": " + error_of(text)));
    }
};

QTEST_GUILESS_MAIN(TestFaultRates)
#include "test_fault_rates.moc"
