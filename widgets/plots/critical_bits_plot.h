// The panel of the map of critical bits. See plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/critical_bits_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class CriticalBitsPlot : public ViewPanel<CriticalBitsView> {
    Q_OBJECT
public:
    explicit CriticalBitsPlot(QWidget* parent = nullptr);

Q_SIGNALS:
    void layer_clicked(const QString& layer);

protected:
    bool has_data() const override { return !view().cells.empty(); }
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;

private:
    const PilotCell* cell_under(const QPointF& position) const;
};

}  // namespace clipscope
