// What tells new users where things are and what comes next: the tour and the line of next steps.
#include <QAction>
#include <QMenuBar>
#include <QSettings>

#include "controls/harden_panel.h"
#include "controls/notice_bar.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "controls/tour_overlay.h"
#include "header_label.h"
#include "lab_presenter.h"
#include "main_window.h"
#include "next_steps.h"
#include "plots/accuracy_plot.h"

namespace clipscope {
namespace {

constexpr const char* tour_key = "tour/seen";

}  // namespace

void MainWindow::connect_guidance() {
    auto* steps = new NextSteps(
        jobs_, *presenter_, *next_step_, [this] { return !labs_->has_begun() && !presenter_->queue().next(); }, this);
    connect(steps, &NextSteps::hardening_wanted, this, &MainWindow::harden_all_sites);
    connect(steps, &NextSteps::comparison_wanted, this, &MainWindow::compare_now);
    connect(steps, &NextSteps::saving_wanted, actions_.save_hardened, &QAction::trigger);
    connect(actions_.tour, &QAction::triggered, this, &MainWindow::show_tour);
}

void MainWindow::compare_now() {
    HardenForm form = docks_.harden_panel->form();
    form.job = MethodJob::compare;
    docks_.harden_panel->set_form(form);
    docks_.method->bring_to_front();
    run_method_form();
}

void MainWindow::offer_tour() {
    if (!QSettings().value(QLatin1String(tour_key)).toBool()) show_tour();
}

void MainWindow::show_tour() {
    QSettings().setValue(QLatin1String(tour_key), true);
    actions_.maximise->setChecked(false);
    const auto dock = [](PanelDock* panel, const QString& title, const QString& text) {
        return TourStop{panel->content(), title, text, [panel] { panel->bring_to_front(); }};
    };
    new TourOverlay(*this, {{header_,
                             tr("What is loaded"),
                             tr("Network, images, normalisation and accuracy without faults, at all times. Drop a model, a folder "
                                "of images or a study anywhere on the window to open it."),
                             {}},
                            {centralWidget(),
                             tr("Begin here"),
                             tr("A first study on a bundled network takes seconds. Later this is the picture that "
                                "matters: accuracy against fault rate, a curve for each layer, as trials come."),
                             {}},
                            dock(docks_.layers, tr("Layers"),
                                 tr("What the memory holds, layer by layer, with bits, accuracy and the rate at which it is lost. "
                                    "Choosing one brings it forward everywhere.")),
                            dock(docks_.sensitivity, tr("The sensitivity job"),
                                 tr("Which layers, which fault rates, how many trials and images, in which number "
                                    "format. F5 runs it; what is typed wrong says so at once.")),
                            dock(docks_.sites, tr("Activation sites"),
                                 tr("Where activations can be clipped: ACT_max, the threshold T that was found, and what it "
                                    "gained.")),
                            dock(docks_.method, tr("The FT-ClipAct job"),
                                 tr("Profiling, a sweep over T, Algorithm 1 for all sites, comparisons and duels of "
                                    "protections, the worst bits.")),
                            dock(docks_.activations, tr("Activations"),
                                 tr("How large the values of a site are, with and without faults: the reason why clipping "
                                    "helps.")),
                            dock(docks_.auc_threshold, tr("AUC against T"),
                                 tr("Resilience in one number for every threshold, and the search over it beside.")),
                            dock(docks_.jobs, tr("Jobs"),
                                 tr("Everything you run is kept in a study, trial by trial: it can be stopped, resumed, repeated, "
                                    "exported. Nothing is lost, whatever happens.")),
                            {menuBar(),
                             tr("And then"),
                             tr("Jobs ▸ One fault closely shows what a single bit does. Help has labs of half an hour, the guide (F1) "
                                "and the method with its formulas. Every control says what it is when you point at it."),
                             {}}});
}

}  // namespace clipscope
