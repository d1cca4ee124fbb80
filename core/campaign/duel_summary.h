// What a duel says in numbers: what each protection keeps, what it costs, and which are worth their price. Pure functions of the curves.
// Accuracies are fractions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_summary.h"
#include "clipping/auc.h"
#include "statistics/mean_interval.h"

namespace clipscope {

// The rate at which the mean accuracy has fallen this far below the configuration's own clean accuracy, interpolated on a logarithmic axis
// between the measured rates.
struct LossRate {
    std::optional<double> rate;  // nothing: not within the measured rates, but beyond or
    bool is_before = false;      // below the lowest
    std::optional<double> low;   // where the interval's lower end has fallen so far
    std::optional<double> high;  // where its upper end has
};
LossRate rate_of_loss(const std::vector<CurvePoint>& points, double clean_accuracy, double loss);

struct DuelRow {
    std::size_t curve = 0;  // its place among the curves
    ProtectionPrice price;
    double clean_accuracy = 0;
    double clean_loss = 0;  // against the unprotected network; below 0 where it gains
    std::optional<double> auc;
    LossRate lost_1_point;
    LossRate lost_10_points;
};
// In the order of the curves; empty where no curve has a price.
std::vector<DuelRow> duel_rows(const CampaignSummary& duel, AucAxis axis);

// One contestant at one rate against one price.
struct ParetoPoint {
    std::size_t curve = 0;
    double cost_percent = 0;
    double accuracy = 0;
    Interval ci95;
    bool is_efficient = false;  // none that costs no more keeps more
};
enum class DuelCost { storage, operations };
// Of one scope at the rate with this index, in the order of the curves.
std::vector<ParetoPoint> pareto_points(const CampaignSummary& duel, const std::string& layer, std::size_t rate, DuelCost cost);

// The scopes, in the order of their first curves.
std::vector<std::string> duel_layers(const CampaignSummary& duel);

// The rate, an index, at which the contestants lie furthest apart: the largest variance of their accuracies. The highest measured one where
// there is nothing to tell.
std::size_t telling_rate(const CampaignSummary& duel, const std::string& layer);

// duel.csv: a row for each curve.
std::string duel_csv(const CampaignSummary& duel, AucAxis axis);

// All that is known of a contestant at one rate.
struct ContestantRow {
    DuelRow row;
    double accuracy = 0;  // mean at the rate
    Interval ci95;        // of it
    std::optional<Interval> auc_ci95;
    bool is_efficient_by_storage = false;  // as ParetoPoint has it
    bool is_efficient_by_operations = false;
};
// Of one scope at the rate with this index, in the order of the curves; those that were not measured there are left out. `auc_ci95`: in the
// order of the duel's curves, or empty.
std::vector<ContestantRow> contestant_rows(const CampaignSummary& duel, const std::string& layer, std::size_t rate, AucAxis axis,
                                           const std::vector<std::optional<Interval>>& auc_ci95 = {});
// The same as a table, a row a contestant: layer, protection, rate, its accuracy there, and then what duel.csv has.
std::string contestants_csv(const CampaignSummary& duel, const std::string& layer, std::size_t rate, AucAxis axis,
                            const std::vector<std::optional<Interval>>& auc_ci95 = {});

}  // namespace clipscope
