// What single faults do to a few images, against the same network written once more in LibTorch's own functions.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

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
        for (const char* format : {"float32", "float16", "bfloat16", "int8", "Q3.12"}) QTest::newRow(format) << QString(format);
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
        for (std::uint64_t trial = 0; trial < 200; ++trial) {
            const TrialFaults faults = draw_counted_faults(7, trial, network->memory_parts(), all, 1);
            const FaultyValue value = faulty_values(*network, faults, 1).front();
            QVERIFY(is_same_float(value.after, by_hand(format, clean_parameters.at(value.parameter), value)));
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
            const bool is_row = after.dim() == 2;
            for (const std::int64_t image : {0, 5, 11}) {
                const FeatureMap map = runner.feature_map(site, std::size_t(image), channel);
                QVERIFY(are_same_bits(map.clean, is_row ? before[image] : before[image][channel]));
                QVERIFY(are_same_bits(map.faulty, is_row ? after[image] : after[image][channel]));
                QCOMPARE(map.height, is_row ? 1 : after.size(2));
                QCOMPARE(map.width, after.size(-1));
            }
            check_channels(runner.channel_changes(site, 5), before[5], after[5]);
        }
    }

    // Every channel once, with its own counts, the most disturbed first.
    static void check_channels(const std::vector<ChannelChange>& changes, const at::Tensor& before, const at::Tensor& after) {
        const bool is_row = after.dim() == 1;
        QCOMPARE(std::int64_t(changes.size()), is_row ? 1 : after.size(0));
        std::set<std::int64_t> seen;
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const ChannelChange& one = changes[i];
            QVERIFY(seen.insert(one.channel).second);
            const at::Tensor clean = is_row ? before : before[one.channel], faulty = is_row ? after : after[one.channel];
            QCOMPARE(one.values, faulty.numel());
            QCOMPARE(one.different, count_different(clean, faulty));
            QCOMPARE(one.nonfinite, faulty.numel() - at::isfinite(faulty).sum().item<std::int64_t>());
            const at::Tensor difference = at::where(at::isfinite(faulty), (faulty - clean).abs(), at::zeros_like(faulty));
            QCOMPARE(one.largest_change, difference.max().item<float>());
            if (i == 0) continue;
            const auto rank = [](const ChannelChange& change) {
                return std::tuple(change.nonfinite, change.largest_change, change.different);
            };
            QVERIFY(rank(changes[i - 1]) >= rank(one));
        }
    }

    static bool is_same_float(float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (std::isnan(a) && std::isnan(b));
    }

    // The number with its bit flipped, from the definition of the format; NaNs of 16 bits are any.
    static float by_hand(const QString& format, const at::Tensor& parameter, const FaultyValue& value) {
        const float before = value.before;
        if (format == "float32") return std::bit_cast<float>(std::bit_cast<std::uint32_t>(before) ^ 1U << value.bit);
        if (format == "float16" || format == "bfloat16") {
            const at::ScalarType type = format == "float16" ? at::kHalf : at::kBFloat16;
            const at::Tensor number = at::full({1}, double(before), at::kFloat).to(type);
            auto* word = static_cast<std::uint16_t*>(number.data_ptr());
            *word = std::uint16_t(*word ^ 1U << value.bit);
            return number.to(at::kFloat).item<float>();
        }
        if (format == "Q3.12") {
            const auto word = std::uint16_t(std::int16_t(std::lround(double(before) * 4096)));
            return float(std::int16_t(std::uint16_t(word ^ 1U << value.bit))) / 4096;
        }
        // int8: the values are whole multiples of the tensor's scale, the largest 127 of it.
        const float scale = parameter.abs().max().item<float>() / 127;
        const auto word = std::uint8_t(std::int8_t(std::lround(double(before) / double(scale))));
        const float after = float(std::int8_t(std::uint8_t(word ^ 1U << value.bit))) * scale;
        return std::abs(after - value.after) <= 1e-6F * std::abs(after) ? value.after : after;  // the scale itself was rounded
    }

    QTemporaryDir folder_;
    std::shared_ptr<const Network> network_;
    const InputFormat input_{Normalization::preset("none"), std::nullopt};
};

QTEST_GUILESS_MAIN(TestFaultEffects)
#include "test_fault_effects.moc"
