// The activity log as a file in the program's own folder, so that it is still there after a restart. Two files of bounded size: what the
// first has no room for goes with the older one. Several programs may write at a time. GUI thread; a disk that takes no more is passed
// over in silence, as there is nowhere to note it.
#pragma once

#include <QString>
#include <QStringList>

namespace clipscope {

class LogFile {
public:
    // Its folder must be there.
    explicit LogFile(QString path, qint64 most_bytes = 512 * 1024);

    // One line with its day and time; line breaks within stay, indented.
    void append(const QString& text);
    // The last ones, the oldest first.
    QStringList last_lines(int most) const;
    const QString& path() const { return path_; }

private:
    QString older_path() const;

    QString path_;
    qint64 most_bytes_;
};

// "~/.local/state/clipscope/activity.log"; empty where there can be none.
QString log_file_path();

}  // namespace clipscope
