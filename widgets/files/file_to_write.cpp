#include "files/file_to_write.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

namespace clipscope {

namespace {

constexpr qsizetype most_named = 6;

QString text(const char* source) {
    return QCoreApplication::translate("FileToWrite", source);
}

QString with_extension(const QString& path, const FileToWrite& file, int kind) {
    const auto has = [&](const FileToWrite::Kind& one) { return path.endsWith(one.extension, Qt::CaseInsensitive); };
    if (file.kinds.isEmpty() || std::ranges::any_of(file.kinds, has)) return path;
    return path + file.kinds[std::clamp(kind, 0, int(file.kinds.size()) - 1)].extension;
}

}  // namespace

FilePicker file_dialog(QWidget* parent) {
    return [parent](const FileToWrite& file, const QString& suggested, int& kind) {
        QStringList filters;
        for (const FileToWrite::Kind& one : file.kinds) filters << one.filter;
        QString chosen = filters.value(kind);
        const QString path = QFileDialog::getSaveFileName(parent, file.title, suggested, filters.join(QStringLiteral(";;")), &chosen);
        kind = int(std::max(qsizetype(0), filters.indexOf(chosen)));
        return path;
    };
}

MayReplace replace_question(QWidget* parent) {
    return [parent](const QStringList& existing) {
        if (existing.isEmpty()) return true;
        QMessageBox box(QMessageBox::Warning, text("Replace files?"), replace_sentence(existing), QMessageBox::Cancel, parent);
        box.setTextFormat(Qt::PlainText);  // file names may look like markup
        const QPushButton* const replace = box.addButton(text("&Replace"), QMessageBox::AcceptRole);
        box.setDefaultButton(QMessageBox::Cancel);
        box.exec();
        return box.clickedButton() == replace;
    };
}

QString choose_file_to_write(const FileToWrite& file, const FilePicker& pick, const MayReplace& may_replace) {
    int kind = 0;
    for (QString suggested = file.suggested;;) {
        const QString picked = pick(file, suggested, kind);
        if (picked.isEmpty()) return {};
        const QString path = with_extension(picked, file, kind);
        // What was picked as it is, the dialog has asked about.
        if (path == picked || may_replace(existing_files({path}))) return path;
        suggested = path;
    }
}

QString choose_file_to_write(QWidget* parent, const FileToWrite& file) {
    return choose_file_to_write(file, file_dialog(parent), replace_question(parent));
}

QStringList existing_files(const QStringList& paths) {
    QStringList existing;
    for (const QString& path : paths)
        if (QFileInfo::exists(path)) existing << path;
    return existing;
}

QString replace_sentence(const QStringList& existing) {
    if (existing.size() == 1) return text("%1 is there already. Replace it?").arg(existing.first());
    QStringList names;
    for (const QString& path : existing.first(std::min(existing.size(), most_named))) names << QFileInfo(path).fileName();
    if (existing.size() > most_named) names << QStringLiteral("…");
    return text("%1 of the files are in %2 already: %3. Replace them?")
        .arg(existing.size())
        .arg(QFileInfo(existing.value(0)).path(), names.join(QStringLiteral(", ")));
}

}  // namespace clipscope
