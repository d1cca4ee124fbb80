// Leaves out those labels of an axis of numbers that would cover the one before: the ticks stay. Labels that are names all stay.
#pragma once

#include <qcustomplot.h>

namespace clipscope {

void thin_labels(QCPAxis& axis);

}  // namespace clipscope
