// The panel of what to protect first: hovering tells a step's numbers, a click chooses it, the menu has the axis. See plot_panel.h for
// zoom, title and export. GUI thread.
#pragma once

#include "plots/protect_first_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class ProtectFirstPlot : public ViewPanel<ProtectFirstView> {
    Q_OBJECT
public:
    explicit ProtectFirstPlot(QWidget* parent = nullptr);

    // Where nothing was looked for yet.
    static QString usual_empty_text();

    // With the user's choices.
    ProtectFirstView effective_view() const override;
    void set_axis(ProtectFirstView::Axis axis);
    void set_chosen(int step);

Q_SIGNALS:
    void step_clicked(int step);  // 0: the unprotected network

protected:
    bool has_data() const override { return has_steps(view()); }
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    int step_at(const QPointF& position) const;  // -1: none is near

    ProtectFirstView::Axis axis_ = ProtectFirstView::Axis::storage;
    int chosen_ = -1;
};

}  // namespace clipscope
