#include "theme/number_text.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace clipscope {

namespace {

QLocale english() {
    return QLocale(QLocale::English, QLocale::UnitedStates);
}

}  // namespace

QString grouped(std::int64_t number) {
    return english().toString(qlonglong(number));
}

QString grouped(double number, int decimals) {
    return english().toString(number, 'f', decimals);
}

QString bytes_text(std::int64_t bytes) {
    return english().formattedDataSize(qint64(bytes));
}

QString percent_text(double fraction, int decimals) {
    return QString::number(100 * fraction, 'f', decimals) + QStringLiteral(" %");
}

QString duration_text(double seconds) {
    if (!std::isfinite(seconds)) return QStringLiteral("–");
    const std::int64_t whole = std::int64_t(std::llround(std::clamp(seconds, 0.0, 3.6e8)));
    const QChar zero = QLatin1Char('0');
    const QString minutes_and_seconds =
        QStringLiteral("%1:%2").arg(whole / 60 % 60, whole >= 3600 ? 2 : 1, 10, zero).arg(whole % 60, 2, 10, zero);
    return whole >= 3600 ? QStringLiteral("%1:%2").arg(whole / 3600).arg(minutes_and_seconds) : minutes_and_seconds;
}

QString elapsed_text(double seconds) {
    if (!(seconds >= 0) || seconds >= 9.95) return duration_text(seconds);
    return seconds < 0.05 ? QStringLiteral("under 0.1 s") : QString::number(seconds, 'f', 1) + QStringLiteral(" s");
}

QString price_text(double percent) {
    constexpr double shown = 0.1;  // below it two digits
    if (percent == 0) return QStringLiteral("0");
    return std::abs(percent) < shown ? QString::number(percent, 'g', 2) : QString::number(percent, 'f', 2);
}

QString signed_number_text(double value, int decimals) {
    const QString digits = QString::number(std::abs(value), 'f', decimals);
    if (digits.toDouble() == 0) return digits;  // no sign before what is rounded away
    return (value < 0 ? QChar(0x2212) : QLatin1Char('+')) + digits;
}

QString change_text(double fraction) {
    if (!std::isfinite(fraction)) return QStringLiteral("–");
    if (fraction < 1) return signed_number_text(100 * fraction, 1) + QStringLiteral(" %");
    const double factor = 1 + fraction;
    return QChar(0x00D7) + grouped(factor, factor < 9.995 ? 2 : factor < 99.95 ? 1 : 0);
}

}  // namespace clipscope
