// The network's activation sites: ACT_max, threshold, AUC before and after, and how the search for it went; fills as results come. GUI
// thread.
#pragma once

#include <vector>

#include "campaign/tuning_result.h"
#include "tables/selection_table.h"

namespace clipscope {

class SiteTableModel;

class SiteTable : public SelectionTable {
    Q_OBJECT
public:
    explicit SiteTable(QWidget* parent = nullptr);

    void set_sites(const std::vector<SiteInfo>& sites);
    // Results so far; ignored where they are another network's.
    void set_results(const TuningResult& result);
    void clear_results();

    QString selected_site() const { return selected_name(); }  // empty: none
    SiteTableModel& model() const { return *model_; }

public Q_SLOTS:
    // Does not emit site_selected(); an empty or unknown name clears the selection.
    void select_site(const QString& name) { select_name(name); }

Q_SIGNALS:
    void site_selected(const QString& name);  // by the user

private:
    SiteTable(SiteTableModel* model, QWidget* parent);
    void fit_columns();

    SiteTableModel* model_;
    bool has_results_ = false;
};

}  // namespace clipscope
