#include "result_presenter.h"

#include <QPointer>
#include <algorithm>
#include <iterator>
#include <utility>

#include "campaign/comparison.h"
#include "campaign/curve_auc.h"
#include "controls/price_pane.h"
#include "controls/protect_first_pane.h"
#include "controls/worst_bits_pane.h"
#include "job_controller.h"
#include "laboratory.h"
#include "method_request.h"
#include "plots/accuracy_plot.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/critical_bits_plot.h"
#include "plots/pareto_plot.h"
#include "plots/protect_first_plot.h"
#include "plots/trisection_plot.h"
#include "plots/tuning_views.h"
#include "plots/worst_bits_plot.h"
#include "result_views.h"
#include "tables/comparison_table.h"
#include "tables/duel_table.h"
#include "tables/layer_table.h"
#include "tables/site_table.h"

namespace clipscope {
namespace {

bool is_comparison(const CampaignSummary& curves) {
    return kind_of(curves) != "sensitivity";
}

// The same however often the job is run, changed or moved to another file.
QString subject_of(const JobRecord& job) {
    return QStringLiteral("%1 of %2").arg(job.id).arg(QString::fromStdString(job.created));
}

QString layer_of(const QString& series, const CampaignSummary& curves) {
    for (const CurveSummary& curve : curves.curves) {
        if (clipscope::series_name(curve.info, curves) == series) return QString::fromStdString(curve.info.layer);
    }
    return {};
}

}  // namespace

ResultPresenter::ResultPresenter(Laboratory& laboratory, JobController& jobs, const ResultViews& views, QObject* parent)
    : QObject(parent), laboratory_(laboratory), jobs_(jobs), views_(views) {
    connect(&jobs_, &JobController::started, this, [this] {
        before_job_ = tuning_;
        if (expected_.settings.kind->is_tuning()) tuning_subject_ = subject_of(expected_);
    });
    connect(&jobs_, &JobController::campaign_started, this, [this] {
        if (!std::exchange(next_is_beside_, false)) {
            forget_beside();
            curve_jobs_.clear();
            curves_subject_ = subject_of(expected_);
        }
        curve_jobs_.push_back(expected_);
        areas_task_.cancel();
        areas_.clear();
        stored_.reset();
        stored_trials_.reset();
        views_.layers->clear_sensitivity();
    });
    connect(&jobs_, &JobController::curves_changed, this, [this] { show_running(); });
    connect(&jobs_, &JobController::finished, this, &ResultPresenter::measure_areas);
    connect(&jobs_, &JobController::tuning_changed, this, &ResultPresenter::take_tuning);
    connect_selection();
}

void ResultPresenter::connect_selection() {
    connect(views_.layers, &LayerTable::layer_selected, &laboratory_, &Laboratory::select_layer);
    connect(views_.sites, &SiteTable::site_selected, &laboratory_, &Laboratory::select_site);
    connect(views_.accuracy, &AccuracyPlot::series_clicked, &laboratory_,
            [this](const QString& series) { laboratory_.select_layer(layer_of(series, shown_)); });
    connect(views_.accuracy, &AccuracyPlot::point_chosen, this, [this](int series, double rate, bool opens) {
        if (series < int(shown_curves_.size())) emit point_chosen(series, rate, opens);
    });
    connect(views_.critical_bits, &CriticalBitsPlot::layer_clicked, &laboratory_, &Laboratory::select_layer);
    connect(views_.accuracy, &AccuracyPlot::background_clicked, this, [this] { laboratory_.select_layer({}); });
    // A click into the picture of a site that a job has brought up keeps it there.
    const auto keep_site = [this] {
        if (const int site = shown_site(); site >= 0) {
            laboratory_.select_site(QString::fromStdString(tuning_.info.sites[std::size_t(site)].name));
        }
    };
    connect(views_.activations, &ActivationPlot::site_clicked, this, keep_site);
    connect(views_.auc_threshold, &AucThresholdPlot::threshold_clicked, this, keep_site);
    connect(views_.trisection, &TrisectionPlot::threshold_clicked, this, keep_site);
    connect(&laboratory_, &Laboratory::selection_changed, this, &ResultPresenter::show_selection);
}

void ResultPresenter::show_model() {
    const OpenedModel& model = *laboratory_.model();
    views_.layers->set_layers(model.layers, model.parameter_count, model.fault_bits);
    views_.sites->set_sites(model.sites);
    views_.accuracy->set_view({});
    views_.layers->clear_sensitivity();
    stored_comparison_.cancel();
    views_.comparison->set_curves({});
    areas_task_.cancel();
    areas_.clear();
    views_.price->table().set_intervals({});
    views_.price->plot().set_view({});
    views_.protect_first->clear();
    views_.worst_bits->clear();
    stored_.reset();
    stored_trials_.reset();
    shown_ = {};
    forget_beside();
    shown_curves_.clear();
    curve_jobs_.clear();
    kept_.clear();
    kept_curves_.clear();
    before_job_ = {};
    tuning_ = {};
    opened_thresholds_.reset();
    latest_thresholds_.reset();
    show_tuning();
}

void ResultPresenter::show_stored(const JobRecord& job, const StoredCurves& curves) {
    forget_beside();
    areas_task_.cancel();
    areas_.clear();
    curve_jobs_ = {job};
    curves_subject_ = subject_of(job);
    stored_ = curves;
    stored_trials_.reset();
    auc_axis_ = curves.auc_axis;
    views_.layers->clear_sensitivity();
    show_curves(curves.summary);
}

void ResultPresenter::show_stored(const JobRecord& job, const TuningResult& result) {
    if (result.info.sites.empty()) return;
    tuning_subject_ = subject_of(job);
    before_job_ = tuning_;
    take_tuning(result);
}

const AccuracyCurves& ResultPresenter::curves() const {
    if (!beside_.empty()) {
        if (side_by_side_) return *side_by_side_;
        std::vector<AccuracyCurves> all = beside_;
        if (is_latest_beside_) all.push_back(jobs_.curves());
        return side_by_side_.emplace(side_by_side(all));
    }
    if (!stored_) return jobs_.curves();
    if (!stored_trials_) stored_trials_ = stored_->summary.curves.empty() ? AccuracyCurves() : stored_->trials();
    return *stored_trials_;
}

std::function<AccuracyCurves()> ResultPresenter::curves_source() const {
    if (beside_.empty() && stored_ && !stored_trials_ && !stored_->summary.curves.empty()) return stored_->trials;
    return [held = std::make_shared<const AccuracyCurves>(curves())] { return *held; };
}

void ResultPresenter::expect(const JobRecord& job, bool beside) {
    expected_ = job;
    next_is_beside_ = beside && !jobs_.curves().curves.empty();
    if (!next_is_beside_) return;
    beside_.push_back(jobs_.curves());
    beside_summaries_.push_back(jobs_.live().summary());
    is_latest_beside_ = false;
    side_by_side_.reset();
}

void ResultPresenter::hold_curves() {
    next_is_beside_ = false;
    if (stored_ || !beside_.empty()) return;
    stored_ = StoredCurves{shown_, auc_axis_, [held = std::make_shared<const AccuracyCurves>(jobs_.curves())] { return *held; }};
    stored_trials_.reset();
    show_comparison();
}

bool ResultPresenter::has_curves() const {
    return has_points(views_.accuracy->view());
}

QString ResultPresenter::accuracy_title() const {
    return views_.accuracy->title();
}

QString ResultPresenter::series_name(std::size_t curve) const {
    const auto& series = views_.accuracy->view().series;
    return curve < series.size() ? series[curve].name : QString();
}

void ResultPresenter::forget_beside() {
    beside_.clear();
    beside_summaries_.clear();
    side_by_side_.reset();
}

void ResultPresenter::show_running() {
    if (beside_.empty()) return show_curves(jobs_.live().summary());
    is_latest_beside_ = true;
    side_by_side_.reset();
    std::vector<CampaignSummary> all = beside_summaries_;
    all.push_back(jobs_.live().summary());
    show_curves(side_by_side(all));
}

// While a job runs the table asks for the numbers when it shows them, and nothing is counted twice. A study's trials are read and compared
// on another thread.
void ResultPresenter::show_comparison() {
    stored_comparison_.cancel();
    views_.price->table().set_intervals({});
    if (!is_comparison(shown_)) return views_.comparison->set_curves({});
    if (stored_) return show_stored_comparison();
    show_areas();
    views_.comparison->set_source([self = QPointer(this)] {
        if (!self) return std::vector<ProtectionComparison>();
        if (self->beside_.empty()) return self->jobs_.live().comparisons(self->auc_axis_);
        return compare_protections(self->curves(), self->shown_.info.nonfinite, self->auc_axis_);
    });
}

// While a duel of few trials runs its areas' intervals come along; those of many take too long here, and come when it has ended.
void ResultPresenter::show_areas() {
    if (kind_of(shown_) != "duel") return;
    constexpr int few_trials = 50;
    views_.price->table().set_intervals([self = QPointer(this)] {
        if (!self || !self->areas_.empty()) return self ? self->areas_ : AucIntervals();
        return self->shown_.info.trials > few_trials ? AucIntervals() : auc_intervals(self->curves(), self->auc_axis_);
    });
}

void ResultPresenter::measure_areas() {
    if (stored_ || kind_of(shown_) != "duel") return;
    areas_task_.start<AucIntervals>([curves = curves(), axis = auc_axis_](std::stop_token) { return auc_intervals(curves, axis); },
                                    [this](const AucIntervals& found) {
                                        areas_ = found;
                                        show_areas();
                                    },
                                    [this](const QString& why) { emit failed(why); });
}

void ResultPresenter::show_stored_comparison() {
    using Found = std::pair<std::vector<ProtectionComparison>, AucIntervals>;
    stored_comparison_.start<Found>(
        [trials = stored_->trials, rule = shown_.info.nonfinite, axis = auc_axis_](std::stop_token) {
            const AccuracyCurves curves = trials();
            return Found(compare_protections(curves, rule, axis), auc_intervals(curves, axis));
        },
        [this](const Found& found) {
            views_.comparison->set_source([all = found.first] { return all; });
            views_.price->table().set_intervals([all = found.second] { return all; });
        },
        [this](const QString& why) { emit failed(why); });
}

// Results side by side stand one after the other in what is shown.
std::vector<ShownCurve> ResultPresenter::curves_of_jobs() const {
    std::vector<ShownCurve> all;
    for (const CurveSummary& curve : shown_.curves) {
        std::size_t result = 0;
        for (std::size_t end = 0; result < beside_.size(); ++result)
            if (all.size() < (end += beside_[result].curves.size())) break;
        ShownCurve one{0, {}, curve.info, shown_.info.axis, {}};
        if (result < curve_jobs_.size()) {
            one.job = curve_jobs_[result].id;
            one.created = curve_jobs_[result].created;
        }
        for (const CurvePoint& point : curve.points) one.rates.push_back(point.rate);
        all.push_back(std::move(one));
    }
    return all;
}

void ResultPresenter::show_curves(const CampaignSummary& curves) {
    shown_ = curves;
    shown_curves_ = curves_of_jobs();
    for (std::size_t i = 0; i < kept_.size(); ++i)
        if (kept_[i].info.axis == curves.info.axis) std::ranges::copy(kept_curves_[i], std::back_inserter(shown_curves_));
    PartNames parts;
    if (laboratory_.model())
        for (const LayerInfo& part : laboratory_.model()->memory_parts) parts.push_back(part.name);
    AccuracyView view = accuracy_view(curves, kept_, parts);
    // A comparison is about one layer's curves side by side: none of them comes forward.
    if (!is_comparison(curves)) view.emphasised = laboratory_.selected_layer();
    views_.accuracy->set_subject(curves_subject_);
    views_.accuracy->set_view(view);
    views_.critical_bits->set_subject(curves_subject_);
    views_.critical_bits->set_view(critical_bits_view(curves));
    views_.price->plot().set_subject(curves_subject_);
    views_.price->plot().set_view(pareto_view(curves, auc_axis_));
    for (std::size_t i = 0; i < curves.curves.size(); ++i) {
        const CurveInfo& info = curves.curves[i].info;
        if (info.protection == Protection::none && curves.info.axis == PointAxis::fault_rate)
            views_.layers->set_sensitivity(QString::fromStdString(info.layer), view.rates, view.series[i].points);
    }
    show_comparison();
    emit changed();
}

void ResultPresenter::show_protect_first(const ProtectFirst& found) {
    views_.protect_first->plot().set_subject(QString::fromStdString(found.protection + "/" + found.info.model));
    views_.protect_first->set_result(found, protect_first_title(found));
    emit changed();
}

const ProtectFirst& ResultPresenter::protect_first() const {
    return views_.protect_first->result();
}

bool ResultPresenter::has_protect_first() const {
    return has_steps(views_.protect_first->plot().view());
}

void ResultPresenter::show_worst_bits(const WorstBits& found, const WorstBitsOrigin& origin) {
    views_.worst_bits->plot().set_subject(QString::fromStdString(origin.scope + "/" + origin.model));
    views_.worst_bits->set_result(found, origin, worst_bits_title(origin));
    emit changed();
}

void ResultPresenter::keep_curves() {
    if (shown_.curves.empty()) return;
    kept_.push_back(shown_);
    kept_curves_.push_back(curves_of_jobs());
    emit changed();
}

void ResultPresenter::keep_beside(const JobRecord& job, const CampaignSummary& curves) {
    kept_.push_back(curves);
    std::vector<ShownCurve>& shown = kept_curves_.emplace_back();
    for (const CurveSummary& curve : curves.curves) {
        shown.push_back({job.id, job.created, curve.info, curves.info.axis, {}});
        for (const CurvePoint& point : curve.points) shown.back().rates.push_back(point.rate);
    }
    show_curves(CampaignSummary(shown_));
}

void ResultPresenter::forget_kept_curves() {
    kept_.clear();
    kept_curves_.clear();
    show_curves(CampaignSummary(shown_));
}

void ResultPresenter::show_selection() {
    views_.layers->select_layer(laboratory_.selected_layer());
    views_.sites->select_site(laboratory_.selected_site());
    if (!is_comparison(shown_)) views_.accuracy->emphasise(laboratory_.selected_layer());
    show_tuning();
}

}  // namespace clipscope
