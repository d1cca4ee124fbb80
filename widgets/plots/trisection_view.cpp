#include "plots/trisection_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "plots/plot_marks.h"
#include "plots/plot_style.h"
#include "plots/trisection_item.h"
#include "plots/value_axis.h"

namespace clipscope {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("TrisectionView", source);
}

const SearchEvaluation* evaluation_at(const SiteSearch& search, float threshold) {
    const auto found = std::find_if(search.evaluations.begin(), search.evaluations.end(),
                                    [&](const SearchEvaluation& e) { return e.point.threshold == threshold; });
    return found == search.evaluations.end() ? nullptr : &*found;
}

TrisectionRow complete_row(const SiteSearch& search, const SearchGrid& grid) {
    TrisectionRow row;
    row.number = grid.number;
    row.low = grid.thresholds.front();
    row.high = grid.thresholds.back();
    row.kept = std::pair(grid.kept_low, grid.kept_high);
    row.grid = &grid;
    for (std::size_t i = 0; i < grid.thresholds.size(); ++i) {
        const SearchEvaluation* evaluation = evaluation_at(search, grid.thresholds[i]);
        row.boundaries.push_back({grid.thresholds[i], grid.aucs[i], evaluation ? evaluation->point.measured.standard_error : std::nullopt,
                                  int(i) == grid.best, evaluation && evaluation->grid == grid.number});
    }
    return row;
}

// What there is of the grid that is being evaluated.
std::optional<TrisectionRow> unfinished_row(const SiteSearch& search) {
    if (search.hardened) return std::nullopt;
    TrisectionRow row;
    row.number = int(search.grids.size()) + 1;
    row.low = search.grids.empty() ? 0 : search.grids.back().kept_low;
    row.high = search.grids.empty() ? search.act_max : search.grids.back().kept_high;
    for (const SearchEvaluation& evaluation : search.evaluations)
        if (evaluation.grid == row.number)
            row.boundaries.push_back(
                {evaluation.point.threshold, evaluation.point.measured.auc, evaluation.point.measured.standard_error, false, true});
    if (row.boundaries.empty()) return std::nullopt;
    std::sort(row.boundaries.begin(), row.boundaries.end(), [](const auto& a, const auto& b) { return a.threshold < b.threshold; });
    return row;
}

// Rows that there will be, so that those there are stand still.
int expected_rows(const TrisectionView& view) {
    const SiteSearch& search = view.search;
    const int grids = int(search.grids.size());
    if (search.hardened) return std::max(1, grids);
    const int asked = search.settings.n - (search.settings.algorithm == SearchAlgorithm::literal ? 1 : 0);
    return std::max({1, asked, grids + 1});
}

std::pair<double, double> full_y_range(const TrisectionView& view, const Theme& theme, const QCustomPlot& plot) {
    const double line = label_height(theme);
    // About what the axes leave, less a line on top for the label of the chosen T.
    double room = plot.height() - 5.5 * line;
    if (theme.paper) room -= (view.show_title ? 2 : 0) * line + (view.show_reason && view.search.hardened ? 2 : 0) * line;
    room = std::max(4 * line, room);
    const int expected = expected_rows(view);
    int first = 1;
    int last = expected;
    if (!theme.paper) {
        // As many rows as can be read; the newest ones.
        const std::vector<TrisectionRow> rows = trisection_rows(view);
        const int newest = rows.empty() ? 1 : rows.back().number;
        const int fitting = std::max(2, int(room / (2 * line)));
        last = std::min(expected, std::max(newest, fitting));
        first = std::max(1, last - fitting + 1);
    }
    return {-last - 0.55, -first + 0.5 + 1.5 * line * (last - first + 1) / room};
}

void set_up_axes(const TrisectionView& view, const Theme& theme, QCustomPlot& plot) {
    const double end = view.search.act_max > 0 ? double(view.search.act_max) : 1;
    const auto [x_low, x_high] = view.x_range.value_or(std::pair(-0.02 * end, 1.02 * end));
    const auto [y_low, y_high] = view.y_range.value_or(full_y_range(view, theme, plot));
    plot.xAxis->setRange(x_low, x_high);
    plot.yAxis->setRange(y_low, y_high);
    auto x_ticker = QSharedPointer<QCPAxisTicker>::create();
    x_ticker->setTickCount(6);
    plot.xAxis->setTicker(x_ticker);
    auto y_ticker = QSharedPointer<QCPAxisTickerText>::create();
    for (int number = 1; number <= expected_rows(view); ++number)
        y_ticker->addTick(-number - TrisectionItem::band_middle, QString::number(number));
    plot.yAxis->setTicker(y_ticker);
    plot.yAxis->grid()->setPen(Qt::NoPen);
    plot.xAxis->setLabel(text("Threshold T (0 to ACT_max %1)").arg(value_label(double(view.search.act_max))));
    plot.yAxis->setLabel(text("Iteration"));
}

void add_reason(const TrisectionView& view, const Theme& theme, QCustomPlot& plot) {
    if (!view.show_reason || !view.search.hardened || view.search.hardened->reason.empty()) return;
    // Broken into lines here: a text element asks for the width of its longest line.
    const QFontMetricsF metrics(theme.label_font);
    QStringList lines{QString()};
    for (const QString& word : QString::fromStdString(view.search.hardened->reason).split(QLatin1Char(' '))) {
        const QString longer = lines.last().isEmpty() ? word : lines.last() + QLatin1Char(' ') + word;
        if (metrics.horizontalAdvance(longer) > 0.94 * plot.width() && !lines.last().isEmpty())
            lines.append(word);
        else
            lines.last() = longer;
    }
    auto* element = new QCPTextElement(&plot, lines.join(QLatin1Char('\n')), theme.label_font);
    element->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    element->setObjectName(QStringLiteral("reason"));
    element->setTextColor(theme.text);
    element->setMargins(theme.paper ? QMargins(4, 0, 4, 3) : QMargins(8, 0, 8, 6));
    plot.plotLayout()->addElement(plot.plotLayout()->rowCount(), 0, element);
}

}  // namespace

std::vector<TrisectionRow> trisection_rows(const TrisectionView& view) {
    std::vector<TrisectionRow> rows;
    const int grids = int(view.search.grids.size());
    const int shown = view.shown < 0 ? grids : std::min(view.shown, grids);
    for (int i = 0; i < shown; ++i) rows.push_back(complete_row(view.search, view.search.grids[std::size_t(i)]));
    if (view.shown < 0)
        if (const auto row = unfinished_row(view.search)) rows.push_back(*row);
    if (!rows.empty()) rows.back().is_current = true;
    return rows;
}

void draw(const TrisectionView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    set_up_axes(view, theme, plot);
    const std::vector<TrisectionRow> rows = trisection_rows(view);
    const bool is_complete = view.shown < 0 || view.shown >= int(view.search.grids.size());
    if (view.search.hardened && is_complete) {
        const double t = double(view.search.hardened->threshold);
        const QRectF visible(QPointF(plot.xAxis->range().lower, plot.yAxis->range().lower),
                             QPointF(plot.xAxis->range().upper, plot.yAxis->range().upper));
        add_vertical_mark(plot, theme, t,
                          {QStringLiteral("chosen"), text("T %1").arg(value_label(t)), theme.text, Qt::DashLine, 0, Qt::AlignRight,
                           faded(theme.text, theme, 0.55)},
                          visible);
    }
    // On top of the line, so that no label is crossed out.
    for (std::size_t i = 0; i < rows.size(); ++i) new TrisectionItem(plot, theme, rows[i], i + 1 < rows.size() ? &rows[i + 1] : nullptr);
    add_reason(view, theme, plot);
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
}

std::string to_csv(const TrisectionView& view) {
    CsvText csv({"grid", "boundary", "threshold", "auc", "standard_error", "best", "kept_low", "kept_high", "new"});
    for (const SearchGrid& grid : view.search.grids) {
        const TrisectionRow row = complete_row(view.search, grid);
        for (std::size_t i = 0; i < row.boundaries.size(); ++i) {
            const TrisectionBoundary& boundary = row.boundaries[i];
            csv.add(grid.number).add(int(i) + 1).add(std::string_view(number_text(boundary.threshold))).add(boundary.auc);
            csv.add(boundary.standard_error).add(int(boundary.is_best));
            csv.add(std::string_view(number_text(grid.kept_low))).add(std::string_view(number_text(grid.kept_high)));
            csv.add(int(boundary.is_new)).end_row();
        }
    }
    return csv.text();
}

QString export_figure(const TrisectionView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
