// `clipscope --render RESULT.json --output DIR`: the figures of a result file, drawn without a window.
#pragma once

#include <QString>
#include <QStringList>

namespace clipscope {

// Draws all curves together, and where there are several each one on its own with its box plots, as PNG, PDF and SVG, and writes the
// numbers beside them as CSV. Makes the folder. Returns the files written. Throws Error. Needs a QApplication, on its thread.
QStringList render_result(const QString& result_file, const QString& folder);

}  // namespace clipscope
