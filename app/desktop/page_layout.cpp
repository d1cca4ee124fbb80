#include "page_layout.h"

#include <QLayout>
#include <QMainWindow>
#include <QMap>
#include <algorithm>
#include <numeric>
#include <utility>

namespace clipscope {
namespace {

// A foot of two needs so much room between the left and the right, in lines of text; where there is less, its panels are tabs of one.
constexpr int room_for_two = 56;

// What stands in the slots of a page.
class Slots {
public:
    Slots(const QMainWindow& window, const WindowPanels& panels, const PageRow& page) : panels_(panels), page_(QLatin1String(page.id)) {
        for (const Slot slot : all_slots) docks_[slot] = panels.in_slot(page_, slot);
        const int middle = window.width() * (100 - page.shares.left - page.shares.right) / 100;
        if (middle < room_for_two * window.fontMetrics().height()) docks_[Slot::foot_left] << std::exchange(docks_[Slot::foot_right], {});
    }

    QList<QList<PanelDock*>> all() const { return docks_.values(); }
    PanelDock* first(Slot slot) const { return docks_[slot].value(0); }  // nullptr: it is empty
    int smallest_width(Slot slot) const {
        int width = 0;
        for (const PanelDock* dock : docks_[slot]) width = std::max(width, dock->minimumSizeHint().width());
        return width;
    }
    // The one whose tab is in front.
    PanelDock* front(Slot slot) const {
        for (PanelDock* dock : docks_[slot])
            if (panels_.place_of(*dock, page_)->at_first == AtFirst::in_front) return dock;
        return first(slot);
    }

private:
    const WindowPanels& panels_;
    const QString page_;
    QMap<Slot, QList<PanelDock*>> docks_;
};

void share_room(QMainWindow& window, const Slots& taken, const PageShares& shares) {
    const int width = window.width();
    QList<QDockWidget*> columns;
    QList<int> widths;
    const auto add = [&](Slot slot, int wanted) {
        if (taken.front(slot) == nullptr) return;
        columns << taken.front(slot);
        widths << std::max(wanted, taken.smallest_width(slot));
    };
    add(Slot::left, width * shares.left / 100);
    add(Slot::right, width * shares.right / 100);
    add(Slot::inner_top, (width - std::accumulate(widths.begin(), widths.end(), 0)) * 47 / 100);  // the bar of pages has some, too
    window.resizeDocks(columns, widths, Qt::Horizontal);
    if (PanelDock* foot = taken.front(Slot::foot_left)) window.resizeDocks({foot}, {window.height() * shares.foot / 100}, Qt::Vertical);
    if (PanelDock* beside = taken.front(Slot::foot_right))
        window.resizeDocks({taken.front(Slot::foot_left), beside}, {width, width}, Qt::Horizontal);
    if (PanelDock* below = taken.front(Slot::inner_bottom))  // as high as the foot beside it
        window.resizeDocks({taken.front(Slot::inner_top), below}, {100 - shares.foot, shares.foot}, Qt::Vertical);
}

}  // namespace

void take_out_panels(QMainWindow& window, const WindowPanels& panels) {
    for (PanelDock* dock : panels.all()) window.removeDockWidget(dock);
}

void arrange_page(QMainWindow& window, const WindowPanels& panels, const PageRow& page) {
    const QSize before = window.size();
    const QString id = QLatin1String(page.id);
    const Slots taken(window, panels, page);
    window.addDockWidget(Qt::LeftDockWidgetArea, taken.first(Slot::left));
    if (PanelDock* top = taken.first(Slot::inner_top)) window.splitDockWidget(taken.first(Slot::left), top, Qt::Horizontal);
    if (PanelDock* below = taken.first(Slot::inner_bottom)) window.splitDockWidget(taken.first(Slot::inner_top), below, Qt::Vertical);
    window.addDockWidget(Qt::RightDockWidgetArea, taken.first(Slot::right));
    if (PanelDock* foot = taken.first(Slot::foot_left)) window.addDockWidget(Qt::BottomDockWidgetArea, foot);
    if (PanelDock* foot = taken.first(Slot::foot_right)) window.splitDockWidget(taken.first(Slot::foot_left), foot, Qt::Horizontal);
    for (const QList<PanelDock*>& docks : taken.all())
        for (PanelDock* dock : docks)
            if (dock != docks.front()) window.tabifyDockWidget(docks.front(), dock);
    for (PanelDock* dock : panels.on_page(id)) dock->setVisible(panels.place_of(*dock, id)->at_first != AtFirst::closed);
    for (const Slot slot : all_slots)
        if (PanelDock* dock = taken.front(slot)) dock->raise();
    share_room(window, taken, page.shares);
    // On their way to their places panels stand side by side for a moment, for which Qt widens the window beyond a small screen.
    window.layout()->activate();
    window.resize(before);
}

}  // namespace clipscope
