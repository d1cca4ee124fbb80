// The live panel of a threshold search: a row per iteration, and a player to step through it afterwards. While the search runs the newest
// row is shown, unless the user has stepped back; Follow and Last go on. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/trisection_view.h"
#include "plots/view_panel.h"

class QLabel;

namespace clipscope {

class StepPlayer;

class TrisectionPlot : public ViewPanel<TrisectionView> {
    Q_OBJECT
public:
    explicit TrisectionPlot(QWidget* parent = nullptr);

    // As far as the player is.
    TrisectionView effective_view() const override;
    StepPlayer& player() const { return *player_; }
    QString reason() const;  // for stopping; empty while the search runs

    // The row under a position in the plot widget, and the boundary within reach (-1: none); row 0: none.
    struct Hit {
        int row = 0;
        int boundary = -1;
    };
    Hit hit_at(const QPointF& position) const;

Q_SIGNALS:
    void threshold_clicked(float threshold);

protected:
    void draw_screen(QCustomPlot& plot, const Theme& theme) const override;
    void view_changed() override;
    void followed() override;
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;

private:
    QString row_tip(const TrisectionRow& row) const;
    QString boundary_tip(const TrisectionRow& row, int boundary) const;

    StepPlayer* player_;
    QLabel* reason_;
    std::pair<int, std::string> shown_search_{-1, {}};  // site and scope: another search starts the player anew
};

}  // namespace clipscope
