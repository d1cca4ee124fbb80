// Faults in what layers and activations put out, against LibTorch's modules called one after the other with the value changed by hand.
#include <torch/script.h>

#include <QFileInfo>
#include <QTest>
#include <bit>
#include <cmath>

#include "campaign/fault_scope.h"
#include "campaign/point_faults.h"
#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "evaluation/evaluator.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/image_batches.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

constexpr std::size_t images = 60;
constexpr int chunk = 20;

// LeNet-5's modules in their order, with what people call their outputs.
constexpr std::pair<const char*, const char*> modules[] = {
    {"conv1", "CONV-1.out"}, {"relu1", "ACT-1.out"}, {"pool1", ""},       {"conv2", "CONV-2.out"}, {"relu2", "ACT-2.out"}, {"pool2", ""},
    {"fc1", "FC-1.out"},     {"relu3", "ACT-3.out"}, {"fc2", "FC-2.out"}, {"relu4", "ACT-4.out"},  {"fc3", "FC-3.out"}};

class Lenet5 {
public:
    Lenet5()
        : path(resolve_model_path("bundled:lenet5")),
          network(Network::load(path)),
          dataset(first_images()),
          input{*network->metadata().normalization, network->metadata().input_shape},
          module_(torch::jit::load(path, at::kCPU)) {
        module_.eval();
    }

    // All logits, with these bits of outputs flipped.
    std::vector<float> by_hand(const std::vector<OutputFaults>& faults, double rate) {
        const torch::NoGradGuard no_gradients;
        std::vector<float> logits;
        std::int64_t first = 0;
        for (const ImageBatch& batch : make_batches(dataset, input, chunk, at::kCPU)) {
            at::Tensor values = batch.images;
            for (const auto& [name, output] : modules) {
                if (std::string(name) == "fc1") values = values.flatten(1);
                values = module_.attr(name).toModule().forward({values}).toTensor().contiguous().clone();
                for (const OutputFaults& fault : faults)
                    if (network->memory_parts()[fault.part].name + ".out" == output) flip(fault, rate, first, values);
            }
            logits.insert(logits.end(), values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
            first += values.size(0);
        }
        return logits;
    }

    std::unique_ptr<Evaluator> evaluator(EvaluatorOptions options) {
        options.chunk = chunk;
        options.device = "cpu";
        return std::make_unique<Evaluator>(network, dataset, input, options);
    }

    const std::string path;
    const std::shared_ptr<const Network> network;
    const Dataset dataset;
    const InputFormat input;

private:
    static Dataset first_images() {
        const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
        return all.subset(select_images(all, {.count = images, .first = true}, 1));
    }

    static void flip(const OutputFaults& fault, double rate, std::int64_t first, at::Tensor& values) {
        if (fault.image < first || fault.image >= first + values.size(0)) return;
        float* of_image = values[fault.image - first].data_ptr<float>();
        for (const MarkedBit& bit : fault.bits)
            if (bit.mark < rate)
                of_image[bit.position / 32] =
                    std::bit_cast<float>(std::bit_cast<std::uint32_t>(of_image[bit.position / 32]) ^ 1U << bit.position % 32);
    }

    torch::jit::Module module_;
};

bool is_same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y) || (std::isnan(x) && std::isnan(y));
    });
}

}  // namespace

class TestFaultyOutputs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Debian's Fashion-MNIST is not here");
        lenet_ = std::make_unique<Lenet5>();
    }

    void every_output_gives_what_the_modules_give_by_hand_data() {
        QTest::addColumn<QString>("scope");
        for (const auto& [name, output] : modules)
            if (*output != 0) QTest::newRow(output) << output;
        QTest::newRow("activations") << "activations";
        QTest::newRow("outputs") << "outputs";
        QTest::newRow("all") << "activations+outputs";
    }
    void every_output_gives_what_the_modules_give_by_hand() {
        QFETCH(QString, scope);
        const FaultScope of = parse_fault_scopes(scope.toStdString(), lenet_->network->memory_parts(), OutputScopes::allowed).front();
        const auto exact = lenet_->evaluator({.exact = true});
        QVERIFY(exact->prepare(of.parts(), 1, {}));
        const double rate = 40.0 / double(count_output_places(*exact, of));
        TrialRunner runner(*exact);
        for (std::uint64_t trial = 0; trial < 3; ++trial) {
            const TrialFaults faults = draw_point_faults(PointAxis::fault_rate, 1, trial, *exact, of, rate);
            QVERIFY(faults.count_below(rate) > 0);
            std::vector<float> found;
            QVERIFY(runner.run(faults, rate, {}, &found).has_value());
            QVERIFY(is_same(found, lenet_->by_hand(faults.outputs, rate)));
        }
    }

    // By the memory that clean values have, too.
    void the_default_mode_counts_as_the_exact_one() {
        const FaultScope of = parse_fault_scopes("network+activations", lenet_->network->memory_parts(), OutputScopes::allowed).front();
        std::vector<std::vector<Outcome>> outcomes;
        for (const EvaluatorOptions& options : {EvaluatorOptions{.exact = true}, EvaluatorOptions{},
                                                EvaluatorOptions{.memory_bytes = std::size_t(64) << 10}, EvaluatorOptions{.stack = true}}) {
            const auto evaluator = lenet_->evaluator(options);
            QVERIFY(evaluator->prepare(of.parts(), 1, {}));
            const std::vector<double> rates{1e-6, 1e-5, 1e-4};
            const TrialFaults faults = draw_point_faults(PointAxis::fault_rate, 3, 1, *evaluator, of, rates.back());
            TrialRunner runner(*evaluator);
            outcomes.emplace_back(rates.size());
            QVERIFY(
                runner.run_rates(faults, rates, {}, [&](std::size_t rate, const Outcome& outcome) { outcomes.back()[rate] = outcome; }));
            QVERIFY(runner.parameters_are_clean());
        }
        for (const auto& other : outcomes) QVERIFY(other == outcomes.front());
        QVERIFY(outcomes.front().front() != outcomes.front().back());
    }

    // What a layer puts out reaches the clipped activation, what the activation puts out does not reach it any more.
    void a_clip_sees_faults_before_it_and_not_behind_it() {
        const auto part = [&](const char* name) {
            return std::size_t(std::ranges::find(lenet_->network->memory_parts(), name, &LayerInfo::name) -
                               lenet_->network->memory_parts().begin());
        };
        const auto clipped = lenet_->evaluator({.exact = true, .clipping = Clipping{}.with(0, 5.0F)});
        QVERIFY(clipped->prepare(std::vector{part("CONV-1")}, 1, {}));
        TrialRunner runner(*clipped);
        runner.list_output_values();
        // The highest exponent bit of every value of an image: one of them is huge.
        const auto largest_change = [&](const char* name) {
            TrialFaults faults;
            faults.outputs.push_back({part(name), 7, {}});
            for (std::uint64_t element = 0; element < 200; ++element) faults.outputs.front().bits.push_back({32 * element + 30, 0});
            std::vector<float> clean, faulty;
            static_cast<void>(runner.run({}, 1, {}, &clean));
            static_cast<void>(runner.run(faults, 1, {}, &faulty));
            float largest = 0;
            for (std::size_t i = 0; i < clean.size(); ++i) {
                const bool is_hit = i / 10 == 7;
                if (!is_hit && clean[i] != faulty[i]) return -1.0F;  // an image without a fault
                if (is_hit) largest = std::max(largest, std::isfinite(faulty[i]) ? std::abs(faulty[i] - clean[i]) : INFINITY);
            }
            return largest;
        };
        const float before = largest_change("CONV-1"), behind = largest_change("ACT-1");
        QVERIFY2(before > 0 && before < 1e3F, qPrintable(QString::number(before)));
        QVERIFY2(behind > 1e6F, qPrintable(QString::number(behind)));
        QCOMPARE(runner.output_values().size(), std::size_t(200));
        for (const FaultyOutputValue& value : runner.output_values())
            QCOMPARE(std::bit_cast<std::uint32_t>(value.before) ^ std::bit_cast<std::uint32_t>(value.after), 1U << 30);
    }

    void what_was_asked_for_is_found_in_memory() {
        const FaultScope of = parse_fault_scopes("ACT-2.out", lenet_->network->memory_parts(), OutputScopes::allowed).front();
        const auto evaluator = lenet_->evaluator({});
        QVERIFY(evaluator->prepare(of.parts(), 1, {}));
        const TrialFaults faults = draw_point_faults(PointAxis::fault_count, 1, 0, *evaluator, of, 3);
        TrialRunner runner(*evaluator);
        QVERIFY(runner.run(faults, 3, {}).has_value());
        QCOMPARE(runner.injected().size(), std::size_t(1));
        QVERIFY(runner.injected().front().is_output);
        QVERIFY(runner.injected().front().asked == runner.injected().front().changed);
        std::int64_t all = 0;
        for (const std::int64_t count : runner.injected().front().asked) all += count;
        QCOMPARE(all, std::int64_t(3 * images));
    }

private:
    std::unique_ptr<Lenet5> lenet_;
};

QTEST_APPLESS_MAIN(TestFaultyOutputs)
#include "test_faulty_outputs.moc"
