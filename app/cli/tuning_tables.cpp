// The tables of profiles, sweeps and hardenings for people.
#include <cmath>

#include "common/number_text.h"
#include "common/text_list.h"
#include "curves_output.h"
#include "text_table.h"
#include "tuning_output.h"

namespace clipscope::cli {

namespace {

using Align = TextTable::Align;

std::string threshold_text(double threshold) {
    return rounded_text(threshold, 5);
}

std::string auc_text(const std::optional<double>& auc) {
    return auc ? fixed_text(*auc, 4) : "-";
}

std::string heading(const TuningResult& result) {
    const CampaignInfo& info = result.info.campaign;
    std::string text = info.model + " on " + grouped_text(info.images) + " tuning images of " + info.data;
    if (result.info.trained_on == TrainedOn::likely) text += ", which the network may have been trained on";
    if (result.info.protection != TuningInfo().protection) text += "; sites protected by " + result.info.protection;
    return text + "; seed " + std::to_string(info.seed) + "\n";
}

std::string profile_table(const TuningResult& result) {
    TextTable table({{"Site"},
                     {"Kind"},
                     {"Fed by"},
                     {"Faults in"},
                     {"Rate", Align::right},
                     {"ACT_max", Align::right},
                     {"Largest", Align::right},
                     {"Values", Align::right},
                     {"Zero %", Align::right},
                     {"Non-finite", Align::right}});
    for (const SiteActivations& activations : result.activations) {
        const std::size_t index = std::size_t(activations.site);
        const SiteInfo& site = result.info.sites[index];
        const ActivationHistogram& histogram = *activations.histogram;
        const bool is_clean = activations.scope.empty();
        const double zeros = histogram.total() > 0 ? double(histogram.zeros()) / double(histogram.total()) : 0;
        table.add_row({site.name, site.kind, joined(site.fed_by), is_clean ? "none" : activations.scope,
                       is_clean ? "0" : number_text(activations.rate), result.act_max[index] ? threshold_text(*result.act_max[index]) : "-",
                       histogram.largest() ? threshold_text(*histogram.largest()) : "-", grouped_text(std::int64_t(histogram.total())),
                       percent(zeros), grouped_text(std::int64_t(histogram.nonfinite()))});
    }
    return table.to_string();
}

std::string rates_text(const std::vector<double>& rates) {
    std::string text;
    for (const double rate : rates) text += (text.empty() ? "" : ", ") + number_text(rate);
    return text;
}

std::string interval_text(const std::optional<Interval>& interval) {
    return interval ? auc_text(interval->low) + "..." + auc_text(interval->high) : "-";
}

// "50 trials", "AUC to ± 0.01".
std::string amount_text(const CampaignInfo& info) {
    if (info.precision) return "every AUC to ± " + rounded_text(*info.precision, 3);
    return std::to_string(info.trials) + " trials";
}

std::string sweep_table(const TuningResult& result, const SiteSweep& sweep) {
    TextTable table({{"T", Align::right},
                     {"T / ACT_max", Align::right},
                     {"AUC", Align::right},
                     {"SE", Align::right},
                     {"95 % interval", Align::right},
                     {"Clean %", Align::right}});
    const auto add = [&](const std::string& threshold, const std::string& share, const MeasuredAuc& measured) {
        table.add_row({threshold, share, auc_text(measured.auc), auc_text(measured.standard_error), interval_text(measured.ci95),
                       percent(measured.clean_accuracy)});
    };
    add("none", "-", sweep.unclipped);
    for (const ThresholdAuc& point : sweep.points) {
        const std::string share = sweep.act_max > 0 ? fixed_text(double(point.threshold) / double(sweep.act_max), 3) : "-";
        add(threshold_text(point.threshold), share, point.measured);
    }
    return "\nAUC against the threshold of " + result.info.sites[std::size_t(sweep.site)].name + ", ACT_max " +
           threshold_text(sweep.act_max) + "; faults in " + sweep.scope + "; " + amount_text(result.info.campaign) + " at the rates " +
           rates_text(sweep.rates) + "\n\n" + table.to_string();
}

std::string hardened_table(const TuningResult& result) {
    TextTable table({{"Site"},
                     {"Faults in"},
                     {"ACT_max", Align::right},
                     {"T", Align::right},
                     {"AUC before", Align::right},
                     {"AUC after", Align::right},
                     {"Grids", Align::right},
                     {"Evaluations", Align::right},
                     {"Why it ended"}});
    for (const SiteSearch& search : result.searches) {
        if (!search.hardened) continue;
        const HardenedSite& site = *search.hardened;
        table.add_row({result.info.sites[std::size_t(search.site)].name, search.scope.empty() ? "-" : search.scope,
                       threshold_text(site.act_max), threshold_text(site.threshold), auc_text(site.auc_before), auc_text(site.auc_after),
                       std::to_string(site.iterations), std::to_string(site.evaluations), site.reason});
    }
    std::string text = std::string("\nThresholds; AUC before: all sites ") +
                       (result.info.protection == TuningInfo().protection ? "clipped" : "limited") + " at ACT_max; " +
                       amount_text(result.info.campaign) + "\n\n" + table.to_string();
    if (result.file)
        text += "\nThe hardened network is in '" + result.file->path + "'; opened again, it gives the same logits on all " +
                grouped_text(result.file->images_compared) + " images.\n";
    return text;
}

}  // namespace

std::string tuning_tables(const TuningResult& result) {
    std::string text = heading(result) + "\n" + profile_table(result);
    for (const SiteSweep& sweep : result.sweeps) text += sweep_table(result, sweep);
    if (!result.searches.empty()) text += hardened_table(result);
    return text + self_check_text(self_check_of(result));
}

}  // namespace clipscope::cli
