#include "plots/critical_bits_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "common/csv_text.h"
#include "plots/plot_style.h"

namespace clipscope {
namespace {

QString text(const char* source) {
    return QCoreApplication::translate("CriticalBitsView", source);
}

int bit_count(const CriticalBitsView& view) {
    int highest = 0;
    for (const PilotCell& cell : view.cells) highest = std::max(highest, cell.bit + 1);
    return highest;
}

// From the paper's colour to a strong one, evenly in lightness; what was not measured stays grey.
QCPColorGradient gradient(const Theme& theme) {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    const QColor low = theme.dark ? QColor(0x20, 0x26, 0x30) : QColor(0xf4, 0xf6, 0xf8);
    const QColor middle(0xe6, 0x9f, 0x00), high = theme.dark ? QColor(0xff, 0x6a, 0x3d) : QColor(0xa8, 0x2a, 0x00);
    gradient.setColorStopAt(0, low);
    gradient.setColorStopAt(0.5, middle);
    gradient.setColorStopAt(1, high);
    gradient.setNanHandling(QCPColorGradient::nhNanColor);
    gradient.setNanColor(theme.dark ? QColor(0x38, 0x38, 0x38) : QColor(0xd8, 0xd8, 0xd8));
    return gradient;
}

// Bits are written from the highest on the left, as a word is.
void set_up_axes(const CriticalBitsView& view, const std::vector<CriticalBitsRow>& rows, QCustomPlot& plot) {
    const double bits = bit_count(view), height = double(rows.size());
    const auto [x_low, x_high] = view.x_range.value_or(std::pair(-0.5, bits - 0.5));
    const auto [y_low, y_high] = view.y_range.value_or(std::pair(-0.5, height - 0.5));
    plot.xAxis->setRangeReversed(true);
    plot.yAxis->setRangeReversed(true);
    // A mark at every few bits: of a range a million wide they would fill the memory.
    constexpr double far = 256;
    plot.xAxis->setRange(std::max(x_low, -far), std::min(x_high, far));
    plot.yAxis->setRange(y_low, y_high);
    plot.xAxis->setLabel(text("Bit position, 0 the least significant"));
    auto bit_ticks = QSharedPointer<QCPAxisTickerFixed>::create();
    bit_ticks->setTickStep(bits > 16 ? 4 : 2);
    plot.xAxis->setTicker(bit_ticks);
    auto layers = QSharedPointer<QCPAxisTickerText>::create();
    for (std::size_t i = 0; i < rows.size(); ++i)
        layers->addTick(double(i), rows[i].layer + (rows[i].is_negative ? QStringLiteral(" −") : QStringLiteral(" +")));
    plot.yAxis->setTicker(layers);
    plot.yAxis->setLabel(text("Layer, positive and negative values"));
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
        axis->setSubTicks(false);
        axis->grid()->setVisible(false);
    }
}

}  // namespace

CriticalBitsView critical_bits_view(const CampaignSummary& curves) {
    CriticalBitsView view;
    view.cells = curves.pilot.cells;
    if (!view.cells.empty()) view.title = text("Answers lost to one faulty bit");
    return view;
}

std::vector<CriticalBitsRow> rows_of(const CriticalBitsView& view) {
    std::vector<CriticalBitsRow> rows;
    const int bits = bit_count(view);
    for (const PilotCell& cell : view.cells) {
        const QString layer = QString::fromStdString(cell.layer);
        auto row = std::ranges::find_if(
            rows, [&](const CriticalBitsRow& known) { return known.layer == layer && known.is_negative == cell.is_negative; });
        if (row == rows.end()) {
            rows.push_back({layer, cell.is_negative, std::vector<const PilotCell*>(std::size_t(bits), nullptr)});
            row = std::prev(rows.end());
        }
        row->by_bit[std::size_t(cell.bit)] = &cell;
    }
    return rows;
}

const PilotCell* cell_at(const CriticalBitsView& view, double x, double y) {
    const std::vector<CriticalBitsRow> rows = rows_of(view);
    const auto bit = std::lround(x), row = std::lround(y);
    if (row < 0 || row >= long(rows.size()) || bit < 0 || bit >= long(rows[std::size_t(row)].by_bit.size())) return nullptr;
    return rows[std::size_t(row)].by_bit[std::size_t(bit)];
}

void draw(const CriticalBitsView& view, const Theme& theme, QCustomPlot& plot) {
    reset_plot(plot, theme);
    const std::vector<CriticalBitsRow> rows = rows_of(view);
    const int bits = bit_count(view);
    set_up_axes(view, rows, plot);
    if (!rows.empty()) {
        auto* map = new QCPColorMap(plot.xAxis, plot.yAxis);
        map->setName(QStringLiteral("critical-bits"));
        map->data()->setSize(bits, int(rows.size()));
        map->data()->setRange(QCPRange(0, bits - 1), QCPRange(0, double(rows.size()) - 1));
        for (int row = 0; row < int(rows.size()); ++row)
            for (int bit = 0; bit < bits; ++bit) {
                const PilotCell* cell = rows[std::size_t(row)].by_bit[std::size_t(bit)];
                map->data()->setCell(bit, row, cell && cell->trials > 0 ? 100 * cell->loss : std::nan(""));
            }
        map->setInterpolate(false);
        map->setTightBoundary(false);
        map->setGradient(gradient(theme));
        map->setDataRange(QCPRange(0, 100));
        map->setSelectable(QCP::stNone);
        auto* scale = new QCPColorScale(&plot);
        plot.plotLayout()->addElement(0, 1, scale);
        scale->setType(QCPAxis::atRight);
        scale->setBarWidth(10);
        map->setColorScale(scale);
        scale->setGradient(gradient(theme));
        scale->setDataRange(QCPRange(0, 100));
        QCPAxis* axis = scale->axis();
        axis->setLabel(text("Answers lost (%)"));
        axis->setLabelFont(plot.yAxis->labelFont());
        axis->setTickLabelFont(plot.yAxis->tickLabelFont());
        axis->setLabelColor(theme.text);
        axis->setTickLabelColor(theme.text);
        axis->setBasePen(plot.yAxis->basePen());
        axis->setTickPen(plot.yAxis->tickPen());
        axis->setSubTicks(false);
        auto* together = new QCPMarginGroup(&plot);
        plot.axisRect()->setMarginGroup(QCP::msBottom | QCP::msTop, together);
        scale->setMarginGroup(QCP::msBottom | QCP::msTop, together);
    }
    if (view.show_title && !view.title.isEmpty()) add_title(plot, theme, view.title);
}

std::string to_csv(const CriticalBitsView& view) {
    CsvText csv({"layer", "sign", "bit", "stored_bits", "trials", "loss_fraction"});
    for (const PilotCell& cell : view.cells)
        csv.add(cell.layer)
            .add(std::string_view(cell.is_negative ? "negative" : "positive"))
            .add(cell.bit)
            .add(cell.bits)
            .add(cell.trials)
            .add(cell.trials > 0 ? std::optional(cell.loss) : std::nullopt)
            .end_row();
    return csv.text();
}

QString export_figure(const CriticalBitsView& view, const QString& path, const FigureSize& size) {
    return export_figure([&](QCustomPlot& plot, const Theme& theme) { draw(view, theme, plot); }, path, size);
}

}  // namespace clipscope
