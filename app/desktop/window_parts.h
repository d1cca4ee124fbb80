// The menus of the main window, without what they do.
#pragma once

#include <QList>
#include <QString>
#include <functional>

class QAction;
class QMainWindow;
class QMenu;

namespace clipscope {

class RecentList;
class WindowPanels;

struct WindowActions {
    QAction* new_study = nullptr;
    QAction* open_study = nullptr;
    QAction* reopen_study = nullptr;
    QAction* save_study = nullptr;
    QAction* undo_remove = nullptr;
    QAction* purge_removed = nullptr;
    QAction* open_model = nullptr;
    QAction* open_data = nullptr;
    QAction* open_data_archive = nullptr;
    QAction* open_thresholds = nullptr;
    QAction* save_hardened = nullptr;
    QAction* save_thresholds = nullptr;
    QAction* save_exporter = nullptr;
    QAction* export_figure = nullptr;
    QAction* export_numbers = nullptr;
    QAction* export_all = nullptr;
    QAction* paper_figures = nullptr;
    QAction* report = nullptr;
    QAction* quit = nullptr;
    QAction* run = nullptr;
    QAction* harden = nullptr;
    QAction* stop = nullptr;
    QAction* images = nullptr;
    QAction* one_fault = nullptr;
    QAction* worst_bits = nullptr;
    QAction* threshold_by_hand = nullptr;
    QAction* rate_by_hand = nullptr;
    QAction* upset_rates = nullptr;
    QList<QAction*> pages;  // as page_table() has them
    QAction* follow = nullptr;
    QAction* keep_curves = nullptr;
    QAction* forget_curves = nullptr;
    QAction* maximise = nullptr;
    QAction* next_panel = nullptr;
    QAction* previous_panel = nullptr;
    QAction* reset_layout = nullptr;
    QAction* labs = nullptr;
    QAction* tour = nullptr;
    QAction* guide = nullptr;
    QAction* method = nullptr;
    QAction* writing_labs = nullptr;
    QAction* shortcuts = nullptr;
    QAction* about = nullptr;
    QMenu* recent_studies = nullptr;
    QMenu* recent_models = nullptr;
    QMenu* recent_data = nullptr;
    QMenu* bundled = nullptr;
};

WindowActions build_menus(QMainWindow& window, const WindowPanels& panels);

// Lists what was opened lately each time the menu is opened. The list must outlive the menu.
void connect_recent(QMenu& menu, RecentList& list, const std::function<void(const QString& path)>& open);

}  // namespace clipscope
