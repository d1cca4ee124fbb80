// Puts clipping (FT-ClipAct, section IV-A; method.md, "Clipped activation") and other functions behind activations of an ONNX graph, in
// standard operators of the file's own opset, 9 to 21. No LibTorch.
//
// Behind an activation that puts out y follow LessOrEqual(y, T), or Less(y, next float32 after T) where the opset is older than 12, and
// Where(that, y, 0): beyond T, and for NaN, 0. Where y may be negative, its magnitude is compared (Abs). Half precision is compared in
// float32. Whatever read y reads the clipped value; all other operators, tensors and names stay as their author wrote them.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/formats/onnx/onnx_expression.h"
#include "network/formats/onnx/onnx_library.h"
#include "network/formats/onnx/onnx_names.h"
#include "network/formats/onnx/onnx_site_function.h"

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

    // Puts a function behind the activation, which stays as it is, clipped or not. What reads the activation reads the function's result.
    // The function works in float32; half precision is cast before it and back behind it. Throws likewise.
    void apply(const OnnxActivation& activation, const OnnxSiteFunction& function);

    // Takes out what clipped before and is read by nothing any more; once, after the last clip().
    void finish();

private:
    using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
    struct Maker {
        Nodes* nodes = nullptr;
        int index = 0;
    };

    // Where new operators go, between an activation and what reads it.
    struct Opening {
        Nodes* nodes = nullptr;
        int index = 0;          // they stand from here on
        std::string values;     // what the activation puts out
        std::string type_like;  // a tensor of the same element type that was there before
        std::string output;     // the name under which others read the result
        std::vector<onnx::NodeProto> added;
    };

    Maker maker_of(const std::string& tensor);
    // Behind the activation as it stands; `before`, `after`: what new names of its values end in, "unclipped" and "clipped".
    Opening open(const OnnxActivation& activation, const std::string& before, const std::string& after);
    // In place of what clips it.
    Opening open_clipped(const OnnxActivation& activation);
    static void close(Opening&& opening, std::vector<onnx::NodeProto>&& made);
    // Writes the clipped value of `values` into a tensor of this name.
    std::vector<onnx::NodeProto> clipped(const OnnxActivation& activation, const std::string& values, const std::string& output,
                                         float threshold, int element_type);
    // The same activation without its clipping.
    onnx::NodeProto unclipped(const OnnxActivation& activation, const std::string& input);

    onnx::ModelProto& model_;
    int opset_;
    ElementType element_type_;
    OnnxNodes nodes_;
    std::unordered_set<std::string> left_behind_;  // tensors that operators read which are no longer there
};

}  // namespace clipscope
