// ONNX files for tests: written operator by operator, read, and checked by ONNX's own rules of types. Includes LibTorch.
#pragma once

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "../modules.h"
#include "network/formats/onnx/onnx_library.h"

// After onnx_library.h, which says how the library was built.
#include <onnx/shape_inference/implementation.h>

namespace clipscope::testing {

inline constexpr float infinity = std::numeric_limits<float>::infinity();

// An ONNX file in the making: x of `width` numbers an image, y.
class Model {
public:
    explicit Model(int opset, int type = onnx::TensorProto::FLOAT) : type_(type) {
        model_.set_ir_version(opset < 11 ? 4 : 8);
        model_.add_opset_import()->set_version(opset);
        graph().set_name("net");
        describe(*graph().add_input(), "x");
        describe(*graph().add_output(), "y");
    }

    onnx::GraphProto& graph() { return *model_.mutable_graph(); }

    onnx::NodeProto& node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output) {
        onnx::NodeProto& node = *graph().add_node();
        node.set_op_type(operation);
        for (const std::string& input : inputs) node.add_input(input);
        node.add_output(output);
        return node;
    }

    void stored(const std::string& name, const at::Tensor& values) {
        onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        for (const std::int64_t size : values.sizes()) tensor.add_dims(size);
        const bool is_half = type_ == onnx::TensorProto::FLOAT16 && values.is_floating_point();
        tensor.set_data_type(is_half ? type_ : values.scalar_type() == at::kByte ? onnx::TensorProto::UINT8 : onnx::TensorProto::FLOAT);
        const at::Tensor words = (is_half ? values.to(at::kHalf) : values).contiguous();
        tensor.set_raw_data(std::string(static_cast<const char*>(words.data_ptr()), words.nbytes()));
    }

    // A vector of integers, such as Reshape takes.
    void sizes(const std::string& name, const std::vector<std::int64_t>& numbers) {
        onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(onnx::TensorProto::INT64);
        tensor.add_dims(std::int64_t(numbers.size()));
        tensor.mutable_int64_data()->Add(numbers.begin(), numbers.end());
    }

    // x·Wᵀ, W as `weights` has it.
    void linear(const std::string& input, const std::string& output, const at::Tensor& weights) {
        stored(output + ".weight", weights);
        stored(output + ".bias", at::zeros({weights.size(0)}));
        onnx::AttributeProto& transposed = *node("Gemm", {input, output + ".weight", output + ".bias"}, output).add_attribute();
        transposed.set_name("transB");
        transposed.set_type(onnx::AttributeProto::INT);
        transposed.set_i(1);
    }

    void save(const std::string& path) const {
        std::ofstream file(path, std::ios::binary);
        QVERIFY(model_.SerializeToOstream(&file));
    }

private:
    void describe(onnx::ValueInfoProto& value, const std::string& name) const {
        value.set_name(name);
        auto& type = *value.mutable_type()->mutable_tensor_type();
        type.set_elem_type(type_);
        type.mutable_shape()->add_dim()->set_dim_param("N");
        type.mutable_shape()->add_dim()->set_dim_value(6);
    }

    onnx::ModelProto model_;
    int type_;
};

inline onnx::ModelProto read(const std::string& path) {
    onnx::ModelProto model;
    std::ifstream file(path, std::ios::binary);
    model.ParseFromIstream(&file);
    return model;
}

inline std::int64_t count(const onnx::ModelProto& model, const std::string& operation) {
    return std::ranges::count_if(model.graph().node(), [&](const onnx::NodeProto& node) { return node.op_type() == operation; });
}

// Every operator gets the types that ONNX's rules ask for, and no two tensors share a name.
inline void check_by_rules(const std::string& path) {
    onnx::ModelProto model = read(path);
    constexpr int newest_with_rules = 17;  // that the oldest supported libonnx knows
    if (model.opset_import(0).version() > newest_with_rules) return;
    onnx::checker::check_model(model);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), {true, 1, false});
}

inline bool same_numbers(const at::Tensor& a, const at::Tensor& b) {
    return a.sizes() == b.sizes() && at::equal(a.isnan(), b.isnan()) && at::equal(a.nan_to_num(0), b.nan_to_num(0));
}

inline at::Tensor weights(std::uint64_t seed) {
    return random_images({6, 6}, seed).to(at::kHalf).to(at::kFloat);
}

// As Model::linear.
inline at::Tensor product(const at::Tensor& x, const at::Tensor& weights) {
    return at::linear(x, weights, at::zeros({weights.size(0)}));
}

inline at::Tensor difficult_images() {
    at::Tensor x = random_images({64, 6});
    x[3][2] = infinity;
    x[5][1] = std::nanf("");
    x[7] = 1e38;
    x[8] = -infinity;
    return x;
}

}  // namespace clipscope::testing
