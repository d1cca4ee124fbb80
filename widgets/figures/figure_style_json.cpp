// Figure styles as JSON.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/json_text.h"
#include "figures/figure_style.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// Reads what is there into a field and leaves the default otherwise.
class StyleFields {
public:
    StyleFields(const Json& object, const std::string& file, const std::string& place)
        : object_(object), fields_(object, file, place, "correct the field, or leave it out") {}

    bool has(const char* name) const { return fields_.has(name); }
    const JsonFields& fields() const { return fields_; }
    const Json& value(const char* name) const { return object_.at(name); }

    void read(const char* name, QString& text) const {
        if (has(name)) text = QString::fromStdString(fields_.text(name));
    }
    void read(const char* name, bool& flag) const {
        if (!has(name)) return;
        if (!value(name).is_boolean()) fields_.fail("'" + std::string(name) + "' must be true or false");
        flag = value(name).get<bool>();
    }
    void read(const char* name, std::optional<bool>& flag) const {
        if (!has(name)) return;
        flag.emplace();
        read(name, *flag);
    }
    void read(const char* name, double& number) const {
        if (has(name)) number = fields_.number(name);
    }
    void read(const char* name, std::optional<double>& number) const {
        if (has(name)) number = fields_.number(name);
    }
    template <typename Value>
    void read(const char* name, const std::vector<std::pair<std::string_view, Value>>& names, Value& chosen) const {
        if (!has(name)) return;
        const std::string text = fields_.text(name);
        const auto found = std::ranges::find(names, text, &std::pair<std::string_view, Value>::first);
        if (found == names.end()) {
            std::string known;
            for (const auto& [one, value] : names) known += (known.empty() ? "" : ", ") + std::string(one);
            fields_.fail("'" + std::string(name) + "' is '" + text + "'; there are " + known);
        }
        chosen = found->second;
    }

private:
    const Json& object_;
    JsonFields fields_;
};

template <typename Value>
std::string name_of(const std::vector<std::pair<std::string_view, Value>>& names, Value value) {
    return std::string(std::ranges::find(names, value, &std::pair<std::string_view, Value>::second)->first);
}

AxisStyle read_axis(const StyleFields& style, const char* name, const std::string& file) {
    AxisStyle axis;
    if (!style.has(name)) return axis;
    const StyleFields fields(style.value(name), file, std::string("axis ") + name);
    fields.read("label", axis.label);
    fields.read("low", axis.low);
    fields.read("high", axis.high);
    if (fields.has("ticks")) axis.ticks = int(fields.fields().integer("ticks", 2, 20));
    fields.read("logarithmic", axis.is_logarithmic);
    return axis;
}

CurveLook read_look(const Json& object, const std::string& file, std::size_t number) {
    const StyleFields fields(object, file, "curve " + std::to_string(number));
    CurveLook look;
    look.curve = QString::fromStdString(fields.fields().text("curve"));
    fields.read("shown", look.is_shown);
    fields.read("name", look.name);
    if (fields.has("color")) {
        const std::string text = fields.fields().text("color");
        look.color = QColor(QString::fromStdString(text));
        if (!look.color->isValid()) fields.fields().fail("'color' is '" + text + "', which is no colour such as #0072B2");
    }
    if (fields.has("dash")) {
        look.dash = QString::fromStdString(fields.fields().text("dash"));
        try {
            dash_pattern(*look.dash);
        } catch (const UsageError& error) {
            std::string what = error.what();
            fields.fields().fail(what.substr(0, what.size() - 1));
        }
    }
    Marker marker{};
    fields.read("marker", marker_names(), marker);
    if (fields.has("marker")) look.marker = marker;
    return look;
}

// A field that says nothing new is not written: what a later version thinks best then holds.
template <typename Value>
void put(Json& object, const char* name, const Value& value, const Value& usual) {
    if (value == usual)
        object.erase(name);
    else
        object[name] = value;
}

template <typename Value>
void put(Json& object, const char* name, const std::optional<Value>& value) {
    if (value)
        object[name] = *value;
    else
        object.erase(name);
}

void put_axis(Json& style, const char* name, const AxisStyle& axis) {
    Json object = style.contains(name) && style[name].is_object() ? style[name] : Json::object();
    put(object, "label", axis.label.toStdString(), std::string());
    put(object, "low", axis.low);
    put(object, "high", axis.high);
    put(object, "ticks", axis.ticks);
    put(object, "logarithmic", axis.is_logarithmic);
    if (object.empty())
        style.erase(name);
    else
        style[name] = object;
}

Json look_to_json(const CurveLook& look, const Json& earlier) {
    Json object = Json::object();
    for (const Json& one : earlier)
        if (one.is_object() && one.value("curve", std::string()) == look.curve.toStdString()) object = one;
    object["curve"] = look.curve.toStdString();
    put(object, "shown", look.is_shown, true);
    put(object, "name", look.name.toStdString(), std::string());
    put(object, "color", look.color ? std::optional(look.color->name().toStdString()) : std::nullopt);
    put(object, "dash", look.dash ? std::optional(look.dash->toStdString()) : std::nullopt);
    put(object, "marker", look.marker ? std::optional(name_of(marker_names(), *look.marker)) : std::nullopt);
    return object;
}

}  // namespace

std::string style_to_json(const FigureStyle& style) {
    Json object = Json::parse(style.others, nullptr, false);
    if (!object.is_object()) object = Json::object();
    const FigureStyle usual;
    object.erase("preset");
    put(object, "width_mm", style.width_mm);
    put(object, "height_mm", style.height_mm);
    object["font"] = style.font.toStdString();
    object["font_pt"] = style.font_pt;
    put(object, "dark", style.is_dark, usual.is_dark);
    object["has_title"] = style.has_title;
    put(object, "title", style.title.toStdString(), std::string());
    put_axis(object, "x", style.x);
    put_axis(object, "y", style.y);
    const Json earlier = object.contains("curves") ? object["curves"] : Json::array();
    Json looks = Json::array();
    for (const CurveLook& look : style.curves) looks.push_back(look_to_json(look, earlier));
    if (looks.empty())
        object.erase("curves");
    else
        object["curves"] = looks;
    put(object, "only_listed", style.only_listed, false);
    put(object, "boxes", style.boxes);
    put(object, "bars", style.bars);
    put(object, "band", style.band);
    put(object, "points", style.points);
    object["legend"] = name_of(legend_places(), style.legend);
    put(object, "grid", style.has_grid, true);
    put(object, "dpi", style.dpi, usual.dpi);
    return json_text(object);
}

FigureStyle style_from_json(const std::string& text, const std::string& file) {
    const Json object = parse_json(text, file);
    const StyleFields fields(object, file, "");
    FigureStyle style;
    try {
        if (fields.has("preset")) apply_preset(style, QString::fromStdString(fields.fields().text("preset")));
        fields.read("width_mm", style.width_mm);
        fields.read("height_mm", style.height_mm);
        fields.read("font", style.font);
        fields.read("font_pt", style.font_pt);
        fields.read("dark", style.is_dark);
        fields.read("has_title", style.has_title);
        fields.read("title", style.title);
        style.x = read_axis(fields, "x", file);
        style.y = read_axis(fields, "y", file);
        if (fields.has("curves")) {
            const Json& curves = fields.fields().array("curves");
            for (const Json& curve : curves) style.curves.push_back(read_look(curve, file, style.curves.size() + 1));
        }
        fields.read("only_listed", style.only_listed);
        fields.read("boxes", style.boxes);
        fields.read("bars", style.bars);
        fields.read("band", style.band);
        fields.read("points", style.points);
        fields.read("legend", legend_places(), style.legend);
        fields.read("grid", style.has_grid);
        if (fields.has("dpi")) style.dpi = int(fields.fields().integer("dpi", 72, 1200));
        check(style);
    } catch (const UsageError& error) {
        throw Error("'" + file + "': " + error.what());
    }
    style.others = json_text(object);
    return style;
}

}  // namespace clipscope
