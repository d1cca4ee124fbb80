#include "upset_fields.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <algorithm>

#include "campaign/fault_scope.h"
#include "common/number_text.h"
#include "controls/job_fields.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr double least = 1e-40, most = 1e40;

QString from_view(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

NumberField* decimal_field(const QString& name, const QString& tip) {
    auto* field = new NumberField(NumberField::Kind::decimal, least, most);
    field->setButtonSymbols(QAbstractSpinBox::NoButtons);
    field->setMinimumWidth(field->fontMetrics().horizontalAdvance(QStringLiteral("6.67572e-13")) + 18);
    name_field(*field, name, tip);
    return field;
}

QLabel* result_label(const QString& tip) {
    auto* label = new QLabel;
    label->setFont(tabular(label->font()));
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setToolTip(tip);
    return label;
}

}  // namespace

UpsetFields::UpsetFields(QWidget* parent)
    : QWidget(parent),
      preset_(new QComboBox),
      source_(new QLabel),
      low_(make_end(tr("lower end"))),
      high_(make_end(tr("upper end"))),
      scope_(new QComboBox),
      bits_(new NumberField(NumberField::Kind::decimal, 1, 1e18)),
      hours_(decimal_field(tr("Hours"),
                           tr("Time between two moments at which the memory is clean: scrubbed (read, corrected and written back), or "
                              "loaded anew. Of a device that is never scrubbed: since it was switched on."))),
      problem_(new QLabel),
      use_rates_(new QPushButton(tr("Use these &rates"))) {
    set_up_presets();
    source_->setWordWrap(true);
    source_->setForegroundRole(QPalette::PlaceholderText);
    name_field(*scope_, tr("Bits of"),
               tr("Which part of the open network's memory: its bits as the file stores them (float32, or the quantised words)"));
    bits_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    name_field(*bits_, tr("Bits"),
               tr("Bits of the memory, for the number of faults in it. Change it where the numbers are stored in another "
                  "format: with int8 a weight has 8 bits, with float32 32."));
    problem_->setWordWrap(true);
    problem_->hide();
    use_rates_->setToolTip(
        tr("Puts the fault rates of both ends into the form of a sensitivity in the main window: what a trial at them shows is "
           "the memory after so many hours"));
    lay_out();
    connect(preset_, &QComboBox::currentIndexChanged, this, &UpsetFields::take_preset);
    for (const End& end : {low_, high_}) {
        connect(end.fit, &NumberField::changed, this, [this, end] { take_fit(end); });
        connect(end.per_bit_hour, &NumberField::changed, this, [this, end] { take_per_bit_hour(end); });
    }
    connect(scope_, &QComboBox::activated, this, &UpsetFields::take_scope);
    connect(bits_, &NumberField::changed, this, &UpsetFields::update_results);
    connect(hours_, &NumberField::changed, this, &UpsetFields::update_results);
    connect(use_rates_, &QPushButton::clicked, this, [this] { Q_EMIT rates_wanted(rates()); });
    bits_->set_value(1 << 20);
    set_parts({});
    set_hours(24);
    take_preset();
}

UpsetFields::End UpsetFields::make_end(const QString& name) {
    const QString same = tr(" Both ends may be the same.");
    return {
        decimal_field(
            tr("FIT per Mbit, %1").arg(name),
            tr("Upsets in 10⁹ hours in 2²⁰ bits, as data sheets and test reports give them; the %1 of a range.").arg(name) + same),
        decimal_field(tr("Upsets per bit and hour, %1").arg(name),
                      tr("The same for one bit and one hour; the %1 of a range.").arg(name) + same),
        result_label(tr("1 − exp(−upsets per bit and hour · hours): how probably a bit is faulty at the end of the time, which is what the "
                        "rate of a trial means")),
        result_label(tr("The mean number of faulty bits at the end of the time"))};
}

void UpsetFields::set_up_presets() {
    for (const UpsetPreset& preset : upset_presets()) {
        preset_->addItem(from_view(preset.what), from_view(preset.name));
        preset_->setItemData(preset_->count() - 1, from_view(preset.source), Qt::ToolTipRole);
    }
    preset_->addItem(tr("numbers of your own"), QString());
    preset_->setItemData(preset_->count() - 1, tr("Of the part's data sheet or of a beam test"), Qt::ToolTipRole);
    preset_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    preset_->setMinimumContentsLength(14);
    name_field(*preset_, tr("Memory"),
               tr("Published rates of upsets, all of unprotected memory. They differ by orders of magnitude between parts: "
                  "a data sheet goes before any of them. There is none for orbits, where the rate depends on the part "
                  "and the orbit."));
}

void UpsetFields::lay_out() {
    auto* grid = new QGridLayout(this);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    int row = 0;
    const auto label = [&](const QString& text, QWidget* buddy) {
        auto* one = new QLabel(text);
        one->setBuddy(buddy);
        grid->addWidget(one, row, 0);
    };
    const auto header = [&](const QString& text, int column) {
        auto* one = new QLabel(text);
        one->setAlignment(Qt::AlignRight);
        one->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(one, row, column);
    };
    label(tr("&Memory"), preset_);
    grid->addWidget(preset_, row++, 1, 1, 2);
    grid->addWidget(source_, row++, 0, 1, 3);
    header(tr("from"), 1);
    header(tr("to"), 2);
    ++row;
    const auto pair = [&](const QString& text, QWidget* low, QWidget* high) {
        label(text, qobject_cast<NumberField*>(low));
        grid->addWidget(low, row, 1);
        grid->addWidget(high, row++, 2);
    };
    pair(tr("&FIT per Mbit"), low_.fit, high_.fit);
    pair(tr("Per bit and &hour"), low_.per_bit_hour, high_.per_bit_hour);
    label(tr("&Bits of"), scope_);
    grid->addWidget(scope_, row, 1);
    grid->addWidget(bits_, row++, 2);
    label(tr("H&ours, or scrub interval"), hours_);
    grid->addWidget(hours_, row++, 2);
    pair(tr("Fault rate then, per bit"), low_.rate, high_.rate);
    pair(tr("Faulty bits then"), low_.faults, high_.faults);
    grid->addWidget(problem_, row++, 0, 1, 3);
    grid->addWidget(use_rates_, row++, 0, 1, 3, Qt::AlignRight);
    style_fields(*this);
}

std::optional<UpsetConditions> UpsetFields::conditions() const {
    if (!problem().isEmpty()) return std::nullopt;
    return UpsetConditions{low_.per_bit_hour->value(), high_.per_bit_hour->value(), hours_->value()};
}

QString UpsetFields::problem() const {
    for (const NumberField* field : {low_.fit, high_.fit, low_.per_bit_hour, high_.per_bit_hour, bits_, hours_})
        if (!field->number()) return tr("%1: “%2” is no number above 0.").arg(field->accessibleName(), field->text());
    if (low_.per_bit_hour->value() > high_.per_bit_hour->value()) return tr("The lower end of the range is above the upper one.");
    return {};
}

void UpsetFields::set_preset(const QString& name) {
    preset_->setCurrentIndex(std::max(0, preset_->findData(name)));
}

void UpsetFields::set_fit(double low, double high) {
    low_.fit->set_value(low);
    high_.fit->set_value(high);
}

void UpsetFields::set_bits(double bits) {
    bits_->set_value(bits);
}

void UpsetFields::set_hours(double hours) {
    hours_->set_value(hours);
}

void UpsetFields::set_parts(const std::vector<LayerInfo>& parts) {
    const QSignalBlocker blocker(scope_);
    const QString chosen = scope_->currentText();
    scope_->clear();
    const auto add = [&](const FaultScope& scope) {
        scope_->addItem(QString::fromStdString(scope.name), qlonglong(fault_bits(scope.layers, parts)));
    };
    if (!parts.empty()) {
        for (const FaultScope& scope : parse_fault_scopes("network,everything,each", parts)) add(scope);
    }
    scope_->addItem(tr("your own"), qlonglong(0));
    scope_->setItemData(scope_->count() - 1, tr("The number that you type"), Qt::ToolTipRole);
    scope_->setCurrentIndex(std::max(0, scope_->findText(chosen)));
    // What was typed stays where there is no network to ask.
    if (!parts.empty() && scope_->currentIndex() == scope_->count() - 1) scope_->setCurrentIndex(0);
    take_scope();
}

void UpsetFields::take_preset() {
    const std::string name = preset_->currentData().toString().toStdString();
    show_source();
    if (name.empty()) return;
    const UpsetPreset preset = upset_preset(name);
    is_filling_ = true;
    for (const auto& [end, fit] : {std::pair(low_, preset.low), std::pair(high_, preset.high)}) {
        end.fit->set_value(rounded_number(fit, 6));
        end.per_bit_hour->set_value(rounded_number(upsets_per_bit_hour(fit), 6));
    }
    is_filling_ = false;
    update_results();
}

void UpsetFields::show_source() {
    const QString name = preset_->currentData().toString();
    source_->setText(name.isEmpty()
                         ? tr("Your own: of the part's data sheet, or of a beam test.")
                         : tr("%1. Source: %2.").arg(preset_->currentText(), from_view(upset_preset(name.toStdString()).source)));
}

void UpsetFields::take_fit(const End& end) {
    if (is_filling_) return;
    is_filling_ = true;
    preset_->setCurrentIndex(preset_->count() - 1);
    if (const auto fit = end.fit->number()) end.per_bit_hour->set_value(rounded_number(upsets_per_bit_hour(*fit), 6));
    is_filling_ = false;
    update_results();
}

void UpsetFields::take_per_bit_hour(const End& end) {
    if (is_filling_) return;
    is_filling_ = true;
    preset_->setCurrentIndex(preset_->count() - 1);
    if (const auto rate = end.per_bit_hour->number()) end.fit->set_value(rounded_number(fit_per_mbit(*rate), 6));
    is_filling_ = false;
    update_results();
}

void UpsetFields::take_scope() {
    if (const qlonglong bits = scope_->currentData().toLongLong(); bits > 0) bits_->set_value(double(bits));
}

QString UpsetFields::rates() const {
    const auto found = conditions();
    if (!found) return {};
    const auto rate = [&](double per_bit_hour) {
        return QString::fromStdString(rounded_text(fault_rate_after(per_bit_hour, found->hours), 4));
    };
    const QString low = rate(found->low), high = rate(found->high);
    return low == high ? low : low + QStringLiteral(", ") + high;
}

void UpsetFields::update_results() {
    if (is_filling_) return;
    // A number that is no longer the part's own is the user's.
    if (scope_->currentData().toLongLong() > 0 && bits_->number() != double(scope_->currentData().toLongLong()))
        scope_->setCurrentIndex(scope_->count() - 1);
    const QString wrong = problem();
    problem_->setText(wrong);
    problem_->setVisible(!wrong.isEmpty());
    use_rates_->setEnabled(wrong.isEmpty());
    for (const End& end : {low_, high_}) {
        const double rate = wrong.isEmpty() ? fault_rate_after(end.per_bit_hour->value(), hours_->value()) : 0;
        end.rate->setText(wrong.isEmpty() ? QString::fromStdString(rounded_text(rate, 4)) : QStringLiteral("–"));
        end.faults->setText(wrong.isEmpty() ? QString::fromStdString(rounded_text(rate * bits_->value(), 4)) : QStringLiteral("–"));
    }
    Q_EMIT changed();
}

}  // namespace clipscope
