// Which stored bits are critical: layer by bit position, for positive and for negative values, as a map of colours. A value, and the pure
// functions that draw it and write it as CSV.
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/campaign_summary.h"
#include "plots/figure_export.h"
#include "theme/theme.h"

class QCustomPlot;

namespace clipscope {

struct CriticalBitsView {
    QString title;
    bool show_title = true;
    std::vector<PilotCell> cells;  // by layer, sign and bit
    // A part of the picture, as chosen by zooming; empty: everything.
    std::optional<std::pair<double, double>> x_range;
    std::optional<std::pair<double, double>> y_range;
};

CriticalBitsView critical_bits_view(const CampaignSummary& curves);

// A row of the map, from the top: the values of one sign in one layer.
struct CriticalBitsRow {
    QString layer;
    bool is_negative = false;
    std::vector<const PilotCell*> by_bit;  // null where the layer has no such bit
};
std::vector<CriticalBitsRow> rows_of(const CriticalBitsView& view);

// The cell at a place in the plot's coordinates; null where there is none.
const PilotCell* cell_at(const CriticalBitsView& view, double x, double y);

// Replaces everything in the plot by the view, without replotting.
void draw(const CriticalBitsView& view, const Theme& theme, QCustomPlot& plot);

// A line a cell: layer,sign,bit,stored_bits,trials,loss_fraction
std::string to_csv(const CriticalBitsView& view);

// PDF, SVG or PNG by the extension; see figure_export.h. Returns the path written; throws Error.
QString export_figure(const CriticalBitsView& view, const QString& path, const FigureSize& size = FigureSize::single_column());

}  // namespace clipscope
