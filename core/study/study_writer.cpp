#include "study/study_writer.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "campaign/sampled_json.h"
#include "common/number_text.h"
#include "results/computed_with_json.h"
#include "results/tuning_json.h"
#include "study/campaign_rows.h"
#include "study/job_slices.h"
#include "study/listed_rows.h"
#include "study/result_batch.h"
#include "study/result_rows.h"
#include "study/study_contents.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using namespace std::chrono_literals;

constexpr auto between_transactions = 250ms;

}  // namespace

struct StudyWriter::State {
    State(const Study& opened, JobId job, EventSink next, std::stop_token stop)
        : study(opened.another()), job(job), next(std::move(next)), stop(std::move(stop)), campaign_rows(study, job) {
        if (!study.is_writable()) throw Error(study.read_only_reason());
        audit = read_audit_totals(study.database(), job);
        set_state("state = 'running', error = '', ended = NULL, started = coalesce(started, ?), versions = ?",
                  {now_text(), versions_text()});
        thread = std::jthread([this](const std::stop_token& ending) { write_until(ending); });
    }

    ~State() {
        thread.request_stop();
        thread.join();
    }

    void take(const Event& event) {
        wait_for_space();
        std::visit([this, &event](const auto& value) { keep(value, event); }, event);
    }

    void fail(const std::string& text) {
        flush();
        set_state("state = 'failed', error = ?, ended = ?", {text, now_text()});
    }

    const Study study;  // its connection: under `connection`
    const JobId job;
    const EventSink next;
    const std::stop_token stop;
    std::mutex connection;
    CampaignRows campaign_rows;  // its connection is this one's
    AuditTotals audit;
    CampaignInfo campaign;
    std::set<std::int64_t> listed;           // trials of a list of faults that the study had when the job began
    std::optional<ComputedWith> moved_from;  // until a trial is there that was computed otherwise
    TuningInfo tuning;
    std::optional<std::vector<WorkSlice>> slices;  // what the end of the job changes in those that the study knows; nothing: leaves them
    double at_most_seconds = 0;

private:
    void keep(const CampaignStarted& started, const Event&) {
        {
            const std::lock_guard lock(connection);
            campaign = started.info;
            const CampaignInfo before = known_campaign();
            CampaignInfo stored = campaign;
            if (go_on_with(campaign, before)) {
                moved_from = before.computed_with;
                stored.computed_with = before.computed_with;
                stored.computed_with_earlier = before.computed_with_earlier;
            }
            campaign_rows.begin(started, moved_from ? stored : campaign);
        }
        next(CampaignStarted{campaign, started.curves});
        const std::lock_guard lock(connection);
        campaign_rows.send_known(started, next);
    }

    void keep(const TrialFinished& finished, const Event& event) {
        if (moved_from) tell_of_move();
        const std::int64_t point = campaign_rows.point(finished.curve, finished.rate_index);
        add([&](ResultBatch& batch) { batch.trials.push_back({point, finished.trial, finished.result}); });
        next(event);
    }

    void keep(const PointDesigned& designed, const Event& event) {
        next(event);
        const std::lock_guard lock(connection);
        campaign_rows.take_design(designed, next);
    }

    void keep(const SampledTrialFinished& finished, const Event& event) {
        if (moved_from) tell_of_move();
        const std::int64_t point = campaign_rows.point(finished.curve, finished.rate_index);
        add([&](ResultBatch& batch) {
            batch.samples.push_back({point, finished.stratum, finished.trial, sample_json(finished.result).dump()});
        });
        next(event);
    }

    void keep(const BitsPiloted& piloted, const Event& event) {
        add([&](ResultBatch& batch) { batch.tuning.push_back({"pilot", "bits", pilot_json(piloted.pilot).dump()}); });
        next(event);
    }

    // The bits of a trial come before its outcome, and a transaction must hold both or none.
    void keep(const FaultsCounted& counted, const Event& event) {
        for (const FaultsCounted::Layer& layer : counted.layers) {
            LayerInjection& total = audit[layer.layer];
            for (std::size_t bit = 0; bit < LayerInjection::bit_positions; ++bit) {
                total.asked[bit] += layer.counts.asked[bit];
                total.changed[bit] += layer.counts.changed[bit];
            }
            counted_layers[layer.layer] = total;
        }
        next(event);
    }

    void keep(const JobFinished& finished, const Event& event) {
        flush();
        std::string assignments = "state = ?, ended = ?, seconds = seconds + " + number_text(finished.seconds);
        const bool is_part = slices && !slices->empty(), is_over = finished.end != JobEnd::stopped;
        std::vector<std::string> values{to_string(is_over && !is_part ? JobState::done : JobState::stopped), now_text()};
        const bool is_cut_short = is_part && at_most_seconds > 0 && finished.seconds >= at_most_seconds;
        if (slices && is_over && !is_cut_short) {
            assignments += ", resolved = json_patch(resolved, ?)";
            values.push_back(slices_change(*slices));
        }
        set_state(assignments, values);
        next(event);
    }

    void keep(const FaultListStarted& started, const Event&) {
        std::map<std::int64_t, ListedOutcome> known;
        {
            const std::lock_guard lock(connection);
            known = study.database().guarded([&] { return read_listed_outcomes(study.database(), job); });
            campaign = started.info;
            const CampaignInfo before = known.empty() ? CampaignInfo() : stored_campaign();
            CampaignInfo stored = campaign;
            if (go_on_with(campaign, before)) {
                moved_from = before.computed_with;
                stored.computed_with = before.computed_with;
                stored.computed_with_earlier = before.computed_with_earlier;
            }
            study.database().transaction([&] {
                const auto clean = known.empty() ? std::nullopt : read_listed_clean(study.database(), job);
                if (clean && !(*clean == started.clean)) throw_other_answers(study, job);
                if (!clean) write_listed_clean(study.database(), job, started.clean);
                campaign_rows.store(moved_from ? stored : campaign);
            });
        }
        next(FaultListStarted{campaign, started.clean});
        for (const auto& [trial, outcome] : known) {
            listed.insert(trial);
            next(ListedTrialFinished{std::size_t(trial), outcome});
        }
    }

    void keep(const ListedTrialFinished& finished, const Event& event) {
        if (moved_from) tell_of_move();
        add([&](ResultBatch& batch) { batch.listed.push_back({std::int64_t(finished.trial), finished.outcome}); });
        next(event);
    }

    void keep(const TuningStarted& started, const Event&) {
        tuning = started.info;
        const CampaignInfo before = [this] {
            const std::lock_guard lock(connection);
            return known_tuning();
        }();
        const bool has_moved = go_on_with(tuning.campaign, before);
        keep_tuning(TuningStarted{tuning});
        if (has_moved) next(move_message(before.computed_with, tuning.campaign.computed_with));
    }

    template <class Value>
    void keep(const Value&, const Event& event) {
        keep_tuning(event);
    }

    void keep_tuning(const Event& event) {
        if (auto row = tuning_row(tuning, event)) add([&](ResultBatch& batch) { batch.tuning.push_back(std::move(*row)); });
        next(event);
    }

    // What the job's trials were computed with; nothing where there are none.
    CampaignInfo known_campaign() {
        return study.database().guarded([&]() -> CampaignInfo {
            SQLite::Statement trials(study.database().sql(),
                                     "SELECT 1 FROM curve JOIN point ON point.curve = curve.id JOIN trial ON trial.point = point.id "
                                     "WHERE curve.job = ? LIMIT 1");
            trials.bind(1, job);
            if (!trials.executeStep()) return {};
            return stored_campaign();
        });
    }

    CampaignInfo stored_campaign() {
        try {
            return study.database().guarded([&] { return read_campaign(study.database(), job); });
        } catch (const StudyDamagedError&) {
            return {};  // it is about to be written anew
        }
    }

    // The same of a job on tuning images; nothing where it has no result yet.
    CampaignInfo known_tuning() {
        return study.database().guarded([&]() -> CampaignInfo {
            SQLite::Statement rows(study.database().sql(),
                                   "SELECT value FROM tuning WHERE job = ?1 AND kind = 'info' AND "
                                   "EXISTS (SELECT 1 FROM tuning WHERE job = ?1 AND kind <> 'info')");
            rows.bind(1, job);
            try {
                if (rows.executeStep()) return tuning_from_json(rows.getColumn(0).getString(), study.path()).info.campaign;
            } catch (const Error&) {
                // It is about to be written anew.
            }
            return {};
        });
    }

    // The first trial under other conditions: one curve then holds trials of both.
    void tell_of_move() {
        {
            const std::lock_guard lock(connection);
            study.database().transaction([&] { campaign_rows.store(campaign); });
        }
        next(move_message(*moved_from, campaign.computed_with));
        moved_from.reset();
    }

    static Message move_message(const ComputedWith& before, const ComputedWith& now) {
        return {"Earlier results of this job were computed with " + before.to_string() + ", those that follow with " + now.to_string() +
                    ": near-ties may be decided differently.",
                true};
    }

    void set_state(const std::string& assignments, const std::vector<std::string>& values) {
        const std::lock_guard lock(connection);
        Database& database = study.database();
        database.transaction([&] {
            SQLite::Statement update(database.sql(), "UPDATE job SET " + assignments + " WHERE id = " + std::to_string(job));
            for (std::size_t i = 0; i < values.size(); ++i) update.bind(int(i) + 1, values[i]);
            update.exec();
        });
    }

    template <class Function>
    void add(Function function) {
        const std::lock_guard lock(mutex);
        function(pending);
        pending.audit.merge(counted_layers);
        for (auto& [layer, counts] : counted_layers) pending.audit[layer] = counts;
        counted_layers.clear();
        changed.notify_all();
    }

    // While the disk is full the job waits in here.
    void wait_for_space() {
        std::unique_lock lock(mutex);
        if (!full && !failure) return;
        if (full && !stop.stop_requested()) {
            const std::string text = *full + " The job waits.";
            lock.unlock();
            next(Message{text, true});
            lock.lock();
            changed.wait(lock, stop, [&] { return !full || failure; });
            if (!full && !failure) {
                lock.unlock();
                next(Message{"The study can be written again: the job goes on.", true});
                lock.lock();
            }
        }
        if (failure) std::rethrow_exception(failure);
    }

    // Returns when everything is on the disk; waits for space as long as the user lets it.
    void flush() {
        std::unique_lock lock(mutex);
        is_urgent = true;
        changed.notify_all();
        if (full && !stop.stop_requested()) {
            lock.unlock();
            wait_for_space();
            lock.lock();
        }
        changed.wait(lock, [&] { return (pending.empty() && !is_writing) || failure || (full && stop.stop_requested()); });
        is_urgent = false;
        if (failure) std::rethrow_exception(failure);
        if (full) throw StudyFullError(*full + " The results that came since then are lost, all before are kept.");
    }

    // The writing thread.
    void write_until(const std::stop_token& ending) {
        ResultBatch batch;
        std::unique_lock lock(mutex);
        while (!failure) {
            if (!full) changed.wait(lock, ending, [&] { return !pending.empty(); });
            // Also after a failed attempt: space does not come faster by asking.
            changed.wait_for(lock, ending, between_transactions, [&] { return is_urgent && !full; });
            if (pending.empty() && batch.empty() && ending.stop_requested()) return;
            batch.append(std::exchange(pending, {}));
            is_writing = true;
            lock.unlock();
            const auto problem = try_to_write(batch);
            lock.lock();
            is_writing = problem.has_value();
            if (!problem) batch = {};
            full = problem;
            changed.notify_all();
            if (full && ending.stop_requested()) return;
        }
    }

    // What is wrong with the disk; nothing where the batch was written or can never be.
    std::optional<std::string> try_to_write(const ResultBatch& batch) {
        try {
            const std::lock_guard lock(connection);
            if (!batch.empty()) write_batch(study.database(), job, batch);
        } catch (const StudyFullError& error) {
            return error.what();
        } catch (const StudyInUseError& error) {
            return error.what();
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
        return std::nullopt;
    }

    AuditTotals counted_layers;  // of the trial whose outcome comes next
    std::mutex mutex;            // of all below
    std::condition_variable_any changed;
    ResultBatch pending;
    bool is_writing = false;
    bool is_urgent = false;
    std::optional<std::string> full;  // why nothing can be written at the moment
    std::exception_ptr failure;
    std::jthread thread;
};

StudyWriter::StudyWriter(const Study& study, JobId job, EventSink next, std::stop_token stop)
    : state_(std::make_unique<State>(study, job, std::move(next), std::move(stop))) {}

StudyWriter::~StudyWriter() = default;

EventSink StudyWriter::sink() {
    return [this](const Event& event) { state_->take(event); };
}

KnownTrials StudyWriter::known_trials() const {
    return [this](std::size_t curve, std::size_t rate, int trial) { return state_->campaign_rows.is_known(curve, rate, trial); };
}

KnownSamples StudyWriter::known_samples() const {
    return [this](std::size_t curve, std::size_t rate, std::size_t stratum, int trial) {
        return state_->campaign_rows.known_sample(curve, rate, stratum, trial);
    };
}

KnownOutcomes StudyWriter::known_outcomes() const {
    return [this](std::size_t curve, std::size_t rate, int trial) { return state_->campaign_rows.known_outcome(curve, rate, trial); };
}

std::function<bool(std::size_t trial)> StudyWriter::known_listed() const {
    return [this](std::size_t trial) { return state_->listed.contains(std::int64_t(trial)); };
}

void StudyWriter::end_with_slices(std::vector<WorkSlice> slices, double at_most_seconds) {
    state_->slices = std::move(slices);
    state_->at_most_seconds = at_most_seconds;
}

void StudyWriter::fail(const std::string& text) noexcept {
    try {
        state_->fail(text);
    } catch (const std::exception&) {
        // The failure that ended the job is the one to report.
    }
}

}  // namespace clipscope
