#include "tables/site_table.h"

#include <QTreeView>
#include <algorithm>

#include "tables/number_delegate.h"
#include "tables/site_table_model.h"

namespace clipscope {

SiteTable::SiteTable(QWidget* parent) : SiteTable(new SiteTableModel, parent) {}

SiteTable::SiteTable(SiteTableModel* model, QWidget* parent)
    : SelectionTable(model, tr("Activation sites"),
                     tr("Open a model: its activation sites come here. Profile or harden it, and each gets its ACT_max and its threshold."),
                     parent),
      model_(model) {
    model->setParent(this);
    for (int column = SiteTableModel::act_max_column; column <= SiteTableModel::evaluations_column; ++column)
        view().setItemDelegateForColumn(column, new NumberDelegate(this));
    connect(this, &SelectionTable::name_selected, this, &SiteTable::site_selected);
}

void SiteTable::set_sites(const std::vector<SiteInfo>& sites) {
    model_->set_sites(sites);
    has_results_ = false;
    fit_columns();
}

void SiteTable::set_results(const TuningResult& result) {
    model_->set_results(result);
    // Once, when the first numbers are there: later the widths are the user's.
    if (!has_results_) fit_columns();
    has_results_ = true;
}

void SiteTable::clear_results() {
    model_->clear_results();
}

void SiteTable::fit_columns() {
    for (int column = 0; column < SiteTableModel::column_total; ++column) view().resizeColumnToContents(column);
    // Room for the numbers that are still to come.
    const int number_width = view().fontMetrics().horizontalAdvance(QStringLiteral("000.00000"));
    for (int column = SiteTableModel::act_max_column; column <= SiteTableModel::auc_after_column; ++column)
        view().setColumnWidth(column, std::max(view().columnWidth(column), number_width));
    // A sentence: as much of it as leaves the table readable.
    view().setColumnWidth(SiteTableModel::reason_column, std::clamp(view().columnWidth(SiteTableModel::reason_column), 200, 360));
}

}  // namespace clipscope
