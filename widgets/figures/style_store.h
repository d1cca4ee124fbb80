// Styles that the user keeps by name: a JSON file each, in the user's folder of ClipScope's data. GUI thread.
#pragma once

#include <QString>
#include <QStringList>

#include "figures/figure_style.h"

namespace clipscope {

class StyleStore {
public:
    // Empty: the user's folder.
    explicit StyleStore(const QString& folder = {});

    QStringList names() const;  // in alphabetical order
    // Throws Error where the file is not there, or no style.
    FigureStyle load(const QString& name) const;
    // Replaces one of that name. Throws UsageError for a name that no file can have, Error where it cannot be written.
    void save(const QString& name, const FigureStyle& style) const;
    void remove(const QString& name) const;

private:
    QString path_of(const QString& name) const;

    QString folder_;
};

}  // namespace clipscope
