#include <QApplication>
#include <QFontMetricsF>
#include <QSet>
#include <QtTest>

#include "theme/number_text.h"
#include "theme/theme.h"

using namespace clipscope;

namespace {

double luminance(const QColor& color) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const auto [low, high] = std::minmax({luminance(a), luminance(b)});
    return (high + 0.05) / (low + 0.05);
}

Theme dark_theme() {
    QPalette palette;
    palette.setColor(QPalette::Base, QColor(0x1e, 0x1f, 0x22));
    palette.setColor(QPalette::Text, QColor(0xdf, 0xe1, 0xe5));
    return Theme::screen(palette, QApplication::font());
}

}  // namespace

class TestTheme : public QObject {
    Q_OBJECT

private slots:
    void knows_dark_from_light() {
        QVERIFY(dark_theme().dark);
        QVERIFY(!Theme::for_paper(8).dark);
        QCOMPARE(Theme::for_paper(8).background, QColor(Qt::white));
    }

    void hints_can_be_read_whatever_the_desktop_says() {
        for (const QColor& background : {QColor(Qt::white), QColor(27, 30, 32), QColor(Qt::black)}) {
            QPalette palette(background, background);
            palette.setColor(QPalette::Base, background);
            palette.setColor(QPalette::PlaceholderText, QColor(0, 0, 0, 128));
            const QColor hint = readable_hints(palette).color(QPalette::PlaceholderText);
            QCOMPARE(hint.alpha(), 255);
            QVERIFY(std::abs(hint.lightnessF() - background.lightnessF()) > 0.25);
        }
    }

    void series_differ() {
        const Theme theme = Theme::for_paper(8);
        QSet<QString> seen;
        for (int i = 0; i < 56; ++i) {
            const SeriesStyle style = series_style(i, theme);
            QString key = style.color.name();
            for (const qreal dash : style.dashes) key += QLatin1Char(' ') + QString::number(dash);
            QVERIFY2(!seen.contains(key), qPrintable(key));
            seen.insert(key);
            QVERIFY(style.dashes.size() % 2 == 0);
            const SeriesStyle next = series_style(i + 1, theme);
            QVERIFY(style.color != next.color && style.dashes != next.dashes && style.marker != next.marker);
        }
    }

    void series_can_be_seen_on_any_background() {
        for (const Theme& theme : {Theme::for_paper(8), dark_theme()})
            for (int i = 0; i < 8; ++i)
                QVERIFY2(contrast(series_style(i, theme).color, theme.background) >= 2.3, qPrintable(QString::number(i)));
        for (const Theme& theme : {Theme::for_paper(8), dark_theme()}) QVERIFY(contrast(theme.error, theme.background) >= 4.5);
    }

    // Colour tells the layer, dash and marker the format or the protection.
    void curves_of_a_layer_keep_its_color() {
        for (const Theme& theme : {Theme::for_paper(8), dark_theme()}) {
            QSet<QString> seen;
            for (int layer = -1; layer < 42; ++layer) {
                const SeriesStyle style = curve_style(layer, 0, theme);
                const SeriesStyle other = curve_style(layer, 1, theme);
                QCOMPARE(other.color, style.color);
                QVERIFY(other.dashes != style.dashes && other.marker != style.marker);
                const QString key = style.color.name() + (style.filled ? QLatin1Char('+') : QLatin1Char('-'));
                QVERIFY2(!seen.contains(key), qPrintable(key));
                seen.insert(key);
                QVERIFY(contrast(style.color, theme.background) >= 1.7);
            }
            QCOMPARE(curve_style(-1, 0, theme).color, theme.text);
        }
    }

    void first_color_is_okabe_itos_blue_on_paper() {
        QCOMPARE(series_style(0, Theme::for_paper(8)).color.name(), QStringLiteral("#0072b2"));
    }

    void fading_is_opaque_and_goes_to_the_background() {
        const Theme theme = dark_theme();
        QCOMPARE(faded(Qt::red, theme, 0).name(), theme.background.name());
        QCOMPARE(faded(Qt::red, theme, 1).name(), QColor(Qt::red).name());
        QCOMPARE(faded(Qt::red, theme, 0.4).alpha(), 255);
    }

    void figures_have_one_width() {
        for (const QFont& font : {dark_theme().number_font, Theme::for_paper(8).number_font}) {
            const QFontMetricsF metrics(font);
            for (char c = '1'; c <= '9'; ++c)
                QCOMPARE(metrics.horizontalAdvance(QLatin1Char(c)), metrics.horizontalAdvance(QLatin1Char('0')));
        }
    }

    void paper_font_has_the_size_asked_for() { QCOMPARE(Theme::for_paper(9).label_font.pixelSize(), 9); }

    void numbers_as_text() {
        QCOMPARE(grouped(std::int64_t(2869962)), QStringLiteral("2,869,962"));
        QCOMPARE(percent_text(0.716, 1), QStringLiteral("71.6 %"));
        QCOMPARE(bytes_text(10), QStringLiteral("10 bytes"));
        QCOMPARE(bytes_text(1'269'760), QStringLiteral("1.21 MiB"));
        QCOMPARE(duration_text(41.2), QStringLiteral("0:41"));
        QCOMPARE(duration_text(0), QStringLiteral("0:00"));
        QCOMPARE(duration_text(605), QStringLiteral("10:05"));
        QCOMPARE(duration_text(3723), QStringLiteral("1:02:03"));
        QCOMPARE(duration_text(59.7), QStringLiteral("1:00"));
        QCOMPARE(elapsed_text(0.004), QStringLiteral("under 0.1 s"));
        QCOMPARE(elapsed_text(0.42), QStringLiteral("0.4 s"));
        QCOMPARE(elapsed_text(9.96), QStringLiteral("0:10"));
        QCOMPARE(elapsed_text(41.2), QStringLiteral("0:41"));
        QCOMPARE(signed_number_text(-0.001, 2), QStringLiteral("0.00"));
        QCOMPARE(signed_number_text(-3.14159, 2), QStringLiteral("−3.14"));
        QCOMPARE(change_text(0.231), QStringLiteral("+23.1 %"));
        QCOMPARE(change_text(-0.04), QStringLiteral("−4.0 %"));
        QCOMPARE(change_text(1.5), QStringLiteral("×2.50"));
        QCOMPARE(change_text(177.9), QStringLiteral("×179"));
        QCOMPARE(change_text(17790), QStringLiteral("×17,791"));
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
