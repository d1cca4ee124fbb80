// The window's panels, made from panel_table.h, each in its dock. A copy is another view of the same panels. GUI thread.
#pragma once

#include <QList>
#include <QMainWindow>
#include <utility>
#include <vector>

#include "panel_dock.h"
#include "panel_table.h"

namespace clipscope {

struct Figure;
class PlotPanel;

class WindowPanels {
public:
    // None yet.
    WindowPanels() = default;
    // The docks belong to the window, and have no place there yet.
    explicit WindowPanels(QMainWindow& window, const std::vector<PanelRow>& table = panel_table());

    // The panel of this type, and its dock. Throws std::logic_error where the table has none.
    template <typename Panel>
    Panel& get() const {
        for (const PanelDock* dock : docks_)
            if (auto* panel = qobject_cast<Panel*>(dock->content())) return *panel;
        miss(Panel::staticMetaObject.className());
    }
    template <typename Panel>
    PanelDock& dock() const {
        for (PanelDock* dock : docks_)
            if (qobject_cast<Panel*>(dock->content()) != nullptr) return *dock;
        miss(Panel::staticMetaObject.className());
    }

    // In the order of the table.
    const QList<PanelDock*>& all() const { return docks_; }
    const PanelRow& row_of(const PanelDock& dock) const { return (*table_)[std::size_t(docks_.indexOf(&dock))]; }
    // Those that have a place on the page, in the order of its slots: that of reading, with the foot at the end.
    QList<PanelDock*> on_page(const QString& page) const;
    // Those of one slot of it, as tabs in this order.
    QList<PanelDock*> in_slot(const QString& page, PanelSlot slot) const;
    // The page that it comes with where the one in front has no place for it.
    QString home_of(const PanelDock& dock) const { return QLatin1String(row_of(dock).places.front().page); }
    // nullptr: it has none there.
    const PanelPlace* place_of(const PanelDock& dock, const QString& page) const;
    // What panels show that is exported as they show it (PanelRow::figure), as far as there is something.
    std::vector<std::pair<QString, Figure>> figures() const;
    // All plots in all panels.
    QList<PlotPanel*> plots() const;

private:
    [[noreturn]] static void miss(const char* panel);

    const std::vector<PanelRow>* table_ = nullptr;
    QList<PanelDock*> docks_;
};

// What this machine offers to the job forms.
void set_up_forms(const WindowPanels& panels, int threads);

}  // namespace clipscope
