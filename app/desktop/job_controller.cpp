#include "job_controller.h"

#include <QPointer>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include "common/error.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace clipscope {
namespace {

QString self_check_sentence(const SelfCheckCounts& counts) {
    return QObject::tr("Self-check: trials run in the exact mode as well, with the same answers: %1; near-ties: %2.")
        .arg(QString::number(counts.trials), QString::number(counts.near_ties));
}

// The first line is for people; what LibTorch or a defect somewhere below says itself follows, for the log.
QString sentence_of(const std::exception& error) {
    if (dynamic_cast<const Error*>(&error) != nullptr) return QString::fromStdString(long_text(error));
    return QStringLiteral("The job ended unexpectedly; the activity log has the details.\n%1").arg(QString::fromUtf8(error.what()));
}

// With a worker on every core the window would have to wait for its turn, so jobs step back a little; threads that they start inherit it.
void yield_to_the_window() {
#ifdef __linux__
    constexpr int niceness = 5;
    setpriority(PRIO_PROCESS, id_t(gettid()), niceness);
#endif
}

QString run_and_catch(const Job& job, const EventSink& sink, const std::stop_token& stop) {
    try {
        job(sink, stop);
    } catch (const std::exception& error) {
        return sentence_of(error);
    } catch (...) {
        return QStringLiteral("The job ended unexpectedly, with an error of unknown kind.");
    }
    return {};
}

}  // namespace

class JobController::Inbox {
public:
    struct Contents {
        std::vector<Event> events;
        bool ended = false;  // after these events comes no other
        QString error;       // of a job that threw
    };

    void push(const Event& event) {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
        contents_.events.push_back(event);
    }

    void end(const QString& error) {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        contents_.ended = true;
        contents_.error = error;
    }

    Contents take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(contents_, {});
    }

    // From here on events are dropped.
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        contents_.events.clear();
    }

    bool has_ended() const {
        const std::lock_guard lock(mutex_);
        return ended_;
    }

private:
    mutable std::mutex mutex_;
    Contents contents_;
    bool closed_ = false;
    bool ended_ = false;
};

JobController::JobController(QObject* parent, int emits_per_second) : QObject(parent) {
    delivery_.setSingleShot(true);
    delivery_.setTimerType(Qt::PreciseTimer);
    delivery_.setInterval(1000 / emits_per_second);
    connect(&delivery_, &QTimer::timeout, this, &JobController::deliver);
}

JobController::~JobController() {
    discard();
    // Each thread's destructor joins; all of them were asked to stop already.
}

void JobController::start(Job job) {
    give_up();
    running_ = true;
    tunes_ = false;
    self_check_ = {};
    end_.reset();
    auto inbox = std::make_shared<Inbox>();
    current_.inbox = inbox;
    current_.thread = std::jthread([inbox, job = std::move(job)](std::stop_token stop) mutable {
        yield_to_the_window();
        const QString error = run_and_catch(
            job, [&inbox](const Event& event) { inbox->push(event); }, stop);
        job = nullptr;  // what the job holds goes on its own thread, and before its end is told
        inbox->end(error);
    });
    delivery_.start();
    emit started();
}

void JobController::stop() {
    if (running_) current_.thread.request_stop();
}

void JobController::discard() {
    live_ = {};
    tuning_ = {};
    give_up();
}

void JobController::give_up() {
    if (!running_) return;
    running_ = false;
    current_.thread.request_stop();
    current_.inbox->close();
    retired_.push_back(std::exchange(current_, {}));
    join_retired();
}

void JobController::join_retired() {
    std::erase_if(retired_, [](const Worker& worker) { return worker.inbox->has_ended(); });
}

void JobController::deliver() {
    join_retired();
    if (running_ || !retired_.empty()) delivery_.start();
    if (!running_) return;
    const Inbox::Contents contents = current_.inbox->take();
    if (!deliver_events(contents.events) || !contents.ended) return;

    const bool stopped = current_.thread.get_stop_token().stop_requested();
    current_ = {};
    running_ = false;
    if (!contents.error.isEmpty()) {
        emit failed(contents.error);
        return;
    }
    const JobFinished end = end_.value_or(JobFinished{stopped ? JobEnd::stopped : JobEnd::done, 0});
    emit finished(end.end, end.seconds);
}

// False when a slot replaced, discarded or deleted the job: then nothing more of it may be signalled.
bool JobController::deliver_events(const std::vector<Event>& events) {
    const QPointer<JobController> self(this);
    const std::shared_ptr<Inbox> inbox = current_.inbox;
    const auto still_current = [&] { return self && running_ && current_.inbox == inbox; };

    bool campaign_began = false;
    bool has_trials = false;
    bool has_tuning = false;
    std::vector<FaultsInjected> faults;
    std::optional<Progress> progress;
    std::vector<QString> messages;
    for (const Event& event : events) {
        live_.take(event);
        has_tuning |= apply(event, tuning_);
        tunes_ |= std::holds_alternative<TuningStarted>(event);
        campaign_began |= std::holds_alternative<CampaignStarted>(event);
        has_trials |= std::holds_alternative<TrialFinished>(event) || std::holds_alternative<SampledTrialFinished>(event) ||
                      std::holds_alternative<BitsPiloted>(event);
        if (const auto* injected = std::get_if<FaultsInjected>(&event)) faults.push_back(*injected);
        if (const auto* latest = std::get_if<Progress>(&event)) progress = *latest;
        if (const auto* said = std::get_if<Message>(&event)) messages.push_back(QString::fromStdString(said->text));
        if (const auto* checked = std::get_if<SelfChecked>(&event)) self_check_ += checked->counts;
        if (const auto* said = std::get_if<JobFinished>(&event)) {
            end_ = *said;  // the job itself may end some deliveries later
            if (tunes_) self_check_ += self_check_of(tuning_);
            if (self_check_.trials > 0) messages.push_back(self_check_sentence(self_check_));
        }
    }

    if (campaign_began) emit campaign_started(curves());
    if ((campaign_began || has_trials) && still_current()) emit curves_changed(curves());
    if (has_tuning && still_current()) emit tuning_changed(tuning_);
    if (!faults.empty() && still_current()) emit faults_injected(faults);
    for (const QString& text : messages) {
        if (still_current()) emit message(text);
    }
    if (progress && still_current()) emit progressed(*progress);
    return still_current();
}

}  // namespace clipscope
