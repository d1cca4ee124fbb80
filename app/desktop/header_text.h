// The line at the top of the window: what is loaded, always.
#pragma once

#include <QString>

namespace clipscope {

class Laboratory;
struct SensitivityForm;

// "AlexNet (2.87 M) · CIFAR-10, 1,000 images · normalised as cifar10 · clean 71.6 % · CPU, 2 workers". `opening`: what is on its way, or
// empty.
QString header_text(const Laboratory& laboratory, const SensitivityForm& form, bool form_is_valid, const QString& opening);

}  // namespace clipscope
