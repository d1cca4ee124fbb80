#include "study/kinds/bits_job.h"

#include "campaign/bit_positions.h"
#include "common/number_text.h"
#include "study/kinds/curve_parts.h"
#include "study/kinds/job_work.h"

namespace clipscope {
namespace {

std::string title_of_bits(const JobSettings& settings) {
    return "Bit positions: " + layers_text(settings.layers);
}

void run_bits(JobContext& context) {
    run_bit_positions(context.evaluation(), context.specification<BitPositionSpecification>(), context.sink(), context.stop());
}

void add_words_of_bits(CommandText& command, const JobSettings& settings, const std::string&) {
    command.option("--layers", settings.layers);
    command.option("--trials", std::to_string(settings.trials));
    command.option("--nonfinite", to_string(settings.nonfinite), "wrong");
    command.option("--self-check", number_text(settings.self_check), number_text(JobSettings().self_check));
}

double passes_of_bits(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t) {
    return 1 + share_of_single_bits * settings.memory.format.bits() * settings.trials * passes_a_trial(settings, parts);
}

}  // namespace

constinit const JobDefinition bits_job{.id = "bits",
                                       .results = JobResults::curves,
                                       .title = title_of_bits,
                                       .check = check_curves,
                                       .run = run_bits,
                                       .add_words = add_words_of_bits,
                                       .passes = passes_of_bits,
                                       .axis = PointAxis::bit_position,
                                       .form = JobForm::sensitivity,
                                       .next_step = NextStep::harden};

}  // namespace clipscope
