// The network's layers: name, path, kind, shape, parameters, bits, and a bar per fault rate for the accuracy left, filling as results come.
// The row "network" on top stands for all layers together. Check boxes choose layers for a job. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <cstdint>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "network/layer_info.h"
#include "tables/selection_table.h"

class QLabel;

namespace clipscope {

class LayerTableModel;

class LayerTable : public SelectionTable {
    Q_OBJECT
public:
    explicit LayerTable(QWidget* parent = nullptr);

    // All layers start checked, nothing selected. The totals belong to the row "network" (a shared parameter counts once).
    void set_layers(const std::vector<LayerInfo>& layers, std::int64_t network_parameters, std::int64_t network_bits);

    // Results so far of a layer or of "network": the study's rates and the points there are. Unknown names are ignored.
    void set_sensitivity(const QString& name, const std::vector<double>& rates, const std::vector<CurvePoint>& points);
    void clear_sensitivity();

    QString selected_layer() const { return selected_name(); }  // empty: none
    QStringList checked_layers() const;                         // in program order, without "network"
    void set_checked_layers(const QStringList& names);
    // What the layers' choices come to, as a duel takes it; "none" where nothing is chosen.
    QString protection() const;

    LayerTableModel& model() const { return *model_; }

public Q_SLOTS:
    // Does not emit layer_selected(); an empty or unknown name clears the selection.
    void select_layer(const QString& name) { select_name(name); }

Q_SIGNALS:
    void layer_selected(const QString& name);  // by the user
    void checked_layers_changed();
    // By the user: the network so protected is to be seen beside the unprotected one.
    void comparison_wanted(const QString& protection);

private:
    LayerTable(LayerTableModel* model, QWidget* parent);
    void add_actions();
    void add_protection_strip();
    void show_protection();

    LayerTableModel* model_;
    QWidget* protection_strip_;  // hidden while nothing is protected
    QLabel* protection_text_;
};

}  // namespace clipscope
