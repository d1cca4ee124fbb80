#include "tables/layer_table_model.h"

#include <QFont>
#include <algorithm>
#include <cmath>

#include "common/error.h"
#include "plots/accuracy_view.h"
#include "protection/protection.h"
#include "tables/sorted_rows.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

QString shape_text(const std::vector<std::int64_t>& shape) {
    QStringList sizes;
    for (const std::int64_t size : shape) sizes.append(QString::number(size));
    return sizes.join(QStringLiteral(" × "));
}

// Whether it protects the words of whatever it is put on.
bool protects_words(const QString& name) {
    try {
        const ProtectionParts parts = parts_of(Protection{name.toStdString()});
        return !parts.activation && parts.memory.size() == 1 && parts.memory.front().layers.empty();
    } catch (const UsageError&) {
        return false;
    }
}

}  // namespace

LayerTableModel::LayerTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void LayerTableModel::set_layers(const std::vector<LayerInfo>& layers, std::int64_t network_parameters, std::int64_t network_bits) {
    beginResetModel();
    rows_.clear();
    if (!layers.empty()) {
        Row network;
        network.name = QStringLiteral("network");
        network.kind = layers.size() == 1 ? tr("1 layer") : tr("%1 layers").arg(layers.size());
        network.parameters = network_parameters;
        network.bits = network_bits;
        network.is_network = true;
        rows_.push_back(network);
    }
    for (const LayerInfo& layer : layers) {
        Row row;
        row.name = QString::fromStdString(layer.name);
        row.path = QString::fromStdString(layer.path);
        row.kind = QString::fromStdString(layer.kind);
        row.shape = shape_text(layer.shape);
        row.parameters = layer.parameter_count;
        row.bits = layer.bits;
        rows_.push_back(row);
    }
    endResetModel();
    Q_EMIT checked_layers_changed();
    Q_EMIT protection_changed();
}

void LayerTableModel::set_sensitivity(const QString& name, const std::vector<double>& rates, const std::vector<CurvePoint>& points) {
    const int row = row_of(name);
    if (row < 0) return;
    Row& target = rows_[std::size_t(row)];
    target.rates = rates;
    target.points.assign(rates.size(), {});
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const auto found = std::find_if(points.begin(), points.end(), [&](const CurvePoint& p) { return p.rate == rates[i]; });
        if (found != points.end()) target.points[i] = *found;
    }
    const QModelIndex cell = index(row, sensitivity_column);
    Q_EMIT dataChanged(cell, cell);
}

void LayerTableModel::clear_sensitivity() {
    if (rows_.empty()) return;
    for (Row& row : rows_) {
        row.rates.clear();
        row.points.clear();
    }
    Q_EMIT dataChanged(index(0, sensitivity_column), index(rowCount() - 1, sensitivity_column));
}

int LayerTableModel::row_of(const QString& name) const {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == name; });
    return found == rows_.end() ? -1 : int(found - rows_.begin());
}

QString LayerTableModel::name_at(int row) const {
    return row < 0 || row >= rowCount() ? QString() : rows_[std::size_t(row)].name;
}

QStringList LayerTableModel::checked_layers() const {
    QStringList names;
    for (const Row& row : rows_)
        if (!row.is_network && row.checked) names.append(row.name);
    return names;
}

void LayerTableModel::set_checked_layers(const QStringList& names) {
    if (rows_.empty()) return;
    for (Row& row : rows_) row.checked = names.contains(row.name);
    Q_EMIT dataChanged(index(0, name_column), index(rowCount() - 1, name_column), {Qt::CheckStateRole});
    Q_EMIT checked_layers_changed();
}

QString LayerTableModel::protection() const {
    std::vector<ProtectedLayer> layers;
    for (const Row& row : rows_)
        if (!row.is_network) layers.push_back({row.name.toStdString(), row.protection.toStdString()});
    return QString::fromStdString(to_string(protection_of_layers(layers)));
}

void LayerTableModel::clear_protections() {
    if (!rows_.empty()) set_protection(index(0, protection_column), {});
}

// Of the row of the network, all layers'.
bool LayerTableModel::set_protection(const QModelIndex& index, const QString& name) {
    if (!name.isEmpty() && !protects_words(name)) return false;
    const bool is_for_all = rows_[std::size_t(index.row())].is_network;
    for (std::size_t row = 0; row < rows_.size(); ++row)
        if (is_for_all || int(row) == index.row()) rows_[row].protection = name;
    // The row of the network says what all have in common.
    Q_EMIT dataChanged(this->index(0, protection_column), this->index(rowCount() - 1, protection_column));
    Q_EMIT protection_changed();
    return true;
}

QString LayerTableModel::protection_text(const Row& row) const {
    if (!row.is_network) return row.protection.isEmpty() ? tr("none") : row.protection;
    const QString& first = rows_.size() > 1 ? rows_[1].protection : row.protection;
    for (const Row& other : rows_)
        if (!other.is_network && other.protection != first) return tr("differs");
    return first.isEmpty() ? tr("none") : first;
}

int LayerTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(rows_.size());
}

int LayerTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(column_total);
}

QVariant LayerTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const Row& row = rows_[std::size_t(index.row())];
    const bool is_number = index.column() == parameters_column || index.column() == bits_column;
    switch (role) {
        case Qt::DisplayRole:
            return text(row, index.column());
        case Qt::EditRole:
            return index.column() == protection_column ? protection_text(row) : text(row, index.column());
        case Qt::ToolTipRole:
            return tip(row, index.column());
        case Qt::TextAlignmentRole:
            return int((is_number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::CheckStateRole:
            if (index.column() != name_column || row.is_network) return {};
            return row.checked ? Qt::Checked : Qt::Unchecked;
        case Qt::FontRole: {
            QFont font;
            font.setBold(row.is_network);
            return row.is_network ? QVariant(font) : QVariant();
        }
        case Qt::AccessibleTextRole:
            return index.column() == sensitivity_column ? sensitivity_tip(row) : text(row, index.column());
        case SortedRows::fixed_role:
            return row.is_network;
        case SortedRows::sort_role:
            return sort_value(row, index.column());
        case bars_role: {
            QVariantList bars;
            for (const CurvePoint& p : row.points) bars.append(p.trials > 0 ? p.mean : std::nan(""));
            return bars;
        }
        default:
            return {};
    }
}

// Of the bars their mean: a layer that loses less comes after one that loses more.
QVariant LayerTableModel::sort_value(const Row& row, int column) {
    if (column == parameters_column) return double(row.parameters);
    if (column == bits_column) return double(row.bits);
    if (column != sensitivity_column) return {};
    double sum = 0;
    int count = 0;
    for (const CurvePoint& p : row.points) {
        if (p.trials == 0) continue;
        sum += p.mean;
        ++count;
    }
    return count > 0 ? sum / count : std::nan("");
}

QString LayerTableModel::text(const Row& row, int column) const {
    switch (column) {
        case name_column:
            return row.name;
        case protection_column:
            return protection_text(row);
        case path_column:
            return row.path;
        case kind_column:
            return row.kind;
        case shape_column:
            return row.shape;
        case parameters_column:
            return grouped(row.parameters);
        case bits_column:
            return grouped(row.bits);
        default:
            return {};
    }
}

QString LayerTableModel::tip(const Row& row, int column) const {
    switch (column) {
        case name_column:
            return row.is_network
                       ? tr("All layers together: faults may hit any of them. Click to bring its curve forward.")
                       : tr("%1 (%2). Click to bring its curve forward; the check mark chooses it for the job.").arg(row.name, row.path);
        case path_column:
            return tr("Where the parameters lie in the model file: %1.weight").arg(row.path);
        case protection_column:
            return tr(
                "How the memory that holds these weights is protected. Double-click or F2 chooses: in the row of the network, for all "
                "layers. Below the table its curve can be drawn beside the unprotected network's.");
        case parameters_column:
            return tr("Weights and biases that faults may hit");
        case bits_column:
            return tr("Stored bits in scope: at a fault rate of 1e-6, about %1 of them are faulty in each trial")
                .arg(row.bits * 1e-6, 0, 'g', 3);
        case sensitivity_column:
            return sensitivity_tip(row);
        default:
            return text(row, column);
    }
}

QString LayerTableModel::sensitivity_tip(const Row& row) {
    if (row.rates.empty()) return tr("A bar per fault rate: the mean accuracy left. Fills while a sensitivity job runs.");
    QStringList lines{tr("%1: mean accuracy left").arg(row.name)};
    for (std::size_t i = 0; i < row.rates.size(); ++i) {
        const CurvePoint& p = row.points[i];
        lines.append(QStringLiteral("%1: %2").arg(rate_label(row.rates[i]), p.trials > 0 ? percent_text(p.mean, 1) : tr("not yet")));
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    static const char* const titles[] = {QT_TR_NOOP("Layer"),      QT_TR_NOOP("Accuracy left"), QT_TR_NOOP("Protected by"),
                                         QT_TR_NOOP("Parameters"), QT_TR_NOOP("Bits"),          QT_TR_NOOP("Kind"),
                                         QT_TR_NOOP("Shape"),      QT_TR_NOOP("Path")};
    static const char* const tips[] = {QT_TR_NOOP("Computational layers in program order"),
                                       QT_TR_NOOP("A bar per fault rate, from the smallest to the largest: the mean accuracy left"),
                                       QT_TR_NOOP("How the memory that holds the layer's weights is protected; a double-click chooses"),
                                       QT_TR_NOOP("Weights and biases of the layer"),
                                       QT_TR_NOOP("Stored bits that faults may hit"),
                                       QT_TR_NOOP("The operation"),
                                       QT_TR_NOOP("Shape of the weight"),
                                       QT_TR_NOOP("Path of the parameters in the model file")};
    if (section < 0 || section >= int(column_total)) return {};
    const bool is_number = section == parameters_column || section == bits_column;
    switch (role) {
        case Qt::DisplayRole:
            return tr(titles[section]);
        case Qt::ToolTipRole:
            return tr(tips[section]);
        case Qt::TextAlignmentRole:
            return int((is_number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        default:
            return {};
    }
}

bool LayerTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (index.isValid() && role == Qt::EditRole && index.column() == protection_column) {
        const QString name = value.toString();
        return set_protection(index, name == tr("none") ? QString() : name);
    }
    if (!index.isValid() || role != Qt::CheckStateRole || index.column() != name_column) return false;
    Row& row = rows_[std::size_t(index.row())];
    if (row.is_network) return false;
    row.checked = value.toInt() == Qt::Checked;
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT checked_layers_changed();
    return true;
}

Qt::ItemFlags LayerTableModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() == name_column && !rows_[std::size_t(index.row())].is_network) flags |= Qt::ItemIsUserCheckable;
    if (index.isValid() && index.column() == protection_column) flags |= Qt::ItemIsEditable;
    return flags;
}

}  // namespace clipscope
