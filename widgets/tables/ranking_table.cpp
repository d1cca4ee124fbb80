#include "tables/ranking_table.h"

#include <QAction>
#include <QTreeView>
#include <cmath>
#include <limits>

#include "plots/accuracy_view.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString ranking_words(const char* source) {
    return RankingTable::tr(source);
}

const std::vector<TableColumn>& ranking_columns() {
    static const std::vector<TableColumn> all = {
        {ranking_words("Faults in"),
         ranking_words(
             "The layer, or all of them together (network), its number format where there are several, and its protection where it "
             "has one"),
         false},
        {ranking_words("AUC"),
         ranking_words("Area under mean accuracy against fault rate: 1 is everything right at every rate; the smaller, the more "
                       "sensitive")},
        {ranking_words("AUC, 95 %"), ranking_words("The 95 % interval of the AUC, over the trials that ran at every rate")},
        {ranking_words("1 point lost at"),
         ranking_words(
             "The fault rate per bit at which the mean has fallen one point below the clean accuracy; in brackets where the ends of "
             "its 95 % interval have")},
        {ranking_words("10 points lost at"), ranking_words("The same for ten points")},
        {ranking_words("Worst trial, %"), ranking_words("The lowest accuracy of any trial of all images, at any rate")},
        {ranking_words("Share, %"),
         ranking_words(
             "Of the area that faults in the whole network take, that of faults in this layer alone; shares need not add up to 100 %")},
        {ranking_words("Fatal bit"),
         ranking_words("The position whose single faults cost most, from a job over bit positions; 0 is the least significant")},
        {ranking_words("Bits"), ranking_words("Stored bits that may be faulty")}};
    return all;
}

QString end_text(const std::optional<double>& rate, bool is_before) {
    if (rate) return rate_label(*rate);
    return is_before ? RankingTable::tr("below") : RankingTable::tr("beyond");
}

TableCell loss_of_row(const RankedLoss& loss) {
    if (!loss.lowest_rate) return {QStringLiteral("–")};
    if (!loss.at.rate) {
        const QString text = loss.at.is_before ? RankingTable::tr("below") : RankingTable::tr("beyond");
        return {text, loss.at.is_before ? 0 : std::numeric_limits<double>::infinity()};
    }
    const QString low = end_text(loss.at.low, loss.is_low_before);
    const QString high = end_text(loss.at.high, loss.is_high_before);
    return {QStringLiteral("%1 (%2…%3)").arg(rate_label(*loss.at.rate), low, high), *loss.at.rate};
}

TableCell number_of_row(const std::optional<double>& number, double unit, int decimals) {
    if (!number) return {QStringLiteral("–")};
    return {QString::number(unit * *number, 'f', decimals), *number};
}

std::vector<TableCell> cells_of_row(const RankedLayer& row, bool has_formats) {
    QString name = QString::fromStdString(row.layer);
    if (has_formats) name += QStringLiteral(" · ") + QString::fromStdString(row.format.to_string());
    if (row.protection != Protection::none) name += QStringLiteral(", ") + protection_name(row.protection);
    const QString interval =
        row.auc_ci95 ? QStringLiteral("%1…%2").arg(QString::number(row.auc_ci95->low, 'f', 4), QString::number(row.auc_ci95->high, 'f', 4))
                     : QStringLiteral("–");
    const auto fatal = row.fatal_bit ? std::optional<double>(row.fatal_bit->bit) : std::nullopt;
    return {{name},
            number_of_row(row.auc, 1, 4),
            {interval, row.auc_ci95 ? row.auc_ci95->low : std::nan("")},
            loss_of_row(row.lost_1_point),
            loss_of_row(row.lost_10_points),
            number_of_row(row.worst, 100, 2),
            number_of_row(row.loss_share, 100, 1),
            number_of_row(fatal, 1, 0),
            {grouped(row.bits), double(row.bits)}};
}

}  // namespace

RankingTable::RankingTable(QWidget* parent)
    : CellTable(ranking_columns(), tr("Layers, ranked"),
                tr("Which layer is most sensitive, the first at the top. A click selects the layer everywhere; a click on a header sorts; "
                   "Ctrl+C copies; the right button exports."),
                tr("The layers come here, the most sensitive first, once a sensitivity over fault rates has run."), parent) {
    auto* latex = new QAction(tr("Export as &LaTeX…"), this);
    latex->setToolTip(tr("The table as it stands in a paper, with the package booktabs"));
    connect(latex, &QAction::triggered, this, &RankingTable::latex_requested);
    view().addAction(latex);
    connect(this, &CellTable::row_selected, this, [this](int row) {
        if (row >= 0 && row < int(ranking_.layers.size()))
            Q_EMIT layer_chosen(QString::fromStdString(ranking_.layers[std::size_t(row)].layer));
    });
}

void RankingTable::set_ranking(const Ranking& ranking) {
    ranking_ = ranking;
    std::vector<std::vector<TableCell>> rows;
    for (const RankedLayer& row : ranking_.layers) rows.push_back(cells_of_row(row, ranking_.has_formats()));
    set_rows(rows);
}

void RankingTable::select_layer(const QString& layer) {
    int found = -1;
    for (int row = int(ranking_.layers.size()) - 1; row >= 0; --row)
        if (QString::fromStdString(ranking_.layers[std::size_t(row)].layer) == layer) found = row;
    select_row(found);
}

}  // namespace clipscope
