#include "panel_table.h"

#include <QObject>
#include <QSet>
#include <algorithm>

#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/lab_pane.h"
#include "controls/price_pane.h"
#include "controls/protect_first_pane.h"
#include "controls/sensitivity_panel.h"
#include "controls/threshold_pane.h"
#include "controls/worst_bits_pane.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/critical_bits_plot.h"
#include "plots/trisection_plot.h"
#include "tables/comparison_table.h"
#include "tables/fault_table.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "tables/ranking_table.h"
#include "tables/site_table.h"

namespace clipscope {
namespace {

template <typename Panel>
QWidget* make() {
    return new Panel;
}

bool has_slot(const std::vector<PanelRow>& panels, const char* page, PanelSlot slot) {
    return std::ranges::any_of(panels, [&](const PanelRow& panel) {
        return std::ranges::any_of(
            panel.places, [&](const PanelPlace& place) { return QLatin1String(place.page) == QLatin1String(page) && place.slot == slot; });
    });
}

QString problem_of(const PageRow& page, const std::vector<PanelRow>& panels) {
    const QString name = QLatin1String(page.id);
    if (page.title.isEmpty() || page.question.isEmpty())
        return QStringLiteral("Page \"%1\" has no title or no question: its row in page_table.cpp needs both.").arg(name);
    if (!has_slot(panels, page.id, PanelSlot::left) || !has_slot(panels, page.id, PanelSlot::right))
        return QStringLiteral("Page \"%1\" has nothing on its left or no form on its right: give panels in panel_table.cpp a place there.")
            .arg(name);
    if (has_slot(panels, page.id, PanelSlot::inner_bottom) && !has_slot(panels, page.id, PanelSlot::inner_top))
        return QStringLiteral("Page \"%1\" has an inner_bottom without an inner_top: move its panel there in panel_table.cpp.").arg(name);
    if (has_slot(panels, page.id, PanelSlot::foot_right) && !has_slot(panels, page.id, PanelSlot::foot_left))
        return QStringLiteral("Page \"%1\" has a foot_right without a foot_left: move its panel there in panel_table.cpp.").arg(name);
    return {};
}

QString problem_of(const PanelRow& panel, const std::vector<PageRow>& pages) {
    const QString name = QLatin1String(panel.id);
    if (panel.title.isEmpty() || panel.make == nullptr)
        return QStringLiteral("Panel \"%1\" has no title or nothing that makes it: its row in panel_table.cpp needs both.").arg(name);
    if (panel.places.empty()) return QStringLiteral("Panel \"%1\" is on no page: give it a place in panel_table.cpp.").arg(name);
    QSet<QLatin1String> seen;
    for (const PanelPlace& place : panel.places) {
        const QLatin1String page(place.page);
        if (std::ranges::none_of(pages, [&](const PageRow& row) { return page == QLatin1String(row.id); }))
            return QStringLiteral("Panel \"%1\" is on the page \"%2\", which page_table.cpp does not have.").arg(name, page);
        if (seen.contains(page)) return QStringLiteral("Panel \"%1\" has two places on the page \"%2\": leave one.").arg(name, page);
        seen.insert(page);
    }
    return {};
}

template <typename Row>
QString twice(const std::vector<Row>& rows) {
    QSet<QLatin1String> seen;
    for (const Row& row : rows) {
        if (seen.contains(QLatin1String(row.id))) return QStringLiteral("\"%1\" is listed twice: rename one.").arg(QLatin1String(row.id));
        seen.insert(QLatin1String(row.id));
    }
    return {};
}

}  // namespace

const std::vector<PanelRow>& panel_table() {
    using namespace page_id;
    using enum PanelSlot;
    constexpr AtFirst front = AtFirst::in_front;
    static const std::vector<PanelRow> table{
        {"layers", QObject::tr("Layers"), make<LayerTable>, {{find, left, front}, {clip, left}, {duel, left, front}, {bits, left, front}}},
        {"sites", QObject::tr("Activation sites"), make<SiteTable>, {{clip, left, front}, {find, left}, {duel, left}, {bits, left}}},
        {"job",
         QObject::tr("Sensitivity job"),
         make<SensitivityPanel>,
         {{find, right, front}, {bits, right, front}, {study, right, front}}},
        {"method",
         QObject::tr("FT-ClipAct job"),
         make<HardenPanel>,
         {{clip, right, front}, {duel, right, front}, {bits, right}, {study, right}}},
        {"threshold", QObject::tr("T by hand"), make<ThresholdPane>, {{clip, right}}},
        {"activations", QObject::tr("Activations"), make<ActivationPlot>, {{clip, inner_top, front}}},
        {"auc_threshold", QObject::tr("AUC against T"), make<AucThresholdPlot>, {{clip, inner_bottom, front}}},
        {"auc_area", QObject::tr("Area"), make<AucAreaPlot>, {{clip, inner_bottom}}},
        {"trisection", QObject::tr("Threshold search"), make<TrisectionPlot>, {{clip, foot_left, front}}},
        {"ranking", QObject::tr("Ranking"), make<RankingTable>, {{find, foot_left, front}, {study, foot_left, front}}},
        {"pareto", QObject::tr("Price"), make<PricePane>, {{duel, foot_left, front}}},
        {"protect_first", QObject::tr("Protect first"), make<ProtectFirstPane>, {{duel, foot_right, front}}},
        {"comparison", QObject::tr("Comparison"), make<ComparisonTable>, {{clip, foot_left}, {duel, foot_right}, {study, foot_left}}},
        {"critical_bits", QObject::tr("Critical bits"), make<CriticalBitsPlot>, {{find, foot_right, front}, {bits, foot_right, front}}},
        {"worst_bits", QObject::tr("Worst bits"), make<WorstBitsPane>, {{bits, foot_right}, {find, foot_right}}},
        {"faults", QObject::tr("Faults"), make<FaultTable>, {{bits, foot_left, front}, {study, foot_right, front}}},
        {"jobs", QObject::tr("Jobs"), make<JobTable>, {{study, left, front}}},
        {"activity", QObject::tr("Activity"), make<ActivityLog>, {{study, foot_right}}},
        {"lab",
         QObject::tr("Lab"),
         make<LabPane>,
         {{find, left}, {clip, left}, {duel, left}, {bits, left}, {study, left}},
         true},  // goes along
    };
    return table;
}

QString problem_in(const std::vector<PageRow>& pages, const std::vector<PanelRow>& panels) {
    if (const QString problem = twice(pages); !problem.isEmpty()) return problem;
    if (const QString problem = twice(panels); !problem.isEmpty()) return problem;
    for (const PageRow& page : pages)
        if (const QString problem = problem_of(page, panels); !problem.isEmpty()) return problem;
    for (const PanelRow& panel : panels)
        if (const QString problem = problem_of(panel, pages); !problem.isEmpty()) return problem;
    return {};
}

}  // namespace clipscope
