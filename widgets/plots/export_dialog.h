// Asks how and where a figure or its numbers are to be exported, and before a file that is there is replaced. Remembers nothing itself: the
// caller keeps the choice for the next time.
#pragma once

#include <QDialog>
#include <QString>

#include "files/file_to_write.h"
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

    // In place of the question in a box of its own.
    void set_may_replace(const MayReplace& may_replace) { may_replace_ = may_replace; }

    // Stays open where a file is not to be replaced.
    void accept() override;

private:
    void add_fields(const ExportChoice& choice);
    void preset_chosen(int index);
    void format_chosen();
    void browse();

    MayReplace may_replace_;
    QString agreed_;  // the file dialog has asked whether it may be replaced
    QComboBox* format_;
    QComboBox* preset_;
    QDoubleSpinBox* width_;
    QDoubleSpinBox* height_;
    QDoubleSpinBox* font_;
    QCheckBox* title_;
    QLineEdit* path_;
};

}  // namespace clipscope
