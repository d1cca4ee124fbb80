// A styled figure as files: PDF, SVG, PNG and PGF, and its numbers as CSV with a Python script that draws them with matplotlib. Needs a
// QApplication; call on the GUI thread. Throw Error where a file cannot be written, UsageError where the style makes no sense.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "figures/figure.h"

namespace clipscope {

class PgfDevice;

// "pdf", "svg", "png", "pgf".
const QStringList& figure_formats();

// Throws UsageError that names the formats where it is none of them.
void check_format(const QString& format);

// An SVG's page is a whole number of points; what was asked for in millimetres stands in the file all the same.
QByteArray with_exact_size(const QByteArray& svg, const FigureSize& size);

// What was painted on it, and its images beside it; returns the paths.
QStringList write_pgf(const PgfDevice& device, const QString& path);

// In the format of the path's extension. Returns what was written: the path, and the images of a PGF beside it.
QStringList export_figure(const Figure& figure, const FigureStyle& style, const QString& path);

// As an SVG whose width and height are exact; as a PNG of the style's dots per inch.
QByteArray svg_of(const Figure& figure, const FigureStyle& style);
QByteArray png_of(const Figure& figure, const FigureStyle& style);

// "STEM.csv", and where there is a script for this kind of figure "STEM.py".
QStringList export_numbers(const Figure& figure, const FigureStyle& style, const QString& stem);

// Those that are there of the files that an export to this path may write over, "csv" being numbers with their script.
QStringList existing_exports(const QString& path);

// Puts it on the clipboard as PNG and as SVG.
void copy_figure(const Figure& figure, const FigureStyle& style);

}  // namespace clipscope
