#include "export_index.h"

#include <QDir>
#include <QFileInfo>
#include <QUrl>

#include "common/text_file.h"
#include "report/html_text.h"

namespace clipscope {
namespace {

constexpr const char* index_style =
    "body { font: 15px/1.5 system-ui, \"DejaVu Sans\", sans-serif; max-width: 56em; margin: 2em auto; padding: 0 1.5em; color: #1b1b1b; }"
    " h2 { font-size: 1.1em; margin-top: 1.6em; } li { margin: .15em 0; } a { color: #0072b2; }";

std::string escaped(const QString& text) {
    return html_escaped(text.toStdString());
}

std::string link_to(const QString& path, const QString& text) {
    return "<a href=\"" + escaped(QString::fromLatin1(QUrl(path).toEncoded())) + "\">" + escaped(text) + "</a>";
}

QString relative_path(const QDir& root, const ExportTask& task) {
    return root.relativeFilePath(QFileInfo(task.path).absoluteFilePath());
}

// The files of one folder, relative to the index, in the order in which they are written.
std::string list_of(const std::vector<ExportTask>& tasks, const QDir& root, const QString& folder) {
    std::string html = "<ul>\n";
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const QFileInfo file(relative_path(root, tasks[i]));
        if (file.path() != folder) continue;
        std::string line = link_to(file.filePath(), file.fileName());
        // The other formats of the same figure.
        for (; i + 1 < tasks.size(); ++i) {
            const QFileInfo next(relative_path(root, tasks[i + 1]));
            if (next.path() != folder || next.completeBaseName() != file.completeBaseName() || tasks[i + 1].about != tasks[i].about) break;
            line += ", " + link_to(next.filePath(), next.suffix().toUpper());
        }
        html += "<li>" + line + (tasks[i].about.isEmpty() ? "" : ": " + escaped(tasks[i].about)) + "</li>\n";
    }
    return html + "</ul>\n";
}

}  // namespace

ExportTask index_of(const std::vector<ExportTask>& tasks, const QString& folder, const QString& title, const QStringList& notes) {
    const QDir root(QFileInfo(folder).absoluteFilePath());
    QStringList folders;
    for (const ExportTask& task : tasks) {
        const QString of_task = QFileInfo(relative_path(root, task)).path();
        if (!folders.contains(of_task)) folders << of_task;
    }
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + escaped(title) +
                       "</title>\n<style>" + index_style + "</style>\n</head>\n<body>\n<h1>" + escaped(title) + "</h1>\n";
    for (const QString& note : notes) html += html_paragraph(note.toStdString());
    for (const QString& one : folders)
        html += "<h2>" + (one == QLatin1String(".") ? escaped(QObject::tr("What was in sight")) : escaped(one)) + "</h2>\n" +
                list_of(tasks, root, one);
    html += "</body>\n</html>\n";
    const QString path = QDir(folder).filePath(QStringLiteral("index.html"));
    return {path, [path, html] { write_text_file(path.toStdString(), html); }, {}, QObject::tr("This page")};
}

QStringList index_notes(const ReportContents& contents) {
    QStringList notes;
    if (!contents.damage.empty()) notes << QString::fromStdString(contents.damage);
    QStringList unfinished;
    for (const ReportJob& job : contents.jobs)
        if (job.record.state != JobState::done)
            unfinished << QStringLiteral("%1: %2").arg(QString::fromStdString(job_label(job.record)),
                                                       QString::fromStdString(to_string(job.record.state)));
    notes << QObject::tr("Jobs of %1: %2.").arg(QString::fromStdString(contents.study_name)).arg(contents.jobs.size());
    if (!unfinished.isEmpty()) notes << QObject::tr("Not all are done: %1.").arg(unfinished.join(QStringLiteral("; ")));
    return notes;
}

}  // namespace clipscope
