#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include "latency_probe.h"

using namespace clipscope;

class TestLatencyProbe : public QObject {
    Q_OBJECT

private slots:
    void an_idle_loop_comes_round() {
        LatencyProbe probe(nullptr, 5);
        probe.start();
        QTRY_VERIFY(probe.turns() > 20);
        QVERIFY(probe.quantile_ms(0.5) >= 4);   // the interval is part of a gap
        QVERIFY(probe.quantile_ms(0.5) <= 60);  // generous: the machine may be busy
        QVERIFY(probe.quantile_ms(1.0) >= probe.quantile_ms(0.5));
    }

    void a_blocked_loop_is_seen() {
        LatencyProbe probe(nullptr, 5);
        probe.start();
        QTRY_VERIFY(probe.turns() > 5);
        QThread::msleep(300);
        QTest::qWait(50);
        QVERIFY2(probe.longest_gap_ms() >= 300, qPrintable(QString::number(probe.longest_gap_ms())));
        QVERIFY(probe.quantile_ms(1.0) >= 300);
        probe.start();
        QCOMPARE(probe.longest_gap_ms(), 0.0);
    }

    void a_gap_still_open_at_the_end_counts() {
        LatencyProbe probe;
        probe.start();
        QThread::msleep(200);
        probe.stop();
        QVERIFY(probe.longest_gap_ms() >= 200);
    }

    void the_report_is_json() {
        QTemporaryDir folder;
        LatencyProbe probe;
        probe.start();
        QTRY_VERIFY(probe.turns() > 5);
        probe.stop();
        QVERIFY(probe.write_report(folder.filePath("latency.json")));
        QFile file(folder.filePath("latency.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonDocument report = QJsonDocument::fromJson(file.readAll());
        QCOMPARE(report["turns"].toInteger(), probe.turns());
        QCOMPARE(report["longest_gap_ms"].toDouble(), probe.longest_gap_ms());
        QVERIFY(!probe.write_report(folder.filePath("missing/latency.json")));
    }
};

QTEST_GUILESS_MAIN(TestLatencyProbe)
#include "test_latency_probe.moc"
