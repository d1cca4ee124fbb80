// Fields and numbers of tables; lists on the command line.
#include <QTest>
#include <clocale>
#include <limits>
#include <stdexcept>

#include "common/csv_text.h"
#include "common/text_list.h"

using namespace clipscope;

class TestCsvText : public QObject {
    Q_OBJECT

private slots:
    void fields_are_quoted_only_where_needed() {
        QCOMPARE(csv_field("features.0+x y"), "features.0+x y");
        QCOMPARE(csv_field(""), "");
        QCOMPARE(csv_field("a,b"), "\"a,b\"");
        QCOMPARE(csv_field("say \"no\""), "\"say \"\"no\"\"\"");
        QCOMPARE(csv_field("two\nlines"), "\"two\nlines\"");
        QCOMPARE(csv_field("\r"), "\"\r\"");
    }

    void rows_are_complete() {
        CsvText table({"name", "rate", "count", "top5"});
        table.add("a,b").add(1e-7).add(std::int64_t(-3)).add(std::optional<double>()).end_row();
        QCOMPARE(table.text(), "name,rate,count,top5\n\"a,b\",1e-07,-3,\n");
        table.add("short");
        QVERIFY_EXCEPTION_THROWN(table.end_row(), std::logic_error);
    }

    void numbers_read_back_the_same_in_any_locale() {
        const std::string before = std::setlocale(LC_ALL, nullptr);
        std::setlocale(LC_ALL, "de_DE.UTF-8");
        for (const double number : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1e-8}) {
            QVERIFY(parse_number(number_text(number)) == number);
            QVERIFY(number_text(number).find(',') == std::string::npos);
        }
        std::setlocale(LC_ALL, before.c_str());
        QCOMPARE(number_text(0.716), "0.716");
        QCOMPARE(number_text(0.716f), "0.716");
        QCOMPARE(number_text(std::numeric_limits<double>::infinity()), "inf");
    }

    void only_whole_numbers_are_numbers() {
        for (const char* text : {"", " ", "1e", "1,5", "1e-8x", "0x10", "1e999", "+1"}) QVERIFY2(!parse_number(text), text);
        QVERIFY(std::isnan(*parse_number("nan")));
    }

    void lists_are_split_and_trimmed() {
        QCOMPARE(split_list(" a , b,,c ", ','), (std::vector<std::string>{"a", "b", "", "c"}));
        QCOMPARE(split_list("", ','), std::vector<std::string>{""});
        QCOMPARE(trimmed(" \t "), "");
        QCOMPARE(lower_case("CONV-1Ä"), "conv-1Ä");
    }
};

QTEST_GUILESS_MAIN(TestCsvText)
#include "test_csv_text.moc"
