// What to protect first: the picture, its table, the answer in words, how far the search is, and the way from some of its steps to a duel,
// which shows their whole curve. GUI thread.
#pragma once

#include <QString>

#include "campaign/protect_first.h"
#include "controls/search_pane.h"

namespace clipscope {

class ProtectFirstPlot;
class ProtectFirstTable;

class ProtectFirstPane : public SearchPane {
    Q_OBJECT
public:
    explicit ProtectFirstPane(QWidget* parent = nullptr);

    // `title`: what was measured. Chooses the steps that the answer in words is about.
    void set_result(const ProtectFirst& found, const QString& title);
    void clear();
    const ProtectFirst& result() const;

    // Up to which step a duel would go: 0: none.
    int chosen_step() const { return chosen_; }
    void choose_step(int step);

    ProtectFirstPlot& plot() const { return *plot_; }
    ProtectFirstTable& table() const { return *table_; }

Q_SIGNALS:
    void duel_requested(const QString& protections);  // as the form of a duel takes them

private:
    ProtectFirstPane(ProtectFirstPlot* plot, ProtectFirstTable* table, QWidget* parent);
    void show_choice();

    ProtectFirstPlot* plot_;
    ProtectFirstTable* table_;
    QPushButton* duel_;
    int chosen_ = 0;
};

}  // namespace clipscope
