// Every stored value belongs to a part of the memory, whatever is computed from it before it is used, and faults there have the effect that
// the same bits changed in the module's own tensors have.
#include <QTemporaryDir>
#include <QTest>

#include "campaign/fault_scope.h"
#include "evaluation/evaluator.h"
#include "modules.h"
#include "network/coverage.h"
#include "network/layer_finder.h"
#include "network/network.h"
#include "network/program.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

// Weights that are masked, put together of low ranks or scaled; biases and a norm's weight that are computed; a weight that is read first
// and used last.
torch::jit::Module mixed_module() {
    torch::jit::Module module = make_module({{"late", {5, 8}},
                                             {"orig", {6, 3, 3, 3}},
                                             {"mask", {6, 3, 3, 3}},
                                             {"bias", {6}},
                                             {"scale", {6}},
                                             {"second", {6, 6, 3, 3}},
                                             {"shift", {6}},
                                             {"gamma", {6}},
                                             {"beta", {6}},
                                             {"mean", {6}},
                                             {"var", {6}},
                                             {"slope", {6}},
                                             {"matrix", {24, 7}},
                                             {"added", {7}},
                                             {"base", {8, 7}},
                                             {"left", {8, 2}},
                                             {"right", {2, 7}},
                                             {"lw", {8}},
                                             {"lb", {8}},
                                             {"gain", {}}},
                                            R"(
def forward(self, x):
    late = self.late * 2.0
    a = torch.relu(torch.conv2d(x, self.orig * self.mask, self.bias * self.scale, [1, 1], [1, 1]))
    b = torch.relu(torch.conv2d(a, self.second, self.shift + 1.0, [1, 1], [1, 1]))
    n = torch.batch_norm(b, self.gamma * 1.5, self.beta, self.mean, self.var, False, 0.1, 0.01, False)
    f = torch.flatten(torch.adaptive_avg_pool2d(torch.prelu(n, self.slope), [2, 2]), 1)
    g = torch.relu(torch.matmul(f, self.matrix) + self.added)
    h = torch.linear(g, self.base + torch.mm(self.left, self.right))
    return torch.linear(torch.layer_norm(h, [8], self.lw, self.lb), late) * self.gain
)");
    module.attr("var").toTensor().abs_();
    module.attr("gamma").toTensor().add_(1);
    module.attr("mean").toTensor().add_(2);  // so that some values are negative where prelu() takes them
    module.register_buffer("unread", at::ones({4, 5}));
    return module;
}

QStringList described(const std::vector<LayerInfo>& parts) {
    QStringList list;
    for (const LayerInfo& part : parts) {
        if (part.part == MemoryPart::threshold) continue;
        QStringList paths;
        for (const ParameterInfo& parameter : part.parameters)
            paths << QString::fromStdString(parameter.path) + (parameter.is_bias ? "(bias)" : "");
        list << QString::fromStdString(part.name) + ": " + paths.join(' ');
    }
    return list;
}

QStringList sites_of(const char* activation) {
    torch::jit::Module module = make_module({{"w", {4, 3, 3, 3}}, {"v", {4, 4, 3, 3}}, {"f", {5, 4}}}, std::string(R"(
def forward(self, x):
    a = torch.conv2d(x, self.w)
    b = )") + activation + R"(
    return torch.linear(torch.mean(torch.conv2d(b, self.v), [2, 3]), self.f)
)");
    QStringList kinds;
    const Program program(module);
    for (const FoundSite& site : find_layers_and_sites(program).sites) kinds << QString::fromStdString(site.info.kind);
    return kinds;
}

Dataset images_of_noise(std::size_t count) {
    const ImageShape shape{3, 8, 8};
    std::vector<std::uint8_t> pixels(count * shape.pixels());
    std::uint32_t state = 4711;
    for (std::uint8_t& pixel : pixels) pixel = std::uint8_t((state = state * 1664525 + 1013904223) >> 24);
    return Dataset("noise", shape, std::move(pixels), std::vector<std::int32_t>(count, 0), {"a", "b", "c", "d", "e"});
}

at::Tensor forward_with_faults(torch::jit::Module module, const Network& network, const TrialFaults& faults, const at::Tensor& x) {
    module = module.deepcopy();
    for (const ParameterFaults& parameter : faults.parameters) {
        const std::string& path = network.memory_parts()[parameter.layer].parameters[parameter.parameter].path;
        auto* words = static_cast<std::uint32_t*>(module.attr(path).toTensor().data_ptr());
        for (const MarkedBit& bit : parameter.bits) words[bit.position / 32] ^= 1U << (bit.position % 32);
    }
    return module.forward({x}).toTensor();
}

}  // namespace

class TestCoverage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_stored_value_belongs_to_a_part() {
        const torch::NoGradGuard no_gradients;
        const auto network = saved(mixed_module());
        QCOMPARE(described(network->memory_parts()),
                 QStringList({"CONV-1: orig mask bias(bias) scale(bias)", "CONV-2: second shift(bias)", "FC-1: matrix added(bias)",
                              "FC-2: base left right", "FC-3: late", "BN-1: gamma beta mean var", "LN-1: lw lb", "PRELU-1: slope",
                              "OTHER-1: gain"}));
        const Coverage& coverage = network->coverage();
        std::int64_t everything = 0;
        for (const LayerInfo& part : network->memory_parts())
            if (part.part != MemoryPart::threshold) everything += part.parameter_count;
        QCOMPARE(coverage.stored_values, everything + 20);
        QCOMPARE(coverage.reached_by_network, everything - (4 * 6 + 2 * 8 + 6 + 1));
        QCOMPARE(coverage.not_reached.back().path, std::string("unread"));
        QCOMPARE(
            QString::fromStdString(coverage_text(coverage)),
            QString("faults reach 967 of 1,034 stored values; not reached: 24 (batch norm: scope batch-norm), 16 (norm: scope norm), "
                    "6 (parameter of an activation: scope prelu), 1 (belongs to no layer: scope other), 20 (not read by the network)"));
        const FaultScope all = parse_fault_scopes("everything", network->memory_parts()).front();
        QCOMPARE(QString::fromStdString(reach_text(coverage, network->memory_parts(), all.layers)),
                 QString("faults reach 1,014 of 1,034 stored values; not reached: 20 (not read by the network)"));
        const FaultScope one = parse_fault_scopes("FC-3", network->memory_parts()).front();
        QVERIFY(QString::fromStdString(reach_text(coverage, network->memory_parts(), one.layers))
                    .startsWith("faults reach 40 of 1,034 stored values; not reached: 927 (layers outside the scope), 24"));
    }

    void recurrent_and_attention_layers_own_their_weights() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module =
            make_module({{"i", {16, 3}}, {"h", {16, 4}}, {"bi", {16}}, {"bh", {16}}, {"q", {12, 4}}, {"e", {5, 4}}}, R"(
def forward(self, x):
    rows = torch.flatten(x, 2).transpose(1, 2)
    zero = torch.zeros([1, x.size(0), 4])
    out = torch.lstm(rows, [zero, zero], [self.i, self.h, self.bi, self.bh], True, 1, 0.0, False, False, True)[0]
    a, b, c = torch.chunk(self.q, 3)
    mixed = torch.softmax(torch.matmul(torch.linear(out, a), torch.linear(out, b).transpose(1, 2)), -1)
    return torch.einsum("bi,oi->bo", [torch.matmul(mixed, torch.linear(out, c))[:, 0], self.e])
)");
        const auto network = saved(module);
        QCOMPARE(described(network->memory_parts()), QStringList({"RNN-1: h i bi(bias) bh(bias)", "FC-1: q", "FC-2: e"}));
        QCOMPARE(network->coverage().reached_by_network, network->coverage().stored_values);
    }

    void activations_in_other_words_are_sites_data() {
        QTest::addColumn<QString>("activation");
        QTest::addColumn<QStringList>("kinds");
        const QStringList relu{"relu"}, none;
        QTest::newRow("clamp") << "torch.clamp(a, min=0)" << relu;
        QTest::newRow("clamp_min") << "torch.clamp_min(a, 0.0)" << relu;
        QTest::newRow("threshold") << "torch.threshold(a, 0., 0.)" << relu;
        QTest::newRow("maximum") << "torch.maximum(torch.zeros_like(a), a)" << relu;
        QTest::newRow("product with a mask") << "a * (a > 0).type_as(a)" << relu;
        QTest::newRow("where") << "torch.where(a > 0, a, torch.zeros_like(a))" << relu;
        QTest::newRow("clamp at 6") << "torch.clamp(a, 0, 6)" << QStringList{"relu6"};
        QTest::newRow("clamp at 4") << "torch.clamp(a, 0, 4)" << QStringList{"hardtanh"};
        const QStringList gelu{"gelu"};
        QTest::newRow("SiLU") << "a * torch.sigmoid(a)" << QStringList{"silu"};
        QTest::newRow("SiLU, gate first") << "torch.sigmoid(a) * a" << QStringList{"silu"};
        QTest::newRow("hard swish") << "a * torch.hardsigmoid(a)" << QStringList{"hardswish"};
        QTest::newRow("Mish") << "a * torch.tanh(torch.softplus(a))" << QStringList{"mish"};
        QTest::newRow("GELU") << "a * (torch.erf(a / 1.4142135623730951) + 1.0) * 0.5" << gelu;
        QTest::newRow("GELU, halved first") << "0.5 * a * (1.0 + torch.erf(a * 0.7071067811865476))" << gelu;
        QTest::newRow("another function of erf") << "a * (torch.erf(a) + 1.0) * 0.5" << none;
        QTest::newRow("a gate of something else") << "a * torch.sigmoid(a + 1.0)" << QStringList{"sigmoid"};
        QTest::newRow("clamp at both ends") << "torch.clamp(a, -1, 1)" << none;
        QTest::newRow("clamp of a divisor") << "a / torch.clamp(torch.var(a, 1, keepdim=True), min=0)" << none;
        QTest::newRow("clamp of positions") << "a + torch.floor(torch.clamp(a, 0, 7))" << none;
        QTest::newRow("clamp of the images") << "a + torch.mean(torch.clamp(x, min=0))" << none;
    }
    void activations_in_other_words_are_sites() {
        QFETCH(QString, activation);
        QFETCH(QStringList, kinds);
        QCOMPARE(sites_of(qPrintable(activation)), kinds);
    }

    void faults_reach_what_is_computed_from_stored_values_data() {
        QTest::addColumn<QString>("scope");
        for (const char* scope :
             {"CONV-1", "CONV-2", "FC-1", "FC-2", "FC-3", "network", "batch-norm", "norm", "prelu", "other", "everything"})
            QTest::newRow(scope) << scope;
    }
    void faults_reach_what_is_computed_from_stored_values() {
        QFETCH(QString, scope);
        const torch::NoGradGuard no_gradients;
        const torch::jit::Module module = mixed_module();
        const auto network = saved(module);
        const Dataset images = images_of_noise(40);
        const InputFormat input{Normalization::preset("none"), {}};
        const std::vector<std::size_t> parts = parse_fault_scopes(scope.toStdString(), network->memory_parts()).front().layers;
        Evaluator quick(network, images, input, {.chunk = 10}), exact(network, images, input, {.chunk = 10, .exact = true});
        const std::vector<std::size_t> stored = quick.stored(parts);
        QVERIFY(quick.prepare(stored, 1, {}) && exact.prepare(stored, 1, {}));
        at::Tensor x = at::empty({40, 3, 8, 8});
        for (std::size_t i = 0; i < images.size(); ++i) prepare_image(images, i, input, {x.data_ptr<float>() + i * 192, 192});
        TrialRunner quick_runner(quick), exact_runner(exact);
        int changed = 0;
        for (std::uint64_t trial = 0; trial < 12; ++trial) {
            const double rate = scope == "other" ? 0.1 : scope == "prelu" ? 0.05 : 0.003;
            const TrialFaults faults = draw_trial_faults(5, trial, network->memory_parts(), stored, rate);
            std::vector<float> quick_logits, exact_logits;
            QVERIFY(quick_runner.run(faults, rate, {}, &quick_logits) && exact_runner.run(faults, rate, {}, &exact_logits));
            const at::Tensor by_hand = forward_with_faults(module, *network, faults, x), clean = module.deepcopy().forward({x}).toTensor();
            changed += !at::allclose(by_hand, clean, 1e-4, 1e-5, true);
            const auto as_tensor = [](std::vector<float>& logits) { return at::from_blob(logits.data(), {40, 5}).clone(); };
            QVERIFY(at::allclose(as_tensor(exact_logits), by_hand, 1e-4, 1e-5, true));
            QVERIFY(at::allclose(as_tensor(quick_logits), by_hand, 1e-3, 1e-4, true));
        }
        QVERIFY(changed > 0);
        QVERIFY(quick_runner.parameters_are_clean());
    }

    void scales_run_over_output_channels() {
        const auto layout = [](const char* code, const char* name, std::vector<std::int64_t> shape) {
            const Program program(make_module({{name, std::move(shape)}}, code));
            return find_layers_and_sites(program).parts.front().channels.front();
        };
        const ChannelLayout product = layout("def forward(self, x):\n    return torch.matmul(x, self.w)\n", "w", {6, 4});
        QCOMPARE(product.channels, std::size_t(4));
        QCOMPARE(product.channel_of(9), std::size_t(1));
        const ChannelLayout turned = layout("def forward(self, x):\n    return torch.matmul(x, self.w.t())\n", "w", {6, 4});
        QCOMPARE(turned.channels, std::size_t(6));
        QCOMPARE(turned.channel_of(9), std::size_t(2));
        const ChannelLayout einsum = layout("def forward(self, x):\n    return torch.einsum(\"bi,io->bo\", [x, self.w])\n", "w", {6, 4});
        QCOMPARE(einsum.channels, std::size_t(4));
        // Four inputs in two groups, three outputs each, 2×2.
        const ChannelLayout transposed = layout(
            "def forward(self, x):\n    return torch.conv_transpose2d(x, self.w, None, [1, 1], [0, 0], [0, 0], 2)\n", "w", {4, 3, 2, 2});
        QCOMPARE(transposed.channels, std::size_t(6));
        QCOMPARE(transposed.channel_of(5), std::size_t(1));           // input 0, output 1
        QCOMPARE(transposed.channel_of(12 + 8), std::size_t(2));      // input 1, output 2
        QCOMPARE(transposed.channel_of(2 * 12 + 4), std::size_t(4));  // input 2, of the second group
    }

private:
    std::shared_ptr<const Network> saved(const torch::jit::Module& module) {
        const std::string path = folder_.filePath(QString("net%1.pt").arg(++files_)).toStdString();
        module.save(path);
        return Network::load(path);
    }

    QTemporaryDir folder_;
    int files_ = 0;
};

QTEST_GUILESS_MAIN(TestCoverage)
#include "test_coverage.moc"
