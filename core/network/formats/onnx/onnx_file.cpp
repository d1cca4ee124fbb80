#include "network/formats/onnx/onnx_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "common/error.h"
#include "network/formats/onnx/wire_check.h"

namespace clipscope {

namespace {

constexpr std::int64_t max_external_size = std::int64_t(16) << 30;  // of all tensors outside the file
constexpr int max_nodes = 200'000;
constexpr int max_message_depth = 60;

std::string read_all(std::istream& file) {
    file.clear();
    file.seekg(0, std::ios::end);
    const std::int64_t size = std::int64_t(file.tellg());
    if (size < 0) throw Error("it cannot be read to its end");
    if (size > max_onnx_file_size) throw Error("it is larger than an ONNX file can be (2 GB); keep the weights in a file beside it");
    std::string bytes(std::size_t(size), '\0');
    file.seekg(0);
    file.read(bytes.data(), size);
    if (file.gcount() != size) throw Error("it cannot be read to its end");
    return bytes;
}

onnx::ModelProto parse(std::istream& file) {
    const std::string bytes = read_all(file);
    check_wire_format(bytes);
    google::protobuf::io::ArrayInputStream array(bytes.data(), int(bytes.size()));
    google::protobuf::io::CodedInputStream input(&array);
    input.SetRecursionLimit(max_message_depth);
    onnx::ModelProto model;
    if (!model.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage()) throw Error("it is no ONNX model, or damaged");
    return model;
}

std::string named(const onnx::TensorProto& tensor) {
    return "\"" + tensor.name().substr(0, 60) + "\"";
}

// Elements; nothing where the dimensions say more than there can be.
std::optional<std::int64_t> element_count(const onnx::TensorProto& tensor) {
    std::int64_t count = 1;
    for (const std::int64_t dim : tensor.dims())
        if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return std::nullopt;
    return count;
}

std::int64_t checked_bytes(const onnx::TensorProto& tensor) {
    constexpr int max_rank = 16;
    const std::int64_t size = element_size(tensor.data_type());
    if (size == 0)
        throw Error("its tensor " + named(tensor) + " holds elements of a type (" + std::to_string(tensor.data_type()) +
                    ") that no network for images needs");
    const auto count = element_count(tensor);
    std::int64_t bytes = 0;
    if (!count || tensor.dims_size() > max_rank || __builtin_mul_overflow(*count, size, &bytes))
        throw Error("its tensor " + named(tensor) + " claims an impossible size");
    return bytes;
}

std::int64_t number_of(const std::string& text, const onnx::TensorProto& tensor) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        throw Error("its tensor " + named(tensor) + " says \"" + text.substr(0, 30) + "\" where it must say how many bytes");
    return number;
}

// Below the folder, links followed.
std::filesystem::path file_below(const std::string& folder, const std::string& location, const onnx::TensorProto& tensor) {
    namespace fs = std::filesystem;
    const fs::path place(location);
    const bool leaves = location.empty() || place.is_absolute() || std::ranges::find(place, fs::path("..")) != place.end();
    std::error_code error;
    const fs::path root = fs::canonical(folder.empty() ? fs::path(".") : fs::path(folder), error);
    const fs::path found = leaves || error ? fs::path() : fs::canonical(root / place, error);
    if (!leaves && error)
        throw Error("its tensor " + named(tensor) + " lies in the file \"" + location.substr(0, 80) + "\", which is not beside it");
    if (leaves || std::mismatch(root.begin(), root.end(), found.begin(), found.end()).first != root.end())
        throw Error("its tensor " + named(tensor) + " lies outside the folder of the file (\"" + location.substr(0, 80) +
                    "\"), where nothing is read");
    if (!fs::is_regular_file(found, error)) throw Error("its tensor " + named(tensor) + " lies in what is no file");
    return found;
}

class ExternalData {
public:
    explicit ExternalData(const std::string& folder) : folder_(folder) {}

    void load(onnx::TensorProto& tensor) {
        if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return;
        std::string location;
        std::int64_t offset = 0, length = -1;
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location") location = entry.value();
            if (entry.key() == "offset") offset = number_of(entry.value(), tensor);
            if (entry.key() == "length") length = number_of(entry.value(), tensor);
        }
        const std::int64_t bytes = checked_bytes(tensor);
        if (length >= 0 && length != bytes) throw Error("its tensor " + named(tensor) + " has another size in the file beside it");
        const std::filesystem::path path = file_below(folder_, location, tensor);
        total_ += bytes;
        if (bytes > max_onnx_file_size || total_ > max_external_size) throw Error("its tensors are larger than any network's");
        const auto size = std::int64_t(std::filesystem::file_size(path));
        if (offset > size || bytes > size - offset)
            throw Error("its tensor " + named(tensor) + " goes beyond the end of \"" + location.substr(0, 80) +
                        "\"; copy both files again");
        std::ifstream file(path, std::ios::binary);
        std::string& data = *tensor.mutable_raw_data();
        data.resize(std::size_t(bytes));
        file.seekg(offset);
        if (!file.read(data.data(), bytes)) throw Error("\"" + location.substr(0, 80) + "\" beside it cannot be read");
        tensor.clear_external_data();
        tensor.set_data_location(onnx::TensorProto::DEFAULT);
    }

private:
    std::string folder_;
    std::int64_t total_ = 0;
};

// As many elements as the dimensions say, in the one field that its type uses.
void check_tensor(const onnx::TensorProto& tensor) {
    const std::int64_t bytes = checked_bytes(tensor);
    const std::int64_t count = bytes / element_size(tensor.data_type());
    std::int64_t there = 0;
    switch (tensor.data_type()) {
        case onnx::TensorProto::FLOAT:
            there = tensor.float_data_size();
            break;
        case onnx::TensorProto::DOUBLE:
            there = tensor.double_data_size();
            break;
        case onnx::TensorProto::INT64:
            there = tensor.int64_data_size();
            break;
        case onnx::TensorProto::UINT32:
        case onnx::TensorProto::UINT64:
            there = tensor.uint64_data_size();
            break;
        default:
            there = tensor.int32_data_size();
            break;
    }
    const bool fits = tensor.has_raw_data() ? std::int64_t(tensor.raw_data().size()) == bytes : there == count;
    if (!fits || tensor.has_segment()) throw Error("its tensor " + named(tensor) + " has not as many elements as its shape says");
}

class GraphCheck {
public:
    explicit GraphCheck(const std::string& folder) : external_(folder) {}

    void check(onnx::GraphProto& graph, std::unordered_set<std::string> known, int depth) {
        if (depth > max_depth) throw Error("its branches are nested too deeply");
        if (graph.sparse_initializer_size() > 0)
            throw Error("it holds sparse tensors, which ClipScope does not run; export it with dense ones");
        std::unordered_set<std::string> here;
        for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
            external_.load(tensor);
            check_tensor(tensor);
            if (!here.insert(tensor.name()).second) throw Error("it has two tensors named " + named(tensor));
        }
        for (const onnx::ValueInfoProto& input : graph.input()) here.insert(input.name());
        known.insert(here.begin(), here.end());
        for (onnx::NodeProto& node : *graph.mutable_node()) check(node, known, depth);
        for (const onnx::ValueInfoProto& output : graph.output())
            if (!known.contains(output.name())) throw Error("nothing in it computes its output \"" + output.name().substr(0, 60) + "\"");
    }

private:
    static constexpr int max_depth = 10;

    void check(onnx::NodeProto& node, std::unordered_set<std::string>& known, int depth) {
        const std::string name = node.op_type().substr(0, 40) + " \"" + node.name().substr(0, 60) + "\"";
        if (++nodes_ > max_nodes) throw Error("it has more operations than any network (" + std::to_string(max_nodes) + " at most)");
        for (const std::string& input : node.input())
            if (!input.empty() && !known.contains(input))
                throw Error("its operation " + name + " reads \"" + input.substr(0, 60) +
                            "\", which nothing before it computes: a circle, or damaged");
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            check_divisor(attribute, name);
            if (attribute.has_t()) check_attribute(*attribute.mutable_t());
            for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) check_attribute(tensor);
            if (attribute.has_g()) check(*attribute.mutable_g(), known, depth + 1);
            for (onnx::GraphProto& graph : *attribute.mutable_graphs()) check(graph, known, depth + 1);
        }
        for (const std::string& output : node.output())
            if (!output.empty() && !known.insert(output).second)
                throw Error("its operation " + name + " computes \"" + output.substr(0, 60) + "\", which is there already");
    }

    // What the library divides by while it works out shapes.
    static void check_divisor(const onnx::AttributeProto& attribute, const std::string& operation) {
        constexpr std::array<std::string_view, 6> divisors{"strides", "dilations", "kernel_shape", "group", "blocksize", "num_outputs"};
        if (std::ranges::find(divisors, std::string_view(attribute.name())) == divisors.end()) return;
        const bool is_positive = std::ranges::all_of(attribute.ints(), [](std::int64_t value) { return value > 0; });
        const bool is_number = attribute.type() == onnx::AttributeProto::INT;
        if (!is_positive || (is_number && attribute.i() <= 0))
            throw Error("the " + attribute.name() + " of its operation " + operation + " are not all above 0");
    }

    void check_attribute(onnx::TensorProto& tensor) {
        external_.load(tensor);
        // Texts are constants of operators that the network may not even use; those that it does use are refused there.
        if (tensor.data_type() != onnx::TensorProto::STRING) check_tensor(tensor);
    }

    ExternalData external_;
    int nodes_ = 0;
};

int opset_of(const onnx::ModelProto& model) {
    int opset = 0;
    for (const auto& import : model.opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx") opset = int(std::min<std::int64_t>(import.version(), 1000));
    if (opset < first_opset || opset > last_opset)
        throw Error("it uses version " + std::to_string(opset) + " of ONNX's operators, ClipScope knows " + std::to_string(first_opset) +
                    " to " + std::to_string(last_opset) + "; export it with opset_version=17");
    return opset;
}

bool is_known_to_library(const onnx::ModelProto& model, int opset) {
    const auto& ranges = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    const auto range = ranges.find("");
    return range != ranges.end() && opset <= range->second.second && model.ir_version() <= onnx::Version::IR_VERSION;
}

std::string short_message(const std::exception& error) {
    std::string text = error.what();
    text = text.substr(0, text.find('\n'));
    while (text.ends_with('.')) text.pop_back();
    return text.substr(0, 200);
}

}  // namespace

std::int64_t element_size(int data_type) {
    switch (data_type) {
        case onnx::TensorProto::BOOL:
        case onnx::TensorProto::INT8:
        case onnx::TensorProto::UINT8:
            return 1;
        case onnx::TensorProto::FLOAT16:
        case onnx::TensorProto::BFLOAT16:
        case onnx::TensorProto::INT16:
        case onnx::TensorProto::UINT16:
            return 2;
        case onnx::TensorProto::FLOAT:
        case onnx::TensorProto::INT32:
        case onnx::TensorProto::UINT32:
            return 4;
        case onnx::TensorProto::DOUBLE:
        case onnx::TensorProto::INT64:
        case onnx::TensorProto::UINT64:
            return 8;
        default:
            return 0;
    }
}

// A version of the format, 3 or later, then a field that may follow it. TensorFlow's models, which begin alike, have version 1.
bool is_onnx(std::string_view start) {
    if (start.size() < 4 || start[0] != 0x08 || start[1] < 3 || start[1] > 30) return false;
    constexpr std::string_view keys("\x12\x1a\x22\x28\x32\x3a\x42\x72", 8);
    return keys.find(start[2]) != keys.npos;
}

OnnxFile read_onnx(std::istream& file, const std::string& folder) {
    OnnxFile result;
    result.model = parse(file);
    result.opset = opset_of(result.model);
    if (!result.model.has_graph()) throw Error("it holds no graph");
    if (result.model.functions_size() > 0)
        throw Error(
            "it calls functions of its own; export it with torch.onnx.export(..., dynamo=False), or inline them with "
            "onnx.inliner.inline_local_functions");
    GraphCheck(folder).check(*result.model.mutable_graph(), {}, 0);
    result.has_own_rules = is_known_to_library(result.model, result.opset);
    if (!result.has_own_rules) return result;
    try {
        onnx::checker::check_model(result.model);
    } catch (const std::exception& error) {
        throw Error("it breaks ONNX's rules: " + short_message(error));
    }
    return result;
}

}  // namespace clipscope
