// The plain loop against the evaluator, which goes another way to the same counts, and on a network small enough to work out by hand.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <numeric>

#include "../network/modules.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/activation_recorder.h"
#include "evaluation/evaluator.h"
#include "evaluation/plain_loop.h"
#include "evaluation/worker_threads.h"
#include "network/bundled_networks.h"
#include "network/model_file.h"

using namespace clipscope;

namespace {

constexpr std::uint64_t seed = 5;

// The bundled LeNet-5 on a few images, its evaluator and its plain loop.
struct LeNet {
    std::shared_ptr<const Network> network = Network::load(resolve_model_path("bundled:lenet5"));
    Dataset images = first_images(60);
    InputFormat input{*network->metadata().normalization, network->metadata().input_shape};
    std::vector<std::size_t> layers = std::vector<std::size_t>(network->layers().size());

    LeNet() { std::iota(layers.begin(), layers.end(), 0); }

    static Dataset first_images(std::size_t count) {
        const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
        return all.subset(select_images(all, {.count = count, .first = true}, 1));
    }

    PlainLoop plain_loop(int workers) const { return PlainLoop(network, images, input, 25, "cpu", workers); }
};

// Calls `task` as a worker does: with one thread of LibTorch's.
void on_one_worker(const std::function<void()>& task) {
    run_on_workers(1, {}, [&](int, const std::stop_token&) { task(); });
}

Outcome without_sdc(Outcome outcome) {
    outcome.sdc = 0;
    return outcome;
}

// How many of the trials did harm.
int compare_with_evaluator(const LeNet& work, const Clipping& clipping) {
    Evaluator evaluator(work.network, work.images, work.input, {.chunk = 25, .device = "cpu", .exact = true, .clipping = clipping});
    if (!evaluator.prepare(work.layers, 1, {})) return -1;
    PlainLoop plain = work.plain_loop(1);
    TrialRunner runner(evaluator);
    int harmed = 0;
    on_one_worker([&] {
        for (std::uint64_t trial = 0; trial < 6; ++trial) {
            const TrialFaults faults = draw_trial_faults(seed, trial, work.network->layers(), work.layers, 1e-3);
            for (double rate : {0.0, 1e-5, 1e-4, 1e-3}) {
                const Outcome expected = runner.run(faults, rate, {}).value();
                QCOMPARE(plain.run(0, faults, rate, clipping, {}).value(), without_sdc(expected));
                harmed += expected.correct < evaluator.clean().correct;
            }
        }
    });
    return plain.parameters_are_clean() ? harmed : -2;
}

}  // namespace

class TestPlainLoop : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_what_the_evaluator_counts() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        const LeNet work;
        QVERIFY(compare_with_evaluator(work, {}) > 3);
        Clipping clipping;
        const Evaluator unclipped(work.network, work.images, work.input, {.device = "cpu"});
        const std::vector<ActivationHistogram> activations = record_activations(unclipped, {}, 0, 1, {}).value();
        for (std::size_t site = 0; site < activations.size(); ++site)
            clipping = clipping.with(site, activations[site].largest().value() * 0.8f);
        QVERIFY(compare_with_evaluator(work, clipping) > 3);
        QVERIFY(compare_with_evaluator(work, Clipping{}.with(1, 0.0f)) >= 0);
    }

    void workers_do_not_disturb_each_other() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        const LeNet work;
        constexpr int workers = 3;
        PlainLoop plain = work.plain_loop(workers);
        std::vector<Outcome> alone(workers), together(workers);
        const auto run = [&](int worker, std::vector<Outcome>& outcomes) {
            const TrialFaults faults = draw_trial_faults(seed, std::uint64_t(worker), work.network->layers(), work.layers, 1e-3);
            outcomes[std::size_t(worker)] = plain.run(worker, faults, 1e-3, {}, {}).value();
        };
        on_one_worker([&] {
            for (int worker = 0; worker < workers; ++worker) run(worker, alone);
        });
        run_on_workers(workers, {}, [&](int worker, const std::stop_token&) { run(worker, together); });
        QVERIFY(alone == together);
        QVERIFY(alone[0] != alone[1]);
        QVERIFY(plain.parameters_are_clean());
    }

    void takes_faults_back_where_it_is_stopped() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        const LeNet work;
        PlainLoop plain = work.plain_loop(1);
        std::stop_source stop;
        stop.request_stop();
        const TrialFaults faults = draw_trial_faults(seed, 0, work.network->layers(), work.layers, 1e-2);
        QVERIFY(!plain.run(0, faults, 1e-2, {}, stop.get_token()).has_value());
        QVERIFY(plain.parameters_are_clean());
    }

    // Two pixels a, b (on the 0...1 scale), relu(a - b), relu(2a + b), logits (first, second).
    void works_out_a_network_done_by_hand() {
        torch::jit::Module module = testing::make_module({{"weight", {2, 2}}, {"head", {2, 2}}},
                                                         "def forward(self, x):\n"
                                                         "    y = torch.relu(torch.linear(x.flatten(1), self.weight))\n"
                                                         "    return torch.linear(y, self.head)\n");
        module.attr("weight").toTensor().copy_(at::tensor({1.0f, -1.0f, 2.0f, 1.0f}).view({2, 2}));
        module.attr("head").toTensor().copy_(at::eye(2));
        QTemporaryDir folder;
        const std::string path = folder.filePath("hand.pt").toStdString();
        save_module(module, {}, path);
        // Hidden values (1, 2), (0, 1), (0, 3): the labels are right for all three images.
        const Dataset images("three", {1, 1, 2}, {255, 0, 0, 255, 255, 255}, {1, 1, 1}, {"zero", "one"});
        const InputFormat input{Normalization::preset("none"), std::nullopt};
        const auto network = Network::load(path);
        PlainLoop plain(network, images, input, 2, "cpu", 1);
        const auto correct = [&](const TrialFaults& faults, const Clipping& clipping) {
            return plain.run(0, faults, 1, clipping, {}).value().correct;
        };
        QCOMPARE(correct({}, {}), 3);
        QCOMPARE(correct({}, Clipping{}.with(0, 2.0f)), 2);  // (0, 3) becomes (0, 0): a tie, which class 0 wins
        QCOMPARE(correct({}, Clipping{}.with(0, 3.0f)), 3);
        // The sign of weight[1][0] flips: the second hidden value is relu(b - 2a), so (1, 0), (0, 1), (0, 0).
        const TrialFaults sign{{{0, 0, {{2 * 32 + 31, 0.5}}}}};
        QCOMPARE(correct(sign, {}), 1);
        QCOMPARE(correct(sign, Clipping{}.with(0, 0.5f)), 0);
        // All exponent bits of weight[1][1] set: 1.0 becomes an infinity, times pixel 0 a NaN; only finite logits can be right.
        const TrialFaults infinite{{{0, 0, {{3 * 32 + 30, 0.5}}}}};
        const Outcome outcome = plain.run(0, infinite, 1, {}, {}).value();
        QCOMPARE(outcome.due, 3);
        QCOMPARE(outcome.correct, 0);
        QCOMPARE(plain.run(0, infinite, 0.5, {}, {}).value().correct, 3);  // its mark is not below the rate
        QVERIFY(plain.parameters_are_clean());
    }
};

QTEST_GUILESS_MAIN(TestPlainLoop)
#include "test_plain_loop.moc"
