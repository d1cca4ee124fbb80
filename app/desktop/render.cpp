#include "render.h"

#include <QDir>
#include <QRegularExpression>
#include <algorithm>
#include <iterator>

#include "campaign/campaign_summary.h"
#include "campaign/comparison.h"
#include "campaign/duel_summary.h"
#include "common/error.h"
#include "common/text_file.h"
#include "export_index.h"
#include "figures/figure_files.h"
#include "figures/figure_kinds.h"
#include "plots/critical_bits_view.h"
#include "plots/protect_first_view.h"
#include "plots/tuning_views.h"
#include "plots/worst_bits_view.h"
#include "report/ranking_output.h"
#include "result_views.h"
#include "results/result_csv.h"
#include "results/result_json.h"
#include "results/tuning_csv.h"
#include "results/tuning_json.h"

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
    void add_figure(const QString& name, const QString& about, const View& view) {
        if (request_.style) return add_styled(name, about, figure_of(view));
        const auto shared = std::make_shared<const View>(view);
        for (const char* ending : {".png", ".pdf", ".svg"}) {
            const QString path = folder_.filePath(name + QLatin1String(ending));
            tasks_.push_back({path, [shared, path] { export_figure(*shared, path); }, {}, about});
        }
    }

    void add_text(const QString& name, const QString& about, std::function<std::string()> text) {
        const QString path = folder_.filePath(name);
        tasks_.push_back({path, [text = std::move(text), path] { write_text_file(path.toStdString(), text()); }, {}, about, true});
    }

    std::vector<ExportTask> take() { return std::move(tasks_); }

    // In the request's style, which it has.
    void add_styled(const QString& name, const QString& about, const Figure& figure) {
        const QStringList curves = curve_names(figure);
        const FigureStyle style = *request_.style;
        for (const QString& format : request_.formats) {
            const QString stem = folder_.filePath(name);
            if (format == QLatin1String("py"))
                tasks_.push_back({stem + QStringLiteral(".csv"), [=] { export_numbers(figure, style, stem); }, curves, about});
            else
                tasks_.push_back({stem + QLatin1Char('.') + format,
                                  [=] { export_figure(figure, style, stem + QLatin1Char('.') + format); },
                                  curves,
                                  about});
        }
    }

private:
    const QDir folder_;
    const FigureRequest request_;
    std::vector<ExportTask> tasks_;
};

void add_site(Exports& exports, const TuningResult& result, int site) {
    const QString site_name = QString::fromStdString(result.info.sites[std::size_t(site)].name);
    const QString name = file_name(site_name);
    if (const ActivationView view = activation_view(result, site); has_values(view))
        exports.add_figure(QStringLiteral("activations-") + name, QObject::tr("How the values of %1 are distributed").arg(site_name), view);
    if (const AucThresholdView view = auc_threshold_view(result, site); has_points(view))
        exports.add_figure(QStringLiteral("auc-vs-threshold-") + name, QObject::tr("AUC against the threshold of %1").arg(site_name), view);
    if (const AucAreaView view = auc_area_view(result, site); has_area(view))
        exports.add_figure(QStringLiteral("area-") + name, QObject::tr("The area under the accuracy curve, %1 protected").arg(site_name),
                           view);
    if (const SiteSearch* search = result.search(site); search && !search->grids.empty())
        exports.add_figure(QStringLiteral("search-") + name, QObject::tr("The search for the threshold of %1").arg(site_name),
                           trisection_view(result, site));
}

}  // namespace

std::vector<ExportTask> curve_exports(std::shared_ptr<const AccuracyCurves> curves, const std::string& kind, AucAxis axis,
                                      const QString& folder, const FigureRequest& request, const QString& title) {
    Exports exports(folder, request);
    const CampaignSummary summary = summary_of(*curves);
    AccuracyView all = accuracy_view(summary);
    if (!title.isEmpty()) all.title = title;
    exports.add_figure(QStringLiteral("accuracy"), QObject::tr("Accuracy, all curves together"), all);
    if (all.series.size() > 1) {
        for (const AccuracySeries& series : all.series) {
            if (request.leaves_out(series.name)) continue;
            AccuracyView one = all;
            one.title = series.name + QStringLiteral(" · ") + all.title;
            one.series = {series};
            one.box_plots = BoxPlots::all;
            exports.add_figure(QStringLiteral("accuracy-") + file_name(series.name),
                               QObject::tr("Accuracy of %1 alone, with box plots").arg(series.name), one);
        }
    }
    if (const CriticalBitsView bits = critical_bits_view(summary); !bits.cells.empty()) {
        exports.add_figure(QStringLiteral("critical-bits"), QObject::tr("Which stored bits are critical, by layer and position"), bits);
        exports.add_text(QStringLiteral("critical-bits.csv"), QObject::tr("The same in numbers"), [bits] { return to_csv(bits); });
    }
    for (const ParetoView& view : pareto_views(summary, axis))
        exports.add_figure(
            QStringLiteral("price-%1-%2").arg(view.cost == DuelCost::storage ? "storage" : "operations", file_name(view.layer)),
            QObject::tr("What protections keep against what they cost, faults in %1").arg(view.layer), view);
    exports.add_text(QStringLiteral("points.csv"), QObject::tr("Every point of every curve with its statistics and intervals"),
                     [curves] { return points_csv(*curves); });
    if (is_of_protections(kind))
        exports.add_text(QStringLiteral("comparisons.csv"), QObject::tr("Differences between protections on the same faults"),
                         [curves, axis] { return comparisons_csv(*curves, axis); });
    if (kind == "duel")
        exports.add_text(QStringLiteral("duel.csv"), QObject::tr("Protections with their prices"),
                         [summary, axis] { return duel_csv(summary, axis); });
    return exports.take();
}

std::vector<ExportTask> tuning_exports(const TuningResult& result, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    for (int site = 0; site < int(result.info.sites.size()); ++site) add_site(exports, result, site);
    if (!result.activations.empty())
        exports.add_text(QStringLiteral("histograms.csv"), QObject::tr("Activation histograms, bin by bin"),
                         [text = histograms_csv(result)] { return text; });
    if (!result.sweeps.empty())
        exports.add_text(QStringLiteral("sweep.csv"), QObject::tr("AUC at every threshold of the sweep"),
                         [text = sweep_csv(result)] { return text; });
    if (!result.searches.empty()) {
        exports.add_text(QStringLiteral("search.csv"), QObject::tr("Every threshold that the searches evaluated"),
                         [text = search_csv(result)] { return text; });
        exports.add_text(QStringLiteral("thresholds.csv"), QObject::tr("The thresholds that were found"),
                         [text = thresholds_csv(result)] { return text; });
    }
    return exports.take();
}

std::vector<ExportTask> protect_first_exports(const ProtectFirst& found, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    ProtectFirstView view;
    view.title = protect_first_title(found);
    view.found = found;
    exports.add_figure(QStringLiteral("protect-first"), QObject::tr("What to protect first"), view);
    exports.add_text(QStringLiteral("protect-first.csv"), QObject::tr("The same in numbers"), [view] { return to_csv(view); });
    return exports.take();
}

std::vector<ExportTask> worst_bits_exports(const WorstBitsView& view, const QString& folder, const FigureRequest& request) {
    Exports exports(folder, request);
    exports.add_figure(QStringLiteral("worst-bits"), QObject::tr("The worst case against the number of faulty bits"), view);
    exports.add_text(QStringLiteral("worst-bits.csv"), QObject::tr("The worst bits by name"), [view] { return to_csv(view); });
    exports.add_text(QStringLiteral("worst-bits-list.csv"), QObject::tr("The same as a list of faults, for clipscope-cli faults"),
                     [view] { return worst_bits_list(view.found); });
    return exports.take();
}

std::vector<ExportTask> figure_exports(const Figure& figure, const QString& name, const QString& folder, const FigureRequest& request) {
    FigureRequest styled = request;
    if (!styled.style) {
        styled.style = FigureStyle();
        styled.formats = {QStringLiteral("png"), QStringLiteral("pdf"), QStringLiteral("svg")};
    }
    Exports exports(folder, styled);
    exports.add_styled(name, figure.title, figure);
    exports.add_text(name + QStringLiteral(".csv"), QObject::tr("The same in numbers"), figure.csv);
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
    return curve_exports(std::make_shared<AccuracyCurves>(result.curves), result.kind, result.auc_axis, folder, request);
}

// A job of a study that is kept for as long as its files are still to be made.
std::vector<ExportTask> job_exports(const std::shared_ptr<const ReportContents>& contents, const ReportJob& job, const QString& folder,
                                    const FigureRequest& request) {
    Exports numbers(folder, request);
    std::vector<ExportTask> tasks;
    const QString result = QObject::tr("The job's result with every trial, as ClipScope reads it again");
    if (job.curves) {
        const std::shared_ptr<const CampaignResult> found(contents, &*job.curves);
        // The user's name of a job is its figures' title too.
        QString title = accuracy_view(job.summary).title;
        if (!job.record.name.empty()) title = QString::fromStdString(job.record.name) + QStringLiteral(" · ") + title;
        tasks = curve_exports({found, &found->curves}, found->kind, found->auc_axis, folder, request, title);
        numbers.add_text(QStringLiteral("trials.csv"), QObject::tr("Every trial of all images with its counts"),
                         [found] { return trials_csv(found->curves); });
        if (job.ranking && !job.ranking->layers.empty())
            numbers.add_text(QStringLiteral("ranking.csv"), QObject::tr("Layers, the most sensitive first"),
                             [contents, &job] { return ranking_csv(*job.ranking); });
        numbers.add_text(QStringLiteral("result.json"), result, [found] { return result_to_json(*found); });
    } else if (job.tuning) {
        tasks = tuning_exports(*job.tuning, folder, request);
        numbers.add_text(QStringLiteral("result.json"), result, [contents, &job] { return tuning_to_json(*job.tuning); });
    } else if (!job.listed.empty()) {
        numbers.add_text(QStringLiteral("fault-list.csv"), QObject::tr("What became of the images in every trial of the list"),
                         [contents, &job] { return listed_csv(job.listed); });
    }
    std::ranges::move(numbers.take(), std::back_inserter(tasks));
    return tasks;
}

QString job_folder(const JobRecord& job) {
    constexpr qsizetype longest_name = 40;
    QString name = QStringLiteral("job-%1-%2").arg(job.id).arg(QString::fromStdString(kind_name(job.settings)));
    if (!job.name.empty()) name += QLatin1Char('-') + file_name(QString::fromStdString(job.name)).left(longest_name);
    return name;
}

std::vector<ExportTask> exports_of_study(const QString& file, const QString& folder, const FigureRequest& request) {
    const auto contents = std::make_shared<const ReportContents>(read_report_contents(file.toStdString()).value());
    std::vector<ExportTask> all = study_exports(contents, folder, request);
    if (all.empty()) throw Error("The study " + file.toStdString() + " has no results yet: there is nothing to draw.");
    all.push_back(index_of(all, folder, QString::fromStdString(contents->study_name), index_notes(*contents)));
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

std::vector<ExportTask> study_exports(std::shared_ptr<const ReportContents> contents, const QString& folder, const FigureRequest& request) {
    std::vector<ExportTask> all;
    for (const ReportJob& job : contents->jobs) {
        const QString place = folder + QLatin1Char('/') + job_folder(job.record);
        std::vector<ExportTask> tasks = job_exports(contents, job, place, request);
        if (!tasks.empty())
            tasks.front().write = [place, write = std::move(tasks.front().write)] {
                make_folder(place);
                write();
            };
        std::ranges::move(tasks, std::back_inserter(all));
    }
    return all;
}

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
