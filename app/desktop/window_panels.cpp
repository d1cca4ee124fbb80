#include "window_panels.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "controls/harden_panel.h"
#include "controls/sensitivity_panel.h"
#include "figures/figure.h"
#include "plots/plot_panel.h"

namespace clipscope {
namespace {

// Small enough for three of them beside a form on a small screen; how large they are at first, the page says.
constexpr QSize smallest_panel(150, 110);

}  // namespace

WindowPanels::WindowPanels(QMainWindow& window, const std::vector<PanelRow>& table) : table_(&table) {
    for (const PanelRow& row : table) {
        QWidget* content = row.make();
        // Forms know themselves how narrow they can be, as they scroll in one direction only.
        if (qobject_cast<JobPanel*>(content) == nullptr) content->setMinimumSize(smallest_panel);
        docks_ << new PanelDock(window, row.id, row.title, content);
    }
}

QList<PanelDock*> WindowPanels::on_page(const QString& page) const {
    QList<PanelDock*> docks;
    for (const PanelSlot slot : all_slots) docks << in_slot(page, slot);
    return docks;
}

QList<PanelDock*> WindowPanels::in_slot(const QString& page, PanelSlot slot) const {
    QList<PanelDock*> docks;
    for (PanelDock* dock : docks_)
        if (const PanelPlace* place = place_of(*dock, page); place != nullptr && place->slot == slot) docks << dock;
    return docks;
}

const PanelPlace* WindowPanels::place_of(const PanelDock& dock, const QString& page) const {
    const std::vector<PanelPlace>& places = row_of(dock).places;
    const auto found = std::ranges::find_if(places, [&](const PanelPlace& place) { return page == QLatin1String(place.page); });
    return found != places.end() ? &*found : nullptr;
}

QList<PlotPanel*> WindowPanels::plots() const {
    QList<PlotPanel*> plots;
    for (const PanelDock* dock : docks_) plots << dock->findChildren<PlotPanel*>();
    return plots;
}

std::vector<std::pair<QString, Figure>> WindowPanels::figures() const {
    std::vector<std::pair<QString, Figure>> figures;
    for (const PanelDock* dock : docks_) {
        const char* name = row_of(*dock).figure;
        if (name == nullptr) continue;
        for (const PlotPanel* panel : dock->findChildren<PlotPanel*>())
            if (panel->has_data()) figures.emplace_back(QLatin1String(name), panel->current_figure());
    }
    return figures;
}

void WindowPanels::miss(const char* panel) {
    throw std::logic_error(std::string("No panel of the window is a ") + panel + ": list it in panel_table.cpp.");
}

void set_up_forms(const WindowPanels& panels, int threads) {
    auto& sensitivity = panels.get<SensitivityPanel>();
    auto& method = panels.get<HardenPanel>();
    for (JobPanel* panel : {static_cast<JobPanel*>(&sensitivity), static_cast<JobPanel*>(&method)}) {
        panel->set_max_threads(threads);
        panel->set_devices({QStringLiteral("cpu"), QStringLiteral("auto")});
    }
    SensitivityForm sensitivity_form = sensitivity.form();
    sensitivity_form.threads = threads;
    sensitivity.set_form(sensitivity_form);
    HardenForm method_form = method.form();
    method_form.threads = threads;
    method.set_form(method_form);
}

}  // namespace clipscope
