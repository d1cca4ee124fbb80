#include "lab_presenter.h"

#include <QFileInfo>
#include <QScopeGuard>
#include <QSettings>
#include <algorithm>
#include <filesystem>

#include "common/error.h"
#include "common/text_file.h"
#include "common/text_list.h"
#include "data/dataset_reader.h"
#include "job_controller.h"
#include "job_presenter.h"
#include "laboratory.h"
#include "labs/lab_fault.h"
#include "study_desk.h"

namespace clipscope {
namespace {

constexpr const char* student_key = "labs/student";
constexpr const char* lab_key = "labs/lab";

// Where the student's study and work lie, without ending: the same for the same lab and name.
std::filesystem::path work_place(const LabWork& work) {
    const std::filesystem::path folder = std::filesystem::path(autosave_folder()) / "labs";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!std::filesystem::is_directory(folder, error))
        throw Error("There is no place for labs: the folder '" + folder.string() + "' cannot be made.");
    QString name = QString::fromStdString(lower_case(work.student));
    for (QChar& letter : name)
        if (QStringLiteral("/\\:").contains(letter) || !letter.isPrint()) letter = QLatin1Char('_');
    constexpr int longest = 40;
    return folder / (work.lab + " " + name.left(longest).toStdString() + " " + std::to_string(work.seed));
}

std::string with_ending(std::filesystem::path place, const char* ending) {
    return (place += ending).string();
}

LabReply reply_of(const LabQuestion& question, const QString& text) {
    if (question.kind == LabQuestion::Kind::number) return text.toDouble();
    return text.toStdString();
}

}  // namespace

LabPresenter::LabPresenter(Laboratory& laboratory, const JobController& jobs, StudyDesk& desk, JobPresenter& presenter, LabPane& pane,
                           QObject* parent)
    : QObject(parent), laboratory_(laboratory), jobs_(jobs), desk_(desk), presenter_(presenter), pane_(pane) {
    soon_.setSingleShot(true);
    soon_.setInterval(100);
    connect(&soon_, &QTimer::timeout, this, &LabPresenter::review_now);
    connect_pane();
    connect(&desk_, &StudyDesk::changed, this, &LabPresenter::review_soon);
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        if (work_ && !is_opening_study_ && desk_.path() != study_) leave();
    });
    connect(&laboratory_, &Laboratory::readiness_changed, this, &LabPresenter::review_soon);
    connect(&presenter_, &JobPresenter::began, this, [this](const JobSettings& settings) {
        running_ = settings;
        review_soon();
    });
    connect(&presenter_, &JobPresenter::ended, this, [this] {
        running_.reset();
        review_soon();
    });
    connect(&writer_, &HandInWriter::failed, this, &LabPresenter::fail);
    connect(&writer_, &HandInWriter::written, this, [this](const QString& path) {
        emit told(tr("Wrote %1").arg(path));
        emit written(path);
    });
}

void LabPresenter::connect_pane() {
    connect(&pane_, &LabPane::begin_requested, this, &LabPresenter::begin);
    connect(&pane_, &LabPane::leave_requested, this, &LabPresenter::leave);
    connect(&pane_, &LabPane::action_requested, this, &LabPresenter::act);
    connect(&pane_, &LabPane::predicted, this, &LabPresenter::predict);
    connect(&pane_, &LabPane::answered, this, &LabPresenter::answer);
    connect(&pane_, &LabPane::step_chosen, this, [this](int step) {
        if (!work_ || step < 0 || step >= int(lab().steps.size())) return;
        work_->step = step;
        keep();
        show_step();
    });
}

template <typename Work>
bool LabPresenter::attempt(Work work) {
    try {
        work();
        return true;
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
        return false;
    }
}

void LabPresenter::fail(const QString& text) {
    emit failed(text);
}

void LabPresenter::show() {
    if (work_ || !labs_.empty()) return;
    attempt([this] {
        for (const std::string& file : bundled_labs()) labs_.push_back(read_lab(file));
    });
    list_labs();
    const QSettings settings;
    pane_.set_student(settings.value(QLatin1String(student_key)).toString());
    const std::string latest = settings.value(QLatin1String(lab_key)).toString().toStdString();
    const auto known = std::ranges::find(labs_, latest, &Lab::name);
    if (known != labs_.end()) pane_.choose(int(known - labs_.begin()));
}

void LabPresenter::list_labs() {
    std::vector<LabChoice> choices;
    for (const Lab& lab : labs_) choices.push_back({QString::fromStdString(lab.title), QString::fromStdString(lab.about), lab.minutes});
    pane_.set_choices(choices);
}

void LabPresenter::open(const QString& path) {
    attempt([&] {
        show();
        Lab lab = read_lab(path.toStdString());
        const auto known = std::ranges::find(labs_, lab.name, &Lab::name);
        const auto place = int(known - labs_.begin());
        if (work_ && place == chosen_) leave();
        if (known != labs_.end())
            *known = std::move(lab);
        else
            labs_.push_back(std::move(lab));
        list_labs();
        pane_.choose(place);
    });
}

void LabPresenter::begin(int lab, const QString& student) {
    if (jobs_.running()) return fail(tr("A job runs: stop it or wait for it, then begin the lab, which has a study of its own."));
    const bool has_begun = attempt([&] {
        chosen_ = lab;
        LabWork work = begin_work(this->lab(), student.normalized(QString::NormalizationForm_C).toStdString());
        const std::filesystem::path place = work_place(work);
        const std::string file = with_ending(place, ".json");
        if (std::filesystem::exists(file)) work = work_from_json(read_text_file(file), this->lab(), file);
        study_ = QString::fromStdString(with_ending(place, ".clipscope"));
        work_ = std::move(work);
        reviews_ = std::vector<StepReview>(this->lab().steps.size());
        open_study();
        QSettings settings;
        settings.setValue(QLatin1String(student_key), student);
        settings.setValue(QLatin1String(lab_key), QString::fromStdString(this->lab().name));
        keep();
        review_now();
    });
    has_begun ? emit begun() : leave();
}

// The student's own; network and images of the lab where others are open.
void LabPresenter::open_study() {
    if (desk_.path() != study_) {
        if (!QFileInfo::exists(study_)) Study::create(study_.toStdString());
        is_opening_study_ = true;  // the one before is closed on the way
        const auto opened = qScopeGuard([this] { is_opening_study_ = false; });
        desk_.open(study_);
    }
    // Another window may be in this very lab, and only one can write.
    if (!desk_.is_writable()) throw Error(desk_.read_only_reason());
    laboratory_.open(lab_inputs());
    emit told(tr("The lab's study is in %1").arg(study_));
}

// The lab's network and images, as every job of it has them.
JobSettings LabPresenter::lab_inputs() const {
    JobSettings settings;
    settings.model = lab().model;
    settings.data = lab().data;
    return settings;
}

bool LabPresenter::has_inputs() const {
    return laboratory_.is_ready() && laboratory_.has_model_of(lab_inputs()) && laboratory_.has_images_of(lab_inputs());
}

void LabPresenter::leave() {
    if (!work_) return;
    review_task_.cancel();
    soon_.stop();
    work_.reset();
    pane_.show_choices();
}

void LabPresenter::act() {
    attempt([this] {
        if (!has_inputs()) return laboratory_.open(lab_inputs());
        const LabStep& step = lab().steps[std::size_t(work_->step)];
        if (step.job) return presenter_.propose(job_of(step, work_->seed));
        if (!step.fault || !laboratory_.model()) return;
        const NamedWord word = word_of(*step.fault, laboratory_.model()->memory_parts, work_->seed);
        emit word_wanted(QString::fromStdString(word.layer), QString::fromStdString(word.parameter), word.element,
                         QString::fromStdString(step.fault->format));
    });
}

void LabPresenter::take_inspection(const Inspection& inspection, const QString& format) {
    if (!work_ || !has_inputs() || inspection.bits.empty()) return;
    bool is_new = false;
    attempt([&] {
        for (std::size_t step = 0; step < lab().steps.size(); ++step) {
            const auto& fault = lab().steps[step].fault;
            if (!fault || work_->steps[step].fault) continue;
            const NamedWord word = word_of(*fault, laboratory_.model()->memory_parts, work_->seed);
            if (!is_about(inspection, format.toStdString(), *fault, word)) continue;
            work_->steps[step].fault = seen_fault(inspection, fault->format);
            is_new = true;
        }
    });
    if (!is_new) return;
    keep();
    review_now();
}

bool LabPresenter::runs_step() const {
    const LabStep& step = lab().steps[std::size_t(work_->step)];
    return running_ && step.job && covers(*running_, step, work_->seed);
}

void LabPresenter::predict(const QString& reply) {
    const LabStep& step = lab().steps[std::size_t(work_->step)];
    const bool is_late = reviews_[std::size_t(work_->step)].has_begun || runs_step();
    note_prediction(step_work(), reply_of(step.prediction->question, reply), is_late);
    keep();
    show_step();
}

void LabPresenter::answer(const QString& reply) {
    const LabStep& step = lab().steps[std::size_t(work_->step)];
    note_reply(step_work(), reply_of(*step.question, reply));
    keep();
    review_now();
}

// At once, so that nothing of it is lost.
void LabPresenter::keep() {
    attempt([this] { write_text_file(with_ending(work_place(*work_), ".json"), to_json(*work_)); });
}

void LabPresenter::review_soon() {
    if (work_ && !soon_.isActive()) soon_.start();
}

void LabPresenter::review_now() {
    if (!work_ || desk_.path() != study_) return;
    const auto own = desk_.for_thread([this](const QString& text) { fail(text); });
    if (!own) return;
    review_task_.start<std::vector<StepReview>>(
        [own, lab = lab(), work = *work_](std::stop_token) {
            LabResults results(own.get(), lab, work);
            return review(lab, work, results);
        },
        [this](std::vector<StepReview> reviews) {
            reviews_ = std::move(reviews);
            show_step();
        },
        [this](const QString& text) { fail(text); });
    show_step();
}

void LabPresenter::show_step() {
    pane_.set_view(lab_view(lab(), *work_, reviews_, {runs_step(), laboratory_.is_opening(), has_inputs()}));
}

QString LabPresenter::suggested_hand_in() const {
    return work_ ? QString::fromStdString(work_->lab + " " + work_->student + ".zip").replace(QLatin1Char('/'), QLatin1Char('_'))
                 : QString();
}

void LabPresenter::hand_in(const QString& path) {
    if (!work_) return;
    if (jobs_.running()) return fail(tr("A job runs, and its results would be missing: wait until it is done, then hand in."));
    const auto own = desk_.for_thread([this](const QString& text) { fail(text); });
    if (own) writer_.write(path, lab(), *work_, own);
}

}  // namespace clipscope
