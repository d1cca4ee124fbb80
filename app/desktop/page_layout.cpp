#include "page_layout.h"

#include <QLayout>
#include <QMainWindow>
#include <QMap>
#include <algorithm>
#include <numeric>
#include <utility>

namespace clipscope {
namespace {

// In heights of a line of text: how wide a plot and a foot of two are at least; where there is less, the form goes below the table at the
// left, and the panels of the foot are tabs of one. Where not even the smallest plots fit beside each other, all but one are such tabs.
constexpr int room_for_one = 20;
constexpr int room_for_two = 46;
constexpr int bar_of_pages = 4;

// What stands in the slots of a page.
class Slots {
public:
    Slots(const QMainWindow& window, const WindowPanels& panels, const PageRow& page) : panels_(panels), page_(QLatin1String(page.id)) {
        for (const PanelSlot slot : all_slots) docks_[slot] = panels.in_slot(page_, slot);
        const int line = window.fontMetrics().height();
        const int form = std::max(window.width() * page.shares.right / 100, smallest_width(PanelSlot::right));
        const int table = window.width() * page.shares.left / 100;
        const int columns = first(PanelSlot::inner_top) != nullptr ? 2 : 1;
        form_is_below_ = window.width() - bar_of_pages * line - table - form < columns * room_for_one * line;
        const int middle = window.width() - bar_of_pages * line - (form_is_below_ ? std::max(table, form) : table + form);
        if (middle < room_for_two * line) docks_[PanelSlot::foot_left] << std::exchange(docks_[PanelSlot::foot_right], {});
    }

    void move_inner_to_foot() {
        for (const PanelSlot slot : {PanelSlot::inner_top, PanelSlot::inner_bottom})
            docks_[PanelSlot::foot_left] << std::exchange(docks_[slot], {});
    }

    // The form stands below the table at the left, and the middle reaches to the window's right.
    bool form_is_below() const { return form_is_below_; }
    QList<QList<PanelDock*>> all() const { return docks_.values(); }
    PanelDock* first(PanelSlot slot) const { return docks_[slot].value(0); }  // nullptr: it is empty
    int smallest_width(PanelSlot slot) const {
        int width = 0;
        for (const PanelDock* dock : docks_[slot]) width = std::max(width, dock->minimumSizeHint().width());
        return width;
    }
    // The one whose tab is in front.
    PanelDock* front(PanelSlot slot) const {
        for (PanelDock* dock : docks_[slot])
            if (panels_.place_of(*dock, page_)->at_first == AtFirst::in_front) return dock;
        return first(slot);
    }

private:
    const WindowPanels& panels_;
    const QString page_;
    QMap<PanelSlot, QList<PanelDock*>> docks_;
    bool form_is_below_ = false;
};

void share_room(QMainWindow& window, const Slots& taken, const PageShares& shares) {
    const int width = window.width();
    const int form = std::max(width * shares.right / 100, taken.smallest_width(PanelSlot::right));
    const int table = std::max(width * shares.left / 100, taken.smallest_width(PanelSlot::left));
    const int sides = taken.form_is_below() ? std::max(form, table) : form + table;
    QList<QDockWidget*> columns{taken.front(PanelSlot::left), taken.front(PanelSlot::right)};
    QList<int> widths{taken.form_is_below() ? sides : table, taken.form_is_below() ? sides : form};
    if (PanelDock* inner = taken.front(PanelSlot::inner_top)) {  // as wide as the accuracy plot
        columns << inner;
        widths << (width - bar_of_pages * window.fontMetrics().height() - sides) / 2;
    }
    window.resizeDocks(columns, widths, Qt::Horizontal);
    if (taken.form_is_below()) window.resizeDocks({taken.front(PanelSlot::left), taken.front(PanelSlot::right)}, {35, 65}, Qt::Vertical);
    if (PanelDock* foot = taken.front(PanelSlot::foot_left))
        window.resizeDocks({foot}, {window.height() * shares.foot / 100}, Qt::Vertical);
    if (PanelDock* beside = taken.front(PanelSlot::foot_right))
        window.resizeDocks({taken.front(PanelSlot::foot_left), beside}, {width, width}, Qt::Horizontal);
    if (PanelDock* below = taken.front(PanelSlot::inner_bottom))  // as high as the foot beside it
        window.resizeDocks({taken.front(PanelSlot::inner_top), below}, {100 - shares.foot, shares.foot}, Qt::Vertical);
}

void place(QMainWindow& window, const WindowPanels& panels, const PageRow& page, const Slots& taken) {
    const QString id = QLatin1String(page.id);
    window.addDockWidget(Qt::LeftDockWidgetArea, taken.first(PanelSlot::left));
    if (PanelDock* top = taken.first(PanelSlot::inner_top)) window.splitDockWidget(taken.first(PanelSlot::left), top, Qt::Horizontal);
    if (PanelDock* below = taken.first(PanelSlot::inner_bottom))
        window.splitDockWidget(taken.first(PanelSlot::inner_top), below, Qt::Vertical);
    if (taken.form_is_below())
        window.splitDockWidget(taken.first(PanelSlot::left), taken.first(PanelSlot::right), Qt::Vertical);
    else
        window.addDockWidget(Qt::RightDockWidgetArea, taken.first(PanelSlot::right));
    if (PanelDock* foot = taken.first(PanelSlot::foot_left)) window.addDockWidget(Qt::BottomDockWidgetArea, foot);
    if (PanelDock* foot = taken.first(PanelSlot::foot_right))
        window.splitDockWidget(taken.first(PanelSlot::foot_left), foot, Qt::Horizontal);
    for (const QList<PanelDock*>& docks : taken.all())
        for (PanelDock* dock : docks)
            if (dock != docks.front()) window.tabifyDockWidget(docks.front(), dock);
    for (PanelDock* dock : panels.on_page(id)) dock->setVisible(panels.place_of(*dock, id)->at_first != AtFirst::closed);
    for (const PanelSlot slot : all_slots)
        if (PanelDock* dock = taken.front(slot)) dock->raise();
    share_room(window, taken, page.shares);
    window.layout()->activate();
}

}  // namespace

void take_out_panels(QMainWindow& window, const WindowPanels& panels) {
    for (PanelDock* dock : panels.all()) {
        dock->setFloating(false);  // as long as it has a place to go back to
        window.removeDockWidget(dock);
    }
}

void arrange_page(QMainWindow& window, const WindowPanels& panels, const PageRow& page) {
    const QSize before = window.size();
    Slots taken(window, panels, page);
    place(window, panels, page, taken);
    if (window.minimumSizeHint().width() > before.width() && taken.first(PanelSlot::inner_top) != nullptr) {
        taken.move_inner_to_foot();
        place(window, panels, page, taken);
    }
    // On their way to their places panels stand side by side for a moment, for which Qt widens the window beyond a small screen.
    window.resize(before);
}

}  // namespace clipscope
