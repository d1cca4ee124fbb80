// Puts clipping (FT-ClipAct, section IV-A; method.md, "Clipped activation") behind activations of an ONNX graph, in standard operators of
// the file's own opset, 9 to 21. No LibTorch.
//
// Behind an activation that puts out y follow LessOrEqual(y, T), or Less(y, next float32 after T) where the opset is older than 12, and
// Where(that, y, 0): beyond T, and for NaN, 0. Where y may be negative, its magnitude is compared (Abs). Half precision is compared in
// float32. Whatever read y reads the clipped value; all other operators, tensors and names stay as their author wrote them.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/formats/onnx/onnx_library.h"
#include "network/formats/onnx/onnx_names.h"

namespace clipscope {

// An activation to be clipped, as the graph has it.
struct OnnxActivation {
    enum class Form {
        plain,               // an operator puts it out
        clipped,             // Where(..., y, 0) clips y, which an activation before it puts out
        clipped_relu,        // Where(..., x, 0) is ReLU and clips in one
        clipped_leaky_relu,  // Where(..., x, Where(..., x * slope, 0))
    };
    std::string name;  // of the site, "ACT-1": new tensors are named after it
    OnnxPlace place;   // of what it puts out
    Form form = Form::plain;
    bool is_never_negative = false;
    float slope = 0;  // of a clipped leaky ReLU
};

inline constexpr int first_opset_with_where = 9;

class OnnxClips {
public:
    // ONNX's number of a tensor's element type: FLOAT, FLOAT16 or BFLOAT16.
    using ElementType = std::function<int(const std::string& tensor)>;

    // Changes `model`, which must outlive this and whose graph holds each tensor once, as read_onnx leaves it. Throws Error as clip() does
    // where the opset is older than 9.
    OnnxClips(onnx::ModelProto& model, int opset, ElementType element_type);

    // Throws Error with a clause that completes "PATH cannot be hardened: ...".
    void clip(const OnnxActivation& activation, float threshold);

    // Takes out what clipped before and is read by nothing any more; once, after the last clip().
    void finish();

private:
    using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
    struct Maker {
        Nodes* nodes = nullptr;
        int index = 0;
    };

    Maker maker_of(const std::string& tensor);
    void collect_names(const onnx::GraphProto& graph);
    std::string free_name(const std::string& wanted);
    // Writes the clipped value of `values` into a tensor of this name.
    std::vector<onnx::NodeProto> clipped(const OnnxActivation& activation, const std::string& values, const std::string& output,
                                         float threshold, int element_type);
    onnx::NodeProto node(const std::string& operation, const std::vector<std::string>& inputs, const std::string& output);
    onnx::NodeProto cast_to_float(const std::string& input, const std::string& output);
    onnx::NodeProto number(const std::string& name, float value, int element_type);
    // The same activation without its clipping.
    onnx::NodeProto unclipped(const OnnxActivation& activation, const std::string& input);

    onnx::ModelProto& model_;
    int opset_;
    ElementType element_type_;
    std::unordered_set<std::string> names_;        // of tensors and operators
    std::unordered_set<std::string> left_behind_;  // tensors that operators read which are no longer there
};

}  // namespace clipscope
