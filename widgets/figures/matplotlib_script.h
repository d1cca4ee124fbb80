// A Python script that draws a figure from its CSV with matplotlib, for those who finish their figures there. It needs nothing else.
#pragma once

#include <string>

#include "figures/figure.h"

namespace clipscope {

// Empty where there is none for this kind: there is for accuracy, activations, AUC against the threshold and areas. The script reads the
// CSV of its own name.
std::string matplotlib_script(const Figure& figure, const FigureStyle& style);

}  // namespace clipscope
