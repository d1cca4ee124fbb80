// From results to what the widgets show. Pure functions.
#pragma once

#include <QString>

#include "campaign/campaign_summary.h"
#include "campaign/tuning_result.h"
#include "plots/accuracy_view.h"
#include "study/study.h"
#include "tables/job_table.h"

namespace clipscope {

// "CONV-1", as the layer table names it; of a protected network "CONV-1, clipped at tuned T", and where a comparison is about one scope
// alone "unprotected", "clipped at ACT_max", "clipped at tuned T". Where curves differ in their number format: "CONV-1 · int8".
QString series_name(const CurveInfo& curve, const CampaignSummary& all);

// All curves; the dashed line is the first one's clean accuracy. Those of `kept` that are over the same axis come after them, with what
// they differ in after their name: "network · int8", "network · seed 2".
AccuracyView accuracy_view(const CampaignSummary& curves, const std::vector<CampaignSummary>& kept = {});

// "compare" where a curve is protected, otherwise "sensitivity": the kind of the result's file.
std::string kind_of(const AccuracyCurves& curves);
std::string kind_of(const CampaignSummary& curves);

// "AlexNet · Fashion-MNIST test, 1,000 images · 20 trials"
QString result_title(const CampaignInfo& info);

// "Sensitivity of alexnet", or the user's own name.
QString job_title(const JobRecord& job);
// "network,each · 1e-7:1e-3:9 · 20 trials · 1000 images · int8"
QString job_details(const JobRecord& job);
// `progress`: of one that another program runs, "62 %", or empty.
JobRow job_row(const JobRecord& job, bool is_running, const QString& progress = {});

// "2,800 trials"
QString trials_summary(const AccuracyCurves& curves);

// "7 of 7 thresholds found", "16 thresholds of ACT-4, the best AUC 0.71 at T = 5.1", "7 sites profiled"
QString tuning_summary(const TuningResult& result);

// "2.87 M", "61.7 k"
QString short_count(std::int64_t count);

}  // namespace clipscope
