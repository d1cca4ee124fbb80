#include "render.h"

#include <QDir>
#include <QRegularExpression>

#include "campaign/result_csv.h"
#include "campaign/result_json.h"
#include "common/error.h"
#include "common/text_file.h"
#include "result_views.h"

namespace clipscope {
namespace {

QString file_name(const QString& series) {
    static const QRegularExpression unsafe(QStringLiteral("[^A-Za-z0-9+._-]+"));
    return QString(series).replace(unsafe, QStringLiteral("-"));
}

QStringList export_in_all_formats(const AccuracyView& view, const QString& path) {
    QStringList written;
    for (const char* ending : {".png", ".pdf", ".svg"}) written << export_figure(view, path + QLatin1String(ending));
    return written;
}

}  // namespace

QStringList render_result(const QString& result_file, const QString& folder) {
    const CampaignResult result = result_from_json(read_text_file(result_file.toStdString()), result_file.toStdString());
    if (!QDir().mkpath(folder)) {
        throw Error("Cannot make the folder " + folder.toStdString() + ": choose another one for the figures.");
    }
    const QDir output(folder);
    const AccuracyView all = accuracy_view(result.curves);
    QStringList written = export_in_all_formats(all, output.filePath(QStringLiteral("accuracy")));

    if (all.series.size() > 1) {
        for (const AccuracySeries& series : all.series) {
            AccuracyView one = all;
            one.title = series.name + QStringLiteral(" · ") + all.title;
            one.series = {series};
            one.box_plots = BoxPlots::all;
            written += export_in_all_formats(one, output.filePath(QStringLiteral("accuracy-") + file_name(series.name)));
        }
    }
    const QString numbers = output.filePath(QStringLiteral("points.csv"));
    write_text_file(numbers.toStdString(), points_csv(result.curves));
    return written << numbers;
}

}  // namespace clipscope
