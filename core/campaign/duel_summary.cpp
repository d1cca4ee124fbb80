#include "campaign/duel_summary.h"

#include <algorithm>
#include <cmath>

#include "campaign/curve_auc.h"
#include "common/csv_text.h"

namespace clipscope {
namespace {

// Where a line through the points' values (by rate, ascending) first lies at or below `level`.
template <typename Value>
std::optional<double> first_below(const std::vector<CurvePoint>& points, double clean, double level, Value value) {
    const CurvePoint* before = nullptr;
    for (const CurvePoint& point : points) {
        if (point.rate <= 0) continue;
        if (value(point) <= level) {
            if (!before) return point.rate;
            const double fallen = value(*before) - value(point);
            const double share = fallen > 0 ? (value(*before) - level) / fallen : 1;
            return std::exp(std::log(before->rate) + share * (std::log(point.rate) - std::log(before->rate)));
        }
        before = &point;
    }
    return clean <= level ? std::optional(0.0) : std::nullopt;
}

const AccuracyCurve* find_unprotected(const AccuracyCurves& curves, const std::string& layer) {
    const AccuracyCurve* first = nullptr;
    for (const AccuracyCurve& curve : curves.curves) {
        if (curve.info.layer != layer) continue;
        if (curve.info.protection == Protection::none) return &curve;
        if (!first) first = &curve;
    }
    return first;
}

ProtectionPrice price_of(const AccuracyCurves& curves, const CurveInfo& curve) {
    const auto price = curves.info.prices.find(curve.protection);
    return price == curves.info.prices.end() ? ProtectionPrice{} : price->second;
}

void add(const LossRate& loss, CsvText& table) {
    table.add(loss.rate).add(loss.low).add(loss.high);
}

}  // namespace

LossRate rate_of_loss(const std::vector<CurvePoint>& points, double clean_accuracy, double loss) {
    const double level = clean_accuracy - loss;
    return {first_below(points, clean_accuracy, level, [](const CurvePoint& point) { return point.mean; }),
            first_below(points, clean_accuracy, level, [](const CurvePoint& point) { return point.ci95_low; }),
            first_below(points, clean_accuracy, level, [](const CurvePoint& point) { return point.ci95_high; })};
}

std::vector<DuelRow> duel_rows(const AccuracyCurves& curves, AucAxis axis) {
    std::vector<DuelRow> rows;
    if (curves.info.prices.empty()) return rows;
    for (std::size_t i = 0; i < curves.curves.size(); ++i) {
        const AccuracyCurve& curve = curves.curves[i];
        const std::vector<CurvePoint> points = curve_points(curve, curves.info);
        const auto area = curve_auc(curve, curves.info, axis);
        const double clean = accuracy(curve.info.clean, curves.info.nonfinite);
        const double unprotected = accuracy(find_unprotected(curves, curve.info.layer)->info.clean, curves.info.nonfinite);
        rows.push_back({.curve = i,
                        .price = price_of(curves, curve.info),
                        .clean_accuracy = clean,
                        .clean_loss = unprotected - clean,
                        .auc = area ? std::optional(area->auc) : std::nullopt,
                        .lost_1_point = rate_of_loss(points, clean, 0.01),
                        .lost_10_points = rate_of_loss(points, clean, 0.1)});
    }
    return rows;
}

std::vector<ParetoPoint> pareto_points(const AccuracyCurves& curves, const std::string& layer, std::size_t rate, DuelCost cost) {
    std::vector<ParetoPoint> points;
    for (std::size_t i = 0; i < curves.curves.size(); ++i) {
        const AccuracyCurve& curve = curves.curves[i];
        if (curve.info.layer != layer) continue;
        const std::vector<CurvePoint> measured = curve_points(curve, curves.info);
        const auto point = std::ranges::find(measured, curves.info.rates.at(rate), &CurvePoint::rate);
        if (point == measured.end()) continue;
        const ProtectionPrice price = price_of(curves, curve.info);
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

std::size_t telling_rate(const AccuracyCurves& curves, const std::string& layer) {
    const AccuracyCurve* unprotected = find_unprotected(curves, layer);
    const std::vector<double>& rates = curves.info.rates;
    if (!unprotected || rates.empty()) return 0;
    constexpr double loss = 0.1;
    const double clean = accuracy(unprotected->info.clean, curves.info.nonfinite);
    for (const CurvePoint& point : curve_points(*unprotected, curves.info))
        if (point.mean <= clean - loss) return std::size_t(std::ranges::find(rates, point.rate) - rates.begin());
    return rates.size() - 1;
}

std::string duel_csv(const AccuracyCurves& curves, AucAxis axis) {
    CsvText table({"layer", "protection", "storage_percent", "operations_percent", "clean_accuracy_fraction", "clean_loss_fraction", "auc",
                   "lost_1_point_rate", "lost_1_point_rate_low", "lost_1_point_rate_high", "lost_10_points_rate", "lost_10_points_rate_low",
                   "lost_10_points_rate_high"});
    for (const DuelRow& row : duel_rows(curves, axis)) {
        const CurveInfo& curve = curves.curves[row.curve].info;
        table.add(curve.layer).add(to_string(curve.protection)).add(row.price.storage_percent).add(row.price.operations_percent);
        table.add(row.clean_accuracy).add(row.clean_loss).add(row.auc);
        add(row.lost_1_point, table);
        add(row.lost_10_points, table);
        table.end_row();
    }
    return table.text();
}

}  // namespace clipscope
