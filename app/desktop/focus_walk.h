// The way of the keyboard through a window's panels. GUI thread.
#pragma once

#include <QList>

class QWidget;

namespace clipscope {

// Tab goes through these, one after the other, each in its own order.
void set_tab_order(const QList<QWidget*>& regions);

// To the first thing in it that takes keys; false where there is none.
bool focus_first(QWidget& region);

// From the region with the focus to the next one in sight, or the one before.
void focus_next_region(const QList<QWidget*>& regions, bool forward);

}  // namespace clipscope
