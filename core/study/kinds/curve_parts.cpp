#include "study/kinds/curve_parts.h"

#include <algorithm>

#include "campaign/sensitivity.h"
#include "common/error.h"
#include "network/network.h"
#include "study/kinds/job_words.h"
#include "study/kinds/job_work.h"

namespace clipscope {

std::string layers_text(const std::string& layers) {
    constexpr std::ptrdiff_t most = 4;
    const std::ptrdiff_t count = std::ranges::count(layers, ',') + 1;
    std::string text;
    std::ptrdiff_t complete = 0;
    for (const char letter : layers) {
        if (letter != ',') {
            text += letter;
            continue;
        }
        ++complete;
        if (count > most && complete == most - 1) return text + ", … (" + std::to_string(count) + ")";
        text += ", ";
    }
    return text;
}

void check_curves(const JobSettings& settings, const Network& network) {
    const auto scopes = parse_fault_scopes(settings.layers, network.memory_parts(), settings.kind->outputs);
    if (settings.precision > 0 && settings.kind->draw)
        throw UsageError("A job of the kind " + kind_name(settings) +
                         " draws faults in a way of its own, which has no strata: ask for trials, not for a precision.");
    if (settings.precision > 0) check_stored_scopes(scopes, "A precision");
    if (!settings.kind->compares_protections) check_thresholds_stored(scopes, network.memory_parts());
}

void run_over_points(JobContext& context) {
    auto specification = context.specification_over_points<SensitivitySpecification>();
    if (context.must_suggest_rates()) {
        if (!complete_sensitivity(context.tuning(), specification, context.sink(), context.stop())) return context.send_stopped();
        context.keep_rates(specification);
    }
    run_sensitivity(context.evaluation(), specification, context.sink(), context.stop());
}

void add_words_over_points(CommandText& command, const JobSettings& settings, const std::string&) {
    command.option("--layers", settings.layers);
    add_amount(command, settings);
    add_rules(command, settings);
    for (const OwnSetting& own : settings.kind->own_settings)
        command.option("--" + std::string(own.name), own_setting(settings, own.name), std::string(own.usual));
}

double passes_over_points(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t) {
    return 1 + trials_over_rates(settings) * passes_a_trial(settings, parts);
}

}  // namespace clipscope
