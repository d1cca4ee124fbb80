#include "common/version.h"

namespace clipscope {

const char* version() {
    return CLIPSCOPE_VERSION;
}

const char* libtorch_version() {
    return CLIPSCOPE_LIBTORCH_VERSION;
}

}  // namespace clipscope
