// What a ResultPresenter knows of tuning: profiles, sweeps, searches, and the thresholds that come of them, of files or by hand.
#include <algorithm>
#include <utility>

#include "laboratory.h"
#include "method_request.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_plot.h"
#include "plots/tuning_views.h"
#include "result_presenter.h"
#include "result_views.h"
#include "tables/site_table.h"

namespace clipscope {
namespace {

// The search that runs, or the last one; else the sweep that came last; else the first site with values.
int latest_site(const TuningResult& result) {
    if (result.info.job == TuningJob::sweep && !result.sweeps.empty()) return result.sweeps.back().site;
    if (!result.searches.empty()) return result.searches.back().site;
    if (!result.sweeps.empty()) return result.sweeps.back().site;
    return result.activations.empty() ? -1 : result.activations.front().site;
}

// Sites whose threshold was chosen by hand, as if it had been found: what tables and pictures show.
TuningResult with_thresholds_by_hand(const TuningResult& result, const ThresholdsFile& thresholds) {
    TuningResult shown = result;
    for (const SiteThreshold& one : thresholds.sites) {
        const auto info = std::ranges::find(result.info.sites, one.site, &SiteInfo::name);
        if (!one.by_hand || info == result.info.sites.end()) continue;
        const int site = int(info - result.info.sites.begin());
        SiteSearch search;
        if (const SiteSearch* known = result.search(site)) search = *known;
        search.site = site;
        search.act_max = one.act_max.value_or(search.act_max);
        HardenedSite chosen;
        if (search.hardened) chosen = *search.hardened;
        chosen.act_max = search.act_max;
        chosen.threshold = one.threshold;
        chosen.auc_before = one.auc_before;
        chosen.auc_after = one.auc_after;
        chosen.reason = QObject::tr("T was chosen by hand.").toStdString();
        search.hardened = chosen;
        shown.searches.push_back(std::move(search));  // the latest of a site counts
    }
    return shown;
}

}  // namespace

std::optional<ThresholdsFile> ResultPresenter::thresholds() const {
    if (opened_thresholds_) return opened_thresholds_;
    const auto can_be_clipped = std::ranges::count_if(tuning_.info.sites, &SiteInfo::can_be_clipped);
    ThresholdsFile found = thresholds_of(tuning_);
    if (found.sites.empty() || std::int64_t(found.sites.size()) < can_be_clipped) return std::nullopt;
    return found;
}

TuningResult ResultPresenter::thresholds_origin() const {
    if (!opened_thresholds_) return tuning_;
    TuningResult origin;
    if (const auto& model = laboratory_.model()) {
        origin.info.campaign.model = model_label(model->name);
        origin.info.model_sha256 = model->network ? model->network->sha256() : std::string();
        origin.info.sites = model->sites;
    }
    return origin;
}

void ResultPresenter::use_thresholds(const ThresholdsFile& thresholds) {
    opened_thresholds_ = thresholds;
    latest_thresholds_ = with_latest(latest_thresholds_, thresholds);
    show_tuning();
    emit changed();
}

void ResultPresenter::keep_threshold(const SiteThreshold& by_hand, const TuningResult& profile) {
    ThresholdsFile known = opened_thresholds_ ? *opened_thresholds_ : thresholds_of(tuning_);
    std::erase_if(known.sites, [&](const SiteThreshold& site) { return site.protection != by_hand.protection; });
    use_thresholds(with_threshold_by_hand(std::move(known), by_hand, profile));
}

void ResultPresenter::add_profile(const TuningResult& profile) {
    if (!has_tuning()) tuning_ = before_job_ = profile;
    for (TuningResult* shown : {&tuning_, &before_job_}) {
        TuningResult both = combined(*shown, profile);
        // Of other images or another seed: what jobs found stays.
        if (both.searches.size() < shown->searches.size() || both.sweeps.size() < shown->sweeps.size()) continue;
        *shown = std::move(both);
    }
    show_tuning();
    emit changed();
}

int ResultPresenter::shown_site() const {
    const std::vector<SiteInfo>& sites = tuning_.info.sites;
    const auto selected = std::ranges::find(sites, laboratory_.selected_site().toStdString(), &SiteInfo::name);
    return selected == sites.end() ? latest_site(tuning_) : int(selected - sites.begin());
}

void ResultPresenter::take_tuning(const TuningResult& result) {
    tuning_ = combined(before_job_, result);
    if (result.info.job == TuningJob::harden) {
        const bool has_some_by_hand = opened_thresholds_ && std::ranges::any_of(opened_thresholds_->sites, &SiteThreshold::by_hand);
        if (has_some_by_hand)
            opened_thresholds_ = with_found(*opened_thresholds_, thresholds_of(result));
        else
            opened_thresholds_.reset();
        if (const auto found = thresholds()) latest_thresholds_ = with_latest(latest_thresholds_, *found);
    }
    show_tuning();
    emit changed();
}

void ResultPresenter::show_tuning() {
    const TuningResult shown = opened_thresholds_ ? with_thresholds_by_hand(tuning_, *opened_thresholds_) : tuning_;
    views_.sites->set_results(shown);
    const int site = shown_site();
    const QString subject =
        site < 0 ? QString() : tuning_subject_ + QLatin1Char('/') + QString::fromStdString(tuning_.info.sites[std::size_t(site)].name);
    for (PlotPanel* panel : {static_cast<PlotPanel*>(views_.activations), static_cast<PlotPanel*>(views_.auc_threshold),
                             static_cast<PlotPanel*>(views_.auc_area), static_cast<PlotPanel*>(views_.trisection)})
        panel->set_subject(subject);
    views_.activations->set_view(site < 0 ? ActivationView() : activation_view(shown, site));
    views_.auc_threshold->set_view(site < 0 ? AucThresholdView() : auc_threshold_view(shown, site));
    views_.auc_area->set_view(site < 0 ? AucAreaView() : auc_area_view(tuning_, site));
    views_.trisection->set_view(site < 0 ? TrisectionView() : trisection_view(tuning_, site));
}

}  // namespace clipscope
