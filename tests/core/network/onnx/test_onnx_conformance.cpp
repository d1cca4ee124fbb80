// ONNX's own conformance models (Debian's libonnx-testdata): every one that uses only operators ClipScope runs must give the outputs that
// are stored beside it. How many ran, and why others did not, is printed.
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "common/error.h"
#include "network/formats/onnx/onnx_graph.h"
#include "network/formats/onnx/onnx_tensor.h"

using namespace clipscope;
namespace fs = std::filesystem;

namespace {

constexpr int fewest_to_pass = 350;
constexpr double relative_tolerance = 1e-3, absolute_tolerance = 2e-5;  // as ONNX's own runner has it, for float32

// A reason to leave a model out.
class LeftOut : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Case {
    OnnxFile file;
    std::vector<onnx::TensorProto> inputs, outputs;
};

std::vector<onnx::TensorProto> read_tensors(const fs::path& folder, const std::string& kind) {
    std::vector<onnx::TensorProto> tensors;
    for (int i = 0;; ++i) {
        std::ifstream stream(folder / (kind + "_" + std::to_string(i) + ".pb"), std::ios::binary);
        if (!stream) return tensors;
        onnx::TensorProto tensor;
        if (!tensor.ParseFromIstream(&stream)) throw LeftOut("sequences and optional values");
        tensors.push_back(tensor);
    }
}

void check_types(const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& values) {
    for (const onnx::ValueInfoProto& value : values) {
        if (!value.type().has_tensor_type()) throw LeftOut("sequences and optional values");
        const int type = value.type().tensor_type().elem_type();
        if (type == onnx::TensorProto::FLOAT16 || type == onnx::TensorProto::BFLOAT16 || type == onnx::TensorProto::DOUBLE)
            throw LeftOut("half and double precision");
        if (type == onnx::TensorProto::UINT16 || type == onnx::TensorProto::UINT32 || type == onnx::TensorProto::UINT64)
            throw LeftOut("unsigned integers that LibTorch lacks");
        if (element_size(type) == 0) throw LeftOut("texts and complex numbers");
    }
}

Case read_case(const fs::path& folder) {
    std::ifstream stream(folder / "model.onnx", std::ios::binary);
    Case read{read_onnx(stream, folder.string()), {}, {}};
    check_types(read.file.model.graph().input());
    check_types(read.file.model.graph().output());
    read.inputs = read_tensors(folder / "test_data_set_0", "input");
    read.outputs = read_tensors(folder / "test_data_set_0", "output");
    return read;
}

// All inputs but the first as stored tensors, as a network would have them.
OnnxFile with_constants(const Case& given) {
    OnnxFile file = given.file;
    for (std::size_t i = 1; i < given.inputs.size(); ++i) {
        onnx::TensorProto* tensor = file.model.mutable_graph()->add_initializer();
        *tensor = given.inputs[i];
        tensor->set_name(file.model.graph().input(int(i)).name());
    }
    return file;
}

torch::jit::Module import(const OnnxFile& file, bool any_batch) {
    OnnxGraph graph(file, {any_batch, true});
    torch::jit::Module module = graph.make();
    module.eval();
    return module;
}

bool agrees(const at::Tensor& found, const at::Tensor& expected) {
    if (found.sizes() != expected.sizes() || found.scalar_type() != expected.scalar_type()) return false;
    return at::allclose(found.to(at::kDouble), expected.to(at::kDouble), relative_tolerance, absolute_tolerance, true);
}

std::string description(const at::Tensor& tensor) {
    std::ostringstream text;
    text << tensor.scalar_type() << tensor.sizes() << " " << tensor.to(at::kDouble).reshape({-1}).slice(0, 0, 6).reshape({1, -1});
    return text.str();
}

// Empty where all outputs agree.
std::string difference(torch::jit::Module& module, const std::vector<c10::IValue>& inputs, const std::vector<at::Tensor>& expected) {
    const c10::IValue result = module.forward(inputs);
    const auto& outputs = result.toTupleRef().elements();
    if (outputs.size() != expected.size()) return "another number of outputs";
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!agrees(outputs[i].toTensor(), expected[i]))
            return description(outputs[i].toTensor()) + " in place of " + description(expected[i]);
    return {};
}

std::vector<at::Tensor> tensors_of(const std::vector<onnx::TensorProto>& stored) {
    std::vector<at::Tensor> tensors;
    for (const onnx::TensorProto& tensor : stored) tensors.push_back(to_tensor(tensor));
    return tensors;
}

// The reason why a graph is none that ClipScope runs, short enough to be counted.
std::string reason_of(const std::string& text) {
    const std::size_t at = text.find("it uses the operator ");
    if (at != std::string::npos) return "operators that ClipScope does not run: " + text.substr(at + 21, text.find(',') - at - 21);
    return text.substr(0, 110);
}

}  // namespace

class TestOnnxConformance : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        torch::jit::setGraphExecutorOptimize(false);
        if (!fs::is_directory(data)) QSKIP("Debian's libonnx-testdata is not installed");
    }
    void agrees_with_stored_outputs();

private:
    void run(const fs::path& folder);
    void run_any_batch(const OnnxFile& file, const std::vector<c10::IValue>& inputs, const std::vector<at::Tensor>& expected,
                       const std::string& name);

    const fs::path data = "/usr/share/libonnx-testdata/data";
    int ran_ = 0, passed_ = 0, any_batch_ = 0;
    std::vector<std::string> failures_;
    std::map<std::string, int> left_out_;
};

void TestOnnxConformance::run(const fs::path& folder) {
    const std::string name = folder.filename().string();
    try {
        const Case given = read_case(folder);
        if (given.outputs.empty()) throw LeftOut("no stored outputs");
        const std::vector<at::Tensor> inputs = tensors_of(given.inputs), expected = tensors_of(given.outputs);
        // LibTorch refuses the largest of nothing; no network of pictures asks for it.
        const bool takes_nothing = std::ranges::any_of(inputs, [](const at::Tensor& input) { return input.numel() == 0; });
        if (takes_nothing && (name.starts_with("test_reduce_max") || name.starts_with("test_reduce_min")))
            throw LeftOut("the largest of nothing");
        std::vector<c10::IValue> taken(inputs.begin(), inputs.end());
        std::optional<torch::jit::Module> module;
        OnnxFile file = with_constants(given);
        try {
            module = import(file, false);
            taken.resize(std::min<std::size_t>(taken.size(), 1));
        } catch (const Error&) {
            file = given.file;
            module = import(file, false);
        }
        ++ran_;
        const std::string different = difference(*module, taken, expected);
        if (different.empty())
            ++passed_;
        else
            failures_.push_back(name + ": " + different);
        if (different.empty() && taken.size() == 1) run_any_batch(file, taken, expected, name);
    } catch (const LeftOut& reason) {
        ++left_out_[reason.what()];
    } catch (const Error& error) {
        ++left_out_[reason_of(error.what())];
    } catch (const std::exception& error) {
        failures_.push_back(name + " throws " + std::string(error.what()).substr(0, 300));
    }
}

// Where the importer says that a graph runs with any batch, twice the images give twice the outputs.
void TestOnnxConformance::run_any_batch(const OnnxFile& file, const std::vector<c10::IValue>& inputs,
                                        const std::vector<at::Tensor>& expected, const std::string& name) {
    std::optional<torch::jit::Module> module;
    try {
        module = import(file, true);
    } catch (const NeedsFixedBatch&) {
        return;
    } catch (const Error&) {
        return;
    }
    const at::Tensor twice = at::cat({inputs[0].toTensor(), inputs[0].toTensor()});
    std::vector<at::Tensor> doubled;
    for (const at::Tensor& tensor : expected) doubled.push_back(at::cat({tensor, tensor}));
    ++any_batch_;
    const std::string different = difference(*module, {twice}, doubled);
    if (!different.empty()) failures_.push_back(name + " with twice the images: " + different);
}

void TestOnnxConformance::agrees_with_stored_outputs() {
    const torch::NoGradGuard no_gradients;
    std::vector<fs::path> folders;
    for (const char* group : {"node", "pytorch-converted", "pytorch-operator", "simple"})
        for (const auto& entry : fs::directory_iterator(data / group)) folders.push_back(entry.path());
    std::ranges::sort(folders);
    for (const fs::path& folder : folders) run(folder);
    int left_out = 0;
    for (const auto& [reason, count] : left_out_) left_out += count;
    std::cout << folders.size() << " models, " << ran_ << " ran, " << passed_ << " passed, " << left_out << " left out; " << any_batch_
              << " of those that ran do so with any batch\n";
    for (const auto& [reason, count] : left_out_) std::cout << "  left out " << count << ": " << reason << "\n";
    for (const std::string& failure : failures_) std::cout << "  failed: " << failure << "\n";
    std::cout.flush();
    QVERIFY2(failures_.empty(), (std::to_string(failures_.size()) + " models do not give their stored outputs").c_str());
    QVERIFY2(passed_ >= fewest_to_pass, (std::to_string(passed_) + " models passed").c_str());
}

QTEST_GUILESS_MAIN(TestOnnxConformance)
#include "test_onnx_conformance.moc"
