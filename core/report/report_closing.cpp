// Evidence, limits, and how to do it again.
#include <algorithm>
#include <map>
#include <set>

#include "campaign/fault_scope.h"
#include "common/number_text.h"
#include "common/shell_text.h"
#include "common/text_list.h"
#include "report/repeat_command.h"
#include "report/report_numbers.h"
#include "report/report_parts.h"

namespace clipscope {
namespace {

struct BitCounts {
    std::int64_t asked = 0;
    std::int64_t changed = 0;
};

BitCounts counts_of(const LayerAudit& layer) {
    BitCounts counts;
    for (const std::int64_t count : layer.asked) counts.asked += count;
    for (const std::int64_t count : layer.changed) counts.changed += count;
    return counts;
}

TextColumns audit_columns(const ReportJob& job) {
    TextColumns table;
    table.add_column("Layer", false);
    for (const char* name : {"Bits asked for", "Bits found changed"}) table.add_column(name);
    for (const LayerAudit& layer : job.audit) {
        const BitCounts counts = counts_of(layer);
        table.rows.push_back({layer.layer, grouped_text(counts.asked), grouped_text(counts.changed)});
    }
    return table;
}

std::string audit_words(const ReportJob& job) {
    BitCounts all;
    for (const LayerAudit& layer : job.audit) {
        all.asked += counts_of(layer).asked;
        all.changed += counts_of(layer).changed;
    }
    std::string text =
        grouped_text(all.asked) + " bits were to change over all trials, " + grouped_text(all.changed) + " were found changed";
    if (job.record.settings.memory.kind != FaultKind::flip) text += " (a bit that is stuck at the value it holds does not change)";
    text += job.missed_layers.empty() ? "." : "; no fault came to " + joined(job.missed_layers) + ".";
    return text;
}

// Both are words of a shell already, or need no quotes.
std::string thresholds_command(const std::string& study, const std::string& job, const std::string& file) {
    return "sqlite3 " + study + " \"SELECT json_extract(settings, '$.thresholds') FROM job WHERE id = " + job + "\" > " + file;
}

std::vector<std::string> limit_lines(const ReportContents& contents) {
    std::vector<std::string> lines = {
        "Faults are drawn at random, independently of each other and of what a bit is used for, before the images run; they stay for all "
        "images of a trial. Real memories can fail otherwise: in clusters, during a run, or at places that depend on the data.",
        "Only what is named above as hit is hit; faults in instructions, addresses, control logic and other memory are not part of it.",
        "Intervals are 95 % intervals of means over faults, for these very images. Other images of the same kind would give other numbers; "
        "the "
        "results' JSON has a second, wider interval for that (ci95_images).",
        "A worst case is the worst that was drawn, not the worst there is.",
        "The rate at which points are lost lies between measured rates and is interpolated; beyond them nothing is claimed.",
        "Layers are ranked with faults in one layer at a time; faults in several at once need not add up."};
    std::int64_t fewest = 0;
    bool is_on_training_images = false;
    bool has_wanted_precision = false;
    bool has_computed = false;
    for (const ReportJob& job : contents.jobs) {
        if (job.curves && !job.curves->curves.info.precision) {
            const std::int64_t trials = job.curves->curves.info.trials;
            fewest = fewest == 0 ? trials : std::min(fewest, trials);
        }
        is_on_training_images |= job.tuning && job.tuning->info.trained_on == TrainedOn::likely;
        has_wanted_precision |= job.curves && job.curves->curves.info.precision.has_value();
        has_computed |= job.curves && has_computed_values(job.record.settings.layers);
    }
    if (fewest > 0 && fewest < 50)
        lines.push_back("Some job has only " + std::to_string(fewest) + " trials at each place: its worst cases and intervals say little.");
    if (has_computed)
        lines.emplace_back("Faults in computed values (activations, outputs) are transient: they are drawn anew for each image.");
    if (has_wanted_precision)
        lines.emplace_back(
            "Jobs that ended at a wanted precision end at a moment that depends on the results, which draws a mean a little towards what "
            "most trials show, by less than a tenth of the half-width.");
    if (is_on_training_images) lines.emplace_back("Thresholds were tuned on images that the network may have been trained on.");
    return lines;
}

}  // namespace

void write_injection(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (job.audit.empty()) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::injection));
        has_heading = true;
        writer.subheading(job_label(job.record));
        writer.paragraph(audit_words(job));
        writer.table(audit_columns(job), table_id(job, "injection"),
                     "Bits that injections asked for, and those that were found changed in memory afterwards, over all trials.");
    }
}

void write_limits(const ReportContents& contents, ReportWriter& writer) {
    writer.heading(report_heading(ReportSection::limits));
    writer.items(limit_lines(contents));
}

void write_repeat(const ReportContents& contents, ReportWriter& writer) {
    if (contents.jobs.empty()) return;
    writer.heading(report_heading(ReportSection::repeat));
    writer.paragraph(
        "These commands measure everything again into a new study; the same seeds give the same faults and, with the same versions on the "
        "same "
        "kind of processor, the same numbers. A model or images of other contents have another SHA-256 than above.");
    std::string lines;
    std::string thresholds_lines;
    std::map<std::string, std::string> thresholds_files;  // by their contents
    std::set<std::string> seen;
    const std::string study = shell_word(contents.study_name);
    for (const ReportJob& job : contents.jobs) {
        const std::string& thresholds = job.record.settings.thresholds;
        const std::string id = std::to_string(job.record.id);
        const auto [file, is_new] = thresholds_files.try_emplace(thresholds, "thresholds-" + id + ".json");
        if (is_new && !thresholds.empty()) thresholds_lines += thresholds_command(study, id, file->second) + "\n";
        for (const std::string& line : repeat_commands(job.record.settings, "repeated.clipscope", file->second))
            if (seen.insert(line).second) lines += line + "\n";
    }
    writer.code(thresholds_lines + lines);
    if (!thresholds_lines.empty())
        writer.paragraph("sqlite3, the command line of SQLite, writes the thresholds that comparisons take out of this study into files.");
    writer.paragraph("Every number of this report, and every trial behind it, is in the study: clipscope-cli export " + study +
                     " --csv tables writes them as tables, clipscope-cli replay " + study +
                     " JOB:LAYER:RATE:TRIAL repeats one trial bit by bit.");
}

}  // namespace clipscope
