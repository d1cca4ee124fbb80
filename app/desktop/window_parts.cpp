#include "window_parts.h"

#include <QAction>
#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include "recent_list.h"
#include "window_panels.h"

namespace clipscope {
namespace {

QAction* add(QMenu* menu, const QString& text, const QKeySequence& shortcut, const QString& tip) {
    QAction* action = menu->addAction(text);
    action->setShortcut(shortcut);
    action->setToolTip(tip);
    action->setStatusTip(tip);
    return action;
}

void build_study_menu(QMenu* file, WindowActions& actions) {
    actions.new_study = add(file, QObject::tr("Ne&w study"), QKeySequence::New,
                            QObject::tr("Starts an empty study; the one before stays where it is, saved as it came"));
    actions.open_study = add(file, QObject::tr("Open st&udy…"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_O),
                             QObject::tr("A .clipscope file: its jobs, their results and what they worked on"));
    actions.reopen_study = add(file, QObject::tr("Reopen &last study"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T),
                               QObject::tr("The one that was open before, named or not"));
    actions.recent_studies = file->addMenu(QObject::tr("Recent stud&ies"));
    actions.save_study = add(file, QObject::tr("Save stud&y as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
                             QObject::tr("Gives the study a name; results are kept all the time, named or not"));
    file->addSeparator();
}

void build_file_menu(QMenu* file, WindowActions& actions) {
    build_study_menu(file, actions);
    actions.open_model = add(file, QObject::tr("Open &model…"), QKeySequence::Open,
                             QObject::tr("TorchScript, traced or scripted, or a checkpoint of a built-in architecture"));
    actions.open_data =
        add(file, QObject::tr("Open &data folder…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
            QObject::tr("A folder of pictures for each class, CIFAR files, a NumPy archive, or IDX files of the MNIST family"));
    actions.open_data_archive = add(file, QObject::tr("Open ima&ges in one file…"), {},
                                    QObject::tr("A NumPy archive (.npz), as MedMNIST and Keras give their images and labels"));
    actions.open_thresholds =
        add(file, QObject::tr("Open &thresholds…"), {},
            QObject::tr("A thresholds file (JSON), found earlier or written by hand, for comparisons and the hardened network"));
    actions.recent_models = file->addMenu(QObject::tr("Recent m&odels"));
    actions.recent_data = file->addMenu(QObject::tr("Recent d&ata"));
    actions.bundled = file->addMenu(QObject::tr("&Bundled networks"));
    actions.images =
        add(file, QObject::tr("&Images as the network sees them…"), QKeySequence(Qt::CTRL | Qt::Key_I),
            QObject::tr("How images enter the network: normalisation, split, size of pictures, with twelve of them to look at"));
    file->addSeparator();
    actions.save_hardened = add(
        file, QObject::tr("&Save hardened network…"), QKeySequence::Save,
        QObject::tr("As a TorchScript file, or as ONNX where the network came from ONNX, that runs without ClipScope; it is opened again "
                    "and compared before it counts as written"));
    actions.save_thresholds = add(
        file, QObject::tr("Sa&ve thresholds…"), {},
        QObject::tr("One number for each activation site, as JSON, or as a C header for programs that run the network without PyTorch"));
    actions.save_exporter =
        add(file, QObject::tr("Save Pyt&hon exporter…"), {},
            QObject::tr("A Python file whose export(model, example, \"net.pt\") saves a network of PyTorch so that it opens here, "
                        "with its normalisation and class names; needs nothing but PyTorch"));
    file->addSeparator();
    actions.export_figure = add(file, QObject::tr("Export &figure…"), QKeySequence(Qt::CTRL | Qt::Key_E),
                                QObject::tr("The plot you work in, on a page and in a style of your own, as PDF, PGF, SVG or PNG"));
    actions.export_numbers = add(file, QObject::tr("Export &numbers…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
                                 QObject::tr("The accuracy curves as a table (CSV), or as a result that ClipScope reads again (JSON)"));
    actions.export_all = add(
        file, QObject::tr("Export &everything…"), {},
        QObject::tr("All figures as PDF, SVG and PNG, all tables, and results that ClipScope reads again, of what is in sight and of every "
                    "job of the study, into a folder with an index page"));
    actions.paper_figures =
        add(file, QObject::tr("Figures of the pape&r…"), {},
            QObject::tr("Figures 1b, 3 and 5 to 8 of the FT-ClipAct paper from the jobs of this study, arranged as there, "
                        "and which job is missing"));
    actions.report = add(file, QObject::tr("Re&port…"), {},
                         QObject::tr("A document of the whole study, as one page of HTML or as PDF: answer, set-up, rankings, curves, "
                                     "protections, evidence, and how to repeat it"));
    file->addSeparator();
    actions.quit = add(file, QObject::tr("&Quit"), QKeySequence::Quit, {});
    actions.quit->setMenuRole(QAction::QuitRole);
}

void build_view_menu(QMenu* view, const WindowPanels& panels, WindowActions& actions) {
    auto* pages = new QActionGroup(view);
    for (const PageRow& page : page_table()) {
        const auto key = Qt::Key(Qt::Key_1 + actions.pages.size());
        QAction* action = add(view, page.title, QKeySequence(Qt::CTRL | key), page.question);
        action->setCheckable(true);
        action->setData(QString(QLatin1String(page.id)));
        pages->addAction(action);
        actions.pages << action;
    }
    view->addSeparator();
    for (const PanelDock* dock : panels.all()) view->addAction(dock->show_action());
    view->addSeparator();
    actions.next_panel =
        add(view, QObject::tr("Ne&xt panel"), QKeySequence(Qt::Key_F6), QObject::tr("The keys go to the next panel in sight"));
    actions.previous_panel =
        add(view, QObject::tr("P&revious panel"), QKeySequence(Qt::SHIFT | Qt::Key_F6), QObject::tr("The keys go to the panel before"));
    view->addSeparator();
    actions.follow = add(view, QObject::tr("&Follow"), QKeySequence(Qt::CTRL | Qt::Key_L),
                         QObject::tr("Show everything again after zooming, and go with new results"));
    actions.keep_curves =
        add(view, QObject::tr("&Keep these curves"), QKeySequence(Qt::CTRL | Qt::Key_K),
            QObject::tr("The accuracy curves stay in the plot beside those of the next jobs: formats, faults or seeds side by side"));
    actions.forget_curves = add(view, QObject::tr("F&orget kept curves"), {}, QObject::tr("Only the latest job's curves stay in the plot"));
    actions.maximise =
        add(view, QObject::tr("&Plot alone"), QKeySequence(Qt::Key_F11),
            QObject::tr("Gives the plot you work in the whole window; Esc goes back. A double-click on a plot's title does the same."));
    actions.maximise->setCheckable(true);
    actions.reset_layout =
        add(view, QObject::tr("&Reset layout"), {}, QObject::tr("On every page every panel back to where it was at first"));
}

}  // namespace

WindowActions build_menus(QMainWindow& window, const WindowPanels& panels) {
    WindowActions actions;
    QMenuBar* bar = window.menuBar();
    build_file_menu(bar->addMenu(QObject::tr("&File")), actions);

    QMenu* jobs = bar->addMenu(QObject::tr("&Jobs"));
    actions.run = add(jobs, QObject::tr("&Run"), QKeySequence(Qt::Key_F5), QObject::tr("Starts what the job panel in front says"));
    actions.harden = add(jobs, QObject::tr("&Harden all sites"), QKeySequence(Qt::CTRL | Qt::Key_H),
                         QObject::tr("Finds a clipping threshold for every activation site, as the FT-ClipAct panel is set"));
    actions.worst_bits =
        add(jobs, QObject::tr("&Worst bits…"), {},
            QObject::tr("Find the single bits whose faults lose most accuracy, by name, and what the worst of them do together: shows the "
                        "form, Run begins"));
    actions.one_fault =
        add(jobs, QObject::tr("&One fault closely…"), QKeySequence(Qt::CTRL | Qt::Key_B),
            QObject::tr("Flip single bits of a stored number and see at once what twelve images are taken for, and how far the "
                        "disturbance spreads"));
    actions.threshold_by_hand =
        add(jobs, QObject::tr("&Threshold by hand…"), QKeySequence(Qt::CTRL | Qt::Key_T),
            QObject::tr("Drag a clipping threshold of the selected site through its histogram and see at once what the network is worth "
                        "with it"));
    actions.rate_by_hand = add(
        jobs, QObject::tr("Rate &by hand…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R),
        QObject::tr("Move the fault rate of one trial and watch the network get worse bit by bit, with twelve images and their answers"));
    actions.upset_rates =
        add(jobs, QObject::tr("U&pset rates…"), QKeySequence(Qt::CTRL | Qt::Key_R),
            QObject::tr("From how often particles upset memory to the fault rate of a trial, and from a measured curve back to failures in "
                        "time, beside the targets of ISO 26262"));
    actions.stop = add(jobs, QObject::tr("&Stop"), QKeySequence(Qt::SHIFT | Qt::Key_F5), QObject::tr("Ends the job and keeps its results"));
    jobs->addSeparator();
    actions.undo_remove = add(jobs, QObject::tr("&Undo removing"), QKeySequence::Undo, QObject::tr("Brings the job removed last back"));
    actions.purge_removed = add(jobs, QObject::tr("&Free space of removed jobs"), {},
                                QObject::tr("Deletes removed jobs with their results for good and makes the study's file smaller"));

    build_view_menu(bar->addMenu(QObject::tr("&View")), panels, actions);

    QMenu* help = bar->addMenu(QObject::tr("&Help"));
    actions.labs = add(help, QObject::tr("&Labs"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L),
                       QObject::tr("Exercises of half an hour: predict, run, see, answer, and hand in"));
    actions.tour =
        add(help, QObject::tr("&Tour of the window"), {}, QObject::tr("Eleven stops, two minutes: what is where, and what it is for"));
    actions.guide =
        add(help, QObject::tr("&Guide"), QKeySequence::HelpContents, QObject::tr("What the program does and how to read its plots"));
    actions.method = add(help, QObject::tr("&Method"), {},
                         QObject::tr("What is computed, with formulas and sources: faults, trials, intervals, AUC, the threshold search"));
    actions.writing_labs = add(help, QObject::tr("La&bs: how to use, grade and write them"), {},
                               QObject::tr("For students and lecturers; a lab is two text files"));
    actions.shortcuts = add(help, QObject::tr("&Keyboard shortcuts"), {}, {});
    help->addSeparator();
    actions.about = add(help, QObject::tr("&About ClipScope"), {}, {});
    actions.about->setMenuRole(QAction::AboutRole);
    for (QMenu* menu : bar->findChildren<QMenu*>()) menu->setToolTipsVisible(true);
    return actions;
}

void connect_recent(QMenu& menu, RecentList& list, const std::function<void(const QString& path)>& open) {
    QObject::connect(&menu, &QMenu::aboutToShow, &menu, [&menu, &list, open] {
        menu.clear();
        for (const QString& path : list.paths()) {
            QString text = path;
            menu.addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")), [open, path] { open(path); });
        }
        if (menu.isEmpty()) menu.addAction(QObject::tr("None yet"))->setEnabled(false);
        menu.addSeparator();
        menu.addAction(QObject::tr("Clear"), [&list] { list.clear(); });
    });
}

}  // namespace clipscope
