#include "figures/text_boxes.h"

#include <qcustomplot.h>

#include <QPaintEngine>
#include <QPainterPath>
#include <algorithm>

#include "figures/page_device.h"

namespace clipscope {
namespace {

class TextEngine : public QPaintEngine {
public:
    explicit TextEngine(std::vector<TextBox>& boxes) : QPaintEngine(AllFeatures), boxes_(boxes) {}

    bool begin(QPaintDevice*) override { return true; }
    bool end() override { return true; }
    Type type() const override { return User; }
    void updateState(const QPaintEngineState&) override {}
    void drawPixmap(const QRectF&, const QPixmap&, const QRectF&) override {}
    void drawImage(const QRectF&, const QImage&, const QRectF&, Qt::ImageConversionFlags) override {}
    void drawTiledPixmap(const QRectF&, const QPixmap&, const QPointF&) override {}
    void drawPath(const QPainterPath&) override {}
    void drawPolygon(const QPointF*, int, PolygonDrawMode) override {}
    void drawPolygon(const QPoint*, int, PolygonDrawMode) override {}
    void drawLines(const QLineF*, int) override {}
    void drawLines(const QLine*, int) override {}
    void drawPoints(const QPointF*, int) override {}
    void drawPoints(const QPoint*, int) override {}
    void drawRects(const QRectF*, int) override {}
    void drawRects(const QRect*, int) override {}
    void drawEllipse(const QRectF&) override {}
    void drawEllipse(const QRect&) override {}

    void drawTextItem(const QPointF& at, const QTextItem& item) override {
        if (item.text().trimmed().isEmpty()) return;
        const QTransform transform = painter()->combinedTransform();
        // The outlines: tight rectangles of font metrics are a pixel too large on every side.
        QPainterPath outline;
        outline.addText(at, item.font(), item.text());
        TextBox box{item.text(), transform.mapRect(outline.boundingRect()), {}, transform.isRotating()};
        if (painter()->hasClipping()) box.clip = transform.mapRect(painter()->clipBoundingRect());
        boxes_.push_back(box);
    }

private:
    std::vector<TextBox>& boxes_;
};

class TextDevice : public PageDevice {
public:
    TextDevice(const QSize& page, std::vector<TextBox>& boxes) : PageDevice(page), engine_(boxes) {}

    QPaintEngine* paintEngine() const override { return &engine_; }

private:
    mutable TextEngine engine_;
};

}  // namespace

std::vector<TextBox> text_boxes(QCustomPlot& plot, const QSize& page) {
    std::vector<TextBox> boxes;
    TextDevice device(page, boxes);
    QCPPainter painter;
    painter.begin(&device);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    plot.toPainter(&painter, page.width(), page.height());
    painter.end();
    return boxes;
}

bool covers(const TextBox& a, const TextBox& b) {
    constexpr double touch = 0.25;
    const QRectF shared = a.ink & b.ink;
    return shared.width() > touch && shared.height() > touch;
}

namespace {

QString text_of(const QRectF& box) {
    return QStringLiteral("%1…%2 × %3…%4")
        .arg(box.left(), 0, 'f', 1)
        .arg(box.right(), 0, 'f', 1)
        .arg(box.top(), 0, 'f', 1)
        .arg(box.bottom(), 0, 'f', 1);
}

}  // namespace

std::vector<QString> text_faults(const std::vector<TextBox>& boxes, const QSize& page) {
    constexpr double hair = 0.5;
    std::vector<QString> faults;
    const QRectF whole(0, 0, page.width(), page.height());
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const QRectF& ink = boxes[i].ink;
        const QRectF room = boxes[i].clip.isNull() ? whole : whole & boxes[i].clip;
        const double out =
            std::max({room.left() - ink.left(), ink.right() - room.right(), room.top() - ink.top(), ink.bottom() - room.bottom()});
        if (out > hair)
            faults.push_back(QStringLiteral("'%1' lies %2 pt outside what is painted (%3 in %4)")
                                 .arg(boxes[i].text)
                                 .arg(out, 0, 'f', 1)
                                 .arg(text_of(ink), text_of(room)));
        for (std::size_t j = i + 1; j < boxes.size(); ++j)
            if (covers(boxes[i], boxes[j])) faults.push_back(QStringLiteral("'%1' covers '%2'").arg(boxes[i].text, boxes[j].text));
    }
    return faults;
}

}  // namespace clipscope
