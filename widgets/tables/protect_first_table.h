// What to protect first in numbers, step by step, beside its picture. Row 0 is the unprotected network, row n the n-th step. GUI thread.
#pragma once

#include "campaign/protect_first.h"
#include "tables/cell_table.h"

namespace clipscope {

class ProtectFirstTable : public CellTable {
    Q_OBJECT
public:
    explicit ProtectFirstTable(QWidget* parent = nullptr);

    void set_result(const ProtectFirst& found);  // one without steps and trials empties it
};

}  // namespace clipscope
