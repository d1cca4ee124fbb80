// A PlotPanel that shows one kind of view: a value with title, show_title, x_range and y_range, and the free functions draw() and to_csv().
// What the user chose in the panel (title, scales) is laid over the value when it is drawn. GUI thread.
#pragma once

#include <optional>
#include <string>

#include "figures/figure_kinds.h"
#include "plots/plot_panel.h"

namespace clipscope {

template <typename View>
class ViewPanel : public PlotPanel {
public:
    using PlotPanel::PlotPanel;

    // Cheap; call it as often as results come. The user's choices win over the view's.
    void set_view(const View& view) {
        view_ = view;
        if (!view.title.isEmpty()) set_title(view.title);
        view_changed();
        data_changed();
    }
    const View& view() const { return view_; }

    // The view as it is drawn.
    virtual View effective_view() const {
        View view = view_;
        view.title = title();
        return view;
    }

protected:
    // After set_view(), before anything is drawn.
    virtual void view_changed() {}

    void draw_screen(QCustomPlot& plot, const Theme& theme) const override {
        View view = effective_view();
        view.show_title = false;
        draw(view, theme, plot);
    }

    void draw_figure(QCustomPlot& plot, const Theme& theme, bool with_title, std::optional<Range> x,
                     std::optional<Range> y) const override {
        View view = effective_view();
        view.show_title = with_title;
        view.x_range = x;
        view.y_range = y;
        draw(view, theme, plot);
    }

    Figure figure(std::optional<Range> x, std::optional<Range> y) const override {
        View view = effective_view();
        view.x_range = x;
        view.y_range = y;
        return figure_of(view);
    }

    std::string csv() const override { return to_csv(view_); }

    View view_;
};

}  // namespace clipscope
