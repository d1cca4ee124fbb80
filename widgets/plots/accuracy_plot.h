// The large live plot: accuracy against fault rate, a curve with box plots per layer. Hover shows a point's numbers, a click on a curve, a
// box or a legend entry chooses the series. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/accuracy_view.h"
#include "plots/plot_panel.h"

class QCPGraph;

namespace clipscope {

class AccuracyPlot : public PlotPanel {
    Q_OBJECT
public:
    explicit AccuracyPlot(QWidget* parent = nullptr);

    // Cheap; call it as often as results come. The user's choices (box plots, 95 % interval, title) win over the view's until changed back.
    void set_view(const AccuracyView& view);
    const AccuracyView& view() const { return view_; }

    // Brings one curve forward; empty: all alike. The same as setting view.emphasised.
    void emphasise(const QString& series);

    // The series and point under a position in the plot widget, if there are any within reach; point is -1 on the line between points.
    struct Hit {
        int series = -1;
        int point = -1;
    };
    std::optional<Hit> hit_at(const QPointF& position) const;

Q_SIGNALS:
    void series_clicked(const QString& name);
    void background_clicked();

protected:
    void draw_screen(QCustomPlot& plot, const Theme& theme) const override;
    void draw_figure(QCustomPlot& plot, const Theme& theme, bool with_title, std::optional<Range> x, std::optional<Range> y) const override;
    bool has_data() const override;
    std::string csv() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    AccuracyView effective_view() const;
    static double distance_to(const QCPGraph& graph, const QPointF& position);  // of its line, in pixels

    AccuracyView view_;
    std::optional<BoxPlots> chosen_box_plots_;
    std::optional<bool> chosen_interval_;
};

}  // namespace clipscope
