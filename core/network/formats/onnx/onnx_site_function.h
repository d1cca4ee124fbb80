// A function of what an activation site puts out, as operators of an ONNX graph.
#pragma once

#include <functional>
#include <string>

namespace clipscope {

class OnnxExpression;

// Puts together, by means of the expression (onnx_expression.h), what stands in place of `output`, which the site's own activation puts
// out. Names of tensors.
using OnnxSiteFunction = std::function<std::string(OnnxExpression& expression, const std::string& output)>;

}  // namespace clipscope
