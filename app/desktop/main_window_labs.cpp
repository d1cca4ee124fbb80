// The labs in the window: what their panel asks for.
#include <QAction>
#include <algorithm>

#include "controls/activity_log.h"
#include "controls/lab_pane.h"
#include "controls/progress_strip.h"
#include "controls/welcome_pane.h"
#include "fault_window.h"
#include "help_pages.h"
#include "lab_presenter.h"
#include "main_window.h"

namespace clipscope {

void MainWindow::connect_labs() {
    labs_ = new LabPresenter(laboratory_, jobs_, desk_, *presenter_, panels_.get<LabPane>(), this);
    connect(actions_.labs, &QAction::triggered, this, &MainWindow::show_labs);
    connect(actions_.writing_labs, &QAction::triggered, this, [this] { show_lab_help(this); });
    connect(welcome_, &WelcomePane::labs_requested, this, &MainWindow::show_labs);
    connect(&panels_.dock<LabPane>(), &QDockWidget::visibilityChanged, labs_, [this](bool is_visible) {
        if (is_visible) labs_->show();
    });
    connect(&panels_.get<LabPane>(), &LabPane::open_requested, this, [this] {
        if (const QString path = dialogs_.choose_lab(this); !path.isEmpty()) labs_->open(path);
    });
    connect(&panels_.get<LabPane>(), &LabPane::hand_in_requested, this, [this] {
        if (panels_.get<LabPane>().has_draft())
            return show_error(tr("Something is typed in this step and was not given: press its button, or clear it, then hand in."));
        if (const QString path = dialogs_.choose_hand_in(this, labs_->suggested_hand_in()); !path.isEmpty()) labs_->hand_in(path);
    });
    connect(labs_, &LabPresenter::word_wanted, this,
            [this](const QString& layer, const QString& parameter, qint64 element, const QString& format) {
                show_one_fault();
                fault_window_->show_fault(layer, parameter, element, FaultWindow::no_bit, format);
            });
    // Its text needs more room than a table that it shares a place with.
    connect(labs_, &LabPresenter::begun, this, [this] {
        PanelDock& lab = panels_.dock<LabPane>();
        const int wanted = 26 * fontMetrics().lineSpacing();
        if (lab.height() < wanted && !lab.isFloating()) resizeDocks({&lab}, {wanted}, Qt::Vertical);
    });
    connect(labs_, &LabPresenter::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(labs_, &LabPresenter::written, strip_, &ProgressStrip::show_written);
    connect(labs_, &LabPresenter::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(labs_, &LabPresenter::failed, this, &MainWindow::show_error, Qt::QueuedConnection);
}

void MainWindow::show_labs() {
    labs_->show();
    panels_.dock<LabPane>().bring_to_front(true);
}

}  // namespace clipscope
