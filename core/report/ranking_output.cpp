#include "report/ranking_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/csv_text.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "report/curve_formats.h"
#include "report/report_numbers.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

bool has_protections(const Ranking& ranking) {
    return std::ranges::any_of(ranking.layers, [](const RankedLayer& row) { return row.protection != Protection::none; });
}

bool has_fatal_bits(const Ranking& ranking) {
    return std::ranges::any_of(ranking.layers, [](const RankedLayer& row) { return row.fatal_bit.has_value(); });
}

std::vector<std::string> layer_cells(const RankedLayer& row, const Ranking& ranking, RankingIntervals intervals) {
    std::vector<std::string> cells = {row.layer};
    const auto add_interval = [&](const std::string& interval) {
        if (intervals == RankingIntervals::in_columns)
            cells.push_back(interval);
        else
            cells.back() += "\n" + interval;
    };
    if (has_protections(ranking)) cells.push_back(to_string(row.protection));
    if (ranking.has_formats()) cells.push_back(row.format.to_string());
    cells.push_back(grouped_text(row.bits));
    cells.push_back(optional_text(row.auc, 4));
    add_interval(row.auc_ci95 ? interval_text(*row.auc_ci95, 1, 4) : no_number);
    for (const RankedLoss* loss : {&row.lost_1_point, &row.lost_10_points}) {
        cells.push_back(loss_text(*loss));
        add_interval(loss_interval_text(*loss));
    }
    cells.push_back(row.worst ? percent_text(*row.worst) : no_number);
    add_interval(row.worst ? "at " + rounded_text(row.worst_rate, 3) : no_number);
    cells.push_back(row.loss_share ? fixed_text(*row.loss_share * 100, 1) : no_number);
    if (has_fatal_bits(ranking)) cells.push_back(row.fatal_bit ? std::to_string(row.fatal_bit->bit) : no_number);
    return cells;
}

Json loss_json(const RankedLoss& loss) {
    return {{"rate", optional_number(loss.at.rate)},
            {"low", optional_number(loss.at.low)},
            {"high", optional_number(loss.at.high)},
            {"is_below_measured", loss.at.is_before},
            {"is_low_below_measured", loss.is_low_before},
            {"is_high_below_measured", loss.is_high_before},
            {"lowest_measured", optional_number(loss.lowest_rate)},
            {"highest_measured", optional_number(loss.highest_rate)}};
}

Json interval_json(const std::optional<Interval>& interval) {
    return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json bit_json(const RankedBit& row) {
    return {{"layer", row.layer},
            {"format", row.format.to_string()},
            {"bit", row.bit},
            {"trials", row.trials},
            {"clean", row.clean},
            {"mean", row.mean},
            {"loss", row.loss()},
            {"ci95", {row.ci95.low, row.ci95.high}},
            {"worst", optional_number(row.worst)}};
}

void add_loss(const RankedLoss& loss, CsvText& table) {
    table.add(loss.at.rate).add(loss.at.low).add(loss.at.high);
    for (const bool is_below : {loss.at.is_before, loss.is_low_before, loss.is_high_before})
        table.add(loss.lowest_rate ? std::to_string(int(is_below)) : std::string());
}

// Letters that LaTeX reads as commands; the dashes and dots that people read.
std::string latex_text(const std::string& text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (text.compare(i, 3, "…") == 0) {
            escaped += "--";
            i += 2;
        } else if (text.compare(i, 3, "–") == 0) {
            escaped += "---";
            i += 2;
        } else if (letter == '\\') {
            escaped += "\\textbackslash{}";
        } else if (letter == '~' || letter == '^') {
            escaped += std::string("\\") + letter + "{}";
        } else {
            if (std::string("&%$#_{}").find(letter) != std::string::npos) escaped += '\\';
            escaped += letter;
        }
    }
    return escaped;
}

std::string latex_row(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) line += (line.empty() ? "" : " & ") + latex_text(cell);
    return line + " \\\\\n";
}

std::string latex_table(const TextColumns& table, const std::string& caption, const std::string& label) {
    std::string alignment;
    for (const bool is_number : table.is_number) alignment += is_number ? 'r' : 'l';
    std::string text = "\\begin{table}\n  \\centering\n  \\caption{" + latex_text(caption) + "}\n  \\label{" + label +
                       "}\n  \\begin{tabular}{" + alignment + "}\n    \\toprule\n    " + latex_row(table.names) + "    \\midrule\n";
    for (const auto& row : table.rows) text += "    " + latex_row(row);
    return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace

std::string loss_text(const RankedLoss& loss) {
    if (loss.at.rate) return rounded_text(*loss.at.rate, 2);
    if (!loss.lowest_rate) return no_number;
    return loss.at.is_before ? "below " + rounded_text(*loss.lowest_rate, 2) : "beyond " + rounded_text(*loss.highest_rate, 2);
}

std::string loss_interval_text(const RankedLoss& loss) {
    if (!loss.lowest_rate) return no_number;
    const std::string low = loss.at.low ? rounded_text(*loss.at.low, 2) : loss.is_low_before ? "below" : "beyond";
    const std::string high = loss.at.high ? rounded_text(*loss.at.high, 2) : loss.is_high_before ? "below" : "beyond";
    return low == high ? low : low + "…" + high;
}

TextColumns layer_columns(const Ranking& ranking, RankingIntervals intervals) {
    TextColumns table;
    table.add_column("Layer", false);
    if (has_protections(ranking)) table.add_column("Protection", false);
    if (ranking.has_formats()) table.add_column("Format", false);
    table.add_column("Bits");
    const bool in_columns = intervals == RankingIntervals::in_columns;
    for (const char* name : {"AUC", "1 point lost at", "10 points lost at"}) {
        table.add_column(name);
        if (in_columns) table.add_column("95 %");
    }
    table.add_column("Worst trial, %");
    if (in_columns) table.add_column("at");
    table.add_column("Share, %");
    if (has_fatal_bits(ranking)) table.add_column("Most fatal bit");
    for (const RankedLayer& row : ranking.layers) table.rows.push_back(layer_cells(row, ranking, intervals));
    return table;
}

TextColumns bit_columns(const Ranking& ranking, std::size_t most) {
    TextColumns table;
    table.add_column("Layer", false);
    if (ranking.has_formats()) table.add_column("Format", false);
    for (const char* name : {"Bit", "Mean, %", "95 %", "Lost, points", "Worst trial, %", "Trials"}) table.add_column(name);
    for (const RankedBit& row : ranking.bits) {
        if (table.rows.size() == most) break;
        auto& cells = table.rows.emplace_back(std::vector{row.layer});
        if (ranking.has_formats()) cells.push_back(row.format.to_string());
        for (const std::string& cell :
             {std::to_string(row.bit), percent_text(row.mean), interval_text(row.ci95, 100, 2), percent_text(row.loss()),
              row.worst ? percent_text(*row.worst) : std::string(no_number), std::to_string(row.trials)})
            cells.push_back(cell);
    }
    return table;
}

std::string ranking_csv(const Ranking& ranking) {
    CsvText table({"layer",
                   "path",
                   "protection",
                   "format",
                   "bits",
                   "clean_fraction",
                   "auc",
                   "auc_ci95_low",
                   "auc_ci95_high",
                   "lowest_rate",
                   "highest_rate",
                   "rate_1_point_lost",
                   "rate_1_point_lost_low",
                   "rate_1_point_lost_high",
                   "rate_1_point_lost_is_below",
                   "rate_1_point_lost_low_is_below",
                   "rate_1_point_lost_high_is_below",
                   "rate_10_points_lost",
                   "rate_10_points_lost_low",
                   "rate_10_points_lost_high",
                   "rate_10_points_lost_is_below",
                   "rate_10_points_lost_low_is_below",
                   "rate_10_points_lost_high_is_below",
                   "worst_fraction",
                   "worst_rate",
                   "network_loss_share",
                   "fatal_bit",
                   "fatal_bit_mean_fraction"});
    for (const RankedLayer& row : ranking.layers) {
        const auto low = row.auc_ci95 ? std::optional(row.auc_ci95->low) : std::nullopt;
        const auto high = row.auc_ci95 ? std::optional(row.auc_ci95->high) : std::nullopt;
        table.add(row.layer).add(row.path).add(to_string(row.protection)).add(row.format.to_string()).add(row.bits);
        table.add(row.clean).add(row.auc).add(low).add(high).add(row.lost_1_point.lowest_rate).add(row.lost_1_point.highest_rate);
        for (const RankedLoss* loss : {&row.lost_1_point, &row.lost_10_points}) add_loss(*loss, table);
        table.add(row.worst).add(row.worst ? std::optional(row.worst_rate) : std::nullopt).add(row.loss_share);
        table.add(row.fatal_bit ? std::to_string(row.fatal_bit->bit) : std::string());
        table.add(row.fatal_bit ? std::optional(row.fatal_bit->mean) : std::nullopt);
        table.end_row();
    }
    return table.text();
}

std::string bit_ranking_csv(const Ranking& ranking) {
    CsvText table({"layer", "format", "bit", "trials", "clean_fraction", "mean_fraction", "ci95_low_fraction", "ci95_high_fraction",
                   "worst_fraction"});
    for (const RankedBit& row : ranking.bits) {
        table.add(row.layer).add(row.format.to_string()).add(row.bit).add(row.trials).add(row.clean).add(row.mean);
        table.add(row.ci95.low).add(row.ci95.high).add(row.worst);
        table.end_row();
    }
    return table.text();
}

std::string ranking_json(const Ranking& ranking) {
    Json json = {{"kind", "ranking"},         {"model", ranking.info.model},
                 {"data", ranking.info.data}, {"images", ranking.info.images},
                 {"seed", ranking.info.seed}, {"auc_axis", to_string(ranking.auc_axis)}};
    json["layers"] = Json::array();
    for (const RankedLayer& row : ranking.layers)
        json["layers"].push_back({{"layer", row.layer},
                                  {"path", row.path},
                                  {"protection", to_string(row.protection)},
                                  {"format", row.format.to_string()},
                                  {"bits", row.bits},
                                  {"clean", row.clean},
                                  {"auc", optional_number(row.auc)},
                                  {"auc_ci95", interval_json(row.auc_ci95)},
                                  {"lost_1_point", loss_json(row.lost_1_point)},
                                  {"lost_10_points", loss_json(row.lost_10_points)},
                                  {"worst", optional_number(row.worst)},
                                  {"worst_rate", row.worst ? Json(row.worst_rate) : Json(nullptr)},
                                  {"network_loss_share", optional_number(row.loss_share)},
                                  {"fatal_bit", row.fatal_bit ? bit_json(*row.fatal_bit) : Json(nullptr)}});
    json["bits"] = Json::array();
    for (const RankedBit& row : ranking.bits) json["bits"].push_back(bit_json(row));
    return json_text(json);
}

std::string ranking_latex(const Ranking& ranking) {
    const std::string about = ranking.info.model + ", " + ranking.info.data + ", " + grouped_text(ranking.info.images) + " images, " +
                              formats_text(ranking.formats) + ", seed " + std::to_string(ranking.info.seed);
    std::string text = "% Needs \\usepackage{booktabs}.\n";
    if (!ranking.layers.empty())
        text += latex_table(layer_columns(ranking),
                            "Layers by the area under accuracy against fault rate per bit, the most sensitive first (" + about + ").",
                            "tab:layers");
    constexpr std::size_t most_bits = 20;
    if (!ranking.bits.empty())
        text += latex_table(bit_columns(ranking, most_bits), "Bit positions by the accuracy that one faulty bit costs (" + about + ").",
                            "tab:bits");
    return text;
}

}  // namespace clipscope
