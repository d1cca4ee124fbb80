// The command line's parts that need no network: tables, numbers, sizes, progress, output files and the list of faults.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "common/error.h"
#include "common/number_text.h"
#include "common_options.h"
#include "curves_output.h"
#include "fault_list_file.h"
#include "output_files.h"
#include "progress_line.h"
#include "text_table.h"

using namespace clipscope;
using namespace clipscope::cli;

namespace {

CampaignStarted started(const std::vector<double>& rates, const std::vector<std::string>& layers) {
    CampaignStarted event;
    event.info.rates = rates;
    for (const std::string& layer : layers) event.curves.emplace_back().layer = layer;
    return event;
}

}  // namespace

class TestCliText : public QObject {
    Q_OBJECT

private slots:
    void table_is_aligned() {
        TextTable table({{"Layer"}, {"Bits", TextTable::Align::right}, {"Shape"}});
        table.add_row({"CONV-1", "5", "6×1"});
        table.add_row({"F", "1,974,592"});
        QCOMPARE(table.to_string(), std::string("Layer        Bits  Shape\n"
                                                "------  ---------  -----\n"
                                                "CONV-1          5  6×1\n"
                                                "F       1,974,592\n"));
    }

    void numbers_for_people() {
        QCOMPARE(grouped_text(0), std::string("0"));
        QCOMPARE(grouped_text(999), std::string("999"));
        QCOMPARE(grouped_text(1000), std::string("1,000"));
        QCOMPARE(grouped_text(-123456), std::string("-123,456"));
        QCOMPARE(grouped_text(1974592), std::string("1,974,592"));
        QCOMPARE(percent(0.716), std::string("71.60"));
        QCOMPARE(percent(1), std::string("100.00"));
        QCOMPARE(shape_text({6, 1, 5, 5}), std::string("6×1×5×5"));
        QCOMPARE(character_count("6×1"), std::size_t(3));
        QCOMPARE(first_characters("6×1", 2), std::string("6×"));
    }

    void memory_sizes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qulonglong>("bytes");  // 0: refused
        QTest::newRow("plain") << "4096" << 4096ULL;
        QTest::newRow("mega") << "512M" << 512ULL * 1024 * 1024;
        QTest::newRow("giga") << "2G" << 2ULL * 1024 * 1024 * 1024;
        QTest::newRow("fraction") << "1.5K" << 1536ULL;
        QTest::newRow("small letter") << "3k" << 3072ULL;
        QTest::newRow("GiB") << "1GiB" << 1024ULL * 1024 * 1024;
        for (const char* bad : {"", "M", "0", "-1G", "nan", "inf", "2X", "2GG", "2_", "1e30", "99999999999G"}) {
            QTest::newRow(qPrintable(QString("refused: '%1'").arg(bad))) << bad << 0ULL;
        }
    }
    void memory_sizes() {
        QFETCH(QString, text);
        QFETCH(qulonglong, bytes);
        if (bytes == 0) {
            QVERIFY_EXCEPTION_THROWN(parse_memory(text.toStdString()), UsageError);
        } else {
            QCOMPARE(qulonglong(parse_memory(text.toStdString())), bytes);
        }
    }

    void progress_fits_the_terminal() {
        QCOMPARE(progress_text(0.62, 16, "CONV-4", 80), std::string(" 62 % [############........] 0:16 left  CONV-4"));
        QCOMPARE(progress_text(0, -1, "", 80), std::string("  0 % [....................]"));
        QCOMPARE(progress_text(1.5, 0, "", 80), std::string("100 % [####################] 0:00 left"));
        QCOMPARE(character_count(progress_text(0.5, 3, "CONV-4 · rate 1e-06 · trial 12", 40)), std::size_t(40));
        QCOMPARE(duration_text(59.6), std::string("1:00"));
        QCOMPARE(duration_text(3723), std::string("1:02:03"));
    }

    void checking_a_file_changes_nothing() {
        const QTemporaryDir folder;
        const QString fresh = folder.filePath("fresh.json");
        check_writable_file(fresh.toStdString());
        QVERIFY(!QFile::exists(fresh));
        QFile old(folder.filePath("old.json"));
        QVERIFY(old.open(QFile::WriteOnly));
        old.write("kept");
        old.close();
        check_writable_file(old.fileName().toStdString());
        QCOMPARE(old.size(), 4);
        QVERIFY_EXCEPTION_THROWN(check_writable_file(folder.path().toStdString()), Error);
        QVERIFY_EXCEPTION_THROWN(check_writable_file(folder.filePath("no/such/folder.json").toStdString()), Error);
        check_writable_folder(folder.filePath("made/on/the/way").toStdString());
        QVERIFY(QDir(folder.filePath("made/on/the/way")).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
        QVERIFY_EXCEPTION_THROWN(check_writable_folder((old.fileName() + "/inside").toStdString()), Error);
    }

    void fault_list_has_a_line_a_bit() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("faults.csv");
        FaultListFile file(path.toStdString());
        QVERIFY(file.take(started({0, 1e-7}, {"CONV-1", "network"})));
        QVERIFY(file.take(FaultsInjected{1, 1, 3, {{"features.0.weight", 17, 30}, {"features.0.bias", 0, 0}}}));
        file.close();
        QFile written(path);
        QVERIFY(written.open(QFile::ReadOnly));
        QCOMPARE(written.readAll(), QByteArray("layer,rate,trial,parameter,element,bit\n"
                                               "network,1e-07,3,features.0.weight,17,30\n"
                                               "network,1e-07,3,features.0.bias,0,0\n"));
    }

    void full_disk_is_noticed() {
        if (!QFile::exists("/dev/full")) QSKIP("no /dev/full here");
        FaultListFile file("/dev/full");
        file.take(started({1e-7}, {"network"}));
        const FaultsInjected::Bit bit{"features.0.weight", 17, 30};
        QVERIFY(!file.take(FaultsInjected{0, 0, 0, std::vector(10000, bit)}));
        QVERIFY_EXCEPTION_THROWN(file.close(), Error);
        QVERIFY_EXCEPTION_THROWN(write_file("/dev/full", "text"), Error);
    }

    void stopped_job_shows_what_it_has() {
        AccuracyCurves curves;
        CampaignStarted event = started({1e-6, 1e-5}, {"CONV-1"});
        event.info.images = 4;
        event.info.trials = 2;
        event.curves[0].path = "c";
        event.curves[0].bits = 3200;
        event.curves[0].clean = {.images = 4, .correct = 4};
        apply(event, curves);
        apply(TrialFinished{0, 0, 1, {5, {.images = 4, .correct = 3}}}, curves);
        const std::string table = curves_table(curves);
        QVERIFY2(table.find("0 to 1 of 2 trials") != std::string::npos, table.c_str());
        QVERIFY2(table.find("CONV-1  3,200  100.00  75.00      -\n") != std::string::npos, table.c_str());
        QVERIFY(curves_details(curves, AucAxis::linear).find("CONV-1 (c), 3,200 bits") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestCliText)
#include "test_cli_text.moc"
