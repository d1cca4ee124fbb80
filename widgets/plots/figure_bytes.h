// A filled plot, its viewport a page in points, as the bytes of a file. Needs a QApplication; call on the GUI thread. Throws Error.
#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>
#include <functional>

#include "plots/figure_export.h"

class QCPPainter;
class QPaintDevice;

namespace clipscope {

// A figure's unit is the point: fonts by pixel size and pens come out as on the printed page.
QSize size_in_points(const FigureSize& size);

// Fills an empty plot, its viewport the page.
void draw_figure(QCustomPlot& plot, const FigureDraw& draw, const FigureSize& size);

// Paints a page on a device whose unit is the point.
using PaintPage = std::function<void(QPaintDevice&)>;
QByteArray pdf_page(const PaintPage& paint, const FigureSize& millimetres);
QByteArray svg_page(const PaintPage& paint, const QSize& points);

// The plot alone, as vectors.
void paint_figure(QCustomPlot& plot, QPaintDevice& device);
void paint_figure(QCustomPlot& plot, QCPPainter& painter);
QByteArray pdf_bytes(QCustomPlot& plot, const FigureSize& millimetres);
QByteArray svg_bytes(QCustomPlot& plot);
QByteArray png_bytes(QCustomPlot& plot, double dpi);

// All or nothing: a failed write leaves an earlier file as it was.
void write_figure(const QByteArray& bytes, const QString& path);

}  // namespace clipscope
