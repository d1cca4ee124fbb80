#include "upset_rows.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "common/number_text.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("UpsetRows", source);
}

// "12.6 (6.04…25.6)"
QString with_interval(double value, const Interval& ci95, double scale) {
    return QStringLiteral("%1 (%2…%3)").arg(upset_number(scale * value), upset_number(scale * ci95.low), upset_number(scale * ci95.high));
}

const std::vector<TableColumn>& first_columns() {
    static const std::vector<TableColumn> columns = {
        {tr("Curve"), tr("What was faulty, and under which protection"), false},
        {tr("FIT/Mbit"), tr("The rate of upsets: events in 10⁹ hours in 2²⁰ bits; a row for each end of the range")}};
    return columns;
}

const std::vector<TableColumn>& last_columns() {
    static const std::vector<TableColumn> columns = {{tr("Bits"), tr("Of the memory that the curve is about")},
                                                     {tr("Upsets, FIT"), tr("Upsets of these bits in 10⁹ hours, whatever they do")}};
    return columns;
}

std::vector<TableColumn> framed(std::vector<TableColumn> columns) {
    columns.insert(columns.begin(), first_columns().begin(), first_columns().end());
    columns.insert(columns.end(), last_columns().begin(), last_columns().end());
    return columns;
}

TableCell share_cell(const ShareAtRate& share) {
    // A rate beyond those measured: what was measured last stands there.
    return {with_interval(share.share, share.ci95, 100) + (share.is_beyond ? QStringLiteral(" *") : QString()), share.share};
}

TableCell failures_cell(const FailuresInTime& failures) {
    return {with_interval(failures.fit, failures.ci95, 1), failures.fit};
}

}  // namespace

QString upset_number(double value) {
    constexpr double whole = 100, too_large = 1e9;
    if (value >= whole && value < too_large) return grouped(std::int64_t(std::llround(value)));
    return QString::fromStdString(rounded_text(value, 3));
}

std::vector<TableColumn> single_fault_columns() {
    return framed(
        {{tr("SDC, FIT (95 %)"),
          tr("Silent failures in 10⁹ hours, with the 95 % interval: an upset makes another answer, and nothing tells")},
         {tr("DUE, FIT (95 %)"), tr("Detectable failures in 10⁹ hours, with the 95 % interval: an upset makes outputs NaN or infinite")},
         {tr("SPFM, %"), tr("Single faults of these bits without a silent failure: what they add to the single-point fault metric. "
                            "ISO 26262 asks for 99 % (ASIL D), 97 % (C), 90 % (B)")},
         {tr("Within ASIL"),
          tr("Levels whose budget (PMHF: below 10 FIT for ASIL D, 100 for C and B) the upper end of the 95 % interval "
             "keeps, and whose SPFM. These bits alone: the rest of the item has its share, too"),
          false}});
}

std::vector<TableColumn> share_columns() {
    return framed(
        {{tr("SDC at the end, % (95 %)"), tr("Answers that are silently wrong just before the next scrub, with the 95 % interval. *: the "
                                             "rate lies beyond those measured; what was measured last stands there")},
         {tr("SDC on average, %"), tr("The same, averaged over the time between scrubs")},
         {tr("DUE on average, %"), tr("Answers whose outputs are NaN or infinite, averaged likewise")}});
}

std::vector<UpsetRow> upset_rows(const CampaignSummary& result, const UpsetConditions& conditions) {
    std::vector<UpsetRow> rows;
    if (!no_time_in(result.info).empty() || !(conditions.low > 0)) return rows;
    std::vector<double> ends = {conditions.low};
    if (conditions.high != conditions.low) ends.push_back(conditions.high);
    for (std::size_t i = 0; i < result.curves.size(); ++i) {
        const CurveSummary& curve = result.curves[i];
        const bool has_points =
            result.info.axis == PointAxis::fault_count ? single_fault_point(curve.points) != nullptr : !curve.points.empty();
        if (!has_points || !lasts_in_memory(curve.info)) continue;
        for (const double end : ends) rows.push_back({i, end, curve_in_time(curve.info, result.info, curve.points, end, conditions.hours)});
    }
    return rows;
}

std::vector<TableCell> upset_cells(const UpsetRow& row) {
    const CurveInTime& in = row.in_time;
    const double fit = fit_per_mbit(row.upsets_per_bit_hour);
    std::vector<TableCell> cells = {{QString::fromStdString(in.curve)}, {upset_number(fit), fit}};
    if (in.sdc) {
        const QString levels = QString::fromStdString(levels_within(in.sdc->ci95.high, in.covered));
        cells.push_back(failures_cell(*in.sdc));
        cells.push_back(failures_cell(*in.due));
        cells.push_back({QString::number(100 * in.covered, 'f', 2), in.covered});
        cells.push_back({QString(levels).remove(QStringLiteral("ASIL "))});
    } else {
        for (const ShareAtRate& share : {*in.sdc_at_end, *in.sdc_mean, *in.due_mean}) cells.push_back(share_cell(share));
    }
    cells.push_back({grouped(in.bits), double(in.bits)});
    cells.push_back({upset_number(in.raw_fit), in.raw_fit});
    return cells;
}

std::string upset_csv(const std::vector<UpsetRow>& rows, const UpsetConditions& conditions) {
    const bool are_failures = !rows.empty() && rows.front().in_time.sdc.has_value();
    std::vector<std::string_view> header = {"curve", "fit_per_mbit", "hours", "bits", "upsets_fit"};
    for (const char* name : are_failures
                                ? std::vector<const char*>{"sdc_fit", "sdc_ci95_low_fit", "sdc_ci95_high_fit", "due_fit",
                                                           "due_ci95_low_fit", "due_ci95_high_fit", "without_sdc_fraction", "within"}
                                : std::vector<const char*>{"sdc_at_end_fraction", "sdc_at_end_ci95_low", "sdc_at_end_ci95_high",
                                                           "sdc_mean_fraction", "sdc_mean_ci95_low", "sdc_mean_ci95_high",
                                                           "due_mean_fraction", "due_mean_ci95_low", "due_mean_ci95_high"})
        header.emplace_back(name);
    CsvText csv(header);
    for (const UpsetRow& row : rows) {
        const CurveInTime& in = row.in_time;
        csv.add(in.curve).add(fit_per_mbit(row.upsets_per_bit_hour)).add(conditions.hours).add(in.bits).add(in.raw_fit);
        if (in.sdc) {
            for (const FailuresInTime& one : {*in.sdc, *in.due}) csv.add(one.fit).add(one.ci95.low).add(one.ci95.high);
            csv.add(in.covered).add(levels_within(in.sdc->ci95.high, in.covered));
        } else {
            for (const ShareAtRate& one : {*in.sdc_at_end, *in.sdc_mean, *in.due_mean})
                csv.add(one.share).add(one.ci95.low).add(one.ci95.high);
        }
        csv.end_row();
    }
    return csv.text();
}

QString upset_sentence(const std::vector<UpsetRow>& rows, std::size_t curve, const UpsetConditions& conditions) {
    const auto first = std::ranges::find(rows, curve, &UpsetRow::curve);
    if (first == rows.end()) return {};
    const auto last = std::ranges::find(rows.rbegin(), rows.rend(), curve, &UpsetRow::curve);
    const CurveInTime &low = first->in_time, &high = last->in_time;
    const auto both = [&](double from, double to) {
        const QString low_text = upset_number(from), high_text = upset_number(to);
        return low_text == high_text ? high_text : tr("%1 to %2").arg(low_text, high_text);
    };
    const QString name = QString::fromStdString(high.curve);
    if (high.sdc) {
        const std::string within = levels_within(high.sdc->ci95.high, high.covered);
        const QString verdict = within == "none" ? tr("beyond the budget or the SPFM of every level of ISO 26262")
                                                 : tr("within budget and SPFM of %1").arg(QString::fromStdString(within));
        return tr("%1: %2 FIT of silent failures (95 %: at most %3), %4 FIT of detectable ones; %5 % of single faults do no silent harm: "
                  "%6.")
            .arg(name, both(low.sdc->fit, high.sdc->fit), upset_number(high.sdc->ci95.high), both(low.due->fit, high.due->fit),
                 QString::number(100 * high.covered, 'f', 2), verdict);
    }
    QString text = tr("%1: after %2 h without a scrub %3 % of the answers are silently wrong (95 %: at most %5), %4 % on average over that "
                      "time (at most %6).")
                       .arg(name, upset_number(conditions.hours), both(100 * low.sdc_at_end->share, 100 * high.sdc_at_end->share),
                            both(100 * low.sdc_mean->share, 100 * high.sdc_mean->share), upset_number(100 * high.sdc_at_end->ci95.high),
                            upset_number(100 * high.sdc_mean->ci95.high));
    if (high.sdc_mean->is_beyond) text += tr(" The rate goes beyond those measured, so it may be more.");
    return text;
}

}  // namespace clipscope
