#include "report_window.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTemporaryFile>
#include <QVBoxLayout>

#include "report/study_report.h"

namespace clipscope {
namespace {

QString section_tip(ReportSection section) {
    switch (section) {
        case ReportSection::answer:
            return ReportWindow::tr(
                "Which layer is most sensitive, where 1 and 10 points are lost, which bit is most fatal, what protection brings back");
        case ReportSection::setup:
            return ReportWindow::tr("Jobs, model, images, their SHA-256, normalisation, formats, seeds, versions and device");
        case ReportSection::ranking:
            return ReportWindow::tr(
                "Layers and bit positions, the most sensitive first, with the map of critical bits where one was measured");
        case ReportSection::curves:
            return ReportWindow::tr("Every job's curves as a figure, and their means with 95 % intervals as tables");
        case ReportSection::worst:
            return ReportWindow::tr("Of each curve the worst trial, by the name that replay takes");
        case ReportSection::protections:
            return ReportWindow::tr("What protections cost and keep, and their differences on the same faults");
        case ReportSection::thresholds:
            return ReportWindow::tr("Profiles, sweeps and hardenings");
        case ReportSection::lists:
            return ReportWindow::tr("What lists of faults came to");
        case ReportSection::injection:
            return ReportWindow::tr("Bits that were to change, and those that were found changed");
        case ReportSection::limits:
            return ReportWindow::tr("What the numbers do not say, in plain words");
        case ReportSection::repeat:
            return ReportWindow::tr("The commands that measure everything again");
    }
    return {};
}

// Beside this program, whose tests have it as well.
QString desktop_program() {
    return QDir(QCoreApplication::applicationDirPath()).filePath(QStringLiteral("clipscope"));
}

// "clipscope: What went wrong." as a sentence for a dialog.
QString sentence_of(QString text) {
    text = text.trimmed();
    const QString name = QStringLiteral("clipscope: ");
    return text.startsWith(name) ? text.mid(name.size()) : text;
}

}  // namespace

ReportWindow::ReportWindow(std::function<QString(QWidget*)> choose_file, QWidget* parent)
    : QDialog(parent), choose_file_(std::move(choose_file)) {
    setWindowTitle(tr("Report of a study"));
    build();
    connect(&process_, &QProcess::finished, this,
            [this](int status, QProcess::ExitStatus how) { finish(status, how == QProcess::CrashExit); });
    connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart) return;
        show_state();
        emit failed(tr("The program %1, which makes the report, cannot be started: install ClipScope whole.").arg(process_.program()));
    });
    show_state();
}

ReportWindow::~ReportWindow() {
    process_.disconnect(this);
    if (!is_busy()) return;
    process_.kill();
    process_.waitForFinished();
}

void ReportWindow::build() {
    about_ = new QLabel;
    about_->setWordWrap(true);
    title_ = new QLineEdit;
    title_->setToolTip(tr("Stands on top; empty: made of the study's name"));
    text_ = new QPlainTextEdit;
    text_->setToolTip(tr("Your own words, after the answer; an empty line begins a new paragraph"));
    text_->setPlaceholderText(tr("What this study is for, what you conclude, what you would do next…"));
    text_->setTabChangesFocus(true);
    text_->setMinimumHeight(fontMetrics().lineSpacing() * 4);
    progress_ = new QProgressBar;
    progress_->setRange(0, 0);
    progress_->setToolTip(tr("The report is being made; closing this window ends it and writes nothing"));
    auto* form = new QFormLayout;
    form->addRow(tr("&Title:"), title_);
    form->addRow(tr("Your te&xt:"), text_);
    auto* buttons = new QDialogButtonBox;
    make_ = buttons->addButton(tr("&Make the report…"), QDialogButtonBox::ActionRole);
    make_->setToolTip(tr("Asks for a file: .html is one page that needs no other file, .pdf for print"));
    make_->setDefault(true);
    close_ = buttons->addButton(QDialogButtonBox::Close);
    close_->setToolTip(tr("Ends a report that is being made"));
    connect(make_, &QPushButton::clicked, this, [this] {
        if (const QString path = choose_file_(this); !path.isEmpty()) make(path);
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &ReportWindow::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(about_);
    layout->addLayout(form);
    layout->addWidget(build_sections());
    layout->addWidget(progress_);
    layout->addWidget(buttons);
    resize(640, 520);
}

QWidget* ReportWindow::build_sections() {
    auto* group = new QGroupBox(tr("Sections"));
    auto* grid = new QGridLayout(group);
    constexpr int columns = 2;
    for (const ReportSection section : all_report_sections) {
        auto* box = new QCheckBox(QString::fromStdString(report_heading(section)));
        box->setChecked(true);
        box->setToolTip(section_tip(section) + tr(". A section that the study has nothing for is left out anyway."));
        const int place = int(sections_.size());
        grid->addWidget(box, place / columns, place % columns);
        sections_.push_back(box);
    }
    return group;
}

void ReportWindow::set_study(const QString& path, const QString& title) {
    study_ = path;
    title_->setPlaceholderText(QString::fromStdString(report_title({}, QFileInfo(path).fileName().toStdString())));
    title_->setFocus();
    about_->setText(
        tr("A document of %1, made of nothing but what the study has: the same study gives the same document. Jobs that are not "
           "done are named as such.")
            .arg(title));
    show_state();
}

ReportOptions ReportWindow::options() const {
    ReportOptions options;
    options.title = title_->text().trimmed().toStdString();
    options.text = text_->toPlainText().trimmed().toStdString();
    for (std::size_t i = 0; i < sections_.size(); ++i)
        if (!sections_[i]->isChecked()) options.without.insert(all_report_sections[i]);
    return options;
}

QStringList ReportWindow::arguments(const QString& path) {
    QStringList arguments{QStringLiteral("--report"), study_, QStringLiteral("--output"), path};
    const ReportOptions chosen = options();
    if (!chosen.title.empty()) arguments << QStringLiteral("--title=") + QString::fromStdString(chosen.title);
    QStringList without;
    for (const ReportSection section : chosen.without) without << QString::fromStdString(to_string(section));
    if (!without.isEmpty()) arguments << QStringLiteral("--without=") + without.join(QLatin1Char(','));
    words_.reset();
    if (chosen.text.empty()) return arguments;
    words_ = std::make_unique<QTemporaryFile>();
    if (words_->open()) words_->write(QByteArray::fromStdString(chosen.text));
    words_->close();
    return arguments << QStringLiteral("--text=") + words_->fileName();
}

void ReportWindow::make(const QString& path) {
    if (is_busy() || study_.isEmpty()) return;
    path_ = path;
    is_stopped_ = false;
    process_.start(desktop_program(), arguments(path));
    show_state();
}

void ReportWindow::finish(int status, bool crashed) {
    show_state();
    if (is_stopped_) return;
    if (status == 0 && !crashed) {
        emit written(path_);
        return accept();
    }
    const QString why = sentence_of(QString::fromUtf8(process_.readAllStandardError()));
    emit failed(why.isEmpty() ? tr("The report was not made: its program ended without a word. Try it again.") : why);
}

void ReportWindow::reject() {
    if (is_busy()) {
        is_stopped_ = true;
        process_.kill();
    }
    QDialog::reject();
}

void ReportWindow::show_state() {
    progress_->setVisible(is_busy());
    make_->setEnabled(!is_busy() && !study_.isEmpty());
    for (QWidget* field : {static_cast<QWidget*>(title_), static_cast<QWidget*>(text_)}) field->setEnabled(!is_busy());
    for (QCheckBox* box : sections_) box->setEnabled(!is_busy());
}

}  // namespace clipscope
