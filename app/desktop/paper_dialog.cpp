#include "paper_dialog.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "common/error.h"
#include "figures/figure_files.h"
#include "figures/style_store.h"

namespace clipscope {

PaperDialog::PaperDialog(const QString& study_file, QWidget* parent) : QDialog(parent), may_replace_(replace_question(this)) {
    setWindowTitle(tr("Figures of the paper"));
    words_ = new QLabel(tr("Reading the study…"));
    words_->setWordWrap(true);
    rows_ = new QGridLayout;
    rows_->setColumnStretch(1, 1);
    rows_->setHorizontalSpacing(12);
    format_ = new QComboBox;
    for (const QString& format : figure_formats()) format_->addItem(format.toUpper(), format);
    format_->setAccessibleName(tr("Format"));
    format_->setToolTip(tr("PDF for any paper, PGF for LaTeX to draw with the paper's letters, SVG to edit, PNG for the web"));
    style_choice_ = new QComboBox;
    style_choice_->addItem(tr("No style"));
    style_choice_->addItems(StyleStore().names());
    style_choice_->setAccessibleName(tr("Style"));
    style_choice_->setToolTip(
        tr("A style that you kept by a name in the figure editor: font, letters, legend and curves; its width is the whole page's"));
    export_ = new QPushButton(tr("&Export…"));
    export_->setToolTip(tr("Write the figures that are ready into a folder, figure-7.pdf and so on"));
    export_->setEnabled(false);
    auto* close = new QPushButton(tr("Close"));
    close->setToolTip(tr("Close this list"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(new QLabel(tr("Format")));
    buttons->addWidget(format_);
    buttons->addWidget(new QLabel(tr("Style")));
    buttons->addWidget(style_choice_);
    buttons->addStretch();
    buttons->addWidget(close);
    buttons->addWidget(export_);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(words_);
    layout->addLayout(rows_);
    layout->addStretch();
    layout->addLayout(buttons);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(export_, &QPushButton::clicked, this, &PaperDialog::choose_folder);
    connect(&turn_, &QTimer::timeout, this, &PaperDialog::write_next);
    resize(640, 320);
    if (study_file.isEmpty())
        show_figures(paper_figures({}));
    else
        read(study_file);
}

void PaperDialog::read(const QString& study_file) {
    reading_.start<std::shared_ptr<StudyResults>>(
        [study_file](std::stop_token) { return std::make_shared<StudyResults>(read_results(study_file)); },
        [this](const std::shared_ptr<StudyResults>& results) { show_figures(paper_figures(*results)); },
        [this](const QString& text) { words_->setText(text); });
}

void PaperDialog::show_figures(std::vector<PaperFigure> figures) {
    figures_ = std::move(figures);
    words_->setText(tr("The figures of the FT-ClipAct paper, arranged as there, from the jobs of this study."));
    for (int row = 0; row < int(figures_.size()); ++row) {
        const PaperFigure& figure = figures_[std::size_t(row)];
        auto* number = new QLabel(tr("<b>Figure %1</b>").arg(figure.number));
        auto* about = new QLabel(figure.missing.isEmpty() ? figure.about : figure.about + QLatin1Char('\n') + figure.missing);
        about->setWordWrap(true);
        rows_->addWidget(number, row, 0, Qt::AlignTop);
        rows_->addWidget(about, row, 1, Qt::AlignTop);
        if (figure.is_ready()) {
            rows_->addWidget(new QLabel(tr("ready")), row, 2, Qt::AlignTop);
            continue;
        }
        auto* prepare = new QPushButton(tr("Prepare"));
        prepare->setAccessibleName(tr("Prepare the job of figure %1").arg(figure.number));
        prepare->setToolTip(tr("Opens the form of the job that this figure lacks; Run begins it"));
        prepare->setAutoDefault(false);
        rows_->addWidget(prepare, row, 2, Qt::AlignTop);
        connect(prepare, &QPushButton::clicked, this, [this, kind = figure.job] {
            emit job_wanted(kind);
            close();
        });
    }
    export_->setEnabled(std::ranges::any_of(figures_, &PaperFigure::is_ready));
}

void PaperDialog::choose_folder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the figures"));
    if (!folder.isEmpty()) export_into(folder);
}

void PaperDialog::export_into(const QString& folder) {
    const QString ending = QLatin1Char('.') + format_->currentData().toString();
    try {
        style_ = style_choice_->currentIndex() > 0 ? StyleStore().load(style_choice_->currentText()) : FigureStyle();
    } catch (const Error& error) {
        words_->setText(QString::fromUtf8(error.what()));
        return;
    }
    waiting_.clear();
    QStringList existing;
    for (const PaperFigure& figure : figures_) {
        if (!figure.is_ready()) continue;
        const QString path = QDir(folder).filePath(figure.page.name + ending);
        existing << existing_exports(path);
        waiting_.emplace_back(figure.page, path);
    }
    if (!may_replace_(existing)) return waiting_.clear();
    folder_ = folder;
    export_->setEnabled(false);
    turn_.start();
}

void PaperDialog::write_next() {
    if (waiting_.empty()) {
        turn_.stop();
        export_->setEnabled(true);
        words_->setText(tr("Written into %1").arg(folder_));
        emit written(folder_);
        return;
    }
    const auto [page, path] = std::move(waiting_.front());
    waiting_.pop_front();
    words_->setText(tr("Writing %1…").arg(path));
    try {
        export_page(page, style_, path);
    } catch (const Error& error) {
        waiting_.clear();
        turn_.stop();
        export_->setEnabled(true);
        words_->setText(QString::fromUtf8(error.what()));
        emit failed(QString::fromUtf8(error.what()));
    }
}

}  // namespace clipscope
