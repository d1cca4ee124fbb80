// The panels of the window, each listed once: docks, View menu, order of the keys, pages, figures and minimum sizes follow from this table.
#pragma once

#include <QString>
#include <vector>

#include "page_table.h"

class QWidget;

namespace clipscope {

// Where on a page. Panels in one slot are tabs.
enum class PanelSlot {
    left,
    inner_top,  // between the left and the accuracy plot
    inner_bottom,
    right,
    foot_left,   // below the accuracy plot
    foot_right,  // tabs of foot_left in a window that is too narrow for both
};

// In the order of reading, with the foot at the end.
inline constexpr PanelSlot all_slots[] = {PanelSlot::left,  PanelSlot::inner_top, PanelSlot::inner_bottom,
                                          PanelSlot::right, PanelSlot::foot_left, PanelSlot::foot_right};

enum class AtFirst { in_front, behind, closed };

struct PanelPlace {
    const char* page;
    PanelSlot slot;
    AtFirst at_first = AtFirst::behind;
};

struct PanelRow {
    const char* id;  // its places are kept under it
    QString title;
    QWidget* (*make)();
    std::vector<PanelPlace> places;  // the first is its home: where it is shown when the page in front does not have it
    bool goes_along = false;         // in front on one page, it is in front on the next, if that has it
    // Under this name *Export everything* writes what the panel shows; nullptr: its results are written from the study's values.
    const char* figure = nullptr;
};

// In the order of the View menu, and of the tabs in a slot.
const std::vector<PanelRow>& panel_table();

// What is wrong with the tables, as a sentence that says where and what to do; empty: nothing.
QString problem_in(const std::vector<PageRow>& pages, const std::vector<PanelRow>& panels);

}  // namespace clipscope
