// Breaks a text into lines of a width: at blanks, where that does not do behind signs such as + and -, and in the middle of a word only
// where nothing else does.
#pragma once

#include <QFontMetricsF>
#include <QString>

namespace clipscope {

// Of the pieces that are never broken but in need.
double widest_piece(const QString& text, const QFontMetricsF& metrics);

QString wrapped(const QString& text, const QFontMetricsF& metrics, double width);

}  // namespace clipscope
