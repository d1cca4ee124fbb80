#include "job_estimate.h"

#include <algorithm>
#include <cmath>

#include "data/image_selection.h"
#include "theme/number_text.h"

namespace clipscope {

double estimated_passes(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites) {
    return settings.kind->passes(settings, parts, sites);
}

std::int64_t estimated_images(const JobSettings& settings, std::size_t offered) {
    const std::string& images = settings.kind->is_tuning() ? settings.tuning_images : settings.images;
    const std::size_t wanted = ImageSelection::parse(images).count;
    return std::int64_t(wanted == 0 ? offered : std::min(wanted, offered));
}

QString estimate_text(double seconds) {
    if (seconds < 1) return QStringLiteral("about a second");
    // Nobody wants to read 1:07:23 of a guess.
    const double unit = seconds < 60 ? 1 : seconds < 600 ? 10 : 60;
    return QStringLiteral("about ") + duration_text(std::round(seconds / unit) * unit);
}

}  // namespace clipscope
