#include "controls/worst_bits_fields.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QSignalBlocker>

#include "controls/job_fields.h"

namespace clipscope {

WorstBitsFields::WorstBitsFields(QObject* parent) : QObject(parent) {
    name_field(*count_, tr("How many bits"),
               tr("So many bits are found: those whose single faults lose most accuracy. A few images sort out most candidates, the others "
                  "run on all images."));
    together_->setText(tr("to&gether"));
    name_field(*together_, tr("Together"),
               tr("And the worst case of so many faults at once: one bit after the other, each the worst beside those before it, among the "
                  "worst few hundred. It takes a few hundred passes more for each bit."));
    let_type(*layers_);
    layers_->addItem(QStringLiteral("network"));
    name_field(*layers_, tr("Layers"),
               tr("Where the bits may lie: in all layers (network), in one, or in several joined by a plus, CONV-1+FC-2. Also by group: "
                  "batch-norm, everything."));
    candidates_->set_step(10000);
    name_field(
        *candidates_, tr("Tried at most"),
        tr("Of the critical bits (those of a layer, position and sign that lost an answer in a pilot) at most so many are tried: those "
           "that change a number most. Fewer are quicker; the very worst may then be missed."));
    auto* row = new QHBoxLayout(count_row_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(count_, 1);
    row->addWidget(together_, 1);
    give_focus(*count_row_, *count_);
    connect(layers_, &QComboBox::currentTextChanged, this, &WorstBitsFields::changed);
    connect(together_, &QCheckBox::toggled, this, &WorstBitsFields::changed);
    for (NumberField* field : {count_, candidates_}) connect(field, &NumberField::changed, this, &WorstBitsFields::changed);
    set_form({});
}

WorstBitsForm WorstBitsFields::form() const {
    return {count_->whole(), together_->isChecked(), layers_->currentText().trimmed(), candidates_->whole()};
}

void WorstBitsFields::set_form(const WorstBitsForm& form) {
    count_->set_value(form.count);
    together_->setChecked(form.together);
    layers_->setCurrentText(form.layers);
    candidates_->set_value(form.candidates);
}

QString WorstBitsFields::problem() const {
    for (const NumberField* field : {count_, candidates_})
        if (const QString found = field->problem(); !found.isEmpty()) return found;
    return {};
}

void WorstBitsFields::set_layers(const QStringList& names) {
    const QString chosen = layers_->currentText();
    const QSignalBlocker blocker(layers_);
    layers_->clear();
    layers_->addItem(QStringLiteral("network"));
    layers_->addItems(names);
    layers_->setCurrentText(chosen);
}

void WorstBitsFields::add_rows(QFormLayout& layout) {
    layout.addRow(tr("Bi&ts"), count_row_);
    layout.addRow(tr("La&yers"), layers_);
    layout.addRow(tr("Trie&d at most"), candidates_);
}

void WorstBitsFields::show_rows(QFormLayout& layout, bool is_shown) {
    for (QWidget* field : {count_row_, static_cast<QWidget*>(layers_), static_cast<QWidget*>(candidates_)})
        layout.setRowVisible(field, is_shown);
}

}  // namespace clipscope
