// What protections keep and cost, and what was found on the tuning images.
#include <algorithm>

#include "campaign/comparison.h"
#include "campaign/curve_auc.h"
#include "campaign/duel_summary.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "report/ranking_output.h"
#include "report/report_numbers.h"
#include "report/report_parts.h"

namespace clipscope {
namespace {

constexpr std::size_t most_sites_drawn = 12;

std::string rate_or_end(const LossRate& loss) {
    return loss.rate ? rounded_text(*loss.rate, 2) : loss.is_before ? "below" : "beyond";
}

std::string place_words(PointAxis axis, double place) {
    return axis == PointAxis::fault_rate ? "the rate " + place_text(axis, place) + " per bit" : place_text(axis, place) + " faults";
}

TextColumns prices_table(const ReportJob& job, const std::string& layer, std::size_t rate) {
    TextColumns table;
    table.add_column("Protection", false);
    for (const char* name :
         {"Storage, %", "Operations, %", "Clean lost, points", "Mean, %", "AUC", "1 point lost at", "10 points lost at"})
        table.add_column(name);
    const auto intervals = auc_intervals(job.curves->curves, job.curves->auc_axis);
    for (const ContestantRow& one : contestant_rows(job.summary, layer, rate, job.curves->auc_axis, intervals)) {
        const DuelRow& row = one.row;
        const std::string auc_interval = one.auc_ci95 ? "\n" + interval_text(*one.auc_ci95, 1, 4) : "";
        table.rows.push_back({to_string(job.summary.curves[row.curve].info.protection), rounded_text(row.price.storage_percent, 3),
                              rounded_text(row.price.operations_percent, 3), fixed_text(row.clean_loss * 100, 2),
                              percent_text(one.accuracy) + "\n" + interval_text(one.ci95), optional_text(row.auc, 4) + auc_interval,
                              rate_or_end(row.lost_1_point), rate_or_end(row.lost_10_points)});
    }
    return table;
}

TextColumns differences_table(const std::vector<ProtectionComparison>& comparisons, PointAxis axis) {
    TextColumns table;
    table.add_column("Faults in", false);
    table.add_column("Protection", false);
    table.add_column("Against", false);
    table.add_column(place_name(axis));
    for (const char* name : {"Difference, points", "95 %", "Pairs"}) table.add_column(name);
    for (const ProtectionComparison& one : comparisons)
        for (const RateComparison& rate : one.rates)
            table.rows.push_back({one.layer, to_string(one.second), to_string(one.first), place_text(axis, rate.rate),
                                  signed_text(rate.difference.mean * 100, 2),
                                  interval_text({rate.difference.ci95_low, rate.difference.ci95_high}),
                                  std::to_string(rate.difference.pairs)});
    return table;
}

// Against the first protection alone: what a duel's every pair would be is in its tables of numbers.
std::vector<ProtectionComparison> against_first(const ReportJob& job) {
    const AccuracyCurves& curves = job.curves->curves;
    std::vector<ProtectionComparison> all = compare_protections(curves, curves.info.nonfinite, job.curves->auc_axis);
    std::erase_if(all, [&](const ProtectionComparison& one) { return one.first != curves.curves.front().info.protection; });
    return all;
}

// The scopes in which anything has been measured: a duel has its curves before their first trial.
std::vector<std::string> measured_scopes(const CampaignSummary& duel) {
    if (duel.info.rates.empty()) return {};
    std::vector<std::string> scopes = duel_layers(duel);
    std::erase_if(
        scopes, [&](const std::string& layer) { return pareto_points(duel, layer, telling_rate(duel, layer), DuelCost::storage).empty(); });
    return scopes;
}

void write_duel(const ReportJob& job, ReportWriter& writer) {
    const std::vector<std::string> scopes = measured_scopes(job.summary);
    for (const std::string& layer : scopes) {
        const std::size_t rate = telling_rate(job.summary, layer);
        writer.table(prices_table(job, layer, rate), table_id(job, "prices-" + layer),
                     "What protections cost and keep, faults in " + layer + ", mean accuracy at " +
                         place_words(job.summary.info.axis, job.summary.info.rates[rate]) +
                         ", where they lie furthest apart; below means and AUCs their 95 % intervals. Storage in percent of the network's bits, "
                         "operations in percent of its "
                         "multiplications.");
    }
    if (!is_over_rates(job)) return;
    for (const std::string& layer : scopes)
        for (const DuelCost cost : {DuelCost::storage, DuelCost::operations})
            writer.figure({.kind = ReportFigure::Kind::price, .curves = job.curves, .layer = layer, .cost = cost},
                          std::string("What protections keep against what they cost in ") +
                              (cost == DuelCost::storage ? "storage" : "operations") + ", faults in " + layer + ", " +
                              job_label(job.record) + ".");
}

std::string tuning_words(const TuningResult& result) {
    const CampaignInfo& info = result.info.campaign;
    std::string text =
        info.model + ", " + grouped_text(info.images) + " tuning images of " + info.data + ", seed " + std::to_string(info.seed);
    if (result.info.trained_on == TrainedOn::likely) text += "; the network may have been trained on them";
    return text + (result.info.protection == "clip" ? "." : "; sites protected by " + result.info.protection + ".");
}

TextColumns profile_columns(const TuningResult& result) {
    TextColumns table;
    for (const char* name : {"Site", "Kind", "Fed by", "Faults in"}) table.add_column(name, false);
    for (const char* name : {"Rate per bit", "ACT_max", "Values", "Non-finite"}) table.add_column(name);
    for (const SiteActivations& one : result.activations) {
        const SiteInfo& site = result.info.sites[std::size_t(one.site)];
        const auto act_max = result.act_max[std::size_t(one.site)];
        table.rows.push_back({site.name, site.kind, joined(site.fed_by), one.scope.empty() ? "none" : one.scope,
                              one.scope.empty() ? no_number : number_text(one.rate),
                              act_max ? rounded_text(double(*act_max), 5) : no_number, grouped_text(std::int64_t(one.histogram->total())),
                              grouped_text(std::int64_t(one.histogram->nonfinite()))});
    }
    return table;
}

TextColumns sweep_columns(const SiteSweep& sweep) {
    TextColumns table;
    for (const char* name : {"T", "AUC", "AUC, 95 %", "Clean, %"}) table.add_column(name);
    const auto add = [&](const std::string& threshold, const MeasuredAuc& measured) {
        table.rows.push_back({threshold, fixed_text(measured.auc, 4), measured.ci95 ? interval_text(*measured.ci95, 1, 4) : no_number,
                              percent_text(measured.clean_accuracy)});
    };
    add("none", sweep.unclipped);
    for (const ThresholdAuc& point : sweep.points) add(rounded_text(double(point.threshold), 5), point.measured);
    return table;
}

TextColumns hardened_columns(const TuningResult& result) {
    TextColumns table;
    table.add_column("Site", false);
    table.add_column("Faults in", false);
    for (const char* name : {"ACT_max", "T", "AUC before", "AUC after", "Evaluations"}) table.add_column(name);
    table.add_column("Why it ended", false);
    for (const SiteSearch& search : result.searches) {
        if (!search.hardened) continue;
        const HardenedSite& site = *search.hardened;
        table.rows.push_back({result.info.sites[std::size_t(search.site)].name, search.scope.empty() ? no_number : search.scope,
                              rounded_text(double(site.act_max), 5), rounded_text(double(site.threshold), 5),
                              optional_text(site.auc_before, 4), optional_text(site.auc_after, 4), std::to_string(site.evaluations),
                              site.reason});
    }
    return table;
}

// The first sites only, where there are many.
template <typename Site>
void draw_sites(const ReportJob& job, const std::vector<Site>& sites, ReportFigure::Kind kind, const std::string& what,
                ReportWriter& writer) {
    std::vector<int> drawn;
    for (const Site& one : sites) {
        if (std::ranges::count(drawn, one.site) > 0) continue;
        if (drawn.size() == most_sites_drawn) {
            writer.paragraph("Figures of further sites are left out here; clipscope-cli figures draws them all.");
            return;
        }
        drawn.push_back(one.site);
        const std::string name = job.tuning->info.sites[std::size_t(one.site)].name;
        writer.figure({.kind = kind, .tuning = job.tuning, .site = one.site}, what + " of " + name + ", " + job_label(job.record) + ".");
    }
}

void write_tuning(const ReportJob& job, ReportWriter& writer) {
    const TuningResult& result = *job.tuning;
    if (!result.searches.empty()) {
        writer.table(
            hardened_columns(result), table_id(job, "thresholds"),
            "Thresholds that the search found (Algorithm 1 of FT-ClipAct), in units of the activations; AUC before: clipped at ACT_max.");
        std::vector<SiteSearch> searched = result.searches;
        std::erase_if(searched, [](const SiteSearch& search) { return search.grids.empty(); });
        draw_sites(job, searched, ReportFigure::Kind::search, "The search for the threshold", writer);
        return;
    }
    for (const SiteSweep& sweep : result.sweeps)
        writer.table(
            sweep_columns(sweep), table_id(job, "sweep-" + result.info.sites[std::size_t(sweep.site)].name),
            "AUC against the threshold T of " + result.info.sites[std::size_t(sweep.site)].name + "; faults in " + sweep.scope + ".");
    draw_sites(job, result.sweeps, ReportFigure::Kind::auc_threshold, "AUC against the threshold", writer);
    if (!result.sweeps.empty() || result.activations.empty()) return;
    writer.table(profile_columns(result), table_id(job, "profile"), "The values that activation sites put out, over all tuning images.");
    draw_sites(job, result.activations, ReportFigure::Kind::activations, "The distribution of the activations", writer);
}

TextColumns totals_columns(const ListedTotals& totals) {
    TextColumns table;
    table.add_column("What became of a trial", false);
    table.add_column("Trials");
    table.add_column("%");
    const auto add = [&](const char* what, std::int64_t trials) {
        const double share = totals.trials > 0 ? double(trials) / double(totals.trials) : 0;
        table.rows.push_back({what, grouped_text(trials), percent_text(share)});
    };
    add("no logit of any image changed", totals.unchanged);
    add("logits changed, no answer did", totals.same_answers);
    add("some image got another answer", totals.other_answers);
    return table;
}

TextColumns worst_listed(const ReportJob& job) {
    constexpr std::size_t most = 10;
    std::vector<const ListedResult*> order;
    for (const ListedResult& one : job.listed) order.push_back(&one);
    std::ranges::stable_sort(order, std::ranges::greater(), [](const ListedResult* one) { return one->outcome.other_answer; });
    if (order.size() > most) order.resize(most);
    TextColumns table;
    table.add_column("Trial", false);
    for (const char* name : {"Line", "Faulty bits", "Images", "Other answers", "Non-finite"}) table.add_column(name);
    for (const ListedResult* one : order)
        table.rows.push_back({one->name, std::to_string(one->line), std::to_string(one->bits.size()),
                              grouped_text(one->outcome.outcome.images), grouped_text(one->outcome.other_answer),
                              grouped_text(one->outcome.outcome.due)});
    return table;
}

}  // namespace

void write_protections(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (!is_of_protections(job)) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::protections));
        has_heading = true;
        writer.subheading(job_label(job.record));
        if (!job.summary.info.prices.empty()) write_duel(job, writer);
        if (const TextColumns table = differences_table(against_first(job), job.summary.info.axis); !table.rows.empty())
            writer.table(table, table_id(job, "differences"),
                         "Accuracy gained on the same faults, trial by trial, with the 95 % interval of the mean difference.");
    }
}

void write_thresholds(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (!job.tuning) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::thresholds));
        has_heading = true;
        writer.subheading(job_label(job.record));
        writer.paragraph(tuning_words(*job.tuning));
        write_tuning(job, writer);
    }
}

void write_lists(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (job.listed.empty()) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::lists));
        has_heading = true;
        writer.subheading(job_label(job.record));
        ListedTotals totals;
        for (const ListedResult& one : job.listed) totals.add(one.outcome);
        writer.table(
            totals_columns(totals), table_id(job, "list"),
            grouped_text(totals.trials) + " of " + grouped_text(job.record.settings.list.trials) + " trials of the list have run.");
        writer.table(worst_listed(job), table_id(job, "list-worst"), "The trials that gave most images another answer.");
    }
}

}  // namespace clipscope
