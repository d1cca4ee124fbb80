// Shows what jobs find: takes the job controller's results to plots and tables and keeps the one selection the same in all of them. What
// one job found stays in sight until another one measures the same thing. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "background_task.h"
#include "campaign/campaign_summary.h"
#include "campaign/protect_first.h"
#include "campaign/thresholds_file.h"
#include "campaign/tuning_result.h"
#include "clipping/auc.h"
#include "results/worst_bits_output.h"
#include "study/study.h"

namespace clipscope {

class AccuracyPlot;
class ActivationPlot;
class AucAreaPlot;
class AucThresholdPlot;
class ComparisonTable;
class CriticalBitsPlot;
class JobController;
class Laboratory;
class LayerTable;
class PricePane;
class ProtectFirstPane;
class SiteTable;
class TrisectionPlot;
class WorstBitsPane;

struct ResultViews {
    AccuracyPlot* accuracy = nullptr;
    LayerTable* layers = nullptr;
    SiteTable* sites = nullptr;
    ActivationPlot* activations = nullptr;
    AucThresholdPlot* auc_threshold = nullptr;
    AucAreaPlot* auc_area = nullptr;
    CriticalBitsPlot* critical_bits = nullptr;
    TrisectionPlot* trisection = nullptr;
    ComparisonTable* comparison = nullptr;
    PricePane* price = nullptr;
    ProtectFirstPane* protect_first = nullptr;
    WorstBitsPane* worst_bits = nullptr;
};

// What a study has of a job's curves: the points, and its trials where somebody asks for them.
struct StoredCurves {
    CampaignSummary summary;
    AucAxis auc_axis = AucAxis::linear;
    std::function<AccuracyCurves()> trials;  // up to seconds; throws Error
};

// A curve in sight: whose trials it is made of.
struct ShownCurve {
    JobId job = 0;
    std::string created;  // the job's: ids of another study mean other jobs
    CurveInfo curve;
    PointAxis axis = PointAxis::fault_rate;
    std::vector<double> rates;  // that have trials
};

class ResultPresenter : public QObject {
    Q_OBJECT

public:
    ResultPresenter(Laboratory& laboratory, JobController& jobs, const ResultViews& views, QObject* parent = nullptr);

    // Forgets all results and shows the laboratory's model.
    void show_model();

    // A job is about to run; `beside`: its curves come beside those that are shown, each with its number format.
    void expect(const JobRecord& job, bool beside);

    // The controller is about to forget its curves: they stay in sight, and can be exported, until others come.
    void hold_curves();

    // What a study has of a job, maybe nothing yet: then no other's curves stay in its place.
    void show_stored(const JobRecord& job, const StoredCurves& curves);
    void show_stored(const JobRecord& job, const TuningResult& result);

    // With every trial, so a study's may have to be read first: throws Error.
    const AccuracyCurves& curves() const;
    // What gives these on any thread; of a study's it takes up to seconds and may throw Error.
    std::function<AccuracyCurves()> curves_source() const;
    bool has_curves() const;
    // Of the areas under the curves; set_auc_axis() before a job that measures some.
    AucAxis auc_axis() const { return auc_axis_; }
    void set_auc_axis(AucAxis axis) { auc_axis_ = axis; }
    const TuningResult& tuning() const { return tuning_; }
    bool has_tuning() const { return !tuning_.info.sites.empty(); }

    // What is in sight of what to protect first; no job of a study.
    void show_protect_first(const ProtectFirst& found);
    const ProtectFirst& protect_first() const;
    bool has_protect_first() const;
    // Likewise of the worst bits.
    void show_worst_bits(const WorstBits& found, const WorstBitsOrigin& origin);
    const WorstBitsPane& worst_bits() const { return *views_.worst_bits; }

    // Keeps the curves as they are beside those of later jobs (other formats, faults, seeds), or lets all that were kept go.
    void keep_curves();
    // Lays a job's curves beside those in sight, as if they had been kept.
    void keep_beside(const JobRecord& job, const CampaignSummary& curves);
    void forget_kept_curves();
    bool has_kept_curves() const { return !kept_.empty(); }

    // The curves in sight as they come from a study's jobs, in the order of the plot's series.
    const std::vector<ShownCurve>& shown_curves() const { return shown_curves_; }
    const MemoryModel& curves_memory() const { return shown_.info.memory; }  // that the curves in sight were measured in
    // Of the accuracy panel, as its user may have written it.
    QString accuracy_title() const;
    QString series_name(std::size_t curve) const;  // of one of these, as the legend has it

    // Of a file the user opened, otherwise of a hardening that has come to its end; nothing where there is neither.
    std::optional<ThresholdsFile> thresholds() const;
    // The latest of each protection since the model was opened, for jobs that compare them.
    const std::optional<ThresholdsFile>& all_thresholds() const { return latest_thresholds_; }
    // What is known of where they came from: of thresholds from a file the network alone.
    TuningResult thresholds_origin() const;
    void use_thresholds(const ThresholdsFile& thresholds);
    // One chosen by hand counts from now on in place of what was found for its site; sites that have none yet stay at the ACT_max of the
    // profile.
    void keep_threshold(const SiteThreshold& by_hand, const TuningResult& profile);
    // What was measured beside the study's jobs, shown where nothing of the kind is known yet.
    void add_profile(const TuningResult& profile);

    // The selected site; where none is, the one that the job works on. -1: none at all.
    int shown_site() const;

signals:
    void changed();
    void failed(const QString& sentence);  // what a study has cannot be read
    // The user pointed at one of shown_curves(), at a rate of it; `opens`: to see the trials there.
    void point_chosen(int curve, double rate, bool opens);

private:
    void connect_selection();
    void show_running();
    void show_curves(const CampaignSummary& curves);
    void show_comparison();
    void show_stored_comparison();
    void show_areas();
    void measure_areas();
    void forget_beside();
    std::vector<ShownCurve> curves_of_jobs() const;
    void take_tuning(const TuningResult& result);
    void show_tuning();
    void show_selection();

    Laboratory& laboratory_;
    JobController& jobs_;
    const ResultViews views_;
    AucAxis auc_axis_ = AucAxis::linear;
    CampaignSummary shown_;
    std::vector<ShownCurve> shown_curves_;
    JobRecord expected_;                 // that runs, or ran last
    std::vector<JobRecord> curve_jobs_;  // of which each of the shown results is; several where they are side by side
    QString curves_subject_;             // what tells the shown ones from others
    QString tuning_subject_;
    std::optional<StoredCurves> stored_;                   // shown in place of the controller's
    mutable std::optional<AccuracyCurves> stored_trials_;  // once they were asked for
    BackgroundTask stored_comparison_;
    BackgroundTask areas_task_;
    std::vector<std::optional<Interval>> areas_;  // of the latest duel that has come to its end
    std::vector<CampaignSummary> kept_;
    std::vector<std::vector<ShownCurve>> kept_curves_;
    std::vector<AccuracyCurves> beside_;  // of the jobs in other formats that the latest one is shown with
    std::vector<CampaignSummary> beside_summaries_;
    bool is_latest_beside_ = false;                       // or it has no curves yet
    mutable std::optional<AccuracyCurves> side_by_side_;  // those and the latest, once they were asked for
    bool next_is_beside_ = false;
    TuningResult before_job_;  // what was known when the latest job began
    TuningResult tuning_;      // with what it has found since
    std::optional<ThresholdsFile> opened_thresholds_;
    std::optional<ThresholdsFile> latest_thresholds_;  // of each protection
};

}  // namespace clipscope
