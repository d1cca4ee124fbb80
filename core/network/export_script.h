// The Python file that saves a network for ClipScope, as kept in resources/clipscope_export.py. No LibTorch.
#pragma once

#include <string_view>

namespace clipscope {

std::string_view export_script();

// Where to get it, in sentences about files that only Python opens: "... and <this>".
inline constexpr std::string_view save_with_export_script =
    "save it with the script that \"clipscope-cli export-script\" prints (in the window: File, Save Python exporter)";

}  // namespace clipscope
