#include "network/formats/records/safetensors.h"

#include <algorithm>
#include <array>
#include <istream>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t size_bytes = 8;
constexpr std::uint64_t max_header_size = std::uint64_t(32) << 20;
constexpr std::uint64_t possible_header_size = std::uint64_t(1) << 40;  // of what is taken for this format at all
constexpr std::size_t max_tensors = 100'000;
constexpr std::size_t max_claimed_dimensions = 64;
constexpr std::array<std::pair<std::string_view, ElementType>, 10> types{{
    {"F32", ElementType::float32},
    {"F64", ElementType::float64},
    {"F16", ElementType::float16},
    {"BF16", ElementType::bfloat16},
    {"U8", ElementType::uint8},
    {"I8", ElementType::int8},
    {"I16", ElementType::int16},
    {"I32", ElementType::int32},
    {"I64", ElementType::int64},
    {"BOOL", ElementType::boolean},
}};

std::uint64_t header_size(std::string_view start) {
    std::uint64_t size = 0;
    for (std::size_t i = size_bytes; i-- > 0;) size = size << 8 | static_cast<std::uint8_t>(start[i]);
    return size;
}

std::string shortened(const std::string& name) {
    return name.substr(0, 100);
}

// Follows the header as it is parsed, so that nothing of it is kept but what a tensor needs: {"NAME": {"dtype": "F32", "shape": [1, 2],
// "data_offsets": [0, 8]}, "__metadata__": {"KEY": "TEXT"}}.
class HeaderReader : public nlohmann::json_sax<Json> {
public:
    std::vector<SafeTensor> tensors;

    bool null() override { return refuse(); }
    bool boolean(bool) override { return refuse(); }
    bool number_integer(number_integer_t) override { return refuse(); }
    bool number_float(number_float_t, const string_t&) override { return refuse(); }
    bool binary(binary_t&) override { return refuse(); }

    bool number_unsigned(number_unsigned_t value) override {
        if (list_ == nullptr || list_->size() >= max_claimed_dimensions || value > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            return refuse();
        list_->push_back(std::int64_t(value));
        return true;
    }

    bool string(string_t& value) override {
        if (depth_ == 2 && is_metadata_) return true;
        if (depth_ != 2 || key_ != "dtype") return refuse();
        type_ = value;
        return true;
    }

    bool start_object(std::size_t) override {
        if (++depth_ > 2 || list_ != nullptr || (depth_ == 2 && key_.empty() && !is_named_)) return refuse();
        is_metadata_ = depth_ == 2 && key_ == "__metadata__";
        if (depth_ == 2) begin_tensor();
        return true;
    }

    bool key(string_t& value) override {
        key_ = value;
        is_named_ = true;
        return true;
    }

    bool end_object() override {
        if (depth_-- == 2 && !is_metadata_) end_tensor();
        is_metadata_ = false;
        return true;
    }

    bool start_array(std::size_t) override {
        if (depth_ != 2 || is_metadata_ || list_ != nullptr || (key_ != "shape" && key_ != "data_offsets")) return refuse();
        list_ = key_ == "shape" ? &shape_ : &offsets_;
        return list_->empty() || refuse();
    }

    bool end_array() override {
        list_ = nullptr;
        return true;
    }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        throw Error("its header is no JSON object, so it is damaged");
    }

private:
    [[noreturn]] static bool refuse() { throw Error("its header holds what no header of safetensors does, so it is damaged"); }

    void begin_tensor() {
        name_ = key_;
        type_.clear();
        shape_.clear();
        offsets_.clear();
    }

    void end_tensor() {
        if (tensors.size() >= max_tensors) throw Error("its header lists more than " + std::to_string(max_tensors) + " tensors");
        if (!names_.insert(name_).second) throw Error("its header lists the tensor " + shortened(name_) + " twice, so it is damaged");
        const auto known = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.first == type_; });
        if (known == types.end())
            throw Error("its tensor " + shortened(name_) + " has elements of the kind " + shortened(type_) +
                        ", which ClipScope does not read; save it again in float32");
        if (offsets_.size() != 2 || offsets_[0] > offsets_[1]) refuse();
        std::uint64_t bytes = bytes_of(known->second);
        for (const std::int64_t size : shape_)
            if (__builtin_mul_overflow(bytes, std::uint64_t(size), &bytes))
                throw Error("its tensor " + shortened(name_) + " claims a size that no memory has");
        if (bytes != std::uint64_t(offsets_[1] - offsets_[0]))
            throw Error("its tensor " + shortened(name_) + " has another size than its shape, so it is damaged");
        tensors.push_back({name_, known->second, shape_, std::uint64_t(offsets_[0]), bytes});
    }

    int depth_ = 0;
    bool is_metadata_ = false, is_named_ = false;
    std::string key_, name_, type_;
    std::vector<std::int64_t> shape_, offsets_;
    std::vector<std::int64_t>* list_ = nullptr;
    std::unordered_set<std::string> names_;
};

void read_bytes(std::istream& file, std::uint64_t position, std::span<std::uint8_t> out) {
    file.clear();
    file.seekg(static_cast<std::streamoff>(position));
    file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (static_cast<std::uint64_t>(file.gcount()) != out.size()) throw Error("it cannot be read to its end, so it is truncated");
}

std::uint64_t size_of(std::istream& file) {
    file.clear();
    file.seekg(0, std::ios::end);
    return static_cast<std::uint64_t>(std::max(std::streamoff(0), std::streamoff(file.tellg())));
}

// Each within the file, none on another.
void check_places(const std::vector<SafeTensor>& tensors, std::uint64_t available) {
    std::vector<const SafeTensor*> in_order;
    for (const SafeTensor& tensor : tensors) in_order.push_back(&tensor);
    std::sort(in_order.begin(), in_order.end(),
              [](const SafeTensor* a, const SafeTensor* b) { return std::pair(a->position, a->bytes) < std::pair(b->position, b->bytes); });
    std::uint64_t end = 0;
    for (const SafeTensor* tensor : in_order) {
        if (tensor->bytes > available || tensor->position > available - tensor->bytes)
            throw Error("its tensor " + shortened(tensor->name) + " claims " + std::to_string(tensor->bytes) +
                        " bytes, which the file does not hold, so it is truncated or damaged");
        if (tensor->position < end) throw Error("its tensor " + shortened(tensor->name) + " overlaps another one, so it is damaged");
        end = tensor->position + tensor->bytes;
    }
}

}  // namespace

bool is_safetensors(std::string_view start) {
    return start.size() > size_bytes && start[size_bytes] == '{' && header_size(start) >= 2 && header_size(start) < possible_header_size;
}

std::vector<SafeTensor> read_safetensors_header(std::istream& file) {
    const std::uint64_t file_size = size_of(file);
    std::string start(size_bytes, '\0');
    read_bytes(file, 0, std::span(reinterpret_cast<std::uint8_t*>(start.data()), start.size()));
    const std::uint64_t size = header_size(start);
    if (size > max_header_size) throw Error("its header claims " + std::to_string(size) + " bytes, more than any network needs");
    if (size > file_size - size_bytes) throw Error("its header claims " + std::to_string(size) + " bytes, which the file does not hold");
    std::string header(size, '\0');
    read_bytes(file, size_bytes, std::span(reinterpret_cast<std::uint8_t*>(header.data()), header.size()));
    HeaderReader reader;
    Json::sax_parse(header, &reader);
    check_places(reader.tensors, file_size - size_bytes - size);
    for (SafeTensor& tensor : reader.tensors) tensor.position += size_bytes + size;
    return std::move(reader.tensors);
}

void read_safetensor(std::istream& file, const SafeTensor& tensor, std::span<std::uint8_t> out) {
    read_bytes(file, tensor.position, out);
}

}  // namespace clipscope
