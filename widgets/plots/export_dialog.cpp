#include "plots/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace clipscope {

namespace {

// Shows a point and takes a comma for one, whatever the desktop's language.
class LengthBox : public QDoubleSpinBox {
public:
    LengthBox() { setLocale(QLocale::c()); }
    QValidator::State validate(QString& text, int& position) const override {
        return QDoubleSpinBox::validate(text.replace(QLatin1Char(','), QLatin1Char('.')), position);
    }
};

QDoubleSpinBox* spin_box(double value, double low, double high, const QString& unit, const QString& name, const QString& tip) {
    auto* box = new LengthBox;
    box->setRange(low, high);
    box->setDecimals(1);
    box->setSuffix(unit);
    box->setValue(value);
    box->setAlignment(Qt::AlignRight);
    box->setAccessibleName(name);
    box->setToolTip(tip);
    return box;
}

// For rows of several fields, which a form cannot label by itself.
QLabel* label(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    return label;
}

bool is_format(const QString& suffix) {
    return QStringList{QStringLiteral("pdf"), QStringLiteral("svg"), QStringLiteral("png"), QStringLiteral("csv")}.contains(
        suffix.toLower());
}

// The path with the format's extension in place of another format's.
QString with_extension(const QString& path, const QString& format) {
    const QString suffix = QFileInfo(path).suffix();
    const QString stem = is_format(suffix) ? path.chopped(suffix.size() + 1) : path;
    return stem + QLatin1Char('.') + format;
}

}  // namespace

ExportDialog::ExportDialog(const ExportChoice& choice, QWidget* parent) : QDialog(parent), may_replace_(replace_question(this)) {
    setWindowTitle(tr("Export figure"));
    add_fields(choice);

    auto* size = new QHBoxLayout;
    size->addWidget(width_);
    size->addWidget(new QLabel(QStringLiteral("×")));
    size->addWidget(height_);
    size->addStretch();
    auto* path = new QHBoxLayout;
    auto* browse_button = new QPushButton(tr("&Browse…"));
    browse_button->setToolTip(tr("Choose the folder and the name of the file"));
    path->addWidget(path_, 1);
    path->addWidget(browse_button);
    auto* form = new QFormLayout;
    form->addRow(tr("&Format"), format_);
    form->addRow(tr("&Width for"), preset_);
    form->addRow(label(tr("Si&ze"), width_), size);
    form->addRow(tr("Font &size"), font_);
    form->addRow(QString(), title_);
    form->addRow(label(tr("F&ile"), path_), path);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addStretch();
    layout->addWidget(buttons);
    connect(browse_button, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::format_chosen);
    connect(preset_, &QComboBox::activated, this, &ExportDialog::preset_chosen);
    QPushButton* save = buttons->button(QDialogButtonBox::Save);
    connect(path_, &QLineEdit::textChanged, save, [save](const QString& text) { save->setEnabled(!text.trimmed().isEmpty()); });
    save->setEnabled(!choice.path.trimmed().isEmpty());
    format_chosen();
    resize(460, sizeHint().height());
}

void ExportDialog::add_fields(const ExportChoice& choice) {
    format_ = new QComboBox;
    format_->addItem(tr("PDF: vector, text stays text"), QStringLiteral("pdf"));
    format_->addItem(tr("SVG: vector, for editing"), QStringLiteral("svg"));
    format_->addItem(tr("PNG: pixels, 300 dpi"), QStringLiteral("png"));
    format_->addItem(tr("CSV: the numbers behind the figure"), QStringLiteral("csv"));
    format_->setCurrentIndex(std::max(0, format_->findData(choice.format)));
    format_->setAccessibleName(tr("Format"));
    format_->setToolTip(tr("PDF for a paper, SVG to edit the drawing, PNG for slides and the web, CSV for other programs"));

    preset_ = new QComboBox;
    for (const FigurePreset& preset : figure_presets()) {
        preset_->addItem(preset.name);
        const bool is_chosen = preset.size.width_mm == choice.size.width_mm && preset.size.height_mm == choice.size.height_mm;
        if (is_chosen) preset_->setCurrentIndex(preset_->count() - 1);
    }
    preset_->setAccessibleName(tr("Width for"));
    preset_->setToolTip(
        tr("The usual widths of journal columns; fonts are in points on the printed page, so do not scale the figure afterwards"));

    width_ = spin_box(choice.size.width_mm, 20, 1000, tr(" mm"), tr("Width"), tr("Width on the page"));
    height_ = spin_box(choice.size.height_mm, 20, 1000, tr(" mm"), tr("Height"), tr("Height on the page"));
    font_ = spin_box(choice.size.font_pt, 4, 48, tr(" pt"), tr("Font size"),
                     tr("Size of axis labels and legend; journals ask for 7 to 9 points"));
    title_ = new QCheckBox(tr("&Title above the figure"));
    title_->setChecked(choice.with_title);
    title_->setToolTip(tr("Papers put the title into the caption; slides want it in the figure"));
    path_ = new QLineEdit(choice.path);
    path_->setAccessibleName(tr("File"));
    path_->setToolTip(tr("The extension is added by itself"));
}

ExportChoice ExportDialog::choice() const {
    ExportChoice choice;
    choice.format = format_->currentData().toString();
    choice.size = {width_->value(), height_->value(), font_->value()};
    choice.with_title = title_->isChecked();
    choice.path = with_extension(path_->text().trimmed(), choice.format);
    return choice;
}

void ExportDialog::preset_chosen(int index) {
    const FigureSize& size = figure_presets()[std::size_t(index)].size;
    width_->setValue(size.width_mm);
    height_->setValue(size.height_mm);
    font_->setValue(size.font_pt);
}

void ExportDialog::format_chosen() {
    const QString format = format_->currentData().toString();
    for (QWidget* field : {static_cast<QWidget*>(preset_), static_cast<QWidget*>(width_), static_cast<QWidget*>(height_),
                           static_cast<QWidget*>(font_), static_cast<QWidget*>(title_)})
        field->setEnabled(format != QLatin1String("csv"));
    if (!path_->text().trimmed().isEmpty()) path_->setText(with_extension(path_->text().trimmed(), format));
}

void ExportDialog::browse() {
    const QString format = format_->currentData().toString();
    const QString filter = tr("%1 file (*.%2)").arg(format.toUpper(), format);
    const QString path = choose_file_to_write(this, {tr("Export figure"), path_->text(), {{filter, QLatin1Char('.') + format}}});
    if (path.isEmpty()) return;
    agreed_ = path;
    path_->setText(path);
}

void ExportDialog::accept() {
    const QString path = choice().path;
    if (path == agreed_ || may_replace_(existing_files({path}))) QDialog::accept();
}

}  // namespace clipscope
