#include "campaign/tuning_run.h"

#include <algorithm>
#include <cmath>

#include "campaign/precise_auc.h"
#include "campaign/precise_campaign.h"
#include "campaign/suggested_rates.h"
#include "common/error.h"
#include "common/named_values.h"
#include "common/number_text.h"
#include "evaluation/activation_recorder.h"
#include "protection/activation/activation_kinds.h"

namespace clipscope {
namespace {

using Clock = std::chrono::steady_clock;

void check(const TuningSettings& settings) {
    searchable_kind(settings.protection);
    for (const double rate : settings.rates)
        if (!(rate >= 0 && rate <= 1)) throw UsageError("A fault rate is a probability per bit, from 0 to 1.");
    if (!std::is_sorted(settings.rates.begin(), settings.rates.end())) throw UsageError("Fault rates must ascend.");
    if (settings.precision)
        check_precision({.half_width = *settings.precision});
    else if (settings.trials < 1)
        throw UsageError("Choose at least 1 trial.");
}

// Of all finite values, whatever their sign: an activation that lets negative values through is clipped on both sides.
float largest_magnitude(const ActivationHistogram& histogram) {
    if (!histogram.largest()) return 0;
    return std::max(std::abs(*histogram.largest()), std::abs(*histogram.smallest()));
}

const char* name_of(FaultPlace value) {
    switch (value) {
        case FaultPlace::feeding:
            return "feeding";
        case FaultPlace::everywhere:
            return "everywhere";
    }
    return nullptr;
}

}  // namespace

std::string to_string(FaultPlace place) {
    return name_of(place);
}

FaultPlace fault_place_from_string(const std::string& text) {
    if (const auto place = value_named<FaultPlace>(text, name_of)) return *place;
    throw UsageError("'" + text + "' is not a place for faults: choose " + names_of_all<FaultPlace>(name_of) + ".");
}

FaultScope faults_for_site(const SiteInfo& site, const std::vector<LayerInfo>& layers, FaultPlace place) {
    if (place == FaultPlace::everywhere) return parse_fault_scopes("network", layers).front();
    return scope_of_parts(site.fed_by, layers);
}

FaultScope faults_for_site(const Network& network, std::size_t site, FaultPlace place) {
    return faults_for_site(network.sites().at(site), network.layers(), place);
}

TuningRun::TuningRun(TuningJob job, const JobInputs& inputs, const TuningSettings& settings, const EventSink& sink, std::stop_token stop)
    : inputs_(inputs), settings_(settings), sink_(sink), stop_(std::move(stop)), threads_(resolve_threads(settings.threads)) {
    check(settings);
    unprotected_ = evaluator({});
    sink_(TuningStarted{describe(job)});
}

TuningInfo TuningRun::describe(TuningJob job) const {
    TuningInfo info;
    info.job = job;
    info.campaign.model = inputs_.model_name;
    info.campaign.data = inputs_.data_name;
    info.campaign.images = std::int64_t(inputs_.images.size());
    info.campaign.classes = std::int64_t(inputs_.images.class_names().size());
    info.campaign.seed = settings_.seed;
    info.campaign.trials = settings_.precision ? 0 : settings_.trials;
    info.campaign.precision = settings_.precision;
    info.campaign.nonfinite = settings_.nonfinite;
    info.campaign.rates = settings_.rates;
    info.campaign.memory = network().memory();
    info.campaign.computed_with = unprotected_->computed_with();
    info.auc_axis = settings_.auc_axis;
    info.trained_on = settings_.trained_on;
    info.protection = settings_.protection;
    info.model_sha256 = network().sha256();
    info.sites = network().sites();
    return info;
}

std::shared_ptr<const SiteProtections> TuningRun::protections(const Clipping& clipping) const {
    if (settings_.protection == "clip") return nullptr;
    const bool has_lower_bound = searchable_kind(settings_.protection).bounds > 1;
    SiteProtections protections;
    protections.sites.resize(network().sites().size());
    for (std::size_t site = 0; site < protections.sites.size(); ++site) {
        const std::optional<float> threshold = clipping.at(site);
        if (!threshold) continue;
        protections.sites[site] = ProtectedSite{.kind = settings_.protection, .bounds = {.shape = {}, .low = {}, .high = {*threshold}}};
        if (has_lower_bound) protections.sites[site]->bounds.low = {lowest_.at(site)};
    }
    return std::make_shared<const SiteProtections>(std::move(protections));
}

std::unique_ptr<Evaluator> TuningRun::evaluator(const Clipping& clipping) const {
    auto protections = this->protections(clipping);
    return std::make_unique<Evaluator>(inputs_.network, inputs_.images, inputs_.input,
                                       EvaluatorOptions{.chunk = settings_.chunk,
                                                        .device = settings_.device,
                                                        .memory_bytes = settings_.memory_bytes,
                                                        .exact = settings_.exact,
                                                        .clipping = protections ? Clipping{} : clipping,
                                                        .protections = protections});
}

std::optional<Clipping> TuningRun::profile() {
    auto histograms = known_profile();
    if (!histograms) histograms = record_activations(*unprotected_, {}, 0, threads_, stop_);
    if (!histograms) return std::nullopt;
    Clipping clipping;
    for (const ActivationHistogram& histogram : *histograms) lowest_.push_back(histogram.smallest().value_or(0));
    for (std::size_t site = 0; site < histograms->size(); ++site) {
        const SiteInfo& info = network().sites()[site];
        if (!info.can_be_clipped) {
            say(info.name + " lies inside a branch or a loop of the network and stays as it is.");
            continue;
        }
        const ActivationHistogram& histogram = (*histograms)[site];
        if (info.threshold)
            say(info.name + " is clipped at " + number_text(*info.threshold) + " in the file itself, which stands for its ACT_max.");
        const float act_max = info.threshold.value_or(largest_magnitude(histogram));
        clipping = clipping.with(site, act_max);
        send(ActivationsMeasured{{int(site), {}, 0, 0, std::make_shared<const ActivationHistogram>(histogram)}});
        send(SiteProfiled{int(site), act_max, histogram.total(), histogram.nonfinite()});
    }
    return clipping;
}

std::optional<AucPlan> TuningRun::plan(const Evaluator& prepared, const FaultScope& scope) {
    AucPlan plan{.scope = scope,
                 .rates = settings_.rates,
                 .trials = settings_.trials,
                 .seed = settings_.seed,
                 .nonfinite = settings_.nonfinite,
                 .axis = settings_.auc_axis,
                 .self_check = settings_.self_check,
                 .precision = precision_for(prepared),
                 .team = settings_.share.team};
    if (const auto rates = known_rates(scope.name)) plan.rates = *rates;
    if (plan.rates.empty()) {
        const auto tell = [&](double rate) {
            send(Progress{done_, std::max(expected_, done_), -1, "looking for fault rates · " + scope.name + " · " + number_text(rate)});
        };
        const auto rates = suggest_rates(prepared, scope, settings_.seed, settings_.nonfinite, threads_, tell, stop_);
        if (!rates) return std::nullopt;
        plan.rates = *rates;
    }
    if (!has_auc(plan.rates, plan.axis))
        throw UsageError("These fault rates span no area: choose at least one rate above 0, or two for the logarithmic axis.");
    return plan;
}

std::optional<AucPrecision> TuningRun::precision_for(const Evaluator& prepared) const {
    if (!settings_.precision) return std::nullopt;
    AucPrecision precision{.half_width = *settings_.precision,
                           .right = prepared.images_answered(true),
                           .others = prepared.images_answered(false),
                           .multiplications_per_image = prepared.multiplications_per_image(),
                           .takes_samples = prepared.can_sample()};
    if (settings_.at_most_seconds > 0)
        precision.is_time_over = [this] {
            const bool is_over = seconds() > settings_.at_most_seconds;
            return settings_.share.team ? settings_.share.team->decide(is_over) : is_over;
        };
    return precision;
}

std::optional<MeasuredAuc> TuningRun::measure(const Evaluator& prepared, const AucPlan& plan, const std::string& activity) {
    if (plan.precision) {
        const auto tell = [&](std::int64_t trials, double half_width) { tell_of_precision(trials, half_width, activity); };
        auto measured = measure_precise_auc(prepared, plan, threads_, tell, stop_);
        if (measured) note_width(*measured);
        done_ += measured.has_value();
        return measured;
    }
    int finished = 0;
    const auto on_trial = [&](int, const std::vector<TrialOutcome>&) {
        tell(1, activity + " · trial " + std::to_string(++finished) + " of " + std::to_string(plan.trials));
    };
    return measure_auc(prepared, plan, threads_, on_trial, stop_);
}

std::optional<std::vector<MeasuredAuc>> TuningRun::measure(ThresholdEvaluator& evaluator, std::size_t site,
                                                           std::span<const float> thresholds, const AucPlan& plan,
                                                           const std::string& activity) {
    std::vector<std::optional<MeasuredAuc>> all;
    std::vector<float> missing;
    std::string missing_text;
    for (const float threshold : thresholds) {
        all.push_back(known(site, threshold));
        if (all.back()) continue;
        missing_text += (missing.empty() ? "" : ", ") + number_text(threshold);
        missing.push_back(threshold);
    }
    expect(-std::int64_t(thresholds.size() - missing.size()) * expected_trials());
    std::vector<MeasuredAuc> measured;
    if (!missing.empty() && !evaluator.prepare(missing, plan.scope.layers, threads_, stop_)) return std::nullopt;
    if (!missing.empty() && plan.precision) {
        const auto tell = [&](std::int64_t trials, double half_width) {
            tell_of_precision(trials, half_width, activity + " · T " + missing_text);
        };
        auto aucs = measure_precise_aucs(evaluator, plan, threads_, tell, stop_);
        if (!aucs) return std::nullopt;
        measured = std::move(*aucs);
        done_ += std::int64_t(measured.size());
    } else if (!missing.empty()) {
        int finished = 0;
        const auto on_trial = [&](int, const std::vector<std::vector<TrialOutcome>>&) {
            tell(std::int64_t(missing.size()),
                 activity + " · T " + missing_text + " · trial " + std::to_string(++finished) + " of " + std::to_string(plan.trials));
        };
        auto aucs = measure_aucs(evaluator, plan, threads_, on_trial, stop_);
        if (!aucs) return std::nullopt;
        measured = std::move(*aucs);
    }
    auto next = measured.begin();
    std::vector<MeasuredAuc> result;
    for (std::optional<MeasuredAuc>& one : all) result.push_back(one ? std::move(*one) : std::move(*next++));
    for (const MeasuredAuc& one : result) note_width(one);
    return result;
}

void TuningRun::tell_of_precision(std::int64_t trials, double half_width, const std::string& activity) {
    precise_trials_ += trials;
    const std::int64_t total = std::max(expected_, done_ + 1);
    const double left = done_ > 0 ? seconds() / double(done_) * double(total - done_) : -1;
    send(Progress{done_, total, left,
                  activity + " · AUC to ± " + rounded_text(half_width, 3) + " so far · " + std::to_string(precise_trials_) + " trials"});
}

void TuningRun::note_width(const MeasuredAuc& measured) {
    if (measured.ci95) widest_ = std::max(widest_, (measured.ci95->high - measured.ci95->low) / 2);
}

void TuningRun::tell(std::int64_t more_trials, const std::string& activity) {
    done_ += more_trials;
    const std::int64_t total = std::max(expected_, done_);
    send(Progress{done_, total, seconds() / double(done_) * double(total - done_), activity});
}

std::optional<std::vector<ActivationHistogram>> TuningRun::known_profile() const {
    if (!settings_.known) return std::nullopt;
    std::vector<ActivationHistogram> histograms(network().sites().size());
    for (std::size_t site = 0; site < histograms.size(); ++site) {
        if (!network().sites()[site].can_be_clipped) continue;
        const SiteActivations* activations = settings_.known->clean_activations(int(site));
        if (!activations) return std::nullopt;
        histograms[site] = *activations->histogram;
    }
    return histograms;
}

std::vector<SiteActivations> TuningRun::known_activations(const std::string& scope, double rate) const {
    std::vector<SiteActivations> found;
    if (!settings_.known) return found;
    std::size_t clean = 0;
    for (const SiteActivations& one : settings_.known->activations) {
        clean += one.scope.empty();
        if (one.scope == scope && one.rate == rate) found.push_back(one);
    }
    if (found.size() < clean) found.clear();
    return found;
}

std::optional<std::vector<double>> TuningRun::known_rates(const std::string& scope) const {
    if (!settings_.known) return std::nullopt;
    for (const SiteSweep& sweep : settings_.known->sweeps)
        if (sweep.scope == scope) return sweep.rates;
    for (const SiteSearch& search : settings_.known->searches)
        if (search.scope == scope && !search.rates.empty()) return search.rates;
    return std::nullopt;
}

const SiteSweep* TuningRun::known_sweep(std::size_t site) const {
    return settings_.known ? settings_.known->sweep(int(site)) : nullptr;
}

std::optional<MeasuredAuc> TuningRun::known(std::size_t site, float threshold) const {
    if (const SiteSweep* sweep = known_sweep(site))
        for (const ThresholdAuc& point : sweep->points)
            if (point.threshold == threshold) return point.measured;
    if (const SiteSearch* search = settings_.known ? settings_.known->search(int(site)) : nullptr)
        for (const SearchEvaluation& evaluation : search->evaluations)
            if (evaluation.point.threshold == threshold) return evaluation.point.measured;
    return std::nullopt;
}

void TuningRun::finish() const {
    if (settings_.precision && widest_ > *settings_.precision && !stop_.stop_requested())
        send(Message{"The time was over before every AUC was known to ± " + rounded_text(*settings_.precision, 3) + ": the widest is ± " +
                         rounded_text(widest_, 3) + ". Allow more time, or take a wider one.",
                     true});
    send(JobFinished{stop_.stop_requested() ? JobEnd::stopped : JobEnd::done, seconds()});
}

double TuningRun::seconds() const {
    return std::chrono::duration<double>(Clock::now() - started_).count();
}

}  // namespace clipscope
