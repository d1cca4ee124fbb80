#include "controls/job_fields.h"

#include <QAbstractSpinBox>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QToolButton>
#include <QWidgetAction>
#include <tuple>

#include "theme/theme.h"

namespace clipscope {

void name_field(QWidget& field, const QString& name, const QString& tip) {
    field.setAccessibleName(name);
    field.setToolTip(tip);
}

void give_focus(QWidget& row, QWidget& field) {
    row.setFocusPolicy(field.focusPolicy());  // a label passes over what takes no focus itself
    row.setFocusProxy(&field);
}

namespace {

QStringList texts(const std::vector<std::string>& all) {
    QStringList texts;
    for (const std::string& text : all) texts << QString::fromStdString(text);
    return texts;
}

}  // namespace

void let_type(QComboBox& box) {
    box.setEditable(true);
    box.setInsertPolicy(QComboBox::NoInsert);
    box.setCompleter(nullptr);
}

void show_text(QComboBox& box, const QString& text) {
    if (box.findText(text) < 0) box.addItem(text);
    box.setCurrentIndex(box.findText(text));
}

QComboBox* make_images_field(const QString& name, const QString& tip) {
    auto* images = new QComboBox;
    let_type(*images);
    images->addItems({QStringLiteral("200"), QStringLiteral("1000"), QStringLiteral("all"), QStringLiteral("first:1000")});
    name_field(*images, name, tip);
    return images;
}

void style_fields(QWidget& form) {
    for (QAbstractSpinBox* box : form.findChildren<QAbstractSpinBox*>()) {
        box->setFont(tabular(box->font()));
        keep_from_wheel(*box);
    }
    for (QComboBox* box : form.findChildren<QComboBox*>()) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        keep_from_wheel(*box);
    }
}

JobFields::JobFields(bool with_several_formats, QObject* parent) : QObject(parent) {
    set_up_rates();
    set_up_memory(with_several_formats);
    set_up_trials();
    set_up_others();
    for (QComboBox* box : {until, images, nonfinite, format, parameters, fault_kind, pattern, bits, device})
        connect(box, &QComboBox::currentTextChanged, this, &JobFields::changed);
    for (QLineEdit* edit : {rates, seed}) {
        edit->setFont(tabular(edit->font()));
        connect(edit, &QLineEdit::textChanged, this, &JobFields::changed);
    }
    for (NumberField* field : {trials, half_width, threads}) connect(field, &NumberField::changed, this, &JobFields::changed);
}

void JobFields::set_up_rates() {
    name_field(*rates, tr("Fault rates"),
               tr("Probability that a stored bit is faulty. A list (1e-7, 5e-7, 1e-6), a range from:to:count with equal "
                  "ratios (1e-7:1e-4:7), or a preset's name: auto looks on the tuning images for the rates between the first fault and "
                  "the loss of most accuracy. 0 is the clean point."));
    rates->setClearButtonEnabled(true);
    auto* button = new QToolButton;
    button->setText(tr("Presets"));
    button->setPopupMode(QToolButton::InstantPopup);
    name_field(*button, tr("Presets of fault rates"), tr("Rates of the paper, or evenly spaced ones"));
    auto* menu = new QMenu(button);
    const std::vector<std::pair<QString, QString>> presets = {
        {tr("&Automatic: where accuracy falls"), QStringLiteral("auto")},
        {tr("&Paper: 0, 1e-8 … 1e-5"), QStringLiteral("0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6, 5e-6, 1e-5")},
        {tr("&Large networks: 1e-8 … 1e-5, 7 rates"), QStringLiteral("1e-8:1e-5:7")},
        {tr("&Single layers: 1e-7 … 1e-4, 7 rates"), QStringLiteral("1e-7:1e-4:7")},
        {tr("S&mall layers: 1e-6 … 1e-2, 9 rates"), QStringLiteral("1e-6:1e-2:9")}};
    for (const auto& [text, preset] : presets)
        connect(menu->addAction(text), &QAction::triggered, this, [this, preset = preset] { rates->setText(preset); });
    button->setMenu(menu);
    auto* row = new QHBoxLayout(rates_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(rates, 1);
    row->addWidget(button);
    give_focus(*rates_row, *rates);
}

void JobFields::set_up_memory(bool with_several_formats) {
    let_type(*format);
    format->addItems(texts(usual_number_formats()));
    name_field(
        *format, tr("Number format"),
        tr("How weights and biases are stored; the clean network is rounded to it first. %1. A flipped exponent bit makes a number 10³⁸; "
           "integers and fixed point have no such bit, so faults stay moderate. Batch norms and thresholds stay float32.")
            .arg(QString::fromStdString(number_format_tips())));
    add_choice(*parameters, tr("weights and biases"), ParameterSelection::all, tr("Faults hit both"));
    add_choice(*parameters, tr("weights"), ParameterSelection::weights, tr("Biases are safe"));
    add_choice(*parameters, tr("biases"), ParameterSelection::biases, tr("Weights are safe"));
    name_field(*parameters, tr("Parameters"),
               tr("Which parameters of convolutions and linear layers faults may hit; batch norms and thresholds are choices of Layers"));
    add_choice(*fault_kind, tr("bit flips"), FaultKind::flip, tr("A 0 becomes a 1, a 1 becomes a 0"));
    add_choice(*fault_kind, tr("stuck at 0"), FaultKind::stuck0, tr("A faulty bit is 0 whatever was written"));
    add_choice(*fault_kind, tr("stuck at 1"), FaultKind::stuck1, tr("A faulty bit is 1 whatever was written"));
    name_field(*fault_kind, tr("Kind of faults"), tr("What becomes of a faulty bit"));
    let_type(*pattern);
    pattern->addItems(texts(usual_fault_patterns()));
    name_field(
        *pattern, tr("Pattern of faults"),
        tr("What fails together. %1. The fault rate is then the probability of each place where one can begin. A code that mends single "
           "bits may fail against bursts.")
            .arg(QString::fromStdString(fault_pattern_tips())));
    let_type(*bits);
    bits->addItems({QStringLiteral("all"), QStringLiteral("sign"), QStringLiteral("exponent"), QStringLiteral("mantissa"),
                    QStringLiteral("integer"), QStringLiteral("fraction"), QStringLiteral("30")});
    name_field(*bits, tr("Bits"),
               tr("Which bits of a number may be faulty: all, a field of the format, or positions from 0, the lowest, as in 0,30,31"));
    // A list of formats is long, so the parameters leave it the row.
    QWidget* beside_format = with_several_formats ? make_formats_button() : parameters;
    for (const auto& [row, left, right] : {std::tuple<QWidget*, QWidget*, QWidget*>{memory_row, format, beside_format},
                                           std::tuple<QWidget*, QWidget*, QWidget*>{faults_row, fault_kind, bits}}) {
        auto* layout = new QHBoxLayout(row);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(4);
        layout->addWidget(left, 1);
        layout->addWidget(right, qobject_cast<QComboBox*>(right) ? 1 : 0);
        give_focus(*row, *left);
    }
}

// The menu stays open while formats are ticked; what the field names beyond the usual ones stays.
QWidget* JobFields::make_formats_button() {
    auto* button = new QToolButton;
    button->setText(tr("+"));
    button->setPopupMode(QToolButton::InstantPopup);
    name_field(*button, tr("Formats side by side"),
               tr("Tick several number formats: each is a job of its own, and their curves come side by side in one picture. The same "
                  "fault rate harms float32 far more than int8 or fixed point, and the bit-position job shows why."));
    auto* menu = new QMenu(button);
    const auto named = [this] { return format->currentText().remove(QLatin1Char(' ')).split(QLatin1Char(','), Qt::SkipEmptyParts); };
    for (const QString& usual : texts(usual_number_formats())) {
        auto* box = new QCheckBox(usual);
        auto* action = new QWidgetAction(menu);
        action->setDefaultWidget(box);
        menu->addAction(action);
        connect(menu, &QMenu::aboutToShow, box, [box, named, usual] { box->setChecked(named().contains(usual, Qt::CaseInsensitive)); });
        connect(box, &QCheckBox::clicked, this, [this, box, named, usual](bool is_ticked) {
            QStringList formats = named();
            formats.removeIf([&](const QString& one) { return one.compare(usual, Qt::CaseInsensitive) == 0; });
            if (is_ticked || formats.isEmpty()) formats << usual;
            box->setChecked(formats.contains(usual));
            format->setCurrentText(formats.join(QStringLiteral(", ")));
        });
    }
    button->setMenu(menu);
    return button;
}

void JobFields::set_up_trials() {
    add_choice(*until, tr("trials"), Until::trials, tr("So many trials at every rate, each on all images: box plots and worst cases"));
    add_choice(
        *until, tr("±"), Until::precision,
        tr("Until every mean is known to so many points. Trials go where the interval is wide and run on few images each, chosen anew "
           "for each: many times fewer image evaluations for the same interval. No box plots, which need whole trials."));
    add_choice(*until, tr("both"), Until::both,
               tr("Box plots from so many whole trials, means from these and as many small ones as the interval takes"));
    name_field(*until, tr("Until"),
               tr("When a rate has enough trials: a number of them, a wanted width of the interval of the mean, or both"));
    name_field(*trials, tr("Trials"),
               tr("Draws of faulty bits at every rate, on all images; 50 in the paper. More trials give tighter box plots."));
    name_field(
        *half_width, tr("Half-width"),
        tr("Half of the width of the 95 % interval of every mean, in points (percent of the images). Of compared networks it is that "
           "of their difference; of a sweep and a hardening that of every AUC, in hundredths. Halving it takes two to four times the "
           "trials."));
    half_width->set_step(0.5);
    half_width_sign_->setText(QStringLiteral("±"));
    half_width_unit_->setText(tr("points"));
    auto* row = new QHBoxLayout(trials_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(until, 1);
    row->addWidget(trials, 1);
    row->addWidget(half_width_sign_);
    row->addWidget(half_width, 1);
    row->addWidget(half_width_unit_);
    give_focus(*trials_row, *until);
    connect(until, &QComboBox::currentIndexChanged, this, &JobFields::show_trial_fields);
    show_trial_fields();
}

void JobFields::show_trial_fields() {
    const bool has_choice = until_choices_ != UntilChoices::trials;
    const auto chosen = has_choice ? choice<Until>(*until) : Until::trials;
    until->setVisible(has_choice);
    trials->setVisible(chosen != Until::precision);
    // "±" stands in the choice itself where there is nothing else.
    half_width_sign_->setVisible(chosen == Until::both);
    half_width->setVisible(chosen != Until::trials);
    half_width_unit_->setVisible(chosen != Until::trials);
    give_focus(*trials_row, has_choice ? static_cast<QWidget&>(*until) : *trials);
}

void JobFields::set_until_choices(UntilChoices choices) {
    until_choices_ = choices;
    const int both = until->findData(int(Until::both));
    auto* items = qobject_cast<QStandardItemModel*>(until->model());
    items->item(both)->setEnabled(choices == UntilChoices::all);
    if (choices == UntilChoices::trials_or_precision && until->currentIndex() == both) set_choice(*until, Until::precision);
    show_trial_fields();
}

void JobFields::set_up_others() {
    images = make_images_field(tr("Images"), tr("How many images every trial is evaluated on: a number (a sample with the classes in "
                                                "proportion), first:N (the first N) or all. More images cost time and give finer "
                                                "accuracy steps."));
    name_field(*seed, tr("Seed"), tr("Decides which bits are faulty: the same seed gives the same faults on every machine"));
    add_choice(*nonfinite, tr("count as wrong"), NonfiniteRule::wrong, tr("An image with a NaN or infinite output is a wrong answer"));
    add_choice(*nonfinite, tr("by plain argmax"), NonfiniteRule::argmax,
               tr("As PyTorch scripts count: a dead network still guesses one class right"));
    name_field(*nonfinite, tr("Non-finite outputs"),
               tr("How images count whose outputs are NaN or infinite; both counts are kept in the results"));
    name_field(*threads, tr("Workers"), tr("Threads that run trials side by side; the results do not depend on their number"));
    name_field(*device, tr("Device"), tr("Where the network runs"));
    device->addItem(QStringLiteral("cpu"));
}

QString JobFields::problem() const {
    for (const NumberField* field : {trials, half_width, threads}) {
        // Of what a job runs until, only what is asked for counts.
        if (field != threads && !field->isVisibleTo(trials_row)) continue;
        if (const QString found = field->problem(); !found.isEmpty()) return found;
    }
    bool seed_fits = false;
    seed->text().trimmed().toULongLong(&seed_fits);
    return seed_fits ? QString() : tr("The seed must be a whole number from 0 to 18446744073709551615.");
}

void JobFields::set_devices(const QStringList& devices) {
    const QSignalBlocker blocker(device);
    const QString chosen = device->currentText();
    device->clear();
    device->addItems(devices);
    show_text(*device, chosen);
}

}  // namespace clipscope
