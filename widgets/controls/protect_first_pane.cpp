#include "controls/protect_first_pane.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "campaign/protect_first_output.h"
#include "plots/protect_first_plot.h"
#include "tables/protect_first_table.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int bar_steps = 1000;

}  // namespace

ProtectFirstPane::ProtectFirstPane(QWidget* parent) : ProtectFirstPane(new ProtectFirstPlot, new ProtectFirstTable, parent) {}

ProtectFirstPane::ProtectFirstPane(ProtectFirstPlot* plot, ProtectFirstTable* table, QWidget* parent)
    : PictureAndTable(plot, table, Columns::few, parent), plot_(plot), table_(table) {
    add_above(progress_row_ = build_progress());
    add_below(foot_ = build_foot());
    connect(plot_, &ProtectFirstPlot::step_clicked, this, &ProtectFirstPane::choose_step);
    connect(table_, &ProtectFirstTable::row_selected, this, &ProtectFirstPane::choose_step);
    progress_row_->hide();
    show_empty_text();
    clear();
}

QWidget* ProtectFirstPane::build_progress() {
    what_ = new QLabel;
    what_->setTextFormat(Qt::PlainText);
    what_->setMinimumWidth(40);
    what_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar_ = new QProgressBar;
    bar_->setRange(0, bar_steps);
    bar_->setMinimumWidth(50);
    bar_->setAlignment(Qt::AlignCenter);
    bar_->setFormat(QStringLiteral("%p %"));
    bar_->setAccessibleName(tr("Progress of the search"));

    times_ = new QLabel;
    times_->setFont(tabular(times_->font()));
    times_->setToolTip(tr("Time left, from the sets measured so far. Later ones are often quicker: much of them is known by then."));
    auto* stop = new QPushButton(tr("Stop"));
    stop->setToolTip(tr("Ends the search. What it has found so far is no order yet, so nothing of it is kept."));
    connect(stop, &QPushButton::clicked, this, &ProtectFirstPane::stop_requested);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(8, 3, 4, 3);
    layout->addWidget(what_, 1);
    layout->addWidget(bar_, 1);
    layout->addWidget(times_);
    layout->addWidget(stop);
    return row;
}

QWidget* ProtectFirstPane::build_foot() {
    kept_ = new QLabel;
    kept_->setTextFormat(Qt::PlainText);
    kept_->setForegroundRole(QPalette::PlaceholderText);
    kept_->setMinimumWidth(40);
    kept_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    kept_->setToolTip(
        tr("What is found here is no job of the study: it is gone when the window closes or another network is opened. The picture exports "
           "itself as PDF, SVG, PNG "
           "and CSV; a duel of its steps is kept in the study."));
    duel_ = new QPushButton;
    connect(duel_, &QPushButton::clicked, this,
            [this] { Q_EMIT duel_requested(QString::fromStdString(duel_of_steps(result(), std::size_t(std::max(chosen_, 0))))); });
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(8, 2, 4, 3);
    layout->addWidget(kept_, 1);
    layout->addWidget(duel_);
    return row;
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
    foot_->setVisible(has_results);
    choose_step(has_results ? int(steps_in_words(found)) : -1);
}

void ProtectFirstPane::clear() {
    set_result({}, tr("What to protect first"));
}

const ProtectFirst& ProtectFirstPane::result() const {
    return plot_->view().found;
}

void ProtectFirstPane::start(const QString& what) {
    what_->setText(what);
    what_->setToolTip(what);
    set_progress(0, {});
    bar_->setToolTip(
        tr("%1. Share of the sets of layers, or bit positions, that are measured; those that a budget forbids fall out").arg(what));
    progress_row_->show();
    show_empty_text();
}

void ProtectFirstPane::set_progress(double fraction, const QString& times) {
    bar_->setValue(int(bar_steps * std::clamp(fraction, 0.0, 1.0)));
    times_->setText(times);
    times_->setVisible(!times.isEmpty());
}

void ProtectFirstPane::finish() {
    progress_row_->hide();
    show_empty_text();
}

// Under the bar that tells how far it is.
void ProtectFirstPane::show_empty_text() {
    if (progress_row_->isHidden())
        plot_->set_empty_text(ProtectFirstPlot::usual_empty_text(), tr("Set up the search"));
    else
        plot_->set_empty_text(tr("The search fills this when it has come to its end: the order is known only then."));
}

void ProtectFirstPane::resizeEvent(QResizeEvent* event) {
    PictureAndTable::resizeEvent(event);
    constexpr int narrow = 480;
    what_->setVisible(width() >= narrow);
    kept_->setText(width() >= narrow ? tr("Not kept in the study: export what you need.") : tr("Not kept"));
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
