#include "network/formats/exported_program/exported_program.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/error.h"

namespace clipscope {

namespace {

using Json = nlohmann::json;

constexpr int max_json_depth = 60;
constexpr std::size_t max_json_values = 2'000'000;
constexpr std::size_t max_nodes = 200'000;
constexpr std::size_t max_items = 10'000;  // of one list of arguments
constexpr std::int64_t least_schema = 5, most_schema = 8;

// Python writes numbers without end as words, which JSON does not know: they become texts.
std::string with_quoted_words(const std::string& text) {
    std::string quoted;
    quoted.reserve(text.size());
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') in_text = !in_text;
        if (in_text && c == '\\' && i + 1 < text.size()) quoted += text[i++];
        const bool is_word = !in_text && (c == 'I' || c == 'N' || (c == '-' && i + 1 < text.size() && text[i + 1] == 'I'));
        if (!is_word) {
            quoted += text[i];
            continue;
        }
        std::size_t end = i + 1;
        while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
        quoted += '"' + text.substr(i, end - i) + '"';
        i = end - 1;
    }
    return quoted;
}

// Counts what a text holds before any of it is built.
class JsonCount : public nlohmann::json_sax<Json> {
public:
    bool null() override { return add(); }
    bool boolean(bool) override { return add(); }
    bool number_integer(number_integer_t) override { return add(); }
    bool number_unsigned(number_unsigned_t) override { return add(); }
    bool number_float(number_float_t, const string_t&) override { return add(); }
    bool string(string_t&) override { return add(); }
    bool binary(binary_t&) override { return add(); }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(); }
    bool end_object() override { return leave(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

    bool is_too_deep() const { return depth_ > max_json_depth; }
    bool is_too_much() const { return values_ > max_json_values; }

private:
    bool add() { return ++values_ <= max_json_values; }
    bool enter() { return ++depth_ <= max_json_depth && add(); }
    bool leave() {
        --depth_;
        return true;
    }

    int depth_ = 0;
    std::size_t values_ = 0;
};

// Reads JSON of a record with distrust, and says where something is missing.
class JsonReader {
public:
    explicit JsonReader(const std::string& record) : record_(record) {}

    Json parse(const std::string& text) const {
        const std::string plain = with_quoted_words(text);
        JsonCount count;
        const bool is_json = Json::sax_parse(plain, &count);
        if (count.is_too_deep()) throw Error("its record " + record_ + " is nested more deeply than any network's");
        if (count.is_too_much()) throw Error("its record " + record_ + " holds more values than any network needs");
        if (!is_json) fail("it is no JSON");
        try {
            return Json::parse(plain);
        } catch (const Json::exception&) {
            fail("it is no JSON");
        }
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error("its record " + record_ + " cannot be read (" + what + "), so it is damaged or of an unknown version of PyTorch");
    }

    const Json& get(const Json& object, const char* name) const {
        const auto found = object.is_object() ? object.find(name) : object.end();
        if (!object.is_object() || found == object.end()) fail(std::string("it lacks ") + name);
        return *found;
    }
    const Json& array(const Json& object, const char* name, std::size_t most) const {
        const Json& found = get(object, name);
        if (!found.is_array() || found.size() > most) fail(std::string(name) + " is no list, or a very long one");
        return found;
    }
    std::string text(const Json& object, const char* name) const { return text_of(get(object, name), name); }
    std::string text_of(const Json& value, const char* name) const {
        if (!value.is_string()) fail(std::string(name) + " is no text");
        return value.get<std::string>();
    }
    std::int64_t integer_of(const Json& value, const char* name) const {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            fail(std::string(name) + " is too large");
        if (!value.is_number_integer()) fail(std::string(name) + " is no whole number");
        return value.get<std::int64_t>();
    }
    bool truth_of(const Json& value, const char* name) const {
        if (!value.is_boolean()) fail(std::string(name) + " is neither true nor false");
        return value.get<bool>();
    }
    double real_of(const Json& value, const char* name) const {
        if (value.is_number()) return value.get<double>();
        const std::string text = text_of(value, name);
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (text == "Infinity") return infinity;
        if (text == "-Infinity") return -infinity;
        if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
        fail(std::string(name) + " is no number");
    }
    // {"as_int": 3}: the one entry of a union. Newer versions write the others as null.
    std::pair<std::string, const Json*> only_entry(const Json& object) const {
        std::pair<std::string, const Json*> only{"", nullptr};
        if (!object.is_object()) fail("an argument is of no kind");
        for (const auto& [key, value] : object.items()) {
            if (value.is_null()) continue;
            if (only.second != nullptr) fail("an argument is of several kinds");
            only = {key, &value};
        }
        if (only.second == nullptr) fail("an argument is of no kind");
        return only;
    }

private:
    const std::string& record_;
};

class ProgramReader {
public:
    explicit ProgramReader(const std::string& record) : json_(record) {}

    ExportedProgram read(const std::string& text) {
        const Json whole = json_.parse(text);
        check_version(whole);
        const Json& module = json_.get(whole, "graph_module");
        const Json& graph = json_.get(module, "graph");
        ExportedProgram program;
        for (const auto& [name, meta] : json_.get(graph, "tensor_values").items()) program.shapes.emplace(name, shape(meta));
        const Json& signature = json_.get(module, "signature");
        for (const Json& input : json_.array(signature, "input_specs", max_nodes)) program.inputs.push_back(input_of(input));
        for (const Json& output : json_.array(signature, "output_specs", max_items)) add_output(output, program.outputs);
        for (const Json& node : json_.array(graph, "nodes", max_nodes)) program.nodes.push_back(node_of(node));
        return program;
    }

    TensorShape shape(const Json& meta) const {
        TensorShape shape;
        shape.scalar_type = json_.integer_of(json_.get(meta, "dtype"), "dtype");
        for (const Json& size : json_.array(meta, "sizes", 64)) shape.sizes.push_back(size_of(size));
        return shape;
    }

    TensorShape::Size size_of(const Json& size) const {
        const auto [kind, value] = json_.only_entry(size);
        if (kind == "as_int") return {std::max<std::int64_t>(0, json_.integer_of(*value, "as_int")), {}};
        return {-1, json_.text(*value, "expr_str")};
    }

private:
    void check_version(const Json& whole) const {
        const std::int64_t major = json_.integer_of(json_.get(json_.get(whole, "schema_version"), "major"), "major");
        if (major < least_schema || major > most_schema)
            throw Error("it was written by another version of torch.export (schema " + std::to_string(major) + ") than ClipScope reads (" +
                        std::to_string(least_schema) + " to " + std::to_string(most_schema) +
                        "); export it again with PyTorch 2.3 or later, or save it with torch.jit.trace(...).save()");
    }

    ExportedInput input_of(const Json& spec) const {
        const auto [kind, value] = json_.only_entry(spec);
        ExportedInput input;
        if (kind == "user_input") {
            input.value = argument(json_.get(*value, "arg"));
            input.kind = input.value.kind == ArgumentKind::tensor ? ExportedInput::Kind::images : ExportedInput::Kind::other;
            return input;
        }
        if (kind == "constant_input" || kind == "token") return input;
        if (kind == "custom_obj")
            throw Error("it holds an object of a class of its own (" + shown(json_.text(*value, "custom_obj_name")) +
                        "), which is code; export the network without it");
        const bool is_parameter = kind == "parameter", is_buffer = kind == "buffer";
        if (!is_parameter && !is_buffer && kind != "tensor_constant") json_.fail("it has an input of the kind " + shown(kind));
        input.kind = is_parameter ? ExportedInput::Kind::parameter
                     : is_buffer  ? ExportedInput::Kind::buffer
                                  : ExportedInput::Kind::constant;
        input.value = {.kind = ArgumentKind::tensor, .text = json_.text(json_.get(*value, "arg"), "name"), .items = {}};
        input.path = json_.text(*value, is_parameter ? "parameter_name" : is_buffer ? "buffer_name" : "tensor_constant_name");
        return input;
    }

    void add_output(const Json& spec, std::vector<ExportedArgument>& outputs) const {
        const auto [kind, value] = json_.only_entry(spec);
        if (kind == "user_output") {
            outputs.push_back(argument(json_.get(*value, "arg")));
        } else if (kind == "buffer_mutation") {
            throw Error("it changes its buffer " + shown(json_.text(*value, "buffer_name")) +
                        " whenever it runs, as networks in training do; call model.eval() before torch.export.export()");
        } else if (kind != "token") {
            throw Error("it was exported for training (it has an output of the kind " + shown(kind) +
                        "); export the network alone, after model.eval()");
        }
    }

    ExportedNode node_of(const Json& json) const {
        ExportedNode node;
        node.target = json_.text(json, "target");
        for (const Json& input : json_.array(json, "inputs", max_items))
            node.inputs.push_back({json_.text(input, "name"), argument(json_.get(input, "arg"))});
        for (const Json& output : json_.array(json, "outputs", max_items)) node.outputs.push_back(argument(output));
        if (const auto metadata = json.find("metadata"); metadata != json.end() && metadata->is_object())
            if (const auto stack = metadata->find("nn_module_stack"); stack != metadata->end() && stack->is_string())
                node.module_path = innermost_module(stack->get_ref<const std::string&>());
        return node;
    }

    ExportedArgument argument(const Json& json) const {
        const auto [kind, value] = json_.only_entry(json);
        if (kind == "as_none") return {};
        if (kind == "as_ints" || kind == "as_floats" || kind == "as_bools" || kind == "as_strings" || kind == "as_tensors" ||
            kind == "as_sym_ints" || kind == "as_sym_floats" || kind == "as_sym_bools" || kind == "as_optional_tensors" ||
            kind == "as_int_lists")
            return list(kind, *value);
        return single(kind, *value);
    }

    ExportedArgument list(const std::string& kind, const Json& value) const {
        if (!value.is_array() || value.size() > max_items) json_.fail(kind + " is no list, or a very long one");
        ExportedArgument list{.kind = ArgumentKind::list, .text = {}, .items = {}};
        const std::string item = kind == "as_int_lists" ? "as_ints" : kind.substr(0, kind.size() - 1);  // "as_ints": each "as_int"
        for (const Json& one : value) list.items.push_back(item == "as_ints" ? this->list(item, one) : single(item, one));
        return list;
    }

    ExportedArgument single(const std::string& kind, const Json& value) const {
        const char* name = kind.c_str();
        const auto number = [&](ArgumentKind number_kind) {
            return ExportedArgument{.kind = number_kind, .integer = json_.integer_of(value, name), .text = {}, .items = {}};
        };
        const auto words = [](ArgumentKind kind_of_words, std::string text) {
            return ExportedArgument{.kind = kind_of_words, .text = std::move(text), .items = {}};
        };
        if (kind == "as_tensor") return words(ArgumentKind::tensor, json_.text(value, "name"));
        if (kind == "as_optional_tensor") return argument(value);
        if (kind == "as_int") return number(ArgumentKind::integer);
        if (kind == "as_float") return {.kind = ArgumentKind::real, .real = json_.real_of(value, name), .text = {}, .items = {}};
        if (kind == "as_bool")
            return {.kind = ArgumentKind::boolean, .integer = json_.truth_of(value, name) ? 1 : 0, .text = {}, .items = {}};
        if (kind == "as_string") return words(ArgumentKind::text, json_.text_of(value, name));
        if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") return symbol(value);
        if (kind == "as_scalar_type") return number(ArgumentKind::scalar_type);
        if (kind == "as_layout") return number(ArgumentKind::layout);
        if (kind == "as_memory_format") return number(ArgumentKind::memory_format);
        if (kind == "as_device") return words(ArgumentKind::device, json_.text(value, "type"));
        return words(ArgumentKind::unsupported, kind);
    }

    // {"as_name": "sym_size"}, or a plain number.
    ExportedArgument symbol(const Json& value) const {
        const auto [kind, content] = json_.only_entry(value);
        if (kind == "as_name") return {.kind = ArgumentKind::symbol, .text = json_.text_of(*content, "as_name"), .items = {}};
        if (kind != "as_int" && kind != "as_float" && kind != "as_bool") json_.fail("a number is of the kind " + shown(kind));
        return single(kind, *content);
    }

    JsonReader json_;
};

}  // namespace

const ExportedInput& ExportedProgram::images() const {
    const ExportedInput* found = nullptr;
    for (const ExportedInput& input : inputs) {
        if (input.kind != ExportedInput::Kind::images) continue;
        if (found != nullptr)
            throw Error("it takes several inputs, and ClipScope runs networks that take one batch of images; export it with a single one");
        found = &input;
    }
    if (found == nullptr) throw Error("it takes no tensor, and ClipScope runs networks that take one batch of images");
    return *found;
}

ExportedProgram parse_program(const std::string& text, const std::string& record) {
    ExportedProgram program = ProgramReader(record).read(text);
    program.images();
    return program;
}

std::map<std::string, ExportedPayload> parse_payloads(const std::string& text, const std::string& record) {
    const JsonReader json(record);
    const Json whole = json.parse(text);
    std::map<std::string, ExportedPayload> payloads;
    const Json& config = json.get(whole, "config");
    if (!config.is_object()) json.fail("config is no object");
    for (const auto& [path, meta] : config.items()) {
        ExportedPayload payload;
        payload.record = json.text(meta, "path_name");
        payload.is_pickled = json.truth_of(json.get(meta, "use_pickle"), "use_pickle");
        const Json& tensor = json.get(meta, "tensor_meta");
        if (!tensor.is_null()) {
            const auto number = [&](const Json& size) {
                const auto [kind, value] = json.only_entry(size);
                if (kind != "as_int") json.fail("a tensor's size is no number");
                return json.integer_of(*value, "as_int");
            };
            payload.scalar_type = json.integer_of(json.get(tensor, "dtype"), "dtype");
            for (const Json& size : json.array(tensor, "sizes", 64)) payload.sizes.push_back(number(size));
            for (const Json& stride : json.array(tensor, "strides", 64)) payload.strides.push_back(number(stride));
            payload.offset = number(json.get(tensor, "storage_offset"));
        }
        payloads.emplace(path, std::move(payload));
    }
    return payloads;
}

std::string shown(std::string_view name) {
    constexpr std::size_t most = 80;
    std::string text(name.substr(0, most));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return name.size() > most ? text + "..." : text;
}

std::string innermost_module(std::string_view stack) {
    std::string_view last = stack.substr(stack.rfind(';') == std::string_view::npos ? 0 : stack.rfind(';') + 1);
    const std::size_t start = last.find(',');
    if (start == std::string_view::npos) return {};
    std::string_view path = last.substr(start + 1);
    path = path.substr(0, path.find(','));
    path = path.substr(0, path.find('@'));  // a module's second call: "layer@1"
    const bool is_path = std::all_of(path.begin(), path.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
    });
    return is_path && !path.starts_with("_empty_nn_module_stack") ? std::string(path) : std::string();
}

}  // namespace clipscope
