// The inside of PlotPanel, shared by its two source files: plot_panel.cpp (parts, title, redraws, export) and plot_panel_zoom.cpp (mouse,
// keys, history).
#pragma once

#include <qcustomplot.h>

#include <QAction>
#include <QHash>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTimer>

#include "figures/figure_editor.h"
#include "plots/plot_panel.h"
#include "plots/zoom_history.h"

namespace clipscope {

class PlotPanel::Private {
public:
    QString own_title;
    QString user_title;
    QString subject;
    QHash<QString, QString> user_titles;  // by subject
    Theme theme;
    QLabel* title = nullptr;
    QStackedWidget* pages = nullptr;
    QWidget* footer = nullptr;
    QLabel* empty_text = nullptr;
    QPushButton* empty_button = nullptr;
    QCustomPlot* plot = nullptr;
    QAction* follow = nullptr;
    QAction* back = nullptr;
    QAction* forward = nullptr;
    QAction* box_zoom = nullptr;
    QAction* save = nullptr;
    QAction* rename = nullptr;
    QAction* maximise = nullptr;
    QList<QWidget*> wide_tools;      // hidden where the panel is narrow: the menu has them all
    QWidget* menu_button = nullptr;  // there instead
    QTimer redraw_timer;             // armed by data
    QTimer history_timer;            // armed by the user's zooming: one step of history for one gesture
    ZoomHistory history;
    bool following = true;
    bool dirty = true;
    bool setting_ranges = false;
    int redraws = 0;
    QPointF pressed_at;
    bool is_dragging = false;  // something in the picture, not the axes
    ExportChoice export_choice;
    bool has_export_name = false;  // of this subject

    ZoomState ranges() const {
        const QCPRange x = plot->xAxis->range();
        const QCPRange y = plot->yAxis->range();
        return {{x.lower, x.upper}, {y.lower, y.upper}};
    }

    // Nothing while the axes follow the data.
    std::pair<std::optional<Range>, std::optional<Range>> zoomed() const {
        if (following) return {};
        return {ranges().x, ranges().y};
    }

    void set_ranges(const ZoomState& state) {
        setting_ranges = true;
        plot->xAxis->setRange(state.x.first, state.x.second);
        plot->yAxis->setRange(state.y.first, state.y.second);
        setting_ranges = false;
    }

    void commit_history() {
        if (!history_timer.isActive()) return;
        history_timer.stop();
        history.push(ranges());
    }

    // Wheel over an axis zooms that axis alone, elsewhere both.
    void choose_zoom_axes(const QPointF& position) {
        const QRect axes = plot->axisRect()->rect();
        Qt::Orientations orientations = Qt::Horizontal | Qt::Vertical;
        if (position.y() > axes.bottom()) orientations = Qt::Horizontal;
        if (position.x() < axes.left()) orientations = Qt::Vertical;
        plot->axisRect()->setRangeZoom(orientations);
    }
};

}  // namespace clipscope
