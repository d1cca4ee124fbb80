// The curves and points of a job that runs, as rows of the study, and the trials that the study had of them when the job began. Only core/study
// includes this; all but the questions of known trials throw SQLite::Exception and what study.h says, and want the connection for
// themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "campaign/events.h"
#include "study/study.h"

namespace clipscope {

// The clean network differs from the one that a job was begun with.
[[noreturn]] void throw_other_answers(const Study& study, JobId job);

class CampaignRows {
public:
    // `study` must outlive it.
    CampaignRows(const Study& study, JobId job) : study_(study), job_(job) {}

    // Curves and points are added where they are new; `stored`: what the job's campaign is to say. Throws StudyInputError where the clean
    // network gives other answers than before.
    void begin(const CampaignStarted& started, const CampaignInfo& stored);
    void store(const CampaignInfo& info);  // in a transaction
    // Reads the whole trials that are there and tells them.
    void send_known(const CampaignStarted& started, const EventSink& sink);
    // Keeps a point's design and tells its sampled trials. Throws StudyInputError where they were drawn in another way.
    void take_design(const PointDesigned& designed, const EventSink& sink);

    std::int64_t point(int curve, int rate_index) const;  // its id

    // By any thread, after the above.
    bool is_known(std::size_t curve, std::size_t rate, int trial) const;
    std::optional<SampledTrial> known_sample(std::size_t curve, std::size_t rate, std::size_t stratum, int trial) const;
    std::optional<TrialOutcome> known_outcome(std::size_t curve, std::size_t rate, int trial) const;  // where a precision was asked for

private:
    struct Curve {  // all by the campaign's rate index
        std::vector<std::int64_t> points;
        std::vector<std::vector<bool>> is_known;
        std::vector<std::map<int, TrialOutcome>> outcomes;  // where a precision was asked for
        std::vector<SampledPoint> samples;
    };
    void add_curve(const CampaignStarted& started, std::size_t place);

    const Study& study_;
    const JobId job_;
    std::vector<Curve> curves_;
};

}  // namespace clipscope
