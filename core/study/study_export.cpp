#include "study/study_export.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/csv_text.h"
#include "common/error.h"
#include "common/json_text.h"
#include "results/result_csv.h"
#include "results/tuning_csv.h"
#include "results/tuning_json.h"
#include "study/listed_trials.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

bool has_curves(const JobRecord& job) {
    return job.settings.kind->measures_curves();
}

// One table of all jobs; job after job, so that no more than one of them is in memory.
class Table {
public:
    explicit Table(const std::filesystem::path& path) : path_(path.string()), file_(path, std::ios::binary) { check(); }

    // A table with a header, the same for every job.
    void add(JobId job, const std::string& table) {
        const std::size_t header = table.find('\n') + 1;
        if (!has_header_) file_ << "job," << table.substr(0, header);
        has_header_ = true;
        const std::string start = std::to_string(job) + ",";
        for (std::size_t line = header; line < table.size();) {
            const std::size_t next = table.find('\n', line) + 1;
            file_ << start;
            file_.write(table.data() + line, std::streamsize(next - line));
            line = next;
        }
        check();
    }

    std::string close() {
        file_.close();
        check();
        return path_;
    }

private:
    void check() const {
        if (!file_) throw Error("Cannot write '" + path_ + "' (" + std::strerror(errno) + "): choose another folder.");
    }

    std::string path_;
    std::ofstream file_;
    bool has_header_ = false;
};

std::string audit_csv(const std::vector<LayerAudit>& audit) {
    CsvText table({"layer", "bit", "asked_bits", "changed_bits"});
    for (const LayerAudit& layer : audit) {
        for (std::size_t bit = 0; bit < layer.asked.size(); ++bit) {
            if (layer.asked[bit] == 0 && layer.changed[bit] == 0) continue;
            table.add(layer.layer).add(bit).add(layer.asked[bit]).add(layer.changed[bit]);
            table.end_row();
        }
    }
    return table.text();
}

// As the command faults writes it, with every trial.
std::string list_json(const Study& study, JobId job) {
    ListedTotals totals;
    Json trials = Json::array();
    for (const ListedResult& result : read_listed_results(study, job)) {
        totals.add(result.outcome);
        trials.push_back(listed_json(result));
    }
    Json json = {{"kind", "faults"}};
    json.update(totals_json(totals));
    json["outcomes"] = std::move(trials);
    return json.dump();
}

std::string result_json(const Study& study, const JobRecord& job) {
    if (job.settings.kind->is_listed()) return list_json(study, job.id);
    return has_curves(job) ? result_to_json(read_curves(study, job.id)) : tuning_to_json(read_tuning(study, job.id));
}

Json source_json(const std::optional<SourceRecord>& source) {
    if (!source) return nullptr;
    return {{"path", source->path},
            {"bytes", source->bytes},
            {"sha256", source->sha256},
            {"details", Json::parse(source->details, nullptr, false)}};
}

}  // namespace

std::vector<std::string> export_csv(const Study& study, const std::string& folder) {
    const std::filesystem::path to = folder;
    Table trials(to / "trials.csv"), points(to / "points.csv"), audit(to / "audit.csv");
    Table lists(to / "fault_lists.csv");
    Table thresholds(to / "thresholds.csv"), histograms(to / "histograms.csv"), sweeps(to / "sweeps.csv"), searches(to / "searches.csv");
    const std::vector<JobRecord> jobs = study.jobs();
    const bool is_any_precise = std::ranges::any_of(jobs, [](const JobRecord& job) { return job.settings.precision > 0; });
    const auto precision = is_any_precise ? PrecisionColumns::always : PrecisionColumns::where_asked_for;
    // Also an empty table has its header.
    const auto add_curves = [&](JobId job, const AccuracyCurves& curves) {
        trials.add(job, trials_csv(curves, PlaceColumns::both));
        points.add(job, points_csv(curves, PlaceColumns::both, precision));
    };
    const auto add_tuning = [&](JobId job, const TuningResult& result) {
        thresholds.add(job, thresholds_csv(result));
        histograms.add(job, histograms_csv(result));
        sweeps.add(job, sweep_csv(result));
        searches.add(job, search_csv(result));
    };
    add_curves(0, {});
    add_tuning(0, {});
    lists.add(0, listed_csv({}));
    audit.add(0, audit_csv({}));
    for (const JobRecord& job : jobs) {
        if (has_curves(job))
            add_curves(job.id, read_curves(study, job.id).curves);
        else if (job.settings.kind->is_listed())
            lists.add(job.id, listed_csv(read_listed_results(study, job.id)));
        else
            add_tuning(job.id, read_tuning(study, job.id));
        audit.add(job.id, audit_csv(read_audit(study, job.id)));
    }
    return {trials.close(), points.close(),   thresholds.close(), histograms.close(),
            sweeps.close(), searches.close(), audit.close(),      lists.close()};
}

std::string export_json(const Study& study) {
    const StudyInfo info = study.info();
    Json json;
    json["study"] = std::filesystem::path(study.path()).filename().string();
    json["created"] = info.created;
    json["created_by"] = info.created_by;
    json["notes"] = info.notes;
    json["jobs"] = Json::array();
    for (const JobRecord& job : study.jobs()) {
        Json one;
        one["job"] = job.id;
        one["kind"] = kind_name(job.settings);
        one["state"] = to_string(job.state);
        one["name"] = job.name;
        one["notes"] = job.notes;
        one["started"] = job.started;
        one["ended"] = job.ended;
        one["seconds"] = job.seconds;
        one["device"] = job.device;
        one["threads"] = job.threads;
        one["versions"] = job.versions;
        one["model"] = source_json(job.model);
        one["images"] = source_json(job.images);
        one["tuning_images"] = source_json(job.tuning_images);
        one["settings"] = Json::parse(to_json(job.settings));
        one["layers_without_faults"] = layers_without_faults(study, job.id);
        const bool has_begun = !job.started.empty();
        one["result"] = has_begun ? Json::parse(result_json(study, job)) : Json(nullptr);
        json["jobs"].push_back(std::move(one));
    }
    return json_text(json);
}

}  // namespace clipscope
