#include "plots/critical_bits_plot.h"

#include <qcustomplot.h>

#include <QCursor>
#include <QMenu>

#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

CriticalBitsPlot::CriticalBitsPlot(QWidget* parent) : ViewPanel(tr("Critical bits"), parent) {
    set_empty_text(
        tr("Here a map shows what one faulty bit does: layer by bit position, for positive and for negative values.\n"
           "Run a sensitivity job until ± points: its pilot measures it first."));
}

const PilotCell* CriticalBitsPlot::cell_under(const QPointF& position) const {
    if (!plot().axisRect()->rect().contains(position.toPoint())) return nullptr;
    return cell_at(view_, plot().xAxis->pixelToCoord(position.x()), plot().yAxis->pixelToCoord(position.y()));
}

QString CriticalBitsPlot::tip_at(const QPointF& position) const {
    const PilotCell* cell = cell_under(position);
    if (!cell) return {};
    QString tip = QStringLiteral("<b>%1</b><table cellspacing=1>").arg(QString::fromStdString(cell->layer).toHtmlEscaped());
    tip += tip_row(tr("values"), cell->is_negative ? tr("negative") : tr("positive"));
    tip += tip_row(tr("bit"), QString::number(cell->bit));
    tip += tip_row(tr("stored so"), tr("%1 bits").arg(grouped(cell->bits)));
    tip += tip_row(tr("answers lost"), cell->trials > 0 ? percent_text(cell->loss) : tr("not measured"));
    tip += tip_row(tr("trials"), grouped(std::int64_t(cell->trials))) + QStringLiteral("</table>");
    tip += tr("A double click looks closely at one of these bits. ");
    return tip + tr("Of what was answered rightly before. Where a batch norm follows, the sign is that of the value times its weight.");
}

void CriticalBitsPlot::clicked(const QPointF& position) {
    if (const PilotCell* cell = cell_under(position)) emit layer_clicked(QString::fromStdString(cell->layer));
}

void CriticalBitsPlot::double_clicked(const QPointF& position) {
    if (const PilotCell* cell = cell_under(position)) emit cell_wanted(QString::fromStdString(cell->layer), cell->is_negative, cell->bit);
}

void CriticalBitsPlot::fill_menu(QMenu& menu) {
    const PilotCell* under = cell_under(plot().mapFromGlobal(QCursor::pos()));
    if (!under) return;
    const PilotCell cell = *under;
    const QString values = cell.is_negative ? tr("negative") : tr("positive");
    QAction* action = menu.addAction(
        tr("A random fault in &bit %1 of %2 values, %3, closely").arg(cell.bit).arg(values, QString::fromStdString(cell.layer)));
    action->setToolTip(tr("One of the bits of this cell, in the window One fault closely; a double click on the cell does it, too"));
    connect(action, &QAction::triggered, this,
            [this, cell] { emit cell_wanted(QString::fromStdString(cell.layer), cell.is_negative, cell.bit); });
}

}  // namespace clipscope
