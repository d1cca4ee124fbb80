#include "campaign/worst_bits.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "campaign/accuracy_curves.h"
#include "campaign/bit_pilot.h"
#include "campaign/curve_campaign.h"
#include "campaign/curve_groups.h"
#include "common/error.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_workers.h"
#include "evaluation/memory_signs.h"
#include "evaluation/worker_threads.h"

namespace clipscope {
namespace {

constexpr std::int64_t images_at_first = 16;
constexpr std::int64_t more_images = 4;      // times as many in each round
constexpr std::int64_t images_at_once = 96;  // of trials that share passes
constexpr std::size_t fewest_together = 200;

struct Candidate {
    ParameterPlace place;
    std::uint64_t position = 0;
    std::int64_t right = 0;  // images answered rightly in the latest round
    Outcome outcome{};       // of all images, in the end
};

bool is_earlier(const Candidate& first, const Candidate& second) {
    return std::pair(first.place, first.position) < std::pair(second.place, second.position);
}

bool is_worse(const Candidate& first, const Candidate& second) {
    return first.right != second.right ? first.right < second.right : is_earlier(first, second);
}

TrialFaults fault_of(const Candidate& candidate) {
    return {{{candidate.place.first, candidate.place.second, {{candidate.position, 0}}}}};
}

class Search {
public:
    Search(const JobInputs& inputs, const FaultScope& scope, const WorstBitsSettings& settings, const WorstBitsProgress& progress)
        : network_(*inputs.network),
          parts_(inputs.network->memory_parts()),
          settings_(settings),
          progress_(progress),
          threads_(resolve_threads(settings.threads)),
          evaluator_(inputs.network, inputs.images, inputs.input,
                     {.chunk = settings.chunk, .device = settings.device, .memory_bytes = settings.memory_bytes}),
          scope_(stored_scope(evaluator_, scope)) {}

    std::optional<WorstBits> run(const std::stop_token& stop) {
        if (!evaluator_.prepare(scope_.layers, threads_, stop)) return std::nullopt;
        found_.clean = evaluator_.clean();
        if (!(settings_.exhaustive ? take_all() : take_critical(stop))) return std::nullopt;
        found_.tried = std::int64_t(candidates_.size());
        if (!settings_.exhaustive && !narrow(stop)) return std::nullopt;
        if (!try_on_all_images(stop)) return std::nullopt;
        std::sort(candidates_.begin(), candidates_.end(), is_worse);
        for (std::size_t i = 0; i < std::min(candidates_.size(), std::size_t(settings_.count)); ++i)
            found_.alone.push_back({value_of(candidates_[i]), candidates_[i].outcome});
        if (settings_.together && !join(stop)) return std::nullopt;
        return found_;
    }

private:
    FaultyValue value_of(const Candidate& candidate) const { return faulty_value(network_, fault_of(candidate)); }

    bool take_all() {
        for (const ParameterPlace& place : parameters_in(parts_, scope_.layers)) {
            const ParameterInfo& parameter = parts_[place.first].parameters[place.second];
            for (std::int64_t number = 0; number < count_fault_places(parameter); ++number)
                candidates_.push_back({place, fault_place(parameter, number)});
        }
        found_.critical = std::int64_t(candidates_.size());
        return true;
    }

    // Every bit of the classes that lost an answer, or those of them that change a number most.
    bool take_critical(const std::stop_token& stop) {
        const MemorySigns signs = memory_signs(network_, scope_.layers);
        const auto tell = [&](std::int64_t done, std::int64_t total) { progress_(done, total, "pilot · which bits are critical"); };
        const auto pilot = run_bit_pilot(evaluator_, scope_.layers, signs, {.threads = threads_, .progress = tell}, stop);
        if (!pilot) return false;
        found_.image_evaluations += pilot->image_evaluations;
        SignMasks masks;
        for (const std::size_t part : scope_.layers)
            for (const PilotCell& cell : pilot->cells)
                if (cell.layer == parts_[part].name && cell.loss > 0)
                    masks[part][std::size_t(cell.is_negative)] |= std::uint32_t(1) << cell.bit;
        const CriticalBits critical(parts_, scope_.layers, signs, masks);
        found_.critical = critical.count();
        struct Change {
            double size = 0;
            std::int64_t place = 0;
        };
        std::vector<Change> changes;
        const bool is_choice = critical.count() > settings_.candidates;
        for (std::int64_t place = 0; place < critical.count(); ++place) {
            changes.push_back({0, place});
            if (!is_choice) continue;
            if (place % 4096 == 0) {
                if (stop.stop_requested()) return false;
                progress_(place, critical.count(), "critical bits that change a number most");
            }
            const auto [parameter, position] = critical.bit(place);
            const FaultyValue value = value_of({parameter, position});
            const double change = std::abs(double(value.after) - double(value.before));
            changes.back().size = std::isfinite(change) ? change : std::numeric_limits<double>::infinity();
        }
        if (is_choice) {
            std::stable_sort(changes.begin(), changes.end(),
                             [](const Change& first, const Change& second) { return first.size > second.size; });
            changes.resize(std::size_t(settings_.candidates));
        }
        for (const Change& change : changes) {
            const auto [parameter, position] = critical.bit(change.place);
            candidates_.push_back({parameter, position});
        }
        std::sort(candidates_.begin(), candidates_.end(), is_earlier);
        return true;
    }

    bool narrow(const std::stop_token& stop) {
        if (!evaluator_.can_sample()) return true;
        const std::vector<std::int64_t> right = evaluator_.images_answered(true), others = evaluator_.images_answered(false);
        const auto all = std::int64_t(right.size() + others.size());
        for (std::int64_t images = images_at_first; images * more_images <= all && candidates_.size() > std::size_t(settings_.count);
             images *= more_images) {
            if (!try_on(draw_images(0, std::uint64_t(images), right, others, images), stop)) return false;
            drop_harmless();
        }
        return true;
    }

    bool try_on(const ImageSample& sample, const std::stop_token& stop) {
        const std::int64_t images = std::int64_t(sample.right.size() + sample.others.size());
        const std::size_t at_once =
            std::clamp<std::size_t>(std::size_t(images_at_once / std::max<std::int64_t>(images, 1)), 1, evaluator_.samples_at_once());
        const std::size_t bundles = (candidates_.size() + at_once - 1) / at_once;
        const std::string activity = std::to_string(candidates_.size()) + " bits on " + std::to_string(images) + " images each";
        return run_round(bundles, activity, stop, [&](TrialRunner& runner, std::size_t bundle, const std::stop_token& stopped) {
            const std::size_t first = bundle * at_once, last = std::min(first + at_once, candidates_.size());
            std::vector<TrialFaults> faults;
            for (std::size_t i = first; i < last; ++i) faults.push_back(fault_of(candidates_[i]));
            std::vector<TrialRunner::SampledRun> runs;
            for (const TrialFaults& one : faults) runs.push_back({&one, 1, &sample});
            const auto outcomes = runner.run_samples(runs, stopped);
            if (!outcomes) return;
            for (std::size_t i = first; i < last; ++i) {
                const SampledOutcome& outcome = (*outcomes)[i - first];
                candidates_[i].right = right_images(outcome.right, settings_.nonfinite) + right_images(outcome.others, settings_.nonfinite);
            }
            image_evaluations_ += images * std::int64_t(last - first);
        });
    }

    // The images are the same for all, so that two bits differ by those on which they disagree: no more than both leave right together.
    void drop_harmless() {
        std::vector<std::int64_t> right;
        for (const Candidate& candidate : candidates_) right.push_back(candidate.right);
        const auto worst = right.begin() + settings_.count - 1;
        std::nth_element(right.begin(), worst, right.end());
        constexpr double deviations = 4;
        const auto limit = double(*worst);
        std::erase_if(candidates_, [&](const Candidate& candidate) {
            const auto own = double(candidate.right);
            return own - limit > deviations * std::sqrt(own + limit + 1);
        });
    }

    bool try_on_all_images(const std::stop_token& stop) {
        const std::string activity = std::to_string(candidates_.size()) + " bits on all images";
        return run_round(candidates_.size(), activity, stop, [&](TrialRunner& runner, std::size_t i, const std::stop_token& stopped) {
            try_on_all_images(runner, fault_of(candidates_[i]), candidates_[i], stopped);
        });
    }

    // What these faults, the candidate's among them, do to all images.
    void try_on_all_images(TrialRunner& runner, const TrialFaults& faults, Candidate& candidate, const std::stop_token& stop) {
        const auto outcome = runner.run(faults, 1, stop);
        if (!outcome) return;
        candidate.outcome = *outcome;
        candidate.right = right_images(*outcome, settings_.nonfinite);
        image_evaluations_ += outcome->images;
    }

    // Greedily: beside those chosen before, the one of the worst few hundred that leaves the fewest images right.
    bool join(const std::stop_token& stop) {
        std::vector<Candidate> pool(
            candidates_.begin(),
            candidates_.begin() + std::ptrdiff_t(std::min(candidates_.size(), std::max(fewest_together, std::size_t(settings_.count)))));
        std::map<ParameterPlace, std::vector<std::uint64_t>> chosen;
        while (!pool.empty() && found_.together.size() < std::size_t(settings_.count)) {
            const bool is_first = chosen.empty();
            if (!is_first) {
                const std::string activity = "the worst beside " + std::to_string(found_.together.size()) + " others";
                const bool is_run =
                    run_round(pool.size(), activity, stop, [&](TrialRunner& runner, std::size_t i, const std::stop_token& stopped) {
                        auto bits = chosen;
                        bits[pool[i].place].push_back(pool[i].position);
                        TrialFaults faults;
                        add_faulty_bits(bits, faults);
                        try_on_all_images(runner, faults, pool[i], stopped);
                    });
                if (!is_run) return false;
            }
            const auto worst = std::min_element(pool.begin(), pool.end(), is_worse);
            found_.together.push_back({value_of(*worst), worst->outcome});
            chosen[worst->place].push_back(worst->position);
            pool.erase(worst);
        }
        return true;
    }

    template <typename Try>
    bool run_round(std::size_t items, const std::string& activity, const std::stop_token& stop, const Try& attempt) {
        image_evaluations_ = 0;
        std::int64_t done = 0;
        std::mutex mutex;
        const auto make_task = [&]() -> ItemTask {
            return [&, runner = std::make_shared<TrialRunner>(evaluator_)](std::size_t item, const std::stop_token& stopped) {
                attempt(*runner, item, stopped);
                const std::lock_guard lock(mutex);
                progress_(++done, std::int64_t(items), activity);
            };
        };
        run_items({items, make_task, [this] { return evaluator_.release_memory(); }}, threads_, stop);
        found_.image_evaluations += image_evaluations_;
        return !stop.stop_requested();
    }

    const Network& network_;
    const std::vector<LayerInfo>& parts_;
    const WorstBitsSettings& settings_;
    const WorstBitsProgress& progress_;
    const int threads_;
    Evaluator evaluator_;
    const FaultScope scope_;
    std::vector<Candidate> candidates_;
    std::atomic<std::int64_t> image_evaluations_ = 0;  // of a round
    WorstBits found_;
};

}  // namespace

std::optional<WorstBits> find_worst_bits(const JobInputs& inputs, const FaultScope& scope, const WorstBitsSettings& settings,
                                         const WorstBitsProgress& progress, std::stop_token stop) {
    if (settings.count < 1) throw UsageError("Choose at least 1 bit to find.");
    if (settings.candidates < settings.count) throw UsageError("As many candidates as bits to find must be tried, or more.");
    if (inputs.network->memory().pattern != FaultPattern{})
        throw UsageError("The worst bits are single ones: leave the pattern of faults at bit.");
    check_thresholds_stored({scope}, inputs.network->memory_parts());
    return Search(inputs, scope, settings, progress).run(stop);
}

}  // namespace clipscope
