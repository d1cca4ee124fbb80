#include "study/replay.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

#include "campaign/bit_pilot.h"
#include "campaign/bit_positions.h"
#include "campaign/contestants.h"
#include "campaign/curve_campaign.h"
#include "campaign/curve_groups.h"
#include "campaign/fault_rates.h"
#include "campaign/fault_scope.h"
#include "campaign/point_faults.h"
#include "campaign/trial_run.h"
#include "common/csv_text.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "evaluation/evaluator.h"
#include "evaluation/memory_signs.h"
#include "study/known_protections.h"
#include "study/study_errors.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

void take_missing(KnownProtections& known, const KnownProtections& more) {
    if (!known.act_max) known.act_max = more.act_max;
    for (const auto& [kind, bounds] : more.tuned.by_kind) known.tuned.by_kind.try_emplace(kind, bounds);
}

KnownProtections protections_of(const Study& study, const JobRecord& job, const std::vector<SiteInfo>& sites) {
    const auto& known = job.settings.kind->protections;
    return known ? known(study, job, sites) : KnownProtections{};
}

// The job's own first, then those of the study's latest jobs on the same model.
KnownProtections all_protections(const Study& study, const JobRecord& job, const std::vector<SiteInfo>& sites) {
    KnownProtections known = protections_of(study, job, sites);
    std::vector<JobRecord> others = study.jobs();
    std::reverse(others.begin(), others.end());
    for (const JobRecord& other : others)
        if (other.model && job.model && other.model->sha256 == job.model->sha256) take_missing(known, protections_of(study, other, sites));
    return known;
}

// A duel's own, or those of the paper's comparison as far as their thresholds are known. Nothing where it was stopped.
std::optional<std::vector<Contestant>> find_contestants(const Study& study, const JobRecord& job, const OpenedJob& opened,
                                                        const JobInputs& inputs, const JobRunOptions& options,
                                                        const std::stop_token& stop) {
    const std::vector<SiteInfo>& sites = inputs.network->sites();
    if (!job.settings.protections.empty()) {
        const KnownProtections known = protections_of(study, job, sites);
        TuningSettings settings;
        settings.threads = options.threads;
        settings.chunk = job.settings.chunk;
        settings.device = job.settings.device;
        settings.memory_bytes = options.memory_bytes;
        return make_contestants(
            opened.tuning.value().inputs, protections_from_list(job.settings.protections), known.act_max.value_or(Clipping{}), known.tuned,
            settings, [](const Event&) {}, stop);
    }
    const KnownProtections known = all_protections(study, job, sites);
    std::vector<Contestant> contestants = {{.protection = Protection::none}};
    if (known.act_max) contestants.push_back({.protection = Protection::clip_actmax, .clipping = *known.act_max});
    if (const Clipping* tuned = known.tuned.of("clip")) contestants.push_back({.protection = Protection::clip_tuned, .clipping = *tuned});
    return contestants;
}

// The faults as they lie in an unprotected memory.
TrialFaults as_stored(TrialFaults faults) {
    faults.memory = nullptr;
    faults.check_bits.clear();
    return faults;
}

FaultScope find_scope(const TrialName& name, const Network& network) {
    const std::vector<FaultScope> scopes = parse_fault_scopes(name.layer, network.memory_parts(), OutputScopes::allowed);
    if (scopes.size() != 1) throw UsageError("'" + name.layer + "' are several layers: name one curve of the job, such as network.");
    return scopes.front();
}

bool is_bit_position(double number) {
    constexpr int highest = 31;
    return number >= 0 && number <= highest && double(int(number)) == number;
}

bool is_fault_count(double number) {
    return number >= 0 && number <= most_faults && std::floor(number) == number;
}

// What a trial of this job measures, and over what.
class TrialMaker {
public:
    TrialMaker(const JobRecord& job, const TrialName& name) : job_(job), name_(name) {
        const auto refuse = [&](const char* measured, const char* example) {
            throw UsageError("Job " + std::to_string(name.job) + " measures " + measured + ", and " + number_text(name.rate) +
                             " is none: write one, as in " + example + ".");
        };
        switch (axis()) {
            case PointAxis::fault_rate:
                if (name.rate > 1) refuse("fault rates", "1:CONV-1:1e-05:12");
                break;
            case PointAxis::bit_position:
                if (!is_bit_position(name.rate)) refuse("bit positions", "2:CONV-1:30:12");
                break;
            case PointAxis::fault_count:
                if (!is_fault_count(name.rate)) refuse("numbers of faults", "3:CONV-1:4:12");
                break;
        }
    }

    PointAxis axis() const { return point_axis(job_.settings); }

    // A bit-position job has no exact mode.
    bool is_exact() const { return axis() != PointAxis::bit_position && job_.settings.exact; }

    // All faults of the trial have a mark below this.
    double rate() const { return axis() == PointAxis::bit_position ? 1 : name_.rate; }

    // `scope` as the evaluator stores it; `memory`: that protects the words, null where none does.
    TrialFaults faults(const Evaluator& evaluator, const FaultScope& scope, const std::shared_ptr<const ProtectedMemory>& memory) const {
        const std::vector<LayerInfo>& parts = evaluator.network().memory_parts();
        const std::uint64_t trial =
            stratum_ ? trial_key(job_.settings.seed, name_.rate, *stratum_, std::uint64_t(name_.trial)) : std::uint64_t(name_.trial);
        return in_protected_memory(faults(evaluator, scope), memory, job_.settings.seed, trial, parts, scope.layers, name_.rate);
    }

    TrialFaults faults(const Evaluator& evaluator, const FaultScope& scope) const {
        const std::vector<LayerInfo>& parts = evaluator.network().memory_parts();
        const auto trial = std::uint64_t(name_.trial);
        if (stratum_) return draw_sampled_faults(axis(), job_.settings.seed, name_.rate, *stratum_, trial, parts, scope.layers, critical_);
        if (const DrawTrial draw = job_.settings.kind->draw) return draw(job_.settings, trial, evaluator, scope, name_.rate);
        if (axis() == PointAxis::bit_position) return single_bit_fault(job_.settings.seed, trial, parts, scope, int(name_.rate));
        return draw_point_faults(axis(), job_.settings.seed, trial, evaluator, scope, name_.rate);
    }

    // Of a trial in a stratum, which needs to know the class of bits that strata count. `first`: of the curves that share them.
    void find_stratum(const Study& study, const Network& network, const FaultScope& scope, const Protection& first) {
        if (!name_.stratum) return;
        sampled_ = read_samples(study, name_.job, scope.name, first, name_.rate);
        if (!sampled_ || *name_.stratum >= int(sampled_->design.strata.size()))
            throw UsageError("Job " + std::to_string(name_.job) + " drew no trials of a stratum " + std::to_string(*name_.stratum) +
                             " in " + scope.name + " at the rate " + number_text(name_.rate) + ".");
        stratum_ = sampled_->design.strata[std::size_t(*name_.stratum)];
        const std::vector<LayerInfo>& parts = network.memory_parts();
        critical_ = CriticalBits(parts, scope.layers, memory_signs(network, scope.layers),
                                 choose_critical_cells(read_pilot(study, name_.job), parts, scope.layers));
        if (critical_.count() != sampled_->design.critical_bits)
            throw StudyInputError("The critical bits of job " + std::to_string(name_.job) +
                                  " are others than this ClipScope would choose: its trials cannot be repeated here.");
    }

    // The trial's sample of images: those of the first curve's network, whose clean answers they were chosen by.
    std::optional<ImageSample> images(const Evaluator& first) const {
        if (!stratum_ || !first.can_sample()) return std::nullopt;
        const auto& trials = sampled_->trials[std::size_t(*name_.stratum)];
        const auto stored = trials.find(name_.trial);
        if (stored == trials.end()) return std::nullopt;
        const std::uint64_t key = trial_key(job_.settings.seed, name_.rate, *stratum_, std::uint64_t(name_.trial));
        return draw_images(job_.settings.seed, key, first.images_answered(true), first.images_answered(false), stored->second.images());
    }

private:
    const JobRecord& job_;
    const TrialName& name_;
    std::optional<SampledPoint> sampled_;
    std::optional<Stratum> stratum_;
    CriticalBits critical_;
};

// The faulty bits of outputs, with the values that they had in this network.
std::vector<FaultyValue> output_bits(const TrialRunner& runner, const Evaluator& evaluator) {
    std::vector<FaultyValue> bits;
    for (const FaultyOutputValue& value : runner.output_values()) {
        const LayerInfo& part = evaluator.network().memory_parts()[value.part];
        const std::string name = output_name(part, evaluator.image_numbers()[std::size_t(value.image)]);
        for (std::uint32_t left = value.faulty_bits; left != 0; left &= left - 1)
            bits.push_back({part.name + std::string(output_suffix),
                            name,
                            value.element,
                            {value.element},
                            std::countr_zero(left),
                            value.before,
                            value.after});
    }
    return bits;
}

// The outcome with every image's answer beside it; false where it was stopped.
bool run_with_answers(TrialRunner& runner, const Evaluator& evaluator, const Dataset& images, const TrialFaults& faults, double rate,
                      const std::stop_token& stop, ReplayedOutcome& outcome) {
    std::vector<float> clean, faulty;
    if (!runner.run({}, rate, stop, &clean)) return false;
    const auto counts = runner.run(faults, rate, stop, &faulty);
    if (!counts) return false;
    outcome.outcome = {faults.count_below(rate), *counts};
    std::vector<std::int32_t> labels;
    for (std::size_t i = 0; i < images.size(); ++i) labels.push_back(images.label(i));
    outcome.answers = image_answers(labels, evaluator.image_numbers(), clean, faulty);
    return true;
}

void check_contents(const JobRecord& job, const OpenedJob& opened, const std::string& study) {
    const auto is_same = [](const std::optional<SourceRecord>& known, const SourceRecord& now) {
        return !known || known->sha256 == now.sha256;
    };
    if (!is_same(job.model, opened.model) || !is_same(job.images, opened.images))
        throw StudyInputError("The model or the images of job " + std::to_string(job.id) + " of '" + study +
                              "' have changed since it ran: give the original ones to repeat its trials.");
}

// Every contestant runs the same trial, on the same sample of images where there was one.
struct ContestantReplay {
    const Study& study;
    const TrialName& name;
    const JobRecord& job;
    const JobInputs& inputs;
    const JobRunOptions& options;
    TrialMaker& maker;
    const FaultScope& scope;
    std::stop_token stop;
    ReplayDetail detail;
    ReplayedTrial trial{};
    std::optional<ImageSample> sample{};
    std::vector<FaultyValue> in_outputs{};  // of the first contestant's network

    // False where it was stopped.
    bool run(const Contestant& contestant);
    bool run_sample(TrialRunner& runner, const TrialFaults& faults, const Protection& protection, ReplayedOutcome& outcome);
};

bool ContestantReplay::run_sample(TrialRunner& runner, const TrialFaults& faults, const Protection& protection, ReplayedOutcome& outcome) {
    const auto of_sample = runner.run_sample(faults, maker.rate(), *sample, stop);
    if (!of_sample) return false;
    outcome.sample = SampledTrial{faults.count_below(maker.rate()), *of_sample};
    if (const auto samples = read_samples(study, job.id, scope.name, protection, name.rate))
        if (const auto found = samples->trials.at(std::size_t(*name.stratum)).find(name.trial);
            found != samples->trials[std::size_t(*name.stratum)].end())
            outcome.stored_sample = found->second;
    return true;
}

bool ContestantReplay::run(const Contestant& contestant) {
    const Protection& protection = contestant.protection;
    Evaluator evaluator(inputs.network, inputs.images, inputs.input,
                        {.chunk = job.settings.chunk,
                         .device = job.settings.device,
                         .memory_bytes = options.memory_bytes,
                         .exact = maker.is_exact(),
                         .clipping = contestant.clipping,
                         .protections = contestant.sites});
    const FaultScope stored_parts = stored_scope(evaluator, scope);
    if (!evaluator.prepare(stored_parts.parts(), resolve_threads(options.threads), stop)) return false;
    const TrialFaults faults = maker.faults(evaluator, stored_parts, contestant.memory);
    // A clipped network may have thresholds among them.
    if (auto bits = faulty_values(*inputs.network, as_stored(faults), maker.rate(), contestant.clipping); bits.size() >= trial.bits.size())
        trial.bits = std::move(bits);
    TrialRunner runner(evaluator);
    runner.list_output_values();
    ReplayedOutcome outcome{protection, evaluator.clean(), {}, std::nullopt};
    if (!sample) sample = maker.images(evaluator);
    if (sample && evaluator.can_sample() && !run_sample(runner, faults, protection, outcome)) return false;
    const auto keep = [&](std::size_t, const TrialOutcome& result) { outcome.outcome = result; };
    const bool is_finished = detail == ReplayDetail::answers
                                 ? run_with_answers(runner, evaluator, inputs.images, faults, maker.rate(), stop, outcome)
                                 : run_trial(runner, evaluator, faults, std::vector{maker.rate()}, stop, keep);
    if (!is_finished) return false;
    if (trial.outcomes.empty()) in_outputs = output_bits(runner, evaluator);
    const auto stored = read_trials(study, job.id, scope.name, protection, name.rate);
    if (const auto found = stored.find(name.trial); !name.stratum && found != stored.end()) outcome.stored = found->second;
    trial.outcomes.push_back(outcome);
    return true;
}

}  // namespace

std::string to_string(const TrialName& name, const std::string& study) {
    return (study.empty() ? "" : study + ":") + std::to_string(name.job) + ":" + name.layer + ":" + number_text(name.rate) + ":" +
           (name.stratum ? std::to_string(*name.stratum) + "/" : "") + std::to_string(name.trial);
}

TrialName parse_trial_name(const std::string& text) {
    const std::vector<std::string> parts = split_list(text, ':');
    constexpr std::size_t needed = 4;
    if (parts.size() >= needed) {
        const std::size_t first = parts.size() - needed;
        const std::string& number = parts[first + 3];
        const std::size_t slash = number.find('/');
        const auto stratum = slash == std::string::npos ? std::nullopt : parse_number(number.substr(0, slash));
        const auto job = parse_number(parts[first]), rate = parse_number(parts[first + 2]),
                   trial = parse_number(slash == std::string::npos ? number : number.substr(slash + 1));
        constexpr double largest = 2e9;
        const auto is_number = [](const std::optional<double>& number) {
            return number && *number >= 0 && *number <= largest && double(std::int64_t(*number)) == *number;
        };
        const bool is_point = rate && ((*rate >= 0 && *rate <= 1) || is_fault_count(*rate));
        const bool is_named = is_number(trial) && (slash == std::string::npos || is_number(stratum));
        if (is_number(job) && is_named && is_point && !parts[first + 1].empty())
            return {JobId(*job), parts[first + 1], *rate, int(*trial),
                    slash == std::string::npos ? std::nullopt : std::optional(int(stratum.value_or(0)))};
    }
    throw UsageError("'" + text + "' names no trial: write JOB:LAYER:RATE:TRIAL, as in 1:CONV-1:1e-05:12, or of a job over bit positions " +
                     "JOB:LAYER:BIT:TRIAL, as in 2:CONV-1:30:12, over numbers of faults JOB:LAYER:FAULTS:TRIAL, or of one with a precision "
                     "JOB:LAYER:RATE:STRATUM/TRIAL, as in "
                     "3:network:1e-07:1/12.");
}

std::optional<TrialName> worst_trial(const Study& study, JobId job, const std::string& layer) {
    const CampaignSummary summary = read_summary(study, job);
    const CurveSummary* curve = nullptr;
    for (const CurveSummary& one : summary.curves) {
        if (one.points.empty() || one.info.protection != Protection::none) continue;
        if (std::ranges::none_of(one.points, &CurvePoint::has_whole_trials)) continue;
        if (curve == nullptr || one.info.layer == layer) curve = &one;
    }
    if (curve == nullptr) return std::nullopt;
    const auto depth = [](const CurvePoint& point) { return point.has_whole_trials() ? point.mean - point.min : -1; };
    const double rate = std::ranges::max_element(curve->points, {}, depth)->rate;
    const auto trials = read_trials(study, job, curve->info.layer, Protection::none, rate);
    const auto correct = [&](const auto& trial) { return accuracy(trial.second.outcome, summary.info.nonfinite); };
    return TrialName{job, curve->info.layer, rate, std::ranges::min_element(trials, {}, correct)->first};
}

std::optional<ReplayedTrial> replay_trial(const Study& study, const TrialName& name, const JobRunOptions& options, std::stop_token stop,
                                          const SourcePlaces& places, ReplayDetail detail) {
    const JobRecord job = study.job(name.job);
    if (job.settings.kind->is_listed())
        throw UsageError("Job " + std::to_string(name.job) +
                         " runs a list of faults, which names every bit itself: 'clipscope-cli inspect' looks at one of them closely.");
    TrialMaker maker(job, name);
    const JobSettings settings = located(study, job, places);
    check_source(job, SourceKind::model, settings.model);
    const OpenedJob opened = open_job(settings);
    check_contents(job, opened, study.path());
    const JobInputs& inputs = job.settings.kind->measures_curves() ? opened.evaluation : opened.tuning.value().inputs;
    const FaultScope scope = find_scope(name, *inputs.network);
    const auto contestants = find_contestants(study, job, opened, inputs, options, stop);
    if (!contestants) return std::nullopt;
    maker.find_stratum(study, *inputs.network, scope, contestants->front().protection);
    ContestantReplay replay{study, name, job, inputs, options, maker, scope, stop, detail};
    replay.trial = {name, job.settings.nonfinite, {}, {}, maker.axis(), job.settings.memory, {}};
    if (detail == ReplayDetail::answers) replay.trial.images = ReplayedImages{inputs.images, inputs.input};
    for (const Contestant& contestant : *contestants)
        if (!replay.run(contestant)) return std::nullopt;
    std::ranges::move(replay.in_outputs, std::back_inserter(replay.trial.bits));
    return std::move(replay.trial);
}

std::string answers_to_csv(const ReplayedTrial& trial) {
    std::string text = "protection,image,label,before,after,confidence_before,confidence_after,kind\n";
    for (const ReplayedOutcome& outcome : trial.outcomes)
        text += to_csv_lines(outcome.answers, csv_field(to_string(outcome.protection)) + ',');
    return text;
}

}  // namespace clipscope
