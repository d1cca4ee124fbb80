// What single faults do to a few images, against the same network written once more in LibTorch's own functions.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>

#include "../network/modules.h"
#include "evaluation/fault_effects.h"
#include "evaluation/faulty_values.h"
#include "network/program.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr int image_count = 12;
const std::vector<std::int64_t> image_sizes = {image_count, 1, 6, 5};

Dataset make_images() {
    const ImageShape shape{1, 6, 5};
    std::vector<std::uint8_t> pixels(shape.pixels() * image_count);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 37 % 251);
    std::vector<std::int32_t> labels(image_count);
    for (int i = 0; i < image_count; ++i) labels[std::size_t(i)] = i % 3;
    return Dataset("made", shape, pixels, labels, {"a", "b", "c"});
}

torch::jit::Module make_network() {
    return make_module({{"first", {4, 1, 3, 3}}, {"second", {6, 4, 3, 3}}, {"third", {7, 36}}, {"last", {3, 7}}}, R"(
def forward(self, x):
    a = torch.relu(torch.conv2d(x, self.first, None, [1, 1], [1, 1]))
    b = torch.relu(torch.conv2d(a, self.second))
    b = torch.max_pool2d(b, [2, 1])
    c = torch.tanh(torch.linear(torch.flatten(b, 1), self.third))
    return torch.linear(c, self.last)
)");
}

using Parameters = std::map<std::string, at::Tensor>;

Parameters parameters_of(const Network& network) {
    Parameters parameters;
    for (const NamedTensor& tensor : network.program().tensors()) parameters[tensor.path] = tensor.tensor.clone();
    return parameters;
}

struct Plain {
    std::vector<at::Tensor> sites;
    at::Tensor logits;
};

Plain run_plainly(const Parameters& parameters, const at::Tensor& images) {
    const torch::NoGradGuard no_gradients;
    Plain plain;
    at::Tensor x = at::relu(at::conv2d(images, parameters.at("first"), {}, 1, 1));
    plain.sites.push_back(x);
    x = at::relu(at::conv2d(x, parameters.at("second")));
    plain.sites.push_back(x);
    x = at::tanh(at::linear(at::flatten(at::max_pool2d(x, {2, 1}), 1), parameters.at("third")));
    plain.sites.push_back(x);
    plain.logits = at::linear(x, parameters.at("last"));
    return plain;
}

at::Tensor pixels_of(const Dataset& images) {
    at::Tensor x = at::empty(image_sizes);
    for (std::size_t i = 0; i < images.size(); ++i)
        for (std::int64_t p = 0; p < 30; ++p) x[std::int64_t(i)].view({30})[p] = float(images.image(i)[std::size_t(p)]) / 255.0F;
    return x;
}

bool are_same_bits(const std::vector<float>& found, const at::Tensor& expected) {
    const at::Tensor numbers = expected.contiguous();
    if (std::int64_t(found.size()) != numbers.numel()) return false;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (std::bit_cast<std::uint32_t>(found[i]) != std::bit_cast<std::uint32_t>(numbers.data_ptr<float>()[i])) return false;
    return true;
}

std::int64_t count_different(const at::Tensor& a, const at::Tensor& b) {
    return (a.contiguous().view(at::kInt) != b.contiguous().view(at::kInt)).sum().item<std::int64_t>();
}

}  // namespace

class TestFaultEffects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        const std::string path = folder_.filePath("network.pt").toStdString();
        make_network().save(path);
        network_ = Network::load(path);
        QCOMPARE(network_->sites().size(), std::size_t(3));
    }

    void single_faults_equal_a_plain_pass_data() {
        QTest::addColumn<QString>("format");
        for (const char* format : {"float32", "bfloat16", "int8", "Q3.12"}) QTest::newRow(format) << QString(format);
    }
    void single_faults_equal_a_plain_pass() {
        QFETCH(QString, format);
        at::set_num_threads(1);
        const auto network = network_->stored_in({.format = NumberFormat::parse(format.toStdString()), .bits = {}});
        const Dataset images = make_images();
        EffectsRunner runner(network, images, input_, {.device = "cpu"});
        const at::Tensor pixels = pixels_of(images);
        const Parameters clean_parameters = parameters_of(*network);
        const Plain clean = run_plainly(clean_parameters, pixels);
        std::vector<std::size_t> all(network->layers().size());
        std::iota(all.begin(), all.end(), 0);
        int changed = 0;
        for (std::uint64_t trial = 0; trial < 50; ++trial) {
            const TrialFaults faults = draw_counted_faults(7, trial, network->memory_parts(), all, 1);
            const FaultyValue value = faulty_values(*network, faults, 1).front();
            Parameters parameters = parameters_of(*network);
            parameters.at(value.parameter).view({-1})[value.element] = value.after;
            const Plain plain = run_plainly(parameters, pixels);
            const FaultEffects effects = runner.run(faults, 1);
            QCOMPARE(effects.images.size(), std::size_t(image_count));
            for (std::int64_t image = 0; image < image_count; ++image) {
                const ImageEffect& one = effects.images[std::size_t(image)];
                QCOMPARE(one.label, std::int32_t(image % 3));
                QVERIFY(are_same_bits(one.clean_logits, clean.logits[image]));
                QVERIFY(are_same_bits(one.logits, plain.logits[image]));
                changed += one.logits != one.clean_logits;
            }
            check_sites(runner, effects, clean, plain);
        }
        QVERIFY2(changed > 100, "hardly a fault did anything: nothing was tested");
    }

    // Protections are part of the network; a fault that nothing lets through spreads to no site behind.
    void protections_stop_what_spreads() {
        const Dataset images = make_images();
        // The exponent's highest bit of a weight that is not negative: a huge value that a ReLU lets through.
        const at::Tensor weights = parameters_of(*network_).at("first").view({-1});
        std::uint64_t element = 0;
        while (!(weights[std::int64_t(element)].item<float>() > 0.01F)) ++element;
        const TrialFaults fault{.parameters = {{0, 0, {{element * 32 + 30, 0}}}}};
        EffectsRunner plain(network_, images, input_, {.device = "cpu"});
        const FaultEffects unprotected = plain.run(fault, 1);
        QVERIFY(unprotected.sites[0].largest > 1e20F || unprotected.sites[0].nonfinite > 0);
        QCOMPARE(unprotected.sites[0].channels, (std::vector<std::int64_t>{std::int64_t(element) / 9}));
        QCOMPARE(unprotected.sites[1].channels.size(), std::size_t(6));
        const Clipping clipping{{unprotected.sites[0].largest_clean, std::nullopt, std::nullopt}};
        EffectsRunner clipped(network_, images, input_, {.device = "cpu", .clipping = clipping});
        const FaultEffects kept = clipped.run(fault, 1);
        QVERIFY(kept.sites[0].largest <= unprotected.sites[0].largest_clean);
        QVERIFY(kept.sites[1].largest < 1e3F);
    }

    void nothing_remains_of_a_fault() {
        const Dataset images = make_images();
        EffectsRunner runner(network_, images, input_, {.device = "cpu"});
        const auto before = runner.feature_map(1, 3, 2);
        QVERIFY(before.clean == before.faulty);
        runner.run(TrialFaults{.parameters = {{1, 0, {{5 * 32 + 30, 0}}}}}, 1);
        const FaultEffects none = runner.run({}, 1);
        for (const SiteSpread& site : none.sites) QCOMPARE(site.different, std::int64_t(0));
        for (const ImageEffect& image : none.images) QVERIFY(image.logits == image.clean_logits);
        QVERIFY_EXCEPTION_THROWN(runner.feature_map(0, 12, 0), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(runner.feature_map(0, 0, 4), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(runner.feature_map(3, 0, 0), std::out_of_range);
    }

private:
    static void check_sites(const EffectsRunner& runner, const FaultEffects& effects, const Plain& clean, const Plain& plain) {
        QCOMPARE(effects.sites.size(), plain.sites.size());
        for (std::size_t site = 0; site < plain.sites.size(); ++site) {
            const at::Tensor &before = clean.sites[site], &after = plain.sites[site];
            const SiteSpread& spread = effects.sites[site];
            QCOMPARE(spread.site, site);
            QVERIFY(at::IntArrayRef(spread.shape) == after.sizes().slice(1));
            QCOMPARE(spread.values, after.numel());
            QCOMPARE(spread.different, count_different(before, after));
            QCOMPARE(spread.nonfinite, after.numel() - at::isfinite(after).sum().item<std::int64_t>());
            std::vector<std::int64_t> channels;
            for (std::int64_t channel = 0; channel < after.size(1); ++channel)
                if (count_different(before.select(1, channel), after.select(1, channel)) > 0) channels.push_back(channel);
            QVERIFY(spread.channels == channels);
            const std::int64_t channel = channels.empty() ? 0 : channels.front();
            const FeatureMap map = runner.feature_map(site, 5, channel);
            const bool is_row = after.dim() == 2;
            QVERIFY(are_same_bits(map.clean, is_row ? before[5] : before[5][channel]));
            QVERIFY(are_same_bits(map.faulty, is_row ? after[5] : after[5][channel]));
            QCOMPARE(map.height, is_row ? 1 : after.size(2));
            QCOMPARE(map.width, after.size(-1));
        }
    }

    QTemporaryDir folder_;
    std::shared_ptr<const Network> network_;
    const InputFormat input_{Normalization::preset("none"), std::nullopt};
};

QTEST_GUILESS_MAIN(TestFaultEffects)
#include "test_fault_effects.moc"
