#include "controls/price_pane.h"

#include <QStringList>

#include "plots/accuracy_view.h"
#include "plots/pareto_plot.h"
#include "tables/duel_table.h"

namespace clipscope {
namespace {

// "At 10⁻⁵ in network these are worth their storage: unprotected, guard, sec-ded-39-32."
QString worth_text(const ParetoView& view) {
    if (!has_points(view)) return {};
    QStringList names;
    for (const ParetoPoint& point : points_of(view))
        if (point.is_efficient) names << protection_name(view.duel.curves[point.curve].info.protection);
    const QString text = view.cost == DuelCost::storage ? PricePane::tr("At %1 in %2, worth their storage: %3.")
                                                        : PricePane::tr("At %1 in %2, worth their operations: %3.");
    return text.arg(rate_label(view.duel.info.rates.at(shown_rate(view))), QString::fromStdString(shown_layer(view)),
                    names.join(QStringLiteral(", ")));
}

}  // namespace

PricePane::PricePane(QWidget* parent) : PricePane(new ParetoPlot, new DuelTable, parent) {}

PricePane::PricePane(ParetoPlot* plot, DuelTable* table, QWidget* parent)
    : PictureAndTable(plot, table, Columns::many, parent), plot_(plot), table_(table) {
    connect(plot_, &ParetoPlot::shown_changed, this, &PricePane::show_numbers);
    show_numbers();
}

void PricePane::show_numbers() {
    const ParetoView view = plot_->effective_view();
    set_has_results(has_points(view));
    set_sentence(worth_text(view));
    table_->set_view(view);
}

}  // namespace clipscope
