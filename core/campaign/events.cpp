#include "campaign/events.h"

namespace clipscope {
namespace {

struct Apply {
    AccuracyCurves& curves;

    void operator()(const CampaignStarted& started) const {
        curves.info = started.info;
        curves.curves.clear();
        for (const CurveInfo& info : started.curves) {
            curves.curves.push_back({info, std::vector<std::map<int, TrialOutcome>>(started.info.rates.size())});
        }
    }

    void operator()(const TrialFinished& finished) const {
        // A negative index becomes a huge one, which at() refuses as well.
        curves.curves.at(std::size_t(finished.curve))
            .trials.at(std::size_t(finished.rate_index))
            .insert_or_assign(finished.trial, finished.result);
    }

    template <typename Other>
    void operator()(const Other&) const {}
};

}  // namespace

void apply(const Event& event, AccuracyCurves& curves) {
    std::visit(Apply{curves}, event);
}

}  // namespace clipscope
