#include "theme/theme.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QRawFont>
#include <QStringList>
#include <algorithm>
#include <array>
#include <cmath>

namespace clipscope {

namespace {

QColor mixed(const QColor& a, const QColor& b, double share_of_b) {
    const auto mix = [share_of_b](float x, float y) { return float(x + (y - x) * share_of_b); };
    return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()), mix(a.blueF(), b.blueF()));
}

// Relative luminance and contrast ratio as WCAG 2.1 defines them.
double luminance(const QColor& color) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

// The nearest mixture of `color` with the text colour that can be seen on the background.
QColor readable(const QColor& color, const Theme& theme, double least_contrast) {
    for (double share = 0; share < 1; share += 0.05) {
        const QColor candidate = mixed(color, theme.text, share);
        if (contrast(candidate, theme.background) >= least_contrast) return candidate;
    }
    return theme.text;
}

void set_greys(Theme& theme) {
    theme.muted = mixed(theme.background, theme.text, 0.62);
    theme.grid = mixed(theme.background, theme.text, 0.12);
    theme.axis = mixed(theme.background, theme.text, theme.paper ? 1.0 : 0.75);
    theme.accent = readable(QColor(0x00, 0x72, 0xB2), theme, 3.0);
    theme.error = readable(QColor(0xD5, 0x5E, 0x00), theme, 4.5);
}

// A sans-serif face that has the superscripts of the rate labels itself: glyphs borrowed from another face do not match in print.
QString print_family() {
    for (const char* family : {"Arial", "Liberation Sans", "Helvetica", "Noto Sans", "DejaVu Sans"}) {
        if (!QFontDatabase::hasFamily(QString::fromLatin1(family))) continue;
        QFont font(QString::fromLatin1(family));
        font.setPixelSize(12);
        const QRawFont raw = QRawFont::fromFont(font);
        if (raw.supportsCharacter(QChar(0x207B)) && raw.supportsCharacter(QChar(0x2076))) return QString::fromLatin1(family);
    }
    return QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
}

QFont scaled(const QFont& base, double factor) {
    QFont font = base;
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF() * factor);
    else
        font.setPixelSize(std::max(1, int(std::lround(base.pixelSize() * factor))));
    return font;
}

}  // namespace

Theme Theme::screen(const QPalette& palette, const QFont& font) {
    Theme theme;
    theme.background = palette.color(QPalette::Active, QPalette::Base);
    theme.text = palette.color(QPalette::Active, QPalette::Text);
    theme.dark = luminance(theme.background) < luminance(theme.text);
    set_greys(theme);
    theme.title_font = font;
    theme.title_font.setBold(true);
    theme.label_font = font;
    theme.number_font = tabular(scaled(font, 0.92));
    theme.marker_size = 7;
    return theme;
}

Theme Theme::for_paper(double font_pt) {
    Theme theme;
    theme.paper = true;
    theme.background = Qt::white;
    theme.text = Qt::black;
    set_greys(theme);
    QFont font(print_family());
    font.setPixelSize(std::max(1, int(std::lround(font_pt))));
    font.setHintingPreference(QFont::PreferNoHinting);
    theme.label_font = font;
    theme.number_font = tabular(font);
    theme.title_font = scaled(font, 1.15);
    theme.title_font.setBold(true);
    theme.line_width = 0.08 * font_pt;
    theme.strong_line_width = 0.15 * font_pt;
    theme.marker_size = 0.55 * font_pt;
    return theme;
}

namespace {

// Okabe and Ito's palette in an order that keeps neighbours far apart; the eighth colour is black, here the text's.
const std::array<QColor, 7> palette{QColor(0x00, 0x72, 0xB2), QColor(0xD5, 0x5E, 0x00), QColor(0x00, 0x9E, 0x73), QColor(0xCC, 0x79, 0xA7),
                                    QColor(0xE6, 0x9F, 0x00), QColor(0x56, 0xB4, 0xE9), QColor(0xF0, 0xE4, 0x42)};
const std::array<QList<qreal>, 7> dashes{QList<qreal>{}, {6, 3}, {1.5, 2.5}, {7, 2.5, 1.5, 2.5}, {10, 3}, {6, 2, 1.5, 2, 1.5, 2}, {3, 2}};

constexpr double least_curve_contrast = 2.3;

}  // namespace

SeriesStyle series_style(int index, const Theme& theme) {
    // Seven dashes against eight colours and markers: the combinations repeat only after 56 series.
    index = std::max(0, index);
    const int color = index % 8;
    SeriesStyle style;
    style.color = color == 7 ? theme.text : readable(palette[std::size_t(color)], theme, least_curve_contrast);
    style.dashes = dashes[std::size_t(index % 7)];
    style.marker = Marker((index + index / 8) % 8);
    style.filled = index / 8 % 2 == 0;
    return style;
}

SeriesStyle curve_style(int layer, int variant, const Theme& theme) {
    variant = std::max(0, variant);
    SeriesStyle style;
    style.dashes = dashes[std::size_t(variant % 7)];
    style.marker = Marker(variant % 8);
    style.color = theme.text;
    if (layer < 0) return style;
    const QColor base = readable(palette[std::size_t(layer % 7)], theme, least_curve_contrast);
    const int round = layer / 7;
    style.color = round % 3 == 0   ? base
                  : round % 3 == 1 ? mixed(base, theme.text, 0.45)
                                   : readable(mixed(base, theme.background, 0.4), theme, 1.7);
    style.filled = round % 2 == 0;
    return style;
}

QColor faded(const QColor& color, const Theme& theme, double strength) {
    return mixed(theme.background, color, strength);
}

QPalette readable_hints(const QPalette& palette) {
    QPalette hints;
    hints.setColor(QPalette::PlaceholderText, Theme::screen(palette, QFont()).muted);
    return hints;
}

QFont tabular(const QFont& base) {
    const auto has_equal_figures = [](const QFont& font) {
        const QFontMetricsF metrics(font);
        const double width = metrics.horizontalAdvance(QLatin1Char('0'));
        return std::all_of("123456789", "123456789" + 9,
                           [&](char figure) { return std::abs(metrics.horizontalAdvance(QLatin1Char(figure)) - width) < 0.01; });
    };
    if (has_equal_figures(base)) return base;
    for (const char* family : {"DejaVu Sans", "Liberation Sans", "Noto Sans"}) {
        QFont font = base;
        font.setFamilies({QString::fromLatin1(family)});
        if (QFontDatabase::hasFamily(QString::fromLatin1(family)) && has_equal_figures(font)) return font;
    }
    QFont font = base;
    font.setFamilies({QFontDatabase::systemFont(QFontDatabase::FixedFont).family()});
    return font;
}

}  // namespace clipscope
