#include "network/formats/records/stored_tensor.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr std::array<std::pair<std::string_view, ElementType>, 10> storages{{
    {"torch.FloatStorage", ElementType::float32},
    {"torch.DoubleStorage", ElementType::float64},
    {"torch.HalfStorage", ElementType::float16},
    {"torch.BFloat16Storage", ElementType::bfloat16},
    {"torch.ByteStorage", ElementType::uint8},
    {"torch.CharStorage", ElementType::int8},
    {"torch.ShortStorage", ElementType::int16},
    {"torch.IntStorage", ElementType::int32},
    {"torch.LongStorage", ElementType::int64},
    {"torch.BoolStorage", ElementType::boolean},
}};
constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view first_rebuild_tensor = "torch._utils._rebuild_tensor";  // before PyTorch 0.4
constexpr std::string_view rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::string_view rebuild_parameter_with_state = "torch._utils._rebuild_parameter_with_state";  // of PyTorch 2; begins alike
constexpr std::size_t max_dimensions = 64;

[[noreturn]] void fail(const std::string& what) {
    throw Error("one of its tensors " + what);
}

// Product and sum that no crafted number can make wrap around.
std::int64_t times(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_mul_overflow(a, b, &result)) fail("claims a size that no memory has");
    return result;
}

std::int64_t plus(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (__builtin_add_overflow(a, b, &result)) fail("claims a size that no memory has");
    return result;
}

bool is_rebuild_tensor(const std::string& global) {
    return global == rebuild_tensor || global == first_rebuild_tensor;
}

bool is_rebuild_parameter(const std::string& global) {
    return global == rebuild_parameter || global == rebuild_parameter_with_state;
}

class TensorReader {
public:
    TensorReader(const PickleTree& tree, const FindStorage& find) : tree_(tree), find_(find) {}

    StoredTensor storage(const PickleNode& node) const {
        const StorageClaim claim = storage_claim(tree_, node);
        StoredTensor tensor{.type = claim.type, .record = find_(claim.key), .sizes = {claim.elements}, .strides = {1}};
        if (tensor.record == nullptr) fail("has no content: its storage " + claim.key.substr(0, 100) + " is missing");
        if (claim.elements < 0 || tensor.record->is_compressed ||
            std::uint64_t(times(claim.elements, std::int64_t(bytes_of(tensor.type)))) != tensor.record->size)
            fail("claims " + std::to_string(claim.elements) + " elements, but its record " + tensor.record->name + " has " +
                 std::to_string(tensor.record->size) + " bytes");
        return tensor;
    }

    // _rebuild_tensor_v2(storage, offset, sizes, strides, ...)
    StoredTensor tensor(const PickleNode& arguments) const {
        if (arguments.items.size() < 4) fail("lacks its size");
        StoredTensor tensor = storage(tree_.at(arguments.items[0]));
        const std::int64_t available = tensor.sizes[0];
        const PickleNode& offset = tree_.at(arguments.items[1]);
        if (offset.kind != PickleKind::integer || offset.integer < 0) fail("begins at no element");
        tensor.offset = offset.integer;
        tensor.sizes = integers(tree_.at(arguments.items[2]));
        tensor.strides = integers(tree_.at(arguments.items[3]));
        if (tensor.sizes.size() != tensor.strides.size()) fail("has strides that do not fit its size");
        std::int64_t last = tensor.offset, elements = 1;
        for (std::size_t i = 0; i < tensor.sizes.size(); ++i) elements = times(elements, tensor.sizes[i]);
        for (std::size_t i = 0; i < tensor.sizes.size() && elements > 0; ++i)
            last = plus(last, times(tensor.sizes[i] - 1, tensor.strides[i]));
        if (elements > available || (elements > 0 && last >= available)) fail("reaches beyond its storage");
        return tensor;
    }

private:
    std::vector<std::int64_t> integers(const PickleNode& node) const {
        if (node.kind != PickleKind::tuple || node.items.size() > max_dimensions) fail("has a size that is no tuple of numbers");
        std::vector<std::int64_t> values;
        for (const PickleId id : node.items) {
            const PickleNode& item = tree_.at(id);
            if (item.kind != PickleKind::integer || item.integer < 0) fail("has a size that is no tuple of numbers");
            values.push_back(item.integer);
        }
        return values;
    }

    const PickleTree& tree_;
    const FindStorage& find_;
};

}  // namespace

std::size_t bytes_of(ElementType type) {
    switch (type) {
        case ElementType::float64:
        case ElementType::int64:
            return 8;
        case ElementType::float32:
        case ElementType::int32:
            return 4;
        case ElementType::float16:
        case ElementType::bfloat16:
        case ElementType::int16:
            return 2;
        case ElementType::uint8:
        case ElementType::int8:
        case ElementType::boolean:
            break;
    }
    return 1;
}

std::int64_t StoredTensor::elements() const {
    std::int64_t product = 1;
    for (const std::int64_t size : sizes) product *= size;
    return product;
}

bool is_tensor_global(const std::string& global) {
    return is_rebuild_tensor(global) || is_rebuild_parameter(global) || global == "collections.OrderedDict" ||
           std::any_of(storages.begin(), storages.end(), [&](const auto& known) { return known.first == global; });
}

// ('storage', type, key, place, elements, view), which stands for a whole record. Only the old format has the last, None but for PyTorch 0.3
// and before.
StorageClaim storage_claim(const PickleTree& tree, const PickleNode& node) {
    if (node.kind != PickleKind::persistent) fail("has no storage");
    const PickleNode& description = tree.at(node.items[0]);
    if (description.kind != PickleKind::tuple || description.items.size() < 5) fail("has a storage of an unknown kind");
    const auto part = [&](std::size_t i) -> const PickleNode& { return tree.at(description.items[i]); };
    if (part(0).kind != PickleKind::text || part(0).text != "storage" || part(1).kind != PickleKind::global ||
        part(2).kind != PickleKind::text || part(3).kind != PickleKind::text || part(4).kind != PickleKind::integer ||
        (description.items.size() > 5 && part(5).kind != PickleKind::none))
        fail("has a storage of an unknown kind");
    const auto type = std::find_if(storages.begin(), storages.end(), [&](const auto& known) { return known.first == part(1).text; });
    if (type == storages.end()) fail("has elements of the kind " + part(1).text.substr(0, 100) + ", which ClipScope does not read");
    return {type->second, part(2).text, part(4).integer};
}

std::optional<StoredTensor> tensor_at(const PickleTree& tree, const PickleNode& node, const FindStorage& find) {
    if (node.kind != PickleKind::call) return std::nullopt;
    const std::string& callee = tree.at(node.items[0]).text;
    const PickleNode& arguments = tree.at(node.items[1]);
    if (is_rebuild_tensor(callee)) return TensorReader(tree, find).tensor(arguments);
    if (!is_rebuild_parameter(callee) || arguments.items.empty()) return std::nullopt;
    const PickleNode& data = tree.at(arguments.items[0]);
    if (data.kind != PickleKind::call || !is_rebuild_tensor(tree.at(data.items[0]).text)) fail("is a parameter of something else");
    return TensorReader(tree, find).tensor(tree.at(data.items[1]));
}

void check_tensors(const PickleTree& tree, const FindStorage& find) {
    for (const PickleNode& node : tree.nodes()) {
        tensor_at(tree, node, find);
        if (node.kind == PickleKind::persistent) TensorReader(tree, find).storage(node);
    }
}

FindStorage storages_in(const ZipArchive& archive, const std::string& folder) {
    return [&archive, folder](const std::string& key) { return archive.find(folder + key); };
}

}  // namespace clipscope
