// What a RateWindow is made of.
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSplitter>
#include <QVBoxLayout>

#include "controls/job_fields.h"
#include "plots/activation_plot.h"
#include "rate_window.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int most_trials = 100'000;

QLabel* label_of(const QString& text, QWidget& field) {
    auto* label = new QLabel(text);
    label->setBuddy(&field);
    return label;
}

QLabel* words(const QString& tip) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setToolTip(tip);
    return label;
}

}  // namespace

QLayout* RateWindow::build_choice() {
    scope_ = new QComboBox;
    name_field(*scope_, tr("Faults in"), tr("Where the faults lie: one of the curves that the sensitivity form asks for"));
    trial_ = new NumberField(NumberField::Kind::whole, 0, most_trials);
    name_field(*trial_, tr("Trial"),
               tr("Which draw of faults: the number that the trial has in a sensitivity with the form's seed, counted from 0"));
    site_ = new QComboBox;
    name_field(*site_, tr("Activation site"), tr("Whose values the histogram counts"));
    heading_ = words(tr("Memory, kind of faults, seed and images are those of the sensitivity form in the main window"));
    auto* row = new QHBoxLayout;
    row->addWidget(label_of(tr("&Faults in"), *scope_));
    row->addWidget(scope_, 1);
    row->addWidget(label_of(tr("&Trial"), *trial_));
    row->addWidget(trial_);
    row->addWidget(label_of(tr("&Site"), *site_));
    row->addWidget(site_, 1);
    auto* rows = new QVBoxLayout;
    rows->addWidget(heading_);
    rows->addLayout(row);
    connect(scope_, &QComboBox::activated, this, &RateWindow::start);
    connect(trial_, &NumberField::changed, this, &RateWindow::choose_trial);
    connect(site_, &QComboBox::activated, this, &RateWindow::show_activations);
    return rows;
}

QLayout* RateWindow::build_rate() {
    slider_ = new QSlider(Qt::Horizontal);
    name_field(
        *slider_, tr("Fault rate on a logarithmic scale"),
        tr("From no fault on the left over ever higher rates: what is faulty at one is faulty at every higher one. The arrow keys move "
           "it in hundredths of a decade, Page up and down in tenths."));
    slider_->setPageStep(10);
    field_ = new NumberField(NumberField::Kind::decimal, 0, 1);
    name_field(*field_, tr("Fault rate per stored bit"),
               tr("The probability of each stored bit to be faulty: a bit is, where its mark, drawn once for the trial, is below it"));
    field_->setMinimumWidth(130);
    fewer_ = new QPushButton(tr("One bit f&ewer"));
    fewer_->setToolTip(tr("To the highest rate at which the bit that came last is whole again"));
    more_ = new QPushButton(tr("&Next bit"));
    more_->setToolTip(tr("To the rate where exactly one more bit turns faulty (where faults come in patterns, one more pattern)"));
    for (QPushButton* one : {fewer_, more_}) one->setAutoDefault(false);  // Enter in a field is no step
    auto* row = new QHBoxLayout;
    row->addWidget(label_of(tr("&Rate"), *field_));
    row->addWidget(slider_, 1);
    row->addWidget(field_);
    row->addWidget(new QLabel(tr("per bit")));
    row->addWidget(fewer_);
    row->addWidget(more_);
    numbers_ =
        words(tr("Faulty bits in this trial, and what the network answers with them: right answers, SDC (another answer than without "
                 "faults, without a sign) and DUE (NaN or infinite outputs), as shares of the images"));
    QFont large = numbers_->font();
    large.setPointSizeF(1.2 * large.pointSizeF());
    numbers_->setFont(tabular(large));
    state_ = words(tr("Few images answer at once, then more; at rest these are the numbers of this very trial in a sensitivity"));
    auto* rows = new QVBoxLayout;
    rows->addLayout(row);
    rows->addWidget(numbers_);
    rows->addWidget(state_);
    connect(slider_, &QSlider::valueChanged, this, [this](int position) {
        if (!is_filling_) move_to(rate_at(position));
    });
    connect(field_, &NumberField::changed, this, &RateWindow::take_typed);
    connect(fewer_, &QPushButton::clicked, this, [this] { step(-1); });
    connect(more_, &QPushButton::clicked, this, [this] { step(1); });
    return rows;
}

QWidget* RateWindow::build_results() {
    sentence_ = words(tr("Compared with the answers without faults"));
    images_ = new ImageGrid;
    activations_ = new ActivationPlot;
    activations_->set_empty_text(tr("The values of the site are counted as soon as the rate rests."));
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(sentence_);
    column->addWidget(images_, 1);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    splitter->addWidget(activations_);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({560, 520});
    return splitter;
}

}  // namespace clipscope
