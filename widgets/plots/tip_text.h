// Rows of the tables that hover tips are made of.
#pragma once

#include <QString>

namespace clipscope {

// A name on the left, its value on the right. Rich text: escape what comes from outside.
inline QString tip_row(const QString& name, const QString& value) {
    return QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td align=right>%2</td></tr>").arg(name, value);
}

}  // namespace clipscope
