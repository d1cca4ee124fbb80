#include "report/repeat_command.h"

#include <algorithm>

#include "common/command_text.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

std::string numbers_text(const std::vector<float>& numbers) {
    std::string text;
    for (const float number : numbers) text += (text.empty() ? "" : ",") + number_text(number);
    return text;
}

void add_inputs(CommandText& line, const JobSettings& settings) {
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

}  // namespace

std::vector<std::string> repeat_commands(const JobSettings& settings, const std::string& study, const std::string& thresholds_file) {
    std::vector<std::string> lines;
    // A job that was gone on with has the rates of all its runs.
    for (const std::string& rates : split_list(settings.rates, ';')) {
        JobSettings run = settings;
        run.rates = rates;
        CommandText line("clipscope-cli " + kind_name(run));
        if (run.kind->is_listed()) line.word(run.list.path);
        line.option("--study", study);
        run.kind->add_words(line, run, thresholds_file);
        add_inputs(line, run);
        lines.push_back(line.text());
    }
    return lines;
}

}  // namespace clipscope
