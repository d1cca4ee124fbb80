#include "controls/search_pane.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "plots/plot_panel.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int bar_steps = 1000;

}  // namespace

SearchPane::SearchPane(PlotPanel* picture, QWidget* table, Columns columns, const Words& words, QWidget* parent)
    : PictureAndTable(picture, table, columns, parent), picture_(picture), words_(words) {
    add_above(progress_row_ = build_progress());
    progress_row_->hide();
    show_empty_text();
}

QWidget* SearchPane::build_progress() {
    what_ = new QLabel;
    what_->setTextFormat(Qt::PlainText);
    what_->setMinimumWidth(40);
    what_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar_ = new QProgressBar;
    bar_->setRange(0, bar_steps);
    bar_->setMinimumWidth(50);
    bar_->setAlignment(Qt::AlignCenter);
    bar_->setFormat(QStringLiteral("%p %"));
    bar_->setAccessibleName(words_.progress_name);
    times_ = new QLabel;
    times_->setFont(tabular(times_->font()));
    times_->setToolTip(words_.times_tip);
    auto* stop = new QPushButton(tr("Stop"));
    stop->setToolTip(tr("Ends the search. What it has found so far is no answer yet, so nothing of it is kept."));
    connect(stop, &QPushButton::clicked, this, &SearchPane::stop_requested);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(8, 3, 4, 3);
    layout->addWidget(what_, 1);
    layout->addWidget(bar_, 1);
    layout->addWidget(times_);
    layout->addWidget(stop);
    return row;
}

void SearchPane::add_foot(std::initializer_list<QWidget*> controls) {
    kept_ = new QLabel;
    kept_->setTextFormat(Qt::PlainText);
    kept_->setForegroundRole(QPalette::PlaceholderText);
    kept_->setMinimumWidth(40);
    kept_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    kept_->setToolTip(words_.kept_tip);
    foot_ = new QWidget;
    auto* layout = new QHBoxLayout(foot_);
    layout->setContentsMargins(8, 2, 4, 3);
    layout->addWidget(kept_, 1);
    for (QWidget* control : controls) layout->addWidget(control);
    add_below(foot_);
}

void SearchPane::show_foot(bool is_shown) {
    foot_->setVisible(is_shown);
}

void SearchPane::start(const QString& what) {
    title_ = what;
    what_->setText(what);
    what_->setToolTip(what);
    set_progress(0, {});
    bar_->setToolTip(words_.bar_tip.arg(what));
    progress_row_->show();
    show_empty_text();
}

void SearchPane::set_activity(const QString& activity) {
    const QString text = activity.isEmpty() ? title_ : title_ + QStringLiteral(": ") + activity;
    what_->setText(activity.isEmpty() ? title_ : activity);
    what_->setToolTip(text);
    bar_->setToolTip(words_.bar_tip.arg(text));
}

void SearchPane::set_progress(double fraction, const QString& times) {
    bar_->setValue(int(bar_steps * std::clamp(fraction, 0.0, 1.0)));
    times_->setText(times);
    times_->setVisible(!times.isEmpty());
}

void SearchPane::finish() {
    progress_row_->hide();
    show_empty_text();
}

// Under the bar that tells how far it is.
void SearchPane::show_empty_text() {
    if (progress_row_->isHidden())
        picture_->set_empty_text(words_.empty, words_.empty_button);
    else
        picture_->set_empty_text(tr("The search fills this when it has come to its end: the answer is known only then."));
}

void SearchPane::resizeEvent(QResizeEvent* event) {
    PictureAndTable::resizeEvent(event);
    constexpr int narrow = 480;
    what_->setVisible(width() >= narrow);
    if (kept_ == nullptr) return;
    constexpr int room_for_controls_alone = 270;
    kept_->setVisible(width() >= room_for_controls_alone);
    kept_->setText(width() >= narrow ? tr("Not kept in the study: export what you need.") : tr("Not kept"));
}

}  // namespace clipscope
