#include "focus_walk.h"

#include <QApplication>
#include <QWidget>
#include <algorithm>

namespace clipscope {
namespace {

// In the order of Tab. A field that stands for another, as the box of a spin box for its line, is that other's business.
QList<QWidget*> stops(QWidget& region) {
    QList<QWidget*> found;
    if ((region.focusPolicy() & Qt::TabFocus) != 0 && region.focusProxy() == nullptr) found << &region;
    for (QWidget* widget = region.nextInFocusChain(); widget != &region; widget = widget->nextInFocusChain())
        if (region.isAncestorOf(widget) && (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr) found << widget;
    return found;
}

}  // namespace

void set_tab_order(const QList<QWidget*>& regions) {
    QWidget* last = nullptr;
    for (QWidget* region : regions) {
        // A panel that floats has a chain of its own.
        if (region->window() != regions.front()->window()) continue;
        for (QWidget* stop : stops(*region)) {
            if (last != nullptr) QWidget::setTabOrder(last, stop);
            last = stop;
        }
    }
}

bool focus_first(QWidget& region) {
    for (QWidget* stop : stops(region)) {
        if (!stop->isVisible() || !stop->isEnabled()) continue;
        stop->setFocus(Qt::TabFocusReason);
        return true;
    }
    return false;
}

void focus_next_region(const QList<QWidget*>& regions, bool forward) {
    const QWidget* now = QApplication::focusWidget();
    const auto holds_focus = [now](const QWidget* region) { return now != nullptr && (region == now || region->isAncestorOf(now)); };
    const auto count = regions.size();
    const auto found = std::ranges::find_if(regions, holds_focus);
    const qsizetype start = found != regions.end() ? found - regions.begin() : forward ? count - 1 : 0;
    for (qsizetype step = 1; step <= count; ++step) {
        QWidget* region = regions[(start + (forward ? step : count - step)) % count];
        if (region->isVisible() && focus_first(*region)) return;
    }
}

}  // namespace clipscope
