#include "dialogs.h"

#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QStandardPaths>

#include "files/file_to_write.h"
#include "images_dialog.h"
#include "network/architectures/architecture_variants.h"

namespace clipscope {
namespace {

QString documents() {
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
}

QString choose_model(QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QObject::tr("Open model"), {},
                                        QObject::tr("Models (*.pt *.pth *.pt2 *.onnx *.safetensors *.ts *.torchscript);;All files (*)"));
}

QString choose_data(QWidget* parent) {
    return QFileDialog::getExistingDirectory(parent, QObject::tr("Open data folder"));
}

QString choose_data_archive(QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QObject::tr("Open images"), {}, QObject::tr("NumPy archives (*.npz);;All files (*)"));
}

QString choose_numbers(QWidget* parent) {
    return choose_file_to_write(parent, {QObject::tr("Export numbers"),
                                         documents() + QStringLiteral("/sensitivity.csv"),
                                         {{QObject::tr("Tables (*.csv)"), QStringLiteral(".csv")},
                                          {QObject::tr("Results that ClipScope reads again (*.json)"), QStringLiteral(".json")}}});
}

QString choose_thresholds(QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QObject::tr("Open thresholds"), documents(),
                                        QObject::tr("Thresholds (*.json);;All files (*)"));
}

QString choose_file(QWidget* parent, const QString& title, const QString& name, const QString& filter, const QString& extension) {
    return choose_file_to_write(parent, {title, documents() + QLatin1Char('/') + name, {{filter, extension}}});
}

QString choose_thresholds_file(QWidget* parent) {
    return choose_file_to_write(parent, {QObject::tr("Save thresholds"),
                                         documents() + QStringLiteral("/thresholds.json"),
                                         {{QObject::tr("Thresholds that ClipScope reads again (*.json)"), QStringLiteral(".json")},
                                          {QObject::tr("C headers (*.h)"), QStringLiteral(".h")}}});
}

QString choose_hardened(QWidget* parent, bool came_from_onnx) {
    FileToWrite file{QObject::tr("Save hardened network"),
                     documents() + QStringLiteral("/hardened.pt"),
                     {{QObject::tr("TorchScript (*.pt)"), QStringLiteral(".pt")}}};
    if (came_from_onnx) {
        file.suggested = documents() + QStringLiteral("/hardened.onnx");
        file.kinds.prepend({QObject::tr("ONNX, as the network came (*.onnx)"), QStringLiteral(".onnx")});
    }
    return choose_file_to_write(parent, file);
}

QString choose_study(QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QObject::tr("Open study"), documents(),
                                        QObject::tr("Studies (*.clipscope);;All files (*)"));
}

QString choose_study_file(QWidget* parent) {
    return choose_file(parent, QObject::tr("Save study"), QStringLiteral("study.clipscope"), QObject::tr("Studies (*.clipscope)"),
                       QStringLiteral(".clipscope"));
}

std::optional<QString> ask_text(QWidget* parent, const QString& title, const QString& text) {
    bool accepted = false;
    const QString answer = QInputDialog::getMultiLineText(parent, title, title + QLatin1Char(':'), text, &accepted);
    return accepted ? std::optional(answer) : std::nullopt;
}

std::optional<QString> ask_line(QWidget* parent, const QString& title, const QString& text) {
    bool accepted = false;
    const QString answer = QInputDialog::getText(parent, title, title + QLatin1Char(':'), QLineEdit::Normal, text, &accepted);
    return accepted ? std::optional(answer) : std::nullopt;
}

QString choose_folder(QWidget* parent) {
    return QFileDialog::getExistingDirectory(parent, QObject::tr("Export everything into a folder"), documents());
}

std::optional<ImagesChoice> ask_images(QWidget* parent, const Engine& engine, const ImagesQuestion& question) {
    ImagesDialog dialog(engine, question, parent);
    return dialog.exec() == QDialog::Accepted ? dialog.chosen() : std::nullopt;
}

QString ask_architecture(QWidget* parent, const QString& sentence) {
    QInputDialog dialog(parent);
    QStringList names;
    for (const std::string& name : known_architectures()) names << QString::fromStdString(name);
    dialog.setWindowTitle(QObject::tr("Architecture of these parameters"));
    dialog.setComboBoxItems(names);
    dialog.setLabelText(sentence + QStringLiteral("\n\n") + QObject::tr("Built-in architecture to put them into:"));
    dialog.setOkButtonText(QObject::tr("&Try this"));
    if (auto* label = dialog.findChild<QLabel*>()) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(520);
    }
    return dialog.exec() == QDialog::Accepted ? dialog.textValue() : QString();
}

QString choose_table(QWidget* parent) {
    return choose_file(parent, QObject::tr("Export injected faults"), QStringLiteral("faults.csv"), QObject::tr("Tables (*.csv)"),
                       QStringLiteral(".csv"));
}

QString choose_exporter(QWidget* parent) {
    return choose_file(parent, QObject::tr("Save Python exporter"), QStringLiteral("clipscope_export.py"), QObject::tr("Python (*.py)"),
                       QStringLiteral(".py"));
}

QString choose_lab(QWidget* parent) {
    return QFileDialog::getOpenFileName(parent, QObject::tr("Open a lab"), {}, QObject::tr("Labs (*.json)"));
}

QString choose_hand_in(QWidget* parent, const QString& suggested) {
    return choose_file(parent, QObject::tr("Hand in"), suggested, QObject::tr("Hand-ins (*.zip)"), QStringLiteral(".zip"));
}

QString choose_report(QWidget* parent) {
    return choose_file_to_write(parent, {QObject::tr("Make a report"),
                                         documents() + QStringLiteral("/report.html"),
                                         {{QObject::tr("Pages that need no other file (*.html)"), QStringLiteral(".html")},
                                          {QObject::tr("For print (*.pdf)"), QStringLiteral(".pdf")}}});
}

QString choose_latex(QWidget* parent) {
    return choose_file(parent, QObject::tr("Export ranking"), QStringLiteral("ranking.tex"), QObject::tr("LaTeX (*.tex)"),
                       QStringLiteral(".tex"));
}

// A question whose only answer besides "not now" is the button's text.
bool offers(QWidget* parent, const QString& sentence, const QString& button) {
    QMessageBox box(QMessageBox::Warning, QStringLiteral("ClipScope"), sentence, QMessageBox::Cancel, parent);
    box.setTextFormat(Qt::PlainText);  // file names may look like markup
    const QPushButton* const accept = box.addButton(button, QMessageBox::AcceptRole);
    box.exec();
    return box.clickedButton() == accept;
}

QString ask_for_source(QWidget* parent, const QString& sentence, bool is_folder) {
    if (!offers(parent, sentence, QObject::tr("Choose…"))) return {};
    return is_folder ? choose_data(parent) : choose_model(parent);
}

QString choose_recovered(QWidget* parent, const QString& sentence, const QString& suggested) {
    if (!offers(parent, sentence, QObject::tr("Recover into a copy…"))) return {};
    return choose_file_to_write(parent, {QObject::tr("Save what is left as a new study"),
                                         suggested,
                                         {{QObject::tr("Studies (*.clipscope)"), QStringLiteral(".clipscope")}}});
}

bool may_replace(QWidget* parent, const QStringList& existing) {
    return replace_question(parent)(existing);
}

QuitAnswer ask_quit(QWidget* parent, const QString& running) {
    QMessageBox box(QMessageBox::Question, QStringLiteral("ClipScope"), QObject::tr("%1 is running.").arg(running), QMessageBox::NoButton,
                    parent);
    box.setTextFormat(Qt::PlainText);
    box.setInformativeText(QObject::tr("What it has found so far is kept in the study either way, and it can go on later."));
    const QPushButton* const stop = box.addButton(QObject::tr("&Stop it and quit"), QMessageBox::DestructiveRole);
    const QPushButton* const wait = box.addButton(QObject::tr("Quit when it is &done"), QMessageBox::AcceptRole);
    QPushButton* const cancel = box.addButton(QMessageBox::Cancel);
    box.setDefaultButton(cancel);
    box.exec();
    if (box.clickedButton() == stop) return QuitAnswer::stop;
    return box.clickedButton() == wait ? QuitAnswer::wait : QuitAnswer::cancel;
}

void tell(QWidget* parent, const QString& title, const QString& text) {
    QMessageBox box(QMessageBox::Information, title, text, QMessageBox::Ok, parent);
    box.setTextFormat(Qt::PlainText);
    box.exec();
}

void show_error(QWidget* parent, const QString& sentence) {
    QMessageBox box(QMessageBox::Warning, QStringLiteral("ClipScope"), one_sentence(sentence), QMessageBox::Ok, parent);
    box.setTextFormat(Qt::PlainText);  // file names may look like markup
    box.exec();
}

}  // namespace

QString one_sentence(const QString& error) {
    constexpr qsizetype most = 500;
    const QString first = error.section(QLatin1Char('\n'), 0, 0).trimmed();
    return first.size() <= most ? first : first.left(most) + QObject::tr("… (the activity log has the rest)");
}

Dialogs real_dialogs() {
    return {choose_model,
            choose_data,
            choose_data_archive,
            choose_numbers,
            choose_thresholds,
            choose_thresholds_file,
            choose_hardened,
            choose_study,
            choose_study_file,
            ask_text,
            choose_folder,
            ask_images,
            ask_architecture,
            show_error,
            ask_for_source,
            choose_recovered,
            tell,
            choose_table,
            choose_exporter,
            ask_line,
            ask_quit,
            may_replace,
            choose_lab,
            choose_hand_in,
            choose_report,
            choose_latex};
}

}  // namespace clipscope
