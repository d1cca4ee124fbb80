#include "campaign/duel_summary.h"

#include <algorithm>
#include <cmath>

#include "common/csv_text.h"

namespace clipscope {
namespace {

// Where a line through the points' values (by rate, ascending) first lies at or below `level`.
template <typename Value>
std::optional<double> first_below(const std::vector<CurvePoint>& points, double level, Value value) {
    const CurvePoint* before = nullptr;
    for (const CurvePoint& point : points) {
        if (point.rate <= 0) continue;
        if (value(point) <= level) {
            if (!before) return std::nullopt;
            const double fallen = value(*before) - value(point);
            const double share = fallen > 0 ? (value(*before) - level) / fallen : 1;
            return std::exp(std::log(before->rate) + share * (std::log(point.rate) - std::log(before->rate)));
        }
        before = &point;
    }
    return std::nullopt;
}

// Where the scope has none, its first curve.
const CurveSummary& unprotected_of(const CampaignSummary& duel, const std::string& layer) {
    const CurveSummary* first = nullptr;
    for (const CurveSummary& curve : duel.curves) {
        if (curve.info.layer != layer) continue;
        if (curve.info.protection == Protection::none) return curve;
        if (!first) first = &curve;
    }
    return *first;
}

ProtectionPrice price_of(const CampaignSummary& duel, const CurveInfo& curve) {
    const auto price = duel.info.prices.find(curve.protection);
    return price == duel.info.prices.end() ? ProtectionPrice{} : price->second;
}

// Nothing while a rate has no trial, or where the rates span no area.
std::optional<double> auc_of(const CurveSummary& curve, const CampaignInfo& info, AucAxis axis) {
    if (!has_auc(info.rates, axis)) return std::nullopt;
    std::vector<double> accuracies;
    for (const double rate : info.rates) {
        const auto point = std::ranges::find(curve.points, rate, &CurvePoint::rate);
        if (point == curve.points.end() && rate > 0) return std::nullopt;
        accuracies.push_back(point == curve.points.end() ? 0 : point->mean);
    }
    return auc(accuracy(curve.info.clean, info.nonfinite), info.rates, accuracies, axis);
}

void add(const LossRate& loss, CsvText& table) {
    table.add(loss.rate).add(loss.low).add(loss.high);
}

}  // namespace

LossRate rate_of_loss(const std::vector<CurvePoint>& points, double clean_accuracy, double loss) {
    const double level = clean_accuracy - loss;
    LossRate found{.rate = first_below(points, level, [](const CurvePoint& point) { return point.mean; }),
                   .low = first_below(points, level, [](const CurvePoint& point) { return point.ci95_low; }),
                   .high = first_below(points, level, [](const CurvePoint& point) { return point.ci95_high; })};
    const auto first = std::ranges::find_if(points, [](const CurvePoint& point) { return point.rate > 0; });
    found.is_before = first != points.end() && first->mean <= level;
    return found;
}

std::vector<DuelRow> duel_rows(const CampaignSummary& duel, AucAxis axis) {
    std::vector<DuelRow> rows;
    if (duel.info.prices.empty()) return rows;
    for (std::size_t i = 0; i < duel.curves.size(); ++i) {
        const CurveSummary& curve = duel.curves[i];
        const double clean = accuracy(curve.info.clean, duel.info.nonfinite);
        const double unprotected = accuracy(unprotected_of(duel, curve.info.layer).info.clean, duel.info.nonfinite);
        rows.push_back({.curve = i,
                        .price = price_of(duel, curve.info),
                        .clean_accuracy = clean,
                        .clean_loss = unprotected - clean,
                        .auc = auc_of(curve, duel.info, axis),
                        .lost_1_point = rate_of_loss(curve.points, clean, 0.01),
                        .lost_10_points = rate_of_loss(curve.points, clean, 0.1)});
    }
    return rows;
}

std::vector<ParetoPoint> pareto_points(const CampaignSummary& duel, const std::string& layer, std::size_t rate, DuelCost cost) {
    std::vector<ParetoPoint> points;
    for (std::size_t i = 0; i < duel.curves.size(); ++i) {
        const CurveSummary& curve = duel.curves[i];
        if (curve.info.layer != layer) continue;
        const auto point = std::ranges::find(curve.points, duel.info.rates.at(rate), &CurvePoint::rate);
        if (point == curve.points.end()) continue;
        const ProtectionPrice price = price_of(duel, curve.info);
        points.push_back({.curve = i,
                          .cost_percent = cost == DuelCost::storage ? price.storage_percent : price.operations_percent,
                          .accuracy = point->mean,
                          .ci95 = {point->ci95_low, point->ci95_high}});
    }
    for (ParetoPoint& point : points)
        point.is_efficient = std::ranges::none_of(points, [&](const ParetoPoint& other) {
            return (other.cost_percent <= point.cost_percent && other.accuracy > point.accuracy) ||
                   (other.cost_percent < point.cost_percent && other.accuracy >= point.accuracy);
        });
    return points;
}

std::vector<std::string> duel_layers(const CampaignSummary& duel) {
    std::vector<std::string> layers;
    for (const CurveSummary& curve : duel.curves)
        if (std::ranges::find(layers, curve.info.layer) == layers.end()) layers.push_back(curve.info.layer);
    return layers;
}

std::size_t telling_rate(const CampaignSummary& duel, const std::string& layer) {
    std::size_t telling = duel.info.rates.empty() ? 0 : duel.info.rates.size() - 1;
    double widest = 0;
    for (std::size_t rate = 0; rate < duel.info.rates.size(); ++rate) {
        const std::vector<ParetoPoint> points = pareto_points(duel, layer, rate, DuelCost::storage);
        if (!points.empty() && widest == 0) telling = rate;
        double sum = 0, squares = 0;
        for (const ParetoPoint& point : points) {
            sum += point.accuracy;
            squares += point.accuracy * point.accuracy;
        }
        const auto count = double(points.size());
        if (const double variance = squares / count - sum / count * (sum / count); count > 1 && variance > widest + 1e-12) {
            widest = variance;
            telling = rate;
        }
    }
    return telling;
}

std::string duel_csv(const CampaignSummary& duel, AucAxis axis) {
    CsvText table({"layer", "protection", "storage_percent", "operations_percent", "clean_accuracy_fraction", "clean_loss_fraction", "auc",
                   "lost_1_point_rate", "lost_1_point_rate_low", "lost_1_point_rate_high", "lost_10_points_rate", "lost_10_points_rate_low",
                   "lost_10_points_rate_high"});
    for (const DuelRow& row : duel_rows(duel, axis)) {
        const CurveInfo& curve = duel.curves[row.curve].info;
        table.add(curve.layer).add(to_string(curve.protection)).add(row.price.storage_percent).add(row.price.operations_percent);
        table.add(row.clean_accuracy).add(row.clean_loss).add(row.auc);
        add(row.lost_1_point, table);
        add(row.lost_10_points, table);
        table.end_row();
    }
    return table.text();
}

std::vector<ContestantRow> contestant_rows(const CampaignSummary& duel, const std::string& layer, std::size_t rate, AucAxis axis,
                                           const std::vector<std::optional<Interval>>& auc_ci95) {
    if (rate >= duel.info.rates.size()) return {};
    const std::vector<DuelRow> all = duel_rows(duel, axis);
    if (all.empty()) return {};
    const std::vector<ParetoPoint> by_storage = pareto_points(duel, layer, rate, DuelCost::storage);
    const std::vector<ParetoPoint> by_operations = pareto_points(duel, layer, rate, DuelCost::operations);
    std::vector<ContestantRow> rows;
    for (std::size_t i = 0; i < by_storage.size(); ++i) {
        const ParetoPoint& point = by_storage[i];
        ContestantRow one{all[point.curve], point.accuracy, point.ci95, {}, point.is_efficient, by_operations[i].is_efficient};
        if (point.curve < auc_ci95.size()) one.auc_ci95 = auc_ci95[point.curve];
        rows.push_back(one);
    }
    return rows;
}

std::string contestants_csv(const CampaignSummary& duel, const std::string& layer, std::size_t rate, AucAxis axis,
                            const std::vector<std::optional<Interval>>& auc_ci95) {
    CsvText table({"layer",
                   "protection",
                   "rate",
                   "mean_fraction",
                   "ci95_low_fraction",
                   "ci95_high_fraction",
                   "storage_percent",
                   "operations_percent",
                   "clean_accuracy_fraction",
                   "clean_loss_fraction",
                   "auc",
                   "auc_ci95_low",
                   "auc_ci95_high",
                   "lost_1_point_rate",
                   "lost_1_point_rate_low",
                   "lost_1_point_rate_high",
                   "lost_10_points_rate",
                   "lost_10_points_rate_low",
                   "lost_10_points_rate_high",
                   "efficient_by_storage",
                   "efficient_by_operations"});
    for (const ContestantRow& one : contestant_rows(duel, layer, rate, axis, auc_ci95)) {
        const CurveInfo& curve = duel.curves[one.row.curve].info;
        const auto end = [&](double Interval::*which) {
            return one.auc_ci95 ? std::optional((*one.auc_ci95).*which) : std::optional<double>();
        };
        table.add(curve.layer).add(to_string(curve.protection)).add(duel.info.rates[rate]);
        table.add(one.accuracy).add(one.ci95.low).add(one.ci95.high);
        table.add(one.row.price.storage_percent).add(one.row.price.operations_percent);
        table.add(one.row.clean_accuracy).add(one.row.clean_loss);
        table.add(one.row.auc).add(end(&Interval::low)).add(end(&Interval::high));
        add(one.row.lost_1_point, table);
        add(one.row.lost_10_points, table);
        table.add(int(one.is_efficient_by_storage)).add(int(one.is_efficient_by_operations));
        table.end_row();
    }
    return table.text();
}

}  // namespace clipscope
