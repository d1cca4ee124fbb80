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
    // A threshold that can be dragged, or moved by the arrow keys, with the points tried so far, over whatever is shown. `act_max` of the
    // site counts where the view has none.
    struct ByHand {
        float threshold = 0;
        float act_max = 0;
        std::vector<AucPoint> points;
    };
    void set_threshold_by_hand(const std::optional<ByHand>& by_hand);

    // The point under a position in the plot widget, an index into sorted_points(view()); -1: none within reach.
    int point_at(const QPointF& position) const;

Q_SIGNALS:
    void threshold_clicked(float threshold);
    void threshold_moved(float threshold);
    void threshold_by_hand_wanted();

protected:
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;
    bool can_drag_at(const QPointF& position) const override;
    void drag_to(const QPointF& position) override;
    bool step_by_key(int key, bool is_fine) override;

private:
    std::optional<ByHand> by_hand_;
    std::optional<bool> chosen_units_;
    std::optional<bool> chosen_whole_scale_;
};

}  // namespace clipscope
