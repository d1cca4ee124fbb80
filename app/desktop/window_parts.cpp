#include "window_parts.h"

#include <QAction>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include "controls/activity_log.h"
#include "controls/sensitivity_panel.h"
#include "tables/layer_table.h"

namespace clipscope {
namespace {

QDockWidget* make_dock(QMainWindow& window, const char* name, const QString& title, QWidget* content) {
    auto* dock = new QDockWidget(title, &window);
    dock->setObjectName(QLatin1String(name));  // saveState() goes by it
    dock->setWidget(content);
    return dock;
}

QAction* add(QMenu* menu, const QString& text, const QKeySequence& shortcut, const QString& tip) {
    QAction* action = menu->addAction(text);
    action->setShortcut(shortcut);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    return action;
}

void build_file_menu(QMenu* file, WindowActions& actions) {
    actions.open_model = add(file, QObject::tr("Open &model…"), QKeySequence::Open, QObject::tr("A TorchScript file, traced or scripted"));
    actions.open_data = add(file, QObject::tr("Open &data folder…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
                            QObject::tr("CIFAR-10 binary files, or IDX files of the MNIST family, plain or gzip"));
    actions.recent_models = file->addMenu(QObject::tr("Recent m&odels"));
    actions.recent_data = file->addMenu(QObject::tr("Recent d&ata"));
    actions.bundled = file->addMenu(QObject::tr("&Bundled networks"));
    file->addSeparator();
    actions.export_figure =
        add(file, QObject::tr("Export &figure…"), QKeySequence(Qt::CTRL | Qt::Key_E), QObject::tr("As PDF, SVG or PNG"));
    actions.export_numbers = add(file, QObject::tr("Export &numbers…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
                                 QObject::tr("As a table (CSV), or as a result that ClipScope reads again (JSON)"));
    file->addSeparator();
    actions.quit = add(file, QObject::tr("&Quit"), QKeySequence::Quit, {});
    actions.quit->setMenuRole(QAction::QuitRole);
}

void build_view_menu(QMenu* view, const WindowDocks& docks, WindowActions& actions) {
    for (QDockWidget* dock : docks.all()) view->addAction(dock->toggleViewAction());
    view->addSeparator();
    actions.follow = add(view, QObject::tr("&Follow"), QKeySequence(Qt::CTRL | Qt::Key_L),
                         QObject::tr("Show everything again after zooming, and go with new results"));
    actions.maximise = add(view, QObject::tr("&Plot alone"), QKeySequence(Qt::Key_F11),
                           QObject::tr("Gives the plot the whole window; Esc goes back. A double-click on its title does the same."));
    actions.maximise->setCheckable(true);
    actions.reset_layout = add(view, QObject::tr("&Reset layout"), {}, QObject::tr("Every panel back to where it was at first"));
}

}  // namespace

WindowDocks build_docks(QMainWindow& window) {
    WindowDocks docks;
    docks.table = new LayerTable;
    docks.panel = new SensitivityPanel;
    docks.log = new ActivityLog;
    docks.layers = make_dock(window, "layers", QObject::tr("Layers"), docks.table);
    docks.job = make_dock(window, "job", QObject::tr("Sensitivity job"), docks.panel);
    docks.activity = make_dock(window, "activity", QObject::tr("Activity"), docks.log);
    arrange_docks(window, docks);
    return docks;
}

void arrange_docks(QMainWindow& window, const WindowDocks& docks) {
    for (QDockWidget* dock : docks.all()) dock->setFloating(false);
    window.addDockWidget(Qt::LeftDockWidgetArea, docks.layers);
    window.addDockWidget(Qt::RightDockWidgetArea, docks.job);
    window.addDockWidget(Qt::BottomDockWidgetArea, docks.activity);
    for (QDockWidget* dock : docks.all()) dock->show();
    // The log gets the width between the two sides, as results need height more.
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    const int width = window.width();
    window.resizeDocks({docks.layers, docks.job}, {width * 27 / 100, width * 22 / 100}, Qt::Horizontal);
    window.resizeDocks({docks.activity}, {110}, Qt::Vertical);
}

WindowActions build_menus(QMainWindow& window, const WindowDocks& docks) {
    WindowActions actions;
    QMenuBar* bar = window.menuBar();
    build_file_menu(bar->addMenu(QObject::tr("&File")), actions);

    QMenu* jobs = bar->addMenu(QObject::tr("&Jobs"));
    actions.run = add(jobs, QObject::tr("&Run"), QKeySequence(Qt::Key_F5), QObject::tr("Starts what the job panel says"));
    actions.stop = add(jobs, QObject::tr("&Stop"), QKeySequence(Qt::SHIFT | Qt::Key_F5), QObject::tr("Ends the job and keeps its results"));
    jobs->addSeparator();
    actions.normalization = add(jobs, QObject::tr("&Normalisation…"), {},
                                QObject::tr("How pixels become the network's input, where it differs from what is in use"));

    build_view_menu(bar->addMenu(QObject::tr("&View")), docks, actions);

    QMenu* help = bar->addMenu(QObject::tr("&Help"));
    actions.guide =
        add(help, QObject::tr("&Guide"), QKeySequence::HelpContents, QObject::tr("What the program does and how to read its plots"));
    actions.shortcuts = add(help, QObject::tr("&Keyboard shortcuts"), {}, {});
    help->addSeparator();
    actions.about = add(help, QObject::tr("&About ClipScope"), {}, {});
    actions.about->setMenuRole(QAction::AboutRole);
    for (QMenu* menu : bar->findChildren<QMenu*>()) menu->setToolTipsVisible(true);
    return actions;
}

}  // namespace clipscope
