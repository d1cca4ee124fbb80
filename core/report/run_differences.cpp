#include "report/run_differences.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "campaign/point_statistics.h"
#include "common/csv_text.h"
#include "common/error.h"
#include "common/json_text.h"
#include "report/curve_formats.h"
#include "report/report_numbers.h"
#include "statistics/summary.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

struct MeasuredRun {
    const AccuracyCurve& curve;
    const CampaignInfo& info;
};

const std::map<int, TrialOutcome>& trials_at(const MeasuredRun& run, double place) {
    static const std::map<int, TrialOutcome> none;
    const auto found = std::ranges::find(run.info.rates, place);
    const auto index = std::size_t(found - run.info.rates.begin());
    return index < run.curve.trials.size() ? run.curve.trials[index] : none;
}

bool are_paired(const MeasuredRun& first, const MeasuredRun& second) {
    return first.info.seed == second.info.seed && !first.info.precision && !second.info.precision;
}

// Only where both runs have the same bits: then no faulty bit in one is none in the other.
std::optional<double> both_fault_free(const MeasuredRun& first, const MeasuredRun& second, double place) {
    const bool is_same = first.info.memory == second.info.memory && first.curve.info.bits == second.curve.info.bits;
    return is_same ? fault_free_probability(place, first.curve.info, first.info) : std::nullopt;
}

PairedDifference paired_trials(const MeasuredRun& first, const MeasuredRun& second, double place) {
    const double clean = accuracy(second.curve.info.clean, second.info.nonfinite) - accuracy(first.curve.info.clean, first.info.nonfinite);
    TrialSample sample(-fraction_unit, fraction_unit, fraction_unit, in_fraction_units(clean));
    const auto& others = trials_at(second, place);
    for (const auto& [number, trial] : trials_at(first, place)) {
        const auto other = others.find(number);
        if (other == others.end()) continue;
        const double difference = accuracy(other->second.outcome, second.info.nonfinite) - accuracy(trial.outcome, first.info.nonfinite);
        sample.add(in_fraction_units(difference), trial.faults == 0 && other->second.faults == 0);
    }
    return paired_difference(sample, both_fault_free(first, second, place));
}

// Of means that were measured apart: in each direction the distances add as independent errors do.
Interval interval_apart(const CurvePoint& first, const CurvePoint& second) {
    const double difference = second.mean - first.mean;
    return {difference - std::hypot(second.mean - second.ci95_low, first.ci95_high - first.mean),
            difference + std::hypot(second.ci95_high - second.mean, first.mean - first.ci95_low)};
}

RunDifference difference_at(const MeasuredRun& first, const CurvePoint& one, const MeasuredRun& second, const CurvePoint& other) {
    RunDifference row{.layer = first.curve.info.layer,
                      .protection = first.curve.info.protection,
                      .first_format = format_of(first.curve.info, first.info),
                      .second_format = format_of(second.curve.info, second.info),
                      .place = one.rate,
                      .first_mean = one.mean,
                      .second_mean = other.mean,
                      .difference = other.mean - one.mean};
    row.ci95 = interval_apart(one, other);
    if (!are_paired(first, second)) return row;
    const PairedDifference paired = paired_trials(first, second, one.rate);
    if (paired.pairs < 2) return row;
    row.pairs = paired.pairs;
    row.difference = paired.mean;
    row.ci95 = {paired.ci95_low, paired.ci95_high};
    return row;
}

void add_rows(const MeasuredRun& first, const MeasuredRun& second, std::vector<RunDifference>& rows) {
    const std::vector<CurvePoint> others = curve_points(second.curve, second.info);
    for (const CurvePoint& point : curve_points(first.curve, first.info)) {
        const auto other = std::ranges::find(others, point.rate, &CurvePoint::rate);
        if (other != others.end()) rows.push_back(difference_at(first, point, second, *other));
    }
}

std::string value_text(const Json& object, const std::string& name) {
    if (!object.contains(name) || object[name].is_null()) return no_number;
    const Json& value = object[name];
    if (value.is_number_float()) return number_text(value.get<double>());
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    constexpr std::size_t longest = 80;
    return text.empty() ? no_number : text.size() > longest ? "(" + std::to_string(text.size()) + " characters)" : text;
}

// What a run knows of itself: the settings of a study's job, or what a result's file says.
Json facts_of(const NamedCurves& run) {
    const CampaignInfo& info = run.curves.curves.info;
    Json facts = Json::object();
    if (run.job) facts = Json::parse(to_json(run.job->settings));
    facts["kind"] = run.curves.kind;
    facts["model"] = info.model;
    facts["data"] = info.data;
    facts["evaluation images"] = info.images;
    facts["seed"] = info.seed;
    facts["format"] = formats_text(formats_of(run.curves.curves));
    facts["fault_kind"] = to_string(info.memory.kind);
    facts["faulty_bits"] = info.memory.bits.to_string();
    facts["trials"] = info.trials;
    facts["nonfinite"] = to_string(info.nonfinite);
    facts["computed with"] = info.computed_with.to_string();
    if (run.job && run.job->model) facts["model's SHA-256"] = run.job->model->sha256;
    if (run.job && run.job->images) facts["images' SHA-256"] = run.job->images->sha256;
    if (run.job) facts["versions"] = run.job->versions;
    return facts;
}

std::vector<SettingDifference> settings_that_differ(const NamedCurves& first, const NamedCurves& second) {
    const Json one = facts_of(first);
    const Json other = facts_of(second);
    std::vector<SettingDifference> differences;
    // A result's file does not say all that a job's settings do; what it leaves out differs from nothing.
    const bool both_jobs = first.job && second.job;
    const auto compare = [&](const std::string& name) {
        const std::string of_first = value_text(one, name);
        const std::string of_second = value_text(other, name);
        if (of_first == of_second) return;
        std::string words = name;
        std::ranges::replace(words, '_', ' ');
        differences.push_back({words, of_first, of_second});
    };
    for (const auto& [name, value] : one.items())
        if (other.contains(name) || both_jobs) compare(name);
    for (const auto& [name, value] : other.items())
        if (!one.contains(name) && both_jobs) compare(name);
    return differences;
}

}  // namespace

RunDifferences differences_of(const NamedCurves& first, const NamedCurves& second) {
    const AccuracyCurves& one = first.curves.curves;
    const AccuracyCurves& other = second.curves.curves;
    if (one.info.axis != other.info.axis)
        throw UsageError("One run is over " + to_string(one.info.axis) + ", the other over " + to_string(other.info.axis) +
                         ": compare runs over the same axis");
    const bool by_format = has_formats(one) || has_formats(other);
    RunDifferences differences{one.info.axis, {}, settings_that_differ(first, second), by_format};
    bool has_common = false;
    for (const AccuracyCurve& curve : one.curves) {
        const auto match = std::ranges::find_if(other.curves, [&](const AccuracyCurve& candidate) {
            return candidate.info.layer == curve.info.layer && candidate.info.protection == curve.info.protection &&
                   (!by_format || format_of(candidate.info, other.info) == format_of(curve.info, one.info));
        });
        if (match == other.curves.end()) continue;
        has_common = true;
        add_rows({curve, one.info}, {*match, other.info}, differences.rows);
    }
    if (!has_common)
        throw UsageError(std::string("The two runs have no layer under the same protection") +
                         (by_format ? " and in the same number format" : "") + " in common: nothing can be compared");
    return differences;
}

TextColumns difference_columns(const RunDifferences& differences) {
    TextColumns table;
    table.add_column("Layer", false);
    table.add_column("Protection", false);
    if (differences.has_formats) table.add_column("Format", false);
    table.add_column(differences.axis == PointAxis::fault_rate     ? "Rate per bit"
                     : differences.axis == PointAxis::bit_position ? "Bit"
                                                                   : "Faults");
    for (const char* name : {"First, %", "Second, %", "Difference, points", "95 %", "Pairs"}) table.add_column(name);
    for (const RunDifference& row : differences.rows) {
        auto& cells = table.rows.emplace_back(std::vector{row.layer, to_string(row.protection)});
        if (differences.has_formats) cells.push_back(row.first_format.to_string());
        for (const std::string& cell :
             {number_text(row.place), percent_text(row.first_mean), percent_text(row.second_mean), signed_text(row.difference * 100, 2),
              interval_text(row.ci95), row.pairs > 0 ? std::to_string(row.pairs) : std::string("apart")})
            cells.push_back(cell);
    }
    return table;
}

TextColumns setting_columns(const RunDifferences& differences, const std::string& first, const std::string& second) {
    TextColumns table;
    for (const std::string& name : {std::string("Setting"), first, second}) table.add_column(name, false);
    for (const SettingDifference& one : differences.settings) table.rows.push_back({one.name, one.first, one.second});
    return table;
}

std::string differences_csv(const RunDifferences& differences) {
    CsvText table({"layer", "protection", "first_format", "second_format", to_string(differences.axis), "pairs", "first_mean_fraction",
                   "second_mean_fraction", "difference_mean_fraction", "difference_ci95_low_fraction", "difference_ci95_high_fraction"});
    for (const RunDifference& row : differences.rows) {
        table.add(row.layer).add(to_string(row.protection)).add(row.first_format.to_string()).add(row.second_format.to_string());
        table.add(row.place).add(row.pairs).add(row.first_mean).add(row.second_mean);
        table.add(row.difference).add(row.ci95.low).add(row.ci95.high);
        table.end_row();
    }
    return table.text();
}

std::string differences_json(const RunDifferences& differences, const std::string& first, const std::string& second) {
    Json json = {{"kind", "differences"}, {"first", first}, {"second", second}, {"axis", to_string(differences.axis)}};
    json["settings"] = Json::array();
    for (const SettingDifference& one : differences.settings)
        json["settings"].push_back({{"setting", one.name}, {"first", one.first}, {"second", one.second}});
    json["differences"] = Json::array();
    for (const RunDifference& row : differences.rows)
        json["differences"].push_back({{"layer", row.layer},
                                       {"protection", to_string(row.protection)},
                                       {"first_format", row.first_format.to_string()},
                                       {"second_format", row.second_format.to_string()},
                                       {"place", row.place},
                                       {"pairs", row.pairs},
                                       {"first_mean", row.first_mean},
                                       {"second_mean", row.second_mean},
                                       {"difference", row.difference},
                                       {"ci95", {row.ci95.low, row.ci95.high}}});
    return json_text(json);
}

}  // namespace clipscope
