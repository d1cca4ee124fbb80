#include "network/formats/exported_program/exported_program_format.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/text_list.h"
#include "network/allowed_operations.h"
#include "network/formats/exported_program/exported_graph.h"
#include "network/formats/exported_program/exported_tensors.h"
#include "network/formats/exported_program/operations.h"
#include "network/formats/exported_program/program_records.h"

namespace clipscope {

namespace {

constexpr std::size_t max_path_depth = 50;

// A module with what the program's signature names, at the author's paths.
class ModuleMaker {
public:
    explicit ModuleMaker(const ProgramRecords& records) : records_(records), unit_(std::make_shared<torch::jit::CompilationUnit>()) {}

    torch::jit::Module make() {
        torch::jit::Module module = empty_module();
        for (const ExportedInput& input : records_.program().inputs)
            if (input.kind == ExportedInput::Kind::parameter || input.kind == ExportedInput::Kind::buffer ||
                input.kind == ExportedInput::Kind::constant)
                add(module, input);
        return module;
    }

private:
    torch::jit::Module empty_module() const {
        torch::jit::Module module(c10::QualifiedName("__torch__.clipscope.exported.Module"), unit_, true);
        module.register_attribute("training", c10::BoolType::get(), false);
        return module;
    }

    void add(const torch::jit::Module& root, const ExportedInput& input) {
        const std::vector<std::string> names = split_list(input.path, '.');
        check_names(names, input.path);
        torch::jit::Module owner = root;
        for (std::size_t i = 0; i + 1 < names.size(); ++i) {
            if (!owner.hasattr(names[i])) owner.register_module(names[i], empty_module());
            const c10::IValue part = owner.attr(names[i]);
            if (!part.isModule()) fail_twice(input.path);
            owner = part.toModule();
        }
        if (owner.hasattr(names.back())) fail_twice(input.path);
        const at::Tensor tensor = tensors_.load(records_.find(input.path, input.kind == ExportedInput::Kind::constant));
        if (input.kind == ExportedInput::Kind::parameter)
            owner.register_parameter(names.back(), tensor.requires_grad_(tensor.is_floating_point()), !tensor.is_floating_point());
        else
            owner.register_buffer(names.back(), tensor);
    }

    static void check_names(const std::vector<std::string>& names, const std::string& path) {
        const auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; };
        const bool are_names = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
            return !name.empty() && std::all_of(name.begin(), name.end(), is_letter);
        });
        if (names.empty() || names.size() > max_path_depth || !are_names)
            throw Error("its tensor " + shown(path) + " has a name that no module has, so it is damaged");
    }

    [[noreturn]] static void fail_twice(const std::string& path) {
        throw Error("it names its tensor " + shown(path) + " twice, so it is damaged");
    }

    const ProgramRecords& records_;
    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    ExportedTensors tensors_;
};

// What the program says of its images.
void note_images(const ExportedProgram& program, ModelMetadata& metadata) {
    constexpr std::int64_t exported_float = 7;
    constexpr std::int64_t most_images = 100'000;
    const auto shape = program.shapes.find(program.images().value.text);
    if (shape == program.shapes.end()) throw Error("it does not say what its input is, so it is damaged");
    const std::vector<TensorShape::Size>& sizes = shape->second.sizes;
    if (sizes.size() != 4 || shape->second.scalar_type != exported_float)
        throw Error("its input is no batch of images N×C×H×W of float32 numbers (it has " + std::to_string(sizes.size()) +
                    " dimensions), and ClipScope runs networks that take images");
    if (sizes[0].number == 0 || sizes[0].number > most_images) throw Error("it takes no sensible number of images at once");
    metadata.fixed_batch = std::max<std::int64_t>(0, sizes[0].number);
    const auto is_size = [](const TensorShape::Size& size) { return size.number > 0 && size.number <= 65536; };
    if (is_size(sizes[1]) && sizes[1].number <= 1024 && is_size(sizes[2]) && is_size(sizes[3]))
        metadata.input_shape = ImageShape{int(sizes[1].number), int(sizes[2].number), int(sizes[3].number)};
}

bool recognises(const ModelFile& file) {
    return file.archive != nullptr && is_exported_program(*file.archive);
}

LoadedModule load(const ModelFile& file, const ModelRequest&) {
    const ProgramRecords records(*file.archive);
    ExportedProgram program = records.program();
    LoadedModule loaded{ModuleMaker(records).make(), {}, false, {}};
    note_images(program, loaded.metadata);
    rewrite_operations(program);
    define_forward(program, loaded.module);
    check_operations(loaded.module);
    return loaded;
}

}  // namespace

const ModelFormat exported_program_format{"torch.export", recognises, load};

}  // namespace clipscope
