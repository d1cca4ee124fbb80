#include "figures/figure_style.h"

#include <QCoreApplication>
#include <algorithm>

#include "common/error.h"

namespace clipscope {
namespace {

QString text(const char* source) {
    return QCoreApplication::translate("FigureStyle", source);
}

template <typename Names>
std::string joined(const Names& names) {
    std::string all;
    for (const auto& [name, value] : names) {
        if (!all.empty()) all += ", ";
        if constexpr (std::is_convertible_v<decltype(name), std::string_view>)
            all += std::string_view(name);
        else
            all += name.toStdString();
    }
    return all;
}

void check_range(double value, double low, double high, const char* what) {
    if (value >= low && value <= high) return;
    throw UsageError(std::string(what) + " must be " + QString::number(low).toStdString() + " to " + QString::number(high).toStdString() +
                     ", not " + QString::number(value).toStdString() + ".");
}

void check_axis(const AxisStyle& axis, const char* name) {
    if (axis.ticks) check_range(*axis.ticks, 2, 20, "The number of labels at an axis");
    if (axis.low && axis.high && !(*axis.low < *axis.high))
        throw UsageError(std::string("The ") + name + " axis must begin below its end: give a low that is less than its high.");
}

}  // namespace

const std::vector<StylePreset>& style_presets() {
    static const std::vector<StylePreset> presets{{QStringLiteral("ieee-column"), text("IEEE, one column: 88 mm"), 88, 66, 8},
                                                  {QStringLiteral("ieee-double"), text("IEEE, two columns: 181 mm"), 181, 100, 8},
                                                  {QStringLiteral("springer-column"), text("Springer, one column: 84 mm"), 84, 63, 8},
                                                  {QStringLiteral("springer-double"), text("Springer, two columns: 174 mm"), 174, 97, 8},
                                                  {QStringLiteral("slide"), text("Slide, 16:9"), 254, 143, 14}};
    return presets;
}

void apply_preset(FigureStyle& style, const QString& id) {
    std::string known;
    for (const StylePreset& preset : style_presets()) {
        known += (known.empty() ? "" : ", ") + preset.id.toStdString();
        if (preset.id != id) continue;
        style.width_mm = preset.width_mm;
        style.height_mm = preset.height_mm;
        style.font_pt = preset.font_pt;
        return;
    }
    throw UsageError("There is no preset '" + id.toStdString() + "'; there are " + known + ".");
}

const std::vector<std::pair<QString, QList<qreal>>>& dash_names() {
    static const std::vector<std::pair<QString, QList<qreal>>> names{{QStringLiteral("solid"), {}},
                                                                     {QStringLiteral("dashed"), {6, 3}},
                                                                     {QStringLiteral("dotted"), {1.5, 2.5}},
                                                                     {QStringLiteral("dash-dot"), {7, 2.5, 1.5, 2.5}},
                                                                     {QStringLiteral("long-dashed"), {10, 3}},
                                                                     {QStringLiteral("dash-dot-dot"), {6, 2, 1.5, 2, 1.5, 2}}};
    return names;
}

const std::vector<std::pair<std::string_view, Marker>>& marker_names() {
    static const std::vector<std::pair<std::string_view, Marker>> names{
        {"circle", Marker::circle},   {"square", Marker::square}, {"triangle", Marker::triangle},
        {"diamond", Marker::diamond}, {"plus", Marker::plus},     {"triangle-down", Marker::triangle_down},
        {"cross", Marker::cross},     {"star", Marker::star}};
    return names;
}

const std::vector<std::pair<std::string_view, LegendPlace>>& legend_places() {
    static const std::vector<std::pair<std::string_view, LegendPlace>> names{{"automatic", LegendPlace::automatic},
                                                                             {"above", LegendPlace::above},
                                                                             {"below", LegendPlace::below},
                                                                             {"right", LegendPlace::right},
                                                                             {"top-left", LegendPlace::top_left},
                                                                             {"top-right", LegendPlace::top_right},
                                                                             {"bottom-left", LegendPlace::bottom_left},
                                                                             {"bottom-right", LegendPlace::bottom_right},
                                                                             {"at-curves", LegendPlace::at_curves},
                                                                             {"none", LegendPlace::none}};
    return names;
}

QList<qreal> dash_pattern(const QString& name) {
    const auto found = std::ranges::find(dash_names(), name, &std::pair<QString, QList<qreal>>::first);
    if (found != dash_names().end()) return found->second;
    throw UsageError("There is no dash '" + name.toStdString() + "'; there are " + joined(dash_names()) + ".");
}

LegendPlace legend_place_from_string(const std::string& text) {
    const auto found = std::ranges::find(legend_places(), text, &std::pair<std::string_view, LegendPlace>::first);
    if (found != legend_places().end()) return found->second;
    throw UsageError("A legend cannot be '" + text + "'; it can be " + joined(legend_places()) + ".");
}

bool is_meant(const QString& named, const QString& curve) {
    return curve == named || curve.startsWith(named + QStringLiteral(" · ")) || curve.startsWith(named + QStringLiteral(": "));
}

void check(const FigureStyle& style) {
    if (style.width_mm) check_range(*style.width_mm, 20, 1000, "A figure's width in mm");
    if (style.height_mm) check_range(*style.height_mm, 20, 1000, "A figure's height in mm");
    check_range(style.font_pt, 4, 48, "A figure's font size in points");
    check_range(style.dpi, 72, 1200, "The dots per inch of a PNG");
    check_axis(style.x, "horizontal");
    check_axis(style.y, "vertical");
    for (const CurveLook& look : style.curves)
        if (look.dash) dash_pattern(*look.dash);
}

FigureStyle with_common_part(const FigureStyle& style, const FigureStyle& other) {
    FigureStyle both = other;
    both.title = style.title;
    both.x = style.x;
    both.y = style.y;
    return both;
}

}  // namespace clipscope
