// How a figure is to look on its page, and where it is to be written: its style as fields, the page beside them as it will be printed, and
// each step back (Ctrl+Z). Styles are kept by name, and exchanged as files. Remembers nothing else itself: the caller keeps the choice for
// the next time, and writes the figure. GUI thread.
#pragma once

#include <QDialog>
#include <QString>

#include "figures/figure.h"
#include "figures/style_store.h"
#include "files/file_to_write.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QUndoStack;

namespace clipscope {

class FigurePreview;
class StyleForm;

struct ExportChoice {
    QString format = QStringLiteral("pdf");  // or svg, png, pgf, csv: the numbers
    FigureStyle style;
    QString path;          // with or without extension; the format's is added
    bool for_all = false;  // the style is for all figures of this study
};

class FigureEditor : public QDialog {
    Q_OBJECT
public:
    FigureEditor(const Figure& figure, const ExportChoice& choice, QWidget* parent = nullptr, const StyleStore& store = StyleStore());

    // The path carries the format's extension.
    ExportChoice choice() const;
    FigureStyle style() const { return style_; }
    // As if it had been typed: one step that can be taken back.
    void change_style(const FigureStyle& style, const QString& what);

    // In place of the question in a box of its own.
    void set_may_replace(const MayReplace& may_replace) { may_replace_ = may_replace; }

    void save_style(const QString& name);
    void load_style(const QString& name);
    void import_style(const QString& path);
    void export_style(const QString& path);

    // Stays open where a file is not to be replaced.
    void accept() override;

Q_SIGNALS:
    void told(const QString& text);  // what was done; also shown in the dialog

private:
    void add_fields(const ExportChoice& choice);
    QHBoxLayout* style_row();
    QHBoxLayout* file_row();
    void fill_style_menu();
    void take_form(const QString& what);
    void show_style();
    void format_chosen();
    void browse();
    void copy();
    void tell(const QString& text);
    void attempt(const std::function<void()>& action);

    Figure figure_;
    StyleStore store_;
    FigureStyle style_;
    MayReplace may_replace_;
    QString agreed_;  // the file dialog has asked whether it may be replaced
    QUndoStack* steps_;
    StyleForm* form_;
    FigurePreview* preview_;
    QMenu* styles_;
    QComboBox* format_;
    QLineEdit* path_;
    QCheckBox* for_all_;
    QLabel* words_;
    QPushButton* export_;
};

}  // namespace clipscope
