// Asks how and where a figure or its numbers are to be exported. Remembers nothing itself: the caller keeps the choice for the next time.
#pragma once

#include <QDialog>
#include <QString>

#include "plots/figure_export.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;

namespace clipscope {

struct ExportChoice {
    QString format = QStringLiteral("pdf");  // or svg, png, csv
    FigureSize size = FigureSize::double_column();
    bool with_title = false;
    QString path;  // with or without extension; the format's is added
};

class ExportDialog : public QDialog {
    Q_OBJECT
public:
    explicit ExportDialog(const ExportChoice& choice, QWidget* parent = nullptr);

    // The path carries the format's extension.
    ExportChoice choice() const;

private:
    void add_fields(const ExportChoice& choice);
    void preset_chosen(int index);
    void format_chosen();
    void browse();

    QComboBox* format_;
    QComboBox* preset_;
    QDoubleSpinBox* width_;
    QDoubleSpinBox* height_;
    QDoubleSpinBox* font_;
    QCheckBox* title_;
    QLineEdit* path_;
};

}  // namespace clipscope
