// A ranking as text, CSV, JSON and LaTeX. Pure functions; the same ranking gives the same bytes, whatever the locale.
#pragma once

#include <cstddef>
#include <string>

#include "report/ranking.h"
#include "report/text_columns.h"

namespace clipscope {

// "1.4e-06", "below 1e-07", "beyond 0.0001": of the measured rates; a dash where none was measured. Two digits.
std::string loss_text(const RankedLoss& loss);
// "1.2e-06…2e-06"; ends outside the measured rates as "below", "beyond".
std::string loss_interval_text(const RankedLoss& loss);

// For people: percent, and numbers with the digits that make sense.
// `intervals`: in columns of their own, or as a second line of the cell before.
enum class RankingIntervals { in_columns, in_lines };
TextColumns layer_columns(const Ranking& ranking, RankingIntervals intervals = RankingIntervals::in_columns);
// At most so many rows.
TextColumns bit_columns(const Ranking& ranking, std::size_t most);

// ranking.csv: a row a curve, best known numbers with all their digits, fractions; nothing where a number is not known. …_is_below: 1
// where as much is lost at the lowest measured rate already.
std::string ranking_csv(const Ranking& ranking);
// A row for each layer and bit position.
std::string bit_ranking_csv(const Ranking& ranking);
std::string ranking_json(const Ranking& ranking);
// A table for the package booktabs, in percent, with a caption that says what was measured.
std::string ranking_latex(const Ranking& ranking);

}  // namespace clipscope
