#include "plots/trisection_plot.h"

#include <qcustomplot.h>

#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "controls/step_player.h"
#include "plots/tip_text.h"
#include "plots/value_axis.h"

namespace clipscope {

namespace {

constexpr double reach = 9;  // pixels, sideways

QString number(double value) {
    return QString::number(value, 'f', 4);
}

}  // namespace

TrisectionPlot::TrisectionPlot(QWidget* parent)
    : ViewPanel(tr("Threshold search"), parent), player_(new StepPlayer(tr("iteration"))), reason_(new QLabel) {
    set_empty_text(
        tr("Here Algorithm 1 narrows the interval of the clipping threshold, a row per iteration.\n"
           "Harden the network to see it work."));
    auto* footer = new QWidget;
    auto* layout = new QVBoxLayout(footer);
    layout->setContentsMargins(0, 0, 0, 4);
    layout->setSpacing(0);
    layout->addWidget(player_);
    layout->addWidget(reason_);
    reason_->setWordWrap(true);
    reason_->setTextFormat(Qt::PlainText);
    reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    reason_->setContentsMargins(8, 0, 8, 0);
    reason_->setAccessibleName(tr("Why the search ended"));
    reason_->setToolTip(tr("Why the search ended"));
    reason_->hide();
    set_footer(footer);
    for (QAction* action : player_->actions()) addAction(action);
    connect(player_, &StepPlayer::step_changed, this, [this] { data_changed(); });
}

TrisectionView TrisectionPlot::effective_view() const {
    TrisectionView view = ViewPanel::effective_view();
    view.shown = player_->is_at_newest() ? -1 : player_->step();
    return view;
}

// The label under the plot says the reason, and can be copied.
void TrisectionPlot::draw_screen(QCustomPlot& plot, const Theme& theme) const {
    TrisectionView view = effective_view();
    view.show_title = false;
    view.show_reason = false;
    draw(view, theme, plot);
}

QString TrisectionPlot::reason() const {
    return view_.search.hardened ? QString::fromStdString(view_.search.hardened->reason) : QString();
}

void TrisectionPlot::view_changed() {
    const std::pair search(view_.search.site, view_.search.scope);
    const bool is_other = search != shown_search_ || int(view_.search.grids.size()) < player_->count();
    shown_search_ = search;
    player_->set_count(int(view_.search.grids.size()), is_other);
    reason_->setText(reason());
    reason_->setVisible(!reason().isEmpty());
}

void TrisectionPlot::followed() {
    player_->last();
}

bool TrisectionPlot::has_data() const {
    return !view_.search.grids.empty() || !view_.search.evaluations.empty();
}

TrisectionPlot::Hit TrisectionPlot::hit_at(const QPointF& position) const {
    if (!plot().axisRect()->rect().contains(position.toPoint())) return {};
    Hit hit;
    hit.row = int(std::lround(-plot().yAxis->pixelToCoord(position.y())));
    const TrisectionView view = effective_view();
    const std::vector<TrisectionRow> rows = trisection_rows(view);
    if (hit.row < 1 || hit.row > int(rows.size())) return {};
    double least = reach;
    const TrisectionRow& row = rows[std::size_t(hit.row) - 1];
    for (int i = 0; i < int(row.boundaries.size()); ++i) {
        const double distance = std::abs(plot().xAxis->coordToPixel(double(row.boundaries[std::size_t(i)].threshold)) - position.x());
        if (distance >= least) continue;
        least = distance;
        hit.boundary = i;
    }
    return hit;
}

QString TrisectionPlot::tip_at(const QPointF& position) const {
    const Hit hit = hit_at(position);
    if (hit.row < 1) return {};
    const TrisectionView view = effective_view();
    const TrisectionRow row = trisection_rows(view)[std::size_t(hit.row) - 1];
    return hit.boundary >= 0 ? boundary_tip(row, hit.boundary) : row_tip(row);
}

QString TrisectionPlot::boundary_tip(const TrisectionRow& row, int boundary) const {
    const TrisectionBoundary& at = row.boundaries[std::size_t(boundary)];
    QString rows = tip_row(tr("threshold T"), value_label(double(at.threshold)));
    rows += tip_row(tr("AUC"), QStringLiteral("<b>%1</b>").arg(number(at.auc)));
    if (at.standard_error) rows += tip_row(tr("standard error"), QStringLiteral("± ") + number(*at.standard_error));
    rows += tip_row(tr("this grid"), at.is_best ? tr("the best") : QStringLiteral("–"));
    rows += tip_row(tr("evaluated"), at.is_new ? tr("now") : tr("remembered"));
    const QString name = row.kept ? tr("iteration %1, boundary %2").arg(row.number).arg(boundary + 1) : tr("iteration %1").arg(row.number);
    return QStringLiteral("<b>%1</b><table cellspacing=1>%2</table>").arg(name, rows);
}

QString TrisectionPlot::row_tip(const TrisectionRow& row) const {
    QString rows = tip_row(tr("interval"), value_label(double(row.low)) + QStringLiteral(" … ") + value_label(double(row.high)));
    if (row.grid) {
        const SearchGrid& grid = *row.grid;
        rows += tip_row(tr("kept"), value_label(double(grid.kept_low)) + QStringLiteral(" … ") + value_label(double(grid.kept_high)));
        for (std::size_t i = 0; i < grid.changes.size(); ++i) {
            QString change = number(grid.changes[i]);
            if (grid.change_errors[i]) change += QStringLiteral(" ± ") + number(*grid.change_errors[i]);
            rows += tip_row(tr("change of AUC, %1 to %2").arg(i + 1).arg(i + 2), change);
        }
        rows += tip_row(tr("new evaluations"), QString::number(grid.new_evaluations));
        if (grid.noise_prevents_stop) rows += tip_row(tr("noise"), tr("prevents stopping here"));
    } else {
        rows += tip_row(tr("so far"), tr("%1 evaluated").arg(row.boundaries.size()));
    }
    return QStringLiteral("<b>%1</b><table cellspacing=1>%2</table>").arg(tr("iteration %1").arg(row.number), rows);
}

void TrisectionPlot::clicked(const QPointF& position) {
    const Hit hit = hit_at(position);
    if (hit.row < 1) return;
    const TrisectionView view = effective_view();
    if (hit.boundary >= 0)
        Q_EMIT threshold_clicked(trisection_rows(view)[std::size_t(hit.row) - 1].boundaries[std::size_t(hit.boundary)].threshold);
    else
        player_->set_step(hit.row);
}

}  // namespace clipscope
