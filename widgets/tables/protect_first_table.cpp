#include "tables/protect_first_table.h"

#include "theme/number_text.h"

namespace clipscope {
namespace {

QString text_of(const char* source) {
    return ProtectFirstTable::tr(source);
}

const std::vector<TableColumn>& columns() {
    static const std::vector<TableColumn> all = {
        {text_of("Step"), text_of("In the order in which protecting pays")},
        {text_of("Protected"), text_of("The layer, or bit position, that is protected beside those before it"), false},
        {text_of("Storage, %"), text_of("Bits stored for all that is protected so far, in percent of the network's own bits")},
        {text_of("Mean, %"), text_of("Mean accuracy over the trials with all that is protected so far")},
        {text_of("95 % interval"), text_of("Of the mean accuracy, in percent")},
        {text_of("Gain so far, %"),
         text_of("Of the accuracy that protecting everything gains, what these steps gain together. Above 100 where "
                 "protecting still more would lose again: check bits fail too.")}};
    return all;
}

std::vector<TableCell> cells_of(int step, const QString& name, double storage, const CurvePoint& point, double share) {
    const QString interval =
        QStringLiteral("%1…%2").arg(QString::number(100 * point.ci95_low, 'f', 2), QString::number(100 * point.ci95_high, 'f', 2));
    return {{QString::number(step), double(step)},
            {name},
            {price_text(storage), storage},
            {QString::number(100 * point.mean, 'f', 2), point.mean},
            {interval, point.ci95_low},
            {QString::number(100 * share, 'f', 1), share}};
}

}  // namespace

ProtectFirstTable::ProtectFirstTable(QWidget* parent)
    : CellTable(
          columns(), tr("What to protect first, step by step"),
          tr("Each row has what the rows above it protect, and one more. A click marks the step in the picture and chooses how far the "
             "duel below goes; Ctrl+C copies, the right button exports."),
          tr("Steps come here, the one that pays most first: choose Protect first in the FT-ClipAct form."), parent) {}

void ProtectFirstTable::set_result(const ProtectFirst& found) {
    std::vector<std::vector<TableCell>> rows;
    if (found.unprotected.trials > 0) rows.push_back(cells_of(0, tr("nothing"), 0, found.unprotected, 0));
    for (std::size_t i = 0; i < found.steps.size(); ++i) {
        const ProtectStep& step = found.steps[i];
        const QString name = (i == 0 ? QString() : QStringLiteral("+ ")) + QString::fromStdString(step.name);
        rows.push_back(cells_of(int(i + 1), name, step.storage_percent, step.point, step.gain_share));
    }
    set_rows(rows);
}

}  // namespace clipscope
