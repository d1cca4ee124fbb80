#include "tables/comparison_table.h"

#include <QHeaderView>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <utility>

#include "plots/accuracy_view.h"
#include "tables/number_delegate.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int refresh_ms = 300;

QString percent(double fraction) {
    return QString::number(fraction * 100, 'f', 2);
}

QString with_sign(double value, int decimals) {
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QString::number(std::abs(value), 'f', decimals);
}

QString interval(const PairedDifference& difference) {
    if (difference.pairs < 2) return {};
    return ComparisonTable::tr("%1 to %2").arg(with_sign(difference.ci95_low * 100, 2), with_sign(difference.ci95_high * 100, 2));
}

QString auc_text(const std::optional<double>& auc) {
    return auc ? QString::number(*auc, 'f', 4) : QStringLiteral("–");
}

// "clipped at ACT_max / unprotected · AUC 0.2146 → 0.7104 (+231.0 %)"
QString summary(const ProtectionComparison& comparison) {
    QString text = ComparisonTable::tr("%1 against %2").arg(protection_name(comparison.second), protection_name(comparison.first));
    text += ComparisonTable::tr(" · AUC %1 → %2").arg(auc_text(comparison.first_auc), auc_text(comparison.second_auc));
    if (comparison.improvement) text += ComparisonTable::tr(" (%1 %)").arg(with_sign(*comparison.improvement * 100, 1));
    return text + ComparisonTable::tr(" · cost without faults %1 points").arg(with_sign(comparison.clean_cost * 100, 2));
}

QList<QStandardItem*> row_of(const RateComparison& rate) {
    QList<QStandardItem*> row;
    for (const QString& text :
         {rate_label(rate.rate), percent(rate.first_mean), percent(rate.second_mean), with_sign(rate.difference.mean * 100, 2),
          interval(rate.difference), percent(rate.first_worst), percent(rate.second_worst)}) {
        row << new QStandardItem(text);
        row.back()->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row.back()->setEditable(false);
    }
    return row;
}

}  // namespace

ComparisonTable::ComparisonTable(QWidget* parent) : QWidget(parent), model_(new QStandardItemModel(this)), view_(new QTreeView) {
    view_->setModel(model_);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(tr("Comparison"));
    view_->setToolTip(
        tr("Configurations under the same faults: means and worst trials in percent of the images, differences in points, trial by trial, "
           "with their 95 % interval. A comparison (job panel, FT-ClipAct) fills it."));
    for (int column = 0; column < 7; ++column) view_->setItemDelegateForColumn(column, new NumberDelegate(this));
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
    model_->clear();
    model_->setHorizontalHeaderLabels({tr("Fault rate per bit"), tr("Before, %"), tr("After, %"), tr("Difference"), tr("95 % interval"),
                                       tr("Worst before, %"), tr("Worst after, %")});
    for (int column = 0; column < model_->columnCount(); ++column)
        model_->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    for (const ProtectionComparison& comparison : source_ ? source_() : std::vector<ProtectionComparison>()) {
        auto* head = new QStandardItem(summary(comparison));
        head->setToolTip(head->text());
        head->setEditable(false);
        model_->appendRow(head);
        for (const RateComparison& rate : comparison.rates) head->appendRow(row_of(rate));
        view_->setFirstColumnSpanned(model_->rowCount() - 1, {}, true);
    }
    view_->expandAll();
    for (int column = 1; column < model_->columnCount(); ++column) view_->resizeColumnToContents(column);
    view_->setColumnWidth(0, 150);
}

QSize ComparisonTable::sizeHint() const {
    return {480, 240};
}

}  // namespace clipscope
