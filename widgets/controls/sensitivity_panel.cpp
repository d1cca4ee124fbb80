#include "controls/sensitivity_panel.h"

#include <QComboBox>
#include <QFormLayout>

#include "controls/job_fields.h"

namespace clipscope {

SensitivityPanel::SensitivityPanel(QWidget* parent)
    : JobPanel(true, tr("Inject faults and measure: curves appear as trials finish"), parent), job_(new QComboBox), layers_(new QComboBox) {
    set_up_layers();
    lay_out();
    connect(job_, &QComboBox::currentIndexChanged, this, &SensitivityPanel::show_fields_of_job);
    for (QComboBox* box : {job_, layers_}) connect(box, &QComboBox::currentTextChanged, this, &SensitivityPanel::field_changed);
    set_form(SensitivityForm());
}

void SensitivityPanel::set_up_layers() {
    add_choice(*job_, tr("fault rate"), SensitivityJob::fault_rates, tr("Every stored bit is faulty with the same probability"));
    add_choice(*job_, tr("bit position"), SensitivityJob::bit_positions,
               tr("Exactly one bit is faulty: the same one of a number drawn in each trial, for every position. Shows which bits matter."));
    name_field(*job_, tr("Accuracy against"), tr("What accuracy is measured against"));
    add_choice(*layers_, tr("Each checked layer and the network"), LayersChoice::both,
               tr("A curve for every layer with a check mark in the table, and one with faults anywhere"));
    add_choice(*layers_, tr("Each checked layer"), LayersChoice::each,
               tr("A curve for every layer with a check mark in the table: faults in that layer alone"));
    add_choice(*layers_, tr("The whole network"), LayersChoice::network, tr("One curve: faults anywhere in the weights and biases"));
    add_choice(*layers_, tr("Network and batch norm"), LayersChoice::batch_norm,
               tr("Two curves: faults anywhere in the weights and biases, and faults in gamma, beta, running means and variances of batch "
                  "norms. Those are few numbers, always float32, and each scales a whole channel."));
    add_choice(*layers_, tr("Network and clipping thresholds"), LayersChoice::thresholds,
               tr("Two curves: faults anywhere in the weights and biases, and faults in the thresholds themselves, one float32 number a "
                  "site. A threshold turned negative or NaN silences its site; one turned huge protects no longer."));
    name_field(*layers_, tr("Layers"), tr("What faults may hit; each choice becomes a curve"));
}

void SensitivityPanel::lay_out() {
    QFormLayout& form = form_layout();
    form.addRow(tr("A&gainst"), job_);
    form.addRow(tr("&Layers"), layers_);
    form.addRow(tr("Fault &rates"), fields().rates_row);
    form.addRow(tr("&Memory"), fields().memory_row);
    form.addRow(tr("&Parameters"), fields().parameters);
    form.addRow(tr("F&aults"), fields().faults_row);
    form.addRow(tr("&Trials"), fields().trials);
    form.addRow(tr("&Images"), fields().images);
    form.addRow(tr("Se&ed"), fields().seed);
    form.addRow(tr("&Non-finite"), fields().nonfinite);
    form.addRow(tr("&Workers"), fields().threads);
    form.addRow(tr("Devi&ce"), fields().device);
    style_fields(*form.parentWidget());
}

void SensitivityPanel::show_fields_of_job() {
    form_layout().setRowVisible(fields().rates_row, choice<SensitivityJob>(*job_) == SensitivityJob::fault_rates);
}

SensitivityForm SensitivityPanel::form() const {
    SensitivityForm form;
    form.job = choice<SensitivityJob>(*job_);
    form.layers = choice<LayersChoice>(*layers_);
    fields().read(form);
    return form;
}

void SensitivityPanel::set_form(const SensitivityForm& form) {
    fill([&] {
        set_choice(*job_, form.job);
        set_choice(*layers_, form.layers);
        fields().write(form);
    });
}

void SensitivityPanel::set_validator(Validator validator) {
    validator_ = std::move(validator);
    validate();
}

QString SensitivityPanel::problem() const {
    return validator_ ? validator_(form()) : QString();
}

}  // namespace clipscope
