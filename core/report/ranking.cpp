#include "report/ranking.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "campaign/curve_auc.h"
#include "campaign/fault_scope.h"
#include "report/curve_formats.h"

namespace clipscope {
namespace {

RankedLoss ranked_loss(const std::vector<CurvePoint>& points, double clean, double loss) {
    RankedLoss found{.at = rate_of_loss(points, clean, loss)};
    const auto first = std::ranges::find_if(points, [](const CurvePoint& point) { return point.rate > 0; });
    if (first == points.end()) return found;
    found.is_low_before = first->ci95_low <= clean - loss;
    found.is_high_before = first->ci95_high <= clean - loss;
    found.lowest_rate = first->rate;
    found.highest_rate = points.back().rate;
    return found;
}

RankedLayer ranked_layer(const AccuracyCurve& curve, std::size_t place, const CampaignInfo& info, AucAxis axis) {
    RankedLayer row;
    row.curve = place;
    row.layer = curve.info.layer;
    row.path = curve.info.path;
    row.protection = curve.info.protection;
    row.format = format_of(curve.info, info);
    row.bits = curve.info.bits;
    row.clean = accuracy(curve.info.clean, info.nonfinite);
    if (const auto area = curve_auc(curve, info, axis)) {
        row.auc = area->auc;
        row.auc_ci95 = area->ci95;
    }
    const std::vector<CurvePoint> points = curve_points(curve, info);
    row.lost_1_point = ranked_loss(points, row.clean, 0.01);
    row.lost_10_points = ranked_loss(points, row.clean, 0.1);
    for (const CurvePoint& point : points) {
        if (point.rate <= 0 || !point.has_whole_trials() || (row.worst && point.min >= *row.worst)) continue;
        row.worst = point.min;
        row.worst_rate = point.rate;
    }
    return row;
}

// The area that faults take, between the clean accuracy and the curve.
std::optional<double> lost_area(const RankedLayer& row) {
    return row.auc ? std::optional(row.clean - *row.auc) : std::nullopt;
}

void add_shares(std::vector<RankedLayer>& layers) {
    for (RankedLayer& row : layers) {
        const auto network = std::ranges::find_if(layers, [&](const RankedLayer& other) {
            return other.layer == "network" && other.protection == row.protection && other.format == row.format;
        });
        if (network == layers.end()) continue;
        const auto whole = lost_area(*network);
        const auto own = lost_area(row);
        if (whole && own && *whole > 0) row.loss_share = *own / *whole;
    }
}

std::vector<RankedBit> ranked_bits(const AccuracyCurves& bits) {
    std::vector<RankedBit> rows;
    if (bits.info.axis != PointAxis::bit_position) return rows;
    for (const AccuracyCurve& curve : bits.curves) {
        for (const CurvePoint& point : curve_points(curve, bits.info)) {
            RankedBit row{.layer = curve.info.layer,
                          .format = format_of(curve.info, bits.info),
                          .bit = int(point.rate),
                          .trials = point.trials,
                          .clean = accuracy(curve.info.clean, bits.info.nonfinite),
                          .mean = point.mean,
                          .ci95 = {point.ci95_low, point.ci95_high}};
            if (point.has_whole_trials()) row.worst = point.min;
            rows.push_back(row);
        }
    }
    std::ranges::stable_sort(rows, [](const RankedBit& one, const RankedBit& other) {
        return std::pair(-one.loss(), -one.bit) < std::pair(-other.loss(), -other.bit);
    });
    return rows;
}

double last_mean(const AccuracyCurve& curve, const CampaignInfo& info) {
    const std::vector<CurvePoint> points = curve_points(curve, info);
    return points.empty() ? std::numeric_limits<double>::infinity() : points.back().mean;
}

}  // namespace

Ranking rank_layers(const AccuracyCurves& curves, const AccuracyCurves& bits, AucAxis axis) {
    const bool is_over_positions = curves.info.axis == PointAxis::bit_position;
    const AccuracyCurves& told = curves.curves.empty() ? bits : curves;
    Ranking ranking{told.info, axis, formats_of(told), {}, ranked_bits(is_over_positions ? curves : bits)};
    if (is_over_positions) return ranking;
    for (std::size_t i = 0; i < curves.curves.size(); ++i) ranking.layers.push_back(ranked_layer(curves.curves[i], i, curves.info, axis));
    add_shares(ranking.layers);
    for (RankedLayer& row : ranking.layers) {
        const auto fatal =
            std::ranges::find_if(ranking.bits, [&](const RankedBit& bit) { return bit.layer == row.layer && bit.format == row.format; });
        if (fatal != ranking.bits.end() && row.protection == Protection::none) row.fatal_bit = *fatal;
    }
    const auto place = [&](const RankedLayer& row) {
        return std::pair(!row.auc, row.auc ? *row.auc : last_mean(curves.curves[row.curve], curves.info));
    };
    std::ranges::stable_sort(ranking.layers, [&](const RankedLayer& one, const RankedLayer& other) { return place(one) < place(other); });
    return ranking;
}

std::vector<const RankedLayer*> single_layers(const Ranking& ranking) {
    std::vector<const RankedLayer*> rows;
    const auto first = std::ranges::min_element(ranking.layers, {}, &RankedLayer::curve);
    for (const RankedLayer& row : ranking.layers) {
        const bool is_joint = is_scope_group(row.layer) || row.layer.find('+') != std::string::npos;
        if (!is_joint && row.protection == first->protection && row.format == first->format) rows.push_back(&row);
    }
    return rows;
}

}  // namespace clipscope
