#include <QFileInfo>
#include <QTest>
#include <algorithm>

#include "benchmark/benchmark.h"
#include "benchmark/scaling.h"
#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

JobInputs make_inputs(std::size_t images) {
    auto network = Network::load(resolve_model_path("bundled:lenet5"));
    const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
    const Dataset chosen = all.subset(select_images(all, {.count = images, .first = true}, 1));
    const InputFormat input = resolve_input_format(*network, chosen, std::nullopt);
    return {network, chosen, input, "lenet5", "Fashion-MNIST test"};
}

BenchmarkSpecification make_specification(const std::string& workloads) {
    BenchmarkSpecification specification;
    specification.workloads = parse_benchmark_workloads(workloads);
    specification.rates = {1e-5, 1e-4, 1e-3};
    specification.trials = 4;
    specification.repeats = 2;
    specification.threads = 2;
    specification.chunk = 10;
    return specification;
}

const EventSink no_sink = [](const Event&) {};

}  // namespace

class TestBenchmark : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_the_names_of_workloads() {
        using enum BenchmarkWorkload;
        QCOMPARE(parse_benchmark_workloads("all"), (std::vector{sensitivity_per_layer, threshold_search, sensitivity_network}));
        QCOMPARE(parse_benchmark_workloads("sensitivity-network, threshold-search,sensitivity-network"),
                 (std::vector{sensitivity_network, threshold_search}));
        for (BenchmarkWorkload workload : parse_benchmark_workloads("all"))
            QCOMPARE(parse_benchmark_workloads(to_string(workload)), std::vector{workload});
        QVERIFY_EXCEPTION_THROWN(parse_benchmark_workloads("harden"), UsageError);
        QVERIFY_EXCEPTION_THROWN(parse_benchmark_workloads(""), UsageError);
    }

    void exact_mode_counts_what_the_plain_loop_counts() {
        if (!has_data()) QSKIP("dataset-fashion-mnist is not installed");
        const BenchmarkResult result = run_benchmark(make_inputs(25), make_specification("all"), no_sink, {});
        QCOMPARE(result.device, std::string("cpu"));
        QCOMPARE(result.workloads.size(), 3U);
        for (const WorkloadMeasurement& workload : result.workloads) {
            QVERIFY(workload.exact.has_value());
            QCOMPARE(workload.plain_stride, 1);
            QCOMPARE(workload.plain.trials, workload.evaluations * 3 * 4);
            QCOMPARE(workload.engine.cost.trials, workload.plain.trials);
            QCOMPARE(workload.exact->trials_compared, 2 * workload.exact->cost.trials);
            QCOMPARE(workload.exact->trials_that_differ, 0);
            QCOMPARE(workload.exact->images_that_differ, 0);
            for (const BenchmarkCost& cost : {workload.plain, workload.engine.cost, workload.exact->cost}) {
                QCOMPARE(cost.seconds_per_trial.size(), 2U);
                QVERIFY(cost.median_seconds_per_trial() > 0);
                QVERIFY(cost.peak_bytes > 10'000'000);  // LibTorch alone is larger
            }
            QVERIFY(workload.engine.kept_bytes > 0);
            // LeNet-5, padded to 32×32, on 25 images.
            QCOMPARE(workload.plain.multiplications_per_trial, 25.0 * (6 * 25 * 784 + 16 * 150 * 100 + 400 * 120 + 120 * 84 + 84 * 10));
            QVERIFY(workload.exact->cost.multiplications_per_trial < workload.plain.multiplications_per_trial);
            QVERIFY(workload.engine.cost.multiplications_per_trial < workload.exact->cost.multiplications_per_trial);
            // The median of two is their mean.
            QCOMPARE(workload.engine.median_ratio(), (workload.engine.ratios[0] + workload.engine.ratios[1]) / 2);
        }
        for (const std::size_t i : {0, 2}) QCOMPARE(result.workloads[i].engine.full_passes, result.workloads[i].engine.cost.trials);
        // Every grid has four boundaries; each but the first asks for two or fewer that are new.
        QVERIFY(result.workloads[1].engine.full_passes > result.workloads[1].engine.cost.trials);
        QCOMPARE(result.workloads[1].engine.full_passes % (4 * 3 * 4), 0);
        QCOMPARE(result.workloads[0].evaluations, 5);                                                             // layers
        QVERIFY(result.workloads[1].evaluations >= 4 * 3 && result.workloads[1].evaluations <= 4 * (4 + 4 * 2));  // sites × thresholds
        QCOMPARE(result.workloads[2].evaluations, 1);
    }

    void plain_loop_may_run_a_part_of_the_trials() {
        if (!has_data()) QSKIP("dataset-fashion-mnist is not installed");
        BenchmarkSpecification specification = make_specification("sensitivity-per-layer");
        specification.plain_trials = 12;
        specification.exact = false;
        const WorkloadMeasurement measured = run_benchmark(make_inputs(10), specification, no_sink, {}).workloads.at(0);
        QVERIFY(!measured.exact.has_value());
        QCOMPARE(measured.engine.cost.trials, 60);
        QCOMPARE(measured.plain_stride, 5);  // shares no factor with 3 rates and 4 trials
        QCOMPARE(measured.plain.trials, 12);
        QCOMPARE(measured.engine.trials_compared, 2 * 12);
    }

    void stopping_keeps_the_workloads_that_were_done() {
        if (!has_data()) QSKIP("dataset-fashion-mnist is not installed");
        std::stop_source stop;
        const EventSink stop_in_the_second = [&](const Event& event) {
            const auto* progress = std::get_if<Progress>(&event);
            if (progress && progress->activity.starts_with("sensitivity-network · repeat 2")) stop.request_stop();
        };
        const BenchmarkResult result = run_benchmark(make_inputs(10), make_specification("sensitivity-per-layer,sensitivity-network"),
                                                     stop_in_the_second, stop.get_token());
        QVERIFY(result.is_stopped);
        QCOMPARE(result.workloads.size(), 1U);
        QCOMPARE(result.workloads[0].workload, BenchmarkWorkload::sensitivity_per_layer);
    }

    void refuses_what_makes_no_sense() {
        if (!has_data()) QSKIP("dataset-fashion-mnist is not installed");
        const JobInputs inputs = make_inputs(1);
        const auto refused = [&](auto change) {
            BenchmarkSpecification specification = make_specification("all");
            change(specification);
            try {
                run_benchmark(inputs, specification, no_sink, {});
            } catch (const UsageError&) {
                return true;
            }
            return false;
        };
        QVERIFY(refused([](BenchmarkSpecification& s) { s.workloads.clear(); }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.rates = {0, 1e-5}; }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.rates = {1e-5, 1e-6}; }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.rates = {}; }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.trials = 0; }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.repeats = 0; }));
        QVERIFY(refused([](BenchmarkSpecification& s) { s.plain_trials = -1; }));
    }

    void scaling_varies_one_thing_at_a_time() {
        if (!has_data()) QSKIP("dataset-fashion-mnist is not installed");
        BenchmarkSpecification specification = make_specification("all");
        specification.repeats = 1;
        std::map<std::string, std::vector<int>> values;
        for (const ScalingPoint& point : run_scaling(make_inputs(10), specification, no_sink, {})) {
            QVERIFY(point.seconds > 0);
            values[point.factor].push_back(point.value);
        }
        QCOMPARE(values["images"], (std::vector{2, 5, 10}));
        QCOMPARE(values["trials"], (std::vector{1, 2, 4}));
        QCOMPARE(values["layers"], (std::vector{1, 2, 5}));
        QCOMPARE(values["threads"], (std::vector{1, 2}));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(run_scaling(make_inputs(10), specification, no_sink, stop.get_token()).empty());
    }

private:
    static bool has_data() { return QFileInfo::exists(QString::fromStdString(fashion_mnist_folder())); }
};

QTEST_GUILESS_MAIN(TestBenchmark)
#include "test_benchmark.moc"
