// The version of ClipScope that results and files name.
#pragma once

namespace clipscope {

const char* version();

}  // namespace clipscope
