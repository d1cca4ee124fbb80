#include "plots/protect_first_plot.h"

#include <qcustomplot.h>

#include <QActionGroup>
#include <QMenu>
#include <cmath>

#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

ProtectFirstPlot::ProtectFirstPlot(QWidget* parent) : ViewPanel(tr("What to protect first"), parent) {
    set_empty_text(usual_empty_text());
}

QString ProtectFirstPlot::usual_empty_text() {
    return tr("A search draws how far accuracy comes back as layers, or bit positions, are protected one by one, the best first.");
}

ProtectFirstView ProtectFirstPlot::effective_view() const {
    ProtectFirstView view = ViewPanel::effective_view();
    view.axis = axis_;
    view.chosen = chosen_;
    return view;
}

void ProtectFirstPlot::set_axis(ProtectFirstView::Axis axis) {
    if (axis == axis_) return;
    axis_ = axis;
    reset_history();
    data_changed();
}

void ProtectFirstPlot::set_chosen(int step) {
    if (step == chosen_) return;
    chosen_ = step;
    data_changed();
}

int ProtectFirstPlot::step_at(const QPointF& position) const {
    if (!has_data() || !plot().axisRect()->rect().contains(position.toPoint())) return -1;
    double least = 14;  // pixels
    int found = -1;
    const std::vector<StepPlace> places = places_of(effective_view());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const double distance = std::hypot(plot().xAxis->coordToPixel(places[i].x) - position.x(),
                                           plot().yAxis->coordToPixel(places[i].mean_percent) - position.y());
        if (distance >= least) continue;
        least = distance;
        found = int(i);
    }
    return found;
}

QString ProtectFirstPlot::tip_at(const QPointF& position) const {
    const int step = step_at(position);
    if (step < 0) return {};
    const ProtectFirst& found = view().found;
    const auto interval = [](const CurvePoint& point) {
        return tr("%1…%2").arg(percent_text(point.ci95_low), percent_text(point.ci95_high));
    };
    const CurvePoint& point = step == 0 ? found.unprotected : found.steps[std::size_t(step - 1)].point;
    QString tip = QStringLiteral("<b>%1</b><table cellspacing=1>").arg(places_of(effective_view())[std::size_t(step)].name.toHtmlEscaped());
    tip += tip_row(tr("mean accuracy"), percent_text(point.mean));
    tip += tip_row(tr("95 % interval"), interval(point));
    if (step > 0) {
        const ProtectStep& one = found.steps[std::size_t(step - 1)];
        tip += tip_row(tr("storage so far"), tr("+%1 %").arg(QString::number(one.storage_percent, 'g', 3)));
        tip += tip_row(tr("gain so far"), percent_text(one.gain_share, 1));
    }
    return tip + QStringLiteral("</table>") + (step == 0 ? tr("Nothing is protected.") : tr("A click chooses the steps up to this one."));
}

void ProtectFirstPlot::clicked(const QPointF& position) {
    if (const int step = step_at(position); step >= 0) Q_EMIT step_clicked(step);
}

void ProtectFirstPlot::fill_menu(QMenu& menu) {
    if (!has_data() || view().found.all.storage_percent <= 0) return;
    auto* axes = new QActionGroup(&menu);
    const auto add = [&](const QString& text, ProtectFirstView::Axis axis) {
        QAction* action = menu.addAction(text);
        action->setCheckable(true);
        action->setChecked(axis_ == axis);
        axes->addAction(action);
        connect(action, &QAction::triggered, this, [this, axis] { set_axis(axis); });
    };
    add(tr("Against &storage"), ProtectFirstView::Axis::storage);
    add(tr("Step b&y step"), ProtectFirstView::Axis::steps);
}

}  // namespace clipscope
