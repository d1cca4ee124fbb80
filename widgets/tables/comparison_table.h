// What a comparison says in numbers (FT-ClipAct, section V-B): for each pair of protections the AUC's improvement and the cost in clean
// accuracy, and below it, rate by rate, mean and worst accuracy and the paired difference. GUI thread.
#pragma once

#include <QTimer>
#include <QWidget>

#include "campaign/accuracy_curves.h"
#include "clipping/auc.h"

class QStandardItemModel;
class QTreeView;

namespace clipscope {

class ComparisonTable : public QWidget {
    Q_OBJECT
public:
    explicit ComparisonTable(QWidget* parent = nullptr);

    // Cheap; call it as often as results come. Nothing is shown where the curves have no protection to compare.
    void set_curves(const AccuracyCurves& curves, AucAxis axis = AucAxis::linear);

    QTreeView& view() const { return *view_; }
    QSize sizeHint() const override;

private:
    void show_curves();

    QStandardItemModel* model_;
    QTreeView* view_;
    QTimer refresh_;
    AccuracyCurves curves_;
    AucAxis axis_ = AucAxis::linear;
};

}  // namespace clipscope
