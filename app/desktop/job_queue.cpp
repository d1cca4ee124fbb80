#include "job_queue.h"

#include <algorithm>

#include "result_views.h"
#include "study_desk.h"

namespace clipscope {
namespace {

bool contains(const std::vector<JobId>& ids, JobId id) {
    return std::ranges::find(ids, id) != ids.end();
}

}  // namespace

JobQueue::JobQueue(StudyDesk& desk, QObject* parent) : QObject(parent), desk_(desk) {
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        again_.clear();
        pause();
    });
    // What another program's queue holds is its own business until this one may write.
    connect(&desk_, &StudyDesk::became_writable, this, &JobQueue::pause);
}

void JobQueue::add(JobId id) {
    const auto job = desk_.job(id);
    if (job && job->state != JobState::queued && !contains(again_, id)) again_.push_back(id);
    std::erase(paused_, id);  // it was asked for now
    emit changed();
}

void JobQueue::take(JobId id) {
    std::erase(again_, id);
    std::erase(paused_, id);
}

std::vector<JobRecord> JobQueue::waiting(bool is_paused) const {
    std::vector<JobRecord> found;
    if (!desk_.is_writable()) return found;
    const std::vector<JobRecord> all = desk_.jobs();
    for (const JobRecord& job : all)
        if (job.state == JobState::queued && contains(paused_, job.id) == is_paused && job.id != running_) found.push_back(job);
    for (const JobId id : again_) {
        const auto job = std::ranges::find(all, id, &JobRecord::id);
        if (job != all.end() && job->state != JobState::queued && contains(paused_, id) == is_paused) found.push_back(*job);
    }
    return found;
}

std::optional<JobId> JobQueue::next() const {
    const std::vector<JobRecord> all = waiting(false);
    return all.empty() ? std::nullopt : std::optional(all.front().id);
}

void JobQueue::pause() {
    for (const JobRecord& job : waiting(false)) paused_.push_back(job.id);
    emit changed();
}

void JobQueue::resume() {
    paused_.clear();
    emit changed();
}

void JobQueue::discard() {
    for (const JobRecord& job : waiting(true)) {
        take(job.id);
        if (job.state == JobState::queued) desk_.remove(job.id);
    }
    emit changed();
}

bool JobQueue::is_paused(JobId id) const {
    return contains(paused_, id);
}

bool JobQueue::waits_again(JobId id) const {
    return contains(again_, id);
}

QString JobQueue::next_text() const {
    const std::vector<JobRecord> all = waiting(false);
    if (all.empty()) return {};
    return tr("next: %1 (%2)").arg(job_title(all.front())).arg(all.size());
}

QString JobQueue::paused_text() const {
    const std::vector<JobRecord> all = waiting(true);
    if (all.empty()) return {};
    const QString first = job_title(all.front());
    return all.size() == 1 ? tr("Paused: %1 waits.").arg(first) : tr("Paused: %1 and %2 more wait.").arg(first).arg(all.size() - 1);
}

}  // namespace clipscope
