#include "tables/duel_table.h"

#include <QStringList>
#include <utility>

#include "plots/accuracy_view.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr int refresh_ms = 300;

QString text_of(const char* source) {
    return DuelTable::tr(source);
}

const std::vector<TableColumn>& columns() {
    static const std::vector<TableColumn> all = {
        {text_of("Protection"), text_of("As the form takes it; one in bold type is efficient at the price that the picture shows"), false},
        {text_of("Mean, %"), text_of("Mean accuracy over the trials at the fault rate that the picture shows")},
        {text_of("95 % interval"), text_of("Of the mean accuracy, in percent")},
        {text_of("Storage, %"), text_of("Bits stored beside the layers' own, in percent of these")},
        {text_of("Operations, %"),
         text_of("Elementary operations for each image, in percent of the network's multiplications: what a program "
                 "pays; a memory that decodes in hardware costs it nothing")},
        {text_of("Clean lost, points"), text_of("Accuracy lost without faults, against the unprotected network; below 0 where it gains")},
        {text_of("AUC"), text_of("Area under accuracy against fault rate: 1 is everything right at every rate")},
        {text_of("AUC, 95 %"), text_of("The 95 % interval of the AUC, over the trials that ran at every rate")},
        {text_of("1 point lost at"),
         text_of("The fault rate per bit at which the mean has fallen one point below the contestant's own clean accuracy; "
                 "in brackets where its interval has")},
        {text_of("10 points lost at"), text_of("The same for ten points")},
        {text_of("Efficient by"), text_of("The price at which none that costs no more keeps more, at this rate"), false}};
    return all;
}

double sort_value(const LossRate& loss) {
    if (loss.rate) return *loss.rate;
    return loss.is_before ? 0 : 2;  // below all rates, beyond all rates
}

QString loss_cell(const LossRate& loss) {
    if (loss.is_before) return DuelTable::tr("below");
    if (!loss.rate) return DuelTable::tr("beyond");
    QString text = rate_label(*loss.rate);
    if (loss.low && loss.high) text += DuelTable::tr(" (%1…%2)").arg(rate_label(*loss.low), rate_label(*loss.high));
    return text;
}

QString ends_text(const Interval& interval, double unit, int decimals) {
    return QStringLiteral("%1…%2").arg(QString::number(unit * interval.low, 'f', decimals),
                                       QString::number(unit * interval.high, 'f', decimals));
}

QString efficient_text(const ContestantRow& row) {
    if (row.is_efficient_by_storage && row.is_efficient_by_operations) return DuelTable::tr("both");
    if (row.is_efficient_by_storage) return DuelTable::tr("storage");
    return row.is_efficient_by_operations ? DuelTable::tr("operations") : QStringLiteral("–");
}

std::vector<TableCell> cells_of(const ContestantRow& one, const ParetoView& view) {
    const DuelRow& row = one.row;
    const bool is_strong = view.cost == DuelCost::storage ? one.is_efficient_by_storage : one.is_efficient_by_operations;
    const QString unknown = QStringLiteral("–");
    std::vector<TableCell> cells;
    cells.push_back({protection_name(view.duel.curves[row.curve].info.protection), std::nan(""), is_strong});
    cells.push_back({QString::number(100 * one.accuracy, 'f', 2), one.accuracy});
    cells.push_back({ends_text(one.ci95, 100, 2), one.ci95.low});
    cells.push_back({price_text(row.price.storage_percent), row.price.storage_percent});
    cells.push_back({price_text(row.price.operations_percent), row.price.operations_percent});
    cells.push_back({signed_number_text(100 * row.clean_loss, 2), row.clean_loss});
    cells.push_back({row.auc ? QString::number(*row.auc, 'f', 4) : unknown, row.auc.value_or(std::nan(""))});
    cells.push_back({one.auc_ci95 ? ends_text(*one.auc_ci95, 1, 4) : unknown, one.auc_ci95 ? one.auc_ci95->low : std::nan("")});
    cells.push_back({loss_cell(row.lost_1_point), sort_value(row.lost_1_point)});
    cells.push_back({loss_cell(row.lost_10_points), sort_value(row.lost_10_points)});
    cells.push_back({efficient_text(one)});
    return cells;
}

}  // namespace

DuelTable::DuelTable(QWidget* parent)
    : CellTable(columns(), tr("Contestants of the duel"),
                tr("What each protection keeps and costs, at the rate and in the scope that the picture shows. A click on a header sorts; "
                   "Ctrl+C copies; the right button exports."),
                tr("The contestants of a duel come here, with what each keeps, costs and loses: choose Duel in the FT-ClipAct form."),
                parent) {
    refresh_.setSingleShot(true);
    refresh_.setInterval(refresh_ms);
    connect(&refresh_, &QTimer::timeout, this, &DuelTable::show_rows);
}

void DuelTable::set_view(const ParetoView& view) {
    const bool is_other = view.rate != shown_.rate || view.layer != shown_.layer || view.cost != shown_.cost;
    shown_ = view;
    if (is_other && isVisible())
        show_rows();
    else if (!refresh_.isActive())
        refresh_.start();
}

void DuelTable::set_intervals(std::function<AucIntervals()> source) {
    source_ = std::move(source);
    if (!refresh_.isActive()) refresh_.start();
}

std::string DuelTable::csv() const {
    return contestants_csv(shown_.duel, shown_layer(shown_), shown_rate(shown_), shown_.auc_axis, source_ ? source_() : AucIntervals());
}

void DuelTable::showEvent(QShowEvent* event) {
    CellTable::showEvent(event);
    show_rows();
}

void DuelTable::show_rows() {
    refresh_.stop();
    if (!isVisible()) return;
    if (!has_points(shown_)) return set_rows({});
    std::vector<std::vector<TableCell>> rows;
    for (const ContestantRow& one :
         contestant_rows(shown_.duel, shown_layer(shown_), shown_rate(shown_), shown_.auc_axis, source_ ? source_() : AucIntervals()))
        rows.push_back(cells_of(one, shown_));
    set_rows(rows);
}

}  // namespace clipscope
