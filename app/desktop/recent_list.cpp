#include "recent_list.h"

#include <QSettings>
#include <utility>

namespace clipscope {

RecentList::RecentList(QString settings_key, int most) : key_(std::move(settings_key)), most_(most) {}

QStringList RecentList::paths() const {
    return QSettings().value(key_).toStringList();
}

void RecentList::add(const QString& path) {
    QStringList all = paths();
    all.removeAll(path);
    all.prepend(path);
    QSettings().setValue(key_, all.mid(0, most_));
}

void RecentList::clear() {
    QSettings().remove(key_);
}

}  // namespace clipscope
