// rank: which layers and which bits matter most, of a study or of a result's file.
#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "columns_text.h"
#include "command.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common_options.h"
#include "output_files.h"
#include "report/named_job.h"
#include "report/ranking_output.h"

namespace clipscope::cli {

namespace {

struct RankOptions {
    std::string study;
    std::string json;
    std::string csv;
    std::string bits_csv;
    std::string latex;
    std::size_t bits = 10;
};

std::string ranking_text(const Ranking& ranking, std::size_t bits) {
    const CampaignInfo& info = ranking.info;
    std::string text =
        info.model + " on " + grouped_text(info.images) + " images of " + info.data + "; seed " + std::to_string(info.seed) + "\n";
    if (!ranking.layers.empty())
        text += "\nLayers, the most sensitive first; rates per bit, AUC over the " +
                std::string(ranking.auc_axis == AucAxis::linear ? "linear" : "logarithmic") + " rate\n\n" +
                columns_text(layer_columns(ranking));
    if (!ranking.bits.empty() && bits > 0)
        text += "\nBit positions, 0 the least significant, by the accuracy that one faulty bit costs\n\n" +
                columns_text(bit_columns(ranking, bits));
    return text;
}

int run_rank(const RankOptions& options) {
    for (const std::string& file : {options.json, options.csv, options.bits_csv, options.latex}) check_writable_file(file);
    const NamedCurves curves = read_named_curves(options.study);
    if (curves.curves.curves.info.axis == PointAxis::fault_count)
        throw UsageError(
            "'" + options.study +
            "' is over numbers of faults, and a ranking needs fault rates or bit positions: run a sensitivity with --rates, or "
            "name another job (clipscope-cli study lists them)");
    const Ranking ranking = rank_layers(curves.curves.curves, curves.bits, curves.curves.auc_axis);
    if (ranking.layers.empty() && ranking.bits.empty())
        throw Error("'" + options.study + "' has no accuracy curves yet: run a sensitivity first");
    if (!options.bits_csv.empty() && ranking.bits.empty())
        throw UsageError("'" + options.study +
                         "' has no job over bit positions that belongs to these curves: run clipscope-cli bits in the study");
    if (!options.csv.empty()) write_file(options.csv, ranking.layers.empty() ? bit_ranking_csv(ranking) : ranking_csv(ranking));
    if (!options.bits_csv.empty()) write_file(options.bits_csv, bit_ranking_csv(ranking));
    if (!options.latex.empty()) write_file(options.latex, ranking_latex(ranking));
    if (!options.json.empty()) write_file(options.json, ranking_json(ranking));
    const bool prints_file = options.json == "-" || options.csv == "-" || options.bits_csv == "-" || options.latex == "-";
    if (!prints_file) print(ranking_text(ranking, options.bits));
    return exit_done;
}

}  // namespace

void add_rank_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<RankOptions>();
    CLI::App* command = app.add_subcommand(
        "rank", "Rank layers and bit positions by what their faults cost: AUC, the rates at which accuracy is lost, the worst trial");
    command
        ->add_option("STUDY", options->study,
                     "A study (.clipscope), a job of it as in work.clipscope:3, or the JSON file of a result; of a study without a job the "
                     "latest sensitivity counts, with the bit positions that belong to it")
        ->required();
    add_json_option(*command, options->json);
    command->add_option("--csv", options->csv, "The layers as a table, numbers with all their digits")->type_name("FILE");
    command->add_option("--bits-csv", options->bits_csv, "The bit positions of all layers likewise")->type_name("FILE");
    command->add_option("--latex", options->latex, "The tables for LaTeX, with the package booktabs")->type_name("FILE");
    command->add_option("--most-bits", options->bits, "Bit positions that are printed")->type_name("N")->capture_default_str();
    command->footer("Example: clipscope-cli rank work.clipscope --latex ranking.tex --csv ranking.csv");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_rank(*options); }; });
}

}  // namespace clipscope::cli
