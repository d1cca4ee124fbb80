// What a job still lacks before it can run, in words, with the button that helps. Pure functions.
#pragma once

#include <QString>

namespace clipscope {

class Laboratory;

enum class MissingInput {
    none,
    patience,  // it is being opened
    model,
    images,
    normalization,  // it has to be chosen
    fitting_images  // these cannot enter the network
};

MissingInput missing_input(const Laboratory& laboratory);
// One sentence; empty where nothing is missing.
QString missing_text(MissingInput missing, const Laboratory& laboratory);
// "Open a model…"; empty where there is nothing to press.
QString help_text(MissingInput missing);

}  // namespace clipscope
