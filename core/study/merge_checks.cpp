#include "study/merge_checks.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "common/error.h"
#include "study/comparable_settings.h"
#include "study/database.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array resolved_fields{"suggested_rates", "act_max"};

Json parsed(const std::string& text, const std::string& path) {
    Json json = Json::parse(text.empty() ? "{}" : text, nullptr, false);
    if (!json.is_object())
        throw StudyDamagedError("The study '" + path + "' is damaged in one of its jobs: save what is left with 'clipscope-cli recover'.");
    return json;
}

// "trials (50 and 100), rates (...)"; empty where the settings are the same.
std::string differences(const JobSettings& first, const JobSettings& second) {
    const Json one = Json::parse(comparable_settings(first)), other = Json::parse(comparable_settings(second));
    std::set<std::string> names;
    for (const Json* json : {&one, &other})
        for (const auto& [name, value] : json->items()) names.insert(name);
    std::string text;
    for (const std::string& name : names) {
        const Json of_one = one.contains(name) ? one.at(name) : Json(), of_other = other.contains(name) ? other.at(name) : Json();
        if (of_one == of_other) continue;
        constexpr std::size_t most_shown = 60;
        const std::string values = of_one.dump() + " and " + of_other.dump();
        text += (text.empty() ? "" : ", ") + name + (values.size() > most_shown ? "" : " (" + values + ")");
    }
    return text;
}

[[noreturn]] void refuse(const MergePart& first, const MergePart& part, const std::string& why) {
    throw Error("'" + first.path + "' and '" + part.path + "' do not belong together: " + why + ".");
}

void check_source(const MergePart& first, const MergePart& part, const std::string& what, const std::optional<SourceRecord>& one,
                  const std::optional<SourceRecord>& other) {
    if (!one || !other || one->sha256 == other->sha256) return;
    constexpr std::size_t shown = 12;
    refuse(first, part,
           what + " of a job are others (SHA-256 " + one->sha256.substr(0, shown) + "… and " + other->sha256.substr(0, shown) +
               "…), so merge parts that were measured with the same files");
}

void check_computed_with(const MergePart& first, const MergePart& part, const std::string& one, const std::string& other) {
    if (one.empty() || other.empty() || is_same_campaign(one, other)) return;
    const Json of_one = parsed(one, first.path), of_other = parsed(other, part.path);
    for (const auto& [name, value] : of_one.items())
        if (name == "computed_with" && of_other.contains(name) && of_other.at(name) != value)
            refuse(first, part,
                   "they were computed otherwise (" + value.dump() + " and " + of_other.at(name).dump() +
                       "), so run all slices on machines of one kind");
    refuse(first, part, "a job's campaign is another one, so merge parts of one command");
}

void check_resolved(const MergePart& first, const MergePart& part, const std::string& one, const std::string& other) {
    const Json of_one = parsed(one, first.path), of_other = parsed(other, part.path);
    for (const char* name : resolved_fields) {
        const Json here = of_one.value(name, Json::array()), there = of_other.value(name, Json::array());
        if (!here.empty() && !there.empty() && here != there)
            refuse(first, part,
                   std::string("they found other ") + (std::string(name) == "act_max" ? "ACT_max" : "fault rates") +
                       " for themselves, so run both on machines of one kind");
    }
}

void check_same(const MergePart& first, std::size_t place, const MergePart& part, std::size_t of_part) {
    const JobRecord &one = first.jobs[place], &other = part.jobs[of_part];
    check_source(first, part, "the model's bytes", one.model, other.model);
    check_source(first, part, "the images", one.images, other.images);
    check_source(first, part, "the tuning images", one.tuning_images, other.tuning_images);
    if (!one.versions.empty() && !other.versions.empty() && one.versions != other.versions)
        refuse(first, part, "they were made by other versions (" + one.versions + "; " + other.versions + "), so make them by one");
    check_computed_with(first, part, first.campaigns[place], part.campaigns[of_part]);
    check_resolved(first, part, first.resolved[place], part.resolved[of_part]);
}

void fill_in(std::string& known, const std::string& other) {
    if (known.empty()) known = other;
}

void fill_in(std::optional<SourceRecord>& known, const std::optional<SourceRecord>& other) {
    if (!known) known = other;
}

std::string with_resolved_of(const std::string& known, const std::string& other) {
    Json json = Json::parse(known.empty() ? "{}" : known);
    const Json more = Json::parse(other.empty() ? "{}" : other);
    for (const char* name : resolved_fields)
        if (json.value(name, Json::array()).empty() && more.contains(name)) json[name] = more.at(name);
    return json.dump();
}

}  // namespace

void add_knowledge(MergePart& first, const MergePart& part, const std::vector<std::size_t>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        JobRecord& known = first.jobs[places[i]];
        const JobRecord& other = part.jobs[i];
        fill_in(known.model, other.model);
        fill_in(known.images, other.images);
        fill_in(known.tuning_images, other.tuning_images);
        fill_in(known.versions, other.versions);
        fill_in(first.campaigns[places[i]], part.campaigns[i]);
        std::string& resolved = first.resolved[places[i]];
        resolved = with_resolved_of(resolved, part.resolved[i]);
    }
}

MergePart read_part(const std::string& path) {
    if (Study::is_being_written(path)) throw Error("'" + path + "' is still being written: merge it when its job has ended.");
    const Study study = Study::open_to_read(path);
    MergePart part{path, study.jobs(), {}, {}};
    if (part.jobs.empty()) throw Error("'" + path + "' has no job: leave it out.");
    study.database().guarded([&] {
        SQLite::Statement row(study.database().sql(),
                              "SELECT coalesce(nullif(campaign, ''), (SELECT value FROM tuning WHERE job = ?1 AND kind = 'info'), ''), "
                              "resolved FROM job WHERE id = ?1");
        for (const JobRecord& job : part.jobs) {
            row.bind(1, job.id);
            row.executeStep();
            part.campaigns.push_back(row.getColumn(0).getString());
            part.resolved.push_back(row.getColumn(1).getString());
            row.reset();
        }
    });
    return part;
}

std::vector<std::size_t> places_in(const MergePart& first, const MergePart& part) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < part.jobs.size(); ++i) {
        std::string why;
        std::size_t place = 0;
        for (; place < first.jobs.size(); ++place) {
            if (std::ranges::find(places, place) != places.end()) continue;
            const std::string different = differences(first.jobs[place].settings, part.jobs[i].settings);
            if (different.empty()) break;
            if (why.empty() || different.size() < why.size()) why = different;
        }
        if (place == first.jobs.size())
            refuse(first, part, why.empty() ? "one has a job more than the other" : "the settings of their jobs differ in " + why);
        check_same(first, place, part, i);
        places.push_back(place);
    }
    return places;
}

bool is_same_campaign(const std::string& first, const std::string& second) {
    if (first == second) return true;
    const std::string one = comparable_json(first), other = comparable_json(second);
    return !one.empty() && !other.empty() && Json::parse(one) == Json::parse(other);
}

}  // namespace clipscope
