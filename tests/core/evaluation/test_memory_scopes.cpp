// Faults in batch norms and in the thresholds themselves, against a network whose every operation is written out here on tensors and whose
// numbers are changed bit by bit.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <map>

#include "../network/modules.h"
#include "campaign/fault_scope.h"
#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/activation_recorder.h"
#include "evaluation/evaluator.h"
#include "evaluation/faulty_values.h"
#include "evaluation/image_batches.h"
#include "evaluation/plain_loop.h"
#include "evaluation/scoring.h"

using namespace clipscope;
using testing::make_module;
using testing::same_bits;

namespace {

constexpr int chunk = 12;
constexpr float first_threshold = 1.5F, shared_threshold = 2.0F, last_threshold = 0.75F, slope = 0.25F;

const std::vector<std::pair<std::string, std::vector<std::int64_t>>> parameters{
    {"conv", {6, 3, 3, 3}}, {"bias", {6}}, {"conv2", {6, 6, 3, 3}}, {"fc", {8, 6}}, {"head", {5, 8}}, {"gamma", {6}}, {"beta", {6}},
    {"mean", {6}},          {"var", {6}},  {"gamma2", {6}},         {"mean2", {6}}, {"var2", {6}}};

// Two batch norms, the second without beta, around a residual join; ReLU twice, leaky ReLU, tanh.
constexpr const char* forward_code = R"(
def forward(self, x):
    a = torch.batch_norm(torch.conv2d(x, self.conv, self.bias, 1, 1), self.gamma, self.beta, self.mean, self.var, False, 0.1, 0.01, False)
    a = %1
    b = torch.batch_norm(torch.conv2d(a, self.conv2, None, 1, 1), self.gamma2, None, self.mean2, self.var2, False, 0.1, 0.01, False)
    b = b + a
    b = %2
    c = torch.linear(b.mean([2, 3]), self.fc)
    l = c * 0.25
    c = %3
    d = torch.tanh(c)
    d = %4
    return torch.linear(d, self.head)
)";

// With thresholds as a hardened file has them: a constant, a number that two sites share, a tensor.
std::string hardened_code() {
    return QString::fromLatin1(forward_code)
        .arg("torch.where((a >= 0) & (a <= 1.5), a, 0.0)", "torch.where((b >= 0) & (b <= self.shared), b, 0.0)",
             "torch.where((c >= 0) & (c <= self.shared), c, torch.where((l < 0) & (l >= -self.shared), l, 0.0))",
             "torch.where(torch.abs(d) <= self.last, d, 0.0)")
        .toStdString();
}

std::string plain_code() {
    return QString::fromLatin1(forward_code).arg("torch.relu(a)", "torch.relu(b)", "torch.leaky_relu(c, 0.25)", "d").toStdString();
}

torch::jit::Module with_attributes(const std::string& code) {
    torch::jit::Module module = make_module(parameters, "def unused(self, x):\n    return x\n");
    module.register_attribute("shared", c10::FloatType::get(), double(shared_threshold));
    module.register_buffer("last", at::full({}, last_threshold));
    for (const char* variance : {"var", "var2"}) module.attr(variance).toTensor().abs_();
    for (const char* gamma : {"gamma", "gamma2"}) module.attr(gamma).toTensor().add_(1);
    module.define(code);
    return module;
}

Dataset images_of_noise(std::size_t count) {
    const ImageShape shape{3, 8, 8};
    std::vector<std::uint8_t> pixels(count * shape.pixels());
    std::uint32_t state = 12345;
    for (std::uint8_t& pixel : pixels) pixel = std::uint8_t((state = state * 1664525 + 1013904223) >> 24);
    std::vector<std::int32_t> labels(count);
    for (std::size_t i = 0; i < count; ++i) labels[i] = std::int32_t(i % 5);
    return Dataset("noise", shape, std::move(pixels), std::move(labels), {"a", "b", "c", "d", "e"});
}

// The network by hand: numbers by the path that faults know them by.
class ByHand {
public:
    explicit ByHand(const torch::jit::Module& module) {
        for (const auto& [name, shape] : parameters) numbers_[name] = module.attr(name).toTensor().detach().clone();
        const float thresholds[] = {first_threshold, shared_threshold, shared_threshold, last_threshold};
        for (int i = 0; i < 4; ++i) numbers_["ACT-" + std::to_string(i + 1) + ".threshold"] = at::full({1}, thresholds[i]);
    }

    // Flips them; a second call takes them back.
    void flip(const Network& network, const TrialFaults& faults, double rate) {
        for (const ParameterFaults& parameter : faults.parameters) {
            auto* words = static_cast<std::uint32_t*>(
                numbers_.at(network.memory_parts()[parameter.layer].parameters[parameter.parameter].path).data_ptr());
            for (const MarkedBit& bit : parameter.bits)
                if (bit.mark < rate) words[bit.position / 32] ^= 1U << (bit.position % 32);
        }
    }

    at::Tensor logits(const at::Tensor& x) {
        const auto n = [&](const char* path) { return numbers_.at(path); };
        const at::Tensor zero = at::zeros({});
        at::Tensor a =
            at::batch_norm(at::conv2d(x, n("conv"), n("bias"), 1, 1), n("gamma"), n("beta"), n("mean"), n("var"), false, 0.1, 0.01, false);
        a = at::where((a >= 0).logical_and(a <= n("ACT-1.threshold")), a, zero);
        at::Tensor b = at::batch_norm(at::conv2d(a, n("conv2"), {}, 1, 1), n("gamma2"), {}, n("mean2"), n("var2"), false, 0.1, 0.01, false);
        b = b + a;
        b = at::where((b >= 0).logical_and(b <= n("ACT-2.threshold")), b, zero);
        at::Tensor c = at::linear(b.mean({2, 3}), n("fc"));
        const at::Tensor l = c * slope, t = n("ACT-3.threshold");
        c = at::where((c >= 0).logical_and(c <= t), c, at::where((l < 0).logical_and(l >= -t), l, zero));
        at::Tensor d = at::tanh(c);
        d = at::where(d.abs() <= n("ACT-4.threshold"), d, zero);
        return at::linear(d, n("head"));
    }

private:
    std::map<std::string, at::Tensor> numbers_;
};

bool is_near_tie(const at::Tensor& row) {
    const at::Tensor sorted = std::get<0>(row.sort(0, true));
    const float scale = row.abs().max().item<float>();
    return !std::isfinite(scale) || scale > 1e30F || (sorted[0] - sorted[1]).item<float>() < 1e-3F * (1 + scale);
}

// A network, its images, both kinds of evaluators and the plain loop beside the one by hand.
struct Bench {
    QTemporaryDir folder;
    std::shared_ptr<const Network> network;
    Dataset images = images_of_noise(40);
    InputFormat input{Normalization::custom({0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}), std::nullopt};
    Clipping clipping;
    std::unique_ptr<ByHand> by_hand;
    std::unique_ptr<Evaluator> exact, fast;
    std::unique_ptr<TrialRunner> exact_runner, fast_runner;
    std::unique_ptr<PlainLoop> plain;
    std::vector<ImageBatch> batches;
    int harmed = 0;

    Bench(const std::string& code, Clipping clip) : clipping(std::move(clip)) {
        const torch::NoGradGuard no_gradients;
        at::set_num_threads(1);
        torch::jit::Module module = with_attributes(code);
        const std::string path = folder.filePath("network.pt").toStdString();
        module.save(path);
        network = Network::load(path);
        by_hand = std::make_unique<ByHand>(module);
        batches = make_batches(images, input, chunk, at::kCPU);
        for (const bool is_exact : {true, false}) {
            auto evaluator = std::make_unique<Evaluator>(
                network, images, input, EvaluatorOptions{.chunk = chunk, .device = "cpu", .exact = is_exact, .clipping = clipping});
            std::vector<std::size_t> parts(network->memory_parts().size());
            for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = i;
            if (!evaluator->prepare(parts, 1, {})) return;
            (is_exact ? exact_runner : fast_runner) = std::make_unique<TrialRunner>(*evaluator);
            (is_exact ? exact : fast) = std::move(evaluator);
        }
        plain = std::make_unique<PlainLoop>(network, images, input, chunk, "cpu", 1);
        exact_runner->run({}, 0, {}, &clean_logits_);
    }

    at::Tensor expected_logits(const TrialFaults& faults, double rate) {
        const torch::NoGradGuard no_gradients;
        by_hand->flip(*network, faults, rate);
        std::vector<at::Tensor> rows;
        for (const ImageBatch& batch : batches) rows.push_back(by_hand->logits(batch.images));
        by_hand->flip(*network, faults, rate);
        return at::cat(rows);
    }

    void check(const TrialFaults& faults, double rate) {
        const at::Tensor expected = expected_logits(faults, rate);
        std::vector<float> a, b;
        const Outcome outcome = exact_runner->run(faults, rate, {}, &a).value();
        const Outcome fast_outcome = fast_runner->run(faults, rate, {}, &b).value();
        const auto as_tensor = [&](std::vector<float>& values) { return at::from_blob(values.data(), expected.sizes()); };
        QVERIFY2(same_bits(as_tensor(a), expected), "the exact mode is not what full passes give");
        Outcome counted = plain->run(0, faults, rate, clipping, {}).value();
        counted.sdc = outcome.sdc;
        QCOMPARE(counted, outcome);
        QCOMPARE(fast_outcome.images, outcome.images);
        for (std::int64_t i = 0; i < expected.size(0); ++i) {
            const at::Tensor found = as_tensor(b)[i], wanted = expected[i];
            const bool is_finite = wanted.isfinite().all().item<bool>();
            const bool is_alike = is_finite == found.isfinite().all().item<bool>() &&
                                  (!is_finite || found.argmax().item<std::int64_t>() == wanted.argmax().item<std::int64_t>());
            QVERIFY2(is_alike || is_near_tie(found) || is_near_tie(wanted), "the default mode judges an image differently");
        }
        QVERIFY(exact_runner->parameters_are_clean() && fast_runner->parameters_are_clean() && plain->parameters_are_clean());
        harmed += !same_bits(expected, as_tensor(clean_logits_));
    }

    void check_scopes(const std::string& text) {
        for (const FaultScope& scope : parse_fault_scopes(text, network->memory_parts()))
            for (std::uint64_t trial = 0; trial < 6; ++trial)
                for (const double rate : {0.01, 0.1}) {
                    const TrialFaults faults = draw_trial_faults(3, trial, network->memory_parts(), exact->stored(scope.layers), rate);
                    check(faults, rate);
                    if (QTest::currentTestFailed()) qWarning("scope %s, trial %d, rate %g", scope.name.c_str(), int(trial), rate);
                    if (QTest::currentTestFailed()) return;
                }
    }

private:
    std::vector<float> clean_logits_;
};

std::size_t part_named(const Network& network, const std::string& name) {
    const auto& parts = network.memory_parts();
    return std::size_t(std::ranges::find(parts, name, &LayerInfo::name) - parts.begin());
}

const Clipping all_clipped{{first_threshold, shared_threshold, shared_threshold, last_threshold}};

}  // namespace

class TestMemoryScopes : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_number_is_a_part_once() {
        const Bench bench(hardened_code(), {});
        QStringList names;
        std::int64_t stored = 0;
        for (const LayerInfo& part : bench.network->memory_parts()) {
            for (const ParameterInfo& parameter : part.parameters)
                names += QString::fromStdString(part.name + ":" + parameter.path + ":" + std::to_string(parameter.elements));
            stored += part.part == MemoryPart::threshold && part.is_stored;
        }
        QCOMPARE(names.join(' '),
                 "CONV-1:conv:162 CONV-1:bias:6 CONV-2:conv2:324 FC-1:fc:48 FC-2:head:40 "
                 "BN-1:gamma:6 BN-1:beta:6 BN-1:mean:6 BN-1:var:6 BN-2:gamma2:6 BN-2:mean2:6 BN-2:var2:6 "
                 "ACT-1:ACT-1.threshold:1 ACT-2:ACT-2.threshold:1 ACT-3:ACT-3.threshold:1 ACT-4:ACT-4.threshold:1");
        QCOMPARE(stored, 4);
        QCOMPARE(bench.network->layers().size(), std::size_t(4));
        QCOMPARE(bench.network->fault_bits(), std::int64_t(162 + 6 + 324 + 48 + 40) * 32);
    }

    void faults_do_what_full_passes_say_data() {
        QTest::addColumn<bool>("hardened");
        QTest::addColumn<QString>("scopes");
        for (const bool hardened : {true, false}) {
            const char* name = hardened ? "hardened file" : "clipped here";
            QTest::addRow("%s, batch norm", name) << hardened << "batch-norm,each-batch-norm,CONV-2+BN-1";
            QTest::addRow("%s, thresholds", name) << hardened << "thresholds,each-threshold";
            QTest::addRow("%s, all together", name) << hardened << "network+batch-norm+thresholds,FC-1+ACT-4";
        }
    }
    void faults_do_what_full_passes_say() {
        QFETCH(bool, hardened);
        QFETCH(QString, scopes);
        Bench bench(hardened ? hardened_code() : plain_code(), hardened ? Clipping{} : all_clipped);
        bench.check_scopes(scopes.toStdString());
        QVERIFY2(bench.harmed > 10, "the faults did no harm: nothing was tested");
    }

    // A few channels changed by the layer before and others by the batch norm's own numbers: signs, so that all values stay small.
    void changed_channels_of_layer_and_batch_norm_unite() {
        Bench bench(plain_code(), all_clipped);
        const std::size_t norm = part_named(*bench.network, "BN-1");
        const TrialFaults faults{{{0, 0, {{32 * 3 + 31, 0}}},                // conv, channel 0
                                  {norm, 0, {{32 * 3 + 31, 0}}},             // gamma, channel 3
                                  {norm, 2, {{31, 0}, {32 * 5 + 31, 0}}}}};  // mean, channels 0 and 5
        const at::Tensor expected = bench.expected_logits(faults, 1);
        std::vector<float> logits;
        bench.fast_runner->run(faults, 1, {}, &logits);
        QVERIFY(at::allclose(at::from_blob(logits.data(), expected.sizes()), expected, 1e-4, 1e-4));
        bench.check(faults, 1);
        QCOMPARE(bench.harmed, 1);
    }

    // 1.5 with bit 30 is a NaN; 2.0 with bits 23 to 29 is infinite; bit 31 is the sign.
    void thresholds_beyond_numbers_follow_the_formula_data() {
        QTest::addColumn<bool>("hardened");
        QTest::newRow("hardened file") << true;
        QTest::newRow("clipped here") << false;
    }
    void thresholds_beyond_numbers_follow_the_formula() {
        QFETCH(bool, hardened);
        Bench bench(hardened ? hardened_code() : plain_code(), hardened ? Clipping{} : all_clipped);
        const std::vector<std::pair<std::string, std::vector<int>>> cases{{"ACT-1", {30}},
                                                                          {"ACT-1", {31}},
                                                                          {"ACT-2", {23, 24, 25, 26, 27, 28, 29}},
                                                                          {"ACT-3", {23, 24, 25, 26, 27, 28, 29}},
                                                                          {"ACT-3", {31}},
                                                                          {"ACT-4", {31}},
                                                                          {"ACT-4", {30}},
                                                                          {"ACT-2", {30}},
                                                                          {"ACT-2", {1, 2, 3}}};
        for (const auto& [name, bits] : cases) {
            const std::size_t part = part_named(*bench.network, name);
            TrialFaults faults{{{part, 0, {}}}};
            for (const int bit : bits) faults.parameters[0].bits.push_back({std::uint64_t(bit), 0});
            bench.check(faults, 1);
            // Beside it a layer before the site whose outputs become huge or NaN.
            faults.parameters.insert(faults.parameters.begin(), {0, 0, {{30, 0}, {32 * 40 + 30, 0}, {32 * 100 + 29, 0}}});
            bench.check(faults, 1);
        }
    }

    void faulty_thresholds_are_told_with_their_values() {
        Bench bench(hardened_code(), {});
        const std::size_t part = part_named(*bench.network, "ACT-2");
        const TrialFaults faults{{{part, 0, {{22, 0.9}, {31, 0.1}}}}};
        const auto told = faulty_values(*bench.network, faults, 0.5);
        QCOMPARE(told.size(), std::size_t(1));
        QCOMPARE(told[0].parameter, std::string("ACT-2.threshold"));
        QCOMPARE(told[0].before, shared_threshold);
        QCOMPARE(told[0].after, -shared_threshold);
        QCOMPARE(faulty_values(*bench.network, faults, 0.5, Clipping{}.with(1, 4.0F))[0].after, -4.0F);
        bench.exact_runner->run(faults, 0.5, {});
        QCOMPARE(bench.exact_runner->injected().at(0).layer, part);
        QCOMPARE(bench.exact_runner->injected()[0].changed[31], 1);
        // A site whose threshold is negative puts out nothing.
        const auto histograms = record_activations(*bench.exact, faults, 0.5, 1, {}).value();
        QCOMPARE(histograms[1].largest().value(), 0.0F);
    }

    // Old exports write a linear layer as t and addmm: the transposition reads the weight first.
    void transposed_weights_are_hit_by_their_faults() {
        const torch::NoGradGuard no_gradients;
        at::set_num_threads(1);
        torch::jit::Module module = make_module({{"w1", {6, 192}}, {"w2", {5, 6}}, {"b2", {5}}}, R"(
def forward(self, x):
    a = torch.relu(torch.linear(x.flatten(1), self.w1))
    return torch.addmm(self.b2, a, self.w2.t())
)");
        const QTemporaryDir folder;
        const std::string path = folder.filePath("old.pt").toStdString();
        module.save(path);
        const auto network = Network::load(path);
        const Dataset images = images_of_noise(40);
        const InputFormat input{Normalization::custom({0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}), std::nullopt};
        const std::vector<ImageBatch> batches = make_batches(images, input, chunk, at::kCPU);
        const std::vector<std::size_t> scope{part_named(*network, "FC-2")};
        QCOMPARE(network->memory_parts().at(scope[0]).path, std::string("w2"));
        for (const EvaluatorOptions& options :
             {EvaluatorOptions{.chunk = chunk, .device = "cpu", .exact = true}, EvaluatorOptions{.chunk = chunk, .device = "cpu"},
              EvaluatorOptions{.chunk = chunk, .device = "cpu", .stack = true}}) {
            Evaluator evaluator(network, images, input, options);
            QVERIFY(evaluator.prepare(scope, 1, {}));
            TrialRunner runner(evaluator);
            for (std::uint64_t trial = 0; trial < 4; ++trial) {
                const TrialFaults faults = draw_trial_faults(3, trial, network->memory_parts(), scope, 0.05);
                std::map<std::string, at::Tensor> numbers{{"w2", module.attr("w2").toTensor().clone()},
                                                          {"b2", module.attr("b2").toTensor().clone()}};
                for (const ParameterFaults& parameter : faults.parameters) {
                    at::Tensor& hit = numbers.at(network->memory_parts()[parameter.layer].parameters[parameter.parameter].path);
                    for (const MarkedBit& bit : parameter.bits)
                        static_cast<std::uint32_t*>(hit.data_ptr())[bit.position / 32] ^= 1U << (bit.position % 32);
                }
                std::vector<at::Tensor> expected;
                for (const ImageBatch& batch : batches)
                    expected.push_back(at::addmm(numbers.at("b2"),
                                                 at::relu(at::linear(batch.images.flatten(1), module.attr("w1").toTensor())),
                                                 numbers.at("w2").t()));
                std::vector<float> logits;
                QVERIFY(runner.run(faults, 0.05, {}, &logits).has_value());
                const at::Tensor wanted = at::cat(expected);
                QVERIFY(at::allclose(at::from_blob(logits.data(), wanted.sizes()), wanted, 1e-4, 1e-4, true));
                Outcome one_by_one = runner.run(faults, 0.05, {}).value();
                const auto compare = [&](std::size_t, const Outcome& outcome) { QCOMPARE(outcome, one_by_one); };
                QVERIFY(runner.run_rates(faults, std::vector{0.05}, {}, compare));
            }
        }
    }

    void an_unclipped_network_stores_no_threshold() {
        Bench bench(plain_code(), {});
        const auto scopes = parse_fault_scopes("thresholds", bench.network->memory_parts());
        QVERIFY(bench.exact->stored(scopes[0].layers).empty());
        QVERIFY_EXCEPTION_THROWN(check_thresholds_stored(scopes, bench.network->memory_parts()), UsageError);
        Evaluator one(bench.network, bench.images, bench.input, {.device = "cpu", .clipping = Clipping{}.with(2, 1.0F)});
        QCOMPARE(one.stored(scopes[0].layers), std::vector<std::size_t>{scopes[0].layers[2]});
    }

    // ResNet-20's own batch norms, by the module's own forward().
    void batch_norms_of_resnet20_equal_its_forward() {
        const std::string path = CLIPSCOPE_SHARED_DIR "/models/resnet20_cifar10_traced.pt";
        const std::string data = CLIPSCOPE_SHARED_DIR "/data/cifar-10-batches-bin";
        if (!QFileInfo::exists(QString::fromStdString(path))) QSKIP("the shared models are not here");
        const auto network = Network::load(path);
        const Dataset all = open_dataset(data, Split::test);
        const Dataset images = all.subset(select_images(all, {.count = 40, .first = true}, 1));
        const InputFormat input{Normalization::preset("imagenet"), std::nullopt};
        const FaultScope scope = parse_fault_scopes("batch-norm", network->memory_parts()).front();
        QCOMPARE(scope.layers.size(), std::size_t(19));
        PlainLoop plain(network, images, input, 20, "cpu", 1);
        Evaluator exact(network, images, input, {.chunk = 20, .device = "cpu", .exact = true});
        Evaluator fast(network, images, input, {.chunk = 20, .device = "cpu"});
        QVERIFY(exact.prepare(scope.layers, 2, {}) && fast.prepare(scope.layers, 2, {}));
        TrialRunner exact_runner(exact), fast_runner(fast);
        at::set_num_threads(1);
        int harmed = 0;
        for (std::uint64_t trial = 0; trial < 8; ++trial) {
            const TrialFaults faults = draw_trial_faults(1, trial, network->memory_parts(), scope.layers, 1e-4);
            const Outcome expected = exact_runner.run(faults, 1e-4, {}).value();
            QCOMPARE(expected.correct, plain.run(0, faults, 1e-4, {}, {})->correct);
            QVERIFY(std::abs(fast_runner.run(faults, 1e-4, {})->correct - expected.correct) <= 1);  // a near-tie
            harmed += expected.correct < exact.clean().correct;
        }
        QVERIFY(harmed > 2);
    }
};

QTEST_GUILESS_MAIN(TestMemoryScopes)
#include "test_memory_scopes.moc"
