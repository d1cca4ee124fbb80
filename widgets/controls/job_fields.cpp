#include "controls/job_fields.h"

#include <QAbstractSpinBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QToolButton>

#include "theme/theme.h"

namespace clipscope {

void name_field(QWidget& field, const QString& name, const QString& tip) {
    field.setAccessibleName(name);
    field.setToolTip(tip);
}

QComboBox* make_images_field(const QString& name, const QString& tip) {
    auto* images = new QComboBox;
    images->setEditable(true);
    images->addItems({QStringLiteral("200"), QStringLiteral("1000"), QStringLiteral("all"), QStringLiteral("first:1000")});
    images->setInsertPolicy(QComboBox::NoInsert);
    name_field(*images, name, tip);
    return images;
}

void style_fields(QWidget& form) {
    for (QAbstractSpinBox* box : form.findChildren<QAbstractSpinBox*>()) {
        box->setAlignment(Qt::AlignRight);
        box->setFont(tabular(box->font()));
    }
    for (QComboBox* box : form.findChildren<QComboBox*>()) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
}

JobFields::JobFields(bool with_auto_rates, QObject* parent) : QObject(parent) {
    set_up_rates(with_auto_rates);
    set_up_others();
    for (QComboBox* box : {images, nonfinite, device}) connect(box, &QComboBox::currentTextChanged, this, &JobFields::changed);
    for (QLineEdit* edit : {rates, seed}) {
        edit->setFont(tabular(edit->font()));
        connect(edit, &QLineEdit::textChanged, this, &JobFields::changed);
    }
    for (QSpinBox* box : {trials, threads}) connect(box, &QSpinBox::valueChanged, this, &JobFields::changed);
}

void JobFields::set_up_rates(bool with_auto) {
    name_field(*rates, tr("Fault rates"),
               tr("Probability that a stored bit is faulty. A list (1e-7, 5e-7, 1e-6), a range from:to:count with equal "
                  "ratios (1e-7:1e-4:7), or a preset's name. 0 is the clean point."));
    rates->setClearButtonEnabled(true);
    auto* button = new QToolButton;
    button->setText(tr("Presets"));
    button->setPopupMode(QToolButton::InstantPopup);
    name_field(*button, tr("Presets of fault rates"), tr("Rates of the paper, or evenly spaced ones"));
    auto* menu = new QMenu(button);
    std::vector<std::pair<QString, QString>> presets = {
        {tr("&Paper: 0, 1e-8 … 1e-5"), QStringLiteral("0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5")},
        {tr("&Large networks: 1e-8 … 1e-5, 7 rates"), QStringLiteral("1e-8:1e-5:7")},
        {tr("&Single layers: 1e-7 … 1e-4, 7 rates"), QStringLiteral("1e-7:1e-4:7")},
        {tr("S&mall layers: 1e-6 … 1e-2, 9 rates"), QStringLiteral("1e-6:1e-2:9")}};
    if (with_auto) presets.insert(presets.begin(), {tr("&Automatic: where accuracy falls"), QStringLiteral("auto")});
    for (const auto& [text, preset] : presets)
        connect(menu->addAction(text), &QAction::triggered, this, [this, preset = preset] { rates->setText(preset); });
    button->setMenu(menu);
    auto* row = new QHBoxLayout(rates_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(rates, 1);
    row->addWidget(button);
    rates_row->setFocusProxy(rates);
}

void JobFields::set_up_others() {
    trials->setRange(1, 100000);
    trials->setGroupSeparatorShown(true);
    name_field(*trials, tr("Trials"), tr("Draws of faulty bits at every rate; 50 in the paper. More trials give tighter box plots."));
    images = make_images_field(tr("Images"), tr("How many images every trial is evaluated on: a number (a sample with the classes in "
                                                "proportion), first:N (the first N) or all. More images cost time and give finer "
                                                "accuracy steps."));
    // All of 64 bits; a spin box holds half of 32.
    seed->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{1,20}")), seed));
    name_field(*seed, tr("Seed"), tr("Decides which bits are faulty: the same seed gives the same faults on every machine"));
    add_choice(*nonfinite, tr("count as wrong"), NonfiniteRule::wrong, tr("An image with a NaN or infinite output is a wrong answer"));
    add_choice(*nonfinite, tr("by plain argmax"), NonfiniteRule::argmax,
               tr("As PyTorch scripts count: a dead network still guesses one class right"));
    name_field(*nonfinite, tr("Non-finite outputs"),
               tr("How images count whose outputs are NaN or infinite; both counts are kept in the results"));
    threads->setRange(1, 64);
    name_field(*threads, tr("Workers"), tr("Threads that run trials side by side; the results do not depend on their number"));
    name_field(*device, tr("Device"), tr("Where the network runs"));
    device->addItem(QStringLiteral("cpu"));
}

QString JobFields::problem() const {
    bool seed_fits = false;
    seed->text().toULongLong(&seed_fits);
    return seed_fits ? QString() : tr("The seed must be a whole number from 0 to 18446744073709551615.");
}

void JobFields::set_devices(const QStringList& devices) {
    const QSignalBlocker blocker(device);
    const QString chosen = device->currentText();
    device->clear();
    device->addItems(devices);
    device->setCurrentIndex(std::max(0, device->findText(chosen)));
}

}  // namespace clipscope
