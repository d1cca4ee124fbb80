// Asks for a file to write. No file that is there is written over unless the user says so, whoever adds the extension. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <functional>

class QWidget;

namespace clipscope {

struct FileToWrite {
    QString title;      // of the dialog
    QString suggested;  // path
    // What the dialog offers, "Tables (*.csv)", each with the extension that its files get, ".csv".
    struct Kind {
        QString filter;
        QString extension;
    };
    QList<Kind> kinds;
};

// Shows the file dialog, which asks by itself before a file that was chosen in it is replaced: the path, or nothing; `kind` becomes the one
// that was chosen.
using FilePicker = std::function<QString(const FileToWrite& file, const QString& suggested, int& kind)>;
FilePicker file_dialog(QWidget* parent);

// Whether files that are there may be replaced; true where none of these is.
using MayReplace = std::function<bool(const QStringList& existing)>;
MayReplace replace_question(QWidget* parent);

// The path with the extension of its kind, which is added where there is none of them. Asks again where the user would not have the file
// replaced that the extension made of what was typed. Empty where the user changed their mind.
QString choose_file_to_write(const FileToWrite& file, const FilePicker& pick, const MayReplace& may_replace);
QString choose_file_to_write(QWidget* parent, const FileToWrite& file);

// Those of the paths that are there.
QStringList existing_files(const QStringList& paths);

// "accuracy.pdf is there already. Replace it?", "3 of these files are there already: …"
QString replace_sentence(const QStringList& existing);

}  // namespace clipscope
