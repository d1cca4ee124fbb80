// What faulty elements change about a layer's output, against the layer run with faulty parameters.
#include <torch/script.h>

#include <QTest>

#include "evaluation/fault_update.h"

using namespace clipscope;

namespace {

struct Layer {
    at::Tensor weight, bias, input;
    LayerGeometry geometry;

    at::Tensor run(const at::Tensor& with_weight, const at::Tensor& with_bias) const {
        if (!geometry.is_convolution) return at::linear(input, with_weight, with_bias);
        return at::conv2d(input, with_weight, with_bias, geometry.stride, geometry.padding, geometry.dilation);
    }
};

Layer random_convolution(std::int64_t seed) {
    at::manual_seed(std::uint64_t(seed));
    Layer layer;
    layer.geometry = {true, {1 + seed % 3, 1 + seed / 2 % 2}, {seed % 4, seed / 3 % 3}, {1 + seed / 5 % 2, 1 + seed / 7 % 2}};
    layer.weight = at::randn({5, 3, 1 + seed % 4, 1 + seed / 4 % 3});
    layer.bias = at::randn({5});
    layer.input = at::randn({4, 3, 9, 7});
    return layer;
}

Layer random_linear(std::int64_t seed) {
    at::manual_seed(std::uint64_t(seed));
    return {at::randn({6, 11}), at::randn({6}), at::randn({4, 11}), {}};
}

FaultyParameter damage(const at::Tensor& parameter, std::int64_t step, float factor) {
    FaultyParameter faulty{parameter.clone(), {}, {}, true};
    const std::int64_t a_row = parameter.numel() / parameter.size(0);
    for (std::int64_t i = step % 7; i < parameter.numel(); i += step) {
        float& value = faulty.values.data_ptr<float>()[i];
        const float before = value;
        value *= factor;
        faulty.elements.push_back({i, value - before});
        if (faulty.rows.empty() || faulty.rows.back() != i / a_row) faulty.rows.push_back(i / a_row);
    }
    return faulty;
}

}  // namespace

class TestFaultUpdate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equals_the_layer_with_faulty_parameters() {
        for (std::int64_t seed = 0; seed < 60; ++seed) {
            const Layer layer = seed % 4 == 3 ? random_linear(seed) : random_convolution(seed);
            const FaultyParameter weight = damage(layer.weight, 3 + seed % 5, seed % 2 ? -64.0F : 0.0F), bias = damage(layer.bias, 2, 8);
            const at::Tensor clean = layer.run(layer.weight, layer.bias), expected = layer.run(weight.values, bias.values);
            at::Tensor found = clean.clone();
            const std::uint64_t cost = add_fault_update(layer.geometry, &weight, &bias, layer.input, {}, found);
            QVERIFY(at::allclose(found, expected, 1e-4, 1e-3));
            QVERIFY(!at::allclose(clean, expected, 1e-4, 1e-3));
            // Each faulty element meets each output position at most once.
            QVERIFY(cost > 0 && cost <= weight.elements.size() * std::uint64_t(clean.numel() / clean.size(1)));

            std::vector<std::int64_t> rows = weight.rows;
            for (std::int64_t row : bias.rows) rows.push_back(row);
            std::sort(rows.begin(), rows.end());
            rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
            const at::Tensor chosen = at::tensor(rows, at::kLong);
            at::Tensor of_rows = clean.index_select(1, chosen);
            add_fault_update(layer.geometry, &weight, &bias, layer.input, rows, of_rows);
            QVERIFY(at::equal(of_rows, found.index_select(1, chosen)));
        }
    }

    void without_faults_nothing_changes() {
        const Layer layer = random_convolution(1);
        const at::Tensor clean = layer.run(layer.weight, layer.bias);
        at::Tensor found = clean.clone();
        QCOMPARE(add_fault_update(layer.geometry, nullptr, nullptr, layer.input, {}, found), std::uint64_t(0));
        QVERIFY(at::equal(found, clean));
    }
};

QTEST_GUILESS_MAIN(TestFaultUpdate)
#include "test_fault_update.moc"
