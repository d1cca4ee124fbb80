// The figures and tables of results: for `clipscope --render RESULT.json --output DIR`, drawn without a window, and for the window's export
// of everything.
#pragma once

#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/protect_first.h"
#include "campaign/tuning_result.h"
#include "clipping/auc.h"
#include "figure_request.h"
#include "plots/worst_bits_view.h"
#include "report/report_contents.h"

namespace clipscope {

struct Figure;

// One file that is still to be written; `write` throws Error. A figure needs a QApplication, on its thread; a text is made and written on
// any, and not made before.
struct ExportTask {
    QString path;
    std::function<void()> write;
    QStringList curves{};  // that the figure has, where it is drawn in a style
    QString about{};       // what it is, in one line
    bool is_text = false;
};

// All curves together, and where there are several each one on its own with its box plots, as PNG, PDF and SVG (or as the
// request wants them), and the numbers as CSV.
// `kind`: "sensitivity" or "compare", whose differences come as a table too. `title`: of the figures; empty: made of what was measured.
std::vector<ExportTask> curve_exports(std::shared_ptr<const AccuracyCurves> curves, const std::string& kind, AucAxis axis,
                                      const QString& folder, const FigureRequest& request = {}, const QString& title = {});

// For each site the activations, AUC against threshold, the area and the search, as far as they were measured; and all tables.
std::vector<ExportTask> tuning_exports(const TuningResult& result, const QString& folder, const FigureRequest& request = {});

// The worst case against the number of faulty bits, the bits as CSV, and as a list of faults.
std::vector<ExportTask> worst_bits_exports(const WorstBitsView& view, const QString& folder, const FigureRequest& request = {});

// The picture of what to protect first, and its steps as CSV.
std::vector<ExportTask> protect_first_exports(const ProtectFirst& found, const QString& folder, const FigureRequest& request = {});

// A figure as PNG, PDF and SVG (or as the request wants it), and its numbers as CSV, under this name.
std::vector<ExportTask> figure_exports(const Figure& figure, const QString& name, const QString& folder, const FigureRequest& request = {});

// Every job of a study that has results, into a folder of its own with its figures, tables and result: "job-1-sensitivity", with the name
// that its user gave it, which is made with its first file.
std::vector<ExportTask> study_exports(std::shared_ptr<const ReportContents> contents, const QString& folder,
                                      const FigureRequest& request = {});

// Draws all that a result's JSON holds, or each job of a study (.clipscope) into a folder of its own, with an index page. Makes the folder.
// Returns the files written. Throws Error, and UsageError where the request names a curve that is in no figure.
QStringList render_result(const QString& result_file, const QString& folder, const FigureRequest& request = {});

// Throws Error.
void make_folder(const QString& folder);

}  // namespace clipscope
