#include "tables/site_table_model.h"

#include <cmath>

#include "plots/value_axis.h"
#include "tables/sorted_rows.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

// Three decimals, so that usual values stand below one another.
QString text_of(const std::optional<float>& value) {
    if (!value) return {};
    const bool is_usual = *value == 0 || (*value >= 0.01F && *value < 1e5F);
    return is_usual ? QString::number(double(*value), 'f', 3) : value_label(double(*value));
}

QString text_of(const std::optional<double>& auc) {
    return auc ? QString::number(*auc, 'f', 4) : QString();
}

QString layers_of(const SiteInfo& site) {
    QStringList names;
    for (const std::string& name : site.fed_by) names.append(QString::fromStdString(name));
    return names.join(QStringLiteral(", "));
}

bool is_number(int column) {
    return column >= SiteTableModel::act_max_column && column <= SiteTableModel::evaluations_column;
}

}  // namespace

SiteTableModel::SiteTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void SiteTableModel::set_sites(const std::vector<SiteInfo>& sites) {
    beginResetModel();
    rows_.clear();
    for (const SiteInfo& site : sites) rows_.push_back(row_of(site, -1, {}));
    endResetModel();
}

SiteTableModel::Row SiteTableModel::row_of(const SiteInfo& site, int index, const TuningResult& result) {
    Row row;
    row.site = site;
    row.threshold = site.threshold;
    if (index >= 0 && index < int(result.act_max.size())) row.act_max = result.act_max[std::size_t(index)];
    const SiteSearch* search = index >= 0 ? result.search(index) : nullptr;
    if (!search) return row;
    if (!row.act_max) row.act_max = search->act_max;
    row.iterations = int(search->grids.size());
    row.evaluations = int(search->evaluations.size());
    if (!search->hardened) {
        row.state = tr("searching, iteration %1").arg(row.iterations + 1);
        return row;
    }
    const HardenedSite& hardened = *search->hardened;
    row.act_max = hardened.act_max;
    row.threshold = hardened.threshold;
    row.auc_before = hardened.auc_before;
    row.auc_after = hardened.auc_after;
    row.iterations = hardened.iterations;
    row.evaluations = hardened.evaluations;
    row.state = QString::fromStdString(hardened.reason);
    return row;
}

void SiteTableModel::set_results(const TuningResult& result) {
    if (rows_.empty() || result.info.sites.size() != rows_.size()) return;
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (result.info.sites[i].name == rows_[i].site.name) rows_[i] = row_of(rows_[i].site, int(i), result);
    Q_EMIT dataChanged(index(0, act_max_column), index(rowCount() - 1, reason_column));
}

void SiteTableModel::clear_results() {
    if (rows_.empty()) return;
    for (Row& row : rows_) row = row_of(row.site, -1, {});
    Q_EMIT dataChanged(index(0, act_max_column), index(rowCount() - 1, reason_column));
}

int SiteTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(rows_.size());
}

int SiteTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(column_total);
}

QVariant SiteTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const Row& row = rows_[std::size_t(index.row())];
    switch (role) {
        case Qt::DisplayRole:
        case Qt::AccessibleTextRole:
            return text(row, index.column());
        case Qt::ToolTipRole:
            return tip(row, index.column());
        case SortedRows::sort_role:
            return sort_value(row, index.column());
        case Qt::TextAlignmentRole:
            return int((is_number(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant SiteTableModel::sort_value(const Row& row, int column) {
    const auto number = [](const auto& value) { return value ? double(*value) : std::nan(""); };
    const auto count = [](int value) { return value > 0 ? double(value) : std::nan(""); };
    switch (column) {
        case act_max_column:
            return number(row.act_max);
        case threshold_column:
            return number(row.threshold);
        case auc_before_column:
            return number(row.auc_before);
        case auc_after_column:
            return number(row.auc_after);
        case iterations_column:
            return count(row.iterations);
        case evaluations_column:
            return count(row.evaluations);
        default:
            return {};
    }
}

QString SiteTableModel::text(const Row& row, int column) const {
    switch (column) {
        case name_column:
            return QString::fromStdString(row.site.name);
        case act_max_column:
            return text_of(row.act_max);
        case threshold_column:
            return text_of(row.threshold);
        case auc_before_column:
            return text_of(row.auc_before);
        case auc_after_column:
            return text_of(row.auc_after);
        case iterations_column:
            return row.iterations > 0 ? grouped(std::int64_t(row.iterations)) : QString();
        case evaluations_column:
            return row.evaluations > 0 ? grouped(std::int64_t(row.evaluations)) : QString();
        case reason_column:
            return row.state;
        case fed_by_column:
            return layers_of(row.site);
        case kind_column:
            return QString::fromStdString(row.site.kind);
        case path_column:
            return QString::fromStdString(row.site.path);
        default:
            return {};
    }
}

QString SiteTableModel::tip(const Row& row, int column) const {
    switch (column) {
        case name_column:
            return tr("%1. Click to show its activations, its thresholds and its search.").arg(QString::fromStdString(row.site.name));
        case threshold_column:
            if (row.threshold && row.act_max && *row.act_max > 0)
                return tr("%1 of ACT_max").arg(percent_text(double(*row.threshold) / double(*row.act_max), 1));
            return tr("The clipping threshold, once the site is hardened");
        case auc_after_column:
            if (row.auc_before && row.auc_after) {
                const double gain = *row.auc_after - *row.auc_before;
                return tr("%1%2 against clipping at ACT_max")
                    .arg(gain < 0 ? QChar(0x2212) : QLatin1Char('+'))
                    .arg(std::abs(gain), 0, 'f', 4);
            }
            return headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString();
        case reason_column:
            return row.state;
        default:
            return headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString();
    }
}

QVariant SiteTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= int(column_total)) return {};
    static const char* const titles[] = {
        QT_TR_NOOP("Site"),      QT_TR_NOOP("ACT_max"),    QT_TR_NOOP("T"),           QT_TR_NOOP("AUC before"),
        QT_TR_NOOP("AUC after"), QT_TR_NOOP("Iterations"), QT_TR_NOOP("Evaluations"), QT_TR_NOOP("Reason for stopping"),
        QT_TR_NOOP("Fed by"),    QT_TR_NOOP("Kind"),       QT_TR_NOOP("Path")};
    static const char* const tips[] = {QT_TR_NOOP("Activation sites in program order"),
                                       QT_TR_NOOP("The largest value without faults on the tuning images, in units of the activation"),
                                       QT_TR_NOOP("The clipping threshold found, in units of the activation"),
                                       QT_TR_NOOP("AUC (0 to 1) with every site clipped at its ACT_max, on the tuning images"),
                                       QT_TR_NOOP("AUC (0 to 1) with this site clipped at T, on the tuning images"),
                                       QT_TR_NOOP("Iterations of Algorithm 1"),
                                       QT_TR_NOOP("Thresholds evaluated, each once"),
                                       QT_TR_NOOP("Why the search ended"),
                                       QT_TR_NOOP("The layers whose output reaches the site without passing another one"),
                                       QT_TR_NOOP("The activation function"),
                                       QT_TR_NOOP("Path of the module in the model file")};
    switch (role) {
        case Qt::DisplayRole:
            return tr(titles[section]);
        case Qt::ToolTipRole:
            return tr(tips[section]);
        case Qt::TextAlignmentRole:
            return int((is_number(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        default:
            return {};
    }
}

}  // namespace clipscope
