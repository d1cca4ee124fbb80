#include "controls/number_field.h"

#include <QEvent>
#include <QLineEdit>
#include <QStyle>
#include <QStyleOptionSpinBox>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "common/number_text.h"
#include "controls/typed_numbers.h"

namespace clipscope {
namespace {

class WheelGuard : public QObject {
public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override {
        const auto* field = qobject_cast<QWidget*>(watched);
        if (event->type() != QEvent::Wheel || field == nullptr || field->hasFocus()) return false;
        event->ignore();  // so that what it stands in scrolls
        return true;
    }
};

}  // namespace

void keep_from_wheel(QWidget& field) {
    if (field.focusPolicy() == Qt::WheelFocus) field.setFocusPolicy(Qt::StrongFocus);
    field.installEventFilter(new WheelGuard(&field));
}

NumberField::NumberField(Kind kind, double lowest, double highest, QWidget* parent)
    : QAbstractSpinBox(parent), kind_(kind), lowest_(lowest), highest_(highest) {
    setFocusPolicy(Qt::StrongFocus);
    setAlignment(Qt::AlignRight);
    setAccelerated(true);
    set_value(lowest);
    connect(lineEdit(), &QLineEdit::textChanged, this, &NumberField::changed);
}

void NumberField::set_range(double lowest, double highest) {
    lowest_ = lowest;
    highest_ = highest;
    updateGeometry();
    Q_EMIT changed();
}

void NumberField::set_step(double step) {
    step_ = step;
}

void NumberField::set_empty(double value, const QString& words) {
    empty_ = value;
    lineEdit()->setPlaceholderText(words);
    if (typed() == value) lineEdit()->clear();
    updateGeometry();
}

void NumberField::set_value(double value) {
    if (number() == value) return;  // "1e3" stays as it was written
    lineEdit()->setText(empty_ == value ? QString() : text_of(value));
}

QString NumberField::text_of(double value) const {
    return kind_ == Kind::whole ? QString::number(qint64(value)) : QString::fromStdString(number_text(value));
}

std::optional<double> NumberField::typed() const {
    if (empty_ && text().trimmed().isEmpty()) return empty_;
    return kind_ == Kind::whole ? typed_whole_number(text()) : typed_number(text());
}

std::optional<double> NumberField::number() const {
    const auto found = typed();
    return found && *found >= lowest_ && *found <= highest_ ? found : std::nullopt;
}

QString NumberField::problem() const {
    if (number()) return {};
    const QString range = tr("from %1 to %2").arg(text_of(lowest_), text_of(highest_));
    if (kind_ == Kind::decimal) return tr("%1: “%2” is not a number %3.").arg(accessibleName(), text(), range);
    const bool has_mark = text().contains(QLatin1Char(',')) || text().contains(QLatin1Char('.'));
    const QString problem = tr("%1: “%2” is not a whole number %3").arg(accessibleName(), text(), range);
    return problem + (has_mark ? tr("; write it without points and commas.") : QStringLiteral("."));
}

void NumberField::stepBy(int steps) {
    const double now = typed().value_or(lowest_);
    // 0.005 + 0.001 is to be 0.006.
    const double next = std::round((now + steps * step_) / step_) * step_;
    const double rounded = std::round(next * 1e9) / 1e9;
    set_value(std::clamp(rounded, lowest_, highest_));
    selectAll();
}

QAbstractSpinBox::StepEnabled NumberField::stepEnabled() const {
    const auto now = typed();
    StepEnabled steps = StepNone;
    if (!now || *now < highest_) steps |= StepUpEnabled;
    if (!now || *now > lowest_) steps |= StepDownEnabled;
    return steps;
}

QValidator::State NumberField::validate(QString&, int&) const {
    return QValidator::Acceptable;
}

void NumberField::fixup(QString&) const {}

void NumberField::wheelEvent(QWheelEvent* event) {
    hasFocus() ? QAbstractSpinBox::wheelEvent(event) : event->ignore();
}

QSize NumberField::sizeHint() const {
    ensurePolished();
    int width = fontMetrics().horizontalAdvance(lineEdit()->placeholderText());
    width = std::max(width, fontMetrics().horizontalAdvance(text_of(highest_)));
    width = std::max(width, fontMetrics().horizontalAdvance(QStringLiteral("00000")));
    QStyleOptionSpinBox option;
    initStyleOption(&option);
    const QSize content(width + 2 * fontMetrics().averageCharWidth(), lineEdit()->sizeHint().height());
    return style()->sizeFromContents(QStyle::CT_SpinBox, &option, content, this);
}

QSize NumberField::minimumSizeHint() const {
    return sizeHint();
}

}  // namespace clipscope
