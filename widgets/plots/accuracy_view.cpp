#include "plots/accuracy_view.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "plots/accuracy_layout.h"

namespace clipscope {

namespace {

std::vector<double> all_rates(const AccuracyView& view) {
    std::vector<double> rates = view.rates;
    for (const AccuracySeries& series : view.series)
        for (const CurvePoint& point : series.points) rates.push_back(point.rate);
    std::erase_if(rates, [](double rate) { return !(rate >= 0 && std::isfinite(rate)); });
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    return rates;
}

QString superscript(int number) {
    static const QString figures = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text;
    for (const QChar figure : QString::number(number)) text += figure == QLatin1Char('-') ? QChar(0x207B) : figures[figure.digitValue()];
    return text;
}

// RFC 4180.
std::string csv_field(const QString& text) {
    std::string field = text.toStdString();
    if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
    for (std::size_t i = field.find('"'); i != std::string::npos; i = field.find('"', i + 2)) field.insert(i, 1, '"');
    return '"' + field + '"';
}

// "CONV-1" names "CONV-1 · int8" too.
bool is_emphasised(const AccuracySeries& series, const AccuracyView& view) {
    return !view.emphasised.isEmpty() &&
           (series.name == view.emphasised || series.name.startsWith(view.emphasised + QStringLiteral(" · ")));
}

}  // namespace

RatePositions::RatePositions(const AccuracyView& view) : is_linear_(view.axis == PointAxis::bit_position) {
    std::vector<double> rates = all_rates(view);
    if (is_linear_) {
        first_ = rates.empty() ? -1 : -rates.back();
        last_ = rates.empty() ? 0 : -rates.front();
        return;
    }
    has_zero_ = !rates.empty() && rates.front() == 0;
    if (has_zero_) rates.erase(rates.begin());
    if (rates.empty()) rates = {1e-7};
    first_ = std::log10(rates.front());
    last_ = std::log10(rates.back());
    for (std::size_t i = 1; i < rates.size(); ++i) smallest_gap_ = std::min(smallest_gap_, std::log10(rates[i] / rates[i - 1]));
    // Far enough away for its label, near enough to leave the room to the other rates.
    const double zero_gap = std::clamp(0.13 * (last_ - first_), 0.35, 1.5);
    zero_slot_ = first_ - zero_gap;
    if (has_zero_) smallest_gap_ = std::min(smallest_gap_, zero_gap);
}

double RatePositions::operator()(double rate) const {
    if (is_linear_) return -rate;
    return rate > 0 ? std::log10(rate) : zero_slot_;
}

std::pair<double, double> RatePositions::range() const {
    const double first = has_zero_ ? zero_slot_ : first_;
    const double margin = std::max(0.55 * smallest_gap_, 0.04 * (last_ - first));
    return {first - margin, last_ + margin};
}

QString protection_name(const Protection& protection) {
    if (protection == Protection::none) return QCoreApplication::translate("AccuracyView", "unprotected");
    if (protection == Protection::clip_actmax) return QCoreApplication::translate("AccuracyView", "clipped at ACT_max");
    if (protection == Protection::clip_tuned) return QCoreApplication::translate("AccuracyView", "clipped at tuned T");
    return QString::fromStdString(protection.id);
}

QString rate_label(double rate) {
    if (rate == 0) return QStringLiteral("0");
    const QString text = QString::number(rate, 'e', 2);
    const qsizetype e = text.indexOf(QLatin1Char('e'));
    QString mantissa = text.left(e);
    while (mantissa.endsWith(QLatin1Char('0')) && mantissa.contains(QLatin1Char('.'))) mantissa.chop(1);
    if (mantissa.endsWith(QLatin1Char('.'))) mantissa.chop(1);
    const int exponent = text.mid(e + 1).toInt();
    if (exponent == 0) return mantissa;
    const QString power = QStringLiteral("10") + superscript(exponent);
    return mantissa == QLatin1String("1") ? power : mantissa + QChar(0x00D7) + power;
}

QString count_label(double count) {
    return QString::number(count, 'g', 7);
}

bool has_points(const AccuracyView& view) {
    return std::any_of(view.series.begin(), view.series.end(), [](const AccuracySeries& series) { return !series.points.empty(); });
}

AccuracyLayout layout_series(const AccuracyView& view, const RatePositions& positions) {
    AccuracyLayout layout;
    layout.series.resize(view.series.size());
    const bool any_emphasised = std::ranges::any_of(view.series, [&](const AccuracySeries& series) { return is_emphasised(series, view); });
    std::size_t boxed = 0;
    for (std::size_t i = 0; i < view.series.size(); ++i) {
        SeriesLayout& series = layout.series[i];
        series.strong = is_emphasised(view.series[i], view);
        series.pale = any_emphasised && !series.strong;
        series.boxes = view.box_plots == BoxPlots::all ||
                       (view.box_plots == BoxPlots::automatic && (any_emphasised ? series.strong : view.series.size() <= 2));
        boxed += series.boxes;
    }
    if (boxed == 0) return layout;
    // The boxes of one rate stand close around it, touching one another: a gap as wide as the group lies between them and the next rate's.
    const double most = boxed == 1 ? 0.3 : 0.4;
    layout.group_width = std::min((boxed == 1 ? 0.35 : 0.45) * positions.smallest_gap(), most);
    const double slot = layout.group_width / double(boxed);
    layout.box_width = (boxed == 1 ? 1 : 0.9) * slot;
    double offset = -0.5 * slot * double(boxed - 1);
    for (SeriesLayout& series : layout.series) {
        if (!series.boxes) continue;
        series.offset = offset;
        offset += slot;
    }
    return layout;
}

SeriesStyle style_of(const AccuracyView& view, std::size_t series, const Theme& theme) {
    const AccuracySeries& one = view.series[series];
    return curve_style(one.layer.value_or(int(series)), one.variant, theme);
}

std::string to_csv(const AccuracyView& view) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out.precision(std::numeric_limits<double>::max_digits10);
    const char* place = view.axis == PointAxis::bit_position ? "bit" : view.axis == PointAxis::fault_count ? "faults" : "rate";
    out << "series," << place << ",trials,faults_mean,mean,sd,min,q1,median,q3,max,ci95_low,ci95_high,top5_mean,sdc_mean,due_mean\n";
    for (const AccuracySeries& series : view.series) {
        const std::string name = csv_field(series.name);
        for (const CurvePoint& p : series.points) {
            out << name << ',' << p.rate << ',' << p.trials << ',' << p.faults_mean << ',' << p.mean << ',' << p.sd << ',' << p.min << ','
                << p.q1 << ',' << p.median << ',' << p.q3 << ',' << p.max << ',' << p.ci95_low << ',' << p.ci95_high << ',';
            if (p.top5_mean) out << *p.top5_mean;
            out << ',' << p.sdc_mean << ',' << p.due_mean << '\n';
        }
    }
    return out.str();
}

}  // namespace clipscope
