// What the points of a curve stand against, in words.
#pragma once

#include <string>

#include "campaign/accuracy_curves.h"

namespace clipscope {

// "the fault rate per bit", behind "Accuracy against".
std::string axis_words(PointAxis axis);

}  // namespace clipscope
