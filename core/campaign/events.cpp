#include "campaign/events.h"

#include <algorithm>
#include <stdexcept>
#include <type_traits>

namespace clipscope {
namespace {

struct ApplyToCurves {
    AccuracyCurves& curves;

    void operator()(const CampaignStarted& started) const {
        curves.info = started.info;
        curves.self_check.reset();
        curves.pilot = {};
        curves.curves.clear();
        for (const CurveInfo& info : started.curves) {
            curves.curves.push_back({info, std::vector<std::map<int, TrialOutcome>>(started.info.rates.size()), {}});
            if (started.info.precision) curves.curves.back().sampled.resize(started.info.rates.size());
        }
    }

    void operator()(const TrialFinished& finished) const {
        // A negative index becomes a huge one, which at() refuses as well.
        curves.curves.at(std::size_t(finished.curve))
            .trials.at(std::size_t(finished.rate_index))
            .insert_or_assign(finished.trial, finished.result);
    }

    void operator()(const PointDesigned& designed) const {
        curves.curves.at(std::size_t(designed.curve)).sampled.at(std::size_t(designed.rate_index)) = {
            designed.design, std::vector<std::map<int, SampledTrial>>(designed.design.strata.size())};
    }

    void operator()(const BitsPiloted& piloted) const { curves.pilot = piloted.pilot; }

    void operator()(const SampledTrialFinished& finished) const {
        curves.curves.at(std::size_t(finished.curve))
            .sampled.at(std::size_t(finished.rate_index))
            .trials.at(std::size_t(finished.stratum))
            .insert_or_assign(finished.trial, finished.result);
    }

    void operator()(const SelfChecked& checked) const { curves.self_check = checked.counts; }

    template <typename Other>
    void operator()(const Other&) const {}
};

// Sweeps and searches have a site each.
template <typename OfSite>
OfSite& of_site(std::vector<OfSite>& all, int site) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const OfSite& one) { return one.site == site; });
    if (found == all.end()) throw std::out_of_range("an event belongs to no sweep or search");
    return *found;
}

struct ApplyToTuning {
    TuningResult& result;

    void operator()(const TuningStarted& started) const {
        result = {};
        result.info = started.info;
        result.act_max.resize(started.info.sites.size());
    }

    void operator()(const ActivationsMeasured& measured) const {
        const SiteActivations& added = measured.activations;
        check(added.site);
        std::erase_if(result.activations, [&](const SiteActivations& one) {
            return one.site == added.site && one.scope == added.scope && one.rate == added.rate;
        });
        result.activations.push_back(added);
    }

    void operator()(const SiteProfiled& profiled) const { result.act_max.at(std::size_t(profiled.site)) = profiled.act_max; }

    void operator()(const SweepStarted& started) const {
        check(started.site);
        std::erase_if(result.sweeps, [&](const SiteSweep& one) { return one.site == started.site; });
        result.sweeps.push_back({started.site, started.scope, started.act_max, started.unclipped, {}, started.rates});
    }

    void operator()(const SweepPointMeasured& measured) const {
        std::vector<ThresholdAuc>& points = of_site(result.sweeps, measured.site).points;
        const float threshold = measured.point.threshold;
        const auto place = std::lower_bound(points.begin(), points.end(), threshold,
                                            [](const ThresholdAuc& point, float value) { return point.threshold < value; });
        if (place != points.end() && place->threshold == threshold) {
            *place = measured.point;
        } else {
            points.insert(place, measured.point);
        }
    }

    void operator()(const SearchStarted& started) const {
        SiteSearch search;
        search.site = started.site;
        search.scope = started.scope;
        search.act_max = started.act_max;
        search.settings = started.settings;
        search.rates = started.rates;
        begin(std::move(search));
    }

    void operator()(const ThresholdEvaluated& evaluated) const {
        of_site(result.searches, evaluated.site).evaluations.push_back(evaluated.evaluation);
    }

    void operator()(const IntervalChosen& chosen) const { of_site(result.searches, chosen.site).grids.push_back(chosen.grid); }

    void operator()(const SiteHardened& hardened) const {
        if (!result.search(hardened.site)) {
            SiteSearch nothing_to_search;
            nothing_to_search.site = hardened.site;
            nothing_to_search.act_max = hardened.result.act_max;
            begin(std::move(nothing_to_search));
        }
        of_site(result.searches, hardened.site).hardened = hardened.result;
    }

    void operator()(const HardenedFileWritten& written) const { result.file = written.file; }

private:
    void check(int site) const {
        // A negative index becomes a huge one, which at() refuses as well.
        static_cast<void>(result.info.sites.at(std::size_t(site)));
    }

    void begin(SiteSearch search) const {
        check(search.site);
        std::erase_if(result.searches, [&](const SiteSearch& one) { return one.site == search.site; });
        result.searches.push_back(std::move(search));
    }
};

}  // namespace

void apply(const Event& event, AccuracyCurves& curves) {
    std::visit(ApplyToCurves{curves}, event);
}

bool apply(const Event& event, TuningResult& result) {
    const auto apply_result = [&](const auto& value) {
        constexpr bool is_result = std::is_invocable_v<ApplyToTuning, decltype(value)>;
        if constexpr (is_result) ApplyToTuning{result}(value);
        return is_result;
    };
    return std::visit(apply_result, event);
}

}  // namespace clipscope
