#include "plots/rate_ticker.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "plots/accuracy_view.h"

namespace clipscope {

namespace {

// Positions of the given multiples of every `step`-th power of ten within [lower, upper], ascending.
QVector<double> multiples(double lower, double upper, std::initializer_list<int> factors, int step = 1) {
    QVector<double> positions;
    const int first = int(std::floor(lower)) - 1;
    for (int decade = first; decade <= int(std::floor(upper)); ++decade) {
        if ((decade % step + step) % step != 0) continue;
        for (const int factor : factors) {
            const double position = decade + std::log10(double(factor));
            if (position >= lower && position <= upper) positions.append(position);
        }
    }
    return positions;
}

}  // namespace

void RateTicker::generate(const QCPRange& range, const QLocale& locale, QChar format_char, int precision, QVector<double>& ticks,
                          QVector<double>* sub_ticks, QVector<QString>* labels) {
    const double slack = 1e-9;
    const bool are_counts = what_ == Of::counts;
    const double lower = std::max({range.lower, first_ - 0.3, are_counts ? 0.0 : range.lower}) - slack;
    const double upper = (are_counts ? range.upper : std::min(range.upper, 0.0)) + slack;
    const double decades = upper - lower;
    if (decades > 2.4)
        ticks = multiples(lower, upper, {1}, std::max(1, int(std::ceil(decades / 10))));
    else if (decades > 0.8)
        ticks = multiples(lower, upper, {1, 2, 5});
    else
        ticks = multiples(lower, upper, {1, 2, 3, 4, 5, 6, 7, 8, 9});
    if (ticks.size() < 2 && decades > 0 && decades < 0.8) {
        QCPAxisTicker::generate(range, locale, format_char, precision, ticks, nullptr, nullptr);
        ticks.removeIf([&](double position) { return position < lower || position > upper; });
    }
    if (sub_ticks) *sub_ticks = decades > 0 && decades < 12 ? multiples(lower, upper, {2, 3, 4, 5, 6, 7, 8, 9}) : QVector<double>();
    if (zero_slot_ && *zero_slot_ >= range.lower && *zero_slot_ <= range.upper) ticks.prepend(*zero_slot_);
    if (!labels) return;
    labels->clear();
    for (const double tick : ticks) {
        const double value = zero_slot_ && tick == *zero_slot_ ? 0 : std::pow(10, tick);
        labels->append(are_counts ? count_label(value) : rate_label(value));
    }
}

double BitTicker::getTickStep(const QCPRange& range) {
    constexpr double most_ticks = 12;
    double step = 1;
    while (range.size() / step > most_ticks) step *= 2;
    return step;
}

QString BitTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    constexpr long highest_bit = 31;
    const long bit = std::lround(-tick);
    return bit < 0 || bit > highest_bit ? QString() : QString::number(bit);
}

}  // namespace clipscope
