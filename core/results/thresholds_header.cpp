#include "results/thresholds_header.h"

#include <algorithm>
#include <vector>

#include "common/c_text.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "common/version.h"

namespace clipscope {
namespace {

constexpr int shown_digits = 4;

class Header {
public:
    Header(const ThresholdsFile& thresholds, const TuningResult& origin) : thresholds_(thresholds), origin_(origin) {
        prefix_ = c_prefix(origin.info.campaign.model);
        CNames names;
        names.free_name(count());
        for (const SiteThreshold& site : thresholds.sites)
            constants_.push_back(names.free_name(upper_case(prefix_ + "_" + c_identifier(site.site, "site"))));
    }

    std::string text() const {
        const std::string guard = upper_case(prefix_ + "_THRESHOLDS_H");
        const std::string text = introduction() + "#ifndef " + guard + "\n#define " + guard + "\n\n" + model_hash_macro(prefix_, hash());
        return text + enumeration() + array() + functions() + "#endif\n";
    }

private:
    const std::string& hash() const { return thresholds_.model_sha256.empty() ? origin_.info.model_sha256 : thresholds_.model_sha256; }

    std::string introduction() const {
        const CampaignInfo& campaign = origin_.info.campaign;
        std::string text = "/*\n * Clipping thresholds" +
                           (campaign.model.empty() ? std::string() : " of the network " + in_comment(campaign.model)) +
                           ", written by ClipScope " + version() + ".\n *\n";
        text +=
            " * A value that an activation puts out passes up to its site's threshold; what lies beyond becomes 0, and so do NaN and the\n"
            " * infinities, as faults in a network's memory make them (FT-ClipAct, DATE 2020). In C99 and C++; needs no other header.\n"
            " * Compile without -ffast-math and its like, which do not know NaN.\n";
        if (campaign.images > 0) text += searched_on(campaign);
        for (const SiteThreshold& site : thresholds_.sites) text += accuracy_line(site);
        return text + " */\n";
    }

    static std::string searched_on(const CampaignInfo& campaign) {
        const std::string memory = describe(campaign.memory);
        const std::string amount =
            campaign.precision ? "every AUC known to +-" + rounded_text(*campaign.precision, shown_digits)
                               : grouped_text(campaign.trials) + (campaign.trials == 1 ? " trial" : " trials") + " at each fault rate";
        return " *\n * Found on " + grouped_text(campaign.images) + " images of " + in_comment(campaign.data) + ", " + amount + ", seed " +
               std::to_string(campaign.seed) + (memory.empty() ? "" : "; faults: " + in_comment(memory)) + ".\n";
    }

    // AUC: mean accuracy over the fault rates, 1 where every answer is right at every rate.
    std::string accuracy_line(const SiteThreshold& site) const {
        if (!site.auc_before || !site.auc_after) return {};
        std::string text = " * " + in_comment(site.site) + ": area under the accuracy curve " +
                           rounded_text(*site.auc_before, shown_digits) + " clipped at ACT_max, " +
                           rounded_text(*site.auc_after, shown_digits) + " at the threshold";
        if (const auto clean = clean_accuracy(site)) text += "; without faults " + fixed_text(*clean * 100, 2) + " % right";
        return text + ".\n";
    }

    int index_of(const SiteThreshold& site) const {
        const auto& sites = origin_.info.sites;
        const auto found = std::ranges::find_if(sites, [&](const SiteInfo& one) { return lower_case(one.name) == lower_case(site.site); });
        return found == sites.end() ? -1 : int(found - sites.begin());
    }

    std::optional<double> clean_accuracy(const SiteThreshold& site) const {
        const SiteSearch* search = origin_.search(index_of(site));
        if (!search) return std::nullopt;
        for (const SearchEvaluation& evaluation : search->evaluations)
            if (evaluation.point.threshold == site.threshold) return evaluation.point.measured.clean_accuracy;
        return std::nullopt;
    }

    // The activation and what it comes from, as far as they are known.
    std::string description_of(const SiteThreshold& site) const {
        const int index = index_of(site);
        const SiteInfo info = index < 0 ? SiteInfo{} : origin_.info.sites[std::size_t(index)];
        const std::vector<std::string>& fed_by = site.fed_by.empty() ? info.fed_by : site.fed_by;
        return site_in_comment(site.site, info.kind, fed_by);
    }

    std::string enumeration() const {
        std::string text =
            "/* The activation sites, in the order of the network, as indices into the thresholds. */\nenum " + prefix_ + "_site {\n";
        for (std::size_t i = 0; i < constants_.size(); ++i) {
            text += "    " + constants_[i] + " = " + std::to_string(i) + ", /* " + description_of(thresholds_.sites[i]) + " */\n";
        }
        return text + "    " + count() + " = " + std::to_string(constants_.size()) + " /* how many there are */\n};\n\n";
    }

    std::string array() const {
        std::string text = "/* In the units of the activations. */\nstatic const float " + prefix_ + "_thresholds[" + count() + "] = {\n";
        for (std::size_t i = 0; i < constants_.size(); ++i) {
            const SiteThreshold& site = thresholds_.sites[i];
            text += "    " + float_literal(site.threshold) + (i + 1 < constants_.size() ? "," : "") + " /* " + in_comment(site.site);
            if (site.act_max) text += ", ACT_max " + number_text(*site.act_max);
            if (site.by_hand) text += ", chosen by hand";
            text += " */\n";
        }
        return text + "};\n\n";
    }

    std::string functions() const {
        return "/* The clipped ReLU of x: x if 0 <= x <= threshold, else 0. */\n"
               "static inline float " +
               prefix_ +
               "_clip_relu(float x, float threshold) {\n"
               "    return x >= 0.0f && x <= threshold ? x : 0.0f;\n}\n\n"
               "/* Any other activation, leaky ReLU too, clipped by the magnitude of y, which it has put out: y if |y| <= threshold, else "
               "0. */\n"
               "static inline float " +
               prefix_ +
               "_clip_output(float y, float threshold) {\n"
               "    return y >= -threshold && y <= threshold ? y : 0.0f;\n}\n\n";
    }

    std::string count() const { return upper_case(prefix_ + "_SITES"); }

    const ThresholdsFile& thresholds_;
    const TuningResult& origin_;
    std::string prefix_;                  // "lenet5"
    std::vector<std::string> constants_;  // "LENET5_ACT_1", by site of the file
};

}  // namespace

std::string thresholds_to_c_header(const ThresholdsFile& thresholds, const TuningResult& origin) {
    if (thresholds.sites.empty()) throw Error("There is no threshold to write: a C header needs one site that is clipped.");
    ThresholdsFile of_clipping = thresholds;
    std::erase_if(of_clipping.sites, [](const SiteThreshold& site) { return site.protection != SiteThreshold().protection; });
    if (of_clipping.sites.empty())
        throw Error("A header of thresholds is for clipping, and these are for " + thresholds.sites.front().protection +
                    ": write them as JSON, and take the header from 'clipscope-cli protect --plan NAME.h'.");
    return Header(of_clipping, origin).text();
}

std::string thresholds_text(const std::string& path, const ThresholdsFile& thresholds, const TuningResult& origin) {
    return is_c_header(path) ? thresholds_to_c_header(thresholds, origin) : thresholds_to_json(thresholds);
}

}  // namespace clipscope
