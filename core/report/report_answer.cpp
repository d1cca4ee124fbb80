// What the study found, in the first lines.
#include <algorithm>

#include "campaign/duel_summary.h"
#include "common/number_text.h"
#include "report/ranking_output.h"
#include "report/report_numbers.h"
#include "report/report_parts.h"

namespace clipscope {
namespace {

// What else could have answered.
std::string others_text(const ReportContents& contents, const ReportJob& answering) {
    const bool has_others = std::ranges::any_of(contents.jobs, [&](const ReportJob& job) {
        return &job != &answering && job.ranking && !job.ranking->layers.empty() && !is_of_protections(job);
    });
    return has_others ? ", the latest of its kind; the others stand below." : ".";
}

std::string question(const ReportContents& contents) {
    const ReportJob* job = answering_job(contents);
    if (!job) return "Question: what do faults in the memory that stores its parameters do to the network?";
    const CampaignInfo& info = job->curves->curves.info;
    const std::string other = describe(info.memory);
    return "Question: how much accuracy does " + info.model + " lose on " + grouped_text(info.images) + " images of " + info.data +
           " when bits of the memory that stores its parameters fail" + (other.empty() ? "" : " (" + other + ")") +
           ", where, and what helps? Answered by " + job_label(job->record) + others_text(contents, *job);
}

std::string most_sensitive(const ReportJob& job) {
    const auto layers = single_layers(*job.ranking);
    if (layers.empty() || !layers.front()->auc) return "";
    const RankedLayer& first = *layers.front();
    std::string text = "Most sensitive layer: " + first.layer + ", AUC " + fixed_text(*first.auc, 4);
    if (first.auc_ci95) text += " (95 % interval " + interval_text(*first.auc_ci95, 1, 4) + ")";
    text += " of " + fixed_text(first.clean, 4) + " without faults";
    if (layers.size() == 1) return text + "; no other layer was measured alone.";
    if (!layers[1]->auc) return text + ".";
    const RankedLayer& second = *layers[1];
    text += "; next is " + second.layer + " with " + fixed_text(*second.auc, 4);
    const bool overlaps = first.auc_ci95 && second.auc_ci95 && first.auc_ci95->high >= second.auc_ci95->low;
    return text + (overlaps ? ", whose interval overlaps: more trials would tell them apart." : ".");
}

std::string loss_of(const RankedLoss& loss) {
    return loss_text(loss) + " (" + loss_interval_text(loss) + ")";
}

std::string lost_points(const ReportJob& job) {
    const Ranking& ranking = *job.ranking;
    const auto is_measured = [](const RankedLayer& row) { return row.lost_1_point.lowest_rate.has_value(); };
    auto row = std::ranges::find_if(ranking.layers, [&](const RankedLayer& one) { return one.layer == "network" && is_measured(one); });
    if (row == ranking.layers.end()) row = std::ranges::find_if(ranking.layers, is_measured);
    if (row == ranking.layers.end()) return "";
    const std::string scope = row->layer == "network" ? "all layers together" : row->layer;
    return "Faults in " + scope + (row->protection == Protection::none ? "" : ", " + to_string(row->protection)) +
           " cost 1 point of accuracy at a fault rate per bit of " + loss_of(row->lost_1_point) + " and 10 points at " +
           loss_of(row->lost_10_points) + "; in brackets where the 95 % interval of the mean has lost as much.";
}

std::string fatal_bit(const ReportJob& job) {
    if (job.ranking->bits.empty()) return "";
    const RankedBit& bit = job.ranking->bits.front();
    return "Most fatal bit: position " + std::to_string(bit.bit) + " in " + bit.layer + "; one such fault costs " +
           percent_text(bit.loss()) + " points on average, " + percent_text(bit.mean) + " % are left.";
}

std::string price_words(const ContestantRow& row) {
    return rounded_text(row.row.price.storage_percent, 3) + " % more storage and " + rounded_text(row.row.price.operations_percent, 3) +
           " % more operations";
}

// Where the contestants lie furthest apart, in the network or the first scope.
std::string best_protection(const ReportJob& job) {
    const CampaignSummary& duel = job.summary;
    const auto layers = duel_layers(duel);
    if (layers.empty() || duel.info.rates.empty()) return "";
    const std::string layer = std::ranges::count(layers, "network") > 0 ? "network" : layers.front();
    const std::size_t rate = telling_rate(duel, layer);
    const CurvePoint* best = nullptr;
    const CurvePoint* bare = nullptr;
    const CurveSummary* best_curve = nullptr;
    for (const CurveSummary& curve : duel.curves) {
        const auto point = std::ranges::find(curve.points, duel.info.rates[rate], &CurvePoint::rate);
        if (curve.info.layer != layer || point == curve.points.end()) continue;
        if (curve.info.protection == Protection::none) {
            bare = &*point;
        } else if (!best || point->mean > best->mean) {
            best = &*point;
            best_curve = &curve;
        }
    }
    if (!best) return "";
    std::string text = "Protection: at the rate " + rounded_text(duel.info.rates[rate], 3) + ", where those compared lie furthest apart, " +
                       to_string(best_curve->info.protection) + " keeps " + percent_text(best->mean) + " % (95 % interval " +
                       interval_text({best->ci95_low, best->ci95_high}) + ")";
    if (bare) text += " where the unprotected network keeps " + percent_text(bare->mean) + " %";
    for (const ContestantRow& row : contestant_rows(duel, layer, rate, job.curves->auc_axis))
        if (&duel.curves[row.row.curve] == best_curve) text += ", for " + price_words(row);
    return text + " (" + job_label(job.record) + ").";
}

std::string state_words(JobState state) {
    if (state == JobState::failed) return "has failed";
    const bool is_over = state == JobState::stopped || state == JobState::interrupted;
    return (is_over ? "was " : "is ") + to_string(state);
}

std::string unfinished(const ReportContents& contents) {
    std::string text;
    for (const ReportJob& job : contents.jobs)
        if (job.record.state != JobState::done)
            text += (text.empty() ? "" : "; ") + job_label(job.record) + " " + state_words(job.record.state);
    return text;
}

}  // namespace

void write_answer(const ReportContents& contents, ReportWriter& writer) {
    writer.heading(report_heading(ReportSection::answer));
    std::vector<std::string> lines = {question(contents)};
    if (const ReportJob* job = answering_job(contents)) {
        lines.push_back(most_sensitive(*job));
        lines.push_back(lost_points(*job));
        lines.push_back(fatal_bit(*job));
    }
    if (const ReportJob* job = protecting_job(contents)) lines.push_back(best_protection(*job));
    if (lines.size() == 1) lines.emplace_back("No job has measured accuracy against the fault rate yet, so there is no answer here.");
    std::erase(lines, "");
    writer.items(lines);
    if (const std::string text = unfinished(contents); !text.empty())
        writer.notice("Not all is done: " + text +
                      ". What such jobs have measured so far is in this report; it is made anew once they are done.");
}

}  // namespace clipscope
