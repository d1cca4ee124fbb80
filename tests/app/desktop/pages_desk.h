// A window with a fake engine whose pages are turned and looked at.
#pragma once

#include "controls/page_bar.h"
#include "window_desk.h"

namespace clipscope {

inline constexpr int patience = 60'000;
inline const QStringList pages{"Find", "Clip", "Duel", "Bits", "Study"};

inline PanelDock& dock(Desk& desk, const char* name) {
    return *desk.window.findChild<PanelDock*>(QLatin1String(name));
}

inline QString page(Desk& desk) {
    return pages.value(desk.part<PageBar>().current());
}

inline bool is_marked(Desk& desk, const char* title) {
    return desk.part<PageBar>().is_marked(int(pages.indexOf(QLatin1String(title))));
}

inline void go_to(Desk& desk, const QString& title) {
    QVERIFY(QTest::qWaitForWindowActive(&desk.window));
    QTest::keyClick(&desk.window, Qt::Key(Qt::Key_1 + pages.indexOf(title)), Qt::ControlModifier);
    QCoreApplication::processEvents();
}

// What can be seen of it, in the window's coordinates.
inline QRect seen(const Desk& desk, const QWidget& widget) {
    return widget.isVisible() ? QRect(widget.mapTo(&desk.window, QPoint()), widget.size()).intersected(desk.window.rect()) : QRect();
}

inline QStringList in_front(Desk& desk) {
    QStringList names;
    for (const PanelDock* one : desk.window.findChildren<PanelDock*>())
        if (one->is_in_front()) names << one->objectName();
    names.sort();
    return names;
}

}  // namespace clipscope
