#include "results/tuning_csv.h"

#include "common/csv_text.h"

namespace clipscope {
namespace {

const std::string& site_name(const TuningResult& result, int site) {
    return result.info.sites.at(std::size_t(site)).name;
}

void add_bin(CsvText& table, const TuningResult& result, const SiteActivations& activations, const std::string& kind,
             std::optional<double> low, std::optional<double> high, std::uint64_t count) {
    if (count == 0) return;
    table.add(site_name(result, activations.site)).add(activations.scope.empty() ? "none" : activations.scope).add(activations.rate);
    table.add(activations.trials).add(kind).add(low).add(high).add(count);
    table.end_row();
}

void add_measured(CsvText& table, const MeasuredAuc& measured) {
    table.add(measured.auc).add(measured.standard_error).add(measured.clean_accuracy).add(measured.trials());
    table.add(measured.ci95 ? std::optional(measured.ci95->low) : std::nullopt);
    table.add(measured.ci95 ? std::optional(measured.ci95->high) : std::nullopt);
}

}  // namespace

std::string histograms_csv(const TuningResult& result) {
    CsvText table({"site", "faults_in", "rate_per_bit", "trials", "values", "lower_edge", "upper_edge", "count"});
    for (const SiteActivations& activations : result.activations) {
        const ActivationHistogram& histogram = *activations.histogram;
        for (std::size_t bin = 0; bin < ActivationHistogram::bin_count; ++bin) {
            add_bin(table, result, activations, "finite", ActivationHistogram::lower_edge(bin), ActivationHistogram::upper_edge(bin),
                    histogram.count(bin));
        }
        add_bin(table, result, activations, "nan", {}, {}, histogram.nan());
        add_bin(table, result, activations, "positive_infinity", {}, {}, histogram.positive_infinity());
        add_bin(table, result, activations, "negative_infinity", {}, {}, histogram.negative_infinity());
    }
    return table.text();
}

std::string sweep_csv(const TuningResult& result) {
    CsvText table({"site", "faults_in", "act_max", "threshold", "auc", "auc_standard_error", "clean_accuracy_fraction", "trials",
                   "auc_ci95_low", "auc_ci95_high"});
    for (const SiteSweep& sweep : result.sweeps) {
        const auto begin_row = [&](std::optional<double> threshold) {
            table.add(site_name(result, sweep.site)).add(sweep.scope).add(short_double(sweep.act_max)).add(threshold);
        };
        begin_row({});
        add_measured(table, sweep.unclipped);
        table.end_row();
        for (const ThresholdAuc& point : sweep.points) {
            begin_row(short_double(point.threshold));
            add_measured(table, point.measured);
            table.end_row();
        }
    }
    return table.text();
}

std::string search_csv(const TuningResult& result) {
    CsvText table({"site", "faults_in", "act_max", "grid", "threshold", "auc", "auc_standard_error", "clean_accuracy_fraction", "trials",
                   "auc_ci95_low", "auc_ci95_high"});
    for (const SiteSearch& search : result.searches) {
        for (const SearchEvaluation& evaluation : search.evaluations) {
            table.add(site_name(result, search.site)).add(search.scope).add(short_double(search.act_max)).add(evaluation.grid);
            table.add(short_double(evaluation.point.threshold));
            add_measured(table, evaluation.point.measured);
            table.end_row();
        }
    }
    return table.text();
}

std::string thresholds_csv(const TuningResult& result) {
    CsvText table({"site", "act_max", "threshold", "auc_before", "auc_after", "iterations", "evaluations", "end", "plateau"});
    for (const SiteSearch& search : result.searches) {
        if (!search.hardened) continue;
        const HardenedSite& site = *search.hardened;
        table.add(site_name(result, search.site)).add(short_double(site.act_max)).add(short_double(site.threshold));
        table.add(site.auc_before).add(site.auc_after).add(site.iterations).add(site.evaluations);
        table.add(to_string(site.end)).add(site.plateau ? "yes" : "no");
        table.end_row();
    }
    return table.text();
}

}  // namespace clipscope
