#include "figures/figure_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>

#include "common/error.h"
#include "common/text_file.h"
#include "figures/figure_files.h"
#include "figures/figure_preview.h"
#include "figures/style_form.h"

namespace clipscope {

namespace {

// One change of a style. Changes of the same field in a row become one.
class StyleStep : public QUndoCommand {
public:
    using Show = std::function<void(const FigureStyle&)>;

    StyleStep(FigureStyle before, FigureStyle after, const QString& what, Show show)
        : QUndoCommand(what), before_(std::move(before)), after_(std::move(after)), show_(std::move(show)) {}

    void undo() override { show_(before_); }
    void redo() override { show_(after_); }
    int id() const override { return 1; }
    bool mergeWith(const QUndoCommand* later) override {
        if (later->text() != text()) return false;
        after_ = static_cast<const StyleStep*>(later)->after_;
        return true;
    }

private:
    FigureStyle before_;
    FigureStyle after_;
    Show show_;
};

bool is_format(const QString& suffix) {
    return figure_formats().contains(suffix.toLower()) || suffix.compare(QLatin1String("csv"), Qt::CaseInsensitive) == 0;
}

// The path with the format's extension in place of another format's.
QString with_extension(const QString& path, const QString& format) {
    const QString suffix = QFileInfo(path).suffix();
    const QString stem = is_format(suffix) ? path.chopped(suffix.size() + 1) : path;
    return stem + QLatin1Char('.') + format;
}

QToolButton* tool(const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(tip);
    return button;
}

const char* style_filter() {
    return QT_TRANSLATE_NOOP("clipscope::FigureEditor", "Figure styles (*.json)");
}

}  // namespace

FigureEditor::FigureEditor(const Figure& figure, const ExportChoice& choice, QWidget* parent, const StyleStore& store)
    : QDialog(parent), figure_(figure), store_(store), style_(choice.style), may_replace_(replace_question(this)) {
    setWindowTitle(tr("Export figure"));
    setSizeGripEnabled(true);
    steps_ = new QUndoStack(this);
    form_ = new StyleForm(figure);
    preview_ = new FigurePreview(figure);
    add_fields(choice);
    auto* scroll = new QScrollArea;
    scroll->setWidget(form_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(form_->minimumSizeHint().width() + 24);
    auto* halves = new QSplitter;
    halves->addWidget(scroll);
    halves->addWidget(preview_);
    halves->setStretchFactor(1, 1);
    halves->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(style_row());
    layout->addWidget(halves, 1);
    layout->addLayout(file_row());
    connect(form_, &StyleForm::changed, this, &FigureEditor::take_form);
    show_style();
    format_chosen();
    resize(980, 640);
}

void FigureEditor::add_fields(const ExportChoice& choice) {
    format_ = new QComboBox;
    format_->addItem(tr("PDF: vector, text stays text"), QStringLiteral("pdf"));
    format_->addItem(tr("PGF: drawn by LaTeX, in its font"), QStringLiteral("pgf"));
    format_->addItem(tr("SVG: vector, for editing"), QStringLiteral("svg"));
    format_->addItem(tr("PNG: pixels"), QStringLiteral("png"));
    format_->addItem(tr("CSV: the numbers, and a Python script"), QStringLiteral("csv"));
    format_->setCurrentIndex(std::max(0, format_->findData(choice.format)));
    format_->setAccessibleName(tr("Format"));
    format_->setToolTip(
        tr("PDF for a paper, PGF for LaTeX to draw with the paper's letters, SVG to edit the drawing, PNG for slides and the web; CSV for "
           "other programs, with a script that draws it with matplotlib where there is one"));
    path_ = new QLineEdit(choice.path);
    path_->setAccessibleName(tr("File"));
    path_->setToolTip(tr("The extension is added by itself"));
    for_all_ = new QCheckBox(tr("For &all figures of this study"));
    for_all_->setChecked(choice.for_all);
    for_all_->setToolTip(
        tr("Every figure that is exported from now on, also by “Export everything”, gets this page, font, legend, and these looks of "
           "curves; its titles, labels and ranges stay its own"));
    words_ = new QLabel;
    words_->setMinimumWidth(1);
    words_->setObjectName(QStringLiteral("words"));
}

QHBoxLayout* FigureEditor::style_row() {
    auto* row = new QHBoxLayout;
    QToolButton* styles =
        tool(tr("Styles"), tr("Keep this style by a name, take another one, or exchange styles with co-authors as files"));
    styles_ = new QMenu(styles);
    styles_->setToolTipsVisible(true);
    styles->setMenu(styles_);
    styles->setPopupMode(QToolButton::InstantPopup);
    connect(styles_, &QMenu::aboutToShow, this, &FigureEditor::fill_style_menu);
    row->addWidget(styles);
    const std::pair<QAction*, QKeySequence> actions[] = {{steps_->createUndoAction(this, tr("Undo")), QKeySequence::Undo},
                                                         {steps_->createRedoAction(this, tr("Redo")), QKeySequence::Redo}};
    for (const auto& [action, key] : actions) {
        action->setShortcut(key);
        addAction(action);
        auto* button = new QToolButton;
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        // The action's text changes with the step; the button's does not.
        const QString name = action->text().section(QLatin1Char(' '), 0, 0),
                      tip = tr("%1 the last change (%2)").arg(name, key.toString(QKeySequence::NativeText));
        const auto show = [button, name, tip] {
            button->setText(name);
            button->setToolTip(tip);
        };
        connect(action, &QAction::changed, button, show);
        show();
        row->addWidget(button);
    }
    QToolButton* all = tool(tr("As without a style"), tr("Everything as the figure has it; can be taken back"));
    connect(all, &QToolButton::clicked, this, [this] { change_style({}, tr("as without a style")); });
    row->addWidget(all);
    row->addWidget(words_, 1);
    return row;
}

QHBoxLayout* FigureEditor::file_row() {
    auto* row = new QHBoxLayout;
    QToolButton* browse_button = tool(tr("Browse…"), tr("Choose the folder and the name of the file"));
    auto* copy_button = new QPushButton(tr("&Copy"));
    copy_button->setToolTip(tr("Put the figure on the clipboard, as pixels and as vectors"));
    copy_button->setAutoDefault(false);
    export_ = new QPushButton(tr("&Export"));
    export_->setToolTip(tr("Write the file and close"));
    export_->setDefault(true);
    auto* close = new QPushButton(tr("Cancel"));
    close->setToolTip(tr("Close without writing anything"));
    close->setAutoDefault(false);
    auto* fields = new QVBoxLayout;
    auto* file = new QHBoxLayout;
    file->addWidget(format_);
    file->addWidget(path_, 1);
    file->addWidget(browse_button);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(for_all_, 1);
    buttons->addWidget(copy_button);
    buttons->addWidget(close);
    buttons->addWidget(export_);
    fields->addLayout(file);
    fields->addLayout(buttons);
    row->addLayout(fields);
    connect(browse_button, &QToolButton::clicked, this, &FigureEditor::browse);
    connect(copy_button, &QPushButton::clicked, this, &FigureEditor::copy);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(export_, &QPushButton::clicked, this, &FigureEditor::accept);
    connect(format_, &QComboBox::currentIndexChanged, this, &FigureEditor::format_chosen);
    connect(path_, &QLineEdit::textChanged, this,
            [this] { export_->setEnabled(!path_->text().trimmed().isEmpty() && form_->problem().isEmpty()); });
    return row;
}

void FigureEditor::fill_style_menu() {
    styles_->clear();
    const QStringList names = store_.names();
    for (const QString& name : names)
        connect(styles_->addAction(name), &QAction::triggered, this, [this, name] { attempt([&] { load_style(name); }); });
    if (!names.isEmpty()) styles_->addSeparator();
    connect(styles_->addAction(tr("&Save by a name…")), &QAction::triggered, this, [this] {
        const QString name = QInputDialog::getText(this, tr("Save style"), tr("Name of the style:"));
        if (!name.isEmpty()) attempt([&] { save_style(name); });
    });
    if (!names.isEmpty()) {
        QMenu* removing = styles_->addMenu(tr("&Forget"));
        for (const QString& name : names)
            connect(removing->addAction(name), &QAction::triggered, this, [this, name] {
                store_.remove(name);
                tell(tr("Forgot the style %1").arg(name));
            });
    }
    styles_->addSeparator();
    connect(styles_->addAction(tr("&Open a file…")), &QAction::triggered, this, [this] {
        const QString path = QFileDialog::getOpenFileName(this, tr("Open style"), {}, tr(style_filter()));
        if (!path.isEmpty()) attempt([&] { import_style(path); });
    });
    connect(styles_->addAction(tr("Save as a &file…")), &QAction::triggered, this, [this] {
        const QString path = choose_file_to_write(
            this, {tr("Save style"), QStringLiteral("figure-style.json"), {{tr(style_filter()), QStringLiteral(".json")}}});
        if (!path.isEmpty()) attempt([&] { export_style(path); });
    });
}

void FigureEditor::attempt(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        tell(QString::fromUtf8(error.what()));
    }
}

void FigureEditor::tell(const QString& text) {
    words_->setText(text);
    words_->setToolTip(text);
    Q_EMIT told(text);
}

void FigureEditor::save_style(const QString& name) {
    store_.save(name, style_);
    tell(tr("Saved the style %1").arg(name.trimmed()));
}

void FigureEditor::load_style(const QString& name) {
    change_style(store_.load(name), tr("style %1").arg(name));
    tell(tr("Took the style %1").arg(name));
}

void FigureEditor::import_style(const QString& path) {
    change_style(style_from_json(read_text_file(path.toStdString()), path.toStdString()), path);
    tell(tr("Took the style of %1").arg(QFileInfo(path).fileName()));
}

void FigureEditor::export_style(const QString& path) {
    write_text_file(path.toStdString(), style_to_json(style_));
    tell(tr("Wrote %1").arg(path));
}

void FigureEditor::change_style(const FigureStyle& style, const QString& what) {
    if (style == style_) return;
    steps_->push(new StyleStep(style_, style, what, [this](const FigureStyle& shown) {
        style_ = shown;
        show_style();
    }));
}

void FigureEditor::take_form(const QString& what) {
    const QString problem = form_->problem();
    export_->setEnabled(problem.isEmpty() && !path_->text().trimmed().isEmpty());
    tell(problem);
    if (problem.isEmpty()) change_style(form_->style(), what);
}

void FigureEditor::show_style() {
    // What is being typed stays as it is typed.
    if (!(form_->style() == style_)) form_->set_style(style_);
    preview_->set_style(style_);
}

ExportChoice FigureEditor::choice() const {
    ExportChoice choice{format_->currentData().toString(), style_, {}, for_all_->isChecked()};
    choice.path = with_extension(path_->text().trimmed(), choice.format);
    return choice;
}

void FigureEditor::format_chosen() {
    const QString format = format_->currentData().toString();
    if (!path_->text().trimmed().isEmpty()) path_->setText(with_extension(path_->text().trimmed(), format));
    export_->setEnabled(!path_->text().trimmed().isEmpty());
}

void FigureEditor::browse() {
    const QString format = format_->currentData().toString();
    const QString filter = tr("%1 file (*.%2)").arg(format.toUpper(), format);
    const QString path = choose_file_to_write(this, {tr("Export figure"), path_->text(), {{filter, QLatin1Char('.') + format}}});
    if (path.isEmpty()) return;
    agreed_ = path;
    path_->setText(path);
}

void FigureEditor::copy() {
    attempt([this] {
        copy_figure(figure_, style_);
        tell(tr("The figure is on the clipboard"));
    });
}

void FigureEditor::accept() {
    if (!export_->isEnabled()) return;
    QStringList existing = existing_exports(choice().path);
    existing.removeAll(agreed_);
    if (may_replace_(existing)) QDialog::accept();
}

}  // namespace clipscope
