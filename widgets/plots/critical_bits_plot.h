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
    // A random one of the bits of a cell is to be looked at closely.
    void cell_wanted(const QString& layer, bool is_negative, int bit);

protected:
    bool has_data() const override { return !view().cells.empty(); }
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void double_clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    const PilotCell* cell_under(const QPointF& position) const;
};

}  // namespace clipscope
