#include "report/repeat_command.h"

#include <algorithm>

#include "common/number_text.h"
#include "common/shell_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

class CommandLine {
public:
    explicit CommandLine(const std::string& command) : text_("clipscope-cli " + command) {}

    void word(const std::string& text) { text_ += " " + shell_word(text); }
    void option(const char* name, const std::string& value) { text_ += std::string(" ") + name + " " + shell_word(value); }
    // Where it is not what the command takes by itself.
    void option(const char* name, const std::string& value, const std::string& usual) {
        if (value != usual) option(name, value);
    }
    void flag(const char* name, bool is_set) {
        if (is_set) text_ += std::string(" ") + name;
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string numbers_text(const std::vector<float>& numbers) {
    std::string text;
    for (const float number : numbers) text += (text.empty() ? "" : ",") + number_text(number);
    return text;
}

void add_inputs(CommandLine& line, const JobSettings& settings) {
    const JobSettings usual;
    line.option("--model", settings.model, usual.model);
    line.option("--arch", settings.architecture, "");
    line.option("--state-key", settings.state_key, "");
    line.option("--data", settings.data, "");
    if (settings.picture_size.resize > 0) line.option("--resize", std::to_string(settings.picture_size.resize));
    if (settings.picture_size.crop > 0) line.option("--crop", std::to_string(settings.picture_size.crop));
    line.option("--split", settings.split, usual.split);
    line.option("--images", settings.images);
    line.option("--seed", std::to_string(settings.seed));
    const auto& presets = Normalization::preset_names();
    if (settings.normalization && std::ranges::count(presets, settings.normalization->name) > 0) {
        line.option("--normalize", settings.normalization->name);
    } else if (settings.normalization) {
        line.option("--mean", numbers_text(settings.normalization->mean));
        line.option("--std", numbers_text(settings.normalization->std));
    }
    const MemoryModel& memory = settings.memory;
    line.option("--format", memory.format.to_string(), usual.memory.format.to_string());
    line.option("--kind", to_string(memory.kind), to_string(usual.memory.kind));
    line.option("--bits", memory.bits.to_string(), usual.memory.bits.to_string());
    line.option("--parameters", to_string(memory.parameters), to_string(usual.memory.parameters));
    line.option("--pattern", memory.pattern.to_string(), usual.memory.pattern.to_string());
    line.option("--chunk", std::to_string(settings.chunk), "0");
    line.option("--device", settings.device, usual.device);
}

void add_tuning_images(CommandLine& line, const JobSettings& settings) {
    line.option("--tuning-images", settings.tuning_images);
    line.option("--tuning-split", settings.tuning_split, "");
}

void add_amount(CommandLine& line, const JobSettings& settings) {
    if (settings.faults.empty())
        line.option("--rates", settings.rates);
    else
        line.option("--faults", settings.faults);
    if (settings.trials > 0 || settings.precision == 0) line.option("--trials", std::to_string(settings.trials));
    if (settings.precision > 0) line.option("--precision", number_text(settings.precision));
}

void add_rules(CommandLine& line, const JobSettings& settings) {
    const JobSettings usual;
    line.option("--nonfinite", to_string(settings.nonfinite), to_string(usual.nonfinite));
    line.flag("--exact", settings.exact);
    line.option("--self-check", number_text(settings.self_check), number_text(usual.self_check));
}

void add_measurement(CommandLine& line, const JobSettings& settings) {
    add_amount(line, settings);
    add_rules(line, settings);
    line.option("--auc-axis", to_string(settings.auc_axis), to_string(AucAxis::linear));
    if (is_tuning(settings.kind)) line.option("--scope", settings.place == FaultPlace::everywhere ? "everywhere" : "feeding", "feeding");
}

void add_search(CommandLine& line, const JobSettings& settings) {
    const ThresholdSearchSettings usual;
    line.option("--algorithm", to_string(settings.search.algorithm), to_string(usual.algorithm));
    line.option("--n", std::to_string(settings.search.n), std::to_string(usual.n));
    line.option("--m", std::to_string(settings.search.m), std::to_string(usual.m));
    line.option("--delta", number_text(settings.search.delta), number_text(usual.delta));
    line.option("--protection", settings.protection, "clip");
    line.flag("--greedy", settings.greedy);
}

void add_kind(CommandLine& line, const JobSettings& settings, const std::string& thresholds_file) {
    switch (settings.kind) {
        case JobKind::sensitivity:
            line.option("--layers", settings.layers);
            add_amount(line, settings);
            add_rules(line, settings);
            break;
        case JobKind::bits:
            line.option("--layers", settings.layers);
            line.option("--trials", std::to_string(settings.trials));
            line.option("--nonfinite", to_string(settings.nonfinite), "wrong");
            line.option("--self-check", number_text(settings.self_check), number_text(JobSettings().self_check));
            break;
        case JobKind::compare:
            line.option("--layers", settings.layers);
            if (!settings.protections.empty()) line.option("--protections", settings.protections);
            if (!settings.thresholds.empty()) line.option("--thresholds", thresholds_file);
            add_tuning_images(line, settings);
            add_measurement(line, settings);
            break;
        case JobKind::profile:
            if (!settings.layers.empty()) {
                line.option("--layers", settings.layers);
                line.option("--rates", settings.rates, JobSettings().rates);
                line.option("--trials", std::to_string(settings.trials));
            }
            add_tuning_images(line, settings);
            break;
        case JobKind::sweep:
            line.option("--site", settings.site);
            line.option("--grid", settings.grid);
            line.option("--grid-unit", settings.grid_in_act_max ? "ACT_max" : "T");
            line.option("--protection", settings.protection, "clip");
            add_tuning_images(line, settings);
            add_measurement(line, settings);
            break;
        case JobKind::harden:
            add_search(line, settings);
            add_tuning_images(line, settings);
            add_measurement(line, settings);
            break;
        case JobKind::faults:
            line.flag("--each-line", settings.list.each_line);
            line.flag("--exact", settings.exact);
            break;
    }
}

}  // namespace

std::vector<std::string> repeat_commands(const JobSettings& settings, const std::string& study, const std::string& thresholds_file) {
    std::vector<std::string> lines;
    // A job that was gone on with has the rates of all its runs.
    for (const std::string& rates : split_list(settings.rates, ';')) {
        JobSettings run = settings;
        run.rates = rates;
        CommandLine line(kind_name(run));
        if (run.kind == JobKind::faults) line.word(run.list.path);
        line.option("--study", study);
        add_kind(line, run, thresholds_file);
        add_inputs(line, run);
        lines.push_back(line.text());
    }
    return lines;
}

}  // namespace clipscope
