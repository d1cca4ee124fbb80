#include "controls/protect_first_fields.h"

#include <QFormLayout>

#include "campaign/protect_first.h"
#include "controls/job_fields.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

enum class Among { layers, bits };

}  // namespace

ProtectFirstFields::ProtectFirstFields(QObject* parent) : QObject(parent) {
    add_choice(*among_, tr("layers"), Among::layers,
               tr("Which layers' words are worth the protection: the one that gains most accuracy for each bit stored comes first"));
    add_choice(*among_, tr("bit positions"), Among::bits,
               tr("Which bits of every word are worth being stored three times: what most of the three copies say is read"));
    name_field(*among_, tr("Chosen among"), tr("What is put in order: layers, or the bit positions of all words"));
    fill_protections();
    rate_->setFont(tabular(rate_->font()));
    name_field(
        *rate_, tr("Fault rate"),
        tr("The probability per stored bit at which accuracy is to gain: one at which the unprotected network loses clearly. Where it "
           "loses nothing there is nothing to gain, and at the highest rates no protection helps."));
    let_type(*budget_);
    budget_->addItem(tr("any"));
    for (const char* percent : {"1", "2", "5", "10", "20"}) budget_->addItem(QString::fromLatin1(percent));
    name_field(
        *budget_, tr("Budget of storage, in percent"),
        tr("How much storage protection may add, in percent of the network's own bits: what would go beyond is not tried. any: no limit."));
    name_field(
        *trials_, tr("Trials of each choice"),
        tr("Draws of faulty bits, the same for every choice, so that differences are not luck. More trials tell apart what gains nearly "
           "the same; a trial in which what is protected has no fault costs nothing."));
    for (QComboBox* box : {among_, protection_, budget_}) connect(box, &QComboBox::currentTextChanged, this, &ProtectFirstFields::changed);
    connect(protection_, &QComboBox::currentTextChanged, this, &ProtectFirstFields::show_what_it_does);
    connect(rate_, &QLineEdit::textChanged, this, &ProtectFirstFields::changed);
    connect(trials_, &NumberField::changed, this, &ProtectFirstFields::changed);
    set_form({});
}

void ProtectFirstFields::fill_protections() {
    let_type(*protection_);
    for (const ProtectionExample& example : protect_first_examples()) {
        protection_->addItem(QString::fromStdString(example.id));
        protection_->setItemData(protection_->count() - 1, QString::fromStdString(example.summary), Qt::ToolTipRole);
    }
    name_field(*protection_, tr("Protection of stored words"), {});
    show_what_it_does();
}

// Its tip tells of the one that is chosen.
void ProtectFirstFields::show_what_it_does() {
    const int place = protection_->findText(protection_->currentText().trimmed());
    QString tip =
        tr("What is put on the words of one layer after the other. Others than those listed can be typed, as tmr-28-30 or "
           "sec-ded-72-64-keep.");
    if (place >= 0)
        tip += QStringLiteral("\n\n") + protection_->itemText(place) + QStringLiteral(": ") +
               protection_->itemData(place, Qt::ToolTipRole).toString();
    protection_->setToolTip(tip);
}

ProtectFirstForm ProtectFirstFields::form() const {
    ProtectFirstForm form;
    form.by_bits = choice<Among>(*among_) == Among::bits;
    form.protection = protection_->currentText().trimmed();
    form.rate = rate_->text().trimmed();
    form.budget = budget_->currentText().trimmed();
    form.trials = trials_->whole();
    return form;
}

void ProtectFirstFields::set_form(const ProtectFirstForm& form) {
    set_choice(*among_, form.by_bits ? Among::bits : Among::layers);
    protection_->setCurrentText(form.protection);
    rate_->setText(form.rate);
    budget_->setCurrentText(form.budget);
    trials_->set_value(form.trials);
}

QString ProtectFirstFields::problem() const {
    return trials_->problem();
}

void ProtectFirstFields::add_rows(QFormLayout& layout) {
    layout.addRow(tr("Chosen amon&g"), among_);
    layout.addRow(tr("Pr&otection"), protection_);
    layout.addRow(tr("Fault &rate"), rate_);
    layout.addRow(tr("Bu&dget, %"), budget_);
    layout.addRow(tr("Tria&ls"), trials_);
    connect(among_, &QComboBox::currentTextChanged, &layout, [this, &layout] {
        if (layout.isRowVisible(among_)) layout.setRowVisible(protection_, choice<Among>(*among_) == Among::layers);
    });
}

void ProtectFirstFields::show_rows(QFormLayout& layout, bool is_shown) {
    for (QWidget* field :
         {static_cast<QWidget*>(among_), static_cast<QWidget*>(rate_), static_cast<QWidget*>(budget_), static_cast<QWidget*>(trials_)})
        layout.setRowVisible(field, is_shown);
    layout.setRowVisible(protection_, is_shown && choice<Among>(*among_) == Among::layers);
}

}  // namespace clipscope
