#include "plots/value_axis.h"

#include <algorithm>
#include <cmath>

#include "plots/accuracy_view.h"

namespace clipscope {

namespace {

constexpr double slot_edge = 1e-6;  // ActivationHistogram::lowest_decade
constexpr int first_decade = ActivationHistogram::lowest_decade;
constexpr int last_decade = ActivationHistogram::highest_decade;

// Positions of the given multiples of every `step`-th power of ten on both sides, ascending, within the range.
QVector<double> multiples(const QCPRange& range, std::initializer_list<int> factors, int step) {
    QVector<double> positions;
    for (const int sign : {-1, 1}) {
        for (int decade = first_decade; decade < last_decade; ++decade) {
            if (decade % step != 0) continue;
            for (const int factor : factors) {
                const double position = value_position(sign * factor * std::pow(10.0, decade));
                if (range.contains(position)) positions.append(position);
            }
        }
    }
    std::sort(positions.begin(), positions.end());
    return positions;
}

}  // namespace

double value_position(double value) {
    const double magnitude = std::abs(value);
    if (magnitude <= slot_edge) return value_slot * value / slot_edge;
    return std::copysign(value_slot + std::log10(magnitude) - first_decade, value);
}

double value_at_position(double position) {
    const double distance = std::abs(position);
    if (distance <= value_slot) return position / value_slot * slot_edge;
    return std::copysign(std::pow(10.0, distance - value_slot + first_decade), position);
}

QString value_label(double value) {
    if (value == 0) return QStringLiteral("0");
    const double magnitude = std::abs(value);
    const bool is_plain = magnitude > 0.00099 && magnitude < 9999.5;
    const QString text = is_plain ? QString::number(magnitude, 'g', 4) : rate_label(magnitude);
    return value < 0 ? QChar(0x2212) + text : text;
}

void ValueTicker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* sub_ticks,
                           QVector<QString>* labels) {
    const double decades = range.size();
    int step = 1;
    for (const int candidate : {1, 2, 3, 5, 10, 15, 20, 30}) {
        step = candidate;
        if (decades <= candidate * std::max(2, most_labels_)) break;
    }
    if (decades > 2.4)
        ticks = multiples(range, {1}, step);
    else if (decades > 1)
        ticks = multiples(range, {1, 2, 5}, 1);
    else
        ticks = multiples(range, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1);
    if (sub_ticks) *sub_ticks = decades < 12 ? multiples(range, {2, 3, 4, 5, 6, 7, 8, 9}, 1) : multiples(range, {1}, 1);
    if (range.contains(0)) {
        // The label of zero needs room that the first decade beside it would take.
        const double room = 0.7 * step;
        ticks.removeIf([room](double position) { return std::abs(position) < room; });
        ticks.insert(std::lower_bound(ticks.begin(), ticks.end(), 0.0), 0.0);
    }
    if (!labels) return;
    labels->clear();
    for (const double tick : ticks) labels->append(value_label(value_at_position(tick)));
}

}  // namespace clipscope
