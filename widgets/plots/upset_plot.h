// The panel of failures in time: hovering tells what lies at a rate of upsets, or at a time between scrubs. See plot_panel.h for zoom,
// title and export. GUI thread.
#pragma once

#include "plots/upset_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class UpsetPlot : public ViewPanel<UpsetView> {
    Q_OBJECT
public:
    explicit UpsetPlot(QWidget* parent = nullptr);

protected:
    bool has_data() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF&) override {}
};

}  // namespace clipscope
