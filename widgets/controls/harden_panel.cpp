#include "controls/harden_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QToolButton>
#include <tuple>

#include "controls/job_fields.h"
#include "protection/activation/activation_kinds.h"
#include "protection/protection.h"
#include "theme/theme.h"

namespace clipscope {

namespace {

QStringList listed(const QString& text) {
    QStringList ids;
    for (const QString& id : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) ids << id.trimmed();
    return ids;
}

}  // namespace

HardenPanel::HardenPanel(QWidget* parent)
    : JobPanel(false, {}, parent),
      job_(new QComboBox),
      site_(new QComboBox),
      bound_kind_(new QComboBox),
      grid_(new QLineEdit),
      tuning_images_(nullptr),
      protections_(new QLineEdit),
      protections_menu_(new QMenu(this)),
      protections_row_(new QWidget),
      algorithm_(new QComboBox),
      n_(new NumberField(NumberField::Kind::whole, 2, 100)),
      m_(new NumberField(NumberField::Kind::whole, 1, 99)),
      delta_(new NumberField(NumberField::Kind::decimal, 0, 1)),
      scope_(new QComboBox),
      greedy_(new QCheckBox),
      auc_axis_(new QComboBox),
      first_(new ProtectFirstFields(this)),
      worst_(new WorstBitsFields(this)),
      search_row_(new QWidget) {
    set_up_choices();
    set_up_search();
    lay_out();
    connect_fields();
    set_form(HardenForm());
}

void HardenPanel::set_up_choices() {
    add_choice(*job_, tr("Profile"), MethodJob::profile,
               tr("Step 1: the largest activation of every site, and how its values are distributed"));
    add_choice(*job_, tr("Sweep"), MethodJob::sweep, tr("AUC against the threshold of one site: the bell curve"));
    add_choice(*job_, tr("Harden"), MethodJob::harden, tr("Steps 1 to 3: finds a clipping threshold for every site"));
    add_choice(*job_, tr("Compare"), MethodJob::compare, tr("Unprotected, clipped at ACT_max and clipped at T, under the same faults"));
    add_choice(*job_, tr("Duel"), MethodJob::duel,
               tr("Any protections of activations and of memory words, under the same faults and with their prices"));
    add_choice(*job_, tr("Protect first"), MethodJob::protect_first,
               tr("Which layers, or bit positions, are worth protecting first: accuracy gained for each bit that protection stores"));
    add_choice(*job_, tr("Worst bits"), MethodJob::worst_bits,
               tr("Which single bits lose most accuracy when they fail, by name, and what the worst of them do together"));
    name_field(*job_, tr("Job"), tr("What to run"));
    set_up_protections();
    name_field(*site_, tr("Site"), tr("The activation site whose threshold is varied, or for a profile: the one that faults reach first"));
    for (const ActivationKind& kind : activation_kinds()) {
        if (!has_searchable_bound(kind)) continue;
        bound_kind_->addItem(QString::fromUtf8(kind.id.data(), qsizetype(kind.id.size())));
        bound_kind_->setItemData(bound_kind_->count() - 1, QString::fromUtf8(kind.summary), Qt::ToolTipRole);
    }
    name_field(*bound_kind_, tr("Protection"),
               tr("What sites do with values beyond the threshold T: clip puts out 0 (the paper's), range limits them to T, backflip "
                  "takes a value that a flipped exponent bit made for 0 or 2"));
    name_field(*grid_, tr("Thresholds"),
               tr("Thresholds to evaluate, from:to:count, in units of the site's ACT_max: 0:1.5:16 takes 16 "
                  "steps from 0 to one and a half times the largest value seen without faults"));
    grid_->setFont(tabular(grid_->font()));
    tuning_images_ = make_images_field(tr("Tuning images"),
                                       tr("Images that thresholds are found on: a number (a sample with the classes in proportion), "
                                          "first:N or all. They are never among the evaluation images."));
    name_field(*fields().images, tr("Evaluation images"),
               tr("Images that reported accuracies are measured on: a number (a sample with the "
                  "classes in proportion), first:N or all."));
    add_choice(*auc_axis_, tr("linear (the paper's)"), AucAxis::linear,
               tr("Area under accuracy against the fault rate itself, divided by the largest one"));
    add_choice(*auc_axis_, tr("logarithmic"), AucAxis::log10, tr("Gives every decade of fault rates the same weight"));
    name_field(*auc_axis_, tr("AUC axis"), tr("The axis of fault rates under the area that stands for resilience"));
}

void HardenPanel::set_up_protections() {
    name_field(*protections_, tr("Protections"),
               tr("The contestants, separated by commas. A plus joins what stands together (guard+clip), @ names the only layers or sites "
                  "(guard@FC-1/CONV-2). Each is compared with each, the first one first."));
    auto* choose = new QToolButton;
    choose->setText(tr("…"));
    choose->setPopupMode(QToolButton::InstantPopup);
    choose->setMenu(protections_menu_);
    name_field(*choose, tr("Choose protections"), tr("All protections there are, each with what it does: tick them or take them out"));
    protections_menu_->setToolTipsVisible(true);
    connect(protections_menu_, &QMenu::aboutToShow, this, &HardenPanel::fill_protections_menu);
    auto* row = new QHBoxLayout(protections_row_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(protections_, 1);
    row->addWidget(choose);
    give_focus(*protections_row_, *protections_);
}

void HardenPanel::fill_protections_menu() {
    protections_menu_->clear();
    const QStringList chosen = listed(protections_->text());
    for (const ProtectionExample& example : protection_examples()) {
        const QString id = QString::fromStdString(example.id);
        QAction* action = protections_menu_->addAction(id);
        action->setToolTip(QString::fromStdString(example.summary));
        action->setCheckable(true);
        action->setChecked(chosen.contains(id));
        connect(action, &QAction::toggled, this, [this, id](bool on) { toggle_protection(id, on); });
    }
}

void HardenPanel::toggle_protection(const QString& id, bool on) {
    QStringList ids = listed(protections_->text());
    ids.removeAll(id);
    if (on) ids << id;
    protections_->setText(ids.join(QStringLiteral(", ")));
}

void HardenPanel::set_up_search() {
    add_choice(*algorithm_, tr("corrected"), SearchAlgorithm::corrected, tr("Algorithm 1 without the slips of its printed listing"));
    add_choice(*algorithm_, tr("literal"), SearchAlgorithm::literal, tr("Algorithm 1 exactly as it is printed, for comparison"));
    name_field(*algorithm_, tr("Algorithm"), tr("How the interval of the threshold is narrowed"));
    name_field(*n_, tr("N, the most iterations"), tr("N: iterations at most (literal: one less)"));
    name_field(*m_, tr("M, the fewest iterations"), tr("M: no early stop before this iteration; smaller than N"));
    delta_->set_step(0.001);
    name_field(*delta_, tr("delta, the AUC change that counts as none"),
               tr("δ: the search may stop where the AUC changes by no more than this, on the scale 0 to 1"));
    auto* row = new QHBoxLayout(search_row_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    for (const auto& [sign, field, stretch] : {std::tuple("N", n_, 2), std::tuple("M", m_, 2), std::tuple("δ", delta_, 3)}) {
        row->addWidget(new QLabel(QString::fromUtf8(sign)));
        row->addWidget(field, stretch);
    }
    give_focus(*search_row_, *n_);
    add_choice(*scope_, tr("layers feeding the site"), SearchScope::feeding, tr("The paper's: only faults that reach the site directly"));
    add_choice(*scope_, tr("everywhere"), SearchScope::everywhere, tr("Faults in the whole network"));
    name_field(*scope_, tr("Faults in"),
               tr("Which weights and biases faults may hit while a threshold is evaluated or faulty activations are counted"));
    greedy_->setText(tr("Gree&dy: keep thresholds found so far"));
    name_field(
        *greedy_, tr("Greedy"),
        tr("Every site starts from the thresholds found before it. Off, as in the paper: every site starts from ACT_max everywhere."));
}

void HardenPanel::lay_out() {
    QFormLayout& form = form_layout();
    form.addRow(tr("Jo&b"), job_);
    form.addRow(tr("Si&te"), site_);
    form.addRow(tr("Outside T"), bound_kind_);
    form.addRow(tr("Thresh&olds"), grid_);
    form.addRow(tr("Pr&otections"), protections_row_);
    first_->add_rows(form);
    worst_->add_rows(form);
    form.addRow(tr("Tunin&g images"), tuning_images_);
    form.addRow(tr("Evaluation"), fields().images);
    form.addRow(tr("Fault &rates"), fields().rates_row);
    form.addRow(tr("&Memory"), fields().memory_row);
    form.addRow(tr("Faults are"), fields().faults_row);
    form.addRow(tr("&Pattern"), fields().pattern);
    form.addRow(tr("Unti&l"), fields().trials_row);
    form.addRow(tr("&Algorithm"), algorithm_);
    form.addRow(tr("&Iterations"), search_row_);
    form.addRow(tr("Faults in"), scope_);
    form.addRow(QString(), greedy_);
    form.addRow(tr("AUC a&xis"), auc_axis_);
    form.addRow(tr("S&eed"), fields().seed);
    form.addRow(tr("&Non-finite"), fields().nonfinite);
    form.addRow(tr("&Workers"), fields().threads);
    form.addRow(tr("Devi&ce"), fields().device);
    style_fields(*form.parentWidget());
}

void HardenPanel::connect_fields() {
    connect(job_, &QComboBox::currentIndexChanged, this, &HardenPanel::show_fields_of_job);
    for (QComboBox* box : {job_, site_, bound_kind_, tuning_images_, algorithm_, scope_, auc_axis_})
        connect(box, &QComboBox::currentTextChanged, this, &HardenPanel::field_changed);
    for (QLineEdit* line : {grid_, protections_}) connect(line, &QLineEdit::textChanged, this, &HardenPanel::field_changed);
    for (NumberField* field : {n_, m_, delta_}) connect(field, &NumberField::changed, this, &HardenPanel::field_changed);
    connect(greedy_, &QCheckBox::toggled, this, &HardenPanel::field_changed);
    connect(first_, &ProtectFirstFields::changed, this, &HardenPanel::field_changed);
    connect(worst_, &WorstBitsFields::changed, this, &HardenPanel::field_changed);
}

void HardenPanel::show_fields_of_job() {
    const auto job = choice<MethodJob>(*job_);
    const bool sweeps = job == MethodJob::sweep;
    const bool hardens = job == MethodJob::harden;
    const bool duels = job == MethodJob::duel;
    const bool compares = job == MethodJob::compare || duels;
    const bool profiles = job == MethodJob::profile;
    const bool searches = is_search(job);
    const bool looks_for_bits = job == MethodJob::worst_bits;
    const std::pair<QWidget*, bool> rows[] = {{site_, sweeps || profiles},
                                              {bound_kind_, sweeps || hardens},
                                              {grid_, sweeps},
                                              {fields().images, compares || searches},
                                              {protections_row_, duels},
                                              {tuning_images_, !searches},
                                              {fields().rates_row, !searches},
                                              {fields().pattern, !looks_for_bits},
                                              {fields().trials_row, !searches},
                                              {algorithm_, hardens},
                                              {search_row_, hardens},
                                              {scope_, !compares && !searches},
                                              {greedy_, hardens},
                                              {auc_axis_, !profiles && !searches}};
    first_->show_rows(form_layout(), job == MethodJob::protect_first);
    worst_->show_rows(form_layout(), looks_for_bits);
    for (const auto& [field, is_needed] : rows) form_layout().setRowVisible(field, is_needed);
    fields().set_until_choices(compares ? UntilChoices::all : profiles ? UntilChoices::trials : UntilChoices::trials_or_precision);
    const QString tips[] = {tr("Count activations: ACT_max and histograms of every site"),
                            tr("Evaluate thresholds: points of the bell curve appear one by one"),
                            tr("Search a threshold for every site: intervals narrow as thresholds are evaluated"),
                            tr("Measure the three configurations under the same faults"),
                            tr("Measure every protection under the same faults, and what it costs"),
                            tr("Protect one more at a time, the one that pays most: each set on the same faults"),
                            tr("Look for the bits that lose most: critical ones on few images first, the worst on all")};
    set_run_tip(tips[int(job)]);
}

HardenForm HardenPanel::form() const {
    HardenForm form;
    fields().read(form);
    form.job = choice<MethodJob>(*job_);
    form.site = site_->currentText();
    form.bound_kind = bound_kind_->currentText();
    form.grid = grid_->text().trimmed();
    form.tuning_images = tuning_images_->currentText().trimmed();
    form.protections = protections_->text().trimmed();
    form.first = first_->form();
    form.worst = worst_->form();
    form.algorithm = choice<SearchAlgorithm>(*algorithm_);
    form.n = n_->whole();
    form.m = m_->whole();
    form.delta = delta_->value();
    form.scope = choice<SearchScope>(*scope_);
    form.greedy = greedy_->isChecked();
    form.auc_axis = choice<AucAxis>(*auc_axis_);
    return form;
}

void HardenPanel::set_form(const HardenForm& form) {
    fill([&] {
        fields().write(form);
        set_choice(*job_, form.job);
        select_site(form.site);
        show_text(*bound_kind_, form.bound_kind);
        grid_->setText(form.grid);
        tuning_images_->setCurrentText(form.tuning_images);
        protections_->setText(form.protections);
        protections_->setCursorPosition(0);
        first_->set_form(form.first);
        worst_->set_form(form.worst);
        set_choice(*algorithm_, form.algorithm);
        n_->set_value(form.n);
        m_->set_value(form.m);
        delta_->set_value(form.delta);
        set_choice(*scope_, form.scope);
        greedy_->setChecked(form.greedy);
        set_choice(*auc_axis_, form.auc_axis);
        show_fields_of_job();
    });
}

void HardenPanel::set_validator(Validator validator) {
    validator_ = std::move(validator);
    validate();
}

void HardenPanel::set_sites(const QStringList& names) {
    fill([&] {
        const QString chosen = site_->currentText();
        site_->clear();
        site_->addItems(names);
        site_->setCurrentIndex(std::max(0, site_->findText(chosen)));
    });
}

void HardenPanel::set_layers(const QStringList& names) {
    fill([&] { worst_->set_layers(names); });
}

void HardenPanel::select_site(const QString& name) {
    const int index = site_->findText(name);
    if (index >= 0) site_->setCurrentIndex(index);
}

QString HardenPanel::problem() const {
    const HardenForm form = this->form();
    if (form.job == MethodJob::harden) {
        for (const NumberField* field : {n_, m_, delta_})
            if (const QString found = field->problem(); !found.isEmpty()) return found;
    }
    if (form.job == MethodJob::protect_first)
        if (const QString found = first_->problem(); !found.isEmpty()) return found;
    if (form.job == MethodJob::worst_bits)
        if (const QString found = worst_->problem(); !found.isEmpty()) return found;
    if (form.job == MethodJob::harden && form.m >= form.n)
        return tr("M must be smaller than N: the search can stop early only before its end.");
    if (form.job == MethodJob::sweep && form.site.isEmpty()) return tr("There is no activation site to sweep; open another network.");
    return validator_ ? validator_(form) : QString();
}

}  // namespace clipscope
