#include "tables/worst_bits_table.h"

#include <QTreeView>
#include <algorithm>

#include "campaign/accuracy_curves.h"
#include "common/number_text.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

QString text_of(const char* source) {
    return WorstBitsTable::tr(source);
}

const std::vector<TableColumn>& columns() {
    static const std::vector<TableColumn> all = {
        {text_of("#"), text_of("The worst first; together: in the order in which each is the worst beside those before it")},
        {text_of("Layer"), text_of("The part of the memory that the bit lies in"), false},
        {text_of("Weight"), text_of("The parameter, and the index of the number in it"), false},
        {text_of("Bit"), text_of("Its position in the stored word; 0 is the least significant")},
        {text_of("Before"), text_of("The number as the network reads it without the fault")},
        {text_of("After"), text_of("The number with the fault")},
        {text_of("Accuracy, %"), text_of("What is left with this fault alone; together: with this and all before it")},
        {text_of("SDC, %"),
         text_of("Silent data corruptions: images that get another answer than without the fault, and no NaN or infinity tells")},
        {text_of("DUE, %"), text_of("Detectable errors: images whose outputs are NaN or infinite")}};
    return all;
}

QString index_text(const std::vector<std::int64_t>& index) {
    QStringList numbers;
    for (const std::int64_t one : index) numbers << QString::number(one);
    return numbers.join(QStringLiteral(", "));
}

TableCell number_cell(float number) {
    return {QString::fromStdString(number_text(number)), double(number)};
}

}  // namespace

WorstBitsTable::WorstBitsTable(QWidget* parent)
    : CellTable(
          columns(), tr("The worst bits"),
          tr("Each row is a single stored bit. A double click, or Enter, opens it in One fault closely; Ctrl+C copies, the right button "
             "exports."),
          tr("The bits whose faults lose most come here."), parent) {
    connect(&view(), &QTreeView::activated, this, [this] {
        if (selected_row() >= 0) Q_EMIT bit_opened(selected_row());
    });
}

void WorstBitsTable::set_bits(const std::vector<WorstBit>& bits, NonfiniteRule rule) {
    std::vector<std::vector<TableCell>> rows;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        const FaultyValue& value = bits[i].value;
        const Outcome& outcome = bits[i].outcome;
        const double images = std::max<double>(double(outcome.images), 1);
        const auto share = [&](double part) -> TableCell { return {QString::number(100 * part, 'f', 2), part}; };
        rows.push_back({{QString::number(i + 1), double(i + 1)},
                        {QString::fromStdString(value.layer)},
                        {QStringLiteral("%1 [%2]").arg(QString::fromStdString(value.parameter), index_text(value.index))},
                        {QString::number(value.bit), double(value.bit)},
                        number_cell(value.before),
                        number_cell(value.after),
                        share(accuracy(outcome, rule)),
                        share(double(outcome.sdc) / images),
                        share(double(outcome.due) / images)});
    }
    set_rows(rows);
}

}  // namespace clipscope
