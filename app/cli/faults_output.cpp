#include "faults_output.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "command.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/version.h"
#include "common_options.h"
#include "output_files.h"
#include "text_table.h"

namespace clipscope::cli {

FaultsOutput::FaultsOutput(FaultsOutputOptions options, const JobInputs& inputs, std::span<const ListedTrial> trials,
                           std::stop_source& stop)
    : options_(std::move(options)), inputs_(inputs), trials_(trials), stop_(stop) {
    if (options_.output.empty()) return;
    file_ = std::make_unique<LineFile>(options_.output, "--output");
    file_->write(listed_csv({}));
}

void FaultsOutput::take(const Event& event) {
    if (const auto* finished = std::get_if<ListedTrialFinished>(&event)) {
        add(finished->trial, finished->outcome);
    } else if (const auto* progress = std::get_if<Progress>(&event)) {
        ++computed_;
        progress_.show(progress->done, progress->total, progress->seconds_left, progress->activity);
    } else if (const auto* message = std::get_if<Message>(&event)) {
        message->is_urgent ? progress_.tell(message->text) : progress_.say(message->text);
    } else if (const auto* finished = std::get_if<JobFinished>(&event)) {
        is_stopped_ = finished->end == JobEnd::stopped;
        seconds_ = finished->seconds;
    }
}

void FaultsOutput::add(std::size_t trial, const ListedOutcome& outcome) {
    if (trial >= trials_.size()) return;  // of a study that says so
    totals_.add(outcome);
    waiting_.emplace(trial, outcome);
    for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.erase(first), ++next_)
        write(first->first, first->second);
}

void FaultsOutput::write(std::size_t trial, const ListedOutcome& outcome) {
    if (!file_) return;
    const ListedTrial& listed = trials_[trial];
    const std::array result = {ListedResult{listed.name, listed.line, listed_bits(listed, inputs_.network->memory_parts()), outcome}};
    const std::string text = listed_csv(result);
    file_->write(text.substr(text.find('\n') + 1));
    if (!file_->ok()) stop_.request_stop();
}

int FaultsOutput::finish() {
    progress_.clear();
    // Behind a gap that was not filled.
    for (const auto& [trial, outcome] : std::exchange(waiting_, {})) write(trial, outcome);
    if (file_) file_->close("The results");
    write_json();
    if (options_.json != "-") print(totals_text());
    if (!is_stopped_) return exit_done;
    const std::string& keeper = options_.study.empty() ? options_.output : options_.study;
    std::fprintf(stderr, "clipscope-cli: Interrupted after %lld of %zu trials; '%s' has these.\n", static_cast<long long>(totals_.trials),
                 trials_.size(), keeper.c_str());
    return exit_interrupted;
}

void FaultsOutput::rescue() noexcept {
    progress_.clear();
    try {
        for (const auto& [trial, outcome] : std::exchange(waiting_, {})) write(trial, outcome);
        if (file_) file_->close("The results");
        if (totals_.trials > 0) write_json();
    } catch (const std::exception&) {
        // The failure that ended the job is the one to report.
    }
}

void FaultsOutput::write_json() const {
    if (options_.json.empty()) return;
    nlohmann::ordered_json json = {{"clipscope_version", version()}, {"kind", "faults"},
                                   {"model", inputs_.model_name},    {"model_sha256", inputs_.network->sha256()},
                                   {"data", inputs_.data_name},      {"images", inputs_.images.size()},
                                   {"list", options_.list}};
    json.update(totals_json(totals_));
    json["seconds"] = seconds_;
    write_file(options_.json, json_text(json));
}

std::string FaultsOutput::totals_text() const {
    using Align = TextTable::Align;
    TextTable table({{"On the images, a trial"}, {"Trials", Align::right}, {"%", Align::right}});
    const auto add = [&](const std::string& what, std::int64_t trials) {
        const double share = double(trials) / double(std::max<std::int64_t>(totals_.trials, 1));
        table.add_row({what, grouped_text(trials), fixed_text(100 * share, 2)});
    };
    add("changes no logit", totals_.unchanged);
    add("changes logits, no answer", totals_.same_answers);
    add("changes answers", totals_.other_answers);
    std::string text = inputs_.model_name + " on " + grouped_text(std::int64_t(inputs_.images.size())) + " images of " + inputs_.data_name +
                       ": " + grouped_text(totals_.trials) + " trials";
    if (computed_ < totals_.trials) text += ", " + grouped_text(computed_) + " of them now,";
    if (computed_ > 0)
        text += " in " + duration_text(seconds_) + ", " + rounded_text(double(computed_) / std::max(seconds_, 1e-9), 3) + " a second";
    else
        text += " in the study already";
    text += "\n\n" + table.to_string();
    const std::string& keeper = options_.output.empty() ? options_.study : options_.output;
    return text + "\nEach trial's images are in '" + keeper + "'.\n";
}

}  // namespace clipscope::cli
