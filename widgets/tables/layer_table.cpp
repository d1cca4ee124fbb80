#include "tables/layer_table.h"

#include <QAction>
#include <QEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QTreeView>
#include <QVBoxLayout>

#include "tables/layer_table_model.h"
#include "tables/number_delegate.h"
#include "tables/spark_delegate.h"
#include "theme/theme.h"

namespace clipscope {

LayerTable::LayerTable(QWidget* parent) : QWidget(parent), model_(new LayerTableModel(this)), view_(new QTreeView) {
    view_->setModel(model_);
    view_->setItemDelegateForColumn(LayerTableModel::sensitivity_column, new SparkDelegate(LayerTableModel::bars_role, this));
    for (const int column : {LayerTableModel::parameters_column, LayerTableModel::bits_column})
        view_->setItemDelegateForColumn(column, new NumberDelegate(this));
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(tr("Layers"));
    view_->header()->setStretchLastSection(true);
    view_->header()->setSectionsMovable(true);
    view_->header()->setHighlightSections(false);
    view_->header()->setMinimumSectionSize(48);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    add_actions();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    connect(model_, &LayerTableModel::checked_layers_changed, this, &LayerTable::checked_layers_changed);
    // Not the current row: the view makes its first one current when it gets the focus, which nobody chose.
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!selecting_ && selected_row() >= 0) Q_EMIT layer_selected(selected_layer());
    });
    // A click on the row that was selected already is a wish as well: its curve may have gone back meanwhile.
    view_->viewport()->installEventFilter(this);
    connect(view_, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        if (index.row() == row_before_press_) Q_EMIT layer_selected(model_->name_at(index.row()));
    });
}

bool LayerTable::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress) row_before_press_ = selected_row();
    return QWidget::eventFilter(watched, event);
}

void LayerTable::add_actions() {
    const auto add = [this](const QString& text, const QString& tip, auto names) {
        auto* action = new QAction(text, this);
        action->setToolTip(tip);
        connect(action, &QAction::triggered, this, [this, names] { model_->set_checked_layers(names()); });
        view_->addAction(action);
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
    for (int column = 0; column < LayerTableModel::column_total; ++column) view_->resizeColumnToContents(column);
    view_->setColumnWidth(LayerTableModel::sensitivity_column, std::max(view_->columnWidth(LayerTableModel::sensitivity_column), 96));
}

void LayerTable::set_sensitivity(const QString& name, const std::vector<double>& rates, const std::vector<CurvePoint>& points) {
    model_->set_sensitivity(name, rates, points);
}

void LayerTable::clear_sensitivity() {
    model_->clear_sensitivity();
}

int LayerTable::selected_row() const {
    const QModelIndexList rows = view_->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : rows.first().row();
}

QString LayerTable::selected_layer() const {
    return selected_row() < 0 ? QString() : model_->name_at(selected_row());
}

QStringList LayerTable::checked_layers() const {
    return model_->checked_layers();
}

void LayerTable::set_checked_layers(const QStringList& names) {
    model_->set_checked_layers(names);
}

QSize LayerTable::sizeHint() const {
    return {320, 320};
}

void LayerTable::select_layer(const QString& name) {
    selecting_ = true;
    const int row = model_->row_of(name);
    if (row < 0) {
        view_->selectionModel()->clear();
    } else {
        const QModelIndex index = model_->index(row, LayerTableModel::name_column);
        view_->setCurrentIndex(index);
        view_->scrollTo(index);
    }
    selecting_ = false;
}

}  // namespace clipscope
