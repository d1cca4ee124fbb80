#include "controls/sensitivity_panel.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>
#include <algorithm>
#include <utility>

#include "controls/job_fields.h"

namespace clipscope {

namespace {

constexpr int offer_role = Qt::UserRole + 1;  // of the choice of a job: the id of what was offered

struct LayersChoice {
    const char* scopes;  // as the command line writes them
    const char* text;
    const char* tip;
};

constexpr LayersChoice layers_choices[] = {
    {"network,each", QT_TR_NOOP("Each checked layer and the network"),
     QT_TR_NOOP("A curve for every layer with a check mark in the table, and one with faults anywhere")},
    {"each", QT_TR_NOOP("Each checked layer"),
     QT_TR_NOOP("A curve for every layer with a check mark in the table: faults in that layer alone")},
    {"network", QT_TR_NOOP("The whole network"), QT_TR_NOOP("One curve: faults anywhere in the weights and biases of layers")},
    {"network,everything", QT_TR_NOOP("Network and everything stored"),
     QT_TR_NOOP("Two curves: faults anywhere in the weights and biases of layers, and faults in all that the file stores: norms, "
                "activations' parameters, embeddings and the rest as well")},
    {"network,batch-norm", QT_TR_NOOP("Network and batch norm"),
     QT_TR_NOOP("Two curves: faults anywhere in the weights and biases, and faults in gamma, beta, running means and variances of batch "
                "norms. Those are few numbers, always float32, and each scales a whole channel.")},
    {"network,norm", QT_TR_NOOP("Network and other norms"),
     QT_TR_NOOP(
         "Two curves: faults anywhere in the weights and biases, and faults in gamma and beta of layer, group and instance norms, as "
         "transformers have them")},
    {"network,prelu", QT_TR_NOOP("Network and activations' parameters"),
     QT_TR_NOOP("Two curves: faults anywhere in the weights and biases, and faults in what activations store, as the slopes of a PReLU")},
    {"network,other", QT_TR_NOOP("Network and other values"),
     QT_TR_NOOP("Two curves: faults anywhere in the weights and biases, and faults in stored values that belong to no layer, norm or "
                "activation, as position embeddings and class tokens")},
    {"network,thresholds", QT_TR_NOOP("Network and clipping thresholds"),
     QT_TR_NOOP("Two curves: faults anywhere in the weights and biases, and faults in the thresholds themselves, one float32 number a "
                "site. A threshold turned negative or NaN silences its site; one turned huge protects no longer.")},
    {"activations", QT_TR_NOOP("Computed values of activations"),
     QT_TR_NOOP("One curve: transient faults in the values that activations put out, for each image anew, while weights stay as they "
                "are. Faults in a layer's values before its activation are typed as CONV-1.out, in one activation's as ACT-1.out.")},
    {"network,activations,network+activations", QT_TR_NOOP("Weights, activations and both"),
     QT_TR_NOOP("Three curves: faults in the stored weights and biases, transient faults in the values that activations put out, and both "
                "together")},
};

}  // namespace

SensitivityPanel::SensitivityPanel(QWidget* parent)
    : JobPanel(true, tr("Inject faults and measure: curves appear as trials finish"), parent),
      job_(new QComboBox),
      layers_(new QComboBox),
      fault_counts_(new QLineEdit) {
    set_up_job();
    set_up_layers();
    lay_out();
    connect(job_, &QComboBox::currentIndexChanged, this, &SensitivityPanel::show_fields_of_job);
    for (QComboBox* box : {job_, layers_}) connect(box, &QComboBox::currentTextChanged, this, &SensitivityPanel::field_changed);
    connect(fault_counts_, &QLineEdit::textChanged, this, &SensitivityPanel::field_changed);
    set_form(SensitivityForm());
    show_fields_of_job();
}

void SensitivityPanel::set_up_job() {
    add_choice(*job_, tr("fault rate"), SensitivityJob::fault_rates, tr("Every stored bit is faulty with the same probability"));
    add_choice(*job_, tr("bit position"), SensitivityJob::bit_positions,
               tr("Exactly one bit is faulty: the same one of a number drawn in each trial, for every position. Shows which bits matter."));
    add_choice(*job_, tr("number of faults"), SensitivityJob::fault_counts,
               tr("Exactly so many faults in every trial, at places drawn uniformly. With one, the loss of accuracy is what a single fault "
                  "costs on average: the vulnerability of a layer, whatever its size."));
    name_field(*fault_counts_, tr("Numbers of faults"),
               tr("How many faults each trial has, exactly: 1, 2, 4, 8. The faults of a smaller number are among those of a larger one."));
    name_field(*job_, tr("Accuracy against"), tr("What accuracy is measured against"));
}

void SensitivityPanel::set_up_layers() {
    let_type(*layers_);
    for (const LayersChoice& one : layers_choices) {
        layers_->addItem(tr(one.text), QString::fromLatin1(one.scopes));
        layers_->setItemData(layers_->count() - 1, tr(one.tip), Qt::ToolTipRole);
    }
    name_field(
        *layers_, tr("Layers"),
        tr("What faults may hit; each choice becomes a curve. Scopes can be typed, too: CONV-1+FC-1 is one curve with faults in both "
           "layers, a comma begins another curve; each stands for the layers checked in the table."));
}

// What was typed is what it says, unless it is the text of a choice.
QString SensitivityPanel::scopes() const {
    const QString text = layers_->currentText().trimmed();
    const int chosen = layers_->findText(text);
    return chosen < 0 ? text : layers_->itemData(chosen).toString();
}

void SensitivityPanel::set_scopes(const QString& scopes) {
    const int chosen = layers_->findData(scopes);
    if (chosen < 0)
        layers_->setEditText(scopes);
    else
        layers_->setCurrentIndex(chosen);
}

void SensitivityPanel::lay_out() {
    QFormLayout& form = form_layout();
    form.addRow(tr("A&gainst"), job_);
    form.addRow(tr("&Layers"), layers_);
    form.addRow(tr("Fault &rates"), fields().rates_row);
    form.addRow(tr("Num&bers"), fault_counts_);
    form.addRow(tr("&Memory"), fields().memory_row);
    form.addRow(tr("&Parameters"), fields().parameters);
    form.addRow(tr("F&aults"), fields().faults_row);
    form.addRow(tr("Pattern"), fields().pattern);
    form.addRow(tr("Un&til"), fields().trials_row);
    form.addRow(tr("&Images"), fields().images);
    form.addRow(tr("Se&ed"), fields().seed);
    form.addRow(tr("&Non-finite"), fields().nonfinite);
    form.addRow(tr("&Workers"), fields().threads);
    form.addRow(tr("Devi&ce"), fields().device);
    style_fields(*form.parentWidget());
}

void SensitivityPanel::show_fields_of_job() {
    const auto job = choice<SensitivityJob>(*job_);
    const OfferedMeasurement* offer = chosen_offer();
    const bool is_of_bits = job == SensitivityJob::bit_positions;
    form_layout().setRowVisible(fields().rates_row, job == SensitivityJob::fault_rates || (offer && !offer->counts));
    form_layout().setRowVisible(fault_counts_, job == SensitivityJob::fault_counts || (offer && offer->counts));
    form_layout().setRowVisible(fields().pattern, !is_of_bits);
    for (const OfferedMeasurement& one : offered_)
        for (QLineEdit* field : own_.value(one.id)) form_layout().setRowVisible(field, &one == offer);
    fields().set_until_choices(is_of_bits || (offer && offer->is_by_trials) ? UntilChoices::trials : UntilChoices::all);
}

const OfferedMeasurement* SensitivityPanel::chosen_offer() const {
    const QString id = job_->currentData(offer_role).toString();
    const auto found = std::ranges::find(offered_, id, &OfferedMeasurement::id);
    return found == offered_.end() ? nullptr : &*found;
}

void SensitivityPanel::choose_job(const SensitivityForm& form) {
    const int offer = form.job == SensitivityJob::offered ? job_->findData(form.offered, offer_role) : -1;
    if (offer >= 0)
        job_->setCurrentIndex(offer);
    else
        set_choice(*job_, form.job);
}

void SensitivityPanel::set_offered(const std::vector<OfferedMeasurement>& offered) {
    fill([&] {
        offered_ = offered;
        for (const OfferedMeasurement& one : offered_) {
            add_choice(*job_, one.against, SensitivityJob::offered, one.tip);
            job_->setItemData(job_->count() - 1, one.id, offer_role);
            int row = 0;
            QFormLayout::ItemRole role{};
            form_layout().getWidgetPosition(fault_counts_, &row, &role);
            for (const OfferedMeasurement::Setting& setting : one.settings) {
                auto* field = new QLineEdit(setting.usual);
                name_field(*field, setting.label, setting.tip);
                form_layout().insertRow(++row, setting.label, field);
                own_[one.id][setting.name] = field;
                connect(field, &QLineEdit::textChanged, this, &SensitivityPanel::field_changed);
            }
        }
        style_fields(*form_layout().parentWidget());
        show_fields_of_job();
    });
}

SensitivityForm SensitivityPanel::form() const {
    SensitivityForm form;
    form.job = choice<SensitivityJob>(*job_);
    form.layers = scopes();
    form.fault_counts = fault_counts_->text().trimmed();
    if (const OfferedMeasurement* offer = chosen_offer()) {
        form.offered = offer->id;
        for (const auto& [name, field] : own_[offer->id].asKeyValueRange()) form.own[name] = field->text().trimmed();
    }
    fields().read(form);
    return form;
}

void SensitivityPanel::set_form(const SensitivityForm& form) {
    fill([&] {
        choose_job(form);
        for (const auto& [name, text] : form.own.asKeyValueRange())
            if (QLineEdit* field = own_.value(form.offered).value(name)) field->setText(text);
        set_scopes(form.layers);
        fault_counts_->setText(form.fault_counts);
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
