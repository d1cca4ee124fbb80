// A field for one number. What is typed stays as it was typed: a text that is no number, or one out of range, is not mended, clamped or
// refused key by key as spin boxes do, but told by problem(). The arrow keys and buttons step within the range. GUI thread.
#pragma once

#include <QAbstractSpinBox>
#include <QString>
#include <optional>

namespace clipscope {

class NumberField : public QAbstractSpinBox {
    Q_OBJECT
public:
    enum class Kind { whole, decimal };

    NumberField(Kind kind, double lowest, double highest, QWidget* parent = nullptr);

    void set_range(double lowest, double highest);
    void set_step(double step);
    // The empty field stands for this value and shows the words in its place; set_value() empties it then.
    void set_empty(double value, const QString& words);

    void set_value(double value);
    // Nothing where the text is no number in the range.
    std::optional<double> number() const;
    double value() const { return number().value_or(lowest_); }
    int whole() const { return int(value()); }
    // One sentence that begins with the field's accessible name; empty where it is right.
    QString problem() const;

    // Qt's own: everything may stand in the field.
    void stepBy(int steps) override;
    QValidator::State validate(QString& text, int& position) const override;
    void fixup(QString& text) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void changed();  // also where what is typed is wrong

protected:
    StepEnabled stepEnabled() const override;
    void wheelEvent(QWheelEvent* event) override;

private:
    std::optional<double> typed() const;
    QString text_of(double value) const;

    Kind kind_;
    double lowest_;
    double highest_;
    double step_ = 1;
    std::optional<double> empty_;
};

// The mouse wheel is for scrolling the form: it changes a field only while the keyboard works in it too.
void keep_from_wheel(QWidget& field);

}  // namespace clipscope
