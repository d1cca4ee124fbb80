// The worst bits: the worst case against the number of faulty bits, the bits by name, how far the search is, and the way to One fault
// closely. GUI thread.
#pragma once

#include <QString>
#include <vector>

#include "controls/search_pane.h"
#include "plots/worst_bits_view.h"

class QComboBox;

namespace clipscope {

class WorstBitsPlot;
class WorstBitsTable;

class WorstBitsPane : public SearchPane {
    Q_OBJECT
public:
    explicit WorstBitsPane(QWidget* parent = nullptr);

    // Shows those together where they were looked for.
    void set_result(const WorstBits& found, const WorstBitsOrigin& origin, const QString& title);
    // The mean of as many faults at random, where there is one: of the same scope and memory.
    void set_random(const std::vector<CurvePoint>& points);
    void clear();
    bool has_result() const;
    const WorstBitsView& result() const;

    WorstBitsPlot& plot() const { return *plot_; }
    WorstBitsTable& table() const { return *table_; }

Q_SIGNALS:
    void bit_opened(const clipscope::FaultyValue& bit);

private:
    WorstBitsPane(WorstBitsPlot* plot, WorstBitsTable* table, QWidget* parent);
    void set_up_foot();
    bool shows_together() const;
    const std::vector<WorstBit>& bits_in_sight() const;
    void show_bits();
    void show_choice();
    void open(int row);

    WorstBitsPlot* plot_;
    WorstBitsTable* table_;
    QComboBox* which_;
    QPushButton* closely_;
};

}  // namespace clipscope
