// The layers of a ranking, the most sensitive first: what their faults cost, and how surely that is known. GUI thread.
#pragma once

#include "report/ranking.h"
#include "tables/cell_table.h"

namespace clipscope {

class RankingTable : public CellTable {
    Q_OBJECT
public:
    explicit RankingTable(QWidget* parent = nullptr);

    void set_ranking(const Ranking& ranking);
    const Ranking& ranking() const { return ranking_; }
    bool has_ranking() const { return !ranking_.layers.empty(); }
    void select_layer(const QString& layer);  // its first row; without layer_chosen()

Q_SIGNALS:
    void layer_chosen(const QString& layer);  // by the user
    void latex_requested();                   // the table for LaTeX

private:
    Ranking ranking_;
};

}  // namespace clipscope
