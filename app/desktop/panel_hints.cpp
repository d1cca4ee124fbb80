#include "panel_hints.h"

#include "controls/price_pane.h"
#include "controls/protect_first_pane.h"
#include "controls/worst_bits_pane.h"
#include "job_presenter.h"
#include "laboratory.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/pareto_plot.h"
#include "plots/protect_first_plot.h"
#include "plots/trisection_plot.h"
#include "plots/worst_bits_plot.h"
#include "result_presenter.h"
#include "tables/comparison_table.h"
#include "window_pages.h"

namespace clipscope {

PanelHints::PanelHints(Laboratory& laboratory, const ResultPresenter& results, const JobPresenter& jobs, const WindowPanels& panels,
                       WindowPages& pages, QObject* parent)
    : QObject(parent), laboratory_(laboratory), results_(results), panels_(panels), pages_(pages) {
    connect(&jobs, &JobPresenter::began, this, [this](const JobSettings& settings, bool is_from_queue) {
        set_running(settings.kind);
        PanelDock* dock = dock_of(settings);
        if (dock != nullptr && !is_from_queue) dock->bring_to_front();
    });
    connect(&jobs, &JobPresenter::ended, this, [this](const JobSettings& settings, bool has_results) {
        set_running({});
        if (!has_results) return;
        if (PanelDock* dock = dock_of(settings); dock != nullptr)
            dock->mark();
        else
            pages_.mark(QLatin1String(settings.kind == JobKind::faults ? page_id::bits : page_id::find));
    });
    connect(&results_, &ResultPresenter::changed, this, &PanelHints::refresh);
    connect(&laboratory_, &Laboratory::selection_changed, this, &PanelHints::refresh);
    connect(&laboratory_, &Laboratory::model_changed, this, &PanelHints::refresh);
    for (PlotPanel* panel : panels_.plots()) connect(panel, &PlotPanel::empty_action_requested, this, [this, panel] { act(panel); });
    refresh();
}

void PanelHints::set_running(std::optional<JobKind> kind) {
    running_ = kind;
    refresh();
}

PanelDock* PanelHints::dock_of(const JobSettings& settings) const {
    const JobDefinition& kind = *settings.kind;
    if (kind.compares_protections) return settings.protections.empty() ? &panels_.dock<ComparisonTable>() : &panels_.dock<PricePane>();
    if (!kind.is_tuning()) return nullptr;
    if (kind.has_search) return &panels_.dock<TrisectionPlot>();
    return kind.has_site_and_grid ? &panels_.dock<AucThresholdPlot>() : &panels_.dock<ActivationPlot>();
}

// The one that the latest search or sweep was about.
QString PanelHints::site_with_results(bool is_of_search) const {
    const TuningResult& tuning = results_.tuning();
    int site = -1;
    if (!is_of_search && !tuning.sweeps.empty()) site = tuning.sweeps.back().site;
    if (!tuning.searches.empty()) site = tuning.searches.back().site;
    return site < 0 ? QString() : QString::fromStdString(tuning.info.sites[std::size_t(site)].name);
}

PanelHints::Hint PanelHints::hint_for(bool is_of_search, const QString& otherwise) const {
    const bool hardens = running_ && (*running_)->has_search;
    const QString selected = laboratory_.selected_site();
    const QString other = site_with_results(is_of_search);
    if (!selected.isEmpty() && !other.isEmpty() && other != selected) {
        const QString text = hardens ? tr("%1 has not been searched yet: %2 is being searched.") : tr("Nothing was evaluated for %1 yet.");
        return {hardens ? text.arg(selected, other) : text.arg(selected), tr("Show %1").arg(other), other};
    }
    if (hardens || (running_ && (*running_)->has_site_and_grid && !is_of_search))
        return {tr("The job that runs fills this as soon as it comes to it."), {}, {}};
    return {otherwise, tr("Harden all sites"), {}};
}

void PanelHints::refresh() {
    Hint profile{tr("A profile or a hardening shows how each site's activations are distributed."), tr("Harden all sites"), {}};
    if (running_ && (*running_)->is_tuning() && !(*running_)->has_site_and_grid)
        profile = {tr("The job that runs fills this first."), {}, {}};
    show(panels_.get<ActivationPlot>(), profile);
    show(panels_.get<AucThresholdPlot>(), hint_for(false, tr("A sweep or a hardening draws AUC against the threshold, point by point.")));
    show(panels_.get<AucAreaPlot>(), hint_for(false, tr("A sweep or a hardening draws the area that is the AUC.")));
    show(
        panels_.get<PricePane>().plot(),
        {tr("A duel sets protections at what they keep and what they cost: choose Duel in the FT-ClipAct form."), tr("Set up a duel"), {}});
    show(panels_.get<TrisectionPlot>(), hint_for(true, tr("A hardening shows its intervals as they narrow, and plays them again.")));
}

void PanelHints::show(PlotPanel& panel, const Hint& hint) {
    Hint& before = shown_[&panel];
    if (before.text == hint.text && before.button == hint.button) return;
    before = hint;
    panel.set_empty_text(hint.text, hint.button);
}

void PanelHints::act(const PlotPanel* panel) {
    if (panel == &panels_.get<PricePane>().plot()) return emit form_wanted(MethodJob::duel);
    if (panel == &panels_.get<ProtectFirstPane>().plot()) return emit form_wanted(MethodJob::protect_first);
    if (panel == &panels_.get<WorstBitsPane>().plot()) return emit form_wanted(MethodJob::worst_bits);
    const QString site = shown_[panel].site;
    if (site.isEmpty())
        emit hardening_wanted();
    else
        laboratory_.select_site(site);
}

}  // namespace clipscope
