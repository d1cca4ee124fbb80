#include "fault_inspector.h"

#include <QFileInfo>
#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "common/error.h"
#include "common/number_text.h"
#include "common/text_file.h"
#include "controls/activity_log.h"
#include "plots/accuracy_view.h"
#include "result_views.h"
#include "tables/job_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString number(float value) {
    return QString::fromStdString(number_text(value));
}

std::int64_t sum(const std::array<std::int64_t, LayerInjection::bit_positions>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t(0));
}

// "unprotected 51.20 %, as in the study"
QString outcome_text(const ReplayedOutcome& replayed, NonfiniteRule nonfinite) {
    const Outcome& outcome = replayed.outcome.outcome;
    QString text = protection_name(replayed.protection) + QLatin1Char(' ') + percent_text(accuracy(outcome, nonfinite));
    if (replayed.stored_sample) {
        const QString images = QObject::tr(" on its %1 images").arg(replayed.stored_sample->images());
        const bool is_same = replayed.sample == replayed.stored_sample;
        return text + (is_same ? QObject::tr(", as in the study") : QObject::tr(", not as in the study")) + images;
    }
    if (!replayed.stored) return text;
    const bool is_same = replayed.stored->faults == replayed.outcome.faults && replayed.stored->outcome == outcome;
    return text + (is_same ? QObject::tr(", as in the study") : QObject::tr(", not as in the study"));
}

}  // namespace

FaultView audit_view(const JobRecord& job, const std::vector<LayerAudit>& audit, const std::vector<std::string>& missed) {
    FaultView view;
    view.columns = QStringList{QObject::tr("Layer"), QObject::tr("Bit"), QObject::tr("Asked for"), QObject::tr("Found changed")};
    view.numbers = {1, 2, 3};
    std::int64_t asked = 0, changed = 0;
    for (const LayerAudit& layer : audit) {
        const QString name = QString::fromStdString(layer.layer);
        asked += sum(layer.asked);
        changed += sum(layer.changed);
        view.rows.push_back({name, QObject::tr("all"), grouped(sum(layer.asked)), grouped(sum(layer.changed))});
        for (std::size_t bit = LayerInjection::bit_positions; bit-- > 0;) {
            if (layer.asked[bit] == 0 && layer.changed[bit] == 0) continue;
            view.rows.push_back({name, QString::number(bit), grouped(layer.asked[bit]), grouped(layer.changed[bit])});
        }
    }
    for (const std::string& layer : missed) view.rows.push_back({QString::fromStdString(layer), QObject::tr("none"), "0", "0"});
    if (audit.empty() && missed.empty()) {
        view.headline =
            QObject::tr("%1: nothing was counted; sensitivities over fault rates and comparisons keep an audit.").arg(job_title(job));
        return view;
    }
    view.headline =
        QObject::tr("%1: of %2 bits that were to change, %3 were found changed.").arg(job_title(job), grouped(asked), grouped(changed));
    QStringList names;
    for (const std::string& layer : missed) names << QString::fromStdString(layer);
    view.headline += QLatin1Char(' ');
    view.headline +=
        names.isEmpty() ? QObject::tr("Every layer got some.") : QObject::tr("No fault came to %1.").arg(names.join(QStringLiteral(", ")));
    return view;
}

FaultView trial_view(const ReplayedTrial& trial, const std::string& study) {
    FaultView view;
    view.is_trial = true;
    view.columns = QStringList{QObject::tr("Layer"), QObject::tr("Parameter"), QObject::tr("Index"),
                               QObject::tr("Bit"),   QObject::tr("Before"),    QObject::tr("After")};
    view.numbers = {3, 4, 5};
    view.order = {0, 3, 4, 5, 2, 1};  // what a bit did, before where it stands
    for (const FaultyValue& value : trial.bits) {
        QStringList index;
        for (const std::int64_t position : value.index) index << QString::number(position);
        view.rows.push_back({QString::fromStdString(value.layer), QString::fromStdString(value.parameter), index.join(QLatin1Char(',')),
                             QString::number(value.bit), number(value.before), number(value.after)});
    }
    QStringList outcomes;
    for (const ReplayedOutcome& outcome : trial.outcomes) outcomes << outcome_text(outcome, trial.nonfinite);
    view.headline = QObject::tr("%1: faulty bits: %2. Top-1 %3.")
                        .arg(QString::fromStdString(to_string(trial.name, study)), grouped(std::int64_t(trial.bits.size())),
                             outcomes.join(QStringLiteral("; ")));
    return view;
}

QString trial_title(const TrialName& name, PointAxis axis) {
    const QString number = name.stratum ? QStringLiteral("%1/%2").arg(*name.stratum).arg(name.trial) : QString::number(name.trial);
    const QString point = axis == PointAxis::bit_position  ? QObject::tr("with bit %1 faulty").arg(int(name.rate))
                          : axis == PointAxis::fault_count ? QObject::tr("with %1").arg(count_label(name.rate))
                                                           : QObject::tr("at %1").arg(QString::fromStdString(number_text(name.rate)));
    return QObject::tr("Trial %1 of %2 %3").arg(number, QString::fromStdString(name.layer), point);
}

FaultsToShow faults_to_show(const ReplayedTrial& trial, int row, const JobRecord& job) {
    FaultsToShow faults{trial_title(trial.name, trial.axis), job.model ? job.model->sha256 : std::string(), trial.memory, trial.bits};
    if (row >= 0) faults.bits = {trial.bits.at(std::size_t(row))};
    const std::int64_t count = std::int64_t(trial.bits.size());
    faults.title = row >= 0     ? QObject::tr("One of the %1 faults of %2").arg(grouped(count), faults.title)
                   : count == 1 ? QObject::tr("%1: 1 fault").arg(faults.title)
                                : QObject::tr("%1: %2 faults").arg(faults.title, grouped(count));
    return faults;
}

std::vector<PickerTrial> picker_trials(const std::map<int, TrialOutcome>& trials, NonfiniteRule nonfinite) {
    std::vector<std::pair<double, int>> order;
    for (const auto& [number, trial] : trials) order.emplace_back(accuracy(trial.outcome, nonfinite), number);
    std::ranges::sort(order);
    std::vector<PickerTrial> listed;
    for (const auto& [fraction, number] : order)
        listed.push_back(
            {number, QObject::tr("trial %1: %2, %3 faults").arg(number).arg(percent_text(fraction), grouped(trials.at(number).faults))});
    return listed;
}

namespace {

constexpr int numbers_a_stratum = 1'000'000;

// How the picker calls a trial of a stratum: whole trials have numbers from 0 on, and -1 is none.
int picker_number(int stratum, int trial) {
    return -2 - stratum * numbers_a_stratum - trial;
}

TrialName name_of(const ShownCurve& curve, double rate, int picked) {
    TrialName name{curve.job, curve.curve.layer, rate, picked, {}};
    if (picked >= 0) return name;
    name.stratum = (-2 - picked) / numbers_a_stratum;
    name.trial = (-2 - picked) % numbers_a_stratum;
    return name;
}

// Those that ran on few images, the worst first.
std::vector<PickerTrial> sampled_picker_trials(const SampledPoint& point, const CurveInfo& curve, NonfiniteRule rule) {
    std::vector<std::pair<double, PickerTrial>> listed;
    for (std::size_t stratum = 0; stratum < point.trials.size(); ++stratum)
        for (const auto& [number, trial] : point.trials[stratum]) {
            if (number < 0 || number >= numbers_a_stratum) continue;  // whole trials are listed as such
            const double value = sampled_value(trial, point.design, curve, TrialMeasure::accuracy, rule);
            listed.emplace_back(
                value, PickerTrial{picker_number(int(stratum), number),
                                   QObject::tr("trial %1/%2: %3 of %4 images, %5 faults")
                                       .arg(stratum)
                                       .arg(number)
                                       .arg(percent_text(std::clamp(value, 0.0, 1.0)), grouped(trial.images()), grouped(trial.faults))});
        }
    std::ranges::stable_sort(listed, {}, &std::pair<double, PickerTrial>::first);
    std::vector<PickerTrial> trials;
    for (auto& [value, trial] : listed) trials.push_back(std::move(trial));
    return trials;
}

}  // namespace

FaultInspector::FaultInspector(QWidget& window, const Dialogs& dialogs, const Laboratory& laboratory, StudyDesk& desk,
                               ResultPresenter& results, const WindowPanels& panels, QObject* parent)
    : QObject(parent), window_(window), dialogs_(dialogs), laboratory_(laboratory), desk_(desk), results_(results), panels_(panels) {
    const TrialPicker& picker = panels_.get<FaultTable>().picker();
    connect(&results_, &ResultPresenter::changed, this, &FaultInspector::fill_picker);
    connect(&results_, &ResultPresenter::point_chosen, this, &FaultInspector::choose_point);
    connect(&picker, &TrialPicker::point_chosen, this, &FaultInspector::read_point);
    connect(&picker, &TrialPicker::trial_requested, this, [this](int place, double rate, int trial) {
        const ShownCurve& curve = pickable_[std::size_t(place)];
        if (is_of_this_study(curve)) replay(name_of(curve, rate, trial));
    });
    connect(&panels_.get<JobTable>(), &JobTable::audit_requested, this, &FaultInspector::show_audit);
    connect(&panels_.get<JobTable>(), &JobTable::trial_requested, this, &FaultInspector::ask_trial);
    connect(&panels_.get<FaultTable>(), &FaultTable::export_requested, this, &FaultInspector::export_rows);
    connect_trials();
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        task_.cancel();
        trials_task_.cancel();
        replayed_.reset();
        panels_.get<FaultTable>().clear();
    });
}

void FaultInspector::connect_trials() {
    const TrialPicker& picker = panels_.get<FaultTable>().picker();
    connect(&picker, &TrialPicker::closely_requested, this, [this](int place, double rate, int trial) {
        const ShownCurve& curve = pickable_[std::size_t(place)];
        if (is_of_this_study(curve)) replay(name_of(curve, rate, trial), true);
    });
    connect(&picker, &TrialPicker::images_requested, this, [this](int place, double rate, int trial) {
        const ShownCurve& curve = pickable_[std::size_t(place)];
        if (is_of_this_study(curve)) emit images_wanted(name_of(curve, rate, trial));
    });
    connect(&panels_.get<FaultTable>(), &FaultTable::closely_requested, this, &FaultInspector::look_closely);
    connect(&panels_.get<FaultTable>(), &FaultTable::images_requested, this, [this] {
        if (replayed_) emit images_wanted(replayed_->name);
    });
}

// One row, or with -1 the whole trial. Faults in computed values lie in other places for every image.
void FaultInspector::look_closely(int row) {
    if (!replayed_) return;
    const auto job = desk_.job(replayed_->name.job);
    if (!job) return;
    const FaultsToShow faults = faults_to_show(*replayed_, row, *job);
    if (std::ranges::any_of(faults.bits, [](const FaultyValue& bit) { return bit.layer.ends_with(output_suffix); }))
        return fail(tr("%1: faults in computed values hit each image in another place, so they cannot be looked at on twelve others. "
                       "'Images that changed' shows what they do.")
                        .arg(faults.title));
    emit faults_chosen(faults, job->settings);
}

// Single trials are named by their fault rate; without faults there is nothing to list.
void FaultInspector::fill_picker() {
    pickable_.clear();
    picker_places_.clear();
    std::vector<PickerCurve> curves;
    const std::vector<ShownCurve>& shown = results_.shown_curves();
    for (std::size_t i = 0; i < shown.size(); ++i) {
        ShownCurve curve = shown[i];
        std::erase(curve.rates, 0);
        const bool has_trials = curve.job != 0 && curve.axis != PointAxis::bit_position && !curve.rates.empty();
        picker_places_.push_back(has_trials ? int(pickable_.size()) : -1);
        if (!has_trials) continue;
        curves.push_back({results_.series_name(i), curve.rates});
        pickable_.push_back(std::move(curve));
    }
    panels_.get<FaultTable>().picker().set_curves(curves);
}

void FaultInspector::choose_point(int series, double rate, bool opens) {
    const int place = series < int(picker_places_.size()) ? picker_places_[std::size_t(series)] : -1;
    if (place < 0 || rate <= 0) return;
    panels_.get<FaultTable>().picker().choose(place, rate, opens);
    if (opens) panels_.dock<FaultTable>().bring_to_front();
}

// Curves stay in sight when another study is opened, whose jobs have the same numbers.
bool FaultInspector::is_of_this_study(const ShownCurve& curve) {
    const auto job = desk_.job(curve.job);
    if (job && job->created == curve.created) return true;
    fail(tr("The trials of this curve are in another study: open that one to look at them."));
    return false;
}

void FaultInspector::read_point(int place, double rate) {
    const ShownCurve& curve = pickable_[std::size_t(place)];
    const auto job = desk_.job(curve.job);
    if (!job || job->created != curve.created) return;
    const auto failed = [this](const QString& text) { fail(text); };
    const std::shared_ptr<const Study> study = desk_.for_thread(failed);
    if (!study) return;
    using Trials = std::vector<PickerTrial>;
    trials_task_.start<Trials>(
        [study, id = curve.job, info = curve.curve, rate, rule = job->settings.nonfinite](std::stop_token) {
            Trials trials = picker_trials(read_trials(*study, id, info.layer, info.protection, rate), rule);
            if (const auto samples = read_samples(*study, id, info.layer, info.protection, rate))
                std::ranges::copy(sampled_picker_trials(*samples, info, rule), std::back_inserter(trials));
            return trials;
        },
        [this](const Trials& trials) { panels_.get<FaultTable>().picker().set_trials(trials); }, failed);
}

void FaultInspector::show(const FaultView& view) {
    panels_.get<FaultTable>().set_view(view);
    panels_.dock<FaultTable>().mark();  // who asked may be looking at something else by now
}

void FaultInspector::fail(const QString& text) {
    panels_.get<ActivityLog>().append_error(text);
    emit failed(text);
}

void FaultInspector::show_audit(qint64 job) {
    const std::shared_ptr<const Study> study = desk_.for_thread([this](const QString& text) { fail(text); });
    if (!study) return;
    panels_.dock<FaultTable>().bring_to_front();
    task_.start<FaultView>(
        [study, job](std::stop_token) { return audit_view(study->job(job), read_audit(*study, job), layers_without_faults(*study, job)); },
        [this](const FaultView& view) { show(view); }, [this](const QString& text) { fail(text); });
}

// The worst of the selected layer's curve is proposed.
void FaultInspector::ask_trial(qint64 job) {
    const std::shared_ptr<const Study> study = desk_.for_thread([this](const QString& text) { fail(text); });
    if (!study) return;
    task_.start<std::optional<TrialName>>(
        [study, job, layer = laboratory_.selected_layer().toStdString()](std::stop_token) { return worst_trial(*study, job, layer); },
        [this](const std::optional<TrialName>& worst) {
            if (!worst) {
                fail(tr("This job has no trials over fault rates: run a sensitivity or a comparison first."));
                return;
            }
            const auto answer =
                dialogs_.ask_line(&window_, tr("Trial as job:layer:rate:number"), QString::fromStdString(to_string(*worst)));
            if (!answer) return;
            try {
                replay(parse_trial_name(answer->trimmed().toStdString()));
            } catch (const Error& error) {
                fail(QString::fromUtf8(error.what()));
            }
        },
        [this](const QString& text) { fail(text); });
}

void FaultInspector::replay(const TrialName& name, bool closely) {
    const std::shared_ptr<const Study> study = desk_.for_thread([this](const QString& text) { fail(text); });
    if (!study) return;
    panels_.dock<FaultTable>().bring_to_front();
    panels_.get<ActivityLog>().append(tr("Repeating trial %1…").arg(QString::fromStdString(to_string(name))));
    task_.start<std::optional<ReplayedTrial>>(
        [replay = laboratory_.engine().replay_trial, study, name](std::stop_token stop) { return replay(*study, name, stop); },
        [this, closely](const std::optional<ReplayedTrial>& trial) {
            if (!trial) return;
            replayed_ = trial;
            show(trial_view(*trial, QFileInfo(desk_.path()).fileName().toStdString()));
            panels_.get<ActivityLog>().append(panels_.get<FaultTable>().headline());
            if (closely) look_closely(-1);
        },
        [this](const QString& text) { fail(text); });
}

void FaultInspector::export_rows() {
    const QString path = dialogs_.choose_table(&window_);
    if (path.isEmpty()) return;
    try {
        write_text_file(path.toStdString(), to_csv(panels_.get<FaultTable>().fault_view()));
        panels_.get<ActivityLog>().append(tr("Wrote %1").arg(path));
        emit written(path);
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
    }
}

}  // namespace clipscope
