#include <QFileInfo>
#include <QTest>
#include <algorithm>
#include <thread>

#include "campaign/sensitivity.h"
#include "common/error.h"
#include "common/version.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"
#include "results/result_json.h"

using namespace clipscope;

namespace {

JobInputs make_inputs(std::size_t images) {
    auto network = Network::load(resolve_model_path("bundled:lenet5"));
    const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
    const Dataset chosen = all.subset(select_images(all, {.count = images, .first = false}, 1));
    const InputFormat input = resolve_input_format(*network, chosen, std::nullopt);
    return {network, chosen, input, "lenet5", "Fashion-MNIST test"};
}

SensitivitySpecification make_specification(const JobInputs& inputs, const std::string& scopes, std::vector<double> rates) {
    SensitivitySpecification specification;
    specification.scopes = parse_fault_scopes(scopes, inputs.network->layers());
    specification.rates = std::move(rates);
    specification.trials = 4;
    specification.threads = 2;
    return specification;
}

AccuracyCurves run(const JobInputs& inputs, const SensitivitySpecification& specification) {
    AccuracyCurves curves;
    run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
    return curves;
}

}  // namespace

class TestSensitivity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
    }

    void results_do_not_depend_on_workers_and_memory() {
        const JobInputs inputs = make_inputs(120);
        auto specification = make_specification(inputs, "each,network,CONV-1+FC-2", {0, 1e-5, 1e-4, 1e-3});
        specification.threads = 1;
        const auto one = result_to_json({.curves = run(inputs, specification)});
        for (int threads : {2, 5}) {
            specification.threads = threads;
            QCOMPARE(result_to_json({.curves = run(inputs, specification)}), one);
        }
        for (const std::size_t kibibytes : {64, 1 << 10, 1 << 20}) {
            specification.memory_bytes = kibibytes << 10;
            QCOMPARE(result_to_json({.curves = run(inputs, specification)}), one);
        }
    }

    void adding_rates_and_trials_changes_no_other_point() {
        const JobInputs inputs = make_inputs(60);
        const auto few = run(inputs, make_specification(inputs, "each,network", {1e-5, 1e-3}));
        auto specification = make_specification(inputs, "each,network", {0, 1e-6, 1e-5, 3e-4, 1e-3, 1e-2});
        specification.trials = 6;
        const auto many = run(inputs, specification);
        for (std::size_t curve = 0; curve < few.curves.size(); ++curve)
            for (int trial = 0; trial < 4; ++trial) {
                const auto same = [&](std::size_t a, std::size_t b) {
                    const TrialOutcome& x = few.curves[curve].trials[a].at(trial);
                    const TrialOutcome& y = many.curves[curve].trials[b].at(trial);
                    return x.faults == y.faults && x.outcome == y.outcome;
                };
                QVERIFY(same(0, 2));
                QVERIFY(same(1, 4));
            }
    }

    // Trials without a fault end at once: the time left must not follow from them.
    void time_left_follows_from_trials_with_faults() {
        const JobInputs inputs = make_inputs(60);
        auto specification = make_specification(inputs, "network", {0, 1e-15, 1e-3});
        specification.threads = 1;
        std::vector<Progress> told;
        run_sensitivity(
            inputs, specification,
            [&](const Event& event) {
                if (const auto* progress = std::get_if<Progress>(&event); progress && progress->done > 0) told.push_back(*progress);
            },
            {});
        QCOMPARE(told.size(), std::size_t(12));
        QVERIFY(told[0].seconds_left < 0 && told[1].seconds_left < 0);
        QVERIFY(told[2].seconds_left > 0);  // three more of the same are left
        QCOMPARE(told[3].done, std::int64_t(4));
        QVERIFY(told[11].seconds_left >= 0 && told[11].seconds_left < told[2].seconds_left);
    }

    void a_result_says_what_it_was_computed_with() {
        const JobInputs inputs = make_inputs(60);
        const AccuracyCurves found = run(inputs, make_specification(inputs, "FC-1", {1e-4}));
        const ComputedWith& with = found.info.computed_with;
        QCOMPARE(with.libtorch, std::string(libtorch_version()));
        QCOMPARE(with.device, std::string("CPU"));  // not "auto"
        QVERIFY(!with.processor.empty() && with.chunk > 0);
        const CampaignResult result{"sensitivity", AucAxis::linear, found};
        QCOMPARE(result_from_json(result_to_json(result), "result.json").curves.info.computed_with, with);
    }

    void rate_zero_is_the_clean_network() {
        const JobInputs inputs = make_inputs(60);
        const auto curves = run(inputs, make_specification(inputs, "network", {0, 1e-4}));
        for (const auto& [trial, result] : curves.curves[0].trials[0]) {
            QCOMPARE(result.faults, std::int64_t(0));
            QCOMPARE(result.outcome, curves.curves[0].info.clean);
        }
        QCOMPARE(run_clean(inputs, 2, 100, "cpu", {}), curves.curves[0].info.clean);
    }

    void listed_faults_are_those_counted() {
        const JobInputs inputs = make_inputs(20);
        auto specification = make_specification(inputs, "each,network", {1e-5, 1e-4, 1e-3});
        specification.list_faults = true;
        std::map<std::tuple<int, int, int>, std::int64_t> listed, counted;
        const EventSink sink = [&](const Event& event) {
            if (const auto* faults = std::get_if<FaultsInjected>(&event))
                listed[{faults->curve, faults->rate_index, faults->trial}] = std::int64_t(faults->bits.size());
            if (const auto* trial = std::get_if<TrialFinished>(&event))
                counted[{trial->curve, trial->rate_index, trial->trial}] = trial->result.faults;
        };
        run_sensitivity(inputs, specification, sink, {});
        QCOMPARE(listed.size(), std::size_t(6 * 3 * 4));
        QVERIFY(listed == counted);
    }

    void a_stop_keeps_what_is_done_and_takes_less_than_a_second() {
        const JobInputs inputs = make_inputs(300);
        auto specification = make_specification(inputs, "each,network", {1e-4, 1e-3});
        specification.trials = 100000;
        std::stop_source stop;
        std::atomic<int> trials = 0;
        JobEnd end = JobEnd::done;
        std::chrono::steady_clock::time_point asked;
        run_sensitivity(
            inputs, specification,
            [&](const Event& event) {
                if (std::holds_alternative<TrialFinished>(event) && ++trials == 10) {
                    asked = std::chrono::steady_clock::now();
                    stop.request_stop();
                }
                if (const auto* finished = std::get_if<JobFinished>(&event)) end = finished->end;
            },
            stop.get_token());
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
        QVERIFY(end == JobEnd::stopped);
        QVERIFY(trials >= 10 && trials < 1000);
    }

    void an_exception_of_the_sink_ends_the_job() {
        const JobInputs inputs = make_inputs(20);
        const EventSink full_disk = [](const Event& event) {
            if (std::holds_alternative<TrialFinished>(event)) throw Error("The disk is full.");
        };
        QVERIFY_EXCEPTION_THROWN(run_sensitivity(inputs, make_specification(inputs, "each", {1e-4, 1e-3}), full_disk, {}), Error);
    }

    void senseless_specifications_are_refused() {
        const JobInputs inputs = make_inputs(10);
        const auto refused = [&](std::vector<double> rates, int trials) {
            auto specification = make_specification(inputs, "network", std::move(rates));
            specification.trials = trials;
            try {
                run(inputs, specification);
            } catch (const UsageError&) {
                return true;
            }
            return false;
        };
        QVERIFY(refused({2}, 1));
        QVERIFY(refused({-1}, 1));
        QVERIFY(refused({std::nan("")}, 1));
        QVERIFY(refused({}, 1));
        QVERIFY(refused({1e-3, 1e-4}, 1));
        QVERIFY(refused({1e-4}, 0));
        QVERIFY(!refused({1e-4}, 1));
    }
};

QTEST_GUILESS_MAIN(TestSensitivity)
#include "test_sensitivity.moc"
