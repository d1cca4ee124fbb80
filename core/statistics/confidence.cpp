#include "statistics/confidence.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace clipscope {

double student_t95(int count) {
    return boost::math::quantile(boost::math::students_t(count - 1), 0.975);
}

double unseen_share95(std::int64_t count) {
    return count > 0 ? -std::expm1(std::log(0.05) / double(count)) : 1;
}

}  // namespace clipscope
