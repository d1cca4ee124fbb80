#include "figure_request.h"

#include <QRegularExpression>
#include <algorithm>
#include <map>

#include "common/error.h"
#include "common/text_file.h"
#include "figures/figure_files.h"

namespace clipscope {
namespace {

double number_of(const QString& text, const char* option, const char* what) {
    bool ok = false;
    const double number = text.toDouble(&ok);
    if (!ok) throw UsageError(std::string(option) + " takes " + what + ", not '" + text.toStdString() + "'.");
    return number;
}

QStringList listed(const QString& text) {
    QStringList names;
    for (const QString& name : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) names << name.trimmed();
    return names;
}

QStringList formats_of(const QString& text) {
    if (text.isEmpty()) return {QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("svg")};
    const QStringList known = figure_formats() + QStringList{QStringLiteral("py")};
    QStringList formats = listed(text.toLower());
    for (const QString& format : formats)
        if (!known.contains(format))
            throw UsageError("--format takes " + known.join(QStringLiteral(", ")).toStdString() + ", not '" + format.toStdString() + "'.");
    formats.removeDuplicates();
    return formats;
}

void choose_curves(FigureStyle& style, const QStringList& curves) {
    if (curves.isEmpty()) return;
    std::vector<CurveLook> chosen;
    for (const QString& curve : curves) {
        const auto known = std::ranges::find(style.curves, curve, &CurveLook::curve);
        CurveLook look = known == style.curves.end() ? CurveLook{} : *known;
        look.curve = curve;
        look.is_shown = true;
        chosen.push_back(look);
    }
    style.curves = chosen;
    style.only_listed = true;
}

}  // namespace

double millimetres(const QString& text, const char* option) {
    static const QRegularExpression pattern(QStringLiteral("^\\s*([0-9.]+)\\s*(mm|cm|in|pt|)\\s*$"));
    static const std::map<QString, double> units{{QString(), 1},
                                                 {QStringLiteral("mm"), 1},
                                                 {QStringLiteral("cm"), 10},
                                                 {QStringLiteral("in"), 25.4},
                                                 {QStringLiteral("pt"), 25.4 / 72}};
    const QRegularExpressionMatch match = pattern.match(text);
    if (!match.hasMatch())
        throw UsageError(std::string(option) + " takes a length such as 88mm, 8.8cm or 3.5in, not '" + text.toStdString() + "'.");
    return number_of(match.captured(1), option, "a length such as 88mm, 8.8cm or 3.5in") * units.at(match.captured(2));
}

bool FigureRequest::leaves_out(const QString& curve) const {
    return !curves.isEmpty() && std::ranges::none_of(curves, [&](const QString& wanted) { return is_meant(wanted, curve); });
}

FigureRequest figure_request(const FigureOptions& options) {
    FigureRequest request;
    if (options == FigureOptions{}) return request;
    FigureStyle style;
    if (!options.style.isEmpty()) style = style_from_json(read_text_file(options.style.toStdString()), options.style.toStdString());
    if (!options.preset.isEmpty()) apply_preset(style, options.preset);
    if (!options.width.isEmpty()) style.width_mm = millimetres(options.width, "--width");
    if (!options.height.isEmpty()) style.height_mm = millimetres(options.height, "--height");
    if (!options.font.isEmpty()) style.font = options.font;
    if (!options.font_size.isEmpty()) style.font_pt = number_of(options.font_size, "--font-size", "a number of points");
    if (!options.dpi.isEmpty()) style.dpi = int(number_of(options.dpi, "--dpi", "dots per inch"));
    if (!options.legend.isEmpty()) style.legend = legend_place_from_string(options.legend.toStdString());
    if (!options.title.isEmpty()) {
        style.has_title = true;
        style.title = options.title;
    }
    if (options.no_title) style.has_title = false;
    request.curves = listed(options.curves);
    choose_curves(style, request.curves);
    check(style);
    request.style = style;
    request.formats = formats_of(options.formats);
    return request;
}

}  // namespace clipscope
