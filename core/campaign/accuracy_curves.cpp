#include "campaign/accuracy_curves.h"

#include <algorithm>
#include <set>

#include "campaign/point_statistics.h"
#include "common/error.h"
#include "common/named_values.h"

namespace clipscope {
namespace {

double fraction(std::int64_t count, std::int64_t images) {
    return images > 0 ? double(count) / double(images) : 0.0;
}

const char* name_of(PointAxis value) {
    switch (value) {
        case PointAxis::fault_rate:
            return "fault_rate";
        case PointAxis::bit_position:
            return "bit_position";
        case PointAxis::fault_count:
            return "fault_count";
    }
    return nullptr;
}

const char* name_of(NonfiniteRule value) {
    switch (value) {
        case NonfiniteRule::wrong:
            return "wrong";
        case NonfiniteRule::argmax:
            return "argmax";
    }
    return nullptr;
}

}  // namespace

std::string to_string(PointAxis axis) {
    return name_of(axis);
}

PointAxis point_axis_from_string(const std::string& text) {
    if (const auto axis = value_named<PointAxis>(text, name_of)) return *axis;
    throw UsageError("'" + text + "' is nothing that curves are drawn over: choose " + names_of_all<PointAxis>(name_of) + ".");
}

std::string to_string(NonfiniteRule rule) {
    return name_of(rule);
}

NonfiniteRule nonfinite_rule_from_string(const std::string& text) {
    if (const auto rule = value_named<NonfiniteRule>(text, name_of)) return *rule;
    throw UsageError("'" + text + "' is no way to count non-finite logits: choose " + names_of_all<NonfiniteRule>(name_of) + ".");
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
    if (!results.empty()) {
        joint.info = results.front().info;
        joint.pilot = results.front().pilot;
    }
    joint.info.rates.assign(rates.begin(), rates.end());
    for (const AccuracyCurves& result : results) {
        if (result.self_check) (joint.self_check ? *joint.self_check : joint.self_check.emplace()) += *result.self_check;
        for (const AccuracyCurve& curve : result.curves) {
            AccuracyCurve& added = joint.curves.emplace_back(AccuracyCurve{curve.info, {}, {}});
            added.info.format = format_of(curve.info, result.info);
            added.trials.resize(joint.info.rates.size());
            if (!curve.sampled.empty()) added.sampled.resize(joint.info.rates.size());
            for (std::size_t i = 0; i < curve.trials.size(); ++i) {
                const auto place = std::size_t(std::ranges::lower_bound(joint.info.rates, result.info.rates[i]) - joint.info.rates.begin());
                added.trials[place] = curve.trials[i];
                if (!curve.sampled.empty()) added.sampled[place] = curve.sampled[i];
            }
        }
    }
    return joint;
}

std::int64_t right_images(const Outcome& outcome, NonfiniteRule rule) {
    return rule == NonfiniteRule::argmax ? outcome.correct_argmax : outcome.correct;
}

double accuracy(const Outcome& outcome, NonfiniteRule rule) {
    return fraction(right_images(outcome, rule), outcome.images);
}

CurvePoint curve_point(double rate, std::span<const TrialOutcome> trials, const CurveInfo& curve, const CampaignInfo& info) {
    PointStatistics statistics(rate, curve, info);
    for (const TrialOutcome& trial : trials) statistics.add(trial);
    return statistics.point();
}

std::vector<CurvePoint> curve_points(const AccuracyCurve& curve, const CampaignInfo& info) {
    std::vector<CurvePoint> points;
    for (std::size_t i = 0; i < curve.trials.size() && i < info.rates.size(); ++i) {
        const bool is_sampled = i < curve.sampled.size() && !curve.sampled[i].empty();
        if (curve.trials[i].empty() && !is_sampled) continue;
        PointStatistics statistics(info.rates[i], curve.info, info);
        for (const auto& [number, trial] : curve.trials[i]) statistics.add(trial);
        points.push_back(statistics.point());
        if (is_sampled) add_samples(curve.sampled[i], curve.info, info, points.back());
    }
    return points;
}

}  // namespace clipscope
