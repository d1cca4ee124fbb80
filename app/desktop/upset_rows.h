// What a measured result means in time, as rows of a table, as CSV and in words. Pure functions.
#pragma once

#include <QString>
#include <QStringList>
#include <string>
#include <vector>

#include "campaign/campaign_summary.h"
#include "plots/upset_view.h"
#include "tables/cell_table.h"

namespace clipscope {

// Of curves with exactly one fault in each trial, and of curves over fault rates.
std::vector<TableColumn> single_fault_columns();
std::vector<TableColumn> share_columns();

// A curve has a row for each end of the upset rates, or one where they are equal.
struct UpsetRow {
    std::size_t curve = 0;
    double upsets_per_bit_hour = 0;
    CurveInTime in_time;
};
std::vector<UpsetRow> upset_rows(const CampaignSummary& result, const UpsetConditions& conditions);
// As the columns for its axis say.
std::vector<TableCell> upset_cells(const UpsetRow& row);

// curve, fit_per_mbit, bits, upsets_fit, then the numbers with their intervals.
std::string upset_csv(const std::vector<UpsetRow>& rows, const UpsetConditions& conditions);

// The answer for one curve, at the ends of the upset rates, held against the targets of ISO 26262 where it can be.
QString upset_sentence(const std::vector<UpsetRow>& rows, std::size_t curve, const UpsetConditions& conditions);

// A share, a number of failures: from 100 on whole, below with three digits.
QString upset_number(double value);

}  // namespace clipscope
