#include "study/kinds/job_words.h"

#include "common/number_text.h"

namespace clipscope {

void add_amount(CommandText& command, const JobSettings& settings) {
    if (settings.faults.empty())
        command.option("--rates", settings.rates);
    else
        command.option("--faults", settings.faults);
    if (settings.trials > 0 || settings.precision == 0) command.option("--trials", std::to_string(settings.trials));
    if (settings.precision > 0) command.option("--precision", number_text(settings.precision));
}

void add_rules(CommandText& command, const JobSettings& settings) {
    const JobSettings usual;
    command.option("--nonfinite", to_string(settings.nonfinite), to_string(usual.nonfinite));
    command.flag("--exact", settings.exact);
    command.option("--self-check", number_text(settings.self_check), number_text(usual.self_check));
}

void add_tuning_images(CommandText& command, const JobSettings& settings) {
    command.option("--tuning-images", settings.tuning_images);
    command.option("--tuning-split", settings.tuning_split, "");
}

void add_measurement(CommandText& command, const JobSettings& settings) {
    add_amount(command, settings);
    add_rules(command, settings);
    command.option("--auc-axis", to_string(settings.auc_axis), to_string(AucAxis::linear));
    if (settings.kind->is_tuning())
        command.option("--scope", settings.place == FaultPlace::everywhere ? "everywhere" : "feeding", "feeding");
}

}  // namespace clipscope
