#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <cmath>
#include <fstream>
#include <numeric>

#include "common/error.h"
#include "data/dataset.h"
#include "evaluation/evaluator.h"
#include "evaluation/plain_loop.h"
#include "network/formats/exported_program/operations.h"
#include "network/network.h"
#include "network/program.h"
#include "refusal.h"

using namespace clipscope;
using testing::refusal;

namespace {

const std::string folder = CLIPSCOPE_SOURCE_DIR "/tests/core/network/exported/";

// What make_exported.py gave the network: sin(0), sin(1), ...
at::Tensor images() {
    return at::sin(at::arange(4 * 3 * 8 * 8, at::kDouble)).to(at::kFloat).reshape({4, 3, 8, 8});
}

at::Tensor stored_outputs(const std::string& network) {
    QFile file(QString::fromStdString(folder + network + ".json"));
    if (!file.open(QFile::ReadOnly)) return {};
    at::Tensor outputs = at::empty({4, 5});
    const QJsonArray rows = QJsonDocument::fromJson(file.readAll()).array();
    for (int row = 0; row < 4; ++row)
        for (int i = 0; i < 5; ++i) outputs[row][i] = rows[row].toArray()[i].toDouble();
    return outputs;
}

std::vector<std::string> files() {
    std::vector<std::string> names;
    for (const QString& name : QDir(QString::fromStdString(folder)).entryList({"*.pt2", "*.pt"}, QDir::Files, QDir::Name))
        names.push_back(name.toStdString());
    return names;
}

QStringList described(const Network& network) {
    QStringList all;
    for (const LayerInfo& part : network.memory_parts()) all << QString::fromStdString(part.name + " " + part.path);
    for (const SiteInfo& site : network.sites()) all << QString::fromStdString(site.name + " " + site.path + " " + site.kind);
    return all;
}

// Of other brightness each, labelled by number.
Dataset four_images() {
    std::vector<std::uint8_t> pixels;
    for (int i = 0; i < 4 * 3 * 8 * 8; ++i) pixels.push_back(std::uint8_t(i * (3 + i / 192) % 251));
    return Dataset("made", {3, 8, 8}, std::move(pixels), {0, 1, 2, 3}, {"a", "b", "c", "d", "e"});
}

// A program of one operation, as torch.export writes it.
std::string program_of(const std::string& node, const std::string& input = R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}})") {
    return R"({"schema_version": {"major": 8, "minor": 2}, "graph_module": {"graph": {"tensor_values": {}, "nodes": [)" + node +
           R"(]}, "signature": {"input_specs": [)" + input +
           R"(], "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "y"}}}}]}}})";
}

}  // namespace

class TestExportedProgram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gives_the_outputs_of_pytorch_data() {
        QTest::addColumn<QString>("file");
        QVERIFY(files().size() >= 12);
        for (const std::string& name : files()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void gives_the_outputs_of_pytorch() {
        QFETCH(QString, file);
        const torch::NoGradGuard no_gradients;
        const auto network = Network::load(folder + file.toStdString());
        const std::int64_t fixed = network->metadata().fixed_batch;
        QCOMPARE(fixed, std::int64_t(file.contains("batch1") ? 1 : file.contains("batch3") ? 3 : 0));
        const at::Tensor expected = stored_outputs(file.section('-', 0, 0).toStdString());
        const std::int64_t step = fixed > 0 ? fixed : 4;
        for (std::int64_t first = 0; first + step <= 4; first += step) {
            const at::Tensor found = network->program().forward(images().narrow(0, first, step));
            QVERIFY((found - expected.narrow(0, first, step)).abs().max().item<double>() < 1e-5);
        }
    }

    void lists_the_same_parts_in_every_form() {
        for (const std::string network : {"pictures", "attention"}) {
            const QStringList expected = described(*Network::load(folder + network + "-dynamic-2.6.pt2"));
            for (const std::string& name : files())
                if (name.starts_with(network)) QCOMPARE(described(*Network::load(folder + name)), expected);
        }
        const QStringList expected{"CONV-1 features.0",
                                   "CONV-2 conv",
                                   "FC-1 out",
                                   "BN-1 features.1",
                                   "ACT-1 features.2",
                                   "ACT-2 ",
                                   "OTHER-1 lifted_tensor_0",
                                   "OTHER-2 lifted_tensor_1",
                                   "ACT-1 features.2 relu",
                                   "ACT-2  relu"};
        QCOMPARE(described(*Network::load(folder + "pictures-dynamic-2.14.pt2")), expected);
    }

    // Four images in passes of three: the last pass is filled up, and what filled it gives no answer.
    void fixed_batches_run_whole_passes() {
        const Dataset dataset = four_images();
        const InputFormat input{Normalization::preset("none"), {}};
        std::vector<Outcome> clean;
        for (const std::string form : {"dynamic", "batch1", "batch3"}) {
            const auto network = Network::load(folder + "pictures-" + form + "-2.6.pt2");
            Evaluator evaluator(network, dataset, input, {.device = "cpu"});
            QVERIFY(evaluator.prepare({}, 2, {}));
            if (form != "dynamic") QCOMPARE(evaluator.chunk(), std::size_t(form == "batch1" ? 1 : 3));
            QCOMPARE(evaluator.is_exact(), form != "dynamic");
            clean.push_back(evaluator.clean());
            TrialFaults faults;
            faults.parameters.push_back({0, 0, {{5 * 32 + 30, 0.0}}});
            TrialRunner runner(evaluator);
            std::vector<float> logits, plain_logits;
            const auto outcome = runner.run(faults, 1, {}, &logits);
            QVERIFY(outcome.has_value());
            QCOMPARE(logits.size(), std::size_t(4 * 5));
            if (form == "dynamic") continue;
            PlainLoop plain(network, dataset, input, int(evaluator.chunk()), "cpu", 1);
            plain.run(0, faults, 1, {}, {}, &plain_logits);
            QCOMPARE(logits, plain_logits);
        }
        QCOMPARE(clean[1], clean[0]);
        QCOMPARE(clean[2], clean[0]);
        const auto network = Network::load(folder + "pictures-batch3-2.6.pt2");
        const QString why = refusal([&] { Evaluator(network, dataset, input, {.chunk = 7, .device = "cpu"}); });
        QVERIFY2(why.contains("takes exactly 3 images a pass"), qPrintable(why));
    }

    void refuses_hostile_programs_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* name, const std::string& text, const char* why) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QString(why);
        };
        row("no JSON", "{", "it is no JSON");
        row("nested", std::string(5'000'000, '['), "nested more deeply");
        std::string many = "[0";
        for (int i = 0; i < 3'000'000; ++i) many += ",0";
        row("many values", many + "]", "more values than any network needs");
        row("another schema", R"({"schema_version": {"major": 99}})", "schema 99");
        row("huge number", R"({"schema_version": {"major": 99999999999999999999}})", "no whole number");
        row("no program", R"({"schema_version": {"major": 8}})", "it lacks graph_module");
        row("two inputs",
            program_of("",
                       R"({"user_input": {"arg": {"as_tensor": {"name": "x"}}}}, {"user_input": {"arg": {"as_tensor": {"name": "z"}}}})"),
            "several inputs");
        row("object", program_of("", R"({"custom_obj": {"arg": {"name": "o", "class_fqn": "a.B"}, "custom_obj_name": "engine"}})"),
            "an object of a class of its own (engine)");
        row("higher order", program_of(R"({"target": "torch.ops.higher_order.cond", "inputs": [], "outputs": [], "metadata": {}})"),
            "a part of its own");
        row("library", program_of(R"({"target": "torch.ops.mylib.read_file.default", "inputs": [], "outputs": [], "metadata": {}})"),
            "none of PyTorch's own");
        row("training",
            program_of(R"({"target": "torch.ops.aten.dropout.default", "inputs": [{"name": "input", "arg": {"as_tensor": {"name": "x"}}},
                {"name": "p", "arg": {"as_float": 0.5}}, {"name": "train", "arg": {"as_bool": true}}],
                "outputs": [{"as_tensor": {"name": "y"}}], "metadata": {}})"),
            "model.eval()");
    }
    void refuses_hostile_programs() {
        QFETCH(QByteArray, text);
        QFETCH(QString, why);
        const QString found = refusal([&] {
            ExportedProgram program = parse_program(text.toStdString(), "program.json");
            rewrite_operations(program);
        });
        QVERIFY2(found.contains(why), qPrintable(found));
        QVERIFY(found.size() < 400);
    }

    void numbers_without_end_are_read() {
        ExportedProgram program = parse_program(
            program_of(R"({"target": "torch.ops.aten.masked_fill.Scalar", "inputs": [{"name": "self", "arg": {"as_tensor": {"name": "x"}}},
                {"name": "value", "arg": {"as_float": -Infinity}}], "outputs": [{"as_tensor": {"name": "y"}}],
                "metadata": {"nn_module_stack": "L__self__,,a.Net;L__self___b,b.0@1,a.B"}})"),
            "program.json");
        QCOMPARE(program.nodes[0].inputs[1].value.real, -std::numeric_limits<double>::infinity());
        QCOMPARE(program.nodes[0].module_path, std::string("b.0"));
    }
};

QTEST_GUILESS_MAIN(TestExportedProgram)
#include "test_exported_program.moc"
