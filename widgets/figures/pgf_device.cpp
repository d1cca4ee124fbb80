#include "figures/pgf_device.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPaintEngine>
#include <QPainter>
#include <QPainterPath>
#include <cmath>

#include "common/version.h"

namespace clipscope {
namespace {

QString number(double value) {
    QString text = QString::number(value, 'f', 3);
    return text == QLatin1String("-0.000") ? QStringLiteral("0.000") : text;
}

QString length(double value) {
    return number(value) + QStringLiteral("bp");
}

const QHash<QChar, QString>& tex_characters() {
    static const QHash<QChar, QString> characters{{u'\\', QStringLiteral("\\textbackslash{}")},
                                                  {u'{', QStringLiteral("\\{")},
                                                  {u'}', QStringLiteral("\\}")},
                                                  {u'$', QStringLiteral("\\$")},
                                                  {u'&', QStringLiteral("\\&")},
                                                  {u'#', QStringLiteral("\\#")},
                                                  {u'%', QStringLiteral("\\%")},
                                                  {u'_', QStringLiteral("\\_")},
                                                  {u'^', QStringLiteral("\\textasciicircum{}")},
                                                  {u'~', QStringLiteral("\\textasciitilde{}")},
                                                  {u'<', QStringLiteral("\\ensuremath{<}")},
                                                  {u'>', QStringLiteral("\\ensuremath{>}")},
                                                  {u'|', QStringLiteral("\\ensuremath{|}")},
                                                  {u'"', QStringLiteral("\\textquotedbl{}")},
                                                  {u'×', QStringLiteral("\\ensuremath{\\times}")},
                                                  {u'·', QStringLiteral("\\ensuremath{\\cdot}")},
                                                  {u'−', QStringLiteral("\\ensuremath{-}")},
                                                  {u'±', QStringLiteral("\\ensuremath{\\pm}")},
                                                  {u'≈', QStringLiteral("\\ensuremath{\\approx}")},
                                                  {u'≤', QStringLiteral("\\ensuremath{\\leq}")},
                                                  {u'≥', QStringLiteral("\\ensuremath{\\geq}")},
                                                  {u'→', QStringLiteral("\\ensuremath{\\rightarrow}")},
                                                  {u'∞', QStringLiteral("\\ensuremath{\\infty}")},
                                                  {u'°', QStringLiteral("\\ensuremath{^\\circ}")},
                                                  {u'–', QStringLiteral("--")},
                                                  {u'—', QStringLiteral("---")},
                                                  {u'…', QStringLiteral("\\dots{}")},
                                                  {u'\u00a0', QStringLiteral("~")},
                                                  {u'\u2009', QStringLiteral("\\,")}};
    return characters;
}

// "-7" of "⁻⁷", as far as superscripts go; `at` moves behind them.
QString superscripts(const QString& text, qsizetype& at) {
    static const QString raised = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"), plain = QStringLiteral("0123456789-+");
    QString found;
    for (; at < text.size(); ++at) {
        const qsizetype which = raised.indexOf(text[at]);
        if (which < 0) break;
        found += plain[which];
    }
    return found;
}

}  // namespace

QString tex_text(const QString& text) {
    QString tex;
    for (qsizetype i = 0; i < text.size();) {
        if (const QString power = superscripts(text, i); !power.isEmpty()) {
            tex += QStringLiteral("\\ensuremath{^{%1}}").arg(power);
            continue;
        }
        tex += tex_characters().value(text[i], text[i]);
        ++i;
    }
    return tex;
}

class PgfDevice::Engine : public QPaintEngine {
public:
    Engine(const QSizeF& size, QString images, AnchorOf anchor_of)
        : QPaintEngine(AllFeatures), size_(size), image_name_(std::move(images)), anchor_of_(std::move(anchor_of)) {}

    bool begin(QPaintDevice*) override { return true; }
    bool end() override { return true; }
    Type type() const override { return User; }
    void updateState(const QPaintEngineState&) override {}

    void drawPath(const QPainterPath& path) override { add_path(path, true); }

    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override {
        QPainterPath path;
        for (int i = 0; i < count; ++i) i == 0 ? path.moveTo(points[i]) : path.lineTo(points[i]);
        if (mode != PolylineMode) path.closeSubpath();
        path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
        add_path(path, mode != PolylineMode);
    }

    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override {
        drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
    }

    void drawImage(const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags) override {
        const QRectF box = painter()->combinedTransform().mapRect(target);
        const QString name = QStringLiteral("%1%2.png").arg(image_name_).arg(images.size() + 1);
        images.push_back({name, image.copy(source.toAlignedRect())});
        open_scope();
        out_ += QStringLiteral("\\pgftext[left,bottom,x=%1,y=%2]{\\includegraphics[width=%3,height=%4]{%5}}%\n")
                    .arg(length(box.left()), length(size_.height() - box.bottom()), length(box.width()), length(box.height()), name);
        close_scope();
    }

    void drawTextItem(const QPointF& at, const QTextItem& item) override;

    QByteArray pgf() const;

    std::vector<NamedImage> images;

private:
    QString point(const QPointF& at) const {
        const QPointF place = painter()->combinedTransform().map(at);
        return QStringLiteral("\\pgfqpoint{%1}{%2}").arg(length(place.x()), length(size_.height() - place.y()));
    }

    void open_scope() {
        out_ += QStringLiteral("\\begin{pgfscope}%\n");
        if (!painter()->hasClipping()) return;
        const QRectF clip = painter()->combinedTransform().mapRect(painter()->clipBoundingRect());
        out_ += QStringLiteral("\\pgfpathrectangle{\\pgfqpoint{%1}{%2}}{\\pgfqpoint{%3}{%4}}\\pgfusepath{clip}%\n")
                    .arg(length(clip.left()), length(size_.height() - clip.bottom()), length(clip.width()), length(clip.height()));
    }
    void close_scope() { out_ += QStringLiteral("\\end{pgfscope}%\n"); }

    void set_color(const QColor& color, const char* what) {
        out_ += QStringLiteral("\\definecolor{clipscope%1}{rgb}{%2,%3,%4}\\pgfset%1color{clipscope%1}\\pgfset%1opacity{%5}%\n")
                    .arg(QString::fromLatin1(what), number(color.redF()), number(color.greenF()), number(color.blueF()),
                         number(double(color.alphaF()) * painter()->opacity()));
    }

    void set_pen(const QPen& pen);
    void add_path(const QPainterPath& path, bool can_fill);

    QSizeF size_;
    QString image_name_;
    AnchorOf anchor_of_;
    QString out_;
};

void PgfDevice::Engine::set_pen(const QPen& pen) {
    constexpr double hairline = 0.4;
    const double width = pen.widthF() > 0 ? pen.widthF() : hairline;
    set_color(pen.color(), "stroke");
    const char* cap = pen.capStyle() == Qt::FlatCap ? "butt" : pen.capStyle() == Qt::RoundCap ? "round" : "rect";
    const char* join = pen.joinStyle() == Qt::RoundJoin ? "round" : pen.joinStyle() == Qt::BevelJoin ? "bevel" : "miter";
    out_ += QStringLiteral("\\pgfsetlinewidth{%1}\\pgfset%2cap\\pgfset%3join").arg(length(width), QLatin1String(cap), QLatin1String(join));
    QString dashes;
    if (pen.style() != Qt::SolidLine)
        for (const qreal part : pen.dashPattern()) dashes += QStringLiteral("{%1}").arg(length(part * width));
    out_ += QStringLiteral("\\pgfsetdash{%1}{%2}%\n").arg(dashes, length(pen.dashOffset() * width));
}

void PgfDevice::Engine::add_path(const QPainterPath& path, bool can_fill) {
    const bool is_filled = can_fill && painter()->brush().style() != Qt::NoBrush && painter()->brush().color().alpha() > 0;
    const bool is_drawn = painter()->pen().style() != Qt::NoPen && painter()->pen().color().alpha() > 0;
    if (path.isEmpty() || (!is_filled && !is_drawn)) return;
    open_scope();
    if (is_filled) set_color(painter()->brush().color(), "fill");
    if (is_drawn) set_pen(painter()->pen());
    if (is_filled)
        out_ += path.fillRule() == Qt::WindingFill ? QStringLiteral("\\pgfsetnonzerorule%\n") : QStringLiteral("\\pgfseteorule%\n");
    QPointF start;
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element& one = path.elementAt(i);
        if (one.isMoveTo()) {
            start = one;
            out_ += QStringLiteral("\\pgfpathmoveto{%1}%\n").arg(point(one));
        } else if (one.isLineTo()) {
            out_ += QStringLiteral("\\pgfpathlineto{%1}%\n").arg(point(one));
        } else if (i + 2 < path.elementCount()) {
            out_ += QStringLiteral("\\pgfpathcurveto{%1}{%2}{%3}%\n")
                        .arg(point(one), point(path.elementAt(i + 1)), point(path.elementAt(i + 2)));
            i += 2;
        }
        const bool ends = i + 1 == path.elementCount() || path.elementAt(i + 1).isMoveTo();
        if (ends && !one.isMoveTo() && QPointF(path.elementAt(i)) == start) out_ += QStringLiteral("\\pgfpathclose%\n");
    }
    out_ += QStringLiteral("\\pgfusepath{%1}%\n")
                .arg(is_filled && is_drawn ? QStringLiteral("stroke,fill")
                     : is_filled           ? QStringLiteral("fill")
                                           : QStringLiteral("stroke"));
    close_scope();
}

void PgfDevice::Engine::drawTextItem(const QPointF& at, const QTextItem& item) {
    if (item.text().trimmed().isEmpty()) return;
    const QTransform transform = painter()->combinedTransform();
    const double scale = std::hypot(transform.m11(), transform.m12());
    const double angle = -std::atan2(transform.m12(), transform.m11()) * 180 / M_PI;
    const QRectF box(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent());
    const Anchor anchor = anchor_of_ ? anchor_of_(transform.mapRect(box), transform.isRotating()) : Anchor::left;
    const double share = anchor == Anchor::left ? 0 : anchor == Anchor::centre ? 0.5 : 1;
    const QPointF place = transform.map(QPointF(at.x() + share * item.width(), at.y()));
    const QFont font = item.font();
    const double size = scale * (font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF());
    open_scope();
    set_color(painter()->pen().color(), "fill");
    out_ += QStringLiteral("\\pgftext[x=%1,y=%2,%3base,rotate=%4]{\\color{clipscopefill}\\fontsize{%5}{%6}\\selectfont%7%8 %9}%\n")
                .arg(length(place.x()), length(size_.height() - place.y()),
                     anchor == Anchor::left    ? QStringLiteral("left,")
                     : anchor == Anchor::right ? QStringLiteral("right,")
                                               : QString(),
                     number(angle), number(size), number(1.2 * size), font.bold() ? QStringLiteral("\\bfseries") : QString(),
                     font.italic() ? QStringLiteral("\\itshape") : QString())
                .arg(tex_text(item.text()));
    close_scope();
}

QByteArray PgfDevice::Engine::pgf() const {
    QString text = QStringLiteral(
                       "%% ClipScope %1. In the preamble: \\usepackage{pgf} (and \\usepackage{graphicx} where there are images),\n"
                       "%% in the text: \\input{this file}. Texts are in the document's font.\n")
                       .arg(QString::fromLatin1(version()));
    text += QStringLiteral(
                "\\begingroup%\n\\begin{pgfpicture}%\n\\pgfpathrectangle{\\pgfpointorigin}{\\pgfqpoint{%1}{%2}}%\n"
                "\\pgfusepath{use as bounding box}%\n")
                .arg(length(size_.width()), length(size_.height()));
    text += out_ + QStringLiteral("\\end{pgfpicture}%\n\\endgroup%\n");
    return text.toUtf8();
}

PgfDevice::PgfDevice(const QSizeF& size, const QString& images, const AnchorOf& anchor_of)
    : PageDevice(size), engine_(std::make_unique<Engine>(size, images, anchor_of)) {}

PgfDevice::~PgfDevice() = default;

QPaintEngine* PgfDevice::paintEngine() const {
    return engine_.get();
}

QByteArray PgfDevice::pgf() const {
    return engine_->pgf();
}

const std::vector<PgfDevice::NamedImage>& PgfDevice::images() const {
    return engine_->images;
}

}  // namespace clipscope
