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
    if (study.empty()) return begin(folder, nullptr);
    using Contents = std::shared_ptr<const ReportContents>;
    reading_.start<Contents>(
        [study](std::stop_token stop) -> Contents {
            auto contents = read_report_contents(study, stop);
            return contents ? std::make_shared<const ReportContents>(std::move(*contents)) : nullptr;
        },
        [this, folder](const Contents& contents) { begin(folder, contents); }, [this](const QString& why) { emit failed(why); });
}

void ResultExporter::begin(const QString& folder, const std::shared_ptr<const ReportContents>& study) {
    try {
        collect(folder);
        QStringList notes;
        if (study) {
            std::ranges::move(study_exports(study, folder, request_), std::back_inserter(tasks_));
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
    const auto add_result = [&](const std::string& kind, std::function<std::string()> text) {
        const QString path = folder + QLatin1Char('/') + QString::fromStdString(kind) + QStringLiteral(".json");
        tasks_.push_back({path,
                          [path, text = std::move(text)] { write_text_file(path.toStdString(), text()); },
                          {},
                          tr("The result with every trial, as ClipScope reads it again"),
                          true});
    };
    if (results_.has_curves()) {
        // A copy: the curves in sight may change while files are being written.
        const auto curves = std::make_shared<const AccuracyCurves>(results_.curves());
        const std::string kind = kind_of(*curves);
        add(curve_exports(curves, kind, results_.auc_axis(), folder, request_, results_.accuracy_title()));
        add_result(kind, [kind, axis = results_.auc_axis(), curves] { return result_to_json({kind, axis, *curves}); });
    }
    if (results_.has_protect_first()) {
        add(protect_first_exports(results_.protect_first(), folder, request_));
        add_result("protect-first", [found = results_.protect_first()] { return protect_first_json(found); });
    }
    if (results_.worst_bits().has_result()) {
        const WorstBitsView& worst = results_.worst_bits().result();
        add(worst_bits_exports(worst, folder, request_));
        add_result("worst-bits", [worst] { return worst_bits_json(worst.found, worst.origin); });
    }
    if (results_.has_tuning()) {
        const TuningResult& tuning = results_.tuning();
        add(tuning_exports(tuning, folder, request_));
        add_result(to_string(tuning.info.job), [tuning] { return tuning_to_json(tuning); });
    }
    add(further_figures_(folder, request_));
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
    if (task.is_text) return write_text(task);
    try {
        task.write();
        ++written_;
    } catch (const Error& error) {
        give_up(QString::fromUtf8(error.what()));
    }
}

void ResultExporter::write_text(const ExportTask& task) {
    turn_.stop();
    reading_.start<bool>(
        [write = task.write](std::stop_token) {
            write();
            return true;
        },
        [this](bool) {
            ++written_;
            turn_.start();
        },
        [this](const QString& why) { give_up(why); });
}

void ResultExporter::give_up(const QString& why) {
    tasks_.clear();
    turn_.stop();
    emit failed(why);
}

}  // namespace clipscope
