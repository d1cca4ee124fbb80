// What a comparison says in numbers (FT-ClipAct, section V-B): for each pair of protections the AUC's improvement and the cost in clean
// accuracy, and below it, rate by rate, mean and worst accuracy and the paired difference. GUI thread.
#pragma once

#include <QTimer>
#include <QWidget>
#include <functional>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/comparison.h"
#include "clipping/auc.h"

class QStandardItemModel;
class QTreeView;

namespace clipscope {

class ComparisonTable : public QWidget {
    Q_OBJECT
public:
    explicit ComparisonTable(QWidget* parent = nullptr);

    // Nothing is shown where the curves have no protection to compare.
    void set_curves(const AccuracyCurves& curves, AucAxis axis = AucAxis::linear);
    // For numbers that change: call it as often as results come. `source` is asked a few times a second at most, and only while it is the
    // latest.
    using Source = std::function<std::vector<ProtectionComparison>()>;
    void set_source(Source source);

    QTreeView& view() const { return *view_; }
    QSize sizeHint() const override;

private:
    void show_curves();

    QStandardItemModel* model_;
    QTreeView* view_;
    QTimer refresh_;
    Source source_;
};

}  // namespace clipscope
