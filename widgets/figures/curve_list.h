// The curves of a figure as a list that can be dragged into another order, with a name, a colour, a dash and a marker for the one that is
// chosen. GUI thread.
#pragma once

#include <QWidget>
#include <vector>

#include "figures/figure_style.h"

class QComboBox;
class QLineEdit;
class QListWidget;
class QPushButton;
class QToolButton;

namespace clipscope {

class CurveList : public QWidget {
    Q_OBJECT
public:
    explicit CurveList(const QStringList& curves, QWidget* parent = nullptr);

    // Looks of curves that are not in this figure are kept, behind the others.
    void set_looks(const std::vector<CurveLook>& looks, bool only_listed);
    // Only those that say something: nothing where all is as it is without a style.
    std::vector<CurveLook> looks() const;

    void choose_color(const QColor& color);  // of the curve that is chosen; invalid: its own again

Q_SIGNALS:
    void changed(const QString& what);

private:
    void build_fields();
    void show_chosen();
    void take_fields(const QString& what);
    void take_order();
    void move_chosen(int by);
    void update_row(int row);
    CurveLook* chosen();

    QStringList curves_;
    std::vector<CurveLook> looks_;   // by row
    std::vector<CurveLook> others_;  // of curves that this figure has not
    bool is_showing_ = false;
    QListWidget* list_;
    QLineEdit* name_;
    QPushButton* color_;
    QComboBox* dash_;
    QComboBox* marker_;
    QToolButton* up_;
    QToolButton* down_;
};

}  // namespace clipscope
