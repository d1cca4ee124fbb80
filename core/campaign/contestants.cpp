#include "campaign/contestants.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "common/error.h"
#include "evaluation/bound_training.h"
#include "evaluation/evaluator.h"
#include "evaluation/site_bounds.h"
#include "evaluation/worker_threads.h"
#include "protection/activation/activation_kinds.h"
#include "protection/memory_plan.h"

namespace clipscope {
namespace {

constexpr double bits_of_a_bound = 32;

// Those that can be protected, of the chosen ones. Throws UsageError where there is none, or one is not there.
std::vector<std::size_t> sites_for(const std::vector<SiteInfo>& all, const ActivationChoice& choice, const Protection& protection) {
    const ActivationKind& kind = *find_activation_kind(choice.kind);
    for (const std::string& name : choice.sites)
        if (std::ranges::find(all, name, &SiteInfo::name) == all.end())
            throw UsageError("'" + name + "' of '" + protection.id + "' is no activation site: 'clipscope-cli info' lists them.");
    std::vector<std::size_t> sites;
    for (std::size_t site = 0; site < all.size(); ++site) {
        const bool is_chosen = choice.sites.empty() || std::ranges::find(choice.sites, all[site].name) != choice.sites.end();
        if (is_chosen && all[site].can_be_clipped && (!kind.is_for_relu || all[site].kind == "relu")) sites.push_back(site);
    }
    if (sites.empty()) throw UsageError("The network has no activation site that '" + protection.id + "' could protect.");
    return sites;
}

void check_tuned(const ActivationChoice& choice, const TunedBounds& tuned, const Protection& protection) {
    if (choice.is_tuned && !tuned.of(choice.kind))
        throw UsageError("'" + protection.id +
                         "' needs tuned thresholds: harden the network first; on the command line, give its file with --thresholds.");
}

using MeasuredSites = std::vector<std::optional<MeasuredSite>>;

class ContestantMaker {
public:
    ContestantMaker(const JobInputs& tuning, const Clipping& act_max, const TunedBounds& tuned, const TuningSettings& settings,
                    const EventSink& sink, std::stop_token stop)
        : network_(*tuning.network),
          evaluator_(tuning.network, tuning.images, tuning.input,
                     {.chunk = settings.chunk, .device = settings.device, .memory_bytes = settings.memory_bytes, .exact = true}),
          act_max_(act_max),
          tuned_(tuned),
          threads_(resolve_threads(settings.threads)),
          sink_(sink),
          stop_(std::move(stop)) {}

    // Nothing where it was stopped.
    std::optional<Contestant> make(const Protection& protection) {
        const ProtectionParts parts = parts_of(protection);
        Contestant contestant{.protection = protection, .price = ProtectionPrice{}};
        const MemoryPlan plan = plan_memory(network_, parts.memory);
        contestant.memory = plan.memory;
        contestant.planned = plan.parameters;
        double bits = double(plan.cost.check_bits);
        double operations = plan.cost.operations_an_image;
        if (parts.activation) {
            const MeasuredSites* measured = bounds(parts.activation->granularity);
            if (measured && find_activation_kind(parts.activation->kind)->is_trained) measured = trained_bounds(*measured);
            if (!measured) return std::nullopt;
            protect_sites(*parts.activation, *measured, contestant, bits, operations);
        }
        contestant.price->storage_percent = 100 * bits / double(std::max<std::int64_t>(stored_bits(network_), 1));
        const auto multiplications = double(std::max<std::uint64_t>(evaluator_.multiplications_per_image(), 1));
        contestant.price->operations_percent = 100 * operations / multiplications;
        return contestant;
    }

private:
    const MeasuredSites* bounds(Granularity granularity) {
        if (const auto known = measured_.find(granularity); known != measured_.end()) return &known->second;
        auto measured = measure_site_bounds(evaluator_, granularity, threads_, stop_);
        if (!measured) return nullptr;
        return &measured_.emplace(granularity, std::move(*measured)).first->second;
    }

    // Of ReLU sites, from what was measured; once.
    const MeasuredSites* trained_bounds(const MeasuredSites& measured) {
        if (trained_) return &*trained_;
        MeasuredSites sites = measured;
        for (std::size_t i = 0; i < sites.size(); ++i)
            if (network_.sites()[i].kind != "relu" || !network_.sites()[i].can_be_clipped || (sites[i] && !sites[i]->lies_by_image))
                sites[i].reset();
        constexpr int steps = 1000;
        const auto tell = [&](double share) { sink_(Progress{std::int64_t(share * steps), steps, -1, "training FitAct's bounds"}); };
        trained_ = train_bounds(evaluator_, std::move(sites), {}, tell, stop_);
        return trained_ ? &*trained_ : nullptr;
    }

    void protect_sites(const ActivationChoice& choice, const MeasuredSites& measured, Contestant& contestant, double& bits,
                       double& operations) const {
        const ActivationKind& kind = *find_activation_kind(choice.kind);
        const bool is_clipped = choice.kind == "clip" && choice.granularity == Granularity::layer;
        SiteProtections protections;
        protections.sites.resize(network_.sites().size());
        for (const std::size_t site : sites_for(network_.sites(), choice, contestant.protection)) {
            if (!measured[site]) continue;
            const MeasuredSite& own = *measured[site];
            operations += kind.operations_a_value * double(own.values);
            bits += bits_of_a_bound * kind.bounds * double(own.bounds.count());
            if (is_clipped)
                contestant.clipping = contestant.clipping.with(site, threshold(choice, site, contestant.protection));
            else
                protections.sites[site] = protected_site(choice, kind, site, own, contestant.protection);
        }
        if (!is_clipped) contestant.sites = std::make_shared<const SiteProtections>(std::move(protections));
    }

    ProtectedSite protected_site(const ActivationChoice& choice, const ActivationKind& kind, std::size_t site, const MeasuredSite& measured,
                                 const Protection& protection) const {
        ProtectedSite own{choice.kind, choice.granularity, {}};
        if (kind.bounds == 0) return own;
        if (choice.granularity != Granularity::layer && !measured.lies_by_image)
            throw UsageError("The values of " + network_.sites()[site].name + " do not lie image by image, so '" + protection.id +
                             "' has no channels or neurons there: choose '" + choice.kind + "'.");
        own.bounds = measured.bounds;
        if (choice.is_tuned) {
            if (const auto bound = threshold(choice, site, protection)) own.bounds.high = {*bound};
        } else if (kind.bounds == 1) {
            // T is the largest magnitude, as ACT_max is.
            for (std::size_t i = 0; i < own.bounds.count(); ++i)
                own.bounds.high[i] = std::max(std::abs(own.bounds.low[i]), std::abs(own.bounds.high[i]));
        }
        return own;
    }

    std::optional<float> threshold(const ActivationChoice& choice, std::size_t site, const Protection& protection) const {
        check_tuned(choice, tuned_, protection);
        return choice.is_tuned ? tuned_.of(choice.kind)->at(site) : act_max_.at(site);
    }

    const Network& network_;
    const Evaluator evaluator_;
    const Clipping& act_max_;
    const TunedBounds& tuned_;
    const int threads_;
    const EventSink& sink_;
    const std::stop_token stop_;
    std::map<Granularity, MeasuredSites> measured_;
    std::optional<MeasuredSites> trained_;
};

}  // namespace

std::int64_t stored_bits(const Network& network) {
    std::vector<std::size_t> layers(network.layers().size());
    std::iota(layers.begin(), layers.end(), std::size_t(0));
    std::int64_t bits = 0;
    for (const auto& [layer, place] : parameters_in(network.layers(), layers)) {
        const ParameterInfo& parameter = network.layers()[layer].parameters[place];
        bits += parameter.elements * parameter.word_bits;
    }
    return bits;
}

void check_protections(const Network& network, const std::vector<Protection>& protections, const TunedBounds& tuned) {
    for (const Protection& protection : protections) {
        const ProtectionParts parts = parts_of(protection);
        check_memory_choices(network, parts.memory);
        if (!parts.activation) continue;
        check_tuned(*parts.activation, tuned, protection);
        sites_for(network.sites(), *parts.activation, protection);
    }
}

std::vector<Contestant> contestants_of_paper(const Clipping& act_max, const TunedBounds& tuned) {
    std::vector<Contestant> contestants = {{.protection = Protection::none}, {.protection = Protection::clip_actmax, .clipping = act_max}};
    if (const Clipping* clipping = tuned.of("clip")) contestants.push_back({.protection = Protection::clip_tuned, .clipping = *clipping});
    return contestants;
}

std::optional<std::vector<Contestant>> make_contestants(const JobInputs& tuning, const std::vector<Protection>& protections,
                                                        const Clipping& act_max, const TunedBounds& tuned, const TuningSettings& settings,
                                                        const EventSink& sink, std::stop_token stop) {
    ContestantMaker maker(tuning, act_max, tuned, settings, sink, stop);
    std::vector<Contestant> contestants;
    for (const Protection& protection : protections) {
        auto contestant = maker.make(protection);
        if (!contestant) return std::nullopt;
        contestants.push_back(std::move(*contestant));
    }
    return contestants;
}

}  // namespace clipscope
