#include "study_desk.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>

#include "common/error.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

constexpr int watch_ms = 1000;

}  // namespace

StudyDesk::StudyDesk(QObject* parent) : QObject(parent) {
    watch_.setInterval(watch_ms);
    connect(&watch_, &QTimer::timeout, this, &StudyDesk::look);
}

void StudyDesk::look() {
    if (!study_) return;
    bool is_free = false;
    try {
        is_free = !writer_text_.empty() && !Study::is_being_written(study_->path());
        if (is_free) {
            study_ = Study::open(study_->path());
            writer_text_.clear();
        }
        const std::int64_t version = study_->data_version();
        if (std::exchange(seen_version_, version) == version && !is_free) return;
    } catch (const StudyInUseError&) {
        return;  // the next writer was quicker
    } catch (const Error& error) {
        watch_.stop();  // said once
        emit failed(QString::fromUtf8(error.what()));
        return;
    }
    if (is_free) emit became_writable();
    emit changed();
    emit written_elsewhere();
}

StudyDesk::~StudyDesk() {
    close();
}

// An unnamed study that nothing was done in leaves no file behind.
void StudyDesk::close() {
    if (!study_) return;
    const bool is_empty = is_unnamed() && study_->jobs(true).empty();
    const QString file = path();
    study_.reset();
    removed_.clear();
    jobs_.clear();
    writer_text_.clear();
    if (is_empty) QFile::remove(file);
}

void StudyDesk::take(Study study, const std::string& writer) {
    close();
    writer_text_ = writer;
    study_.emplace(std::move(study));
    seen_version_ = study_->data_version();
    watch_.start();
    emit study_changed();
    emit changed();
}

const Study& StudyDesk::study() {
    if (!study_) take(Study::create(new_autosave_path()));
    return *study_;
}

std::shared_ptr<Study> StudyDesk::for_thread(const std::function<void(const QString&)>& failed) {
    try {
        return std::make_shared<Study>(study().another());
    } catch (const Error& error) {
        failed(QString::fromUtf8(error.what()));
        return nullptr;
    }
}

bool StudyDesk::is_unnamed() const {
    return study_ && QFileInfo(path()).absolutePath() == QFileInfo(QString::fromStdString(autosave_folder())).absoluteFilePath();
}

QString StudyDesk::path() const {
    return study_ ? QString::fromStdString(study_->path()) : QString();
}

QString StudyDesk::title() const {
    if (!study_) return {};
    const QString name = is_unnamed() ? tr("unnamed study") : QFileInfo(path()).fileName();
    if (study_->is_writable()) return name;
    return writer_text_.empty() ? tr("%1 (read only)").arg(name) : tr("%1 (another program writes it)").arg(name);
}

void StudyDesk::start_new() {
    close();
    watch_.stop();
    emit study_changed();
    emit changed();
}

void StudyDesk::open(const QString& path) {
    if (study_ && QFileInfo(path) == QFileInfo(this->path())) return;
    std::string writer;
    const auto open = [&] {
        try {
            return Study::open(path.toStdString());
        } catch (const StudyInUseError& error) {
            writer = error.what();
            return Study::open_to_read(path.toStdString());
        }
    };
    Study study = open();
    study.jobs();  // a damaged one is told of while the one before is still there
    take(std::move(study), writer);
}

const std::string& StudyDesk::read_only_reason() const {
    return writer_text_.empty() ? study_->read_only_reason() : writer_text_;
}

void StudyDesk::save_as(const QString& path) {
    study().save_as(path.toStdString());
    const bool was_unnamed = is_unnamed();
    const QString before = this->path();
    take(Study::open(path.toStdString()));
    if (was_unnamed) QFile::remove(before);
    emit named(before, path);
}

std::vector<JobRecord> StudyDesk::jobs() const {
    try {
        if (study_) jobs_ = study_->jobs();
    } catch (const Error&) {
        // What watches the file says what is wrong with it.
    }
    return jobs_;
}

std::optional<JobRecord> StudyDesk::job(JobId id) const {
    for (JobRecord& job : jobs())
        if (job.id == id) return std::move(job);
    return std::nullopt;
}

JobId StudyDesk::job_for(const JobSettings& settings, std::optional<JobId> running) {
    study();
    if (!study_->is_writable()) throw Error(read_only_reason());
    const std::vector<JobRecord> all = jobs();
    // Fewer trials, other layers or rates are a job of their own: nobody gets more than was asked for. So are other files, as what is in
    // them is known only when the job runs; one that was moved is found when its job is shown.
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const JobRecord& job) {
        const bool has_same_files = job.settings.model == settings.model && job.settings.data == settings.data;
        return has_same_files && can_continue(job.settings, settings) && job.settings.layers == settings.layers &&
               job.settings.rates == settings.rates && job.settings.trials <= settings.trials;
    });
    if (found == all.rend()) {
        const JobId id = study_->add_job(settings);
        emit changed();
        return id;
    }
    if (found->id == running)
        throw UsageError("This very job runs now: change something to add another one, or ask for more of it when it has come to its end.");
    study_->set_settings(found->id, grown(found->settings, settings));
    emit changed();
    return found->id;
}

JobId StudyDesk::duplicate(JobId id, const JobSettings& settings) {
    study();
    if (!study_->is_writable()) throw Error(read_only_reason());
    const JobId copy = study_->duplicate_job(id, settings);
    emit changed();
    return copy;
}

template <typename Change>
void StudyDesk::change(Change change) {
    if (!study_) return;
    try {
        change(*study_);
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
    emit changed();
}

void StudyDesk::set_failed(JobId id, const QString& why) {
    change([&](Study& study) { study.set_failed(id, why.toStdString()); });
}

void StudyDesk::move_source(const JobRecord& job, SourceKind kind, const QString& path) {
    change([&](Study& study) { clipscope::move_source(study, job, kind, path.toStdString()); });
}

void StudyDesk::rename(JobId id, const QString& name) {
    change([&](Study& study) { study.set_name(id, name.toStdString()); });
}

void StudyDesk::set_notes(JobId id, const QString& notes) {
    change([&](Study& study) { study.set_job_notes(id, notes.toStdString()); });
}

void StudyDesk::move(JobId id, JobId before) {
    change([&](Study& study) { study.move_job(id, before); });
}

void StudyDesk::remove(JobId id) {
    change([&](Study& study) {
        study.remove_job(id);
        removed_.push_back(id);
    });
}

bool StudyDesk::has_removed() const {
    try {
        return study_ && study_->is_writable() && std::ranges::any_of(study_->jobs(true), &JobRecord::is_removed);
    } catch (const Error&) {
        return false;
    }
}

void StudyDesk::forget_purged() {
    change([this](const Study& study) {
        const std::vector<JobRecord> all = study.jobs(true);
        std::erase_if(removed_, [&](JobId id) { return std::ranges::find(all, id, &JobRecord::id) == all.end(); });
    });
}

void StudyDesk::undo_remove() {
    if (removed_.empty()) return;
    const JobId id = removed_.back();
    removed_.pop_back();
    change([&](Study& study) { study.restore_job(id); });
}

}  // namespace clipscope
