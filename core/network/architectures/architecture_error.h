// Why parameters found no network to go into.
#pragma once

#include "common/error.h"

namespace clipscope {

// A state dictionary belongs to none of the built-in architectures, or not to the one that was asked for: another one may be tried.
class ArchitectureError : public Error {
public:
    using Error::Error;
};

}  // namespace clipscope
