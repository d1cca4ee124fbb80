// Recorded activations against values computed by hand on a small network.
#include <torch/script.h>

#include <QTemporaryDir>
#include <QTest>

#include "../network/modules.h"
#include "evaluation/activation_recorder.h"
#include "evaluation/hardened_check.h"
#include "network/hardened_file.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr int image_count = 23;

Dataset make_images() {
    const ImageShape shape{1, 2, 4};
    std::vector<std::uint8_t> pixels(shape.pixels() * image_count);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 37 % 251);
    std::vector<std::int32_t> labels(image_count, 0);
    return Dataset("made", shape, pixels, labels, {"a", "b", "c"});
}

torch::jit::Module make_network() {
    return make_module({{"first", {6, 8}}, {"second", {5, 6}}, {"last", {3, 5}}}, R"(
def forward(self, x):
    a = torch.relu(torch.linear(torch.flatten(x, 1), self.first))
    b = torch.tanh(torch.linear(a, self.second))
    return torch.linear(b, self.last)
)");
}

at::Tensor pixels_of(const Dataset& images) {
    at::Tensor x = at::empty({std::int64_t(images.size()), 8});
    for (std::size_t i = 0; i < images.size(); ++i)
        for (int p = 0; p < 8; ++p) x[std::int64_t(i)][p] = float(images.image(i)[std::size_t(p)]) / 255.0F;
    return x;
}

ActivationHistogram histogram_of(const at::Tensor& values) {
    const at::Tensor contiguous = values.contiguous();
    ActivationHistogram histogram;
    histogram.add({contiguous.data_ptr<float>(), std::size_t(contiguous.numel())});
    return histogram;
}

}  // namespace

class TestActivationRecorder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        path_ = folder_.filePath("network.pt").toStdString();
        module_ = make_network();
        module_.save(path_);
        network_ = Network::load(path_);
    }

    void counts_what_each_site_puts_out() {
        const Evaluator evaluator(network_, make_images(), input_, {.chunk = 10, .device = "cpu"});
        const auto [first, second] = by_hand();
        for (const int threads : {1, 3}) {
            const auto recorded = record_activations(evaluator, {}, 0, threads, {});
            QVERIFY(recorded.has_value());
            QCOMPARE(recorded->size(), std::size_t(2));
            QCOMPARE((*recorded)[0].total(), std::uint64_t(image_count * 6));
            QVERIFY((*recorded)[0] == histogram_of(first));
            QVERIFY((*recorded)[1] == histogram_of(second));
        }
    }

    void counts_what_faults_make_of_it_and_leaves_the_network_clean() {
        const Evaluator evaluator(network_, make_images(), input_, {.chunk = 10, .device = "cpu"});
        const TrialFaults faults = draw_trial_faults(3, 0, network_->layers(), std::vector<std::size_t>{0, 1}, 0.02);
        QVERIFY(faults.count_below(0.02) > 4);
        const auto flip = [&] {
            for (const ParameterFaults& parameter : faults.parameters) {
                at::Tensor weight = module_.attr(parameter.layer == 0 ? "first" : "second").toTensor();
                auto* words = reinterpret_cast<std::uint32_t*>(weight.data_ptr<float>());
                for (const MarkedBit& bit : parameter.bits) words[bit.position / 32] ^= 1U << (bit.position % 32);
            }
        };
        const auto clean = record_activations(evaluator, {}, 0, 1, {});
        flip();
        const auto [first, second] = by_hand();
        flip();
        const auto faulty = record_activations(evaluator, faults, 0.02, 2, {});
        QVERIFY((*faulty)[0] == histogram_of(first));
        QVERIFY((*faulty)[1] == histogram_of(second));
        QVERIFY(!((*faulty)[0] == (*clean)[0]));
        QVERIFY(*record_activations(evaluator, {}, 0, 1, {}) == *clean);
    }

    void clipped_sites_put_out_clipped_values() {
        Clipping clipping;
        clipping.thresholds = {0.25F};
        const Evaluator evaluator(network_, make_images(), input_, {.chunk = 10, .device = "cpu", .clipping = clipping});
        const auto recorded = record_activations(evaluator, {}, 0, 1, {});
        QVERIFY(*(*recorded)[0].largest() <= 0.25F);
        QVERIFY(!((*recorded)[0] == histogram_of(by_hand().first)));
    }

    void a_stop_leaves_nothing() {
        const Evaluator evaluator(network_, make_images(), input_, {.chunk = 1, .device = "cpu"});
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!record_activations(evaluator, {}, 0, 2, stop.get_token()).has_value());
    }

    void a_hardened_file_equals_the_clipped_network_and_no_other() {
        Clipping clipping;
        clipping.thresholds = {0.25F, 0.5F};
        const std::string hardened = folder_.filePath("hardened.pt").toStdString();
        write_hardened_file(*network_, clipping.thresholds, hardened);
        const Evaluator same(network_, make_images(), input_, {.chunk = 10, .device = "cpu", .clipping = clipping});
        const auto equal = check_hardened_file(same, hardened, {});
        QCOMPARE(equal->images, std::int64_t(image_count));
        QCOMPARE(equal->different, std::int64_t(0));
        const Evaluator other(network_, make_images(), input_,
                              {.chunk = 10, .device = "cpu", .clipping = clipping.with(0, std::nextafter(0.2F, 1.0F))});
        QVERIFY(check_hardened_file(other, hardened, {})->different > 0);
    }

private:
    std::pair<at::Tensor, at::Tensor> by_hand() const {
        const torch::NoGradGuard no_gradients;
        const auto weight = [&](const char* name) { return module_.attr(name).toTensor(); };
        // Chunk by chunk, as the evaluator runs them: a product of other size may round differently.
        std::vector<at::Tensor> first, second;
        for (const at::Tensor& chunk : pixels_of(make_images()).split(10)) {
            first.push_back(at::relu(at::linear(chunk, weight("first"))));
            second.push_back(at::tanh(at::linear(first.back(), weight("second"))));
        }
        return {at::cat(first), at::cat(second)};
    }

    QTemporaryDir folder_;
    std::string path_;
    torch::jit::Module module_;
    std::shared_ptr<const Network> network_;
    const InputFormat input_{Normalization::preset("none"), std::nullopt};
};

QTEST_GUILESS_MAIN(TestActivationRecorder)
#include "test_activation_recorder.moc"
