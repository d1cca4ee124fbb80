#include "campaign/harden.h"

#include <algorithm>

#include "campaign/hardened_export.h"
#include "common/error.h"

namespace clipscope {
namespace {

class Hardening {
public:
    Hardening(TuningRun& run, const HardenSpecification& specification, Clipping act_max)
        : run_(run), specification_(specification), act_max_(act_max), found_(std::move(act_max)) {}

    // The thresholds of all sites; empty where it was stopped.
    std::optional<Clipping> harden() {
        std::vector<std::size_t> layers(run_.network().layers().size());
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i] = i;
        base_ = run_.evaluator(act_max_);
        if (!base_->prepare(layers, run_.threads(), run_.stop())) return std::nullopt;
        const std::size_t sites = run_.network().sites().size();
        for (std::size_t site = 0; site < sites; ++site)
            if (is_searched(site)) run_.expect(most_trials());
        for (std::size_t site = 0; site < sites; ++site) {
            if (!is_searched(site)) continue;
            if (!harden_site(site)) return std::nullopt;
            if (!specification_.greedy || found_.at(site) == act_max_.at(site)) continue;
            base_ = base_->with_threshold(site, found_.at(site));
            if (!base_->prepare(layers, run_.threads(), run_.stop())) return std::nullopt;
        }
        return found_;
    }

private:
    bool is_searched(std::size_t site) const {
        return act_max_.at(site) && specification_.only_site.value_or(site) == site && run_.settings().share.holds(site);
    }

    // Each grid after the first asks for two thresholds that the one before does not know.
    std::int64_t most_trials() const {
        const int grids =
            specification_.search.algorithm == SearchAlgorithm::literal ? specification_.search.n - 1 : specification_.search.n;
        return std::int64_t(4 + 2 * (grids - 1)) * run_.expected_trials();
    }

    // False where it was stopped.
    bool harden_site(std::size_t site) {
        const FaultScope scope = faults_for_site(run_.network(), site, specification_.place);
        const float act_max = *act_max_.at(site);
        if (scope.layers.empty()) {
            run_.expect(-most_trials());
            HardenedSite unsearched;
            unsearched.act_max = unsearched.threshold = act_max;
            unsearched.reason = std::string("No layer feeds this site, so it stays ") +
                                (specification_.settings.protection == "clip" ? "clipped" : "limited") + " at ACT_max.";
            run_.send(SiteHardened{int(site), unsearched});
            return true;
        }
        const std::optional<AucPlan> plan = plan_for(scope);
        if (!plan) return false;
        run_.send(SearchStarted{int(site), scope.name, act_max, specification_.search, plan->rates});
        const ThresholdSearchResult result = search(site, act_max, *plan);
        if (result.end == SearchEnd::stopped) return false;
        run_.expect(std::int64_t(result.evaluated.size()) * run_.expected_trials() - most_trials());
        found_ = found_.with(site, result.chosen->threshold);
        run_.send(SiteHardened{int(site), summarise(result)});
        return true;
    }

    // With faults everywhere all sites share one grid of rates.
    std::optional<AucPlan> plan_for(const FaultScope& scope) {
        if (specification_.place == FaultPlace::feeding) return run_.plan(*base_, scope);
        if (!everywhere_) everywhere_ = run_.plan(*base_, scope);
        return everywhere_;
    }

    ThresholdSearchResult search(std::size_t site, float act_max, const AucPlan& plan) {
        int grid = 1;
        ThresholdEvaluator evaluator(*base_, site);
        const AucsOfThresholds measure = [&](std::span<const float> thresholds) {
            std::vector<AucEstimate> estimates;
            const std::string activity = run_.network().sites()[site].name + " · grid " + std::to_string(grid);
            const auto measured = run_.measure(evaluator, site, thresholds, plan, activity);
            for (std::size_t i = 0; measured && i < measured->size(); ++i) {
                const MeasuredAuc& one = (*measured)[i];
                run_.send(ThresholdEvaluated{int(site), {grid, {thresholds[i], one}}});
                estimates.push_back(estimate_of(one));
            }
            return estimates;
        };
        ThresholdSearchObserver observer;
        observer.on_grid = [&](const SearchGrid& chosen) {
            run_.send(IntervalChosen{int(site), chosen});
            grid = chosen.number + 1;
        };
        return search_threshold(act_max, specification_.search, measure, run_.stop(), observer);
    }

    static HardenedSite summarise(const ThresholdSearchResult& result) {
        HardenedSite site;
        site.act_max = result.act_max;
        site.threshold = result.chosen->threshold;
        for (const EvaluatedThreshold& evaluated : result.evaluated)
            if (evaluated.threshold == result.act_max) site.auc_before = evaluated.auc;
        site.auc_after = result.chosen->auc;
        site.iterations = int(result.grids.size());
        site.evaluations = int(result.evaluated.size());
        site.end = result.end;
        site.plateau = result.plateau;
        site.reason = result.reason();
        return site;
    }

    TuningRun& run_;
    const HardenSpecification& specification_;
    const Clipping act_max_;
    Clipping found_;
    std::unique_ptr<Evaluator> base_;  // what a site's search starts from
    std::optional<AucPlan> everywhere_;
};

}  // namespace

void run_harden(const JobInputs& inputs, const HardenSpecification& specification, const EventSink& sink, std::stop_token stop) {
    check_search_settings(specification.search);
    if (specification.only_site.value_or(0) >= std::max<std::size_t>(inputs.network->sites().size(), 1))
        throw UsageError("The network has no such activation site.");
    if (specification.settings.share.is_part() && specification.greedy)
        throw UsageError("A greedy hardening starts each site from those before it: it cannot be done in slices.");
    if (!specification.output_path.empty()) check_hardened_path(*inputs.network, specification.output_path);
    TuningRun run(TuningJob::harden, inputs, specification.settings, sink, stop);
    const std::optional<Clipping> act_max = run.profile();
    run.release_unprotected();
    const auto thresholds = act_max ? Hardening(run, specification, *act_max).harden() : std::nullopt;
    if (thresholds && !specification.output_path.empty()) {
        // The file holds the parameters as the original does, whatever memory they were studied in.
        const auto protections = run.protections(*thresholds);
        const Clipping clipping = protections ? Clipping{} : *thresholds;
        const Evaluator hardened(inputs.network->stored_in({}), inputs.images, inputs.input,
                                 {.chunk = specification.settings.chunk,
                                  .device = specification.settings.device,
                                  .clipping = clipping,
                                  .protections = protections});
        const auto file = protections ? export_protected(hardened, clipping, *protections, inputs, specification.output_path, stop)
                                      : export_hardened(hardened, clipping, inputs, specification.output_path, stop);
        if (file) run.send(HardenedFileWritten{*file});
    }
    run.finish();
}

}  // namespace clipscope
