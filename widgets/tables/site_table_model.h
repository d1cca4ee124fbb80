// The rows behind SiteTable: the network's activation sites in program order. GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <optional>
#include <vector>

#include "campaign/tuning_result.h"

namespace clipscope {

class SiteTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    // Results come before descriptions: they stay in sight where the table is narrow.
    enum Column {
        name_column,
        act_max_column,
        threshold_column,
        auc_before_column,
        auc_after_column,
        iterations_column,
        evaluations_column,
        reason_column,
        fed_by_column,
        kind_column,
        path_column,
        column_total
    };

    explicit SiteTableModel(QObject* parent = nullptr);

    void set_sites(const std::vector<SiteInfo>& sites);
    // What is known so far of the sites set before; those of another network are left as they are.
    void set_results(const TuningResult& result);
    void clear_results();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        SiteInfo site;
        std::optional<float> act_max;
        std::optional<float> threshold;
        std::optional<double> auc_before;
        std::optional<double> auc_after;
        int iterations = 0;
        int evaluations = 0;
        QString state;  // the reason for stopping; while the search runs, where it is
    };

    static Row row_of(const SiteInfo& site, int index, const TuningResult& result);
    QString text(const Row& row, int column) const;
    static QVariant sort_value(const Row& row, int column);
    QString tip(const Row& row, int column) const;

    std::vector<Row> rows_;
};

}  // namespace clipscope
