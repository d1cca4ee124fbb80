// Jobs go on where memory runs out, with the same results: an allocator that refuses on purpose stands in for LibTorch's own.
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <QFileInfo>
#include <QTest>
#include <atomic>
#include <cstring>
#include <fstream>
#include <memory>
#include <utility>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_workers.h"
#include "evaluation/threshold_evaluator.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

// Of large allocations it refuses those that `refuse` chooses by their number, from 1. LibTorch's interface has changed: allocate() was
// const once, and copy_data() came. Without the word `override` each form is there and takes its place where LibTorch has it.
class StingyAllocator : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) { return std::as_const(*this).allocate(bytes); }
    c10::DataPtr allocate(std::size_t bytes) const {
        if (bytes >= large && refuse_ && refuse_(++large_ones_)) {
            ++refused_;
            C10_THROW_ERROR(Error,
                            "DefaultCPUAllocator: can't allocate memory: you tried to allocate " + std::to_string(bytes) + " bytes.");
        }
        return own_->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return own_->raw_deleter(); }
    void copy_data(void* to, const void* from, std::size_t bytes) const { std::memcpy(to, from, bytes); }

    void refuse(std::function<bool(int number)> refuse) {
        refuse_ = std::move(refuse);
        large_ones_ = refused_ = 0;
    }
    int refused() const { return refused_; }

private:
    static constexpr std::size_t large = 20'000;
    c10::Allocator* own_ = c10::GetDefaultCPUAllocator();
    std::function<bool(int)> refuse_;
    mutable std::atomic<int> large_ones_{0};
    mutable std::atomic<int> refused_{0};
};

StingyAllocator& allocator() {
    static StingyAllocator allocator;
    return allocator;
}

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t pages = 0, resident_pages = 0;
    statm >> pages >> resident_pages;
    return resident_pages * 4096;
}

const std::vector<std::size_t> layers{0, 1, 2, 3, 4};
const Clipping clipped{{3.0F, 4.0F, 5.0F, 6.0F}};

std::unique_ptr<Evaluator> evaluator_of(bool exact) {
    const std::string path = resolve_model_path("bundled:lenet5");
    const auto network = Network::load(path);
    const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
    const Dataset images = all.subset(select_images(all, {.count = 90, .first = true}, 1));
    return std::make_unique<Evaluator>(network, images, InputFormat{*network->metadata().normalization, network->metadata().input_shape},
                                       EvaluatorOptions{.chunk = 30, .device = "cpu", .exact = exact, .clipping = clipped});
}

// Refuses the first `count` of the large allocations whose number is a multiple of `every`.
void refuse_some(int count, int every) {
    allocator().refuse(
        [every, left = std::make_shared<std::atomic<int>>(count)](int number) { return number % every == 0 && (*left)-- > 0; });
}

constexpr std::size_t trials = 8;

std::vector<Outcome> run_trials(const Evaluator& evaluator, int threads) {
    std::vector<Outcome> outcomes(trials);
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<TrialRunner>(evaluator)](std::size_t trial, const std::stop_token& stop) {
            const TrialFaults faults = draw_trial_faults(4, trial, evaluator.network().layers(), layers, 1e-3);
            outcomes[trial] = *runner->run(faults, 1e-3, stop);
        };
    };
    run_items({trials, make_task, [&] { return evaluator.release_memory(); }}, threads, {});
    return outcomes;
}

std::vector<std::vector<Outcome>> run_thresholds(ThresholdEvaluator& evaluator, int threads) {
    std::vector<std::vector<Outcome>> outcomes(trials);
    const auto make_task = [&]() -> ItemTask {
        return [&, runner = std::make_shared<ThresholdRunner>(evaluator)](std::size_t trial, const std::stop_token& stop) {
            const TrialFaults faults = draw_trial_faults(4, trial, evaluator.network().layers(), layers, 1e-3);
            outcomes[trial] = *runner->run(trial, faults, 1e-3, stop);
        };
    };
    run_items({trials, make_task, [&] { return evaluator.release_memory(); }}, threads, {});
    return outcomes;
}

}  // namespace

class TestMemoryShortage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        c10::SetCPUAllocator(&allocator(), 255);
    }
    void cleanup() { allocator().refuse({}); }

    void trials_go_on_with_the_same_outcomes_data() { modes(); }
    void trials_go_on_with_the_same_outcomes() {
        QFETCH(bool, exact);
        for (const int every : {37, 11}) {
            const auto evaluator = evaluator_of(exact);
            QVERIFY(evaluator->prepare(layers, 2, {}));
            const std::vector<Outcome> expected = run_trials(*evaluator, 2);
            const std::size_t kept = evaluator->kept_bytes();
            refuse_some(3, every);
            QVERIFY(run_trials(*evaluator, 2) == expected);
            QCOMPARE(allocator().refused(), 3);
            QVERIFY(evaluator->kept_bytes() < kept);
            allocator().refuse({});
        }
    }

    void thresholds_go_on_with_the_same_outcomes_data() { modes(); }
    void thresholds_go_on_with_the_same_outcomes() {
        QFETCH(bool, exact);
        const auto base = evaluator_of(exact);
        QVERIFY(base->prepare(layers, 2, {}));
        ThresholdEvaluator evaluator(*base, 1);
        QVERIFY(evaluator.prepare(std::vector{1.0F, 2.0F, 4.0F}, layers, 2, {}));
        const auto expected = run_thresholds(evaluator, 2);
        ThresholdEvaluator short_of_memory(*base, 1);
        refuse_some(4, 17);
        QVERIFY(short_of_memory.prepare(std::vector{1.0F, 2.0F, 4.0F}, layers, 2, {}));
        QVERIFY(run_thresholds(short_of_memory, 2) == expected);
        QCOMPARE(allocator().refused(), 4);
    }

    void the_clean_pass_takes_what_there_is_data() { modes(); }
    void the_clean_pass_takes_what_there_is() {
        QFETCH(bool, exact);
        const auto evaluator = evaluator_of(exact), other = evaluator_of(exact);
        QVERIFY(evaluator->prepare(layers, 2, {}));
        allocator().refuse([](int number) { return number == 5 || number == 40; });
        QVERIFY(other->prepare(layers, 2, {}));
        QVERIFY(allocator().refused() > 0);
        allocator().refuse({});
        QCOMPARE(other->clean(), evaluator->clean());
        QVERIFY(run_trials(*other, 1) == run_trials(*evaluator, 1));
    }

    void fewer_workers_go_on_before_the_job_fails() {
        const auto evaluator = evaluator_of(true);
        QVERIFY(evaluator->prepare(layers, 2, {}));
        const std::vector<Outcome> expected = run_trials(*evaluator, 4);
        while (evaluator->release_memory()) {
        }
        QCOMPARE(evaluator->kept_bytes(), std::size_t(0));
        QVERIFY(run_trials(*evaluator, 4) == expected);
        allocator().refuse([](int number) { return number == 30 || number == 60; });
        QVERIFY(run_trials(*evaluator, 4) == expected);
        QCOMPARE(allocator().refused(), 2);
        allocator().refuse([](int) { return true; });
        QVERIFY_EXCEPTION_THROWN(run_trials(*evaluator, 4), Error);
        QVERIFY_EXCEPTION_THROWN(evaluator_of(true)->prepare(layers, 2, {}), std::exception);
    }

    void ten_thousand_more_trials_take_no_more_memory() {
        const std::string path = resolve_model_path("bundled:lenet5");
        const auto network = Network::load(path);
        const Dataset images = open_dataset(fashion_mnist_folder(), Split::test).subset(std::vector<std::size_t>{1, 2, 3});
        Evaluator evaluator(network, images, {*network->metadata().normalization, network->metadata().input_shape}, {.device = "cpu"});
        QVERIFY(evaluator.prepare(layers, 1, {}));
        TrialRunner runner(evaluator);
        // oneDNN goes on meeting shapes that it has no kernel for, and keeps 64 of them: at first memory grows with these.
        std::size_t at_first = 0;
        for (std::uint64_t trial = 0; trial < 20'000; ++trial) {
            const TrialFaults faults = draw_trial_faults(4, trial, network->layers(), layers, 1e-4);
            QVERIFY(runner.run(faults, 1e-4, {}));
            if (trial == 10'000) at_first = resident_bytes();
        }
        const std::size_t grown = resident_bytes() - std::min(resident_bytes(), at_first);
        qInfo("%zu KiB after 10,000 trials, %zu KiB more after 20,000", at_first / 1024, grown / 1024);
        QVERIFY(at_first > 0 && grown < 3'000'000);
    }

    void other_failures_are_no_shortage() {
        const auto failing = [](const auto& failure) {
            return ItemWork{3, [&]() -> ItemTask { return [&](std::size_t, const std::stop_token&) { throw failure; }; },
                            [] { return true; }};
        };
        QVERIFY_EXCEPTION_THROWN(run_items(failing(UsageError("no")), 2, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(run_items(failing(std::logic_error("no")), 2, {}), std::logic_error);
        QVERIFY(is_out_of_memory(std::make_exception_ptr(std::bad_alloc())));
        QVERIFY(!is_out_of_memory(std::make_exception_ptr(Error("out of memory"))));
    }

private:
    static void modes() {
        QTest::addColumn<bool>("exact");
        QTest::newRow("exact") << true;
        QTest::newRow("default") << false;
    }
};

QTEST_GUILESS_MAIN(TestMemoryShortage)
#include "test_memory_shortage.moc"
