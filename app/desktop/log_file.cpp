#include "log_file.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <utility>

#include "common/error.h"
#include "study/study.h"

namespace clipscope {
namespace {

QStringList lines_of(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

}  // namespace

LogFile::LogFile(QString path, qint64 most_bytes) : path_(std::move(path)), most_bytes_(most_bytes) {}

QString LogFile::older_path() const {
    return path_ + QStringLiteral(".1");
}

void LogFile::append(const QString& text) {
    if (path_.isEmpty()) return;
    if (QFileInfo(path_).size() > most_bytes_ / 2) {
        QFile::remove(older_path());
        QFile::rename(path_, older_path());
    }
    QFile file(path_);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Append)) return;
    const QString time = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    const QString line = QString(text).replace(QLatin1Char('\n'), QStringLiteral("\n    "));
    file.write((time + QStringLiteral("  ") + line.left(int(most_bytes_ / 8)) + QLatin1Char('\n')).toUtf8());
}

QStringList LogFile::last_lines(int most) const {
    QStringList lines = lines_of(path_);
    if (lines.size() < most) lines = lines_of(older_path()) + lines;
    return lines.mid(std::max<qsizetype>(0, lines.size() - most));
}

QString log_file_path() {
    try {
        return QString::fromStdString(autosave_folder()) + QStringLiteral("/activity.log");
    } catch (const Error&) {
        return {};
    }
}

}  // namespace clipscope
