#include "campaign/thresholds_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

const std::string clip = "clip";

std::size_t index_of(const std::string& site, const std::vector<SiteInfo>& sites) {
    const auto found =
        std::find_if(sites.begin(), sites.end(), [&](const SiteInfo& one) { return lower_case(one.name) == lower_case(site); });
    if (found == sites.end())
        throw UsageError("The thresholds name the activation site " + site + ", which the network does not have: it has " +
                         std::to_string(sites.size()) + ", ACT-1 and so on; choose the thresholds of this network.");
    return std::size_t(found - sites.begin());
}

bool is_of_same(const SiteThreshold& a, const SiteThreshold& b) {
    return lower_case(a.site) == lower_case(b.site) && a.protection == b.protection;
}

}  // namespace

const Clipping* TunedBounds::of(const std::string& kind) const {
    auto found = by_kind.find(kind);
    if (found == by_kind.end()) found = by_kind.find(clip);
    return found == by_kind.end() ? nullptr : &found->second;
}

TunedBounds ThresholdsFile::tuned(const std::vector<SiteInfo>& network_sites) const {
    TunedBounds bounds;
    for (const SiteThreshold& site : sites) {
        Clipping& own = bounds.by_kind[site.protection];
        own = own.with(index_of(site.site, network_sites), site.threshold);
    }
    return bounds;
}

Clipping ThresholdsFile::clipping(const std::vector<SiteInfo>& network_sites) const {
    const TunedBounds bounds = tuned(network_sites);
    const auto found = bounds.by_kind.find(clip);
    return found == bounds.by_kind.end() ? Clipping{} : found->second;
}

std::string ThresholdsFile::kind() const {
    std::set<std::string> kinds;
    for (const SiteThreshold& site : sites) kinds.insert(site.protection);
    if (kinds.empty() || kinds.contains(clip)) return clip;
    if (kinds.size() > 1) throw UsageError("These thresholds are for several protections: give those of one.");
    return *kinds.begin();
}

std::optional<Clipping> ThresholdsFile::act_max(const std::vector<SiteInfo>& network_sites) const {
    Clipping clipping;
    for (const SiteThreshold& site : sites) {
        if (!site.act_max) return std::nullopt;
        clipping = clipping.with(index_of(site.site, network_sites), *site.act_max);
    }
    return clipping;
}

ThresholdsFile thresholds_of(const TuningResult& result) {
    ThresholdsFile file;
    file.model_sha256 = result.info.model_sha256;
    for (std::size_t site = 0; site < result.info.sites.size(); ++site) {
        const SiteSearch* search = result.search(int(site));
        if (!search || !search->hardened) continue;
        const HardenedSite& hardened = *search->hardened;
        const SiteInfo& info = result.info.sites[site];
        file.sites.push_back({info.name, info.fed_by, hardened.act_max, hardened.threshold, hardened.auc_before, hardened.auc_after,
                              result.info.protection});
    }
    return file;
}

ThresholdsFile joined(const std::vector<ThresholdsFile>& files) {
    ThresholdsFile all;
    for (const ThresholdsFile& file : files) {
        if (!file.model_sha256.empty() && !all.model_sha256.empty() && lower_case(file.model_sha256) != lower_case(all.model_sha256))
            throw UsageError("The thresholds files were found for different models (their model_sha256 differ): give those of one.");
        if (all.model_sha256.empty()) all.model_sha256 = file.model_sha256;
        for (const SiteThreshold& site : file.sites) {
            const bool is_there = std::ranges::any_of(all.sites, [&](const SiteThreshold& other) { return is_of_same(other, site); });
            if (is_there)
                throw UsageError("Two of the thresholds files have a threshold of " + site.site + " for " + site.protection +
                                 ": give one of them.");
            all.sites.push_back(site);
        }
    }
    return all;
}

ThresholdsFile with_found(ThresholdsFile known, const ThresholdsFile& found) {
    for (const SiteThreshold& site : found.sites) {
        const auto before = std::ranges::find_if(known.sites, [&](const SiteThreshold& one) { return is_of_same(one, site); });
        if (before == known.sites.end())
            known.sites.push_back(site);
        else
            *before = site;
    }
    return known;
}

ThresholdsFile with_threshold_by_hand(ThresholdsFile known, const SiteThreshold& by_hand, const TuningResult& result) {
    ThresholdsFile all;
    all.model_sha256 = known.model_sha256.empty() ? result.info.model_sha256 : known.model_sha256;
    for (std::size_t i = 0; i < std::min(result.info.sites.size(), result.act_max.size()); ++i) {
        const SiteInfo& info = result.info.sites[i];
        if (!result.act_max[i]) continue;
        all.sites.push_back({.site = info.name,
                             .fed_by = info.fed_by,
                             .act_max = result.act_max[i],
                             .threshold = *result.act_max[i],
                             .protection = by_hand.protection});
    }
    return with_found(with_found(std::move(all), known), {{}, {by_hand}});
}

void check_thresholds_fit(const ThresholdsFile& thresholds, const Network& network, const std::string& file) {
    if (thresholds.model_sha256.empty() || lower_case(thresholds.model_sha256) == network.sha256()) return;
    throw Error("The thresholds in '" + file + "' were found for another model file than '" + network.path() +
                "' (their model_sha256 differs): choose that model, or take model_sha256 out of the file to use them all the same.");
}

}  // namespace clipscope
