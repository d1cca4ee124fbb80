// The large live plot: accuracy against fault rate, a curve with box plots per layer. Hover shows a point's numbers, a click on a curve, a
// box or a legend entry chooses the series. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/accuracy_view.h"
#include "plots/view_panel.h"

class QCPGraph;

namespace clipscope {

class AccuracyPlot : public ViewPanel<AccuracyView> {
    Q_OBJECT
public:
    explicit AccuracyPlot(QWidget* parent = nullptr);

    // With the user's choice of box plots and 95 % interval.
    AccuracyView effective_view() const override;

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
    // A click on a point or a box, and a double-click, which asks for the trials it is made of; `series` as in view().
    void point_chosen(int series, double rate, bool opens);
    void background_clicked();
    void rate_by_hand_wanted();

protected:
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void double_clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    struct Point {
        int series;  // as in view()
        double rate;
    };
    std::optional<Point> point_of(const std::optional<Hit>& hit) const;         // none: the hit is not on one
    static double distance_to(const QCPGraph& graph, const QPointF& position);  // of its line, in pixels

    std::optional<BoxPlots> chosen_box_plots_;
    std::optional<bool> chosen_interval_;
    std::optional<Point> clicked_point_;  // by the last click
};

}  // namespace clipscope
