#include "controls/protect_first_pane.h"

#include <QPushButton>
#include <algorithm>

#include "plots/protect_first_plot.h"
#include "results/protect_first_output.h"
#include "tables/protect_first_table.h"

namespace clipscope {

ProtectFirstPane::ProtectFirstPane(QWidget* parent) : ProtectFirstPane(new ProtectFirstPlot, new ProtectFirstTable, parent) {}

ProtectFirstPane::ProtectFirstPane(ProtectFirstPlot* plot, ProtectFirstTable* table, QWidget* parent)
    : SearchPane(plot, table, Columns::few,
                 {tr("Progress of the search"),
                  tr("%1. Share of the sets of layers, or bit positions, that are measured; those that a budget forbids fall out"),
                  tr("Time left, from the sets measured so far. Later ones are often quicker: much of them is known by then."),
                  ProtectFirstPlot::usual_empty_text(), tr("Set up the search"),
                  tr("What is found here is no job of the study: it is gone when the window closes or another network is opened. The "
                     "picture exports itself as PDF, SVG, PNG and CSV; a duel of its steps is kept in the study.")},
                 parent),
      plot_(plot),
      table_(table),
      duel_(new QPushButton) {
    connect(duel_, &QPushButton::clicked, this,
            [this] { Q_EMIT duel_requested(QString::fromStdString(duel_of_steps(result(), std::size_t(std::max(chosen_, 0))))); });
    add_foot({duel_});
    connect(plot_, &ProtectFirstPlot::step_clicked, this, &ProtectFirstPane::choose_step);
    connect(table_, &ProtectFirstTable::row_selected, this, &ProtectFirstPane::choose_step);
    clear();
}

void ProtectFirstPane::set_result(const ProtectFirst& found, const QString& title) {
    ProtectFirstView view;
    view.title = title;
    view.found = found;
    plot_->set_view(view);
    table_->set_result(found);
    const bool has_results = has_steps(view);
    set_has_results(has_results);
    set_sentence(has_results ? QString::fromStdString(in_words(found)) : QString());
    show_foot(has_results);
    choose_step(has_results ? int(steps_in_words(found)) : -1);
}

void ProtectFirstPane::clear() {
    set_result({}, tr("What to protect first"));
}

const ProtectFirst& ProtectFirstPane::result() const {
    return plot_->view().found;
}

void ProtectFirstPane::choose_step(int step) {
    chosen_ = step;
    plot_->set_chosen(step);
    table_->select_row(step);
    show_choice();
}

void ProtectFirstPane::show_choice() {
    duel_->setEnabled(chosen_ > 0);
    duel_->setText(chosen_ > 1 ? tr("Duel of %1 steps").arg(chosen_) : chosen_ == 1 ? tr("Duel of 1 step") : tr("Duel of the steps"));
    const QString protections = QString::fromStdString(duel_of_steps(result(), std::size_t(std::max(chosen_, 0))));
    duel_->setToolTip(protections.isEmpty()
                          ? tr("Choose a step in the table or in the picture first: the duel has all up to it.")
                          : tr("Puts %1 into the form of a duel, which shows the whole curve over fault rates, with and without this "
                               "protection. Another step is chosen by a click on it, in the table or in the picture.")
                                .arg(protections));
}

}  // namespace clipscope
