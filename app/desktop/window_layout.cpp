#include "window_layout.h"

#include <QMainWindow>
#include <QSettings>

namespace clipscope {
namespace {

// Counted up when docks change so much that an older layout would not fit.
constexpr int layout_version = 6;

}  // namespace

WindowLayout::WindowLayout(QMainWindow& window, const WindowDocks& docks) : window_(window), docks_(docks) {}

void WindowLayout::restore() {
    const QSettings settings;
    window_.restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    window_.restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), layout_version);
}

void WindowLayout::save() const {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), window_.saveGeometry());
    settings.setValue(QStringLiteral("window/state"), window_.saveState(layout_version));
}

void WindowLayout::show_alone(const QWidget* alone) {
    if (alone != nullptr) {
        before_ = window_.saveState(layout_version);
        for (PanelDock* dock : docks_.all()) dock->setVisible(dock->isAncestorOf(alone));
        window_.centralWidget()->setVisible(window_.centralWidget()->isAncestorOf(alone));
    } else {
        window_.centralWidget()->show();
        window_.restoreState(before_, layout_version);
    }
}

}  // namespace clipscope
