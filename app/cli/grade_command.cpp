// grade: hand-ins of a lab as a table: what was done, what is right, and whether the results are those of the student's seed.
#include <CLI/App.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "common/error.h"
#include "common/text_list.h"
#include "common_options.h"
#include "labs/grading.h"
#include "output_files.h"
#include "progress_line.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

struct GradeOptions {
    std::vector<std::string> hand_ins;
    std::string key;
    std::string check;
    std::string replay = "all";
    int threads = 0;
    std::string csv;
    std::string json;
    bool answers = false;
};

// A file, or the name of a lab that comes with ClipScope.
std::string lab_file(const std::string& name) {
    std::error_code ignored;
    if (std::filesystem::exists(name, ignored)) return name;
    const std::vector<std::string> bundled = bundled_labs();
    const auto found =
        std::ranges::find(bundled, name, [](const std::string& file) { return std::filesystem::path(file).stem().string(); });
    return found == bundled.end() ? name : *found;
}

int replayed_trials(const std::string& text) {
    if (text == "all") return -1;
    const bool is_number = !text.empty() && text.size() < 7 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) throw UsageError("'" + text + "' is no number of trials: give --replay a whole number, 0 for none, or all");
    return std::stoi(text);
}

std::string verdict_on(const Grade& grade) {
    if (!grade.changed.empty()) return grade.changed + " was changed";
    if (!grade.is_own_seed) return "not the seed of this name";
    if (!grade.trouble.empty()) return "could not be repeated";
    if (grade.different > 0) return std::to_string(grade.different) + " of " + std::to_string(grade.repeated) + " results are others";
    return grade.repeated > 0 ? std::to_string(grade.repeated) + " results repeated, all the same" : "as it was written";
}

std::string late_predictions(const Grade& grade) {
    int given = 0;
    int late = 0;
    for (const GradedStep& step : grade.steps) {
        given += step.work.prediction.has_value();
        late += step.work.was_predicted_late;
    }
    return std::to_string(given) + (late > 0 ? " (" + std::to_string(late) + " late)" : "");
}

std::string grades_table(const std::vector<Grade>& grades) {
    using Align = TextTable::Align;
    TextTable table({{"Student"},
                     {"Seed", Align::right},
                     {"Steps done", Align::right},
                     {"Predictions", Align::right},
                     {"Right answers", Align::right},
                     {"Results"}});
    for (const Grade& grade : grades)
        table.add_row({printable(grade.student, 40), std::to_string(grade.seed),
                       std::to_string(grade.complete) + " of " + std::to_string(grade.steps.size()), late_predictions(grade),
                       std::to_string(grade.right) + " of " + std::to_string(grade.questions), verdict_on(grade)});
    return table.to_string();
}

// What a student wrote makes no line of its own here.
std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    constexpr std::size_t longest = 4000;
    return printable(text, longest);
}

std::string answers_text(const Lab& key, const std::vector<Grade>& grades) {
    std::string text;
    for (const Grade& grade : grades) {
        text += "\n" + printable(grade.student, 80) + "\n";
        for (std::size_t step = 0; step < grade.steps.size(); ++step) {
            const auto& question = key.steps[step].question;
            if (!question) continue;
            const GradedStep& graded = grade.steps[step];
            text += "  " + graded.review.title + ": " + (graded.work.reply ? one_line(reply_text(*graded.work.reply, *question)) : "-");
            const std::string verdict = to_string(graded.review.verdict);
            text += "  [" + verdict;
            if (graded.review.verdict == AnswerVerdict::wrong) text += ", right is " + reply_text(*graded.review.right, *question);
            text += "]\n";
        }
    }
    return text;
}

int check_lab(const GradeOptions& options) {
    const Lab lab = read_lab(lab_file(options.check));
    int jobs = 0;
    int questions = 0;
    for (const LabStep& step : lab.steps) {
        jobs += step.job.has_value();
        questions += step.answer.has_value();
    }
    print("'" + options.check + "' is a lab: " + lab.title + ", " + std::to_string(lab.steps.size()) + " steps, " + std::to_string(jobs) +
          " of them with a job, " + std::to_string(questions) + " with an answer.\n");
    return exit_done;
}

int run_grade(const GradeOptions& options, std::stop_source& stop) {
    if (!options.check.empty()) return check_lab(options);
    if (options.key.empty()) throw UsageError("The lab with its answers is missing: give it with --key LAB.json");
    if (options.hand_ins.empty()) throw UsageError("There is nothing to grade: name the files that students handed in");
    check_at_least("--threads", options.threads, 0);
    const GradingOptions grading{replayed_trials(options.replay), options.threads};
    for (const std::string& file : {options.csv, options.json}) check_writable_file(file);
    const Lab key = read_lab(lab_file(options.key));
    std::vector<Grade> grades;
    std::vector<std::string> troubles;
    ProgressLine line;
    for (std::size_t i = 0; i < options.hand_ins.size(); ++i) {
        const auto show = [&](const std::string& student, int step, int steps) {
            const double share = (double(i) + double(step) / double(steps)) / double(options.hand_ins.size());
            line.show(share, -1, student + ", step " + std::to_string(step + 1));
        };
        try {
            auto graded = grade(options.hand_ins[i], key, grading, show, stop.get_token());
            if (!graded) return exit_interrupted;
            if (!graded->trouble.empty()) troubles.push_back("'" + graded->file + "': " + graded->trouble);
            grades.push_back(std::move(*graded));
        } catch (const Error& error) {
            const std::string sentence = error.what();
            const bool is_named = sentence.find(options.hand_ins[i]) != std::string::npos;
            troubles.push_back(is_named ? sentence : "'" + options.hand_ins[i] + "': " + sentence);
        }
    }
    line.clear();
    if (!options.csv.empty()) write_file(options.csv, grades_csv(grades));
    if (!options.json.empty()) write_file(options.json, grades_json(key, grades));
    if (options.json != "-" && options.csv != "-")
        print(key.title + "\n\n" + grades_table(grades) + (options.answers ? answers_text(key, grades) : ""));
    for (const std::string& trouble : troubles) std::fprintf(stderr, "clipscope-cli: %s\n", trouble.c_str());
    return troubles.empty() ? exit_done : exit_failed;
}

}  // namespace

void add_grade_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<GradeOptions>();
    CLI::App* command = app.add_subcommand("grade", "Judge what students handed in of a lab");
    command->add_option("hand-ins", options->hand_ins, "Files that 'Hand in' wrote")->type_name("FILE.zip")->take_all();
    command->add_option("--key", options->key, "The lab with its answers: a file, or the name of one that comes with ClipScope")
        ->type_name("LAB.json");
    command->add_option("--check", options->check, "Only read this lab and say what is wrong with it")->type_name("LAB.json");
    command
        ->add_option("--replay", options->replay,
                     "Measure so many trials of each point again and compare them with what the study has: a number, 0 for nothing, or all")
        ->type_name("N|all")
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Workers; 0 takes all cores; results do not depend on it")
        ->type_name("N")
        ->capture_default_str();
    command->add_flag("--answers", options->answers, "Every answer below the table, free texts too");
    command->add_option("--csv", options->csv, "The table as CSV; - prints it instead")->type_name("FILE");
    command->add_option("--json", options->json, "All of it as JSON, step by step; - prints it instead")->type_name("FILE");
    command->footer(
        "Status 1 where a file is no hand-in of the lab or could not be measured again; the others are in the table.\n"
        "Example: clipscope-cli grade hand-ins/*.zip --key which-layer --csv grades.csv");
    command->callback([options, &runner] { runner = [options](std::stop_source& stop) { return run_grade(*options, stop); }; });
}

}  // namespace clipscope::cli
