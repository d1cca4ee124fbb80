// The versions that results and files name.
#pragma once

namespace clipscope {

const char* version();           // of ClipScope
const char* libtorch_version();  // that it was built with

}  // namespace clipscope
