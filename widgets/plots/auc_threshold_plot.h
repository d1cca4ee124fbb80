// The live panel of the bell curve: points appear as they are evaluated; hover shows a point's numbers. See plot_panel.h for zoom, title
// and export. GUI thread.
#pragma once

#include "plots/auc_threshold_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class AucThresholdPlot : public ViewPanel<AucThresholdView> {
    Q_OBJECT
public:
    explicit AucThresholdPlot(QWidget* parent = nullptr);

    // With the user's choice of units and scale.
    AucThresholdView effective_view() const override;
    void set_in_act_max_units(bool on);
    void set_whole_scale(bool on);

    // The point under a position in the plot widget, an index into sorted_points(view()); -1: none within reach.
    int point_at(const QPointF& position) const;

Q_SIGNALS:
    void threshold_clicked(float threshold);

protected:
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    std::optional<bool> chosen_units_;
    std::optional<bool> chosen_whole_scale_;
};

}  // namespace clipscope
