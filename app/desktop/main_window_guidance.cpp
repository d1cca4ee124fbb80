// What tells new users where things are and what comes next: the tour and the line of next steps.
#include <QAction>
#include <QMenuBar>
#include <QSettings>

#include "controls/harden_panel.h"
#include "controls/notice_bar.h"
#include "controls/page_bar.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "controls/tour_overlay.h"
#include "header_label.h"
#include "lab_presenter.h"
#include "main_window.h"
#include "next_steps.h"
#include "plots/accuracy_plot.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "tables/comparison_table.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "tables/site_table.h"

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
    HardenForm form = panels_.get<HardenPanel>().form();
    form.job = MethodJob::compare;
    panels_.get<HardenPanel>().set_form(form);
    pages_->show_together({&panels_.dock<ComparisonTable>(), &panels_.dock<HardenPanel>()});
    run_method_form();
}

void MainWindow::offer_tour() {
    if (!QSettings().value(QLatin1String(tour_key)).toBool()) show_tour();
}

void MainWindow::show_tour() {
    QSettings().setValue(QLatin1String(tour_key), true);
    actions_.maximise->setChecked(false);
    const QString before = pages_->current();
    const auto dock = [this](PanelDock* panel, const char* page, const QString& title, const QString& text) {
        return TourStop{panel->content(), title, text, [this, panel, page] {
                            pages_->show(QLatin1String(page));
                            panel->bring_to_front();
                        }};
    };
    const auto on_first_page = [this] { pages_->show(QLatin1String(page_id::find)); };
    auto* tour = new TourOverlay(
        *this, {{header_, tr("What is loaded"),
                 tr("Network, images, normalisation and accuracy without faults, at all times. Drop a model, a folder "
                    "of images or a study anywhere on the window to open it."),
                 on_first_page},
                {page_bar_, tr("Five pages"),
                 tr("Each is a question: find what hurts, clip it, set protections against one another, look at single bits, "
                    "and the study as a whole. Ctrl+1 to Ctrl+5 turn them; a dot says that something new came there."),
                 on_first_page},
                {centralWidget(), tr("Begin here"),
                 tr("A first study on a bundled network takes seconds. Later this is the picture that "
                    "matters: accuracy against fault rate, a curve for each layer, as trials come."),
                 on_first_page},
                dock(&panels_.dock<LayerTable>(), page_id::find, tr("Layers"),
                     tr("What the memory holds, layer by layer, with bits, accuracy and the rate at which it is lost. "
                        "Choosing one brings it forward everywhere.")),
                dock(&panels_.dock<SensitivityPanel>(), page_id::find, tr("The sensitivity job"),
                     tr("Which layers, which fault rates, how many trials and images, in which number "
                        "format. F5 runs it; what is typed wrong says so at once.")),
                dock(&panels_.dock<SiteTable>(), page_id::clip, tr("Activation sites"),
                     tr("Where activations can be clipped: ACT_max, the threshold T that was found, and what it "
                        "gained.")),
                dock(&panels_.dock<HardenPanel>(), page_id::clip, tr("The FT-ClipAct job"),
                     tr("Profiling, a sweep over T, Algorithm 1 for all sites, comparisons and duels of "
                        "protections, the worst bits.")),
                dock(&panels_.dock<ActivationPlot>(), page_id::clip, tr("Activations"),
                     tr("How large the values of a site are, with and without faults: the reason why clipping "
                        "helps.")),
                dock(&panels_.dock<AucThresholdPlot>(), page_id::clip, tr("AUC against T"),
                     tr("Resilience in one number for every threshold, and the search over it beside.")),
                dock(&panels_.dock<JobTable>(), page_id::study, tr("Jobs"),
                     tr("Everything you run is kept in a study, trial by trial: it can be stopped, resumed, repeated, "
                        "exported. Nothing is lost, whatever happens.")),
                {menuBar(),
                 tr("And then"),
                 tr("Jobs ▸ One fault closely shows what a single bit does. Help has labs of half an hour, the guide (F1) "
                    "and the method with its formulas. Every control says what it is when you point at it."),
                 {}}});
    connect(tour, &TourOverlay::ended, this, [this, before] { pages_->show(before); });
}

}  // namespace clipscope
