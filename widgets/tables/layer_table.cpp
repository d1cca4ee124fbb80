#include "tables/layer_table.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTreeView>

#include "tables/layer_table_model.h"
#include "tables/number_delegate.h"
#include "tables/protection_delegate.h"
#include "tables/spark_delegate.h"

namespace clipscope {

LayerTable::LayerTable(QWidget* parent) : LayerTable(new LayerTableModel, parent) {}

LayerTable::LayerTable(LayerTableModel* model, QWidget* parent)
    : SelectionTable(model, tr("Layers"), tr("Open a model: its layers come here, and a bar for the accuracy that each fault rate leaves."),
                     parent),
      model_(model),
      protection_strip_(new QWidget),
      protection_text_(new QLabel) {
    model->setParent(this);
    view().setItemDelegateForColumn(LayerTableModel::sensitivity_column, new SparkDelegate(LayerTableModel::bars_role, this));
    for (const int column : {LayerTableModel::parameters_column, LayerTableModel::bits_column})
        view().setItemDelegateForColumn(column, new NumberDelegate(this));
    view().setItemDelegateForColumn(LayerTableModel::protection_column, new ProtectionDelegate(this));
    view().setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    view().setContextMenuPolicy(Qt::ActionsContextMenu);
    add_actions();
    add_protection_strip();
    connect(model_, &LayerTableModel::protection_changed, this, &LayerTable::show_protection);
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

void LayerTable::add_protection_strip() {
    protection_text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    protection_text_->setWordWrap(true);
    auto* compare = new QPushButton(tr("Compare"));
    compare->setToolTip(
        tr("Runs the network protected like this beside the unprotected one, on the same faults: a duel, with what it costs on the tab "
           "Price. Trials that the study has are not run again."));
    connect(compare, &QPushButton::clicked, this, [this] { Q_EMIT comparison_wanted(protection()); });
    auto* none = new QPushButton(tr("None"));
    none->setToolTip(tr("Takes the protection of every layer away"));
    connect(none, &QPushButton::clicked, model_, &LayerTableModel::clear_protections);
    auto* row = new QHBoxLayout(protection_strip_);
    row->setContentsMargins(6, 2, 6, 2);
    row->addWidget(protection_text_, 1);
    row->addWidget(compare);
    row->addWidget(none);
    layout()->addWidget(protection_strip_);
    show_protection();
}

void LayerTable::show_protection() {
    const QString chosen = protection();
    protection_strip_->setVisible(chosen != QLatin1String("none"));
    protection_text_->setText(chosen);
    protection_text_->setToolTip(tr("How the network's memory is protected, as the command line and the form of a duel write it"));
}

QString LayerTable::protection() const {
    return model_->protection();
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
