// The pages of the window and what all plots on them share: which one is in front, a plot alone, the panel that an action is about.
#include <QAction>
#include <QApplication>
#include <QToolBar>
#include <algorithm>

#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/page_bar.h"
#include "controls/progress_strip.h"
#include "controls/protect_first_pane.h"
#include "controls/worst_bits_pane.h"
#include "focus_walk.h"
#include "main_window.h"
#include "method_request.h"
#include "panel_hints.h"
#include "plots/accuracy_plot.h"

namespace clipscope {

void MainWindow::build_page_bar() {
    page_bar_ = new PageBar;
    auto* bar = new QToolBar(tr("Pages"));
    bar->setObjectName(QStringLiteral("page_bar"));
    bar->setMovable(false);
    bar->toggleViewAction()->setVisible(false);  // it is always there
    bar->addWidget(page_bar_);
    addToolBar(Qt::LeftToolBarArea, bar);
}

void MainWindow::connect_pages() {
    for (QAction* action : actions_.pages)
        connect(action, &QAction::triggered, this, [this, action] { turn_to(action->data().toString()); });
    connect(page_bar_, &PageBar::page_chosen, this, [this](int page) { turn_to(QLatin1String(page_table().at(std::size_t(page)).id)); });
    connect(&desk_, &StudyDesk::study_changed, pages_, &WindowPages::clear_marks);
    connect(pages_, &WindowPages::leaving, this, [this] { actions_.maximise->setChecked(false); });
    connect(pages_, &WindowPages::shown, this, [this](const QString& page) {
        for (QAction* action : actions_.pages) action->setChecked(action->data().toString() == page);
        set_tab_order(regions());
    });
}

// As the user asks for it. The form of the method is on several pages: its job is one of the page's own, where the page has such, and is
// back with the page it was chosen on.
void MainWindow::turn_to(const QString& page) {
    HardenForm form = panels_.get<HardenPanel>().form();
    form_jobs_[pages_->current()] = form.job;
    pages_->show(page);
    const auto fits = [&](MethodJob job) { return panels_.place_of(dock_for(job), page) != nullptr; };
    if (panels_.place_of(panels_.dock<HardenPanel>(), page) == nullptr || fits(form.job)) return;
    const auto own = std::ranges::find_if(all_method_jobs, [&](MethodJob job) { return panels_.home_of(dock_for(job)) == page; });
    if (own == all_method_jobs.end()) return;
    const auto chosen = form_jobs_.find(page);
    form.job = chosen == form_jobs_.end() ? *own : chosen->second;
    panels_.get<HardenPanel>().set_form(form);
}

// What is asked of every plot.
void MainWindow::build_plots() {
    front_plot_ = plot_;
    for (PlotPanel* panel : plots()) {
        connect(panel, &PlotPanel::maximise_requested, this, [this, panel] {
            front_plot_ = panel;
            actions_.maximise->toggle();
        });
        connect(panel, &PlotPanel::exported, this, [this](const QString& path) {
            panels_.get<ActivityLog>().append(tr("Wrote %1").arg(path));
            strip_->show_written(path);
        });
        connect(panel, &PlotPanel::export_failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
        connect(panel, &PlotPanel::style_for_all_chosen, this, [this](const FigureStyle& style) {
            for (PlotPanel* other : plots()) other->set_figure_style(style);
            exporter_->set_figure_style(style);
        });
    }
    // Until the window begins to end: what had the focus goes after the list of panels.
    connect(qApp, &QApplication::focusChanged, pages_, [this](QWidget*, QWidget* now) {
        for (PlotPanel* panel : plots()) {
            if (now != nullptr && (panel == now || panel->isAncestorOf(now))) front_plot_ = panel;
        }
    });
}

QList<PlotPanel*> MainWindow::plots() const {
    return QList<PlotPanel*>{plot_} << panels_.plots();
}

PlotPanel* MainWindow::front_plot() const {
    return front_plot_->isVisible() ? front_plot_ : plot_;
}

// The panel that the form's job fills.
PanelDock& MainWindow::dock_for(MethodJob job) const {
    if (job == MethodJob::protect_first) return panels_.dock<ProtectFirstPane>();
    if (job == MethodJob::worst_bits) return panels_.dock<WorstBitsPane>();
    JobSettings settings;
    settings.kind = kind_of(job);
    if (job == MethodJob::duel) settings.protections = "none";
    return *hints_->dock_of(settings);
}

void MainWindow::show_form_of(MethodJob job) {
    HardenForm form = panels_.get<HardenPanel>().form();
    form.job = job;
    panels_.get<HardenPanel>().set_form(form);
    pages_->show_together({&dock_for(job), &panels_.dock<HardenPanel>()});
    panels_.dock<HardenPanel>().bring_to_front(true);
}

void MainWindow::set_maximised(bool maximised) {
    pages_->show_alone(maximised ? front_plot() : nullptr);
}

void MainWindow::reset_layout() {
    actions_.maximise->setChecked(false);
    pages_->reset();
}

}  // namespace clipscope
