// Writes a report of a study with its figures: as a page of HTML that needs no other file, or as PDF. Needs a QApplication, on its thread;
// for `clipscope --report`, without a window, since drawing many figures takes a second.
#pragma once

#include <QString>

#include "report/report_options.h"

namespace clipscope {

// By the ending, .html or .pdf. The same study and options give the same bytes on one machine. Throws UsageError for another ending, Error.
void write_report(const QString& study, const ReportOptions& options, const QString& path);

// Throws UsageError where the ending is neither .html, .htm nor .pdf.
void check_report_path(const QString& path);

}  // namespace clipscope
