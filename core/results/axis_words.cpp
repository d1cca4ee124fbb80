#include "results/axis_words.h"

namespace clipscope {

std::string axis_words(PointAxis axis) {
    switch (axis) {
        case PointAxis::fault_rate:
            return "the fault rate per bit";
        case PointAxis::bit_position:
            return "the position of the one faulty bit, 0 the least significant";
        case PointAxis::fault_count:
            return "the number of faults";
    }
    return "";
}

}  // namespace clipscope
