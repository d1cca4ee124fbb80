// The panel of the area picture: what the AUC is the area of. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/auc_area_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class AucAreaPlot : public ViewPanel<AucAreaView> {
    Q_OBJECT
public:
    explicit AucAreaPlot(QWidget* parent = nullptr);

    // With the user's choice of the axis.
    AucAreaView effective_view() const override;
    void set_axis(AucAxis axis);

protected:
    bool has_data() const override;
    std::string csv() const override;
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    std::optional<AucAxis> chosen_axis_;
};

}  // namespace clipscope
