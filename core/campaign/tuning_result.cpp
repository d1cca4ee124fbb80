#include "campaign/tuning_result.h"

#include <algorithm>

#include "common/error.h"
#include "common/named_values.h"

namespace clipscope {
namespace {

// The last of `values` that `matches`, or nothing.
template <typename Value, typename Matches>
const Value* last_of(const std::vector<Value>& values, Matches matches) {
    const auto found = std::find_if(values.rbegin(), values.rend(), matches);
    return found == values.rend() ? nullptr : &*found;
}

bool are_comparable(const TuningInfo& a, const TuningInfo& b) {
    return a.model_sha256 == b.model_sha256 && a.campaign.model == b.campaign.model && a.campaign.data == b.campaign.data &&
           a.campaign.images == b.campaign.images && a.campaign.seed == b.campaign.seed && a.campaign.nonfinite == b.campaign.nonfinite &&
           a.auc_axis == b.auc_axis && a.sites.size() == b.sites.size();
}

// Those of `earlier` whose site is not among `latest` come first.
template <typename Value>
std::vector<Value> with_other_sites(const std::vector<Value>& earlier, const std::vector<Value>& latest) {
    std::vector<Value> all;
    for (const Value& one : earlier)
        if (std::ranges::find(latest, one.site, &Value::site) == latest.end()) all.push_back(one);
    all.insert(all.end(), latest.begin(), latest.end());
    return all;
}

const char* name_of(TuningJob value) {
    switch (value) {
        case TuningJob::profile:
            return "profile";
        case TuningJob::sweep:
            return "sweep";
        case TuningJob::harden:
            return "harden";
    }
    return nullptr;
}

}  // namespace

std::string to_string(TuningJob job) {
    return name_of(job);
}

TuningJob tuning_job_from_string(const std::string& text) {
    if (const auto job = value_named<TuningJob>(text, name_of)) return *job;
    throw UsageError("'" + text + "' is not a job on tuning images: choose " + names_of_all<TuningJob>(name_of) + ".");
}

const SiteActivations* TuningResult::clean_activations(int site) const {
    return last_of(activations, [&](const SiteActivations& one) { return one.site == site && one.scope.empty(); });
}

const SiteActivations* TuningResult::faulty_activations(int site) const {
    return last_of(activations, [&](const SiteActivations& one) { return one.site == site && !one.scope.empty(); });
}

const SiteSweep* TuningResult::sweep(int site) const {
    return last_of(sweeps, [&](const SiteSweep& one) { return one.site == site; });
}

const SiteSearch* TuningResult::search(int site) const {
    return last_of(searches, [&](const SiteSearch& one) { return one.site == site; });
}

SelfCheckCounts self_check_of(const TuningResult& result) {
    SelfCheckCounts counts;
    for (const SiteSweep& sweep : result.sweeps) {
        counts += sweep.unclipped.self_check;
        for (const ThresholdAuc& point : sweep.points) counts += point.measured.self_check;
    }
    for (const SiteSearch& search : result.searches)
        for (const SearchEvaluation& evaluation : search.evaluations) counts += evaluation.point.measured.self_check;
    return counts;
}

TuningResult combined(const TuningResult& earlier, const TuningResult& latest) {
    if (!are_comparable(earlier.info, latest.info)) return latest;
    TuningResult all = latest;
    all.activations.clear();
    for (const SiteActivations& one : earlier.activations) {
        const bool is_replaced = one.scope.empty() ? latest.clean_activations(one.site) : latest.faulty_activations(one.site);
        if (!is_replaced) all.activations.push_back(one);
    }
    all.activations.insert(all.activations.end(), latest.activations.begin(), latest.activations.end());
    all.act_max.resize(latest.info.sites.size());
    for (std::size_t site = 0; site < std::min(all.act_max.size(), earlier.act_max.size()); ++site)
        if (!all.act_max[site]) all.act_max[site] = earlier.act_max[site];
    if (latest.info.job == TuningJob::profile)
        all.info.protection = earlier.info.protection;  // it has nothing to do with any
    else if (latest.info.protection != earlier.info.protection)
        return all;
    all.sweeps = with_other_sites(earlier.sweeps, latest.sweeps);
    // Thresholds of two hardenings never stand side by side as if they belonged together.
    if (latest.info.job != TuningJob::harden) all.searches = earlier.searches;
    return all;
}

std::int64_t MeasuredAuc::trials() const {
    auto trials = std::int64_t(trial_aucs.size());
    for (const AucTrials& of_rate : rate_trials) trials += std::int64_t(of_rate.values.size());
    return trials;
}

AucEstimate estimate_of(const MeasuredAuc& measured) {
    if (!measured.rate_trials.empty()) return {measured.auc, measured.rate_trials};
    return {measured.auc, {{1, measured.trial_aucs}}};
}

}  // namespace clipscope
