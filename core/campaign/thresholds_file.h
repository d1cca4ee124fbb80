// The thresholds file: what a hardening found, one number for each activation site, as JSON that people can read and write by hand.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/tuning_result.h"
#include "clipping/clipping.h"
#include "network/network.h"

namespace clipscope {

struct SiteThreshold {
    std::string site;                 // "ACT-1"
    std::vector<std::string> fed_by{};  // layers; for people
    std::optional<float> act_max{};
    float threshold = 0;
    std::optional<double> auc_before{};  // on the tuning images, clipped at ACT_max
    std::optional<double> auc_after{};
    std::string protection = "clip";  // the kind that it was found for (protection/activation/activation_kinds.h)
    bool by_hand = false;             // a person chose it, no search
};

// Thresholds that searches found, by the kind of protection that they were found for.
struct TunedBounds {
    std::map<std::string, Clipping> by_kind;

    // Those of the kind, or else of clipping; null where there are neither.
    const Clipping* of(const std::string& kind) const;
};

struct ThresholdsFile {
    std::string model_sha256;  // of the model's file; empty where nobody said
    std::vector<SiteThreshold> sites;

    // By the network's sites; those that the file does not name stay without. Throws UsageError where the file names a site that the
    // network does not have.
    TunedBounds tuned(const std::vector<SiteInfo>& network_sites) const;
    // Those for clipping alone.
    Clipping clipping(const std::vector<SiteInfo>& network_sites) const;
    // The kind that all were found for, "clip" where some were found for that. Throws UsageError where there are several others.
    std::string kind() const;
    // The same of ACT_max; nothing unless the file has one for each site that it names.
    std::optional<Clipping> act_max(const std::vector<SiteInfo>& network_sites) const;
};

// Of the sites whose search is over.
ThresholdsFile thresholds_of(const TuningResult& result);

// A threshold that was chosen by hand in the place of what was known of its site and protection. Sites that nothing is known of get the
// threshold of step 2, their ACT_max, as far as the result has it.
ThresholdsFile with_threshold_by_hand(ThresholdsFile known, const SiteThreshold& by_hand, const TuningResult& result);
// Those that were found in the place of what was chosen by hand, or otherwise known, for the same sites and protection.
ThresholdsFile with_found(ThresholdsFile known, const ThresholdsFile& found);

std::string thresholds_to_json(const ThresholdsFile& thresholds);

// Of several files for one model: all their thresholds. Throws UsageError where two have one for the same site and kind, or are of models
// that differ.
ThresholdsFile joined(const std::vector<ThresholdsFile>& files);

// Needs "version" and, for each site, "site" and "threshold"; all else may be missing. `file` is named in errors: throws Error where the
// text is not such a file.
ThresholdsFile thresholds_from_json(const std::string& text, const std::string& file);

// Throws Error where the file says that its thresholds were found for a model file of another content.
void check_thresholds_fit(const ThresholdsFile& thresholds, const Network& network, const std::string& file);

}  // namespace clipscope
