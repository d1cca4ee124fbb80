// A page that names every file of an export, with one line that says what it is.
#pragma once

#include <QString>
#include <vector>

#include "render.h"
#include "report/report_contents.h"

namespace clipscope {

// index.html in the folder, with a link to each file, by folders; the formats of one figure share a line. `notes`: paragraphs above.
ExportTask index_of(const std::vector<ExportTask>& tasks, const QString& folder, const QString& title, const QStringList& notes = {});

// Which jobs there are, which of them are not done, and that the study is damaged, where it is.
QStringList index_notes(const ReportContents& contents);

}  // namespace clipscope
