// How a graphics card is told to compute, checked without one: LibTorch keeps these settings wherever it runs.
#include <ATen/Context.h>

#include <QTest>
#include <cstdlib>

#include "common/error.h"
#include "evaluation/computing_device.h"

using namespace clipscope;

class TestComputingDevice : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_processor_is_left_as_it_is() {
        const bool tf32 = at::globalContext().allowTF32CuDNN();
        make_deterministic(at::kCPU);
        QCOMPARE(at::globalContext().allowTF32CuDNN(), tf32);
        QVERIFY(!at::globalContext().deterministicAlgorithms());
        QCOMPARE(describe_device(at::kCPU), std::string("CPU"));
        QVERIFY(!vector_instructions().empty());
    }

    void a_graphics_card_computes_in_full_precision_and_always_alike() {
        unsetenv("CUBLAS_WORKSPACE_CONFIG");
        const at::Device card(at::kCUDA, 0);
        QVERIFY(describe_device(card).find("TF32 on") != std::string::npos);  // LibTorch's default
        make_deterministic(card);
        const at::Context& context = at::globalContext();
        QVERIFY(!context.allowTF32CuBLAS() && !context.allowTF32CuDNN() && !context.benchmarkCuDNN());
        QVERIFY(context.deterministicCuDNN() && context.deterministicAlgorithms());
        QCOMPARE(qgetenv("CUBLAS_WORKSPACE_CONFIG"), QByteArray(":4096:8"));
        const std::string described = describe_device(card);
        QVERIFY2(described.starts_with("cuda:0") && described.ends_with(", TF32 off, deterministic"), described.c_str());
    }

    void devices_that_are_not_there_are_refused() {
        QCOMPARE(choose_device("cpu"), at::Device(at::kCPU));
        for (const char* name : {"gpu", "cuda:99", "mps", ""}) QVERIFY_EXCEPTION_THROWN(choose_device(name), UsageError);
    }
};

QTEST_APPLESS_MAIN(TestComputingDevice)
#include "test_computing_device.moc"
