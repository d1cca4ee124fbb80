#include <ATen/CPUGeneratorImpl.h>
#include <torch/script.h>

#include <QFileInfo>
#include <QTest>
#include <span>

#include "common/error.h"
#include "modules.h"
#include "network/architectures/architectures.h"
#include "network/layer_finder.h"
#include "network/program.h"
#include "network/training.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

// Running the flat program must give what the module's own forward() gives.
void compare_with_forward(torch::jit::Module module, const at::Tensor& images) {
    const torch::NoGradGuard no_gradients;
    module.eval();
    const Program program(module);
    QVERIFY(same_bits(program.forward(images), module.forward({images}).toTensor()));
}

std::string shared_model(const char* name) { return std::string(CLIPSCOPE_SHARED_DIR "/models/") + name; }

QStringList names_of(const std::vector<std::string>& names) {
    QStringList list;
    for (const std::string& name : names) list << QString::fromStdString(name);
    return list;
}

const char* residual_code = R"(
def forward(self, x):
    a = torch.relu(torch.conv2d(x, self.w1, None, [1, 1], [1, 1]))
    b = torch.relu_(torch.conv2d(a, self.w2, None, [1, 1], [1, 1]))
    c = torch.conv2d(b, self.w3, None, [1, 1], [1, 1])
    c += torch.conv2d(a, self.w4)
    d = torch.relu_(c)
    e = torch.flatten(torch.adaptive_avg_pool2d(d, [1, 1]), 1)
    return torch.linear(e, self.w5, self.b5)
)";

torch::jit::Module residual_module() {
    return make_module({{"w1", {4, 3, 3, 3}}, {"w2", {4, 4, 3, 3}}, {"w3", {6, 4, 3, 3}}, {"w4", {6, 4, 1, 1}}, {"w5", {5, 6}}, {"b5", {5}}},
                       residual_code);
}

}  // namespace

class TestProgram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equals_forward_on_built_in_architectures_data() {
        QTest::addColumn<int>("convolutions");
        QTest::newRow("lenet5") << 2;
        QTest::newRow("alexnet") << 5;
        QTest::newRow("vgg11") << 8;
        QTest::newRow("vgg11_bn") << 8;
        QTest::newRow("vgg16") << 13;
        QTest::newRow("vgg16_bn") << 13;
        QTest::newRow("resnet20") << 19;
        QTest::newRow("resnet32") << 31;
        QTest::newRow("resnet56") << 55;
    }
    void equals_forward_on_built_in_architectures() {
        QFETCH(int, convolutions);
        const std::string name = QTest::currentDataTag();
        const int channels = name == "lenet5" ? 1 : 3;
        torch::jit::Module module = make_architecture(name, {channels, 32, 32}, 10, 1);
        compare_with_forward(module, random_images({3, channels, 32, 32}));
        module.eval();
        const FoundStructure found = find_layers_and_sites(Program(module));
        const auto is_convolution = [](const FoundPart& layer) { return layer.info.kind == "Conv2d"; };
        QCOMPARE(int(std::count_if(found.parts.begin(), found.parts.end(), is_convolution)), convolutions);
    }

    // Every parameter learns: it has a gradient that is finite and not zero throughout.
    void built_in_architectures_can_be_trained_data() {
        QTest::addColumn<int>("unused");
        for (const std::string& name : architecture_names()) QTest::newRow(name.c_str()) << 0;
    }
    void built_in_architectures_can_be_trained() {
        const std::string name = QTest::currentDataTag();
        torch::manual_seed(1);
        torch::jit::Module module = make_architecture(name, {3, 32, 32}, 10, 1);
        module.train();
        module.forward({random_images({4, 3, 32, 32})}).toTensor().square().sum().backward();
        for (const auto& parameter : module.named_parameters()) {
            const at::Tensor gradient = parameter.value.grad();
            QVERIFY2(gradient.defined() && gradient.isfinite().all().item<bool>(), parameter.name.c_str());
            QVERIFY2(gradient.abs().max().item<float>() > 0, parameter.name.c_str());
        }
    }

    void equals_forward_on_shared_models_data() {
        QTest::addColumn<QString>("file");
        for (const char* name : {"alexnet_cifar10_traced.pt", "alexnet_cifar10_scripted.pt", "resnet20_cifar10_traced.pt", "vgg16_cifar10_traced.pt"})
            QTest::newRow(name) << QString::fromStdString(shared_model(name));
    }
    void equals_forward_on_shared_models() {
        QFETCH(QString, file);
        if (!QFileInfo::exists(file)) QSKIP("the shared models are not here");
        compare_with_forward(torch::jit::load(file.toStdString(), at::kCPU), random_images({9, 3, 32, 32}));
    }

    void starting_in_the_middle_equals_a_full_run() {
        const torch::NoGradGuard no_gradients;
        const Program program(residual_module());
        const at::Tensor images = random_images({5, 3, 8, 8});
        const at::Tensor expected = program.forward(images);
        for (std::size_t cut = 0; cut <= program.steps().size(); ++cut) {
            Frame whole = program.initial_frame();
            whole[std::size_t(program.input_slot())] = images;
            program.run(whole, 0, cut);
            Frame rest = program.initial_frame();
            for (Slot slot : program.alive_at(cut)) rest[std::size_t(slot)] = whole[std::size_t(slot)];
            program.run(rest, cut, program.steps().size());
            QVERIFY2(same_bits(program.output(rest), expected), qPrintable(QString("cut before step %1").arg(cut)));
        }
    }

    void a_run_does_not_change_the_values_it_starts_from() {
        const torch::NoGradGuard no_gradients;
        const Program program(residual_module());
        const at::Tensor images = random_images({5, 3, 8, 8});
        for (std::size_t cut = 0; cut < program.steps().size(); ++cut) {
            Frame frame = program.initial_frame();
            frame[std::size_t(program.input_slot())] = images.clone();
            program.run(frame, 0, cut);
            std::vector<std::pair<at::Tensor, at::Tensor>> before;
            for (const c10::IValue& value : frame)
                if (value.isTensor()) before.emplace_back(value.toTensor(), value.toTensor().clone());
            program.run(frame, cut, program.steps().size());
            for (const auto& [tensor, copy] : before) QVERIFY(same_bits(tensor, copy));
        }
    }

    void runs_branches_and_loops_left_in() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module = make_module({{"w", {4, 4}}, {"b", {4}}}, R"(
def forward(self, x):
    count = 0
    while bool(x.sum() < 50.0) and count < 6:
        x = torch.relu(torch.linear(x, self.w, self.b)) + 1.0
        count += 1
    if bool(x.max() > 3.0):
        x = x * 2.0
    else:
        x = x - 1.0
    return x
)");
        for (std::uint64_t seed = 0; seed < 6; ++seed) compare_with_forward(module, random_images({3, 4}, seed));
    }

    void nothing_counts_images_where_rows_are_views_data() {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<int>("sizes_left");
        QTest::newRow("rows") << "[x.size(0), -1]" << 0;
        QTest::newRow("rows of a known length") << "[x.size(0), 12]" << 0;
        QTest::newRow("columns") << "[-1, x.size(1)]" << 1;
        QTest::newRow("rows of something else") << "[y.size(0), 12]" << 1;
    }
    void nothing_counts_images_where_rows_are_views() {
        QFETCH(QString, shape);
        QFETCH(int, sizes_left);
        const std::string code = "def forward(self, x):\n    y = torch.relu(x)\n    return torch.relu(x.view(" + shape.toStdString() + "))\n";
        torch::jit::Module module = make_module({}, code.c_str());
        compare_with_forward(module, random_images({5, 3, 2, 2}, 1));
        module.eval();
        const Program program(module);
        QCOMPARE(std::count_if(program.steps().begin(), program.steps().end(), [](const Step& step) { return step.name == "aten::size"; }),
                 sizes_left);
    }

    void one_number_an_image_can_be_viewed_as_a_row() {
        compare_with_forward(make_module({}, "def forward(self, x):\n    y = x.sum([1, 2, 3])\n    return torch.relu(y.view(y.size(0), -1))\n"),
                             random_images({5, 3, 2, 2}, 1));
    }

    void finds_layers_and_sites_of_alexnet() {
        torch::jit::Module module = make_architecture("alexnet", {3, 32, 32}, 10, 1);
        module.eval();
        const Program program(module);
        const FoundStructure found = find_layers_and_sites(program);
        QStringList layers, sites;
        std::int64_t parameters = 0;
        for (const FoundPart& layer : std::span(found.parts).first(found.layer_count)) {
            layers << QString::fromStdString(layer.info.name + " " + layer.info.path);
            parameters += layer.info.parameter_count;
        }
        QCOMPARE(layers, (QStringList{"CONV-1 features.0", "CONV-2 features.3", "CONV-3 features.6", "CONV-4 features.8", "CONV-5 features.10",
                                      "FC-1 classifier.1", "FC-2 classifier.4", "FC-3 classifier.6"}));
        QCOMPARE(parameters, std::int64_t(2869066));  // as counted from the layer sizes of the shared AlexNet
        QCOMPARE(found.sites.size(), std::size_t(7));
        for (std::size_t i = 0; i < found.sites.size(); ++i) QCOMPARE(found.sites[i].info.fed_by, std::vector{found.parts[i].info.name});
        QCOMPARE(found.sites[3].info.name, std::string("ACT-4"));
        QCOMPARE(found.sites[3].info.path, std::string("features.9"));
    }

    void a_residual_join_is_fed_by_several_layers() {
        const Program program(residual_module());
        const FoundStructure found = find_layers_and_sites(program);
        QCOMPARE(found.layer_count, std::size_t(5));
        QCOMPARE(found.sites.size(), std::size_t(3));
        QCOMPARE(names_of(found.sites[0].info.fed_by), QStringList{"CONV-1"});
        QCOMPARE(names_of(found.sites[1].info.fed_by), QStringList{"CONV-2"});
        QCOMPARE(names_of(found.sites[2].info.fed_by), (QStringList{"CONV-3", "CONV-4"}));
        QCOMPARE(found.parts[4].info.name, std::string("FC-1"));
    }

    void a_weight_used_twice_is_one_layer() {
        const Program program(make_module({{"w", {4, 4}}}, R"(
def forward(self, x):
    return torch.linear(torch.relu(torch.linear(x, self.w)), self.w)
)"));
        const FoundStructure found = find_layers_and_sites(program);
        QCOMPARE(found.layer_count, std::size_t(1));
        QCOMPARE(found.parts[0].info.bits, std::int64_t(16 * 32));
    }

    void transposed_weights_of_old_exports_are_found() {
        torch::jit::Module module = make_module({{"w", {5, 4}}, {"b", {5}}}, R"(
def forward(self, x):
    return torch.addmm(self.b, x, self.w.t())
)");
        const Program program(module);
        const FoundStructure found = find_layers_and_sites(program);
        QCOMPARE(found.layer_count, std::size_t(1));
        QCOMPARE(found.parts[0].info.shape, (std::vector<std::int64_t>{5, 4}));
        QCOMPARE(found.parts[0].info.parameters.size(), std::size_t(2));
        compare_with_forward(module, random_images({3, 4}));
    }

    void dropout_is_run_only_where_it_drops_nothing() {
        const std::string code = "def forward(self, x: Tensor) -> Tensor:\n    return torch.dropout(torch.relu(x), ";
        compare_with_forward(testing::make_module({}, code + "0.0, True)\n"), random_images({4, 3, 8, 8}));
        compare_with_forward(testing::make_module({}, code + "0.5, self.training)\n"), random_images({4, 3, 8, 8}));
        QVERIFY_EXCEPTION_THROWN(Program(testing::make_module({}, code + "0.5, True)\n")), Error);
    }

    void refuses_several_inputs() {
        QVERIFY_EXCEPTION_THROWN(Program(make_module({{"w", {4, 4}}}, "def forward(self, x, y):\n    return torch.linear(x, self.w) + y\n")), Error);
    }
};

QTEST_GUILESS_MAIN(TestProgram)
#include "test_program.moc"
