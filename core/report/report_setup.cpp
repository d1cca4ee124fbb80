// What was measured, on what, with what.
#include <nlohmann/json.hpp>

#include "campaign/fault_rates.h"
#include "common/number_text.h"
#include "report/report_parts.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

std::string trials_words(const JobSettings& settings) {
    if (settings.kind->is_listed()) return grouped_text(settings.list.trials);
    std::string text = settings.trials > 0 || settings.precision == 0 ? grouped_text(settings.trials) : "";
    if (settings.precision > 0) text += (text.empty() ? "± " : ", ± ") + rounded_text(settings.precision * 100, 3) + " points";
    return text;
}

// "flip"; "stuck1, sign bits, weights, burst-4": where only some bits or parameters may be faulty, or several at once.
std::string fault_words(const MemoryModel& memory) {
    const MemoryModel usual;
    std::string text = to_string(memory.kind);
    if (memory.bits != usual.bits) text += ", " + memory.bits.to_string() + " bits";
    if (memory.parameters != usual.parameters) text += ", " + to_string(memory.parameters);
    if (memory.pattern != usual.pattern) text += ", " + memory.pattern.to_string();
    return text;
}

std::string scope_words(const JobSettings& settings) {
    return settings.kind->faults_in ? settings.kind->faults_in(settings) : settings.layers;
}

std::string images_words(const std::optional<SourceRecord>& source) {
    if (!source) return "–";
    const Json details = Json::parse(source->details, nullptr, false);
    if (!details.is_object()) return source->path;
    const std::string name = details.value("name", source->path);
    return grouped_text(details.value("images", std::int64_t(0))) + " of " + name;
}

TextColumns jobs_table(const ReportContents& contents) {
    TextColumns table;
    table.add_column("Job");
    for (const char* name : {"Kind", "State", "Faults in", "Format", "Faults"}) table.add_column(name, false);
    table.add_column("Trials");
    table.add_column("Images", false);
    table.add_column("Seed");
    table.add_column("Time, s");
    for (const ReportJob& job : contents.jobs) {
        const JobSettings& settings = job.record.settings;
        const auto& images = settings.kind->is_tuning() ? job.record.tuning_images : job.record.images;
        table.rows.push_back({std::to_string(job.record.id), kind_name(settings), to_string(job.record.state), scope_words(settings),
                              settings.memory.format.to_string(), fault_words(settings.memory), trials_words(settings),
                              images_words(images), std::to_string(settings.seed), rounded_text(job.record.seconds, 3)});
    }
    return table;
}

std::string normalization_words(const SourceRecord& source) {
    const Json details = Json::parse(source.details, nullptr, false);
    if (!details.is_object() || !details.contains("normalization") || !details["normalization"].is_object()) return "–";
    const Json& normalization = details["normalization"];
    std::string text = normalization.value("name", std::string("none"));
    const auto numbers = [&](const char* name) {
        std::string list;
        if (!normalization.contains(name) || !normalization[name].is_array()) return list;
        for (const Json& number : normalization[name])
            list += (list.empty() ? "" : ", ") + (number.is_number() ? rounded_text(number.get<double>(), 4) : std::string("?"));
        return list;
    };
    if (const std::string mean = numbers("mean"); !mean.empty()) text += ": mean " + mean + ", standard deviation " + numbers("std");
    return text;
}

void add_source(TextColumns& table, const char* what, const std::string& name, const std::optional<SourceRecord>& source,
                const std::string& normalization) {
    if (!source) return;
    std::vector<std::string> row = {what, name, normalization, grouped_text(source->bytes), source->sha256};
    for (const auto& known : table.rows)
        if (known == row) return;
    table.rows.push_back(std::move(row));
}

TextColumns sources_table(const ReportContents& contents) {
    TextColumns table;
    for (const char* name : {"What", "Name", "Normalisation"}) table.add_column(name, false);
    table.add_column("Bytes");
    table.add_column("SHA-256", false);
    for (const ReportJob& job : contents.jobs)
        if (job.record.model) add_source(table, "model", model_name(job.record), job.record.model, normalization_words(*job.record.model));
    for (const ReportJob& job : contents.jobs) {
        add_source(table, "images", images_words(job.record.images), job.record.images, "as the model");
        add_source(table, "tuning images", images_words(job.record.tuning_images), job.record.tuning_images, "as the model");
    }
    return table;
}

TextColumns machines_table(const ReportContents& contents) {
    TextColumns table;
    table.add_column("Job");
    for (const char* name : {"Started", "Ended", "Versions", "Computed with"}) table.add_column(name, false);
    table.add_column("Threads");
    for (const ReportJob& job : contents.jobs) {
        if (job.record.started.empty()) continue;
        std::string with = job.record.device;
        if (job.curves) with = job.curves->curves.info.computed_with.to_string();
        if (job.tuning) with = job.tuning->info.campaign.computed_with.to_string();
        if (job.curves)
            for (const ComputedWith& earlier : job.curves->curves.info.computed_with_earlier) with += "; earlier " + earlier.to_string();
        table.rows.push_back({std::to_string(job.record.id), job.record.started, job.record.ended, job.record.versions, with,
                              std::to_string(job.record.threads)});
    }
    return table;
}

void write_notes(const ReportContents& contents, ReportWriter& writer) {
    if (!contents.info.notes.empty()) writer.paragraph(contents.info.notes);
    std::vector<std::string> lines;
    for (const ReportJob& job : contents.jobs) {
        if (!job.record.name.empty() || !job.record.notes.empty())
            lines.push_back(job_label(job.record) + (job.record.notes.empty() ? "" : ": " + job.record.notes));
        if (!job.record.error.empty()) lines.push_back(job_label(job.record) + " failed: " + job.record.error);
    }
    if (!lines.empty()) writer.items(lines);
}

}  // namespace

void write_setup(const ReportContents& contents, ReportWriter& writer) {
    writer.heading(report_heading(ReportSection::setup));
    if (contents.jobs.empty()) return writer.paragraph("The study has no jobs.");
    write_notes(contents, writer);
    writer.table(jobs_table(contents), "jobs",
                 "The jobs of this study, in their order. Faults: what becomes of a bit, of any bit of any parameter where nothing else is "
                 "said. Trials: "
                 "draws of faults at each rate, or how well each mean was to be known.");
    if (const TextColumns sources = sources_table(contents); !sources.rows.empty())
        writer.table(sources, "sources",
                     "What the jobs worked on. SHA-256 of the model's file, and of the pixels and labels of the chosen images.");
    if (const TextColumns machines = machines_table(contents); !machines.rows.empty())
        writer.table(machines, "machines", "When and with what the jobs ran (UTC). Results do not depend on the number of threads.");
}

}  // namespace clipscope
