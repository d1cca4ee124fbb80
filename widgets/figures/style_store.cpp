#include "figures/style_store.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "common/error.h"
#include "common/text_file.h"

namespace clipscope {

namespace {

const QString ending = QStringLiteral(".json");

}  // namespace

StyleStore::StyleStore(const QString& folder)
    : folder_(folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/figure-styles")
                               : folder) {}

QString StyleStore::path_of(const QString& name) const {
    const QString trimmed = name.trimmed();
    if (trimmed.isEmpty() || trimmed.startsWith(QLatin1Char('.')) || trimmed.contains(QLatin1Char('/')) || trimmed.size() > 80)
        throw UsageError("A style's name has 1 to 80 characters, no / among them, and does not begin with a point.");
    return folder_ + QLatin1Char('/') + trimmed + ending;
}

QStringList StyleStore::names() const {
    QStringList names;
    for (const QString& file : QDir(folder_).entryList({QLatin1Char('*') + ending}, QDir::Files, QDir::Name | QDir::IgnoreCase))
        names << file.chopped(ending.size());
    return names;
}

FigureStyle StyleStore::load(const QString& name) const {
    const std::string path = path_of(name).toStdString();
    return style_from_json(read_text_file(path), path);
}

void StyleStore::save(const QString& name, const FigureStyle& style) const {
    const QString path = path_of(name);
    if (!QDir().mkpath(folder_))
        throw Error("Cannot make the folder " + folder_.toStdString() + " for styles: make it yourself, or export the style as a file.");
    write_text_file(path.toStdString(), style_to_json(style));
}

void StyleStore::remove(const QString& name) const {
    QFile::remove(path_of(name));
}

}  // namespace clipscope
