// The fields that forms for jobs share: fault rates with presets, the memory, trials, images, seed, rule for non-finite outputs, workers,
// device. Each has a name and a tooltip that teaches. The widgets belong to the form that lays them out. GUI thread.
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QObject>
#include <QStringList>
#include <algorithm>

#include "controls/number_field.h"
#include "evaluation/outcome.h"
#include "network/memory_model.h"

class QFormLayout;

namespace clipscope {

// A name for screen readers and a tooltip.
void name_field(QWidget& field, const QString& name, const QString& tip);

// What the key of a row's label does in a row of several fields: it goes to this one.
void give_focus(QWidget& row, QWidget& field);

// A combo box whose items carry enumerators.
template <typename Enum>
void add_choice(QComboBox& box, const QString& text, Enum value, const QString& tip) {
    box.addItem(text, int(value));
    box.setItemData(box.count() - 1, tip, Qt::ToolTipRole);
}

template <typename Enum>
Enum choice(const QComboBox& box) {
    return Enum(box.currentData().toInt());
}

template <typename Enum>
void set_choice(QComboBox& box, Enum value) {
    box.setCurrentIndex(std::max(0, box.findData(int(value))));
}

// What is typed into the box stays as it is: no completion makes 1000 of a 100. Texts that are no item are for the form to judge.
void let_type(QComboBox& box);

// Selects the item of this text, and adds it where there is none: a form shows what it was given.
void show_text(QComboBox& box, const QString& text);

// An editable choice of how many images: "200", "all", "first:1000".
QComboBox* make_images_field(const QString& name, const QString& tip);

// Numbers in tabular figures; long texts do not widen the form; the mouse wheel scrolls it and changes no field on the way.
void style_fields(QWidget& form);

// When a job that measures means has enough trials.
enum class Until {
    trials,     // a number of trials, each of all images
    precision,  // every mean is known well enough; trials run on few images
    both
};

// Which of these a job offers.
enum class UntilChoices {
    trials,               // nothing to choose
    trials_or_precision,  // its results need no whole trials beside a precision
    all,
};

class JobFields : public QObject {
    Q_OBJECT
public:
    // `with_several_formats`: a list of formats can be ticked together.
    explicit JobFields(bool with_several_formats, QObject* parent);

    QLineEdit* rates = new QLineEdit;
    QWidget* rates_row = new QWidget;  // the field and its presets
    QComboBox* until = new QComboBox;
    NumberField* trials = new NumberField(NumberField::Kind::whole, 1, 100000);
    NumberField* half_width = new NumberField(NumberField::Kind::decimal, 0.01, 25);  // in points
    QWidget* trials_row = new QWidget;                                                // the three
    QComboBox* images = nullptr;
    QLineEdit* seed = new QLineEdit;
    QComboBox* nonfinite = new QComboBox;
    QComboBox* format = new QComboBox;
    QComboBox* parameters = new QComboBox;
    QComboBox* fault_kind = new QComboBox;
    QComboBox* pattern = new QComboBox;
    QComboBox* bits = new QComboBox;
    QWidget* memory_row = new QWidget;  // format and parameters; with several formats: format and the button to tick them
    QWidget* faults_row = new QWidget;  // kind and bits
    NumberField* threads = new NumberField(NumberField::Kind::whole, 1, 64);
    QComboBox* device = new QComboBox;

    // Form: anything with members of these names.
    template <typename Form>
    void read(Form& form) const {
        form.rates = rates->text().trimmed();
        form.until = until_choices_ == UntilChoices::trials ? Until::trials : choice<Until>(*until);
        form.trials = trials->whole();
        form.half_width = half_width->value();
        form.images = images->currentText().trimmed();
        form.seed = seed->text().trimmed().toULongLong();
        form.nonfinite = choice<NonfiniteRule>(*nonfinite);
        form.format = format->currentText().trimmed();
        form.parameters = choice<ParameterSelection>(*parameters);
        form.fault_kind = choice<FaultKind>(*fault_kind);
        form.pattern = pattern->currentText().trimmed();
        form.bits = bits->currentText().trimmed();
        form.threads = threads->whole();
        form.device = device->currentText();
    }
    template <typename Form>
    void write(const Form& form) {
        rates->setText(form.rates);
        set_choice(*until, form.until);
        trials->set_value(form.trials);
        half_width->set_value(form.half_width);
        images->setCurrentText(form.images);
        seed->setText(QString::number(form.seed));
        set_choice(*nonfinite, form.nonfinite);
        format->setCurrentText(form.format);
        set_choice(*parameters, form.parameters);
        set_choice(*fault_kind, form.fault_kind);
        pattern->setCurrentText(form.pattern);
        bits->setCurrentText(form.bits);
        threads->set_value(form.threads);
        show_text(*device, form.device);
    }

    // What the fields themselves cannot take; empty: nothing.
    QString problem() const;
    void set_devices(const QStringList& devices);
    void set_until_choices(UntilChoices choices);

Q_SIGNALS:
    void changed();

private:
    void set_up_rates();
    void set_up_memory(bool with_several_formats);
    QWidget* make_formats_button();
    void set_up_trials();
    void show_trial_fields();
    void set_up_others();

    QLabel* half_width_sign_ = new QLabel;
    QLabel* half_width_unit_ = new QLabel;
    UntilChoices until_choices_ = UntilChoices::all;
};

}  // namespace clipscope
