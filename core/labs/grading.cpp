#include "labs/grading.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

#include "common/error.h"
#include "common/scratch_folder.h"
#include "common/sha256.h"
#include "labs/lab_fault.h"
#include "network/bundled_networks.h"
#include "study/job_run.h"
#include "study/opened_job.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

bool is_same(const TrialOutcome& one, const TrialOutcome& other) {
    const int slack = std::max(1, one.outcome.images / 100);
    const auto close = [slack](std::int64_t a, std::int64_t b) { return std::abs(a - b) <= slack; };
    return one.faults == other.faults && one.outcome.images == other.outcome.images && close(one.outcome.correct, other.outcome.correct) &&
           close(one.outcome.sdc, other.outcome.sdc) && close(one.outcome.due, other.outcome.due);
}

bool is_close(double one, double other) {
    return std::abs(one - other) <= 0.01 * std::max({std::abs(one), std::abs(other), 0.1});
}

std::int64_t trials_in(const AccuracyCurves& curves) {
    std::int64_t count = 0;
    for (const AccuracyCurve& curve : curves.curves)
        for (const auto& point : curve.trials) count += std::int64_t(point.size());
    return count;
}

// What is in `mine` was measured by somebody who is not believed. `all`: it has no trial that was not measured again.
void compare_curves(const AccuracyCurves& mine, const AccuracyCurves& again, bool all, Grade& grade) {
    if (all && trials_in(mine) != trials_in(again)) ++grade.different;
    for (const AccuracyCurve& curve : again.curves) {
        const auto found = std::ranges::find_if(mine.curves, [&](const AccuracyCurve& one) {
            return one.info.layer == curve.info.layer && one.info.protection == curve.info.protection;
        });
        if (found == mine.curves.end() || !is_same({0, found->info.clean}, {0, curve.info.clean})) ++grade.different;
        for (std::size_t point = 0; point < curve.trials.size(); ++point)
            for (const auto& [trial, outcome] : curve.trials[point]) {
                ++grade.repeated;
                const bool has_point = found != mine.curves.end() && point < found->trials.size();
                if (!has_point || !found->trials[point].contains(trial) || !is_same(found->trials[point].at(trial), outcome))
                    ++grade.different;
            }
    }
}

void compare_tuning(const TuningResult& mine, const TuningResult& again, Grade& grade) {
    const auto count = [&](bool is_same) {
        ++grade.repeated;
        if (!is_same) ++grade.different;
    };
    for (std::size_t site = 0; site < again.act_max.size(); ++site) {
        if (!again.act_max[site]) continue;
        count(site < mine.act_max.size() && mine.act_max[site] && is_close(*mine.act_max[site], *again.act_max[site]));
    }
    for (const SiteSweep& sweep : again.sweeps) {
        const SiteSweep* known = mine.sweep(sweep.site);
        for (std::size_t i = 0; i < sweep.points.size(); ++i)
            count(known && i < known->points.size() && is_close(known->points[i].measured.auc, sweep.points[i].measured.auc));
    }
    for (const SiteSearch& search : again.searches) {
        const SiteSearch* known = mine.search(search.site);
        if (!search.hardened) continue;
        count(known && known->hardened && is_close(known->hardened->threshold, search.hardened->threshold) &&
              is_close(known->hardened->auc_after.value_or(0), search.hardened->auc_after.value_or(0)));
    }
}

class Grader {
public:
    Grader(const HandIn& hand_in, const Lab& key, const GradingOptions& options, std::stop_token stop)
        : key_(key), options_(options), stop_(std::move(stop)), hand_in_(hand_in) {
        if (hand_in.study.empty()) return;
        const std::string path = folder_.file("study.clipscope");
        std::ofstream(path, std::ios::binary) << hand_in.study;
        study_.emplace(Study::open_to_read(path));
    }

    const Study* study() const { return study_ ? &*study_ : nullptr; }

    // What was measured must be what the lab is about, whatever it was called.
    void check_sources(const JobRecord& job) const {
        if (job.model && job.model->sha256 != file_sha256(resolve_model_path(key_.model)))
            throw Error("Job " + std::to_string(job.id) + " was run on another network than the lab's.");
        JobSettings settings = job.settings;
        settings.model = key_.model;
        settings.data = key_.data;
        settings.normalization.reset();
        if (job.images && job.images->sha256 != describe_images(settings).sha256)
            throw Error("Job " + std::to_string(job.id) + " was run on other images than the lab's.");
    }

    void repeat(const JobRecord& job, Grade& grade) {
        if (!seen_.insert(job.id).second) return;  // two steps may look at one job
        JobSettings settings = job.settings;
        settings.model = key_.model;
        settings.data = key_.data;
        settings.normalization.reset();  // as the network's file says
        settings.device = "auto";
        if (options_.replay > 0 && settings.kind->measures_curves()) settings.trials = std::min(settings.trials, options_.replay);
        Study again = Study::create(folder_.file("again-" + std::to_string(job.id) + ".clipscope"));
        const JobId id = again.add_job(settings);
        run_study_job(
            again.another(), id, {.threads = options_.threads}, [](const Event&) {}, stop_);
        if (stop_.stop_requested()) return;
        if (again.job(id).state != JobState::done) throw Error(again.job(id).error);
        if (settings.kind->measures_curves())
            compare_curves(read_curves(*study_, job.id).curves, read_curves(again, id).curves, settings.trials == job.settings.trials,
                           grade);
        else
            compare_tuning(read_tuning(*study_, job.id), read_tuning(again, id), grade);
    }

    void repeat(const LabFault& asked, const SeenFault& seen, Grade& grade) {
        ++grade.repeated;
        const SeenFault again = look_at(key_, asked, hand_in_.work.seed);
        const bool is_same = seen.layer == again.layer && seen.parameter == again.parameter && seen.element == again.element &&
                             seen.bits == again.bits && seen.format == again.format && seen.changed == again.changed &&
                             seen.before == again.before &&
                             (seen.after == again.after || (std::isnan(seen.after) && std::isnan(again.after)));
        if (!is_same) ++grade.different;
    }

private:
    const Lab& key_;
    const GradingOptions options_;
    const std::stop_token stop_;
    const HandIn& hand_in_;
    ScratchFolder folder_;
    std::optional<Study> study_;
    std::set<JobId> seen_;
};

}  // namespace

std::optional<Grade> grade(const std::string& path, const Lab& key, const GradingOptions& options, const GradingProgress& progress,
                           std::stop_token stop) {
    const HandIn hand_in = read_hand_in(path, key);
    Grade grade;
    grade.file = path;
    grade.student = hand_in.work.student;
    grade.seed = hand_in.work.seed;
    grade.is_own_seed = hand_in.work.seed == lab_seed(key.name, hand_in.work.student);
    grade.changed = hand_in.changed;
    Grader grader(hand_in, key, options, stop);
    LabResults results(grader.study(), key, hand_in.work);
    const int steps = int(key.steps.size());
    for (int step = 0; step < steps; ++step) {
        const LabStep& asked = key.steps[std::size_t(step)];
        const StepWork& work = hand_in.work.steps[std::size_t(step)];
        GradedStep graded{review_step(key, hand_in.work, results, step), work};
        graded.is_complete = is_complete(asked, work, graded.review);
        if (graded.is_complete) ++grade.complete;
        if (asked.answer) ++grade.questions;
        if (graded.review.verdict == AnswerVerdict::right) ++grade.right;
        grade.steps.push_back(std::move(graded));
        progress(grade.student, step, steps);
        try {
            const auto job = results.job(step);
            if (job) grader.check_sources(*job);
            if (job && options.replay != 0) grader.repeat(*job, grade);
            if (asked.fault && work.fault && options.replay != 0) grader.repeat(*asked.fault, *work.fault, grade);
        } catch (const Error& error) {
            grade.trouble = error.what();
        }
        if (stop.stop_requested()) return std::nullopt;
    }
    return grade;
}

}  // namespace clipscope
