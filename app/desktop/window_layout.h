// Where the window's docks are: kept from one start to the next, put back, and given up for a single plot. GUI thread.
#pragma once

#include <QByteArray>

#include "window_parts.h"

class QMainWindow;
class QWidget;

namespace clipscope {

class WindowLayout {
public:
    WindowLayout(QMainWindow& window, const WindowDocks& docks);

    void restore();
    void save() const;
    // Of all plots only `alone` stays in sight, be it a dock's or in the centre; nullptr: all are back.
    void show_alone(const QWidget* alone);

private:
    QMainWindow& window_;
    const WindowDocks docks_;
    QByteArray before_;  // one plot had the window
};

}  // namespace clipscope
