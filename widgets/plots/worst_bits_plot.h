// The panel of the worst case of k faulty bits: hovering tells its numbers, a click chooses the bit that came k-th. See plot_panel.h for
// zoom, title and export. GUI thread.
#pragma once

#include "plots/view_panel.h"
#include "plots/worst_bits_view.h"

namespace clipscope {

class WorstBitsPlot : public ViewPanel<WorstBitsView> {
    Q_OBJECT
public:
    explicit WorstBitsPlot(QWidget* parent = nullptr);

Q_SIGNALS:
    void count_clicked(int bits);  // from 1

protected:
    bool has_data() const override { return has_bits(view()); }
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;

private:
    int count_at(const QPointF& position) const;  // -1: no number of faults of the worst case is near
};

}  // namespace clipscope
