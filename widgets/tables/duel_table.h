// The contestants of a duel in numbers, beside the picture of their prices: what each keeps at the rate in sight, what it costs, the area
// under its curve, where accuracy is lost, and whether it is worth its price. GUI thread.
#pragma once

#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

#include "plots/pareto_view.h"
#include "statistics/mean_interval.h"
#include "tables/cell_table.h"

namespace clipscope {

// Of each curve's AUC, in the order of the duel's curves.
using AucIntervals = std::vector<std::optional<Interval>>;

class DuelTable : public CellTable {
    Q_OBJECT
public:
    explicit DuelTable(QWidget* parent = nullptr);

    // Call it as often as results come: the rows follow a few times a second at most, and at once for another rate or scope.
    void set_view(const ParetoView& view);
    // Asked when rows are shown, never while the table is hidden; may be empty.
    void set_intervals(std::function<AucIntervals()> source);

    const ParetoView& duel_view() const { return shown_; }
    std::string csv() const;  // a row a contestant, numbers as files have them

protected:
    void showEvent(QShowEvent* event) override;

private:
    void show_rows();

    ParetoView shown_;
    std::function<AucIntervals()> source_;
    QTimer refresh_;
};

}  // namespace clipscope
