#include "job_forecast.h"

#include "job_estimate.h"
#include "laboratory.h"

namespace clipscope {

void JobForecast::learn(const JobSettings& settings, double seconds) {
    finished_[settings.kind] = {settings, seconds};
}

void JobForecast::forget() {
    finished_.clear();
}

// In clean passes over a single image.
double JobForecast::work_of(const JobSettings& settings) const {
    const OpenedModel& model = *laboratory_.model();
    const std::size_t offered = laboratory_.data() ? laboratory_.data()->size() : 0;
    return estimated_passes(settings, model.memory_parts, model.sites.size()) * double(estimated_images(settings, offered));
}

// What a pass took, times the passes, corrected by how long the latest job of this kind really took.
QString JobForecast::text(const std::vector<JobSettings>& jobs) const {
    const auto& clean = laboratory_.clean();
    if (jobs.empty() || !laboratory_.model() || !clean || clean->seconds <= 0 || clean->outcome.images == 0) return {};
    double seconds_of_work = clean->seconds / clean->outcome.images;
    if (const auto before = finished_.find(jobs.front().kind); before != finished_.end()) {
        const double work = work_of(before->second.settings);
        if (work > 0) seconds_of_work = before->second.seconds / work;
    }
    double work = 0;
    for (const JobSettings& settings : jobs) work += work_of(settings);
    return estimate_text(work * seconds_of_work);
}

}  // namespace clipscope
