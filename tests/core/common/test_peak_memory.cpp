#include <QTest>
#include <cstring>
#include <memory>

#include "common/peak_memory.h"

using namespace clipscope;

class TestPeakMemory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rises_with_what_is_used_and_begins_anew() {
        constexpr std::size_t size = std::size_t(64) << 20;
        if (!reset_peak_memory()) QSKIP("this system does not let the peak begin anew");
        const std::size_t before = peak_memory_bytes();
        QVERIFY(before > 1'000'000);
        {
            const std::unique_ptr<char[]> memory(new char[size]);
            std::memset(memory.get(), 1, size);
            QVERIFY(memory[size / 2] == 1);
        }
        const std::size_t used = peak_memory_bytes();
        QVERIFY2(used >= before + size * 9 / 10, qPrintable(QString::number(used)));
        QVERIFY(reset_peak_memory());
        QVERIFY2(peak_memory_bytes() < before + size / 2, qPrintable(QString::number(peak_memory_bytes())));
    }
};

QTEST_GUILESS_MAIN(TestPeakMemory)
#include "test_peak_memory.moc"
