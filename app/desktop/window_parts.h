// The pieces the main window is put together from: menus and docks, without what they do.
#pragma once

#include <QList>

class QAction;
class QDockWidget;
class QMainWindow;
class QMenu;

namespace clipscope {

class ActivityLog;
class LayerTable;
class SensitivityPanel;

struct WindowDocks {
    QDockWidget* layers = nullptr;
    QDockWidget* job = nullptr;
    QDockWidget* activity = nullptr;
    LayerTable* table = nullptr;
    SensitivityPanel* panel = nullptr;
    ActivityLog* log = nullptr;

    QList<QDockWidget*> all() const { return {layers, job, activity}; }
};

// Makes the docks and puts each where it belongs at first.
WindowDocks build_docks(QMainWindow& window);
void arrange_docks(QMainWindow& window, const WindowDocks& docks);

struct WindowActions {
    QAction* open_model = nullptr;
    QAction* open_data = nullptr;
    QAction* export_figure = nullptr;
    QAction* export_numbers = nullptr;
    QAction* quit = nullptr;
    QAction* run = nullptr;
    QAction* stop = nullptr;
    QAction* normalization = nullptr;
    QAction* follow = nullptr;
    QAction* maximise = nullptr;
    QAction* reset_layout = nullptr;
    QAction* guide = nullptr;
    QAction* shortcuts = nullptr;
    QAction* about = nullptr;
    QMenu* recent_models = nullptr;
    QMenu* recent_data = nullptr;
    QMenu* bundled = nullptr;
};

WindowActions build_menus(QMainWindow& window, const WindowDocks& docks);

}  // namespace clipscope
