// The evaluator against a plain loop of its own: flip the bits in the module's parameters, run LibTorch's forward() on everything, flip them back.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/evaluator.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/image_batches.h"
#include "evaluation/scoring.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

struct Case {
    std::string model;
    Dataset images;
    InputFormat input;
};

Dataset first_images(const std::string& folder, std::size_t count) {
    const Dataset all = open_dataset(folder, Split::test);
    return all.subset(select_images(all, {.count = count, .first = true}, 1));
}

bool has_fashion_mnist() { return QFileInfo::exists(QString::fromStdString(fashion_mnist_folder())); }

Case bundled_case(const std::string& name, std::size_t images) {
    const std::string path = resolve_model_path("bundled:" + name);
    const auto metadata = Network::load(path)->metadata();
    return {path, first_images(fashion_mnist_folder(), images), {*metadata.normalization, metadata.input_shape}};
}

// The same outcome by the plainest road there is.
class PlainLoop {
public:
    PlainLoop(const Case& work, int chunk) : module_(torch::jit::load(work.model, at::kCPU)), batches_(make_batches(work.images, work.input, chunk, at::kCPU)) {
        module_.eval();
        clean_.resize(batches_.size());
        for (std::size_t chunk_index = 0; chunk_index < batches_.size(); ++chunk_index) {
            const at::Tensor logits = forward(chunk_index);
            for (std::int64_t i = 0; i < logits.size(0); ++i)
                clean_[chunk_index].push_back(predicted_class({logits[i].data_ptr<float>(), std::size_t(logits.size(1))}));
        }
    }

    Outcome run(const Network& network, const TrialFaults& faults, double rate) {
        flip(network, faults, rate);
        Outcome outcome;
        for (std::size_t chunk = 0; chunk < batches_.size(); ++chunk) {
            const at::Tensor logits = forward(chunk);
            for (std::int64_t i = 0; i < logits.size(0); ++i)
                score_image({logits[i].data_ptr<float>(), std::size_t(logits.size(1))}, batches_[chunk].labels[std::size_t(i)],
                            clean_[chunk][std::size_t(i)], outcome);
        }
        flip(network, faults, rate);
        return outcome;
    }

private:
    at::Tensor forward(std::size_t chunk) {
        const torch::NoGradGuard no_gradients;
        return module_.forward({batches_[chunk].images}).toTensor();
    }

    void flip(const Network& network, const TrialFaults& faults, double rate) {
        for (const ParameterFaults& parameter : faults.parameters) {
            const std::string& path = network.layers()[parameter.layer].parameters[parameter.parameter].path;
            for (const auto& named : module_.named_parameters()) {
                if (named.name != path) continue;
                auto* words = reinterpret_cast<std::uint32_t*>(named.value.data_ptr<float>());
                for (const MarkedBit& bit : parameter.bits)
                    if (bit.mark < rate) words[bit.position / 32] ^= 1U << (bit.position % 32);
            }
        }
    }

    torch::jit::Module module_;
    std::vector<ImageBatch> batches_;
    std::vector<std::vector<std::int32_t>> clean_;
};

void compare(const Case& work, int chunk, std::size_t memory, const std::vector<double>& rates, int trials) {
    at::set_num_threads(1);
    const auto network = Network::load(work.model);
    Evaluator evaluator(network, work.images, work.input, {.chunk = chunk, .device = "cpu", .memory_bytes = memory, .exact = true});
    std::vector<std::size_t> layers(network->layers().size());
    for (std::size_t i = 0; i < layers.size(); ++i) layers[i] = i;
    QVERIFY(evaluator.prepare(layers, 2, {}));
    TrialRunner runner(evaluator);
    PlainLoop plain(work, chunk);
    QCOMPARE(evaluator.clean(), plain.run(*network, {}, 0));
    std::vector<std::vector<std::size_t>> scopes{layers};
    for (std::size_t layer : layers) scopes.push_back({layer});
    int damaged = 0;
    for (int trial = 0; trial < trials; ++trial)
        for (const auto& scope : scopes)
            for (double rate : rates) {
                const TrialFaults faults = draw_trial_faults(5, std::uint64_t(trial), network->layers(), scope, rates.back());
                const auto outcome = runner.run(faults, rate, {});
                QVERIFY(outcome.has_value());
                QCOMPARE(*outcome, plain.run(*network, faults, rate));
                QVERIFY(runner.parameters_are_clean());
                damaged += outcome->correct < evaluator.clean().correct;
            }
    QVERIFY2(damaged > 3, "the faults did no harm: nothing was tested");
}

// How the logits of two runs compare, image by image.
struct Comparison {
    int images = 0;
    int other_outcomes = 0;  // images judged differently
    int unexplained = 0;     // of them, those that are no near-tie
};

// A near-tie: the two best logits lie closer than rounding can move them. Where values of more than 1e30 were added up, rounding moves anything.
bool is_near_tie(const float* row, std::size_t classes) {
    std::vector<float> sorted(row, row + classes);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    const float scale = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
    return !std::isfinite(scale) || scale > 1e30F || sorted[0] - sorted[1] < 1e-3F * (1 + scale);
}

void compare_rows(const std::vector<float>& exact, const std::vector<float>& fast, std::size_t classes, Comparison& comparison) {
    QCOMPARE(exact.size(), fast.size());
    for (std::size_t i = 0; i < exact.size(); i += classes) {
        const float *a = exact.data() + i, *b = fast.data() + i;
        const auto finite = [&](const float* row) { return std::all_of(row, row + classes, [](float x) { return std::isfinite(x); }); };
        ++comparison.images;
        if (finite(a) == finite(b) && predicted_class({a, classes}) == predicted_class({b, classes})) continue;
        ++comparison.other_outcomes;
        comparison.unexplained += !is_near_tie(a, classes) || !is_near_tie(b, classes);
    }
}

// What the default mode computes against what the exact mode does, for single layers and the whole network.
Comparison compare_modes(const Case& work, int chunk, std::size_t memory, const Clipping& clipping, const std::vector<double>& rates, int trials) {
    const auto network = Network::load(work.model);
    EvaluatorOptions options{.chunk = chunk, .device = "cpu", .memory_bytes = memory, .exact = false, .clipping = clipping};
    Evaluator fast(network, work.images, work.input, options);
    options.exact = true;
    Evaluator exact(network, work.images, work.input, options);
    std::vector<std::size_t> layers(network->layers().size());
    for (std::size_t i = 0; i < layers.size(); ++i) layers[i] = i;
    Comparison comparison;
    if (!fast.prepare(layers, 2, {}) || !exact.prepare(layers, 2, {})) return comparison;
    TrialRunner fast_runner(fast), exact_runner(exact);
    std::vector<std::vector<std::size_t>> scopes{layers};
    for (std::size_t layer : layers) scopes.push_back({layer});
    for (int trial = 0; trial < trials; ++trial)
        for (const auto& scope : scopes)
            for (double rate : rates) {
                const TrialFaults faults = draw_trial_faults(9, std::uint64_t(trial), network->layers(), scope, rate);
                std::vector<float> a, b;
                const auto expected = exact_runner.run(faults, rate, {}, &a);
                const auto found = fast_runner.run(faults, rate, {}, &b);
                if (!expected || !found || found->images != expected->images || !fast_runner.parameters_are_clean()) return {};
                compare_rows(a, b, fast.classes(), comparison);
            }
    return comparison;
}

void check_modes(const Case& work, int chunk, std::size_t memory, const Clipping& clipping, const std::vector<double>& rates, int trials) {
    const Comparison comparison = compare_modes(work, chunk, memory, clipping, rates, trials);
    qInfo("%d of %d images judged differently", comparison.other_outcomes, comparison.images);
    QVERIFY(comparison.images > 0);
    QCOMPARE(comparison.unexplained, 0);
    QVERIFY(comparison.other_outcomes * 200 <= comparison.images);
}

// All rates of a trial in one pass against one after the other, and what was injected at each.
void check_stacks(const Case& work, int chunk, const Clipping& clipping, const std::vector<double>& rates, int trials) {
    const auto network = Network::load(work.model);
    EvaluatorOptions options{.chunk = chunk, .device = "cpu", .stack = true, .clipping = clipping};
    Evaluator stacked(network, work.images, work.input, options);
    options.stack = false;
    options.exact = true;
    Evaluator exact(network, work.images, work.input, options);
    std::vector<std::size_t> parts(network->memory_parts().size());
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = i;
    parts = stacked.stored(parts);  // layers, batch norms, thresholds
    QVERIFY(stacked.prepare(parts, 2, {}) && exact.prepare(parts, 2, {}));
    QVERIFY(stacked.state().stacks && !exact.state().stacks);
    TrialRunner runner(stacked), plain(exact);
    std::vector<std::vector<std::size_t>> scopes{parts};
    for (std::size_t part : parts) scopes.push_back({part});
    std::int64_t images = 0, others = 0, damaged = 0;
    for (int trial = 0; trial < trials; ++trial)
        for (const auto& scope : scopes) {
            const TrialFaults faults = draw_trial_faults(9, std::uint64_t(trial), network->memory_parts(), scope, rates.back());
            std::size_t told = 0;
            QVERIFY(runner.run_rates(faults, rates, {}, [&](std::size_t rate, const Outcome& outcome) {
                QCOMPARE(rate, told++);
                const auto expected = plain.run(faults, rates[rate], {});
                QCOMPARE(outcome.images, expected->images);
                if (faults.count_below(rates[rate]) > 0) QCOMPARE(runner.injected().size(), plain.injected().size());
                images += outcome.images;
                others += std::abs(outcome.correct - expected->correct) + std::abs(outcome.due - expected->due);
                damaged += outcome.correct < stacked.clean().correct;
            }));
            QCOMPARE(told, rates.size());
            QVERIFY(runner.parameters_are_clean());
        }
    qInfo("%lld of %lld images judged differently", static_cast<long long>(others), static_cast<long long>(images));
    QVERIFY(others * 500 <= images);
    QVERIFY2(damaged > 3, "the faults did no harm: nothing was tested");
}

// 40 images of noise in 10 classes for networks made here.
Dataset noise(ImageShape shape) {
    constexpr std::size_t count = 40;
    std::vector<std::uint8_t> pixels(count * shape.pixels());
    std::uint32_t state = 7;
    for (std::uint8_t& pixel : pixels) pixel = std::uint8_t((state = state * 1664525U + 1013904223U) >> 24);
    std::vector<std::int32_t> labels;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) labels.push_back(std::int32_t(i % 10));
    for (int i = 0; i < 10; ++i) names.push_back(std::to_string(i));
    return {"noise", shape, std::move(pixels), std::move(labels), std::move(names)};
}

// A network on 3×9×11 images with parameters of these names and shapes.
Case network_case(const QTemporaryDir& folder, const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& parameters,
                  const std::string& code) {
    torch::manual_seed(3);
    torch::jit::Module module("Made");
    for (const auto& [name, shape] : parameters) module.register_parameter(name, at::randn(shape) * 0.3, false);
    module.define(code);
    const std::string path = folder.filePath("made.pt").toStdString();
    module.save(path);
    return {path, noise({3, 9, 11}), {Normalization::preset("none"), std::nullopt}};
}

const std::vector<std::pair<std::string, std::vector<std::int64_t>>> token_parameters{
    {"w", {8, 3, 3, 3}}, {"q", {8, 8}}, {"k", {8, 8}}, {"v", {8, 8}}, {"head", {10, 8}}};

// Tokens that are images' values transposed, and attention among them.
const std::string attention_code = R"(
    def forward(self, x):
        x = torch.conv2d(x, self.w, None, [1, 1], [1, 1])
        x = torch.relu(x)
        x = torch.transpose(torch.flatten(torch.adaptive_avg_pool2d(x, [4, 4]), 2), 1, 2)
        q = torch.linear(x, self.q)
        k = torch.linear(x, self.k)
        a = torch.softmax(torch.matmul(q, torch.transpose(k, 1, 2)), -1)
        x = x + torch.matmul(a, torch.linear(x, self.v))
        return torch.linear(torch.mean(torch.relu(x), [1]), self.head)
)";

// The same outcomes and logits whatever memory keeps.
void check_budgets(const Case& work, const std::vector<double>& rates, int trials) {
    const auto network = Network::load(work.model);
    std::vector<std::size_t> layers(network->layers().size());
    for (std::size_t i = 0; i < layers.size(); ++i) layers[i] = i;
    std::vector<std::vector<std::size_t>> scopes{layers};
    for (std::size_t layer : layers) scopes.push_back({layer});
    std::vector<std::vector<float>> expected;
    std::size_t damaged = 0;
    for (const std::size_t budget : {std::size_t(1) << 30, std::size_t(1), std::size_t(300'000), std::size_t(1'500'000)}) {
        Evaluator evaluator(network, work.images, work.input, {.chunk = 15, .device = "cpu", .memory_bytes = budget});
        QVERIFY(evaluator.prepare(layers, 1, {}));
        QVERIFY(!evaluator.why_exact());
        TrialRunner runner(evaluator);
        std::size_t next = 0;
        for (int trial = 0; trial < trials; ++trial)
            for (const auto& scope : scopes)
                for (const double rate : rates) {
                    std::vector<float> logits;
                    const TrialFaults faults = draw_trial_faults(9, std::uint64_t(trial), network->layers(), scope, rate);
                    const auto outcome = runner.run(faults, rate, {}, &logits);
                    QVERIFY(outcome.has_value());
                    damaged += outcome->sdc > 0;
                    if (next == expected.size()) expected.push_back(logits);
                    const std::vector<float>& same = expected[next++];
                    QVERIFY(std::memcmp(same.data(), logits.data(), logits.size() * sizeof(float)) == 0);
                }
    }
    QVERIFY2(damaged > 3, "the faults did no harm: nothing was tested");
}

}  // namespace

class TestEvaluator : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equals_a_plain_loop_on_lenet5() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        compare(bundled_case("lenet5", 130), 50, 0, {1e-5, 1e-4, 1e-3}, 3);
    }

    void equals_a_plain_loop_whatever_the_chunks_and_the_memory() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        compare(bundled_case("lenet5", 20), 1, 0, {1e-4, 1e-3}, 1);
        compare(bundled_case("lenet5", 60), 50, 1, {1e-4, 1e-3}, 1);         // nothing can be kept
        compare(bundled_case("lenet5", 60), 50, 700'000, {1e-4, 1e-3}, 1);   // some of it
    }

    void equals_a_plain_loop_on_shared_models_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("normalization");
        QTest::addColumn<double>("rate");
        QTest::newRow("AlexNet, traced") << "alexnet_cifar10_traced.pt" << "cifar10" << 1e-5;
        QTest::newRow("ResNet-20") << "resnet20_cifar10_traced.pt" << "imagenet" << 1e-4;
    }
    void equals_a_plain_loop_on_shared_models() {
        QFETCH(QString, file);
        QFETCH(QString, normalization);
        QFETCH(double, rate);
        const QString path = QStringLiteral(CLIPSCOPE_SHARED_DIR "/models/") + file;
        if (!QFileInfo::exists(path)) QSKIP("the shared models are not here");
        compare({path.toStdString(), first_images(CLIPSCOPE_SHARED_DIR "/data/cifar-10-batches-bin", 40),
                 {Normalization::preset(normalization.toStdString()), std::nullopt}},
                20, 0, {rate / 10, rate}, 1);
    }

    void default_mode_differs_from_exact_only_at_near_ties() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const std::vector<double> rates{1e-6, 1e-5, 1e-4, 1e-3, 1e-2};
        check_modes(bundled_case("lenet5", 120), 50, 0, {}, rates, 3);
        check_modes(bundled_case("lenet5", 10), 1, 0, {}, rates, 1);
        check_modes(bundled_case("lenet5", 60), 50, 1, {}, rates, 1);          // nothing can be kept
        check_modes(bundled_case("lenet5", 60), 50, 1'500'000, {}, rates, 1);  // some of it
        check_modes(bundled_case("lenet5", 60), 50, 0, {{2.0F, 3.0F, 4.0F, 5.0F}}, rates, 2);
        check_modes(bundled_case("lenet5", 60), 50, 0, {{std::nullopt, 3.0F}}, rates, 2);
        check_modes(bundled_case("alexnet", 60), 50, 0, {}, {1e-7, 1e-6, 1e-5, 1e-4}, 2);
    }

    void default_mode_on_shared_models_data() { equals_a_plain_loop_on_shared_models_data(); }
    void default_mode_on_shared_models() {
        QFETCH(QString, file);
        QFETCH(QString, normalization);
        QFETCH(double, rate);
        const QString path = QStringLiteral(CLIPSCOPE_SHARED_DIR "/models/") + file;
        if (!QFileInfo::exists(path)) QSKIP("the shared models are not here");
        const Case work{path.toStdString(), first_images(CLIPSCOPE_SHARED_DIR "/data/cifar-10-batches-bin", 60),
                        {Normalization::preset(normalization.toStdString()), std::nullopt}};
        check_modes(work, 50, 0, {}, {rate / 10, rate, rate * 10}, 1);
    }

    void networks_that_transpose() {
        const QTemporaryDir folder;
        const Case work = network_case(folder, token_parameters, attention_code);
        const Comparison comparison = compare_modes(work, 15, 0, {}, {1e-3, 1e-2}, 6);
        QVERIFY(comparison.images > 0);
        QCOMPARE(comparison.unexplained, 0);
        check_budgets(work, {1e-3, 1e-2}, 3);
    }

    void outcomes_do_not_depend_on_what_memory_keeps() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        check_budgets(bundled_case("lenet5", 64), {1e-4, 1e-3}, 4);
    }

    void images_that_influence_each_other_run_in_whole_chunks() {
        const QTemporaryDir folder;
        const Case work = network_case(folder, {{"w", {8, 3, 3, 3}}, {"head", {10, 8}}}, R"(
    def forward(self, x):
        x = torch.relu(torch.conv2d(x, self.w, None, [1, 1], [1, 1]))
        x = x - torch.mean(x, [0], True)
        return torch.linear(torch.mean(x, [2, 3]), self.head)
)");
        const auto network = Network::load(work.model);
        Evaluator fast(network, work.images, work.input, {.chunk = 15, .device = "cpu"});
        Evaluator exact(network, work.images, work.input, {.chunk = 15, .device = "cpu", .exact = true});
        const std::vector<std::size_t> layers{0, 1};
        QVERIFY(fast.prepare(layers, 1, {}) && exact.prepare(layers, 1, {}));
        QVERIFY(fast.why_exact().has_value());
        QVERIFY(QString::fromStdString(*fast.why_exact()).contains("influence each other"));
        TrialRunner a(fast), b(exact);
        for (std::uint64_t trial = 0; trial < 10; ++trial) {
            const TrialFaults faults = draw_trial_faults(2, trial, network->layers(), layers, 1e-2);
            std::vector<float> first, second;
            QCOMPARE(*a.run(faults, 1e-2, {}, &first), *b.run(faults, 1e-2, {}, &second));
            QVERIFY(std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
        }
    }

    void the_chunk_follows_from_the_network_and_its_images() {
        const QTemporaryDir folder;
        const Case work = network_case(folder, token_parameters, attention_code);
        const auto network = Network::load(work.model);
        for (const std::size_t budget : {std::size_t(1), std::size_t(1) << 30})
            QCOMPARE(Evaluator(network, work.images, work.input, {.memory_bytes = budget}).chunk(), std::size_t(100));
        const Dataset large = noise({3, 800, 900});
        QCOMPARE(Evaluator(network, large, work.input, {}).chunk(), std::size_t(2));
    }

    void rates_in_one_pass_equal_rates_one_by_one() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        check_stacks(bundled_case("lenet5", 120), 50, {}, {1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 1e-2}, 3);
        check_stacks(bundled_case("lenet5", 60), 50, {{2.0F, 3.0F, 4.0F, 5.0F}}, {1e-5, 1e-4, 1e-3, 0.1}, 2);
        const std::string residual = CLIPSCOPE_SHARED_DIR "/models/resnet20_cifar10_traced.pt";
        if (!QFileInfo::exists(QString::fromStdString(residual))) return;
        check_stacks({residual, first_images(CLIPSCOPE_SHARED_DIR "/data/cifar-10-batches-bin", 30), {Normalization::preset("imagenet"), std::nullopt}},
                     20, {}, {1e-5, 1e-4, 1e-3}, 1);
    }

    void a_derived_evaluator_equals_one_made_anew() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const Case work = bundled_case("lenet5", 60);
        const auto network = Network::load(work.model);
        const std::vector<std::size_t> layers{0, 1, 2, 3, 4};
        const Clipping base_clipping{{3.0F, 4.0F, 5.0F, 6.0F}};
        EvaluatorOptions options{.chunk = 25, .device = "cpu", .exact = true, .clipping = base_clipping};
        Evaluator base(network, work.images, work.input, options);
        QVERIFY(base.prepare(layers, 1, {}));
        for (std::size_t site = 0; site < 4; ++site) {
            const auto derived = base.with_threshold(site, 1.5F);
            QVERIFY(derived->prepare(layers, 2, {}));
            options.clipping = base_clipping.with(site, 1.5F);
            Evaluator anew(network, work.images, work.input, options);
            QVERIFY(anew.prepare(layers, 1, {}));
            QCOMPARE(derived->clean(), anew.clean());
            TrialRunner a(*derived), b(anew);
            for (std::uint64_t trial = 0; trial < 3; ++trial) {
                const TrialFaults faults = draw_trial_faults(2, trial, network->layers(), layers, 1e-3);
                QCOMPARE(*a.run(faults, 1e-3, {}), *b.run(faults, 1e-3, {}));
            }
        }
    }

    void keeps_within_the_memory_budget() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const Case work = bundled_case("lenet5", 200);
        for (std::size_t budget : {std::size_t(1), std::size_t(500'000), std::size_t(5'000'000), std::size_t(1) << 30}) {
            Evaluator evaluator(Network::load(work.model), work.images, work.input, {.chunk = 50, .device = "cpu", .memory_bytes = budget});
            QVERIFY(evaluator.prepare(std::vector<std::size_t>{0, 1, 2, 3, 4}, 1, {}));
            QVERIFY(evaluator.kept_bytes() <= budget);
            QCOMPARE(evaluator.kept_bytes() > 0, budget > 200'000);
        }
    }

    // As for a clean accuracy alone, which needs no more memory for a thousand pictures than for ten.
    void keeps_nothing_where_no_trial_follows() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const Case work = bundled_case("lenet5", 200);
        const EvaluatorOptions options{.chunk = 50, .device = "cpu", .memory_bytes = std::size_t(1) << 30};
        Evaluator alone(Network::load(work.model), work.images, work.input, options), before(Network::load(work.model), work.images,
                                                                                            work.input, options);
        QVERIFY(alone.prepare({}, 1, {}) && before.prepare(std::vector<std::size_t>{0, 1, 2, 3, 4}, 1, {}));
        QCOMPARE(alone.kept_bytes(), std::size_t(0));
        QVERIFY(before.kept_bytes() > 0);
        QCOMPARE(alone.clean(), before.clean());
    }

    void refuses_images_that_do_not_fit() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const Case work = bundled_case("lenet5", 10);
        const auto network = Network::load(work.model);
        InputFormat raw{work.input.normalization, std::nullopt};  // 28×28 instead of the padded 32×32
        QVERIFY_EXCEPTION_THROWN(Evaluator(network, work.images, raw, {}), Error);
        QVERIFY_EXCEPTION_THROWN(Evaluator(network, work.images, work.input, {.chunk = -1}), UsageError);
        QVERIFY_EXCEPTION_THROWN(Evaluator(network, work.images, work.input, {.device = "toaster"}), UsageError);
    }

    void stops_within_a_chunk() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        const Case work = bundled_case("lenet5", 100);
        const auto network = Network::load(work.model);
        Evaluator evaluator(network, work.images, work.input, {.chunk = 10});
        QVERIFY(evaluator.prepare(std::vector<std::size_t>{0}, 1, {}));
        std::stop_source stop;
        stop.request_stop();
        TrialRunner runner(evaluator);
        const TrialFaults faults = draw_trial_faults(1, 0, network->layers(), std::vector<std::size_t>{0, 1, 2, 3, 4}, 1e-2);
        QVERIFY(!runner.run(faults, 1e-2, stop.get_token()).has_value());
        QVERIFY(runner.parameters_are_clean());
    }
};

QTEST_GUILESS_MAIN(TestEvaluator)
#include "test_evaluator.moc"
