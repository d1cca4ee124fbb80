#include "figures/matplotlib_script.h"

#include <qcustomplot.h>

#include <map>
#include <nlohmann/json.hpp>

#include "figures/styled_plot.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// %1: what follows from the figure and its style, as Python; the drawing of a kind comes between the two.
constexpr const char* beginning = R"py(#!/usr/bin/env python3
"""Draws the figure of the CSV file of this name with matplotlib: python3 THIS [OUTPUT.pdf]"""
import csv
import json
import pathlib
import sys

import matplotlib

if __name__ == "__main__":
    matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = pathlib.Path(__file__)
STYLE = json.loads(r'''%1''')


def rows():
    with open(HERE.with_suffix(".csv"), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def of(curve, key):
    """The rows of one curve: those whose field `key` names it."""
    return [row for row in rows() if row[key] == curve["key"]]


def look(curve):
    dashes = [float(part) for part in curve["dashes"]]
    return {"label": curve["label"], "color": curve["color"], "linestyle": (0, dashes) if dashes else "-"}


def marks(curve):
    return {"marker": curve["marker"], "markersize": STYLE["marker_size"],
            "markerfacecolor": curve["color"] if curve["filled"] else "white"}

)py";

constexpr const char* accuracy = R"py(
def draw(axes):
    place = next(name for name in ("rate", "bit", "faults") if name in rows()[0])
    smallest = min((float(row[place]) for row in rows() if float(row[place]) > 0), default=1)
    for curve in STYLE["curves"]:
        points = of(curve, "series")
        x = [float(row[place]) for row in points]
        y = [100 * float(row["mean"]) for row in points]
        axes.plot(x, y, **look(curve), **marks(curve))
        if STYLE["bars"]:
            low = [y[i] - 100 * float(row["ci95_low"]) for i, row in enumerate(points)]
            high = [100 * float(row["ci95_high"]) - y[i] for i, row in enumerate(points)]
            axes.errorbar(x, y, [low, high], fmt="none", color=curve["color"], capsize=2)
    if place == "bit":
        axes.invert_xaxis()
    elif any(float(row[place]) == 0 for row in rows()):
        axes.set_xscale("symlog", linthresh=smallest, linscale=0.4)
    else:
        axes.set_xscale("log")
    axes.set_ylim(-2, 102)

)py";

constexpr const char* auc = R"py(
def draw(axes):
    joined = [row for row in rows() if row["threshold"]]
    axes.plot([float(row["threshold"]) for row in joined], [float(row["auc"]) for row in joined], color="#88b8d8", zorder=0)
    for curve in STYLE["curves"]:
        points = [row for row in joined if row["grid"] == curve["key"]]
        if not points:
            continue
        x = [float(row["threshold"]) for row in points]
        y = [float(row["auc"]) for row in points]
        axes.plot(x, y, **{**look(curve), "linestyle": "none"}, **marks(curve))
        axes.errorbar(x, y, [float(row["standard_error"] or 0) for row in points], fmt="none", color=curve["color"], capsize=2)
    for row in rows():
        if not row["threshold"]:
            axes.axhline(float(row["auc"]), color="#d55e00", linestyle="--", label="unclipped")

)py";

constexpr const char* activations = R"py(
def draw(axes):
    for curve in STYLE["curves"]:
        bins = [row for row in of(curve, "histogram") if row["upper"]]
        edges, heights = [], []
        for row in bins:
            low, high = float(row["lower"]), float(row["upper"])
            if edges and edges[-1] != low:
                heights.append(0)
                edges.append(low)
            if not edges:
                edges.append(low)
            heights.append(float(row["fraction"]))
            edges.append(high)
        axes.stairs(heights, edges, fill=True, alpha=0.25, color=curve["color"])
        axes.stairs(heights, edges, label=curve["label"], color=curve["color"])
    axes.set_xscale("symlog", linthresh=1e-6, linscale=0.5)
    if STYLE["log_y"]:
        axes.set_yscale("log")

)py";

constexpr const char* area = R"py(
def draw(axes):
    for curve in STYLE["curves"]:
        points = of(curve, "series")
        x = [float(row["normalised_rate"]) for row in points]
        y = [float(row["accuracy"]) for row in points]
        axes.fill_between(x, y, alpha=0.25, color=curve["color"])
        axes.plot(x, y, **look(curve), **marks(curve))
    axes.set_ylim(0, 1)

)py";

constexpr const char* ending = R"py(
def figure():
    plt.rcParams.update({"font.size": STYLE["font_pt"], "font.family": STYLE["family"], "pdf.fonttype": 42, "lines.linewidth": 0.8})
    page, axes = plt.subplots(figsize=(STYLE["width_mm"] / 25.4, STYLE["height_mm"] / 25.4), layout="constrained")
    draw(axes)
    axes.set_xlabel(STYLE["x_label"])
    axes.set_ylabel(STYLE["y_label"])
    if STYLE["title"]:
        axes.set_title(STYLE["title"])
    axes.grid(STYLE["grid"], color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    for name in ("x", "y"):
        low, high = STYLE[name + "_range"]
        if low is not None or high is not None:
            getattr(axes, f"set_{name}lim")(low, high)
    if STYLE["legend"]:
        axes.legend(frameon=False)
    return page


if __name__ == "__main__":
    figure().savefig(sys.argv[1] if len(sys.argv) > 1 else HERE.with_name(HERE.stem + "-matplotlib.pdf"), dpi=STYLE["dpi"])
)py";

const std::map<std::string, const char*>& drawings() {
    static const std::map<std::string, const char*> all{
        {"accuracy", accuracy}, {"auc-vs-threshold", auc}, {"activations", activations}, {"area", area}};
    return all;
}

const char* marker_of(const QCPScatterStyle& style) {
    switch (style.shape()) {
        case QCPScatterStyle::ssSquare:
            return "s";
        case QCPScatterStyle::ssTriangle:
            return "^";
        case QCPScatterStyle::ssDiamond:
            return "D";
        case QCPScatterStyle::ssTriangleInverted:
            return "v";
        case QCPScatterStyle::ssPlus:
            return "+";
        case QCPScatterStyle::ssCross:
            return "x";
        case QCPScatterStyle::ssStar:
            return "*";
        case QCPScatterStyle::ssNone:
            return "";
        default:
            return "o";
    }
}

// By what the CSV knows a curve: its name, its grid, its histogram.
std::string key_of(const std::string& kind, const QCPAbstractPlottable& curve, const QString& own_name) {
    if (kind == "auc-vs-threshold") return curve.property("grid").toString().toStdString();
    if (kind == "activations") return curve.property("series").toInt() == 0 ? "clean" : "faulty";
    if (kind == "area") return own_name.left(own_name.lastIndexOf(QStringLiteral(": AUC "))).toStdString();
    return own_name.toStdString();
}

Json curve_of(const std::string& kind, const QCPAbstractPlottable& curve, const QString& own_name, const Theme& theme) {
    Json object;
    object["key"] = key_of(kind, curve, own_name);
    object["label"] = curve.name().toStdString();
    object["color"] = curve.pen().color().name().toStdString();
    Json dashes = Json::array();
    if (curve.pen().style() == Qt::CustomDashLine)
        for (const qreal part : curve.pen().dashPattern()) dashes.push_back(part);
    object["dashes"] = dashes;
    const auto* graph = qobject_cast<const QCPGraph*>(&curve);
    const QCPScatterStyle scatter = graph ? graph->scatterStyle() : QCPScatterStyle();
    object["marker"] = marker_of(scatter);
    object["filled"] = scatter.brush().color() != theme.background && scatter.shape() != QCPScatterStyle::ssCircle;
    return object;
}

Json range_of(const AxisStyle& axis) {
    Json range = Json::array();
    for (const std::optional<double>& end : {axis.low, axis.high}) range.push_back(end ? Json(*end) : Json());
    return range;
}

Json style_of(const Figure& figure, const FigureStyle& style) {
    const FigureSize size = size_of(figure, style);
    QCustomPlot plot;
    plot.resize(640, 400);
    const Theme theme = figure_theme(style, size.font_pt);
    figure.draw(style, theme, plot);
    std::map<const QCPAbstractPlottable*, QString> own_names;
    for (const QCPAbstractPlottable* curve : legend_curves(plot)) own_names[curve] = curve->name();
    apply_style(style, theme, plot);
    Json object;
    object["width_mm"] = size.width_mm;
    object["height_mm"] = size.height_mm;
    object["font_pt"] = size.font_pt;
    object["family"] = style.font == QLatin1String("sans") ? "sans-serif" : style.font.toStdString();
    object["marker_size"] = theme.marker_size;
    object["title"] = !style.has_title ? "" : style.title.isEmpty() ? figure.title.toStdString() : style.title.toStdString();
    object["x_label"] = plot.xAxis->label().toStdString();
    object["y_label"] = plot.yAxis->label().toStdString();
    object["x_range"] = range_of(style.x);
    object["y_range"] = range_of(style.y);
    object["log_y"] = style.y.is_logarithmic.value_or(true);
    object["bars"] = style.bars.value_or(false);
    object["grid"] = style.has_grid;
    object["legend"] = style.legend != LegendPlace::none;
    object["dpi"] = style.dpi;
    object["curves"] = Json::array();
    for (const QCPAbstractPlottable* curve : legend_curves(plot))
        object["curves"].push_back(curve_of(figure.kind, *curve, own_names[curve], theme));
    return object;
}

}  // namespace

std::string matplotlib_script(const Figure& figure, const FigureStyle& style) {
    const auto drawing = drawings().find(figure.kind);
    if (drawing == drawings().end()) return {};
    // Within r''' ... ''': no ' may stand there, and JSON has another way to write one.
    QString values = QString::fromStdString(style_of(figure, style).dump(1, ' ', true));
    values.replace(QLatin1Char('\''), QStringLiteral("\\u0027"));
    QString text = QString::fromUtf8(beginning);
    text.replace(QStringLiteral("%1"), values);
    return text.toStdString() + drawing->second + ending;
}

}  // namespace clipscope
