// What a duel's protections keep against what they cost: the picture, and beside it all numbers of the contestants at the rate and in the
// scope that the picture shows. GUI thread.
#pragma once

#include "controls/picture_and_table.h"

namespace clipscope {

class DuelTable;
class ParetoPlot;

class PricePane : public PictureAndTable {
    Q_OBJECT
public:
    explicit PricePane(QWidget* parent = nullptr);

    ParetoPlot& plot() const { return *plot_; }
    DuelTable& table() const { return *table_; }

private:
    PricePane(ParetoPlot* plot, DuelTable* table, QWidget* parent);
    void show_numbers();

    ParetoPlot* plot_;
    DuelTable* table_;
};

}  // namespace clipscope
