// The fields of an ONNX file as they lie there, counted before protobuf makes objects of them: an empty message of two bytes becomes an
// object of hundreds. No LibTorch.
#pragma once

#include <string_view>

namespace clipscope {

// Throws Error with a clause that completes "PATH cannot be opened: ..." where fields are cut off, too many or nested too deeply.
void check_wire_format(std::string_view bytes);

}  // namespace clipscope
