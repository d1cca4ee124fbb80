#include "tables/trial_picker.h"

#include <QComboBox>
#include <QGridLayout>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QToolButton>
#include <algorithm>
#include <utility>

#include "plots/accuracy_view.h"

namespace clipscope {

namespace {

QComboBox* combo_box(const QString& name, const QString& tip) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setToolTip(tip);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(6);
    return box;
}

}  // namespace

TrialPicker::TrialPicker(QWidget* parent)
    : QWidget(parent),
      curve_(combo_box(tr("Curve"), tr("Whose trials: a curve of the accuracy plot"))),
      rate_(combo_box(tr("Fault rate"), tr("Trials at this fault rate per bit, or with so many faults"))),
      trial_(combo_box(tr("Trial"), tr("The trials of the point, the worst first"))),
      show_(new QPushButton(tr("Sho&w bits"))),
      more_(new QToolButton) {
    show_->setToolTip(tr("Repeats this trial alone and lists its faulty bits"));
    more_->setText(tr("More"));
    more_->setAccessibleName(tr("More about this trial"));
    more_->setToolTip(
        tr("What else there is to see of this trial: its faults on twelve images, from site to site; all images whose answers change"));
    more_->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(more_);
    menu->setToolTipsVisible(true);
    menu->addAction(tr("Look at it &closely"), this,
                    [this] {
                        if (trial_->currentIndex() >= 0) Q_EMIT closely_requested(curve(), rate(), trial());
                    })
        ->setToolTip(tr("Repeats it and opens its faults together in the window One fault closely"));
    menu->addAction(tr("&Images that changed…"), this,
                    [this] {
                        if (trial_->currentIndex() >= 0) Q_EMIT images_requested(curve(), rate(), trial());
                    })
        ->setToolTip(tr("Repeats it and shows every image that gets another answer, and the confusion before and after"));
    more_->setMenu(menu);
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(6, 4, 6, 2);
    layout->setSpacing(4);
    layout->addWidget(curve_, 0, 0);
    layout->addWidget(rate_, 0, 1);
    layout->addWidget(trial_, 1, 0);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(show_, 1);
    buttons->addWidget(more_);
    layout->addLayout(buttons, 1, 1);
    layout->setColumnStretch(0, 3);
    layout->setColumnStretch(1, 2);
    connect(curve_, &QComboBox::currentIndexChanged, this, [this] {
        fill_rates(rate());
        ask_for_trials();
    });
    connect(rate_, &QComboBox::currentIndexChanged, this, &TrialPicker::ask_for_trials);
    connect(show_, &QPushButton::clicked, this, &TrialPicker::request);
    set_trials({});
    setEnabled(false);
}

void TrialPicker::set_curves(const std::vector<PickerCurve>& curves) {
    if (curves == curves_) return;
    const QString name = curve_->currentText();
    const double rate = this->rate();
    const bool is_same_point = std::ranges::any_of(
        curves, [&](const PickerCurve& one) { return one.name == name && std::ranges::find(one.rates, rate) != one.rates.end(); });
    {
        const QSignalBlocker block(curve_);
        curves_ = curves;
        curve_->clear();
        for (const PickerCurve& curve : curves) curve_->addItem(curve.name);
        curve_->setCurrentIndex(std::max(curves.empty() ? -1 : 0, curve_->findText(name)));
        fill_rates(rate);
    }
    setEnabled(!curves.empty());
    if (is_same_point && trial_->count() > 0) return;
    set_trials({});
    if (isVisible()) ask_for_trials();
}

// Nothing is read for a picker that nobody sees.
void TrialPicker::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (trial_->count() == 0 && !opens_) ask_for_trials();
}

void TrialPicker::fill_rates(double wanted) {
    const QSignalBlocker block(rate_);
    rate_->clear();
    if (curve() < 0) return;
    const std::vector<double>& rates = curves_[std::size_t(curve())].rates;
    for (const double one : rates) rate_->addItem(one >= 1 ? count_label(one) : rate_label(one), one);
    const auto found = std::ranges::find(rates, wanted);
    // The highest rate has the most to see.
    rate_->setCurrentIndex(found == rates.end() ? int(rates.size()) - 1 : int(found - rates.begin()));
}

void TrialPicker::choose(int curve, double rate, bool open) {
    if (curve < 0 || curve >= curve_->count()) return;
    {
        const QSignalBlocker block(curve_);
        curve_->setCurrentIndex(curve);
        fill_rates(rate);
    }
    set_trials({});
    opens_ = open;
    if (rate_->currentIndex() >= 0) Q_EMIT point_chosen(this->curve(), this->rate());
}

void TrialPicker::ask_for_trials() {
    set_trials({});
    if (curve() >= 0 && rate_->currentIndex() >= 0) Q_EMIT point_chosen(curve(), rate());
}

void TrialPicker::set_trials(const std::vector<PickerTrial>& trials) {
    trial_->clear();
    for (const PickerTrial& trial : trials) trial_->addItem(trial.text, trial.number);
    trial_->setEnabled(!trials.empty());
    show_->setEnabled(!trials.empty());
    more_->setEnabled(!trials.empty());
    if (trials.empty())
        opens_ = false;
    else if (std::exchange(opens_, false))
        request();
}

void TrialPicker::request() {
    if (trial_->currentIndex() >= 0) Q_EMIT trial_requested(curve(), rate(), trial());
}

int TrialPicker::curve() const {
    return curve_->currentIndex();
}

double TrialPicker::rate() const {
    return rate_->currentData().toDouble();
}

int TrialPicker::trial() const {
    return trial_->currentIndex() < 0 ? -1 : trial_->currentData().toInt();
}

}  // namespace clipscope
