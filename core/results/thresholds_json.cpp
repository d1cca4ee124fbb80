// The text of a thresholds file; it needs no network.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "campaign/thresholds_file.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "protection/activation/activation_kinds.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr int file_version = 1;
constexpr const char* chosen_by_hand = "hand";

float read_threshold(const JsonFields& fields, const char* name) {
    const double number = fields.number(name);
    const auto threshold = float(number);
    if (!(number >= 0) || !std::isfinite(threshold)) fields.fail("'" + std::string(name) + "' is not a number from 0 up");
    return threshold;
}

SiteThreshold read_site(const Json& json, const std::string& file, std::size_t index) {
    const JsonFields fields(json, file, "site " + std::to_string(index + 1));
    SiteThreshold site;
    site.site = fields.text("site");
    site.threshold = read_threshold(fields, "threshold");
    if (fields.has("act_max")) site.act_max = read_threshold(fields, "act_max");
    site.auc_before = fields.optional_number("auc_before");
    site.auc_after = fields.optional_number("auc_after");
    if (fields.has("protection")) {
        site.protection = fields.text("protection");
        const ActivationKind* kind = find_activation_kind(site.protection);
        if (!kind || !has_searchable_bound(*kind)) fields.fail("'" + site.protection + "' is no protection that has a threshold");
    }
    site.by_hand = fields.has("chosen_by") && fields.text("chosen_by") == chosen_by_hand;
    if (!fields.has("fed_by")) return site;
    for (const Json& layer : fields.array("fed_by")) {
        if (!layer.is_string()) fields.fail("'fed_by' is no list of names");
        site.fed_by.push_back(layer.get<std::string>());
    }
    return site;
}

}  // namespace

std::string thresholds_to_json(const ThresholdsFile& thresholds) {
    Json json;
    json["version"] = file_version;
    json["model_sha256"] = thresholds.model_sha256;
    json["sites"] = Json::array();
    for (const SiteThreshold& site : thresholds.sites) {
        Json entry;
        entry["site"] = site.site;
        if (site.protection != SiteThreshold().protection) entry["protection"] = site.protection;
        entry["fed_by"] = site.fed_by;
        entry["act_max"] = optional_number(site.act_max ? std::optional(short_double(*site.act_max)) : std::nullopt);
        entry["threshold"] = short_double(site.threshold);
        entry["auc_before"] = optional_number(site.auc_before);
        entry["auc_after"] = optional_number(site.auc_after);
        if (site.by_hand) entry["chosen_by"] = chosen_by_hand;
        json["sites"].push_back(std::move(entry));
    }
    return json_text(json);
}

ThresholdsFile thresholds_from_json(const std::string& text, const std::string& file) {
    const Json json = parse_json(text, file);
    const JsonFields fields(json, file);
    const std::int64_t version = fields.integer("version", 0, std::numeric_limits<std::int32_t>::max());
    if (version != file_version)
        fields.fail("it is of version " + std::to_string(version) + ", and this ClipScope reads version " + std::to_string(file_version));
    ThresholdsFile thresholds;
    if (fields.has("model_sha256")) thresholds.model_sha256 = fields.text("model_sha256");
    for (const Json& site : fields.array("sites")) {
        thresholds.sites.push_back(read_site(site, file, thresholds.sites.size()));
        const SiteThreshold& latest = thresholds.sites.back();
        const auto times = std::count_if(thresholds.sites.begin(), thresholds.sites.end(), [&](const SiteThreshold& one) {
            return lower_case(one.site) == lower_case(latest.site) && one.protection == latest.protection;
        });
        if (times > 1) fields.fail("the site " + latest.site + " comes twice");
    }
    return thresholds;
}

}  // namespace clipscope
