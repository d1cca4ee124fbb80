// Hardened networks as ONNX against the formulas of method.md, written out by hand on tensors, and against ONNX's own rules of types.
#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>

#include "common/error.h"
#include "network/formats/onnx/hardened_onnx.h"
#include "network/model_file.h"
#include "network/network.h"
#include "onnx_model.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

using Thresholds = std::vector<std::optional<float>>;

at::Tensor clipped_magnitude(const at::Tensor& y, float t) {
    return at::where(y.abs() <= t, y, at::zeros({}));
}

Thresholds thresholds_of(const Network& network) {
    Thresholds thresholds;
    for (const SiteInfo& site : network.sites()) thresholds.push_back(site.threshold);
    return thresholds;
}

QString what(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace

class TestHardenedOnnx : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        source_ = folder_.filePath("source.onnx").toStdString();
        hardened_ = folder_.filePath("hardened.onnx").toStdString();
        again_ = folder_.filePath("again.onnx").toStdString();
        std::remove(hardened_.c_str());
    }

    void every_kind_of_activation_in_every_opset_data() {
        QTest::addColumn<int>("opset");
        QTest::addColumn<int>("type");
        for (const int opset : {9, 11, 12, 13, 17, 21}) {
            QTest::addRow("opset %d", opset) << opset << int(onnx::TensorProto::FLOAT);
            QTest::addRow("opset %d, half", opset) << opset << int(onnx::TensorProto::FLOAT16);
        }
    }

    void every_kind_of_activation_in_every_opset() {
        QFETCH(int, opset);
        QFETCH(int, type);
        save_four_activations(opset, type);
        const Thresholds thresholds{0.5F, 0.125F, 0.3F, 0.7F};
        harden(thresholds);
        check_by_rules(hardened_);
        const onnx::ModelProto model = read(hardened_);
        QCOMPARE(count(model, opset < 12 ? "Less" : "LessOrEqual"), 4);
        QCOMPARE(count(model, opset < 12 ? "LessOrEqual" : "Less"), 0);
        QCOMPARE(count(model, "Abs"), 3);  // a ReLU needs none
        QCOMPARE(count(model, "Cast"), type == onnx::TensorProto::FLOAT ? 0 : 4);

        const auto network = Network::load(hardened_);
        QCOMPARE(thresholds_of(*network), thresholds);
        const auto original = Network::load(source_);
        QCOMPARE(network->fault_bits(), original->fault_bits());
        for (std::size_t i = 0; i < thresholds.size(); ++i) QCOMPARE(network->sites()[i].kind, original->sites()[i].kind);
        QVERIFY(same_numbers(logits(hardened_, difficult_images()), four_by_hand(difficult_images(), thresholds)));
    }

    void exactly_the_threshold_passes_and_the_next_number_does_not() {
        for (const int opset : {9, 17}) {  // by Less and by LessOrEqual
            Model model(opset);
            model.node("Relu", {"x"}, "a");
            model.linear("a", "y", at::eye(6));
            model.save(source_);
            for (const float t : {0.3F, 0.0F, std::numeric_limits<float>::max(), 1e-45F}) check_edges(t);
        }
    }

    void a_hardened_network_can_be_hardened_again() {
        save_four_activations(13, onnx::TensorProto::FLOAT);
        harden({0.5F, 0.125F, 0.3F, 0.7F});
        const onnx::ModelProto once = read(hardened_);
        const Thresholds other{0.25F, 0.5F, 0.2F, 0.1F};
        write_hardened_onnx(*Network::load(hardened_), other, again_, {});
        const onnx::ModelProto twice = read(again_);
        QCOMPARE(twice.graph().node_size(), once.graph().node_size());  // nothing of the first time is left
        QCOMPARE(thresholds_of(*Network::load(again_)), other);
        QVERIFY(same_numbers(logits(again_, difficult_images()), four_by_hand(difficult_images(), other)));
    }

    // As PyTorch writes a hardened TorchScript file.
    void a_relu_that_clips_in_one_gets_another_threshold() {
        Model model(17);
        const at::Tensor first = weights(1), last = weights(2);
        model.linear("x", "a", first);
        model.stored("zero", at::zeros({}));
        model.stored("limit", at::full({}, 0.5));
        model.node("GreaterOrEqual", {"a", "zero"}, "above");
        model.node("LessOrEqual", {"a", "limit"}, "below");
        model.node("And", {"above", "below"}, "inside");
        model.node("Where", {"inside", "a", "zero"}, "b");
        model.linear("b", "y", last);
        model.save(source_);
        QCOMPARE(thresholds_of(*Network::load(source_)), Thresholds{0.5F});
        harden({1.5F});
        check_by_rules(hardened_);
        QCOMPARE(thresholds_of(*Network::load(hardened_)), Thresholds{1.5F});
        QCOMPARE(count(read(hardened_), "And"), 0);
        const at::Tensor x = difficult_images(), a = at::relu(product(x, first));
        QVERIFY(same_numbers(logits(hardened_, x), product(clipped_magnitude(a, 1.5F), last)));
    }

    // QuantizeLinear that cuts off below 0 does a ReLU's work; the clip comes before it.
    void a_quantiser_that_rectifies_is_clipped_before_it() {
        Model model(13);
        const at::Tensor first = weights(1), last = weights(2);
        model.linear("x", "a", first);
        model.stored("scale", at::full({}, 0.015625));
        model.stored("zero", at::zeros({}, at::kByte));
        model.node("QuantizeLinear", {"a", "scale", "zero"}, "q");
        model.node("DequantizeLinear", {"q", "scale", "zero"}, "b");
        model.linear("b", "y", last);
        model.save(source_);
        QCOMPARE(Network::load(source_)->sites().size(), std::size_t(1));
        harden({0.75F});
        check_by_rules(hardened_);
        const auto network = Network::load(hardened_);
        QCOMPARE(thresholds_of(*network), Thresholds{0.75F});
        at::Tensor x = random_images({64, 6});
        x[0][0] = infinity;
        const at::Tensor a = clipped_magnitude(at::relu(product(x, first)), 0.75F);
        const at::Tensor b = at::clamp(at::round(a / 0.015625), 0, 255) * 0.015625;
        QVERIFY(same_numbers(logits(hardened_, x), product(b, last)));
        write_hardened_onnx(*network, Thresholds{0.5F}, again_, {});
        QCOMPARE(read(again_).graph().node_size(), read(hardened_).graph().node_size());
        QCOMPARE(thresholds_of(*Network::load(again_)), Thresholds{0.5F});
    }

    void names_that_are_taken_and_outputs_stay_as_they_are() {
        Model model(17);
        model.linear("x", "ACT-1/threshold", weights(1));
        model.node("Sigmoid", {"ACT-1/threshold"}, "ACT-1/clip");
        model.node("Mul", {"ACT-1/threshold", "ACT-1/clip"}, "ACT-1/unclipped");  // x·sigmoid(x) is one activation
        model.linear("ACT-1/unclipped", "z", weights(2));
        model.node("Relu", {"z"}, "y");
        model.save(source_);
        harden({0.4F, 0.6F});
        check_by_rules(hardened_);
        QCOMPARE(thresholds_of(*Network::load(hardened_)), (Thresholds{0.4F, 0.6F}));
        QCOMPARE(read(hardened_).graph().output(0).name(), std::string("y"));
        const at::Tensor x = difficult_images(), a = clipped_magnitude(at::silu(product(x, weights(1))), 0.4F);
        const at::Tensor y = clipped_magnitude(at::relu(product(a, weights(2))), 0.6F);
        QVERIFY(same_numbers(logits(hardened_, x), y));
    }

    void what_the_images_are_travels_along() {
        save_four_activations(17, onnx::TensorProto::FLOAT);
        ModelMetadata metadata;
        metadata.normalization = Normalization::preset("cifar10");
        metadata.class_names = {"cat", "dog"};
        write_hardened_onnx(*Network::load(source_), Thresholds{0.5F}, hardened_, metadata);
        const auto network = Network::load(hardened_);
        QVERIFY(network->metadata().normalization && network->metadata().normalization->name == "cifar10");
        QCOMPARE(network->metadata().class_names, metadata.class_names);
        QVERIFY(!Network::load(source_)->metadata().normalization);
        write_hardened_onnx(*network, Thresholds{0.5F}, again_, network->metadata());
        QCOMPARE(read(again_).metadata_props_size(), 1);
    }

    void weights_beside_the_file_come_into_it() {
        save_four_activations(17, onnx::TensorProto::FLOAT);
        const at::Tensor expected = four_by_hand(difficult_images(), {0.5F, std::nullopt, std::nullopt, std::nullopt});
        onnx::ModelProto model = read(source_);
        onnx::TensorProto& tensor = *model.mutable_graph()->mutable_initializer(0);
        std::ofstream(folder_.filePath("weights.bin").toStdString(), std::ios::binary) << tensor.raw_data();
        tensor.clear_raw_data();
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        auto& location = *tensor.add_external_data();
        location.set_key("location");
        location.set_value("weights.bin");
        {
            std::ofstream file(source_, std::ios::binary);
            QVERIFY(model.SerializeToOstream(&file));
        }
        harden({0.5F});
        QVERIFY(QFile::remove(folder_.filePath("weights.bin")));
        QVERIFY(same_numbers(logits(hardened_, difficult_images()), expected));
    }

    void what_cannot_become_onnx_is_refused() {
        const torch::NoGradGuard no_gradients;
        const std::string script = folder_.filePath("source.pt").toStdString();
        make_module({{"w", {4, 6}}}, "def forward(self, x):\n    return torch.linear(torch.relu(torch.linear(x, self.w)), self.w.t())\n")
            .save(script);
        QVERIFY_EXCEPTION_THROWN(check_hardened_onnx(*Network::load(script), "x.onnx"), UsageError);
        QVERIFY(what([&] { write_hardened_onnx(*Network::load(script), Thresholds{1.0F}, hardened_, {}); }).contains("ends in .pt"));

        save_four_activations(8, onnx::TensorProto::FLOAT);
        QVERIFY(what([&] { check_hardened_onnx(*Network::load(source_), "x.onnx"); }).contains("no Where yet"));

        save_four_activations(17, onnx::TensorProto::FLOAT);
        const auto network = Network::load(source_);
        check_hardened_onnx(*network, "x.onnx");
        QVERIFY_EXCEPTION_THROWN(write_hardened_onnx(*network, Thresholds{-1.0F}, hardened_, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(write_hardened_onnx(*network, Thresholds{infinity}, hardened_, {}), UsageError);
        save_four_activations(13, onnx::TensorProto::FLOAT);
        QVERIFY(
            what([&] { write_hardened_onnx(*network, Thresholds{1.0F}, hardened_, {}); }).contains("another one than when it was opened"));
        QVERIFY(!QFile::exists(QString::fromStdString(hardened_)));
    }

private:
    // ReLU, leaky ReLU, tanh and ReLU6, each behind a linear layer.
    void save_four_activations(int opset, int type) const {
        Model model(opset, type);
        model.linear("x", "1", weights(1));
        model.node("Relu", {"1"}, "2");
        model.linear("2", "3", weights(2));
        onnx::AttributeProto& slope = *model.node("LeakyRelu", {"3"}, "4").add_attribute();
        slope.set_name("alpha");
        slope.set_type(onnx::AttributeProto::FLOAT);
        slope.set_f(0.25F);
        model.linear("4", "5", weights(3));
        model.node("Tanh", {"5"}, "6");
        model.linear("6", "7", weights(4));
        clip_to_six(model, opset, "7", "8");
        model.linear("8", "y", weights(5));
        model.save(source_);
    }

    static void clip_to_six(Model& model, int opset, const std::string& input, const std::string& output) {
        if (opset >= 11) {
            model.stored("least", at::zeros({}));
            model.stored("most", at::full({}, 6.0));
            model.node("Clip", {input, "least", "most"}, output);
            return;
        }
        onnx::NodeProto& node = model.node("Clip", {input}, output);
        for (const auto& [name, limit] : {std::pair("min", 0.0F), std::pair("max", 6.0F)}) {
            onnx::AttributeProto& attribute = *node.add_attribute();
            attribute.set_name(name);
            attribute.set_type(onnx::AttributeProto::FLOAT);
            attribute.set_f(limit);
        }
    }

    static at::Tensor four_by_hand(const at::Tensor& x, const Thresholds& t) {
        const auto clipped = [](const at::Tensor& y, std::optional<float> limit) { return limit ? clipped_magnitude(y, *limit) : y; };
        const at::Tensor a = clipped(at::relu(product(x, weights(1))), t[0]);
        const at::Tensor b = clipped(at::leaky_relu(product(a, weights(2)), 0.25), t[1]);
        const at::Tensor c = clipped(at::tanh(product(b, weights(3))), t[2]);
        return product(clipped(at::hardtanh(product(c, weights(4)), 0, 6), t[3]), weights(5));
    }

    void check_edges(float t) const {
        harden({t});
        QCOMPARE(thresholds_of(*Network::load(hardened_)), Thresholds{t});
        at::Tensor x = at::zeros({6, 6});
        const std::array<float, 6> values{t, std::nextafter(t, infinity), -1, std::nanf(""), infinity, -0.0F};
        for (int i = 0; i < 6; ++i) x[i][0] = values[std::size_t(i)];
        const at::Tensor y = logits(hardened_, x);
        QCOMPARE(y[0][0].item<float>(), t);
        for (int i = 1; i < 6; ++i) QCOMPARE(y[i][0].item<float>(), 0.0F);
    }

    void harden(const Thresholds& thresholds) const { write_hardened_onnx(*Network::load(source_), thresholds, hardened_, {}); }

    static at::Tensor logits(const std::string& path, const at::Tensor& x) {
        const torch::NoGradGuard no_gradients;
        return load_module(path).module.forward({x}).toTensor();
    }

    QTemporaryDir folder_;
    std::string source_, hardened_, again_;
};

QTEST_GUILESS_MAIN(TestHardenedOnnx)
#include "test_hardened_onnx.moc"
