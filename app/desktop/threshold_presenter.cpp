#include "threshold_presenter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/error.h"
#include "common/number_text.h"
#include "controls/harden_panel.h"
#include "controls/threshold_pane.h"
#include "laboratory.h"
#include "method_request.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/value_axis.h"
#include "result_presenter.h"

namespace clipscope {
namespace {

constexpr int follow_after_ms = 700;
constexpr int dragged_digits = 4;

// As a sweep of the site would measure.
JobSettings sweep_settings(HardenForm form, const QString& site, const std::optional<OpenedModel>& model) {
    form.job = MethodJob::sweep;
    form.site = site;
    form.until = Until::trials;
    form.grid = HardenForm().grid;
    return method_settings(form, model, {});
}

TriedThreshold in_sight(const HandThreshold& found, const std::vector<double>& rates) {
    const MeasuredAuc& measured = found.measured;
    const Interval ci95 = measured.ci95.value_or(Interval{measured.auc, measured.auc});
    return {found.threshold,     measured.auc, ci95.low,         ci95.high,    measured.clean_accuracy, rates,
            measured.accuracies, found.trials, found.all_trials, found.images, found.all_images,        found.is_final};
}

// A mouse does not mean seven digits.
float as_dragged(float threshold) {
    if (threshold == 0) return 0;
    const double unit = std::pow(10.0, std::floor(std::log10(double(threshold))) - (dragged_digits - 1));
    return float(std::round(double(threshold) / unit) * unit);
}

}  // namespace

ThresholdPresenter::ThresholdPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form,
                                       const ThresholdViews& views, QObject* parent)
    : QObject(parent),
      laboratory_(laboratory),
      results_(results),
      form_(form),
      views_(views),
      task_([this](const HandThreshold& found) { show(found); }, [this](const QString& text) { views_.pane->set_message(text); }) {
    follow_soon_.setSingleShot(true);
    follow_soon_.setInterval(follow_after_ms);
    connect(&follow_soon_, &QTimer::timeout, this, &ThresholdPresenter::follow);
    connect(&laboratory_, &Laboratory::selection_changed, this, [this] {
        if (is_active_) follow();
    });
    connect(&laboratory_, &Laboratory::model_changed, this, &ThresholdPresenter::end);
    connect(&laboratory_, &Laboratory::readiness_changed, this, [this] { is_active_ ? follow_soon_.start() : end(); });
    connect(&form_, &JobPanel::form_changed, this, [this] {
        if (is_active_) follow_soon_.start();
    });
    connect_views();
    end();
}

void ThresholdPresenter::connect_views() {
    connect(views_.pane, &ThresholdPane::begin_wanted, this, &ThresholdPresenter::begin);
    connect(views_.pane, &ThresholdPane::end_wanted, this, &ThresholdPresenter::end);
    connect(views_.pane, &ThresholdPane::threshold_typed, this, &ThresholdPresenter::move_to);
    connect(views_.pane, &ThresholdPane::keep_wanted, this, &ThresholdPresenter::keep);
    connect(views_.pane, &ThresholdPane::search_wanted, this, [this] { emit search_wanted(site_); });
    const auto drag = [this](float threshold) { move_to(as_dragged(threshold)); };
    connect(views_.activations, &ActivationPlot::threshold_moved, this, drag);
    connect(views_.auc_threshold, &AucThresholdPlot::threshold_moved, this, drag);
    connect(&results_, &ResultPresenter::changed, this, [this] {
        if (hand_) views_.pane->set_threshold(threshold_, cut_off());
    });
}

void ThresholdPresenter::begin() {
    if (is_active_ && (hand_ || opening_.running())) return;
    is_active_ = was_asked_ = true;
    if (laboratory_.selected_site().isEmpty()) laboratory_.select_site(wanted_site());  // the pictures are of that one
    if (!hand_ && !opening_.running()) open();
}

void ThresholdPresenter::end() {
    is_active_ = false;
    forget(laboratory_.is_ready()
               ? tr("Drag a threshold of the selected site through its histogram and see at once what the network is worth "
                    "with it, under the faults of the FT-ClipAct form.")
               : tr("Open a network and images first."));
}

void ThresholdPresenter::forget(const QString& why) {
    follow_soon_.stop();
    opening_.cancel();
    task_.cancel();
    hand_.reset();
    opened_for_.clear();
    shown_.reset();
    finals_.clear();
    views_.pane->set_idle(why, laboratory_.is_ready() && !wanted_site().isEmpty());
    show_lines();
}

// The selected one, otherwise the first that can be clipped; empty: there is none.
QString ThresholdPresenter::wanted_site() const {
    if (!laboratory_.model()) return {};
    const auto& sites = laboratory_.model()->sites;
    const QString& selected = laboratory_.selected_site();
    const auto found = std::ranges::find_if(sites, [&](const SiteInfo& site) {
        return selected.isEmpty() ? site.can_be_clipped : QString::fromStdString(site.name) == selected;
    });
    return found == sites.end() ? QString() : QString::fromStdString(found->name);
}

std::string ThresholdPresenter::key_of(const QString& site) const {
    const HardenForm form = form_.form();
    JobSettings settings = sweep_settings(form, site, laboratory_.model());
    laboratory_.describe(settings);  // other images are other results
    return to_json(settings) + std::to_string(form.threads);
}

// Another site or other settings: anew.
void ThresholdPresenter::follow() {
    if (!is_active_ || !laboratory_.is_ready()) return;
    try {
        if (hand_ && key_of(wanted_site()) == opened_for_) return;
    } catch (const Error&) {  // open() says it
    }
    open();
}

void ThresholdPresenter::open() {
    forget(tr("Open a network and images first."));
    if (!laboratory_.is_ready()) return;
    try {
        site_ = wanted_site();
        if (site_.isEmpty()) throw UsageError("The network has no activation sites, so there is nothing to clip.");
        const HardenForm form = form_.form();
        const JobSettings settings = sweep_settings(form, site_, laboratory_.model());
        const MethodInputs inputs = laboratory_.method_inputs(evaluation_selection(form), tuning_selection(form), form.seed);
        views_.pane->set_idle(tr("%1: measuring ACT_max and making ready…").arg(site_), false);
        opening_.start<std::shared_ptr<ThresholdByHand>>(
            [make = laboratory_.engine().threshold_by_hand, inputs, settings, threads = form.threads](std::stop_token stop) {
                auto hand = make(inputs, settings, threads);
                return hand->prepare({}, stop) ? hand : nullptr;
            },
            [this, key = key_of(site_)](const std::shared_ptr<ThresholdByHand>& hand) { take(hand, key); },
            [this](const QString& text) { views_.pane->set_idle(text, true); });
    } catch (const Error& error) {
        views_.pane->set_idle(QString::fromUtf8(error.what()), true);
    }
}

void ThresholdPresenter::take(std::shared_ptr<ThresholdByHand> hand, const std::string& opened_for) {
    if (!hand) return;
    hand_ = std::move(hand);
    opened_for_ = opened_for;
    results_.add_profile(hand_->profile());
    views_.pane->set_site(site_, QString::fromStdString(hand_->plan().scope.name), hand_->act_max());
    // What is known of the site already is where to begin.
    const auto found = results_.thresholds();
    float start = hand_->act_max();
    for (const SiteThreshold& one : found ? found->sites : std::vector<SiteThreshold>{})
        if (one.site == site_.toStdString() && one.protection == hand_->settings().tuning.protection) start = one.threshold;
    move_to(start);
    if (std::exchange(was_asked_, false)) views_.pane->focus_threshold();
}

void ThresholdPresenter::move_to(float threshold) {
    if (!hand_ || !std::isfinite(threshold) || threshold < 0) return;
    if (threshold == threshold_ && shown_ && shown_->threshold == threshold) return;
    threshold_ = threshold;
    views_.pane->set_threshold(threshold_, cut_off());
    show_lines();
    task_.ask([hand = hand_, threshold](const HandObserver& tell, std::stop_token stop) {
        return hand->measure(threshold, tell, std::move(stop));
    });
}

void ThresholdPresenter::show(const HandThreshold& found) {
    shown_ = found;
    if (found.is_final) finals_[found.threshold] = found.measured;
    views_.pane->set_tried(in_sight(found, hand_->plan().rates));
    show_lines();
}

void ThresholdPresenter::show_lines() {
    if (!hand_) {
        views_.activations->set_threshold_by_hand({});
        views_.auc_threshold->set_threshold_by_hand({});
        return;
    }
    AucThresholdPlot::ByHand by_hand{threshold_, hand_->act_max(), {}};
    for (const auto& [threshold, measured] : finals_) by_hand.points.push_back({threshold, measured.auc, measured.standard_error, 0});
    if (shown_ && !shown_->is_final)
        by_hand.points.push_back({shown_->threshold, shown_->measured.auc, shown_->measured.standard_error, 0});
    views_.activations->set_threshold_by_hand(threshold_);
    views_.auc_threshold->set_threshold_by_hand(by_hand);
}

// Of what the histogram shows.
QString ThresholdPresenter::cut_off() const {
    const ActivationView& view = views_.activations->view();
    if (!view.clean) return {};
    QString words = tr("Cut off: %1 of the values without faults").arg(cut_off_text(*view.clean, double(threshold_)));
    if (view.faulty) words += tr(", %1 of those under faults").arg(cut_off_text(*view.faulty, double(threshold_)));
    return words + QLatin1Char('.');
}

void ThresholdPresenter::keep() {
    if (!hand_) return;
    const auto& sites = hand_->profile().info.sites;
    SiteThreshold kept;
    kept.site = site_.toStdString();
    kept.fed_by = sites[hand_->settings().site].fed_by;
    kept.act_max = hand_->act_max();
    kept.threshold = threshold_;
    if (const auto before = finals_.find(hand_->act_max()); before != finals_.end()) kept.auc_before = before->second.auc;
    if (const auto after = finals_.find(threshold_); after != finals_.end()) kept.auc_after = after->second.auc;
    kept.protection = hand_->settings().tuning.protection;
    kept.by_hand = true;
    results_.keep_threshold(kept, hand_->profile());
    const QString text =
        tr("T %1 of %2, chosen by hand, counts in comparisons and the hardened network").arg(value_label(double(threshold_)), site_);
    views_.pane->set_message(text);
    emit told(text);
}

}  // namespace clipscope
