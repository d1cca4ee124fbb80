#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "campaign/memory_json.h"
#include "common/error.h"
#include "common/json_text.h"
#include "results/computed_with_json.h"
#include "results/named_value.h"
#include "results/tuning_json.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

bool read_flag(const JsonFields& fields, const char* name) {
    if (!fields.get(name).is_boolean()) fields.fail("'" + std::string(name) + "' is not true or false");
    return fields.get(name).get<bool>();
}

std::vector<double> read_numbers(const JsonFields& fields, const char* name) {
    std::vector<double> numbers;
    for (const Json& number : fields.array(name)) {
        if (!number.is_number()) fields.fail("'" + std::string(name) + "' is no list of numbers");
        numbers.push_back(number.get<double>());
    }
    return numbers;
}

std::vector<double> read_rates(const JsonFields& fields) {
    std::vector<double> rates = read_numbers(fields, "rates");
    for (std::size_t i = 0; i < rates.size(); ++i)
        if (!(rates[i] >= 0 && rates[i] <= 1) || (i > 0 && rates[i] <= rates[i - 1])) fields.fail("'rates' do not ascend from 0 to 1");
    return rates;
}

std::optional<float> read_optional_float(const JsonFields& fields, const char* name) {
    return fields.has(name) ? std::optional(float(fields.number(name))) : std::nullopt;
}

// As many numbers as the array has elements.
template <typename Element, std::size_t size>
void read_into(const JsonFields& fields, const char* name, std::array<Element, size>& elements) {
    const Json& list = fields.array(name);
    if (list.size() != size) fields.fail("'" + std::string(name) + "' has not " + std::to_string(size) + " elements");
    for (std::size_t i = 0; i < size; ++i) {
        if constexpr (std::is_same_v<Element, std::optional<double>>) {
            if (list[i].is_null()) continue;
        }
        if (!list[i].is_number()) fields.fail("'" + std::string(name) + "' is no list of numbers");
        if constexpr (std::is_same_v<Element, float>) {
            elements[i] = float(list[i].get<double>());
        } else {
            elements[i] = list[i].get<double>();
        }
    }
}

MeasuredAuc read_measured(const JsonFields& fields) {
    MeasuredAuc measured;
    measured.auc = fields.number("auc");
    measured.standard_error = fields.optional_number("standard_error");
    if (fields.has("auc_ci95")) {
        std::array<double, 2> ends{};
        read_into(fields, "auc_ci95", ends);
        measured.ci95 = Interval{ends[0], ends[1]};
    }
    measured.clean_accuracy = fields.number("clean_accuracy");
    measured.accuracies = read_numbers(fields, "accuracies");
    measured.trial_aucs = read_numbers(fields, "trial_aucs");
    if (fields.has("rate_trials")) {
        measured.image_evaluations = fields.integer("image_evaluations", 0, largest_int64);
        for (const Json& element : fields.array("rate_trials")) {
            const JsonFields of_rate(element, fields.file(), "rate_trials");
            measured.rate_trials.push_back({of_rate.number("weight"), read_numbers(of_rate, "accuracies")});
        }
    }
    if (fields.has("self_check")) {
        const JsonFields check = fields.object("self_check");
        measured.self_check = {check.integer("trials", 0, largest_int64), check.integer("near_ties", 0, largest_int64)};
    }
    return measured;
}

ThresholdAuc read_point(const JsonFields& fields) {
    return {float(fields.number("threshold")), read_measured(fields)};
}

SearchGrid read_grid(const JsonFields& fields) {
    SearchGrid grid;
    grid.number = int(fields.integer("number", 1, largest_int));
    read_into(fields, "thresholds", grid.thresholds);
    read_into(fields, "aucs", grid.aucs);
    read_into(fields, "changes", grid.changes);
    read_into(fields, "change_errors", grid.change_errors);
    if (fields.has("change_margins")) read_into(fields, "change_margins", grid.change_margins);  // older files lack them
    grid.best = int(fields.integer("best", 0, 3));
    grid.kept_low = float(fields.number("kept_low"));
    grid.kept_high = float(fields.number("kept_high"));
    grid.new_evaluations = int(fields.integer("new_evaluations", 0, 4));
    grid.noise_prevents_stop = read_flag(fields, "noise_prevents_stop");
    return grid;
}

HardenedSite read_hardened(const JsonFields& fields) {
    HardenedSite site;
    site.act_max = float(fields.number("act_max"));
    site.threshold = float(fields.number("threshold"));
    site.auc_before = fields.optional_number("auc_before");
    site.auc_after = fields.optional_number("auc_after");
    site.iterations = int(fields.integer("iterations", 0, largest_int));
    site.evaluations = int(fields.integer("evaluations", 0, largest_int));
    site.end = read_name(fields, "end", search_end_from_string);
    site.plateau = read_flag(fields, "plateau");
    site.reason = fields.text("reason");
    return site;
}

// Reads one file; keeps what its errors and its sites need.
class TuningReader {
public:
    TuningReader(const Json& json, std::string file) : json_(json), file_(std::move(file)) {}

    TuningResult read() {
        const JsonFields fields(json_, file_);
        read_info(fields);
        for_each(fields, "activations", [&](const JsonFields& one, const std::string& place) { read_activations(one, place); });
        for_each(fields, "sweeps", [&](const JsonFields& one, const std::string& place) { read_sweep(one, place); });
        for_each(fields, "searches", [&](const JsonFields& one, const std::string& place) { read_search(one, place); });
        if (fields.has("hardened_file")) {
            const JsonFields written(fields.get("hardened_file"), file_, "hardened_file");
            result_.file = HardenedFile{written.text("path"), written.integer("images_compared", 0, largest_int)};
        }
        return std::move(result_);
    }

private:
    template <typename Function>
    void for_each(const JsonFields& fields, const char* name, Function function, const std::string& around = {}) const {
        std::size_t number = 0;
        for (const Json& element : fields.array(name)) {
            const std::string place = (around.empty() ? "" : around + ", ") + name + " " + std::to_string(++number);
            function(JsonFields(element, file_, place), place);
        }
    }

    void read_info(const JsonFields& fields) {
        TuningInfo& info = result_.info;
        info.job = read_name(fields, "kind", tuning_job_from_string);
        info.campaign.model = fields.text("model");
        info.campaign.data = fields.text("data");
        info.campaign.images = fields.integer("images", 0, largest_int);
        info.campaign.classes = fields.integer("classes", 0, largest_int);
        info.campaign.seed = fields.unsigned_integer("seed");
        info.campaign.trials = int(fields.integer("trials", 0, largest_int));
        if (fields.has("precision")) info.campaign.precision = fields.number("precision");
        info.campaign.memory = read_memory(fields);
        read_computed_with(fields, info.campaign);
        info.campaign.nonfinite = read_name(fields, "nonfinite", nonfinite_rule_from_string);
        info.campaign.rates = read_rates(fields);
        info.auc_axis = read_name(fields, "auc_axis", auc_axis_from_string);
        info.trained_on = fields.text("images_trained_on") == "likely" ? TrainedOn::likely : TrainedOn::no;
        if (fields.has("protection")) info.protection = fields.text("protection");
        info.model_sha256 = fields.text("model_sha256");
        for_each(fields, "sites", [&](const JsonFields& site, const std::string&) { read_site(site); });
    }

    void read_site(const JsonFields& fields) {
        SiteInfo site;
        site.name = fields.text("name");
        site.path = fields.text("path");
        site.kind = fields.text("kind");
        for (const Json& layer : fields.array("fed_by")) {
            if (!layer.is_string()) fields.fail("'fed_by' is no list of names");
            site.fed_by.push_back(layer.get<std::string>());
        }
        site.threshold = read_optional_float(fields, "file_threshold");
        site.can_be_clipped = read_flag(fields, "can_be_clipped");
        result_.info.sites.push_back(site);
        result_.act_max.push_back(read_optional_float(fields, "act_max"));
    }

    int read_site_index(const JsonFields& fields) const {
        const std::vector<SiteInfo>& sites = result_.info.sites;
        const std::string name = fields.text("site");
        const auto found = std::find_if(sites.begin(), sites.end(), [&](const SiteInfo& site) { return site.name == name; });
        if (found == sites.end()) fields.fail("the site " + name + " is not among 'sites'");
        return int(found - sites.begin());
    }

    void read_activations(const JsonFields& fields, const std::string& place) {
        SiteActivations activations;
        activations.site = read_site_index(fields);
        if (fields.has("scope")) activations.scope = fields.text("scope");
        activations.rate = fields.number("rate");
        activations.trials = int(fields.integer("trials", 0, largest_int));
        activations.histogram =
            std::make_shared<const ActivationHistogram>(ActivationHistogram::from_json(fields.get("histogram"), file_, place));
        result_.activations.push_back(std::move(activations));
    }

    void read_sweep(const JsonFields& fields, const std::string& place) {
        SiteSweep sweep;
        sweep.site = read_site_index(fields);
        sweep.scope = fields.text("scope");
        sweep.act_max = float(fields.number("act_max"));
        sweep.rates = read_rates(fields);
        sweep.unclipped = read_measured(JsonFields(fields.get("unclipped"), file_, place + ", unclipped"));
        for_each(
            fields, "points", [&](const JsonFields& point, const std::string&) { sweep.points.push_back(read_point(point)); }, place);
        result_.sweeps.push_back(std::move(sweep));
    }

    void read_search(const JsonFields& fields, const std::string& place) {
        SiteSearch search;
        search.site = read_site_index(fields);
        search.scope = fields.text("scope");
        search.act_max = float(fields.number("act_max"));
        search.settings.algorithm = read_name(fields, "algorithm", search_algorithm_from_string);
        search.settings.n = int(fields.integer("n", 0, largest_int));
        search.settings.m = int(fields.integer("m", 0, largest_int));
        search.settings.delta = fields.number("delta");
        search.rates = read_rates(fields);
        const auto read_evaluation = [&](const JsonFields& one, const std::string&) {
            search.evaluations.push_back({int(one.integer("grid", 1, largest_int)), read_point(one)});
        };
        for_each(fields, "evaluations", read_evaluation, place);
        for_each(
            fields, "grids", [&](const JsonFields& grid, const std::string&) { search.grids.push_back(read_grid(grid)); }, place);
        if (fields.has("hardened")) search.hardened = read_hardened(JsonFields(fields.get("hardened"), file_, place + ", hardened"));
        result_.searches.push_back(std::move(search));
    }

    const Json& json_;
    std::string file_;
    TuningResult result_;
};

}  // namespace

TuningResult tuning_from_json(const std::string& text, const std::string& file) {
    const Json json = parse_json(text, file);
    return TuningReader(json, file).read();
}

std::string result_kind(const std::string& text, const std::string& file) {
    const Json json = parse_json(text, file);
    return JsonFields(json, file).text("kind");
}

}  // namespace clipscope
