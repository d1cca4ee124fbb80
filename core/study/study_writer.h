// Keeps what a job sends: stands between the job and whoever shows its results, and writes results to the study as they come, in
// transactions of a quarter of a second, on a thread of its own. What a resumed job knows already it sends again to whoever shows it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/curve_campaign.h"
#include "campaign/events.h"
#include "campaign/precise_campaign.h"
#include "evaluation/work_share.h"
#include "study/study.h"

namespace clipscope {

class StudyWriter {
public:
    // Marks the job as running. Opens a connection of its own, so the study may be used elsewhere meanwhile, for reading and small changes.
    // Throws as study.h says.
    StudyWriter(const Study& study, JobId job, EventSink next, std::stop_token stop);
    // Writes what is left, as far as possible; a job that sent no JobFinished counts as interrupted.
    ~StudyWriter();
    StudyWriter(const StudyWriter&) = delete;
    StudyWriter& operator=(const StudyWriter&) = delete;

    // For the job; passes every event on. After CampaignStarted it sends a TrialFinished for each known trial, after FaultListStarted a
    // ListedTrialFinished. Where the disk is full, or
    // somebody else keeps the file locked, it says so in a Message and waits until that is over or `stop` is requested. It throws where a
    // result cannot be kept, so that the job ends: StudyInputError where the clean network gives other answers than before, StudyFullError
    // where the job was stopped while the disk was full. JobFinished is passed on once everything is on the disk.
    EventSink sink();

    // For the job: trials that the study has. Valid as long as this writer.
    KnownTrials known_trials() const;

    // For a job with a precision: what the study has of sampled trials and of whole ones.
    KnownSamples known_samples() const;
    KnownOutcomes known_outcomes() const;

    // For the job: whether the study has a trial of its list of faults.
    std::function<bool(std::size_t trial)> known_listed() const;

    // Before the job begins: it does only these slices of it, and in the transaction that keeps its end the study learns them; it is
    // stopped then, not done. Without slices it forgets those it had. A job that ended by its time, of so many seconds, has not finished
    // them.
    void end_with_slices(std::vector<WorkSlice> slices, double at_most_seconds);

    // The job threw: `text` says why.
    void fail(const std::string& text) noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace clipscope
