#include "plots/pareto_plot.h"

#include <qcustomplot.h>

#include <QActionGroup>
#include <QMenu>
#include <algorithm>
#include <cmath>
#include <functional>

#include "plots/accuracy_view.h"
#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

constexpr double reach = 14;  // pixels

QString loss_text(const LossRate& loss) {
    if (loss.is_before) return ParetoPlot::tr("below the measured rates");
    if (!loss.rate) return ParetoPlot::tr("beyond the measured rates");
    QString text = rate_label(*loss.rate);
    if (loss.low && loss.high) text += ParetoPlot::tr(" (%1…%2)").arg(rate_label(*loss.low), rate_label(*loss.high));
    return text;
}

QString tip_of(const ParetoPoint& point, const DuelRow& row, const CurveInfo& curve) {
    QString tip = QStringLiteral("<b>%1</b><table cellspacing=1>").arg(protection_name(curve.protection).toHtmlEscaped());
    tip += tip_row(ParetoPlot::tr("mean accuracy"), percent_text(point.accuracy));
    tip +=
        tip_row(ParetoPlot::tr("95 % interval"), ParetoPlot::tr("%1…%2").arg(percent_text(point.ci95.low), percent_text(point.ci95.high)));
    tip += tip_row(ParetoPlot::tr("storage"), ParetoPlot::tr("+%1 %").arg(QString::number(row.price.storage_percent, 'g', 3)));
    tip += tip_row(ParetoPlot::tr("operations"), ParetoPlot::tr("+%1 %").arg(QString::number(row.price.operations_percent, 'g', 3)));
    tip += tip_row(ParetoPlot::tr("without faults"), percent_text(row.clean_accuracy));
    if (row.auc) tip += tip_row(ParetoPlot::tr("AUC"), QString::number(*row.auc, 'f', 4));
    tip += tip_row(ParetoPlot::tr("1 point lost at"), loss_text(row.lost_1_point));
    tip += tip_row(ParetoPlot::tr("10 points lost at"), loss_text(row.lost_10_points)) + QStringLiteral("</table>");
    if (point.is_efficient) tip += ParetoPlot::tr("Efficient: none that costs no more keeps more.");
    return tip;
}

}  // namespace

ParetoPlot::ParetoPlot(QWidget* parent) : ViewPanel(tr("Accuracy against price"), parent) {
    set_empty_text(
        tr("Here protections stand at what they keep and what they cost, those worth their price joined.\n"
           "Choose Duel in the FT-ClipAct form."));
}

ParetoView ParetoPlot::effective_view() const {
    ParetoView view = ViewPanel::effective_view();
    if (chosen_cost_) view.cost = *chosen_cost_;
    if (chosen_rate_) view.rate = chosen_rate_;
    if (!chosen_layer_.isEmpty()) view.layer = chosen_layer_;
    return view;
}

void ParetoPlot::choose_again() {
    reset_history();
    data_changed();
    Q_EMIT shown_changed();
}

void ParetoPlot::set_cost(DuelCost cost) {
    if (effective_view().cost == cost) return;
    chosen_cost_ = cost;
    choose_again();
}

void ParetoPlot::set_rate(std::optional<double> rate) {
    chosen_rate_ = rate;
    choose_again();
}

void ParetoPlot::set_layer(const QString& layer) {
    chosen_layer_ = layer;
    choose_again();
}

QString ParetoPlot::tip_at(const QPointF& position) const {
    const ParetoView view = effective_view();
    if (!has_points(view) || !plot().axisRect()->rect().contains(position.toPoint())) return {};
    const std::vector<DuelRow> rows = duel_rows(view.duel, view.auc_axis);
    QString tip;
    double least = reach;
    for (const ParetoPoint& point : points_of(view)) {
        const double distance = std::hypot(plot().xAxis->coordToPixel(point.cost_percent) - position.x(),
                                           plot().yAxis->coordToPixel(100 * point.accuracy) - position.y());
        if (distance >= least) continue;
        least = distance;
        tip = tip_of(point, rows[point.curve], view.duel.curves[point.curve].info);
    }
    return tip;
}

void ParetoPlot::clicked(const QPointF&) {}

void ParetoPlot::fill_menu(QMenu& menu) {
    const ParetoView view = effective_view();
    if (!has_points(view)) return;
    const auto add_choice = [](QMenu& to, QActionGroup& group, const QString& text, bool is_on, const std::function<void()>& choose) {
        QAction* action = to.addAction(text);
        action->setCheckable(true);
        action->setChecked(is_on);
        group.addAction(action);
        QObject::connect(action, &QAction::triggered, &to, choose);
    };
    auto* costs = new QActionGroup(&menu);
    add_choice(menu, *costs, tr("Against &storage"), view.cost == DuelCost::storage, [this] { set_cost(DuelCost::storage); });
    add_choice(menu, *costs, tr("Against &operations"), view.cost == DuelCost::operations, [this] { set_cost(DuelCost::operations); });
    QMenu* rates = menu.addMenu(tr("At the fault &rate"));
    auto* rate_group = new QActionGroup(rates);
    add_choice(*rates, *rate_group, tr("where they lie furthest apart"), !chosen_rate_, [this] { set_rate(std::nullopt); });
    for (const double rate : view.duel.info.rates)
        add_choice(*rates, *rate_group, rate_label(rate), chosen_rate_ == rate, [this, rate] { set_rate(rate); });
    const std::vector<std::string> layers = duel_layers(view.duel);
    if (layers.size() < 2) return;
    QMenu* scopes = menu.addMenu(tr("Faults &in"));
    auto* scope_group = new QActionGroup(scopes);
    for (const std::string& layer : layers)
        add_choice(*scopes, *scope_group, QString::fromStdString(layer), shown_layer(view) == layer,
                   [this, layer] { set_layer(QString::fromStdString(layer)); });
}

}  // namespace clipscope
