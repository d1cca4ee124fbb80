// A style as fields. GUI thread.
#pragma once

#include <QWidget>
#include <optional>

#include "figures/figure.h"

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace clipscope {

class CurveList;
class NumberField;

class StyleForm : public QWidget {
    Q_OBJECT
public:
    // Of a figure, whose curves and own size it shows.
    explicit StyleForm(const Figure& figure, QWidget* parent = nullptr);

    void set_style(const FigureStyle& style);
    // What the fields say; where one is wrong, see problem(), what was said before.
    FigureStyle style() const;
    QString problem() const;  // one sentence, empty: all is right

    CurveList& curves() { return *curves_; }

Q_SIGNALS:
    void changed(const QString& what);  // which field: changes of one field in a row are one step back

private:
    struct AxisFields {
        QLineEdit* label = nullptr;
        QLineEdit* low = nullptr;
        QLineEdit* high = nullptr;
        QComboBox* scale = nullptr;
        QComboBox* ticks = nullptr;
    };

    QWidget* page_group();
    QWidget* title_group();
    QWidget* axis_group(AxisFields& fields, const QString& title, bool is_horizontal);
    QWidget* curve_group();
    QWidget* part_group();
    void take_preset(int index);
    void show_preset();
    QCheckBox* part(const QString& text, const QString& tip, const QString& what);

    Figure figure_;
    FigureStyle kept_;  // what no field shows
    bool is_showing_ = false;
    QComboBox* preset_;
    NumberField* width_;
    NumberField* height_;
    NumberField* font_size_;
    QComboBox* font_;
    QCheckBox* dark_;
    QCheckBox* has_title_;
    QLineEdit* title_;
    AxisFields x_;
    AxisFields y_;
    CurveList* curves_;
    QComboBox* legend_;
    QCheckBox* boxes_;
    QCheckBox* bars_;
    QCheckBox* band_;
    QCheckBox* points_;
    QCheckBox* grid_;
    NumberField* dpi_;
};

}  // namespace clipscope
