#include "campaign/accuracy_curves.h"

#include <algorithm>
#include <set>

#include "campaign/statistics.h"
#include "common/error.h"

namespace clipscope {
namespace {

constexpr std::int64_t top5_classes = 5;  // top-5 says something from this many classes on

double fraction(std::int64_t count, std::int64_t images) {
    return images > 0 ? double(count) / double(images) : 0.0;
}

}  // namespace

std::string to_string(Protection protection) {
    switch (protection) {
        case Protection::none:
            return "none";
        case Protection::clip_actmax:
            return "clip-actmax";
        case Protection::clip_tuned:
            return "clip-tuned";
    }
    return "none";
}

Protection protection_from_string(const std::string& text) {
    for (const Protection protection : {Protection::none, Protection::clip_actmax, Protection::clip_tuned}) {
        if (text == to_string(protection)) return protection;
    }
    throw UsageError("'" + text + "' is not a protection: choose none, clip-actmax or clip-tuned.");
}

std::string to_string(PointAxis axis) {
    return axis == PointAxis::bit_position ? "bit_position" : "fault_rate";
}

PointAxis point_axis_from_string(const std::string& text) {
    for (const PointAxis axis : {PointAxis::fault_rate, PointAxis::bit_position})
        if (text == to_string(axis)) return axis;
    throw UsageError("'" + text + "' is nothing that curves are drawn over: choose fault_rate or bit_position.");
}

std::string to_string(NonfiniteRule rule) {
    return rule == NonfiniteRule::argmax ? "argmax" : "wrong";
}

NonfiniteRule nonfinite_rule_from_string(const std::string& text) {
    if (text == "wrong") return NonfiniteRule::wrong;
    if (text == "argmax") return NonfiniteRule::argmax;
    throw UsageError("'" + text + "' is no way to count non-finite logits: choose wrong or argmax.");
}

NumberFormat format_of(const CurveInfo& curve, const CampaignInfo& info) {
    return curve.format.value_or(info.memory.format);
}

bool has_formats(const AccuracyCurves& curves) {
    return std::ranges::any_of(curves.curves, [](const AccuracyCurve& curve) { return curve.info.format.has_value(); });
}

AccuracyCurves side_by_side(std::span<const AccuracyCurves> results) {
    if (results.size() == 1) return results.front();
    AccuracyCurves joint;
    std::set<double> rates;
    for (const AccuracyCurves& result : results) rates.insert(result.info.rates.begin(), result.info.rates.end());
    if (!results.empty()) joint.info = results.front().info;
    joint.info.rates.assign(rates.begin(), rates.end());
    for (const AccuracyCurves& result : results) {
        if (result.self_check) (joint.self_check ? *joint.self_check : joint.self_check.emplace()) += *result.self_check;
        for (const AccuracyCurve& curve : result.curves) {
            AccuracyCurve& added = joint.curves.emplace_back(curve.info);
            added.info.format = format_of(curve.info, result.info);
            added.trials.resize(joint.info.rates.size());
            for (std::size_t i = 0; i < curve.trials.size(); ++i) {
                const auto place = std::ranges::lower_bound(joint.info.rates, result.info.rates[i]);
                added.trials[std::size_t(place - joint.info.rates.begin())] = curve.trials[i];
            }
        }
    }
    return joint;
}

double accuracy(const Outcome& outcome, NonfiniteRule rule) {
    return fraction(rule == NonfiniteRule::argmax ? outcome.correct_argmax : outcome.correct, outcome.images);
}

CurvePoint curve_point(double rate, std::span<const TrialOutcome> trials, const CampaignInfo& info) {
    std::vector<double> accuracies, faults, top5, sdc, due;
    for (const TrialOutcome& trial : trials) {
        const Outcome& outcome = trial.outcome;
        accuracies.push_back(accuracy(outcome, info.nonfinite));
        faults.push_back(double(trial.faults));
        top5.push_back(fraction(info.nonfinite == NonfiniteRule::argmax ? outcome.top5_argmax : outcome.top5, outcome.images));
        sdc.push_back(fraction(outcome.sdc, outcome.images));
        due.push_back(fraction(outcome.due, outcome.images));
    }
    const Summary summary = summarize(accuracies);
    CurvePoint point;
    point.rate = rate;
    point.trials = summary.count;
    point.faults_mean = mean(faults);
    point.mean = summary.mean;
    point.sd = summary.sd;
    point.min = summary.min;
    point.q1 = summary.q1;
    point.median = summary.median;
    point.q3 = summary.q3;
    point.max = summary.max;
    point.ci95_low = summary.ci95_low;
    point.ci95_high = summary.ci95_high;
    if (info.classes >= top5_classes) point.top5_mean = mean(top5);
    point.sdc_mean = mean(sdc);
    point.due_mean = mean(due);
    return point;
}

std::vector<CurvePoint> curve_points(const AccuracyCurve& curve, const CampaignInfo& info) {
    std::vector<CurvePoint> points;
    for (std::size_t i = 0; i < curve.trials.size() && i < info.rates.size(); ++i) {
        if (curve.trials[i].empty()) continue;
        std::vector<TrialOutcome> trials;
        for (const auto& [number, trial] : curve.trials[i]) trials.push_back(trial);
        points.push_back(curve_point(info.rates[i], trials, info));
    }
    return points;
}

}  // namespace clipscope
