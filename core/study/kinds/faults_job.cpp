#include "study/kinds/faults_job.h"

#include <filesystem>

#include "campaign/fault_list_run.h"
#include "common/command_text.h"
#include "network/network.h"
#include "study/job_context.h"
#include "study/kinds/job_work.h"
#include "study/listed_trials.h"

namespace clipscope {
namespace {

std::string name_of_list(const JobSettings& settings) {
    return std::filesystem::path(settings.list.path).filename().string();
}

std::string title_of_list(const JobSettings& settings) {
    return "Fault list: " + name_of_list(settings);
}

// The list itself was checked when it was read.
void check_list(const JobSettings&, const Network&) {}

void run_list(JobContext& context) {
    FaultListSpecification specification;
    specification.trials = read_listed_trials(context.study(), context.job().id, context.evaluation().network->memory_parts());
    specification.threads = context.options().threads;
    specification.chunk = context.settings().chunk;
    specification.device = context.settings().device;
    specification.memory_bytes = context.options().memory_bytes;
    specification.exact = context.settings().exact;
    specification.known = context.writer().known_listed();
    specification.share = context.options().share;
    run_fault_list(context.evaluation(), specification, context.sink(), context.stop());
}

void add_words_of_list(CommandText& command, const JobSettings& settings, const std::string&) {
    command.flag("--each-line", settings.list.each_line);
    command.flag("--exact", settings.exact);
}

double passes_of_list(const JobSettings& settings, const std::vector<LayerInfo>&, std::size_t) {
    return 1 + share_of_single_bits * double(settings.list.trials);
}

std::string faults_in_list(const JobSettings&) {
    return "as listed";
}

}  // namespace

constinit const JobDefinition faults_job{.id = "faults",
                                         .results = JobResults::listed,
                                         .title = title_of_list,
                                         .check = check_list,
                                         .run = run_list,
                                         .add_words = add_words_of_list,
                                         .passes = passes_of_list,
                                         .faults_in = faults_in_list,
                                         .what = name_of_list};

}  // namespace clipscope
