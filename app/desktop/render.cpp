#include "render.h"

#include <QDir>
#include <QRegularExpression>

#include "campaign/campaign_summary.h"
#include "campaign/comparison.h"
#include "campaign/duel_summary.h"
#include "common/error.h"
#include "common/text_file.h"
#include "figures/figure_files.h"
#include "figures/figure_kinds.h"
#include "plots/critical_bits_view.h"
#include "plots/protect_first_view.h"
#include "plots/tuning_views.h"
#include "plots/worst_bits_view.h"
#include "result_views.h"
#include "results/result_csv.h"
#include "results/result_json.h"
#include "results/tuning_csv.h"
#include "results/tuning_json.h"
#include "study/listed_trials.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

QString file_name(const QString& series) {
    static const QRegularExpression unsafe(QStringLiteral("[^A-Za-z0-9+._-]+"));
    return QString(series).replace(unsafe, QStringLiteral("-"));
}

class Exports {
public:
    Exports(const QString& folder, const FigureRequest& request) : folder_(folder), request_(request) {}

    // As PNG, PDF and SVG, or as the request wants it.
    template <typename View>
    void add_figure(const QString& name, const View& view) {
        if (request_.style) return add_styled(name, figure_of(view));
        const auto shared = std::make_shared<const View>(view);
        for (const char* ending : {".png", ".pdf", ".svg"}) {
            const QString path = folder_.filePath(name + QLatin1String(ending));
            tasks_.push_back({path, [shared, path] { export_figure(*shared, path); }, {}});
        }
    }

    void add_text(const QString& name, const std::string& text) {
        const QString path = folder_.filePath(name);
        tasks_.push_back({path, [text, path] { write_text_file(path.toStdString(), text); }, {}});
    }

    std::vector<ExportTask> take() { return std::move(tasks_); }

private:
    void add_styled(const QString& name, const Figure& figure) {
        const QStringList curves = curve_names(figure);
        const FigureStyle style = *request_.style;
        for (const QString& format : request_.formats) {
            const QString stem = folder_.filePath(name);
            if (format == QLatin1String("py"))
                tasks_.push_back({stem + QStringLiteral(".csv"), [=] { export_numbers(figure, style, stem); }, curves});
            else
                tasks_.push_back(
                    {stem + QLatin1Char('.') + format, [=] { export_figure(figure, style, stem + QLatin1Char('.') + format); }, curves});
        }
    }

    const QDir folder_;
    const FigureRequest request_;
    std::vector<ExportTask> tasks_;
};

void add_site(Exports& exports, const TuningResult& result, int site) {
    const QString name = file_name(QString::fromStdString(result.info.sites[std::size_t(site)].name));
    if (const ActivationView view = activation_view(result, site); has_values(view))
        exports.add_figure(QStringLiteral("activations-") + name, view);
    if (const AucThresholdView view = auc_threshold_view(result, site); has_points(view))
        exports.add_figure(QStringLiteral("auc-vs-threshold-") + name, view);
    if (const AucAreaView view = auc_area_view(result, site); has_area(view)) exports.add_figure(QStringLiteral("area-") + name, view);
    if (const SiteSearch* search = result.search(site); search && !search->grids.empty())
        exports.add_figure(QStringLiteral("search-") + name, trisection_view(result, site));
}

}  // namespace

std::vector<ExportTask> curve_exports(const AccuracyCurves& curves, const std::string& kind, AucAxis axis, const QString& folder,
                                      const FigureRequest& request) {
    Exports exports(folder, request);
    const AccuracyView all = accuracy_view(summary_of(curves));
    exports.add_figure(QStringLiteral("accuracy"), all);
    if (all.series.size() > 1) {
        for (const AccuracySeries& series : all.series) {
            if (request.leaves_out(series.name)) continue;
            AccuracyView one = all;
            one.title = series.name + QStringLiteral(" · ") + all.title;
            one.series = {series};
            one.box_plots = BoxPlots::all;
            exports.add_figure(QStringLiteral("accuracy-") + file_name(series.name), one);
        }
    }
    if (const CriticalBitsView bits = critical_bits_view(summary_of(curves)); !bits.cells.empty()) {
        exports.add_figure(QStringLiteral("critical-bits"), bits);
        exports.add_text(QStringLiteral("critical-bits.csv"), to_csv(bits));
    }
    for (const ParetoView& view : pareto_views(summary_of(curves), axis))
        exports.add_figure(
            QStringLiteral("price-%1-%2").arg(view.cost == DuelCost::storage ? "storage" : "operations", file_name(view.layer)), view);
    exports.add_text(QStringLiteral("points.csv"), points_csv(curves));
    if (is_of_protections(kind)) exports.add_text(QStringLiteral("comparisons.csv"), comparisons_csv(curves, axis));
    if (kind == "duel") exports.add_text(QStringLiteral("duel.csv"), duel_csv(summary_of(curves), axis));
    return exports.take();
}

std::vector<ExportTask> tuning_exports(const TuningResult& result, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    for (int site = 0; site < int(result.info.sites.size()); ++site) add_site(exports, result, site);
    if (!result.activations.empty()) exports.add_text(QStringLiteral("histograms.csv"), histograms_csv(result));
    if (!result.sweeps.empty()) exports.add_text(QStringLiteral("sweep.csv"), sweep_csv(result));
    if (!result.searches.empty()) {
        exports.add_text(QStringLiteral("search.csv"), search_csv(result));
        exports.add_text(QStringLiteral("thresholds.csv"), thresholds_csv(result));
    }
    return exports.take();
}

std::vector<ExportTask> protect_first_exports(const ProtectFirst& found, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    ProtectFirstView view;
    view.title = protect_first_title(found);
    view.found = found;
    exports.add_figure(QStringLiteral("protect-first"), view);
    exports.add_text(QStringLiteral("protect-first.csv"), to_csv(view));
    return exports.take();
}

std::vector<ExportTask> worst_bits_exports(const WorstBitsView& view, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    exports.add_figure(QStringLiteral("worst-bits"), view);
    exports.add_text(QStringLiteral("worst-bits.csv"), to_csv(view));
    exports.add_text(QStringLiteral("worst-bits-list.csv"), worst_bits_list(view.found));
    return exports.take();
}

void make_folder(const QString& folder) {
    if (!QDir().mkpath(folder)) {
        throw Error("Cannot make the folder " + folder.toStdString() + ": choose another one for the figures.");
    }
}

namespace {

std::vector<ExportTask> exports_of_json(const QString& result_file, const QString& folder, const FigureRequest& request) {
    const std::string file = result_file.toStdString();
    const std::string text = read_text_file(file);
    const std::string kind = result_kind(text, file);
    if (!is_of_curves(kind)) return tuning_exports(tuning_from_json(text, file), folder, request);
    const CampaignResult result = result_from_json(text, file);
    return curve_exports(result.curves, result.kind, result.auc_axis, folder, request);
}

std::vector<ExportTask> list_exports(const Study& study, JobId job, const QString& folder) {
    Exports exports(folder, {});
    if (const auto results = read_listed_results(study, job); !results.empty())
        exports.add_text(QStringLiteral("fault-list.csv"), listed_csv(results));
    return exports.take();
}

// A folder for each job: "job-1-sensitivity".
std::vector<ExportTask> exports_of_study(const QString& file, const QString& folder, const FigureRequest& request) {
    const Study study = Study::open_to_read(file.toStdString());
    std::vector<ExportTask> all;
    for (const JobRecord& job : study.jobs()) {
        const QString place = QStringLiteral("%1/job-%2-%3").arg(folder).arg(job.id).arg(QString::fromStdString(kind_name(job.settings)));
        std::vector<ExportTask> tasks;
        if (measures_curves(job.settings.kind)) {
            const CampaignResult result = read_curves(study, job.id);
            if (!result.curves.curves.empty()) tasks = curve_exports(result.curves, result.kind, result.auc_axis, place, request);
        } else if (job.settings.kind == JobKind::faults) {
            tasks = list_exports(study, job.id, place);
        } else {
            tasks = tuning_exports(read_tuning(study, job.id), place, request);
        }
        if (!tasks.empty()) make_folder(place);
        all.insert(all.end(), tasks.begin(), tasks.end());
    }
    if (all.empty()) throw Error("The study " + file.toStdString() + " has no results yet: there is nothing to draw.");
    return all;
}

// Each curve that was asked for must be in some figure.
void check_curves(const std::vector<ExportTask>& tasks, const FigureRequest& request) {
    QStringList known;
    for (const ExportTask& task : tasks) known += task.curves;
    known.removeDuplicates();
    for (const QString& wanted : request.curves)
        if (std::ranges::none_of(known, [&](const QString& curve) { return is_meant(wanted, curve); }))
            throw UsageError("There is no curve '" + wanted.toStdString() + "' in this result; there are " +
                             known.join(QStringLiteral(", ")).toStdString() + ".");
}

}  // namespace

QStringList render_result(const QString& result_file, const QString& folder, const FigureRequest& request) {
    const bool is_study = result_file.endsWith(QLatin1String(".clipscope"));
    const std::vector<ExportTask> tasks =
        is_study ? exports_of_study(result_file, folder, request) : exports_of_json(result_file, folder, request);
    check_curves(tasks, request);
    make_folder(folder);
    QStringList written;
    for (const ExportTask& task : tasks) {
        task.write();
        written << task.path;
    }
    return written;
}

}  // namespace clipscope
