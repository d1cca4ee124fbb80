#include "controls/sensitivity_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "theme/theme.h"

namespace clipscope {

namespace {

// A combo box whose items carry enumerators.
template <typename Enum>
void add_choice(QComboBox& box, const QString& text, Enum value, const QString& tip) {
    box.addItem(text, int(value));
    box.setItemData(box.count() - 1, tip, Qt::ToolTipRole);
}

void name(QWidget& field, const QString& name, const QString& tip) {
    field.setAccessibleName(name);
    field.setToolTip(tip);
}

}  // namespace

class SensitivityPanel::Private {
public:
    QComboBox* layers = new QComboBox;
    QLineEdit* rates = new QLineEdit;
    QSpinBox* trials = new QSpinBox;
    QComboBox* images = new QComboBox;
    QLineEdit* seed = new QLineEdit;
    QComboBox* nonfinite = new QComboBox;
    QSpinBox* threads = new QSpinBox;
    QComboBox* device = new QComboBox;
    QWidget* fields = new QWidget;
    QLabel* message = new QLabel;
    QLabel* estimate = new QLabel;
    QPushButton* run = new QPushButton;
    QPushButton* stop = new QPushButton;
    Validator validator;
    bool ready = true;
    bool running = false;
    bool valid = true;
    bool filling = false;
};

SensitivityPanel::SensitivityPanel(QWidget* parent) : QWidget(parent), d_(std::make_unique<Private>()) {
    set_up_choices();
    set_up_numbers();
    lay_out();
    connect_fields();
    set_form(SensitivityForm());
    set_running(false);
}

SensitivityPanel::~SensitivityPanel() = default;

void SensitivityPanel::set_up_choices() {
    add_choice(*d_->layers, tr("Each layer and the network"), LayersChoice::both,
               tr("A curve for every layer, and one with faults anywhere"));
    add_choice(*d_->layers, tr("Each layer"), LayersChoice::each, tr("A curve for every layer: faults in that layer alone"));
    add_choice(*d_->layers, tr("The whole network"), LayersChoice::network, tr("One curve: faults anywhere in the weights and biases"));
    add_choice(*d_->layers, tr("The checked layers"), LayersChoice::checked, tr("A curve for every layer with a check mark in the table"));
    name(*d_->layers, tr("Layers"), tr("Which weights and biases faults may hit; each choice becomes a curve"));

    add_choice(*d_->nonfinite, tr("count as wrong"), NonfiniteRule::wrong, tr("An image with a NaN or infinite output is a wrong answer"));
    add_choice(*d_->nonfinite, tr("by plain argmax"), NonfiniteRule::argmax,
               tr("As PyTorch scripts count: a dead network still guesses one class right"));
    name(*d_->nonfinite, tr("Non-finite outputs"),
         tr("How images count whose outputs are NaN or infinite; both counts are kept in the results"));

    d_->images->setEditable(true);
    d_->images->addItems({QStringLiteral("200"), QStringLiteral("1000"), QStringLiteral("all"), QStringLiteral("first:1000")});
    d_->images->setInsertPolicy(QComboBox::NoInsert);
    name(*d_->images, tr("Images"),
         tr("How many images every trial is evaluated on: a number (a sample with the classes in proportion), "
            "first:N (the first N) or all. More images cost time and give finer accuracy steps."));
    name(*d_->device, tr("Device"), tr("Where the network runs"));
    d_->device->addItem(QStringLiteral("cpu"));
}

void SensitivityPanel::set_up_numbers() {
    name(*d_->rates, tr("Fault rates"),
         tr("Probability that a stored bit is faulty. A list (1e-7, 5e-7, 1e-6), a range from:to:count with equal "
            "ratios (1e-7:1e-4:7), or a preset's name. 0 is the clean point."));
    d_->rates->setClearButtonEnabled(true);
    d_->trials->setRange(1, 100000);
    d_->trials->setGroupSeparatorShown(true);
    name(*d_->trials, tr("Trials"), tr("Draws of faulty bits at every rate; 50 in the paper. More trials give tighter box plots."));
    // All of 64 bits; a spin box holds half of 32.
    d_->seed->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{1,20}")), d_->seed));
    name(*d_->seed, tr("Seed"), tr("Decides which bits are faulty: the same seed gives the same faults on every machine"));
    d_->threads->setRange(1, 64);
    name(*d_->threads, tr("Workers"), tr("Threads that run trials side by side; the results do not depend on their number"));
    for (QSpinBox* box : {d_->trials, d_->threads}) {
        box->setAlignment(Qt::AlignRight);
        box->setFont(tabular(box->font()));
    }
    for (QLineEdit* edit : {d_->rates, d_->seed}) edit->setFont(tabular(edit->font()));
}

QToolButton* SensitivityPanel::make_presets() {
    auto* button = new QToolButton;
    button->setText(tr("Presets"));
    button->setPopupMode(QToolButton::InstantPopup);
    name(*button, tr("Presets of fault rates"), tr("Rates of the paper, or evenly spaced ones"));
    auto* menu = new QMenu(button);
    const std::pair<QString, QString> presets[] = {
        {tr("&Paper: 0, 1e-8 … 1e-5"), QStringLiteral("0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5")},
        {tr("&Large networks: 1e-8 … 1e-5, 7 rates"), QStringLiteral("1e-8:1e-5:7")},
        {tr("&Single layers: 1e-7 … 1e-4, 7 rates"), QStringLiteral("1e-7:1e-4:7")},
        {tr("S&mall layers: 1e-6 … 1e-2, 9 rates"), QStringLiteral("1e-6:1e-2:9")}};
    for (const auto& [text, rates] : presets)
        connect(menu->addAction(text), &QAction::triggered, this, [this, rates = rates] { d_->rates->setText(rates); });
    button->setMenu(menu);
    return button;
}

void SensitivityPanel::lay_out() {
    auto* rates = new QHBoxLayout;
    rates->setSpacing(4);
    rates->addWidget(d_->rates, 1);
    rates->addWidget(make_presets());
    auto* form = new QFormLayout(d_->fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    form->addRow(tr("&Layers"), d_->layers);
    auto* rates_label = new QLabel(tr("&Fault rates"));
    rates_label->setBuddy(d_->rates);
    form->addRow(rates_label, rates);
    form->addRow(tr("T&rials"), d_->trials);
    form->addRow(tr("&Images"), d_->images);
    form->addRow(tr("S&eed"), d_->seed);
    form->addRow(tr("&Non-finite"), d_->nonfinite);
    form->addRow(tr("&Workers"), d_->threads);
    form->addRow(tr("&Device"), d_->device);
    for (QComboBox* box : {d_->layers, d_->images, d_->nonfinite, d_->device}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }

    d_->message->setWordWrap(true);
    d_->message->setTextFormat(Qt::PlainText);
    d_->message->setAccessibleName(tr("What to change"));
    d_->estimate->setForegroundRole(QPalette::PlaceholderText);
    d_->estimate->setFont(tabular(d_->estimate->font()));
    d_->estimate->setToolTip(tr("Expected duration, from the speed of the last trials"));
    d_->run->setText(tr("R&un"));
    d_->run->setDefault(true);
    d_->stop->setText(tr("&Stop"));
    d_->stop->setToolTip(tr("Stop the job; what is done is kept"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(d_->estimate, 1);
    buttons->addWidget(d_->run);
    buttons->addWidget(d_->stop);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(d_->fields);
    layout->addWidget(d_->message);
    layout->addLayout(buttons);
    layout->addStretch();
}

void SensitivityPanel::connect_fields() {
    const auto changed = [this] {
        if (d_->filling) return;
        validate();
        Q_EMIT form_changed();
    };
    for (QComboBox* box : {d_->layers, d_->images, d_->nonfinite, d_->device}) connect(box, &QComboBox::currentTextChanged, this, changed);
    for (QLineEdit* edit : {d_->rates, d_->seed}) connect(edit, &QLineEdit::textChanged, this, changed);
    for (QSpinBox* box : {d_->trials, d_->threads}) connect(box, &QSpinBox::valueChanged, this, changed);
    connect(d_->rates, &QLineEdit::returnPressed, d_->run, &QPushButton::click);
    connect(d_->run, &QPushButton::clicked, this, &SensitivityPanel::run_requested);
    connect(d_->stop, &QPushButton::clicked, this, &SensitivityPanel::stop_requested);
}

SensitivityForm SensitivityPanel::form() const {
    SensitivityForm form;
    form.layers = LayersChoice(d_->layers->currentData().toInt());
    form.rates = d_->rates->text().trimmed();
    form.trials = d_->trials->value();
    form.images = d_->images->currentText().trimmed();
    form.seed = d_->seed->text().toULongLong();
    form.nonfinite = NonfiniteRule(d_->nonfinite->currentData().toInt());
    form.threads = d_->threads->value();
    form.device = d_->device->currentText();
    return form;
}

void SensitivityPanel::set_form(const SensitivityForm& form) {
    d_->filling = true;
    d_->layers->setCurrentIndex(std::max(0, d_->layers->findData(int(form.layers))));
    d_->rates->setText(form.rates);
    d_->trials->setValue(form.trials);
    d_->images->setCurrentText(form.images);
    d_->seed->setText(QString::number(form.seed));
    d_->nonfinite->setCurrentIndex(std::max(0, d_->nonfinite->findData(int(form.nonfinite))));
    d_->threads->setValue(form.threads);
    d_->device->setCurrentIndex(std::max(0, d_->device->findText(form.device)));
    d_->filling = false;
    validate();
    Q_EMIT form_changed();
}

void SensitivityPanel::set_validator(Validator validator) {
    d_->validator = std::move(validator);
    validate();
}

void SensitivityPanel::set_devices(const QStringList& devices) {
    const QString chosen = d_->device->currentText();
    d_->filling = true;
    d_->device->clear();
    d_->device->addItems(devices);
    d_->device->setCurrentIndex(std::max(0, d_->device->findText(chosen)));
    d_->filling = false;
    validate();
}

void SensitivityPanel::set_max_threads(int threads) {
    d_->threads->setMaximum(std::max(1, threads));
}

void SensitivityPanel::set_estimate(const QString& text) {
    d_->estimate->setText(text);
}

void SensitivityPanel::set_running(bool running) {
    d_->running = running;
    d_->fields->setEnabled(!running);
    d_->run->setVisible(!running);
    d_->stop->setVisible(running);
    validate();
}

void SensitivityPanel::set_ready(bool ready) {
    d_->ready = ready;
    validate();
}

bool SensitivityPanel::is_valid() const {
    return d_->valid;
}

QString SensitivityPanel::message() const {
    return d_->message->text();
}

void SensitivityPanel::validate() {
    QString problem;
    bool seed_fits = false;
    d_->seed->text().toULongLong(&seed_fits);
    if (!seed_fits)
        problem = tr("The seed must be a whole number from 0 to 18446744073709551615.");
    else if (d_->validator)
        problem = d_->validator(form());
    d_->valid = problem.isEmpty();
    d_->message->setText(problem);
    d_->message->setVisible(!problem.isEmpty());
    show_message_color();
    d_->run->setEnabled(d_->ready && d_->valid && !d_->running);
    if (!d_->ready)
        d_->run->setToolTip(tr("Open a model and data first"));
    else
        d_->run->setToolTip(d_->valid ? tr("Inject faults and measure: curves appear as trials finish") : problem);
}

void SensitivityPanel::show_message_color() {
    QPalette colors = d_->message->palette();
    // The message stands on the window's background, not on that of a field.
    QPalette ground = palette();
    ground.setColor(QPalette::Base, palette().color(QPalette::Window));
    ground.setColor(QPalette::Text, palette().color(QPalette::WindowText));
    colors.setColor(QPalette::WindowText, Theme::screen(ground, font()).error);
    d_->message->setPalette(colors);
}

void SensitivityPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) show_message_color();
}

}  // namespace clipscope
