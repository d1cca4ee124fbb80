// The panel of activation histograms: hover shows a bin's numbers. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/activation_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class ActivationPlot : public ViewPanel<ActivationView> {
    Q_OBJECT
public:
    explicit ActivationPlot(QWidget* parent = nullptr);

    // With the user's choice of the count axis.
    ActivationView effective_view() const override;
    void set_log_count(bool on);
    // A threshold that can be dragged, or moved by the arrow keys, over whatever is shown; nothing: there is none.
    void set_threshold_by_hand(std::optional<float> threshold);

Q_SIGNALS:
    void threshold_moved(float threshold);
    void threshold_by_hand_wanted();
    void site_clicked();  // anywhere in the picture: it shows one site

protected:
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;
    bool can_drag_at(const QPointF& position) const override;
    void drag_to(const QPointF& position) override;
    bool step_by_key(int key, bool is_fine) override;

private:
    std::optional<float> by_hand_;
    std::optional<bool> chosen_log_count_;
};

}  // namespace clipscope
