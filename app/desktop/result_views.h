// From results to what the widgets show. Pure functions.
#pragma once

#include <QString>

#include "campaign/campaign_summary.h"
#include "campaign/protect_first.h"
#include "campaign/tuning_result.h"
#include "curve_looks.h"
#include "plots/accuracy_view.h"
#include "plots/pareto_view.h"
#include "results/worst_bits_output.h"
#include "study/study.h"
#include "tables/job_table.h"

namespace clipscope {

// "CONV-1", as the layer table names it; of a protected network "CONV-1, clipped at tuned T", and where a comparison is about one scope
// alone "unprotected", "clipped at ACT_max", "clipped at tuned T". Where curves differ in their number format: "CONV-1 · int8".
QString series_name(const CurveInfo& curve, const CampaignSummary& all);

// All curves, with a dashed line for each accuracy without faults. Those of `kept` that are over the same axis come after them, with what
// they differ in after their name: "network · int8", "network · seed 2". `parts` of the network, where it is open, choose the colours.
AccuracyView accuracy_view(const CampaignSummary& curves, const std::vector<CampaignSummary>& kept = {}, const PartNames& parts = {});

// What protections keep against what they cost; nothing to draw where the curves are not a duel's.
ParetoView pareto_view(const CampaignSummary& curves, AucAxis axis);
// Of each scope, against storage and against operations; none where the curves are not a duel's.
std::vector<ParetoView> pareto_views(const CampaignSummary& curves, AucAxis axis);

// "duel" where protections have prices, "compare" where else a curve is protected, otherwise "sensitivity": the kind of the result's file.
std::string kind_of(const AccuracyCurves& curves);
std::string kind_of(const CampaignSummary& curves);

// "AlexNet · Fashion-MNIST test, 1,000 images · 20 trials"
QString result_title(const CampaignInfo& info);

// "Layers by sec-ded-39-32 · LeNet-5 · Fashion-MNIST test, 1,000 images · 100 trials"
QString protect_first_title(const ProtectFirst& found);
QString worst_bits_title(const WorstBitsOrigin& origin);

// "rates 1e-7:1e-3:9"; of automatic ones, once they are found, "7 rates 10⁻⁷ … 10⁻³ (auto)".
QString rates_text(const JobSettings& settings, const std::vector<double>& suggested);
// What tells it from other jobs, the most telling first: "Sensitivity: network, each · int8 · rates 1e-7:1e-3:9 · 20 trials · alexnet"; or
// the user's own name. `suggested`: what automatic rates turned out to be.
QString job_title(const JobRecord& job, const std::vector<double>& suggested = {});
// The rest: "1000 images · seed 1 · normalised as cifar10"
QString job_details(const JobRecord& job);
// `progress`: of one that another program runs, "62 %", or empty.
JobRow job_row(const JobRecord& job, bool is_running, const QString& progress = {}, const std::vector<double>& suggested = {});

// "2,800 trials"
QString trials_summary(const AccuracyCurves& curves);

// "7 of 7 thresholds found", "16 thresholds of ACT-4, the best AUC 0.71 at T = 5.1", "7 sites profiled"
QString tuning_summary(const TuningResult& result);

// Likewise of a list of faults: "1,000 trials: 812 change no logit, 150 no answer, 38 answers". Throws as study.h says.
QString list_summary(const Study& study, JobId job);

// What a job that runs here has found so far; of a list of faults, whose outcomes stand in its study, that alone.
QString job_summary(const JobSettings& settings, const AccuracyCurves& curves, const TuningResult& tuning);

// "2.87 M", "61.7 k"
QString short_count(std::int64_t count);

}  // namespace clipscope
