#include "study_follower.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "common/error.h"
#include "result_presenter.h"
#include "result_views.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr int pause_ms = 1000;
constexpr double rest = 9;  // times as long as the reading took

QString progress_text(const JobProgress& progress) {
    if (progress.total <= 0) return progress.done > 0 ? QObject::tr("%1 results").arg(grouped(progress.done)) : QString();
    return QObject::tr("%1 %").arg(100 * std::min(progress.done, progress.total) / progress.total);
}

}  // namespace

struct StudyFollower::Reading {
    std::variant<std::monostate, StoredCurves, TuningResult> results;
    bool is_gone = false;  // the job that was to be shown
    std::optional<JobId> running;
    QString progress;
    QString damage;
    QString told;  // of results that no panel shows
    double seconds = 0;
};

class StudyFollower::Reader {
public:
    Reader(Study study, std::optional<JobId> shown, std::shared_ptr<const std::string> place)
        : study_(std::make_shared<const Study>(std::move(study))), shown_(shown), place_(std::move(place)) {}

    Reading read() {
        const auto start = std::chrono::steady_clock::now();
        Reading reading;
        try {
            if (shown_) read_results(reading);
            for (const JobRecord& job : study_->jobs())
                if (job.state == JobState::running) reading.running = job.id;
            if (reading.running) reading.progress = progress_text(read_progress(*study_, *reading.running));
        } catch (const StudyDamagedError& error) {
            reading.damage = QString::fromUtf8(error.what());
        }
        reading.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return reading;
    }

private:
    void read_results(Reading& reading) {
        const std::vector<JobRecord> all = study_->jobs(true);
        const auto found = std::ranges::find(all, *shown_, &JobRecord::id);
        if (found == all.end()) {
            reading.is_gone = true;
            return;
        }
        const JobRecord& job = *found;
        if (job.settings.kind->is_listed()) {
            reading.told = job_title(job) + QStringLiteral(": ") + list_summary(*study_, job.id);
            return;
        }
        if (!job.settings.kind->measures_curves()) {
            reading.results = read_tuning(*study_, job.id);
            return;
        }
        if (!points_) points_.emplace(*study_, job.id);
        StoredCurves stored{points_->read(), job.settings.auc_axis, {}};
        // Comparisons are paired trial by trial; for all others points will do until somebody wants more.
        if (job.settings.kind->compares_protections)
            stored.trials = [trials = std::make_shared<const AccuracyCurves>(read_curves(*study_, job.id).curves)] { return *trials; };
        else
            stored.trials = [place = place_, id = job.id] { return read_curves(Study::open_to_read(*place), id).curves; };
        reading.results = std::move(stored);
    }

    const std::shared_ptr<const Study> study_;
    const std::optional<JobId> shown_;
    const std::shared_ptr<const std::string> place_;  // for the GUI thread, where it changes
    std::optional<SummaryReader> points_;
};

StudyFollower::StudyFollower(StudyDesk& desk, const JobController& jobs, ResultPresenter& results, QObject* parent)
    : QObject(parent), desk_(desk), jobs_(jobs), results_(results) {
    next_.setSingleShot(true);
    connect(&next_, &QTimer::timeout, this, &StudyFollower::look);
    connect(&desk_, &StudyDesk::written_elsewhere, this, [this] {
        is_news_ = true;
        look();
    });
    connect(&desk_, &StudyDesk::study_changed, this, &StudyFollower::forget);
    connect(&desk_, &StudyDesk::named, this, [this](const QString& before, const QString& path) {
        if (place_ && *place_ == before.toStdString()) *place_ = path.toStdString();
    });
}

void StudyFollower::show(const JobRecord& job) {
    forget();
    shown_ = job;
    read();
}

void StudyFollower::forget() {
    task_.cancel();
    next_.stop();
    reader_.reset();
    shown_.reset();
    running_.reset();
    progress_.clear();
    failure_.clear();
    told_.clear();
    is_news_ = false;
}

void StudyFollower::fail(const QString& text) {
    if (std::exchange(failure_, text) != text) emit failed(text);
}

QString StudyFollower::progress_of(JobId id) const {
    return running_ == id ? progress_ : QString();
}

void StudyFollower::look() {
    // What this window writes itself comes to it live.
    if (!is_news_ || next_.isActive() || task_.running() || !desk_.has_study() || jobs_.running()) return;
    read();
}

void StudyFollower::read() {
    is_news_ = false;
    try {
        if (!reader_) {
            Study study = desk_.study().another();
            if (!place_ || *place_ != study.path()) place_ = std::make_shared<std::string>(study.path());
            reader_ = std::make_shared<Reader>(std::move(study), shown_ ? std::optional(shown_->id) : std::nullopt, place_);
        }
    } catch (const Error& error) {
        fail(QString::fromUtf8(error.what()));
        return;
    }
    task_.start<Reading>([reader = reader_](std::stop_token) { return reader->read(); }, [this](const Reading& reading) { take(reading); },
                         [this](const QString& text) { fail(text); });
}

void StudyFollower::take(const Reading& reading) {
    if (!reading.damage.isEmpty()) {
        forget();
        emit damaged(reading.damage);
        return;
    }
    failure_.clear();
    if (reading.is_gone) {
        shown_.reset();
        reader_.reset();
        emit told(tr("The job whose results are shown is no longer in the study; they stay in sight until another is chosen"));
    }
    if (!reading.told.isEmpty() && std::exchange(told_, reading.told) != reading.told) emit told(reading.told);
    next_.start(std::max(pause_ms, int(1000 * rest * reading.seconds)));
    running_ = reading.running;
    progress_ = reading.progress;
    if (const auto* curves = std::get_if<StoredCurves>(&reading.results); curves && shown_) results_.show_stored(*shown_, *curves);
    if (const auto* tuning = std::get_if<TuningResult>(&reading.results); tuning && shown_) results_.show_stored(*shown_, *tuning);
    emit progressed();
}

}  // namespace clipscope
