#include "benchmark/network_check.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <span>

#include "campaign/fault_scope.h"
#include "campaign/point_faults.h"
#include "common/error.h"
#include "common/number_text.h"
#include "evaluation/activation_recorder.h"
#include "evaluation/evaluator.h"
#include "evaluation/near_ties.h"
#include "evaluation/plain_loop.h"
#include "evaluation/rounding.h"
#include "evaluation/threshold_evaluator.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

constexpr std::size_t little_memory = std::size_t(64) << 10, much_memory = std::size_t(1) << 30;
constexpr std::size_t most_told = 5;  // differences

// One trial at one rate, and what came of it.
struct Case {
    std::size_t scope = 0;
    std::uint64_t trial = 0;
    double rate = 0;
    TrialFaults faults;
};

struct Run {
    Outcome outcome;
    std::vector<float> logits;
};
using Runs = std::vector<Run>;  // by case

bool same_number(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (std::isnan(a) && std::isnan(b));
}

class NetworkCheck {
public:
    NetworkCheck(const JobInputs& inputs, int trials, CheckedNetwork& checked, const std::stop_token& stop)
        : inputs_(inputs), checked_(checked), stop_(stop), random_(checked.form.seed) {
        constexpr int chunks[] = {7, 10, 16, 100};
        chunk_ = chunks[number(0, 3)];
        choose_scopes();
        draw_cases(trials);
        checked.summary = std::to_string(inputs.images.shape().channels) + "×" + std::to_string(inputs.images.shape().height) + "×" +
                          std::to_string(inputs.images.shape().width) + ", " + std::to_string(inputs.network->layers().size()) +
                          " layers, " + std::to_string(inputs.images.size()) + " images in chunks of " + std::to_string(chunk_) + ", " +
                          inputs.network->memory().format.to_string();
    }

    void check() {
        const Runs reference = run({.memory_bytes = much_memory}, 1);
        const Runs exact = run({.memory_bytes = much_memory, .exact = true}, 1);
        if (stop_.stop_requested()) return;
        checked_.trials += std::int64_t(cases_.size());
        compare(exact, reference);
        compare_bits(reference, run({.memory_bytes = little_memory}, 1), "with --memory 64K instead of 1G");
        compare_bits(reference, run({.memory_bytes = much_memory}, 2), "with 2 workers and the trials in another order");
        compare_bits(exact, run_plain({}), "in the plain loop instead of the exact mode");
        if (number(0, 2) == 0) check_thresholds();
    }

private:
    int number(int least, int most) { return least + int(random_() % std::uint64_t(most - least + 1)); }

    void choose_scopes() {
        const std::vector<LayerInfo>& parts = inputs_.network->memory_parts();
        scopes_ = parse_fault_scopes("network", parts);
        std::vector<FaultScope> each = parse_fault_scopes("each", parts);
        while (each.size() > 3) each.erase(each.begin() + number(0, int(each.size()) - 1));
        scopes_.insert(scopes_.end(), each.begin(), each.end());
        const bool has_batch_norm =
            std::any_of(parts.begin(), parts.end(), [](const LayerInfo& p) { return p.part == MemoryPart::batch_norm; });
        if (has_batch_norm) scopes_.push_back(parse_fault_scopes("batch-norm", parts).front());
        choose_outputs(parts);
    }

    // Some of those that faults can hit, alone and together with a stored part; they come last.
    void choose_outputs(const std::vector<LayerInfo>& parts) {
        const auto own = evaluator({.memory_bytes = much_memory});
        std::vector<std::size_t> outputs;
        for (std::size_t part = 0; part < parts.size(); ++part) {
            if (parts[part].part != MemoryPart::layer && parts[part].part != MemoryPart::threshold) continue;
            try {
                static_cast<void>(own->output_memories(std::array{part}));
                outputs.push_back(part);
            } catch (const UsageError&) {  // none of this one: inside a branch, or values that are no rows
            }
        }
        if (outputs.empty()) return;
        const std::size_t one = outputs[std::size_t(number(0, int(outputs.size()) - 1))];
        scopes_.push_back({parts[one].name + std::string(output_suffix), {}, {}, {one}});
        scopes_.push_back({"all outputs", {}, {}, outputs});
        scopes_.push_back({"network and all outputs", {}, scopes_.front().layers, outputs});
    }

    // Rates that let about one, some and many bits of the scope be faulty.
    void draw_cases(int trials) {
        const auto own = evaluator({.memory_bytes = much_memory});
        for (std::size_t scope = 0; scope < scopes_.size(); ++scope) {
            double bits = 0;
            for (const std::size_t layer : scopes_[scope].layers) bits += double(inputs_.network->memory_parts()[layer].bits);
            bits += double(count_output_places(*own, scopes_[scope]));
            for (int trial = 0; trial < trials; ++trial)
                for (const double wanted : {1.5, 8.0, 60.0}) {
                    Case one{scope, std::uint64_t(trial), std::min(0.2, wanted / bits), {}};
                    one.faults = draw_point_faults(PointAxis::fault_rate, checked_.form.seed, one.trial, *own, scopes_[scope], one.rate);
                    if (one.faults.count_below(one.rate) > 0) cases_.push_back(std::move(one));
                }
        }
    }

    std::vector<std::size_t> all_layers() const {
        std::vector<std::size_t> layers;
        for (const FaultScope& scope : scopes_) {
            const std::vector<std::size_t> parts = scope.parts();
            layers.insert(layers.end(), parts.begin(), parts.end());
        }
        return layers;
    }

    std::unique_ptr<Evaluator> evaluator(EvaluatorOptions options) const {
        options.chunk = chunk_;
        options.device = "cpu";
        return std::make_unique<Evaluator>(inputs_.network, inputs_.images, inputs_.input, options);
    }

    // Several workers prepare and run; the last cases come first then.
    Runs run(const EvaluatorOptions& options, int workers) {
        const auto own = evaluator(options);
        Runs runs(cases_.size());
        if (!own->prepare(all_layers(), workers, stop_)) return runs;
        classes_ = own->classes();
        std::vector<char> is_restored(std::size_t(workers), 1);
        run_on_workers(workers, stop_, [&](int worker, const std::stop_token& stop) {
            TrialRunner runner(*own);
            if (worker == 0) static_cast<void>(runner.run({}, 0, stop, &clean_logits_));
            for (std::size_t i = std::size_t(worker); i < cases_.size() && !stop.stop_requested(); i += std::size_t(workers)) {
                const std::size_t place = workers == 1 ? i : cases_.size() - 1 - i;
                const auto outcome = runner.run(cases_[place].faults, cases_[place].rate, stop, &runs[place].logits);
                if (outcome) runs[place].outcome = *outcome;
            }
            is_restored[std::size_t(worker)] = runner.parameters_are_clean();
        });
        if (std::count(is_restored.begin(), is_restored.end(), 0) > 0) differ("the parameters are not restored after the trials");
        return runs;
    }

    Runs run_plain(const Clipping& clipping) {
        PlainLoop plain(inputs_.network, inputs_.images, inputs_.input, chunk_, "cpu", 1);
        Runs runs(cases_.size());
        run_on_workers(1, stop_, [&](int, const std::stop_token& stop) {
            for (std::size_t i = 0; i < cases_.size() && !stop.stop_requested(); ++i)
                if (const auto outcome = !cases_[i].faults.outputs.empty()
                                             ? std::nullopt
                                             : plain.run(0, cases_[i].faults, cases_[i].rate, clipping, stop, &runs[i].logits))
                    runs[i].outcome = *outcome;
        });
        return runs;
    }

    std::string name(const Case& one) const {
        return scopes_[one.scope].name + ", rate " + number_text(one.rate) + ", trial " + std::to_string(one.trial);
    }

    void differ(const std::string& text) {
        ++checked_.trials_that_differ;
        if (checked_.differences.size() < most_told) checked_.differences.push_back(text);
    }

    // By image, whether rounding decides what comes out: the exact mode is no measure there.
    std::vector<bool> decided_by_rounding(const Case& one, const Clipping& clipping) {
        const auto own = evaluator({.memory_bytes = much_memory, .exact = true, .clipping = clipping});
        if (!own->prepare(all_layers(), 1, stop_)) return {};
        return images_decided_by_rounding(*own, one.faults, one.rate);
    }

    // Image by image.
    void compare(const Runs& exact, const Runs& fast) {
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            std::int64_t different = 0, first = -1;
            std::vector<bool> excused;
            const std::size_t images = exact[i].logits.size() / classes_;
            for (std::size_t image = 0; image < images; ++image) {
                const auto row = [&](const Run& run) { return std::span(run.logits).subspan(image * classes_, classes_); };
                const Agreement agreement = compare_logits(row(exact[i]), row(fast[i]));
                checked_.near_ties += agreement == Agreement::near_tie;
                if (agreement != Agreement::different) continue;
                if (excused.empty()) excused = decided_by_rounding(cases_[i], {});
                if (!excused.empty() && excused[image]) {
                    ++checked_.near_ties;
                    continue;
                }
                ++different;
                if (first < 0) first = std::int64_t(image);
            }
            checked_.images += std::int64_t(images);
            if (different > 0)
                differ(name(cases_[i]) + ": " + std::to_string(different) + " of " + std::to_string(images) +
                       " images are judged otherwise than in the exact mode and are no near-ties, the first is " + std::to_string(first));
        }
    }

    void compare_bits(const Runs& expected, const Runs& found, const std::string& how) {
        if (stop_.stop_requested()) return;
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            const std::vector<float>&a = expected[i].logits, &b = found[i].logits;
            if (b.empty() && !cases_[i].faults.outputs.empty()) continue;  // the plain loop knows no faults in outputs
            if (std::equal(a.begin(), a.end(), b.begin(), b.end(), same_number)) continue;
            differ(name(cases_[i]) + ": the logits differ " + how);
        }
    }

    void check_thresholds();
    void compare_thresholds(const ExactRun& exact, const Outcome& found, const Case& one, const Clipping& clipping, float threshold);

    const JobInputs& inputs_;
    CheckedNetwork& checked_;
    const std::stop_token& stop_;
    std::mt19937_64 random_;
    int chunk_ = 100;
    std::size_t classes_ = 1;
    std::vector<float> clean_logits_;  // of the latest run()
    std::vector<FaultScope> scopes_;
    std::vector<Case> cases_;
};

// Several thresholds of one site at once against evaluators of each.
void NetworkCheck::check_thresholds() {
    std::vector<std::size_t> sites;
    for (std::size_t site = 0; site < inputs_.network->sites().size(); ++site)
        if (inputs_.network->sites()[site].can_be_clipped) sites.push_back(site);
    if (sites.empty()) return;
    std::erase_if(cases_, [](const Case& one) { return !one.faults.outputs.empty(); });  // searches know none
    const std::size_t site = sites[std::size_t(number(0, int(sites.size()) - 1))];
    const auto histograms = record_activations(*evaluator({.memory_bytes = much_memory}), {}, 0, 1, stop_);
    const float act_max = histograms ? std::max(1e-3F, (*histograms)[site].largest().value_or(1)) : 1;
    const auto base = evaluator({.memory_bytes = much_memory, .clipping = Clipping{}.with(site, act_max)});
    if (!base->prepare(all_layers(), 1, stop_)) return;
    ThresholdEvaluator together(*base, site);
    const std::vector<float> thresholds{act_max * 0.31F, act_max * 0.73F, act_max};
    if (!together.prepare(thresholds, all_layers(), 1, stop_)) return;
    std::vector<std::vector<Outcome>> found;
    run_on_workers(1, stop_, [&](int, const std::stop_token& stop) {
        ThresholdRunner runner(together);
        for (std::size_t i = 0; i < cases_.size() && !stop.stop_requested(); ++i)
            found.push_back(runner.run(i, cases_[i].faults, cases_[i].rate, stop).value_or(std::vector<Outcome>(thresholds.size())));
    });
    for (std::size_t i = 0; i < thresholds.size() && !stop_.stop_requested(); ++i) {
        const Clipping clipping = Clipping{}.with(site, thresholds[i]);
        const Runs exact = run({.memory_bytes = much_memory, .exact = true, .clipping = clipping}, 1);
        const Runs alone = run({.memory_bytes = much_memory, .clipping = clipping}, 1);
        for (std::size_t one = 0; one < found.size() && !stop_.stop_requested(); ++one) {
            if (found[one][i] != alone[one].outcome)
                differ(name(cases_[one]) + ": the threshold " + number_text(thresholds[i]) + " counts otherwise among several than alone");
            compare_thresholds({exact[one].outcome, exact[one].logits, clean_logits_, classes_}, found[one][i], cases_[one], clipping,
                               thresholds[i]);
        }
    }
}

// Only counts are known here: they may be apart by as many images as nearly tie.
void NetworkCheck::compare_thresholds(const ExactRun& exact, const Outcome& found, const Case& one, const Clipping& clipping,
                                      float threshold) {
    const CountsApart apart = counts_apart(exact, found);
    checked_.images += exact.outcome.images;
    const auto excused = [&] {
        const std::vector<bool> images = decided_by_rounding(one, clipping);
        return std::count(images.begin(), images.end(), true);
    };
    if (apart.is_explained || apart.images <= excused())
        checked_.near_ties += apart.images;
    else
        differ(name(one) + ": at the threshold " + number_text(threshold) + " among several, " + std::to_string(apart.images) +
               " images are counted otherwise than in the exact mode and are no near-ties");
}

}  // namespace

void check_network(const JobInputs& inputs, int trials, CheckedNetwork& checked, const std::stop_token& stop) {
    NetworkCheck(inputs, trials, checked, stop).check();
}

}  // namespace clipscope
