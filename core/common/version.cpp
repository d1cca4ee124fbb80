#include "common/version.h"

namespace clipscope {

const char* version() { return CLIPSCOPE_VERSION; }

}  // namespace clipscope
