// The pieces the main window is put together from: menus and docks, without what they do.
#pragma once

#include <QList>
#include <QString>
#include <functional>

#include "panel_dock.h"

class QAction;
class QMainWindow;
class QMenu;

namespace clipscope {

class ActivationPlot;
class ActivityLog;
class AucAreaPlot;
class CriticalBitsPlot;
class AucThresholdPlot;
class ComparisonTable;
class FaultTable;
class HardenPanel;
class JobTable;
class LabPane;
class LayerTable;
class PlotPanel;
class RankingTable;
class RecentList;
class PricePane;
class ProtectFirstPane;
class SensitivityPanel;
class SiteTable;
class ThresholdPane;
class TrisectionPlot;
class WorstBitsPane;

struct WindowDocks {
    PanelDock* layers = nullptr;
    PanelDock* sites = nullptr;
    PanelDock* sensitivity = nullptr;
    PanelDock* method = nullptr;
    PanelDock* threshold = nullptr;
    PanelDock* activations = nullptr;
    PanelDock* auc_threshold = nullptr;
    PanelDock* auc_area = nullptr;
    PanelDock* critical_bits = nullptr;
    PanelDock* trisection = nullptr;
    PanelDock* comparison = nullptr;
    PanelDock* pareto = nullptr;
    PanelDock* protect_first = nullptr;
    PanelDock* worst_bits = nullptr;
    PanelDock* ranking = nullptr;
    PanelDock* jobs = nullptr;
    PanelDock* faults = nullptr;
    PanelDock* activity = nullptr;
    PanelDock* lab = nullptr;

    LayerTable* layer_table = nullptr;
    SiteTable* site_table = nullptr;
    SensitivityPanel* sensitivity_panel = nullptr;
    HardenPanel* harden_panel = nullptr;
    ThresholdPane* threshold_pane = nullptr;
    ActivationPlot* activation_plot = nullptr;
    AucThresholdPlot* auc_threshold_plot = nullptr;
    AucAreaPlot* auc_area_plot = nullptr;
    CriticalBitsPlot* critical_bits_plot = nullptr;
    TrisectionPlot* trisection_plot = nullptr;
    ComparisonTable* comparison_table = nullptr;
    PricePane* price_pane = nullptr;
    ProtectFirstPane* protect_first_pane = nullptr;
    WorstBitsPane* worst_bits_pane = nullptr;
    RankingTable* ranking_table = nullptr;
    JobTable* job_table = nullptr;
    FaultTable* fault_table = nullptr;
    ActivityLog* log = nullptr;
    LabPane* lab_pane = nullptr;

    QList<PanelDock*> all() const;
    QList<PlotPanel*> plots() const;
};

// Makes the docks and puts each where it belongs at first.
WindowDocks build_docks(QMainWindow& window);
// All that keys can work in, in the order of reading: left, middle, right, foot.
QList<QWidget*> panel_regions(const WindowDocks& docks, QWidget& centre, QWidget& strip);
void arrange_docks(QMainWindow& window, const WindowDocks& docks);
// What this machine offers to the job forms.
void set_up_forms(const WindowDocks& docks, int threads);
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

WindowActions build_menus(QMainWindow& window, const WindowDocks& docks);

// Lists what was opened lately each time the menu is opened. The list must outlive the menu.
void connect_recent(QMenu& menu, RecentList& list, const std::function<void(const QString& path)>& open);

}  // namespace clipscope
