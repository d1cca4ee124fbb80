// What the mouse and the keys do to a PlotPanel's axes, and the history of its views.
#include <QToolTip>
#include <algorithm>
#include <utility>

#include "plots/plot_panel_private.h"

namespace clipscope {

void PlotPanel::connect_plot() {
    QCustomPlot* plot = d_->plot;
    const auto range_changed = [this] {
        if (d_->setting_ranges) return;
        d_->history_timer.start();
        set_following(false);
    };
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, range_changed);
    connect(plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        d_->pressed_at = event->position();
        const bool box = d_->box_zoom->isChecked() || event->modifiers().testFlag(Qt::ShiftModifier);
        d_->plot->setSelectionRectMode(box && event->button() == Qt::LeftButton ? QCP::srmZoom : QCP::srmNone);
        d_->is_dragging = !box && event->button() == Qt::LeftButton && can_drag_at(event->position());
        d_->plot->setInteraction(QCP::iRangeDrag, !d_->is_dragging);
    });
    connect(plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const bool was_dragging = std::exchange(d_->is_dragging, false);
        d_->plot->setInteraction(QCP::iRangeDrag, true);
        if (was_dragging) return;
        const bool is_click = (event->position() - d_->pressed_at).manhattanLength() < 5;
        if (event->button() == Qt::LeftButton && is_click) clicked(event->position());
    });
    connect(plot, &QCustomPlot::mouseDoubleClick, this, [this](QMouseEvent* event) {
        d_->pressed_at = {-1000, -1000};  // what is released next is no click of its own
        if (event->button() == Qt::LeftButton) double_clicked(event->position());
    });
    connect(plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (d_->is_dragging && event->buttons().testFlag(Qt::LeftButton)) return drag_to(event->position());
        if (event->buttons() != Qt::NoButton) return;
        if (can_drag_at(event->position())) {
            QToolTip::hideText();
            return d_->plot->setCursor(Qt::SplitHCursor);
        }
        const QString tip = tip_at(event->position());
        d_->plot->setCursor(tip.isEmpty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
        if (tip.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(event->globalPosition().toPoint(), tip, d_->plot);
    });
    connect(plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) { d_->choose_zoom_axes(event->position()); });
    connect(plot, &QWidget::customContextMenuRequested, this,
            [this, plot](const QPoint& position) { show_menu(plot->mapToGlobal(position)); });
}

void PlotPanel::set_following(bool following) {
    if (d_->following != following) {
        d_->following = following;
        Q_EMIT following_changed(following);
    }
    update_actions();
}

void PlotPanel::follow() {
    d_->commit_history();
    d_->history.push(std::nullopt);
    set_following(true);
    followed();
    data_changed();
}

void PlotPanel::zoom_back() {
    d_->commit_history();
    d_->history.go_back();
    show_history_state();
}

void PlotPanel::zoom_forward() {
    d_->commit_history();
    d_->history.go_forward();
    show_history_state();
}

void PlotPanel::reset_history() {
    d_->history_timer.stop();
    d_->history.clear();
    set_following(true);
    data_changed();
}

void PlotPanel::show_history_state() {
    const ZoomHistory::State& state = d_->history.current();
    if (state) d_->set_ranges(*state);
    set_following(!state);
    data_changed();
}

void PlotPanel::zoom_by_key(int key) {
    QCPAxis* x = d_->plot->xAxis;
    QCPAxis* y = d_->plot->yAxis;
    const double step = 0.1;
    switch (key) {
        case Qt::Key_Plus:
        case Qt::Key_Equal:
        case Qt::Key_Minus: {
            const double factor = key == Qt::Key_Minus ? 1.25 : 0.8;
            x->scaleRange(factor);
            y->scaleRange(factor);
            break;
        }
        case Qt::Key_Left:
        case Qt::Key_Right:
            x->moveRange((key == Qt::Key_Left ? -step : step) * x->range().size());
            break;
        default:
            y->moveRange((key == Qt::Key_Down ? -step : step) * y->range().size());
    }
    d_->plot->replot(QCustomPlot::rpQueuedReplot);
}

bool PlotPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == d_->title && event->type() == QEvent::MouseButtonDblClick) {
        Q_EMIT maximise_requested();
        return true;
    }
    if (watched == d_->title && event->type() == QEvent::Resize) update_title();
    if (watched != d_->plot) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::KeyPress) {
        const auto* key_event = static_cast<QKeyEvent*>(event);
        const int key = key_event->key();
        const bool is_arrow = key == Qt::Key_Left || key == Qt::Key_Right;
        const bool is_modified = key_event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
        const int keys[] = {Qt::Key_Plus, Qt::Key_Equal, Qt::Key_Minus, Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down};
        if (!is_modified && is_arrow && step_by_key(key, key_event->modifiers().testFlag(Qt::ShiftModifier))) return true;
        if (!is_modified && std::find(std::begin(keys), std::end(keys), key) != std::end(keys)) {
            zoom_by_key(key);
            return true;
        }
    } else if (event->type() == QEvent::Resize) {
        // The place of the legend depends on the size.
        data_changed();
    } else if (event->type() == QEvent::Paint && d_->plot->bufferDevicePixelRatio() != d_->plot->devicePixelRatioF()) {
        // The panel came to a screen of another density.
        d_->plot->setBufferDevicePixelRatio(d_->plot->devicePixelRatioF());
        data_changed();
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace clipscope
