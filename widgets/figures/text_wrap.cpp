#include "figures/text_wrap.h"

#include <QStringList>

namespace clipscope {
namespace {

// The number of characters of `text` that go on a line; at least one.
qsizetype line_length(const QString& text, const QFontMetricsF& metrics, double width) {
    if (metrics.horizontalAdvance(text) <= width) return text.size();
    qsizetype fits = 1;
    while (fits < text.size() && metrics.horizontalAdvance(text.left(fits + 1)) <= width) ++fits;
    static const QString signs = QStringLiteral("+-_/,;:.·–");
    for (qsizetype end = fits; end > 0; --end)
        if (text[end] == QLatin1Char(' ')) return end;
    // A piece of one or two letters reads badly.
    constexpr qsizetype shortest = 3;
    for (qsizetype end = fits; end >= shortest; --end)
        if (signs.contains(text[end - 1])) return end;
    return fits;
}

}  // namespace

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
