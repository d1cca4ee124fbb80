#include "plots/tuning_views.h"

#include <QCoreApplication>
#include <algorithm>

#include "plots/accuracy_view.h"
#include "plots/value_axis.h"

namespace clipscope {

namespace {

QString text(const char* source) {
    return QCoreApplication::translate("TuningViews", source);
}

QString site_name(const TuningResult& result, int site) {
    const bool is_known = site >= 0 && site < int(result.info.sites.size());
    return is_known ? QString::fromStdString(result.info.sites[std::size_t(site)].name) : QString();
}

std::optional<float> act_max(const TuningResult& result, int site) {
    if (site >= 0 && site < int(result.act_max.size()) && result.act_max[std::size_t(site)]) return result.act_max[std::size_t(site)];
    if (const SiteSearch* search = result.search(site)) return search->act_max;
    if (const SiteSweep* sweep = result.sweep(site)) return sweep->act_max;
    return std::nullopt;
}

std::optional<float> chosen_threshold(const TuningResult& result, int site) {
    const SiteSearch* search = result.search(site);
    return search && search->hardened ? std::optional(search->hardened->threshold) : std::nullopt;
}

// "ACT-4, faults in CONV-4"
QString site_and_scope(const TuningResult& result, int site) {
    const SiteSearch* search = result.search(site);
    const SiteSweep* sweep = result.sweep(site);
    const std::string scope = search ? search->scope : sweep ? sweep->scope : std::string();
    const QString name = site_name(result, site);
    return scope.empty() ? name : text("%1, faults in %2").arg(name, QString::fromStdString(scope));
}

// The one whose area is shown, with the rates it was measured at.
struct ShownAuc {
    const ThresholdAuc* point = nullptr;
    const std::vector<double>* rates = nullptr;
};

ShownAuc shown_auc(const TuningResult& result, int site) {
    ShownAuc shown;
    const std::optional<float> chosen = chosen_threshold(result, site);
    const auto consider = [&](const ThresholdAuc& point, const std::vector<double>& rates) {
        if (chosen ? point.threshold != *chosen : shown.point && point.measured.auc <= shown.point->measured.auc) return;
        shown = {&point, &rates};
    };
    if (const SiteSearch* search = result.search(site))
        for (const SearchEvaluation& evaluation : search->evaluations) consider(evaluation.point, search->rates);
    if (shown.point) return shown;
    if (const SiteSweep* sweep = result.sweep(site))
        for (const ThresholdAuc& point : sweep->points) consider(point, sweep->rates);
    return shown;
}

}  // namespace

ActivationView activation_view(const TuningResult& result, int site) {
    ActivationView view;
    view.title = text("Activations of %1").arg(site_name(result, site));
    if (const SiteActivations* clean = result.clean_activations(site)) view.clean = clean->histogram;
    if (const SiteActivations* faulty = result.faulty_activations(site)) {
        view.faulty = faulty->histogram;
        view.faulty_name = text("%1 in %2").arg(rate_label(faulty->rate), QString::fromStdString(faulty->scope));
    }
    view.act_max = act_max(result, site);
    view.threshold = chosen_threshold(result, site);
    return view;
}

AucThresholdView auc_threshold_view(const TuningResult& result, int site) {
    AucThresholdView view;
    view.title = text("AUC against T · %1").arg(site_and_scope(result, site));
    view.act_max = act_max(result, site);
    view.chosen = chosen_threshold(result, site);
    const SiteSearch* search = result.search(site);
    const SiteSweep* sweep = result.sweep(site);
    // AUCs over other rates are another function: they cannot share the line.
    if (sweep && (!search || search->rates == sweep->rates)) {
        view.unclipped_auc = sweep->unclipped.auc;
        view.unclipped_standard_error = sweep->unclipped.standard_error;
        for (const ThresholdAuc& point : sweep->points)
            view.points.push_back({point.threshold, point.measured.auc, point.measured.standard_error, 0});
    }
    if (search)
        for (const SearchEvaluation& evaluation : search->evaluations)
            view.points.push_back(
                {evaluation.point.threshold, evaluation.point.measured.auc, evaluation.point.measured.standard_error, evaluation.grid});
    return view;
}

AucAreaView auc_area_view(const TuningResult& result, int site) {
    AucAreaView view;
    view.title = text("Area under the curve · %1").arg(site_and_scope(result, site));
    view.axis = result.info.auc_axis;
    const auto add = [&](const QString& name, const MeasuredAuc& measured, const std::vector<double>& rates) {
        if (measured.accuracies.size() == rates.size()) view.series.push_back({name, measured.clean_accuracy, rates, measured.accuracies});
    };
    const ShownAuc shown = shown_auc(result, site);
    if (shown.point) add(text("T = %1").arg(value_label(double(shown.point->threshold))), shown.point->measured, *shown.rates);
    if (const SiteSweep* sweep = result.sweep(site)) add(text("unclipped"), sweep->unclipped, sweep->rates);
    return view;
}

TrisectionView trisection_view(const TuningResult& result, int site) {
    TrisectionView view;
    view.title = text("Search for T · %1").arg(site_and_scope(result, site));
    if (const SiteSearch* search = result.search(site)) view.search = *search;
    return view;
}

}  // namespace clipscope
