// Numbers as text: the same in every locale, and exactly the same number when read again. CTest runs it, as many others, once more where
// the C library writes a comma (tests/in_comma_locale.sh).
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <clocale>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/csv_text.h"
#include "common/json_text.h"
#include "common/number_text.h"

using namespace clipscope;

class TestNumberText : public QObject {
    Q_OBJECT

private slots:
    void the_comma_locale_is_one() {
        if (qgetenv("LC_ALL") != "de_DE.UTF-8") QSKIP("not run in the comma locale");
        QCOMPARE(std::string(std::localeconv()->decimal_point), std::string(","));
    }

    void numbers_are_written_with_a_point() {
        QCOMPARE(number_text(0.716), std::string("0.716"));
        QCOMPARE(number_text(1e-8), std::string("1e-08"));
        QCOMPARE(fixed_text(0.716, 2), std::string("0.72"));
        QCOMPARE(fixed_text(-0.5, 0), std::string("-0"));
        QCOMPARE(fixed_text(1e300, 1).size(), std::size_t(303));
        QCOMPARE(signed_text(0.5, 1), std::string("+0.5"));
        QCOMPARE(signed_text(-0.25, 2), std::string("-0.25"));
        QCOMPARE(rounded_text(3.16227766e-05, 4), std::string("3.162e-05"));
        QCOMPARE(rounded_text(0.25, 6), std::string("0.25"));
        QCOMPARE(rounded_text(std::nan(""), 3), std::string("nan"));
        QCOMPARE(rounded_number(3.16227766e-05, 2), 3.2e-05);
        QCOMPARE(rounded_number(0, 6), 0.0);
        QVERIFY(std::isinf(rounded_number(std::numeric_limits<double>::infinity(), 6)));
    }

    void numbers_are_read_with_a_point() {
        QCOMPARE(parse_number("0.5"), std::optional(0.5));
        for (const char* text : {"0,5", "1.000,5", "", " 1", "0.5x"}) QVERIFY2(!parse_number(text), text);
        for (const char* text : {"0,5", "-1,25", "1,5e-7"}) QVERIFY2(has_decimal_comma(text), text);
        for (const char* text : {"0.5", "1e-7,1e-6,1e-5", "0.5,0.25", ",", "much,more"}) QVERIFY2(!has_decimal_comma(text), text);
        for (const double number : {0.1, 1.0 / 3, 1e-300, -2.5e17, 5e-324})
            QCOMPARE(parse_number(number_text(number)), std::optional(number));
    }

    void json_and_csv_keep_the_point() {
        const nlohmann::ordered_json json = {{"rate", 1e-7}, {"mean", 0.5}};
        const std::string text = json_text(json);
        QCOMPARE(text, std::string("{\"rate\":1e-07,\"mean\":0.5}\n"));
        QVERIFY(parse_json(text, "a.json") == json);
        CsvText table({"a", "b"});
        table.add(0.5).add(std::optional(0.25)).end_row();
        QCOMPARE(table.text(), std::string("a,b\n0.5,0.25\n"));
    }

    // printf("%f"), std::stod and the like have no place in the program.
    void no_source_sends_numbers_through_the_locale() {
        const QRegularExpression conversion(R"("[^"\n]*%[-+ #0]*[\d*]*(\.[\d*]+)?L?[aefgAEFG][^"\n]*")");
        const QRegularExpression function(R"(\b(strto(f|d|ld)|sto(f|d|ld)|atof|sscanf|fscanf|imbue)\s*\()");
        const QRegularExpression stream(R"(\b(std::)?(o|i)?stringstream\b)");
        const QStringList allowed = {"accuracy_view.cpp"};  // a stream with the classic locale
        QStringList found;
        for (const char* folder : {"/core", "/widgets", "/app"}) {
            QDirIterator files(CLIPSCOPE_SOURCE_DIR + QString(folder), {"*.cpp", "*.h"}, QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                if (allowed.contains(QFileInfo(file).fileName())) continue;
                QVERIFY(file.open(QFile::ReadOnly));
                int number = 0;
                for (QByteArray bytes = file.readLine(); !bytes.isEmpty(); bytes = file.readLine()) {
                    ++number;
                    const QString line = QString::fromUtf8(bytes);
                    if (line.trimmed().startsWith("//")) continue;
                    const bool prints = line.contains("printf") && conversion.match(line).hasMatch();
                    if (prints || function.match(line).hasMatch() || stream.match(line).hasMatch())
                        found << file.fileName() + ":" + QString::number(number) + " " + line.trimmed();
                }
            }
        }
        QVERIFY2(found.isEmpty(), qPrintable("use common/number_text.h instead:\n" + found.join('\n')));
    }
};

QTEST_GUILESS_MAIN(TestNumberText)
#include "test_number_text.moc"
