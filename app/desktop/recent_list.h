// The latest files or folders of one kind, kept in the user's settings, newest first, each once.
#pragma once

#include <QString>
#include <QStringList>

namespace clipscope {

class RecentList {
public:
    explicit RecentList(QString settings_key, int most = 8);

    QStringList paths() const;
    void add(const QString& path);
    void clear();

private:
    QString key_;
    int most_;
};

}  // namespace clipscope
