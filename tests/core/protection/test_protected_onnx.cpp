// Protected networks as ONNX, run by LibTorch, against the definitions written out by hand for one number, and by ONNX's own rules of
// types.
#include <QTemporaryDir>
#include <QtTest>

#include "../network/onnx/onnx_model.h"
#include "common/error.h"
#include "definitions_by_hand.h"
#include "network/model_file.h"
#include "protection/activation/activation_kinds.h"
#include "protection/activation/protected_onnx.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr int columns = 6;

enum class Shape { row, picture };  // what the site puts out for an image: 6 values, or 3 channels of 2x1

// Bounds of all values, of three channels, or of six neurons.
SiteBounds bounds_of(Granularity granularity, Shape shape) {
    const bool is_picture = shape == Shape::picture;
    if (granularity == Granularity::layer) return {{}, {-0.25F}, {0.75F}};
    if (granularity == Granularity::channel && is_picture) return {{3, 1, 1}, {0, -0.25F, -3}, {3.5F, 0.75F, 1e30F}};
    const std::vector<float> low{0, -0.25F, -3, 0, -1e-3F, -8}, high{3.5F, 0.75F, 1e30F, 0, 1e-3F, 8};
    return {is_picture ? std::vector<std::int64_t>{3, 2, 1} : std::vector<std::int64_t>{6}, low, high};
}

// Of the value in this column.
std::size_t bound_of(const SiteBounds& bounds, int column) {
    return std::size_t(column) * bounds.count() / columns;
}

// An image for each value and column, which holds it alone.
at::Tensor images_of(const std::vector<float>& values) {
    at::Tensor images = at::zeros({std::int64_t(values.size()) * columns, columns});
    for (std::int64_t i = 0; i < images.size(0); ++i) images[i][i % columns] = values[std::size_t(i / columns)];
    return images;
}

std::vector<float> values_for(const SiteBounds& bounds) {
    std::vector<float> values;
    for (std::size_t i = 0; i < bounds.count(); ++i) {
        const std::vector<float> own = difficult_values(bounds.low[i], bounds.high[i]);
        values.insert(values.end(), own.begin(), own.end());
    }
    return values;
}

float leaked(float x) {
    return x > 0 ? x : x * 0.25F;
}

}  // namespace

class TestProtectedOnnx : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        source_ = folder_.filePath("source.onnx").toStdString();
        protected_ = folder_.filePath("protected.onnx").toStdString();
    }

    void every_kind_in_every_opset_data() {
        QTest::addColumn<int>("opset");
        QTest::addColumn<int>("type");
        for (const int opset : {9, 11, 12, 13, 17, 21}) {
            QTest::addRow("opset %d", opset) << opset << int(onnx::TensorProto::FLOAT);
            QTest::addRow("opset %d, half", opset) << opset << int(onnx::TensorProto::FLOAT16);
        }
    }

    // A kind without a definition throws here.
    void every_kind_in_every_opset() {
        QFETCH(int, opset);
        QFETCH(int, type);
        for (const Shape shape : {Shape::row, Shape::picture}) {
            save_source(opset, type, shape);
            for (const ActivationKind& kind : activation_kinds())
                for (const Granularity granularity : {Granularity::layer, Granularity::channel, Granularity::neuron})
                    check(kind, granularity, shape);
        }
    }

    void the_network_stays_what_it_was() {
        save_source(17, onnx::TensorProto::FLOAT, Shape::picture);
        const auto original = Network::load(source_);
        for (const ActivationKind& kind : activation_kinds()) {
            protect(kind, bounds_of(Granularity::channel, Shape::picture));
            const auto network = Network::load(protected_);
            QCOMPARE(network->fault_bits(), original->fault_bits());
            QCOMPARE(network->layers().size(), original->layers().size());
            QVERIFY2(network->sites().size() == 1 && network->sites()[0].kind == original->sites()[0].kind, kind.id.data());
            QVERIFY2(!network->sites()[0].threshold, kind.id.data());
        }
    }

    // The file's own clip stays, and what it lets through is protected.
    void a_clipped_network_is_protected_behind_its_clip() {
        Model model(17);
        model.linear("x", "a", at::eye(columns));
        model.node("Relu", {"a"}, "b");
        model.stored("limit", at::full({}, 4.0));
        model.stored("zero", at::zeros({}));
        model.node("LessOrEqual", {"b", "limit"}, "inside");
        model.node("Where", {"inside", "b", "zero"}, "y");
        model.save(source_);
        const SiteBounds bounds{{}, {0}, {3.5F}};
        protect(*find_activation_kind("range"), bounds);
        check_by_rules(protected_);
        const at::Tensor y = logits(images_of({2.0F, 3.75F, 4.5F}));
        const std::array<float, 3> expected{2.0F, 3.5F, 0.0F};
        for (std::int64_t i = 0; i < 3; ++i) QCOMPARE(y[i * columns][0].item<float>(), expected[std::size_t(i)]);
    }

    // QuantizeLinear that cuts off below 0 does a ReLU's work; the protection comes before it.
    void a_quantiser_that_rectifies_is_protected_before_it() {
        Model model(13);
        model.linear("x", "a", at::eye(columns));
        model.stored("scale", at::full({}, 0.5));
        model.stored("zero", at::zeros({}, at::kByte));
        model.node("QuantizeLinear", {"a", "scale", "zero"}, "q");
        model.node("DequantizeLinear", {"q", "scale", "zero"}, "y");
        model.save(source_);
        protect(*find_activation_kind("range"), {{}, {0}, {3.5F}});
        check_by_rules(protected_);
        const at::Tensor y = logits(images_of({-2.0F, 3.0F, 100.0F}));
        const std::array<float, 3> expected{0.0F, 3.0F, 3.5F};
        for (std::int64_t i = 0; i < 3; ++i) QCOMPARE(y[i * columns][0].item<float>(), expected[std::size_t(i)]);
    }

    void another_kind_of_file_is_refused() {
        const torch::NoGradGuard no_gradients;
        const std::string script = folder_.filePath("source.pt").toStdString();
        make_module({{"w", {4, 6}}}, "def forward(self, x):\n    return torch.relu(torch.linear(x, self.w))\n").save(script);
        SiteProtections protections;
        protections.sites = {ProtectedSite{"relu6", Granularity::layer, {}}};
        QVERIFY_EXCEPTION_THROWN(write_protected_onnx(*Network::load(script), {}, protections, protected_, {}), UsageError);
    }

private:
    void save_source(int opset, int type, Shape shape) const {
        Model model(opset, type);
        std::string values = "a";
        if (shape == Shape::row) {
            model.linear("x", values, at::eye(columns));
        } else {
            model.sizes("sizes", {-1, 3, 2, 1});
            model.sizes("back", {-1, columns});
            model.node("Reshape", {"x", "sizes"}, "picture");
            model.stored("weight", at::eye(3).reshape({3, 3, 1, 1}));
            model.node("Conv", {"picture", "weight"}, values);
        }
        onnx::AttributeProto& slope = *model.node("LeakyRelu", {values}, shape == Shape::row ? "y" : "b").add_attribute();
        slope.set_name("alpha");
        slope.set_type(onnx::AttributeProto::FLOAT);
        slope.set_f(0.25F);
        if (shape == Shape::picture) model.node("Reshape", {"b", "back"}, "y");
        model.save(source_);
    }

    void protect(const ActivationKind& kind, const SiteBounds& bounds) const {
        SiteProtections protections;
        protections.sites = {ProtectedSite{std::string(kind.id), Granularity::channel, kind.bounds == 0 ? SiteBounds{} : bounds}};
        write_protected_onnx(*Network::load(source_), {}, protections, protected_, {});
    }

    void check(const ActivationKind& kind, Granularity granularity, Shape shape) const {
        const SiteBounds bounds = bounds_of(granularity, shape);
        protect(kind, bounds);
        check_by_rules(protected_);
        const std::vector<float> values = values_for(bounds);
        const at::Tensor y = logits(images_of(values));
        for (std::size_t i = 0; i < values.size(); ++i)
            for (int column = 0; column < columns; ++column) {
                const std::size_t bound = bound_of(bounds, column);
                const float expected = definitions.at(kind.id)(leaked(values[i]), bounds.low[bound], bounds.high[bound]);
                const float read = y[std::int64_t(i) * columns + column][column].item<float>();
                QVERIFY2(same(read, expected), (std::string(kind.id) + " of " + std::to_string(values[i]) + " at " +
                                                std::to_string(bounds.high[bound]) + ": " + std::to_string(read))
                                                   .c_str());
            }
    }

    at::Tensor logits(const at::Tensor& x) const {
        const torch::NoGradGuard no_gradients;
        return load_module(protected_).module.forward({x}).toTensor().contiguous();
    }

    QTemporaryDir folder_;
    std::string source_, protected_;
};

QTEST_GUILESS_MAIN(TestProtectedOnnx)
#include "test_protected_onnx.moc"
