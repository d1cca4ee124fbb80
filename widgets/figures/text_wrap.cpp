#include "figures/text_wrap.h"

#include <QStringList>
#include <algorithm>

namespace clipscope {
namespace {

const QString signs = QStringLiteral("+-_/,;:.·–");

// The number of characters of `text` that go on a line; at least one.
qsizetype line_length(const QString& text, const QFontMetricsF& metrics, double width) {
    if (metrics.horizontalAdvance(text) <= width) return text.size();
    qsizetype fits = 1;
    for (qsizetype too_long = text.size(); too_long - fits > 1;) {
        const qsizetype middle = (fits + too_long) / 2;
        (metrics.horizontalAdvance(text.left(middle)) <= width ? fits : too_long) = middle;
    }
    for (qsizetype end = fits; end > 0; --end)
        if (text[end] == QLatin1Char(' ')) return end;
    // A piece of one or two letters reads badly.
    constexpr qsizetype shortest = 3;
    for (qsizetype end = fits; end >= shortest; --end)
        if (signs.contains(text[end - 1])) return end;
    return fits;
}

}  // namespace

double widest_piece(const QString& text, const QFontMetricsF& metrics) {
    double widest = 0;
    qsizetype from = 0;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        const bool ends = i == text.size() || text[i].isSpace() || signs.contains(text[i]);
        if (!ends) continue;
        widest = std::max(widest, metrics.horizontalAdvance(text.mid(from, i + 1 - from).trimmed()));
        from = i + 1;
    }
    return widest;
}

QString wrapped(const QString& text, const QFontMetricsF& metrics, double width) {
    QStringList lines;
    for (QString rest : text.split(QLatin1Char('\n'))) {
        rest = rest.trimmed();
        do {
            const qsizetype length = line_length(rest, metrics, width);
            lines << rest.left(length).trimmed();
            rest = rest.mid(length).trimmed();
        } while (!rest.isEmpty());
    }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace clipscope
