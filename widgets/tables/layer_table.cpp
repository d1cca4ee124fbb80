#include "tables/layer_table.h"

#include <QAction>
#include <QTreeView>

#include "tables/layer_table_model.h"
#include "tables/number_delegate.h"
#include "tables/spark_delegate.h"

namespace clipscope {

LayerTable::LayerTable(QWidget* parent) : LayerTable(new LayerTableModel, parent) {}

LayerTable::LayerTable(LayerTableModel* model, QWidget* parent)
    : SelectionTable(model, tr("Layers"), tr("Open a model: its layers come here, and a bar for the accuracy that each fault rate leaves."),
                     parent),
      model_(model) {
    model->setParent(this);
    view().setItemDelegateForColumn(LayerTableModel::sensitivity_column, new SparkDelegate(LayerTableModel::bars_role, this));
    for (const int column : {LayerTableModel::parameters_column, LayerTableModel::bits_column})
        view().setItemDelegateForColumn(column, new NumberDelegate(this));
    view().setContextMenuPolicy(Qt::ActionsContextMenu);
    add_actions();
    connect(model_, &LayerTableModel::checked_layers_changed, this, &LayerTable::checked_layers_changed);
    connect(this, &SelectionTable::name_selected, this, &LayerTable::layer_selected);
}

void LayerTable::add_actions() {
    const auto add = [this](const QString& text, const QString& tip, auto names) {
        auto* action = new QAction(text, this);
        action->setToolTip(tip);
        connect(action, &QAction::triggered, this, [this, names] { model_->set_checked_layers(names()); });
        view().addAction(action);
    };
    add(tr("Check &all layers"), tr("Choose every layer for the next job"), [this] {
        QStringList names;
        for (int row = 1; row < model_->rowCount(); ++row) names.append(model_->name_at(row));
        return names;
    });
    add(tr("Check &none"), tr("Take every layer out of the next job"), [] { return QStringList(); });
    add(tr("Check &only this layer"), tr("Choose the selected layer alone"), [this] { return QStringList{selected_layer()}; });
}

void LayerTable::set_layers(const std::vector<LayerInfo>& layers, std::int64_t network_parameters, std::int64_t network_bits) {
    model_->set_layers(layers, network_parameters, network_bits);
    for (int column = 0; column < LayerTableModel::column_total; ++column) view().resizeColumnToContents(column);
    view().setColumnWidth(LayerTableModel::sensitivity_column, std::max(view().columnWidth(LayerTableModel::sensitivity_column), 96));
}

void LayerTable::set_sensitivity(const QString& name, const std::vector<double>& rates, const std::vector<CurvePoint>& points) {
    model_->set_sensitivity(name, rates, points);
}

void LayerTable::clear_sensitivity() {
    model_->clear_sensitivity();
}

QStringList LayerTable::checked_layers() const {
    return model_->checked_layers();
}

void LayerTable::set_checked_layers(const QStringList& names) {
    model_->set_checked_layers(names);
}

}  // namespace clipscope
