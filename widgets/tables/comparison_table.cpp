#include "tables/comparison_table.h"

#include <QHeaderView>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "plots/accuracy_view.h"
#include "tables/empty_text.h"
#include "tables/number_delegate.h"
#include "tables/sorted_rows.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int refresh_ms = 300;

enum Column { rate_column, gain_column, interval_column, worst_column, mean_column, column_total };

// One digit is what a thousand images tell; the tips have two.
QString change(double first, double second, int decimals) {
    return ComparisonTable::tr("%1 → %2").arg(first * 100, 0, 'f', decimals).arg(second * 100, 0, 'f', decimals);
}

QString interval(const PairedDifference& difference, int decimals) {
    if (difference.pairs < 2) return QStringLiteral("–");
    return ComparisonTable::tr("%1…%2").arg(signed_number_text(difference.ci95_low * 100, decimals),
                                            signed_number_text(difference.ci95_high * 100, decimals));
}

QString auc_text(const std::optional<double>& auc) {
    return auc ? QString::number(*auc, 'f', 4) : QStringLiteral("–");
}

// "clipped at ACT_max against unprotected · AUC 0.0040 → 0.7104 (+0.7064, ×179) · cost without faults +0.30 points"
QString summary(const ProtectionComparison& comparison) {
    QString text = ComparisonTable::tr("%1 against %2").arg(protection_name(comparison.second), protection_name(comparison.first));
    text += ComparisonTable::tr(" · AUC %1 → %2").arg(auc_text(comparison.first_auc), auc_text(comparison.second_auc));
    if (comparison.first_auc && comparison.second_auc) {
        QString gain = signed_number_text(*comparison.second_auc - *comparison.first_auc, 4);
        if (comparison.improvement) gain += QStringLiteral(", ") + change_text(*comparison.improvement);
        text += ComparisonTable::tr(" (%1)").arg(gain);
    }
    return text + ComparisonTable::tr(" · cost without faults %1 points").arg(signed_number_text(comparison.clean_cost * 100, 2));
}

QString worst(const RateComparison& rate, int decimals) {
    return rate.first_worst && rate.second_worst ? change(*rate.first_worst, *rate.second_worst, decimals) : QStringLiteral("–");
}

QString tip(const RateComparison& rate, PointAxis axis) {
    const QString place = axis == PointAxis::fault_count ? ComparisonTable::tr("%1 faults in each trial").arg(rate.rate)
                                                         : ComparisonTable::tr("Fault rate %1 per bit").arg(rate_label(rate.rate));
    return ComparisonTable::tr("%1, %2 trials of both\nMean %3 %\nDifference %4 points, its 95 % interval %5\nWorst trial %6 %")
        .arg(place)
        .arg(rate.difference.pairs)
        .arg(change(rate.first_mean, rate.second_mean, 2), signed_number_text(rate.difference.mean * 100, 2), interval(rate.difference, 2),
             worst(rate, 2));
}

QList<QStandardItem*> row_of(const RateComparison& rate, PointAxis axis) {
    const std::pair<QString, double> cells[column_total] = {{rate_label(rate.rate), rate.rate},
                                                            {signed_number_text(rate.difference.mean * 100, 1), rate.difference.mean},
                                                            {interval(rate.difference, 1), rate.difference.ci95_low},
                                                            {worst(rate, 1), rate.second_worst.value_or(2)},
                                                            {change(rate.first_mean, rate.second_mean, 1), rate.second_mean}};
    QList<QStandardItem*> row;
    for (const auto& [text, value] : cells) {
        row << new QStandardItem(text);
        row.back()->setData(value, SortedRows::sort_role);
        row.back()->setToolTip(tip(rate, axis));
        row.back()->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row.back()->setEditable(false);
    }
    return row;
}

}  // namespace

ComparisonTable::ComparisonTable(QWidget* parent) : QWidget(parent), model_(new QStandardItemModel(this)), view_(new QTreeView) {
    new SortedRows(*model_, *view_);
    new EmptyText(tr("A comparison puts the network without protection beside the clipped one under the same faults: choose Compare in the "
                     "FT-ClipAct form. Rate by rate it fills this table."),
                  *view_);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setIndentation(10);
    view_->header()->setMinimumSectionSize(32);
    view_->setAccessibleName(tr("Comparison"));
    view_->setToolTip(
        tr("Configurations under the same faults: differences in points, trial by trial, with their 95 % interval; worst trials and means "
           "in percent of the images, before and after."));
    model_->setHorizontalHeaderLabels({tr("Rate"), tr("Gain"), tr("95 % interval"), tr("Worst, %"), tr("Mean, %")});
    const QString tips[column_total] = {tr("Fault rate per bit, or number of faults"),
                                        tr("In points: mean of the second minus mean of the first, trial by trial"),
                                        tr("Of the gain, over the trials that both have"), tr("The worst trial, before and after"),
                                        tr("Mean over the trials, before and after")};
    for (int column = 0; column < column_total; ++column) {
        model_->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        model_->horizontalHeaderItem(column)->setToolTip(tips[column]);
        view_->setItemDelegateForColumn(column, new NumberDelegate(this));
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    refresh_.setSingleShot(true);
    refresh_.setInterval(refresh_ms);
    connect(&refresh_, &QTimer::timeout, this, &ComparisonTable::show_curves);
    show_curves();
}

void ComparisonTable::set_curves(const AccuracyCurves& curves, AucAxis axis) {
    if (curves.curves.empty() && !source_) return;
    if (curves.curves.empty()) return set_source({});
    set_source([comparisons = compare_protections(curves, curves.info.nonfinite, axis)] { return comparisons; });
}

void ComparisonTable::set_source(Source source) {
    source_ = std::move(source);
    if (!refresh_.isActive()) refresh_.start();
}

void ComparisonTable::show_curves() {
    model_->removeRows(0, model_->rowCount());
    for (const ProtectionComparison& comparison : source_ ? source_() : std::vector<ProtectionComparison>()) {
        auto* head = new QStandardItem(summary(comparison));
        head->setToolTip(head->text());
        head->setEditable(false);
        head->setData(true, SortedRows::fixed_role);
        for (const RateComparison& rate : comparison.rates) head->appendRow(row_of(rate, comparison.axis));
        model_->appendRow(head);
    }
    for (int row = 0; row < model_->rowCount(); ++row) view_->setFirstColumnSpanned(row, {}, true);
    view_->expandAll();
    // The heads reach across all columns; the widths are those of the numbers.
    const QFontMetrics metrics(view_->font());
    const QString widest[column_total] = {QStringLiteral("5×10⁻⁷"), QStringLiteral("+00.0"), QStringLiteral("+00.0…+00.0"),
                                          QStringLiteral("00.0 → 00.0"), QStringLiteral("00.0 → 00.0")};
    for (int column = 0; column < column_total; ++column) {
        const int title = metrics.horizontalAdvance(model_->horizontalHeaderItem(column)->text());
        const int numbers = metrics.horizontalAdvance(widest[column]) + (column == 0 ? 2 * view_->indentation() : 0);
        view_->setColumnWidth(column, std::max(title, numbers) + 14);
    }
}

QSize ComparisonTable::sizeHint() const {
    return {480, 240};
}

}  // namespace clipscope
