#include "results/result_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "campaign/comparison.h"
#include "campaign/curve_auc.h"
#include "campaign/fault_rates.h"
#include "campaign/memory_json.h"
#include "campaign/sampled_json.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/version.h"
#include "results/computed_with_json.h"
#include "results/duel_json.h"
#include "results/named_value.h"
#include "results/price_json.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json interval_json(const Interval& interval) {
    return {interval.low, interval.high};
}

void add_counts(const Outcome& outcome, Json& json) {
    json["correct"] = outcome.correct;
    json["correct_argmax"] = outcome.correct_argmax;
    json["top5"] = outcome.top5;
    json["top5_argmax"] = outcome.top5_argmax;
    json["due"] = outcome.due;
    json["sdc"] = outcome.sdc;
}

Json outcomes_json(const std::map<int, TrialOutcome>& trials, const CampaignInfo& info) {
    Json outcomes = Json::array();
    for (const auto& [number, trial] : trials) {
        Json json;
        json["trial"] = number;
        json["faults"] = trial.faults;
        if (trial.outcome.images != info.images) json["images"] = trial.outcome.images;
        add_counts(trial.outcome, json);
        outcomes.push_back(std::move(json));
    }
    return outcomes;
}

// By stratum: [number, what sample_json() writes]. The whole trials are among the outcomes already, but for their stratum.
Json sampled_outcomes_json(const SampledPoint& point) {
    Json strata = Json::array();
    for (const auto& trials : point.trials) {
        Json of_stratum = Json::array();
        for (const auto& [number, trial] : trials) {
            Json one = sample_json(trial);
            one.insert(one.begin(), number);
            of_stratum.push_back(std::move(one));
        }
        strata.push_back(std::move(of_stratum));
    }
    return strata;
}

// What a point lies at is called after what it is.
const char* place_field(PointAxis axis) {
    switch (axis) {
        case PointAxis::fault_rate:
            return "rate";
        case PointAxis::bit_position:
            return "bit";
        case PointAxis::fault_count:
            return "faults";
    }
    return "rate";
}

const char* places_field(PointAxis axis) {
    switch (axis) {
        case PointAxis::fault_rate:
            return "rates";
        case PointAxis::bit_position:
            return "bit_positions";
        case PointAxis::fault_count:
            return "fault_counts";
    }
    return "rates";
}

// Bit positions and numbers of faults are whole numbers.
Json place_json(double place, PointAxis axis) {
    return axis == PointAxis::fault_rate ? Json(place) : Json(std::int64_t(place));
}

Json point_json(const CurvePoint& point, PointAxis axis) {
    Json json;
    json[place_field(axis)] = place_json(point.rate, axis);
    json["trials"] = point.trials;
    json["faults_mean"] = point.faults_mean;
    json["mean"] = point.mean;
    const auto of_whole = [&](double value) { return point.has_whole_trials() ? Json(value) : Json(nullptr); };
    json["sd"] = of_whole(point.sd);
    json["min"] = of_whole(point.min);
    json["q1"] = of_whole(point.q1);
    json["median"] = of_whole(point.median);
    json["q3"] = of_whole(point.q3);
    json["max"] = of_whole(point.max);
    json["ci95"] = {point.ci95_low, point.ci95_high};
    json["top5_mean"] = optional_number(point.top5_mean);
    json["sdc_mean"] = point.sdc_mean;
    json["due_mean"] = point.due_mean;
    json["ci95_images"] = interval_json(point.ci95_images);
    json["top5_ci95"] = point.top5_ci95 ? interval_json(*point.top5_ci95) : Json(nullptr);
    json["sdc_ci95"] = interval_json(point.sdc_ci95);
    json["due_ci95"] = interval_json(point.due_ci95);
    if (point.sampled) {
        json["half_width"] = point.sampled->half_width;
        json["image_evaluations"] = point.sampled->image_evaluations;
        json["whole_trials"] = point.sampled->whole_trials;
        json["gain"] = point.sampled->gain;
    }
    return json;
}

Json points_json(const AccuracyCurve& curve, const CampaignInfo& info) {
    Json points = Json::array();
    for (const CurvePoint& point : curve_points(curve, info)) {
        const auto rate = std::size_t(std::find(info.rates.begin(), info.rates.end(), point.rate) - info.rates.begin());
        points.push_back(point_json(point, info.axis));
        points.back()["outcomes"] = outcomes_json(curve.trials[rate], info);
        if (!point.sampled) continue;
        points.back()["design"] = design_json(curve.sampled[rate].design);
        points.back()["sampled_outcomes"] = sampled_outcomes_json(curve.sampled[rate]);
    }
    return points;
}

Json curve_json(const AccuracyCurve& curve, const CampaignResult& result) {
    const CampaignInfo& info = result.curves.info;
    const auto area = curve_auc(curve, info, result.auc_axis);
    Json json;
    json["layer"] = curve.info.layer;
    json["path"] = curve.info.path;
    json["bits"] = curve.info.bits;
    json["protection"] = to_string(curve.info.protection);
    if (curve.info.format) json["format"] = curve.info.format->to_string();
    json["auc"] = optional_number(area ? std::optional(area->auc) : std::nullopt);
    json["auc_ci95"] = area ? interval_json(area->ci95) : Json(nullptr);
    json["clean_accuracy"] = accuracy(curve.info.clean, info.nonfinite);
    json["clean"]["images"] = curve.info.clean.images;
    add_counts(curve.info.clean, json["clean"]);
    json["points"] = points_json(curve, info);
    return json;
}

Json difference_json(const PairedDifference& difference) {
    Json json;
    json["pairs"] = difference.pairs;
    json["mean"] = difference.mean;
    json["ci95"] = {difference.ci95_low, difference.ci95_high};
    return json;
}

Json comparison_json(const ProtectionComparison& comparison) {
    Json json;
    json["layer"] = comparison.layer;
    json["first"] = to_string(comparison.first);
    json["second"] = to_string(comparison.second);
    json["nonfinite"] = to_string(comparison.nonfinite);
    json["first_auc"] = optional_number(comparison.first_auc);
    json["second_auc"] = optional_number(comparison.second_auc);
    json["improvement"] = optional_number(comparison.improvement);
    json["auc_difference"] = comparison.difference ? difference_json(*comparison.difference) : Json(nullptr);
    json["clean_cost"] = comparison.clean_cost;
    json["rates"] = Json::array();
    for (const RateComparison& rate : comparison.rates) {
        Json entry;
        entry["rate"] = rate.rate;
        entry["first_mean"] = rate.first_mean;
        entry["second_mean"] = rate.second_mean;
        entry["first_worst"] = optional_number(rate.first_worst);
        entry["second_worst"] = optional_number(rate.second_worst);
        entry["difference"] = difference_json(rate.difference);
        json["rates"].push_back(std::move(entry));
    }
    return json;
}

// Under both rules, whichever the curves' statistics follow.
Json comparisons_json(const CampaignResult& result) {
    Json comparisons = Json::array();
    for (const NonfiniteRule rule : {NonfiniteRule::wrong, NonfiniteRule::argmax})
        for (const ProtectionComparison& comparison : compare_protections(result.curves, rule, result.auc_axis))
            comparisons.push_back(comparison_json(comparison));
    return comparisons;
}

// Of the unprotected network where it is among the curves.
std::optional<double> clean_accuracy(const AccuracyCurves& curves) {
    if (curves.curves.empty()) return std::nullopt;
    auto chosen = std::find_if(curves.curves.begin(), curves.curves.end(),
                               [](const AccuracyCurve& curve) { return curve.info.protection == Protection::none; });
    if (chosen == curves.curves.end()) chosen = curves.curves.begin();
    return accuracy(chosen->info.clean, curves.info.nonfinite);
}

Outcome read_counts(const JsonFields& fields, std::int64_t images) {
    const auto count = [&](const char* name) { return std::int32_t(fields.integer(name, 0, images)); };
    return {.images = std::int32_t(images),
            .correct = count("correct"),
            .correct_argmax = count("correct_argmax"),
            .top5 = count("top5"),
            .top5_argmax = count("top5_argmax"),
            .due = count("due"),
            .sdc = count("sdc")};
}

// The first release called bit positions rates, too.
const char* field_there(const JsonFields& fields, const char* name, const char* older) {
    return fields.has(name) ? name : older;
}

std::vector<double> read_rates(const JsonFields& fields, PointAxis axis) {
    const double highest = axis == PointAxis::bit_position ? 31 : axis == PointAxis::fault_count ? most_faults : 1;
    const char* name = field_there(fields, places_field(axis), "rates");
    std::vector<double> rates;
    for (const Json& rate : fields.array(name)) {
        const double value = rate.is_number() ? rate.get<double>() : -1;
        if (!(value >= 0 && value <= highest) || (!rates.empty() && value <= rates.back()))
            fields.fail("'" + std::string(name) + "' do not ascend from 0 to " + std::to_string(int(highest)));
        rates.push_back(value);
    }
    return rates;
}

// Reads one file; keeps what its errors and its points need.
class CampaignReader {
public:
    CampaignReader(const Json& json, std::string file) : json_(json), file_(std::move(file)) {}

    CampaignResult read() {
        const JsonFields fields(json_, file_);
        CampaignResult result;
        result.kind = fields.text("kind");
        if (!is_of_curves(result.kind)) fields.fail("it holds no curves but a result of the kind '" + result.kind + "'");
        read_info(fields, result);
        info_ = &result.curves.info;
        if (fields.has("self_check")) {
            const JsonFields check = fields.object("self_check");
            result.curves.self_check = {check.integer("trials", 0, largest_int64), check.integer("near_ties", 0, largest_int64)};
        }
        if (fields.has("pilot")) try {
                result.curves.pilot = read_pilot(fields.get("pilot"));
            } catch (const Json::exception&) {
                fields.fail("its pilot is not as ClipScope writes it");
            }
        for (const Json& curve : fields.array("curves")) {
            result.curves.curves.push_back(read_curve(curve, result.curves.curves.size()));
            const JsonFields price(curve, file_, "curve " + std::to_string(result.curves.curves.size()));
            if (price.has("price"))
                result.curves.info.prices[result.curves.curves.back().info.protection] = read_price(price.object("price"));
        }
        return result;
    }

private:
    void read_info(const JsonFields& fields, CampaignResult& result) const {
        CampaignInfo& info = result.curves.info;
        result.auc_axis = read_name(fields, "auc_axis", auc_axis_from_string);
        info.nonfinite = read_name(fields, "nonfinite", nonfinite_rule_from_string);
        info.model = fields.text("model");
        info.data = fields.text("data");
        info.images = fields.integer("images", 0, largest_int);
        info.classes = fields.integer("classes", 0, largest_int);
        info.seed = fields.unsigned_integer("seed");
        info.trials = int(fields.integer("trials", 0, largest_int));
        if (fields.has("precision")) info.precision = fields.number("precision");
        info.memory = read_memory(fields);
        read_computed_with(fields, info);
        for (const char* name : {"axis", "points_over"})
            if (fields.has(name)) info.axis = read_name(fields, name, point_axis_from_string);
        info.rates = read_rates(fields, info.axis);
    }

    AccuracyCurve read_curve(const Json& json, std::size_t index) const {
        const std::string place = "curve " + std::to_string(index + 1);
        const JsonFields fields(json, file_, place);
        AccuracyCurve curve;
        curve.info.layer = fields.text("layer");
        curve.info.path = fields.text("path");
        curve.info.bits = fields.integer("bits", 0, largest_int64);
        curve.info.protection = read_name(fields, "protection", protection_from_string);
        if (fields.has("format")) curve.info.format = read_name(fields, "format", &NumberFormat::parse);
        const JsonFields clean(fields.get("clean"), file_, place + ", clean");
        curve.info.clean = read_counts(clean, clean.integer("images", 0, largest_int));
        curve.trials.resize(info_->rates.size());
        if (info_->precision) curve.sampled.resize(info_->rates.size());
        for (const Json& point : fields.array("points")) read_point(JsonFields(point, file_, place + ", points"), place, curve);
        return curve;
    }

    void read_point(const JsonFields& fields, const std::string& place, AccuracyCurve& curve) const {
        const std::string name = field_there(fields, place_field(info_->axis), "rate");
        const double rate = fields.number(name.c_str());
        const auto found = std::find(info_->rates.begin(), info_->rates.end(), rate);
        if (found == info_->rates.end())
            fields.fail("the " + name + " " + number_text(rate) + " is not among '" + places_field(info_->axis) + "'");
        auto& trials = curve.trials[std::size_t(found - info_->rates.begin())];
        for (const Json& json : fields.array("outcomes")) {
            const JsonFields outcome(json, file_, place + ", outcomes at the " + name + " " + number_text(rate));
            const auto number = int(outcome.integer("trial", 0, largest_int));
            const std::int64_t images = outcome.has("images") ? outcome.integer("images", 0, largest_int) : info_->images;
            const TrialOutcome trial{outcome.integer("faults", 0, largest_int64), read_counts(outcome, images)};
            if (!trials.emplace(number, trial).second) outcome.fail("trial " + std::to_string(number) + " comes twice");
        }
        if (fields.has("design") && !curve.sampled.empty()) read_samples(fields, curve.sampled[std::size_t(found - info_->rates.begin())]);
    }

    static void read_samples(const JsonFields& fields, SampledPoint& sampled) {
        try {
            sampled.design = read_design(fields.get("design"));
            for (const Json& of_stratum : fields.array("sampled_outcomes")) {
                auto& trials = sampled.trials.emplace_back();
                for (const Json& one : of_stratum) {
                    Json counts = one;
                    counts.erase(0);
                    trials.emplace(one.at(0).get<int>(), read_sample(counts));
                }
            }
        } catch (const Json::exception&) {
            fields.fail("its sampled trials are not as ClipScope writes them");
        }
        if (sampled.trials.size() != sampled.design.strata.size()) fields.fail("its strata have no trials each");
    }

    const Json& json_;
    std::string file_;
    const CampaignInfo* info_ = nullptr;
};

}  // namespace

bool is_of_curves(const std::string& kind) {
    return kind == "sensitivity" || is_of_protections(kind);
}

bool is_of_protections(const std::string& kind) {
    return kind == "compare" || kind == "duel";
}

std::string result_to_json(const CampaignResult& result) {
    const CampaignInfo& info = result.curves.info;
    Json json;
    json["clipscope_version"] = version();
    json["kind"] = result.kind;
    json["model"] = info.model;
    json["data"] = info.data;
    json["images"] = info.images;
    json["classes"] = info.classes;
    json["seed"] = info.seed;
    json["trials"] = info.trials;
    if (info.precision) json["precision"] = *info.precision;
    write_memory(json, info.memory);
    write_computed_with(json, info);
    json["nonfinite"] = to_string(info.nonfinite);
    json["auc_axis"] = to_string(result.auc_axis);
    json["axis"] = to_string(info.axis);
    json["points_over"] = to_string(info.axis);
    json[places_field(info.axis)] = Json::array();
    for (const double rate : info.rates) json[places_field(info.axis)].push_back(place_json(rate, info.axis));
    json["clean_accuracy"] = optional_number(clean_accuracy(result.curves));
    if (const auto& check = result.curves.self_check) json["self_check"] = {{"trials", check->trials}, {"near_ties", check->near_ties}};
    if (!result.curves.pilot.cells.empty()) json["pilot"] = pilot_json(result.curves.pilot);
    json["curves"] = Json::array();
    for (const AccuracyCurve& curve : result.curves.curves) json["curves"].push_back(curve_json(curve, result));
    write_duel(json, result.curves, result.auc_axis);
    if (is_of_protections(result.kind)) json["comparisons"] = comparisons_json(result);
    return json_text(json);
}

CampaignResult result_from_json(const std::string& text, const std::string& file) {
    const Json json = parse_json(text, file);
    return CampaignReader(json, file).read();
}

}  // namespace clipscope
