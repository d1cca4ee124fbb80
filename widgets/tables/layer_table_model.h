// The rows behind LayerTable: "network" first, then the layers in program order. GUI thread.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <cstdint>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "network/layer_info.h"

namespace clipscope {

class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    // The accuracy bars and the protections come first: they stay in sight where the table is narrow.
    enum Column {
        name_column,
        sensitivity_column,
        protection_column,
        parameters_column,
        bits_column,
        kind_column,
        shape_column,
        path_column,
        column_total
    };
    enum Role {
        bars_role = Qt::UserRole  // QVariantList: mean accuracy per rate, NaN where there is no result yet
    };

    explicit LayerTableModel(QObject* parent = nullptr);

    void set_layers(const std::vector<LayerInfo>& layers, std::int64_t network_parameters, std::int64_t network_bits);
    void set_sensitivity(const QString& name, const std::vector<double>& rates, const std::vector<CurvePoint>& points);
    void clear_sensitivity();

    int row_of(const QString& name) const;  // -1: none
    QString name_at(int row) const;         // empty: none
    QStringList checked_layers() const;
    void set_checked_layers(const QStringList& names);
    // What the choices of all layers come to, as a duel takes it: "none", "guard", "sec-ded-39-32@FC-1/FC-2+guard@CONV-1".
    QString protection() const;
    void clear_protections();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void checked_layers_changed();
    void protection_changed();

private:
    struct Row {
        QString name;
        QString path;
        QString kind;
        QString shape;
        std::int64_t parameters = 0;
        std::int64_t bits = 0;
        bool is_network = false;
        bool checked = true;
        QString protection;  // of its words: "guard"; empty: none
        std::vector<double> rates;
        std::vector<CurvePoint> points;  // one per rate, trials 0 where there is no result yet
    };

    QString text(const Row& row, int column) const;
    QString protection_text(const Row& row) const;
    bool set_protection(const QModelIndex& index, const QString& name);
    static QVariant sort_value(const Row& row, int column);
    QString tip(const Row& row, int column) const;
    static QString sensitivity_tip(const Row& row);

    std::vector<Row> rows_;
};

}  // namespace clipscope
