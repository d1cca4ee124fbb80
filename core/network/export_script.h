// The Python file that saves a network for ClipScope, as kept in resources/clipscope_export.py. No LibTorch.
#pragma once

#include <string_view>

namespace clipscope {

std::string_view export_script();

}  // namespace clipscope
