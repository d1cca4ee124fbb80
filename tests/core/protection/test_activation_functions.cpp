#include <torch/script.h>

#include <QTest>
#include <stdexcept>

#include "definitions_by_hand.h"
#include "protection/activation/activation_functions.h"

using namespace clipscope;
using namespace clipscope::testing;

class TestActivationFunctions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_kind_computes_its_definition() {
        for (const ActivationKind& kind : activation_kinds()) {
            const auto definition = definitions.find(kind.id);
            QVERIFY2(definition != definitions.end(), std::string(kind.id).c_str());
            for (const auto& [low, high] :
                 {std::pair(0.0F, 3.5F), std::pair(-0.25F, 0.75F), std::pair(0.0F, 0.0F), std::pair(0.0F, 1e30F)}) {
                const std::vector<float> values = difficult_values(low, high);
                const at::Tensor read = function_of(kind)(at::tensor(values), at::tensor(low), at::tensor(high)).contiguous();
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const float expected = definition->second(values[i], low, high);
                    QVERIFY2(same(read[std::int64_t(i)].item<float>(), expected),
                             (std::string(kind.id) + " of " + std::to_string(values[i]) + " at " + std::to_string(high)).c_str());
                }
            }
        }
    }

    void bounds_of_channels_and_neurons_are_each_ones_own() {
        const at::Tensor output = at::arange(-12, 12, at::kFloat).reshape({2, 3, 2, 2});
        const at::Tensor by_channel = at::tensor({1.0F, 4.0F, 9.0F}).reshape({1, 3, 1, 1});
        const at::Tensor by_neuron = at::arange(12, at::kFloat).reshape({1, 3, 2, 2});
        for (const ActivationKind& kind : activation_kinds()) {
            if (kind.bounds == 0) continue;
            for (const at::Tensor& high : {by_channel, by_neuron}) {
                const at::Tensor read = function_of(kind)(output, -high, high);
                const at::Tensor bounds = high.expand_as(output);
                for (std::int64_t i = 0; i < output.numel(); ++i) {
                    const float bound = bounds.reshape(-1)[i].item<float>();
                    const float expected = definitions.at(kind.id)(output.view(-1)[i].item<float>(), -bound, bound);
                    QCOMPARE(read.reshape(-1)[i].item<float>(), expected);
                }
            }
        }
    }

    void a_kind_without_a_function_is_found() {
        ActivationKind unknown = activation_kinds().front();
        unknown.id = "sponge";
        QVERIFY_EXCEPTION_THROWN(function_of(unknown), std::logic_error);
    }
};

QTEST_MAIN(TestActivationFunctions)
#include "test_activation_functions.moc"
