#include "controls/typed_numbers.h"

#include <QObject>
#include <QRegularExpression>
#include <QStringList>
#include <cmath>

#include "common/number_text.h"

namespace clipscope {
namespace {

std::optional<double> with_point(const QString& text) {
    const QString number = text.startsWith(QLatin1Char('+')) ? text.mid(1) : text;
    const auto parsed = parse_number(number.toStdString());
    return parsed && std::isfinite(*parsed) ? parsed : std::nullopt;
}

// In a range from:to:count no comma separates anything.
QString range_with_points(const QString& range) {
    QStringList parts = range.split(QLatin1Char(':'));
    for (QString& part : parts)
        if (part.count(QLatin1Char(',')) == 1) part.replace(QLatin1Char(','), QLatin1Char('.'));
    return parts.join(QLatin1Char(':'));
}

QString two_ways(const QString& piece) {
    const int comma = int(piece.indexOf(QLatin1Char(',')));
    const QString joined = piece.left(comma) + QLatin1Char('.') + piece.mid(comma + 1);
    const QString apart = piece.left(comma) + QStringLiteral(", ") + piece.mid(comma + 1);
    return QObject::tr("“%1” can be one number or two: write “%2” with a point, or “%3” with a blank after the comma.")
        .arg(piece, joined, apart);
}

}  // namespace

std::optional<double> typed_number(const QString& text) {
    QString number = text.trimmed();
    const auto commas = number.count(QLatin1Char(','));
    if (commas > 1 || (commas == 1 && number.contains(QLatin1Char('.')))) return std::nullopt;
    return with_point(number.replace(QLatin1Char(','), QLatin1Char('.')));
}

std::optional<double> typed_whole_number(const QString& text) {
    static const QRegularExpression thousands(QStringLiteral("^\\d{1,3}(\\s\\d{3})+$"));
    QString number = text.trimmed();
    if (number.contains(QLatin1Char(',')) || number.contains(QLatin1Char('.'))) return std::nullopt;
    if (thousands.match(number).hasMatch()) number.remove(QRegularExpression(QStringLiteral("\\s")));
    const auto parsed = with_point(number);
    return parsed && *parsed == std::floor(*parsed) ? parsed : std::nullopt;
}

TypedList typed_list(const QString& text, const QLocale& locale) {
    // One number before the comma, without a fraction or an exponent, and more digits right behind it.
    static const QRegularExpression unclear(QStringLiteral("(?:^|,)(\\d+,\\d[^,]*)"));
    static const QRegularExpression comma_or_blank(QStringLiteral("\\s*,\\s+|\\s+,\\s*|\\s+"));
    const bool has_semicolons = text.contains(QLatin1Char(';'));
    const bool takes_commas = locale.decimalPoint() == QLatin1String(",");
    static const QRegularExpression colon(QStringLiteral("\\s*:\\s*"));
    QStringList found;
    for (const QString& part : QString(text).replace(colon, QStringLiteral(":")).split(QLatin1Char(';'))) {
        for (const QString& piece : part.trimmed().split(comma_or_blank)) {
            const bool may_be_one = piece.count(QLatin1Char(',')) == 1 && typed_number(piece);
            const auto doubtful = unclear.match(piece);
            if (piece.contains(QLatin1Char(':')))
                found << range_with_points(piece);
            else if (has_semicolons && may_be_one)
                found << QString(piece).replace(QLatin1Char(','), QLatin1Char('.'));
            else if (takes_commas && doubtful.hasMatch())
                return {text, two_ways(doubtful.captured(1))};
            else
                found << piece.split(QLatin1Char(','));
        }
    }
    return {found.join(QLatin1Char(',')), {}};
}

QString readable_list(const QString& text) {
    static const QRegularExpression comma(QStringLiteral("\\s*,\\s*"));
    return QString(text).replace(comma, QStringLiteral(", "));
}

}  // namespace clipscope
