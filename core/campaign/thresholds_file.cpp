#include "campaign/thresholds_file.h"

#include <algorithm>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

std::size_t index_of(const std::string& site, const std::vector<SiteInfo>& sites) {
    const auto found =
        std::find_if(sites.begin(), sites.end(), [&](const SiteInfo& one) { return lower_case(one.name) == lower_case(site); });
    if (found == sites.end())
        throw UsageError("The thresholds name the activation site " + site + ", which the network does not have: it has " +
                         std::to_string(sites.size()) + ", ACT-1 and so on; choose the thresholds of this network.");
    return std::size_t(found - sites.begin());
}

}  // namespace

Clipping ThresholdsFile::tuned(const std::vector<SiteInfo>& network_sites) const {
    Clipping clipping;
    for (const SiteThreshold& site : sites) clipping = clipping.with(index_of(site.site, network_sites), site.threshold);
    return clipping;
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
        file.sites.push_back({info.name, info.fed_by, hardened.act_max, hardened.threshold, hardened.auc_before, hardened.auc_after});
    }
    return file;
}

void check_thresholds_fit(const ThresholdsFile& thresholds, const Network& network, const std::string& file) {
    if (thresholds.model_sha256.empty() || lower_case(thresholds.model_sha256) == network.sha256()) return;
    throw Error("The thresholds in '" + file + "' were found for another model file than '" + network.path() +
                "' (their model_sha256 differs): choose that model, or take model_sha256 out of the file to use them all the same.");
}

}  // namespace clipscope
