// The worst bits by name: where each lies, what its fault makes of the number, and what is left of the accuracy. GUI thread.
#pragma once

#include "campaign/worst_bits.h"
#include "tables/cell_table.h"

namespace clipscope {

class WorstBitsTable : public CellTable {
    Q_OBJECT
public:
    explicit WorstBitsTable(QWidget* parent = nullptr);

    void set_bits(const std::vector<WorstBit>& bits, NonfiniteRule rule);

Q_SIGNALS:
    void bit_opened(int row);  // a double click, or Enter
};

}  // namespace clipscope
