// study, export, replay, recover: what can be done with a study besides running its jobs.
#include <CLI/App.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "campaign/sampled_json.h"
#include "command.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common_options.h"
#include "output_files.h"
#include "study/job_slices.h"
#include "study/replay.h"
#include "study/salvage.h"
#include "study/study_export.h"
#include "study/study_results.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

// "50", "± 1 points", "50, ± 1 points".
std::string trials_text(const JobSettings& settings) {
    if (settings.kind->is_listed()) return grouped_text(settings.list.trials);
    std::string text = settings.trials > 0 || settings.precision == 0 ? std::to_string(settings.trials) : "";
    if (settings.precision > 0) text += (text.empty() ? "± " : ", ± ") + rounded_text(settings.precision * 100, 3) + " points";
    return text;
}

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

std::string what(const JobSettings& settings) {
    std::string text = settings.kind->what ? settings.kind->what(settings) : settings.layers;
    for (const auto& [name, value] : settings.own) text += ", " + name + " " + value;
    return text;
}

std::string audit_text(const Study& study, const JobRecord& job) {
    std::int64_t asked = 0, changed = 0;
    for (const LayerAudit& layer : read_audit(study, job.id)) {
        for (const std::int64_t count : layer.asked) asked += count;
        for (const std::int64_t count : layer.changed) changed += count;
    }
    if (asked == 0) return "";
    std::string text = "Job " + std::to_string(job.id) + ": " + grouped_text(asked) + " bits were to change, " + grouped_text(changed) +
                       " were found changed";
    std::string missed;
    for (const std::string& layer : layers_without_faults(study, job.id)) missed += (missed.empty() ? "" : ", ") + layer;
    return text + (missed.empty() ? "." : "; no fault came to " + missed + ".") + "\n";
}

// "Job 1 was run in slices, and has these: 1/8, 3/8."
std::string slices_text(const Study& study, const JobRecord& job) {
    std::string names;
    for (const WorkSlice& slice : finished_slices(study, job.id)) names += (names.empty() ? "" : ", ") + slice.to_string();
    return names.empty() ? "" : "Job " + std::to_string(job.id) + " was run in slices, and has these: " + names + ".\n";
}

int show_study(const std::string& path) {
    const Study study = Study::open_to_read(path);
    TextTable table(
        {{"Job", Align::right}, {"Kind"}, {"State"}, {"What"}, {"Trials", Align::right}, {"Model"}, {"Seconds", Align::right}, {"Notes"}});
    std::string audit, errors;
    for (const JobRecord& job : study.jobs()) {
        table.add_row({std::to_string(job.id), kind_name(job.settings), to_string(job.state), what(job.settings), trials_text(job.settings),
                       model_label(job.settings.model), number_text(double(std::int64_t(job.seconds))),
                       job.name + (job.name.empty() || job.notes.empty() ? "" : ": ") + job.notes});
        audit += audit_text(study, job) + slices_text(study, job);
        if (!job.error.empty()) errors += "Job " + std::to_string(job.id) + " failed: " + job.error + "\n";
    }
    const StudyInfo info = study.info();
    print("Made " + info.created + " by " + info.created_by + (info.notes.empty() ? "" : "\n" + info.notes) + "\n" + table.to_string() +
          audit + errors);
    return exit_done;
}

struct ExportOptions {
    std::string study;
    std::string csv;
    std::string json;
};

int export_study(const ExportOptions& options) {
    if (options.csv.empty() && options.json.empty()) throw UsageError("Say what to write: --csv FOLDER, --json FILE or both");
    const Study study = Study::open_to_read(options.study);
    check_writable_folder(options.csv);
    check_writable_file(options.json);
    if (!options.csv.empty()) {
        std::string names;
        for (const std::string& file : export_csv(study, options.csv)) names += file + "\n";
        if (options.json != "-") print(names);
    }
    if (!options.json.empty()) write_file(options.json, export_json(study));
    return exit_done;
}

struct ReplayOptions {
    std::string study;
    std::string trial;
    SourcePlaces places;
    WorkOptions work;
    std::string memory;
    std::string json;
    std::string images_out;
};

double share(std::int32_t count, const Outcome& outcome) {
    return outcome.images > 0 ? double(count) / outcome.images : 0;
}

std::string index_text(const FaultyValue& value) {
    std::string text;
    for (const std::int64_t position : value.index) text += (text.empty() ? "" : ",") + std::to_string(position);
    return text;
}

bool is_as_stored(const ReplayedOutcome& replayed) {
    return replayed.stored && replayed.stored->faults == replayed.outcome.faults && replayed.stored->outcome == replayed.outcome.outcome;
}

std::string stored_text(const ReplayedOutcome& one) {
    if (one.stored_sample) {
        const std::string images = " on its " + grouped_text(one.stored_sample->images()) + " images";
        return (one.sample == one.stored_sample ? "the same" : "different") + images;
    }
    if (!one.stored) return "-";
    return is_as_stored(one) ? "the same" : "different";
}

std::string replay_text(const ReplayedTrial& trial, const std::string& study) {
    TextTable bits({{"Layer"}, {"Parameter"}, {"Index"}, {"Bit", Align::right}, {"Before", Align::right}, {"After", Align::right}});
    for (const FaultyValue& value : trial.bits)
        bits.add_row({value.layer, value.parameter, index_text(value), std::to_string(value.bit), number_text(value.before),
                      number_text(value.after)});
    TextTable outcomes({{"Protection"},
                        {"Clean %", Align::right},
                        {"Top-1 %", Align::right},
                        {"SDC %", Align::right},
                        {"DUE %", Align::right},
                        {"In the study"}});
    for (const ReplayedOutcome& one : trial.outcomes) {
        const Outcome& outcome = one.outcome.outcome;
        outcomes.add_row({to_string(one.protection), percent(share(one.clean.correct, one.clean)), percent(share(outcome.correct, outcome)),
                          percent(share(outcome.sdc, outcome)), percent(share(outcome.due, outcome)), stored_text(one)});
    }
    const std::string head = to_string(trial.name, study) + ": " + grouped_text(std::int64_t(trial.bits.size())) +
                             (trial.bits.size() == 1 ? " faulty bit\n" : " faulty bits\n");
    return head + (trial.bits.empty() ? "" : bits.to_string()) + outcomes.to_string();
}

Json outcome_json(const TrialOutcome& trial) {
    const Outcome& outcome = trial.outcome;
    return {{"faults", trial.faults},     {"images", outcome.images},
            {"correct", outcome.correct}, {"correct_argmax", outcome.correct_argmax},
            {"top5", outcome.top5},       {"top5_argmax", outcome.top5_argmax},
            {"due", outcome.due},         {"sdc", outcome.sdc}};
}

Json replay_json(const ReplayedTrial& trial, const std::string& study) {
    Json json;
    json["trial"] = to_string(trial.name, study);
    json["bits"] = Json::array();
    for (const FaultyValue& value : trial.bits)
        json["bits"].push_back({{"layer", value.layer},
                                {"parameter", value.parameter},
                                {"element", value.element},
                                {"index", value.index},
                                {"bit", value.bit},
                                {"before", number_text(value.before)},
                                {"after", number_text(value.after)}});
    json["outcomes"] = Json::array();
    for (const ReplayedOutcome& one : trial.outcomes) {
        Json entry = outcome_json(one.outcome);
        entry["protection"] = to_string(one.protection);
        entry["clean_correct"] = one.clean.correct;
        entry["stored"] = one.stored ? outcome_json(*one.stored) : Json(nullptr);
        if (one.sample) entry["sample"] = sample_json(*one.sample);
        if (one.stored_sample) entry["stored_sample"] = sample_json(*one.stored_sample);
        json["outcomes"].push_back(std::move(entry));
    }
    return json;
}

int run_replay(const ReplayOptions& options, std::stop_source& stop) {
    check_work_options(options.work);
    for (const std::string& file : {options.json, options.images_out}) check_writable_file(file);
    const TrialName name = parse_trial_name(options.trial);
    const Study study = Study::open_to_read(options.study);
    JobRunOptions run;
    run.threads = options.work.threads;
    if (!options.memory.empty()) run.memory_bytes = parse_memory(options.memory);
    const auto detail = options.images_out.empty() ? ReplayDetail::outcomes : ReplayDetail::answers;
    const auto trial = replay_trial(study, name, run, stop.get_token(), options.places, detail);
    if (!trial) {
        std::fputs("clipscope-cli: Interrupted before the trial was repeated; nothing was written.\n", stderr);
        return exit_interrupted;
    }
    const std::string label = std::filesystem::path(options.study).filename().string();
    if (!options.images_out.empty()) write_file(options.images_out, answers_to_csv(*trial));
    if (!options.json.empty()) write_file(options.json, json_text(replay_json(*trial, label)));
    if (options.json != "-" && options.images_out != "-") print(replay_text(*trial, label));
    return exit_done;
}

struct RecoverOptions {
    std::string study;
    std::string output;
};

int run_recover(const RecoverOptions& options) {
    const SalvageReport report = salvage_study(options.study, options.output);
    print(report.text() + "\n");
    return exit_done;
}

}  // namespace

void add_study_command(CLI::App& app, CommandRunner& runner) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("study", "List the jobs of a study and what was injected");
    command->add_option("STUDY", *path, "A .clipscope file")->required();
    command->callback([path, &runner] { runner = [path](std::stop_source&) { return show_study(*path); }; });
}

void add_export_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command = app.add_subcommand("export", "Write the results of a study as tables or JSON");
    command->add_option("STUDY", options->study, "A .clipscope file")->required();
    command
        ->add_option("--csv", options->csv, "Folder for trials.csv, points.csv, fault_lists.csv, thresholds.csv, histograms.csv and others")
        ->type_name("FOLDER");
    add_json_option(*command, options->json);
    command->footer("Example: clipscope-cli export work.clipscope --csv tables");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return export_study(*options); }; });
}

void add_replay_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<ReplayOptions>();
    CLI::App* command =
        app.add_subcommand("replay", "Repeat one trial of a study: its faulty bits, and what comes of them under every protection");
    command->add_option("STUDY", options->study, "A .clipscope file")->required();
    command
        ->add_option("TRIAL", options->trial,
                     "JOB:LAYER:RATE:TRIAL, as in 1:CONV-1:1e-05:12; of a job over bit positions JOB:LAYER:BIT:TRIAL")
        ->required();
    command->add_option("--model", options->places.model, "Where the job's model is now, if it was moved; its SHA-256 is checked")
        ->type_name("FILE");
    command->add_option("--data", options->places.data, "Where the job's images are now, if they were moved; they are checked too")
        ->type_name("FOLDER");
    command->add_option("--threads", options->work.threads, "Workers; 0 takes all cores")->type_name("N")->capture_default_str();
    add_memory_option(*command, options->memory);
    command
        ->add_option(
            "--images-out", options->images_out,
            "CSV with every image's answer without and with the faults, how sure the network is of both, and whether it is the same, "
            "silent (sdc) or detectable (due)")
        ->type_name("FILE");
    add_json_option(*command, options->json);
    command->footer("Example: clipscope-cli replay work.clipscope 1:CONV-1:1e-05:12 --images-out images.csv");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_replay(*options, stop); }; });
}

void add_recover_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<RecoverOptions>();
    CLI::App* command = app.add_subcommand("recover", "Save what is left of a damaged study into a new one");
    command->add_option("STUDY", options->study, "The damaged .clipscope file; it stays as it is")->required();
    command->add_option("--output", options->output, "The new study")->type_name("FILE")->required();
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_recover(*options); }; });
}

}  // namespace clipscope::cli
