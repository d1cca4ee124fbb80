#include "result_exporter.h"

#include <algorithm>
#include <iterator>

#include "common/error.h"
#include "common/text_file.h"
#include "controls/worst_bits_pane.h"
#include "export_index.h"
#include "network/export_script.h"
#include "result_presenter.h"
#include "result_views.h"
#include "results/protect_first_output.h"
#include "results/result_csv.h"
#include "results/result_json.h"
#include "results/thresholds_header.h"
#include "results/tuning_json.h"

namespace clipscope {

ResultExporter::ResultExporter(const ResultPresenter& results, MayReplace may_replace, std::function<QString()> study_path, QObject* parent)
    : QObject(parent), results_(results), may_replace_(std::move(may_replace)), study_path_(std::move(study_path)) {
    turn_.setInterval(0);
    connect(&turn_, &QTimer::timeout, this, &ResultExporter::write_next);
}

void ResultExporter::export_numbers(const QString& path) {
    write(path, [&] {
        const AccuracyCurves& curves = results_.curves();
        const bool is_json = path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
        return is_json ? result_to_json({kind_of(curves), results_.auc_axis(), curves}) : points_csv(curves);
    });
}

void ResultExporter::save_thresholds(const QString& path) {
    if (const auto thresholds = results_.thresholds())
        write(path, [&] { return thresholds_text(path.toStdString(), *thresholds, results_.thresholds_origin()); });
}

void ResultExporter::save_python_exporter(const QString& path) {
    write(path, [] { return std::string(export_script()); });
}

void ResultExporter::write(const QString& path, const std::function<std::string()>& text) {
    try {
        write_text_file(path.toStdString(), text());
        emit told(tr("Wrote %1").arg(path));
        emit written(path);
    } catch (const Error& error) {
        emit failed(QString::fromUtf8(error.what()));
    }
}

void ResultExporter::export_everything(const QString& folder) {
    if (turn_.isActive() || reading_.running()) {
        emit failed(tr("An export is being written: wait until it is done, then export again."));
        return;
    }
    const std::string study = study_path_().toStdString();
    if (study.empty()) return begin(folder, std::nullopt);
    reading_.start<std::optional<ReportContents>>(
        [study](std::stop_token stop) { return read_report_contents(study, stop); },
        [this, folder](const std::optional<ReportContents>& contents) { begin(folder, contents); },
        [this](const QString& why) { emit failed(why); });
}

void ResultExporter::begin(const QString& folder, const std::optional<ReportContents>& study) {
    try {
        collect(folder);
        QStringList notes;
        if (study) {
            std::ranges::move(study_exports(*study, folder, request_), std::back_inserter(tasks_));
            notes = index_notes(*study);
        }
        const QString title = study ? QString::fromStdString(study->study_name) : tr("Figures and tables");
        tasks_.push_back(index_of({tasks_.begin(), tasks_.end()}, folder, title, notes));
    } catch (const Error& error) {
        tasks_.clear();
        emit failed(QString::fromUtf8(error.what()));
        return;
    }
    QStringList paths;
    for (const ExportTask& task : tasks_) paths << task.path;
    if (!may_replace_(existing_files(paths))) {
        tasks_.clear();
        emit told(tr("Nothing was exported: files in %1 were not to be replaced").arg(folder));
        return;
    }
    emit told(tr("Writing %1 files into %2…").arg(tasks_.size()).arg(folder));
    written_ = 0;
    folder_ = folder;
    turn_.start();
}

void ResultExporter::set_figure_style(const FigureStyle& style) {
    request_.style = with_common_part({}, style);
    request_.formats = {QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("svg")};
}

void ResultExporter::collect(const QString& folder) {
    const auto add = [this](std::vector<ExportTask> tasks) { std::ranges::move(tasks, std::back_inserter(tasks_)); };
    const auto add_result = [&](const std::string& kind, const std::string& text) {
        const QString path = folder + QLatin1Char('/') + QString::fromStdString(kind) + QStringLiteral(".json");
        tasks_.push_back({path, [path, text] { write_text_file(path.toStdString(), text); },
                          {},
                          tr("The result with every trial, as ClipScope reads it again")});
    };
    if (results_.has_curves()) {
        const AccuracyCurves& curves = results_.curves();
        const std::string kind = kind_of(curves);
        add(curve_exports(curves, kind, results_.auc_axis(), folder, request_, results_.accuracy_title()));
        add_result(kind, result_to_json({kind, results_.auc_axis(), curves}));
    }
    if (results_.has_protect_first()) {
        add(protect_first_exports(results_.protect_first(), folder, request_));
        add_result("protect-first", protect_first_json(results_.protect_first()));
    }
    if (results_.worst_bits().has_result()) {
        const WorstBitsView& worst = results_.worst_bits().result();
        add(worst_bits_exports(worst, folder, request_));
        add_result("worst-bits", worst_bits_json(worst.found, worst.origin));
    }
    if (results_.has_tuning()) {
        const TuningResult& tuning = results_.tuning();
        add(tuning_exports(tuning, folder, request_));
        add_result(to_string(tuning.info.job), tuning_to_json(tuning));
    }
}

void ResultExporter::write_next() {
    if (tasks_.empty()) {
        turn_.stop();
        emit told(tr("Wrote %1 files").arg(written_));
        emit written(folder_);
        return;
    }
    const ExportTask task = std::move(tasks_.front());
    tasks_.pop_front();
    try {
        task.write();
        ++written_;
    } catch (const Error& error) {
        tasks_.clear();
        turn_.stop();
        emit failed(QString::fromUtf8(error.what()));
    }
}

}  // namespace clipscope
