#include "evaluation/computed_with.h"

namespace clipscope {

std::string ComputedWith::to_string() const {
    return "LibTorch " + libtorch + ", " + device + " (" + processor + "), " + std::to_string(chunk) +
           (chunk == 1 ? " image a pass" : " images a pass");
}

}  // namespace clipscope
