#include "paper_figures.h"

#include <QCoreApplication>
#include <QDir>
#include <algorithm>
#include <limits>
#include <ranges>

#include "common/error.h"
#include "figures/figure_kinds.h"
#include "plots/tuning_views.h"
#include "render.h"
#include "result_views.h"
#include "study/study_results.h"

namespace clipscope {
namespace {

QString text(const char* source) {
    return QCoreApplication::translate("PaperFigures", source);
}

using CurveFilter = std::function<bool(const CurveInfo&)>;

// The curves of the last campaign that has some of these over fault rates; without curves where none has.
CampaignSummary last_with(const StudyResults& results, const CurveFilter& is_wanted) {
    for (const CampaignSummary& campaign : results.campaigns | std::views::reverse) {
        CampaignSummary found = campaign;
        std::erase_if(found.curves, [&](const CurveSummary& curve) { return !is_wanted(curve.info) || curve.points.empty(); });
        if (campaign.info.axis == PointAxis::fault_rate && !found.curves.empty()) return found;
    }
    return {};
}

FigurePanel accuracy_panel(AccuracyView view, const QString& caption, BoxPlots boxes) {
    view.box_plots = boxes;
    FigurePanel panel{figure_of(view), caption};
    panel.style.boxes = boxes == BoxPlots::all;
    panel.has_legend = view.series.size() > 1;
    return panel;
}

PaperFigure figure_1b(const StudyResults& results) {
    PaperFigure figure{QStringLiteral("1b"),
                       text("Accuracy of the whole network against the fault rate"),
                       {QStringLiteral("figure-1b"), 1, 88, 62, {}},
                       {},
                       JobKind::sensitivity};
    const CampaignSummary found =
        last_with(results, [](const CurveInfo& curve) { return curve.layer == "network" && curve.protection == Protection::none; });
    if (found.curves.empty())
        figure.missing =
            text("Figure 1b needs a sensitivity job over “network”: clipscope-cli sensitivity --layers network --rates paper.");
    else
        figure.page.panels.push_back(accuracy_panel(accuracy_view(found), text("faults in the whole network"), BoxPlots::all));
    return figure;
}

// The first and the last convolution, and the first fully connected layer, as far as they were measured.
std::vector<std::string> layers_of_figure_3(const CampaignSummary& campaign) {
    std::vector<std::string> layers;
    const auto add = [&](auto&& curves, const char* kind) {
        for (const CurveSummary& curve : curves)
            if (curve.info.layer.starts_with(kind) && curve.info.layer.find('+') == std::string::npos &&
                std::ranges::find(layers, curve.info.layer) == layers.end()) {
                layers.push_back(curve.info.layer);
                return;
            }
    };
    add(campaign.curves, "CONV-");
    add(campaign.curves | std::views::reverse, "CONV-");
    add(campaign.curves, "FC-");
    return layers;
}

// The distributions of a site: without faults, then with faults in the layer, at each rate that was profiled (three panels at most).
std::vector<FigurePanel> panels_of_site(const TuningResult& tuning, int site, const std::string& layer) {
    constexpr std::size_t most = 3;
    std::vector<FigurePanel> panels;
    const QString name = QString::fromStdString(tuning.info.sites[std::size_t(site)].name);
    ActivationView view = activation_view(tuning, site);
    view.faulty.reset();
    view.counts_no_nonfinite = false;
    if (view.clean) panels.push_back({figure_of(view), text("%1, without faults").arg(name), {}, false});
    view.clean.reset();
    for (const SiteActivations& measured : tuning.activations) {
        if (measured.site != site || measured.scope != layer || measured.rate <= 0 || panels.size() >= most) continue;
        view.faulty = measured.histogram;
        view.faulty_name = rate_label(measured.rate);
        panels.push_back({figure_of(view), text("%1, faults at %2").arg(name, view.faulty_name), {}, false});
    }
    return panels;
}

// Of the site that a layer feeds, from the last job that has most of them.
std::vector<FigurePanel> activation_panels(const StudyResults& results, const std::string& layer) {
    std::vector<FigurePanel> best;
    for (const TuningResult& tuning : results.tunings | std::views::reverse)
        for (int site = 0; site < int(tuning.info.sites.size()); ++site) {
            const auto& fed_by = tuning.info.sites[std::size_t(site)].fed_by;
            if (std::ranges::find(fed_by, layer) == fed_by.end()) continue;
            std::vector<FigurePanel> panels = panels_of_site(tuning, site, layer);
            if (panels.size() > best.size()) best = std::move(panels);
        }
    return best;
}

PaperFigure figure_3(const StudyResults& results) {
    PaperFigure figure{QStringLiteral("3"),
                       text("Resilience of three layers, and what their activations are"),
                       {QStringLiteral("figure-3"), 3, 181, 52, {}},
                       {},
                       JobKind::sensitivity};
    const CampaignSummary all = last_with(results, [](const CurveInfo& curve) {
        return (curve.layer.starts_with("CONV-") || curve.layer.starts_with("FC-")) && curve.layer.find('+') == std::string::npos &&
               curve.protection == Protection::none;
    });
    if (all.curves.empty()) {
        figure.missing = text("Figure 3 needs a sensitivity job over each layer: clipscope-cli sensitivity --layers each --rates paper.");
        return figure;
    }
    std::vector<std::vector<FigurePanel>> rows;
    std::size_t columns = std::numeric_limits<std::size_t>::max();
    for (const std::string& layer : layers_of_figure_3(all)) {
        CampaignSummary one = all;
        std::erase_if(one.curves, [&](const CurveSummary& curve) { return curve.info.layer != layer; });
        rows.push_back({accuracy_panel(accuracy_view(one), text("faults in %1").arg(QString::fromStdString(layer)), BoxPlots::all)});
        std::ranges::move(activation_panels(results, layer), std::back_inserter(rows.back()));
        columns = std::min(columns, rows.back().size());
    }
    constexpr std::size_t whole = 3;  // accuracy, values without faults, values with faults
    if (columns < whole) {
        figure.missing = text(
            "Figure 3 lacks distributions of activations under faults in these layers: clipscope-cli profile --layers each --rates "
            "1e-6,1e-5.");
        figure.job = JobKind::profile;
    }
    // Rows that are alike: as many panels as every layer has; the accuracies alone side by side.
    figure.page.columns = columns > 1 ? int(columns) : int(rows.size());
    for (auto& row : rows) std::move(row.begin(), row.begin() + std::ptrdiff_t(columns), std::back_inserter(figure.page.panels));
    return figure;
}

PaperFigure figure_5(const StudyResults& results) {
    PaperFigure figure{QStringLiteral("5"),
                       text("Area under the accuracy curve, and its value against the threshold"),
                       {QStringLiteral("figure-5"), 2, 181, 66, {}},
                       {},
                       JobKind::sweep};
    for (const TuningResult& tuning : results.tunings | std::views::reverse)
        for (const SiteSweep& sweep : tuning.sweeps | std::views::reverse) {
            const AucAreaView area = auc_area_view(tuning, sweep.site);
            const AucThresholdView auc = auc_threshold_view(tuning, sweep.site);
            if (!has_area(area) || !has_points(auc)) continue;
            const QString scope = QString::fromStdString(sweep.scope);
            figure.page.panels = {{figure_of(area), text("the area, faults in %1").arg(scope)},
                                  {figure_of(auc), text("AUC against the threshold, faults in %1").arg(scope)}};
            return figure;
        }
    figure.missing = text("Figure 5 needs a sweep of thresholds: clipscope-cli sweep --site ACT-4.");
    return figure;
}

PaperFigure figure_6(const StudyResults& results) {
    PaperFigure figure{QStringLiteral("6"),
                       text("The threshold search, iteration by iteration"),
                       {QStringLiteral("figure-6"), 2, 181, 62, {}},
                       {},
                       JobKind::harden};
    const SiteSearch* longest = nullptr;
    const TuningResult* of = nullptr;
    for (const TuningResult& tuning : results.tunings)
        for (const SiteSearch& search : tuning.searches)
            if (!search.grids.empty() && (!longest || search.grids.size() >= longest->grids.size())) {
                longest = &search;
                of = &tuning;
            }
    if (!longest) {
        figure.missing = text("Figure 6 needs a hardening: clipscope-cli harden.");
        return figure;
    }
    constexpr int panels = 4;
    for (int shown = 1; shown <= std::min(panels, int(longest->grids.size())); ++shown) {
        TrisectionView view = trisection_view(*of, longest->site);
        view.shown = shown;
        view.show_reason = false;
        figure.page.panels.push_back({figure_of(view), text("iteration %1").arg(shown)});
    }
    return figure;
}

// The means together, then the boxes of the clipped network, then those of the unprotected one.
PaperFigure figure_7(const StudyResults& results) {
    const auto is_clipped = [](const CurveInfo& curve) { return curve.layer == "network" && curve.protection == Protection::clip_tuned; };
    PaperFigure figure{QStringLiteral("7"),
                       text("Accuracy with and without clipping"),
                       {QStringLiteral("figure-7"), 3, 181, 60, {}},
                       {},
                       JobKind::compare};
    for (const CampaignSummary& campaign : results.campaigns | std::views::reverse) {
        const auto is_bare = [](const CurveInfo& curve) { return curve.layer == "network" && curve.protection == Protection::none; };
        CampaignSummary both = campaign;
        std::erase_if(both.curves,
                      [&](const CurveSummary& curve) { return curve.points.empty() || !(is_bare(curve.info) || is_clipped(curve.info)); });
        const auto has = [&](const CurveFilter& wanted) { return std::ranges::any_of(both.curves, wanted, &CurveSummary::info); };
        if (!has(is_bare) || !has(is_clipped) || campaign.info.axis != PointAxis::fault_rate) continue;
        // Names and looks are those of both together.
        const AccuracyView view = accuracy_view(both);
        const auto alone = [&](const CurveFilter& wanted) {
            AccuracyView one = view;
            one.series.clear();
            for (std::size_t i = 0; i < both.curves.size(); ++i)
                if (wanted(both.curves[i].info)) one.series.push_back(view.series[i]);
            return one;
        };
        if (QString::fromStdString(campaign.info.model).contains(QStringLiteral("vgg"), Qt::CaseInsensitive)) {
            figure.number = QStringLiteral("8");
            figure.page.name = QStringLiteral("figure-8");
        }
        figure.page.panels = {accuracy_panel(view, text("means"), BoxPlots::none),
                              accuracy_panel(alone(is_clipped), text("clipped at tuned thresholds"), BoxPlots::all),
                              accuracy_panel(alone(is_bare), text("unprotected"), BoxPlots::all)};
        return figure;
    }
    figure.missing = text("Figure 7 (8 of a VGG-16) needs a comparison: clipscope-cli compare --thresholds T.json --rates paper.");
    return figure;
}

}  // namespace

StudyResults read_results(const QString& study_file) {
    const Study study = Study::open_to_read(study_file.toStdString());
    StudyResults results;
    for (const JobRecord& job : study.jobs()) {
        if (job.settings.kind->measures_curves())
            results.campaigns.push_back(summary_of(read_curves(study, job.id).curves));
        else if (job.settings.kind->is_tuning())
            results.tunings.push_back(read_tuning(study, job.id));
    }
    return results;
}

std::vector<PaperFigure> paper_figures(const StudyResults& results) {
    return {figure_1b(results), figure_3(results), figure_5(results), figure_6(results), figure_7(results)};
}

QStringList render_paper(const QString& study_file, const QString& folder, const FigureRequest& request, QStringList& missing) {
    const std::vector<PaperFigure> figures = paper_figures(read_results(study_file));
    for (const PaperFigure& figure : figures)
        if (!figure.missing.isEmpty()) missing << figure.missing;
    if (std::ranges::none_of(figures, &PaperFigure::is_ready))
        throw Error("The study " + study_file.toStdString() + " has no job for a figure of the paper yet. " +
                    missing.join(QLatin1Char(' ')).toStdString());
    make_folder(folder);
    QStringList written;
    for (const PaperFigure& figure : figures)
        if (figure.is_ready())
            for (const QString& format : request.formats.isEmpty() ? QStringList{QStringLiteral("pdf")} : request.formats)
                if (format != QLatin1String("py"))
                    written += export_page(figure.page, request.style.value_or(FigureStyle()),
                                           QDir(folder).filePath(figure.page.name + QLatin1Char('.') + format));
    return written;
}

}  // namespace clipscope
