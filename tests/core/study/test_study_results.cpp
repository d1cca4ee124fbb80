// What a study gives back is what jobs sent, exactly: curves, points, single trials, audit, and tuning results.
#include <QTemporaryDir>
#include <QTest>

#include "common/error.h"
#include "made_up_job.h"
#include "results/tuning_json.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

std::string text(const AccuracyCurves& curves) {
    return result_to_json({.curves = curves});
}

TuningInfo tuning_info(TuningJob job) {
    TuningInfo info;
    info.job = job;
    info.campaign = {.model = "m.pt", .data = "d", .images = 20, .classes = 10, .seed = 3, .trials = 2, .memory = {}, .rates = {0, 1e-5}};
    info.model_sha256 = "abc";
    info.sites = {{"ACT-1", "relu1", "relu", {"CONV-1"}, std::nullopt, true}, {"ACT-2", "relu2", "relu", {}, 6.0F, true}};
    return info;
}

MeasuredAuc measured(double auc) {
    return {auc, 0.0125, 0.7, {0.7, auc / 3}, {auc - 0.1, auc + 0.1}};
}

// Every event that a tuning job can send, with numbers that have no short decimal form.
std::vector<Event> tuning_events() {
    auto histogram = std::make_shared<ActivationHistogram>();
    const std::vector<float> values = {0, 0.1F, 1.0F / 3, -2.5e8F, INFINITY, NAN};
    histogram->add(values);
    SearchGrid grid;
    grid.number = 1;
    grid.thresholds = {0, 1.0F / 3, 0.7F, 1};
    grid.aucs = {0.1, 0.2, 1.0 / 3, 0.2};
    grid.change_errors[1] = 0.001;
    grid.best = 2;
    grid.kept_high = 1.0F / 3;
    HardenedSite hardened;
    hardened.act_max = 1;
    hardened.threshold = 0.7F;
    hardened.auc_after = 1.0 / 3;
    hardened.evaluations = 4;
    hardened.reason = "All grids are used.";
    HardenedSite unsearched;
    unsearched.act_max = unsearched.threshold = 6;
    unsearched.reason = "No layer feeds this site.";
    return {TuningStarted{tuning_info(TuningJob::harden)},
            ActivationsMeasured{{0, "", 0, 0, histogram}},
            SiteProfiled{0, 1.0F / 3, 6, 2},
            ActivationsMeasured{{0, "CONV-1", 1e-5, 2, histogram}},
            SweepStarted{0, "CONV-1", 1.0F / 3, measured(0.3), {0, 1e-5}},
            SweepPointMeasured{0, {0.2F, measured(0.4)}},
            SweepPointMeasured{0, {0.1F, measured(1.0 / 7)}},
            SearchStarted{0, "CONV-1", 1.0F / 3, {}, {0, 1e-5}},
            ThresholdEvaluated{0, {1, {1.0F / 3, measured(0.45)}}},
            ThresholdEvaluated{0, {1, {0.7F, measured(0.5)}}},
            IntervalChosen{0, grid},
            SiteHardened{0, hardened},
            SiteHardened{1, unsearched},
            HardenedFileWritten{{"/tmp/h.pt", 20}}};
}

}  // namespace

class TestStudyResults : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath("a.clipscope").toStdString();
    }

    void curves_come_back_as_they_were_live() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        const MadeUpJob job;
        AccuracyCurves live;
        {
            StudyWriter writer(study, id, [&](const Event& event) { apply(event, live); }, {});
            run(job, writer.known_trials(), writer.sink());
        }
        QCOMPARE(text(live), text(uninterrupted(job)));
        QCOMPARE(text(read_curves(study, id).curves), text(live));
        QCOMPARE(study.job(id).state, JobState::done);
        QCOMPARE(study.job(id).seconds, 1.5);

        const CampaignSummary summary = read_summary(study, id);
        QCOMPARE(summary.curves.size(), live.curves.size());
        for (std::size_t i = 0; i < summary.curves.size(); ++i) {
            const std::vector<CurvePoint> points = curve_points(live.curves[i], live.info);
            QCOMPARE(summary.curves[i].points.size(), points.size());
            for (std::size_t k = 0; k < points.size(); ++k) {
                QCOMPARE(summary.curves[i].points[k].mean, points[k].mean);
                QCOMPARE(summary.curves[i].points[k].sd, points[k].sd);
                QCOMPARE(summary.curves[i].points[k].q1, points[k].q1);
                QCOMPARE(summary.curves[i].points[k].top5_mean.value(), points[k].top5_mean.value());
            }
        }
        const std::map<int, TrialOutcome> trials = read_trials(study, id, "FC-1+FC-2", Protection::none, 1e-5);
        QCOMPARE(trials.size(), std::size_t(40));
        QVERIFY(trials.at(17).outcome == live.curves[1].trials[2].at(17).outcome);
    }

    void a_watching_reader_sees_what_comes() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        MadeUpJob job{.layers = {"CONV-1"}, .rates = {1e-5}, .trials = 10};
        const Study watching = Study::open_to_read(path_);
        SummaryReader reader(watching, id);
        QVERIFY(reader.read().curves.empty());
        QCOMPARE(read_progress(watching, id).total, std::int64_t(0));
        // Trials are added, then rates and layers before the ones that are there.
        for (const MadeUpJob& step : {job, MadeUpJob{.layers = {"CONV-1"}, .rates = {1e-5}, .trials = 30},
                                      MadeUpJob{.layers = {"network", "CONV-1"}, .rates = {1e-6, 1e-5}, .trials = 30}}) {
            {
                StudyWriter writer(study, id, [](const Event&) {}, {});
                run(step, writer.known_trials(), writer.sink());
            }
            const CampaignSummary seen = reader.read(), expected = summary_of(uninterrupted(step));
            QCOMPARE(seen.curves.size(), expected.curves.size());
            for (std::size_t i = 0; i < seen.curves.size(); ++i) {
                QCOMPARE(seen.curves[i].info.layer, expected.curves[i].info.layer);
                QCOMPARE(seen.curves[i].points.size(), expected.curves[i].points.size());
                for (std::size_t k = 0; k < seen.curves[i].points.size(); ++k) {
                    QCOMPARE(seen.curves[i].points[k].trials, step.trials);
                    QCOMPARE(seen.curves[i].points[k].mean, expected.curves[i].points[k].mean);
                    QCOMPARE(seen.curves[i].points[k].median, expected.curves[i].points[k].median);
                }
            }
            const JobProgress progress = read_progress(watching, id);
            QCOMPARE(progress.done, std::int64_t(step.layers.size() * step.rates.size()) * step.trials);
            QCOMPARE(progress.total, progress.done);
        }
    }

    void more_rates_layers_and_trials_run_only_what_is_new() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        MadeUpJob job{.layers = {"CONV-1"}, .rates = {1e-5}, .trials = 10};
        {
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run(job, writer.known_trials(), writer.sink());
        }
        job = {.layers = {"network", "CONV-1"}, .rates = {0, 1e-5, 1e-4}, .trials = 12};
        int ran = 0;
        AccuracyCurves live;
        {
            StudyWriter writer(study, id, [&](const Event& event) { apply(event, live); }, {});
            const EventSink sink = writer.sink();
            run(job, writer.known_trials(), [&](const Event& event) {
                ran += std::holds_alternative<TrialFinished>(event);
                sink(event);
            });
        }
        QCOMPARE(ran, 2 * 3 * 12 - 10);
        QCOMPARE(text(live), text(uninterrupted(job)));
        QCOMPARE(text(read_curves(study, id).curves), text(live));
    }

    void a_network_that_answers_otherwise_is_refused() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        {
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run({}, writer.known_trials(), writer.sink());
        }
        StudyWriter writer(study, id, [](const Event&) {}, {});
        CampaignStarted other = started_event({});
        other.curves[1].clean.correct -= 1;
        QVERIFY_THROWS_EXCEPTION(Error, writer.sink()(other));
    }

    void the_audit_adds_up_over_runs() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({});
        std::int64_t expected = 0;
        MadeUpJob job;
        for (const int trials : {5, 40}) {
            job.trials = trials;
            StudyWriter writer(study, id, [](const Event&) {}, {});
            run(job, writer.known_trials(), writer.sink());
        }
        for (const AccuracyCurve& curve : uninterrupted(job).curves)
            for (const auto& trials : curve.trials)
                for (const auto& [number, trial] : trials) expected += trial.faults;
        const std::vector<LayerAudit> audit = read_audit(study, id);
        QCOMPARE(audit.size(), std::size_t(1));
        QCOMPARE(audit[0].layer, std::string("CONV-1"));
        QCOMPARE(audit[0].asked[30], expected);
        QCOMPARE(audit[0].changed[30], expected);
        QCOMPARE(audit[0].asked[29], std::int64_t(0));
        QCOMPARE(layers_without_faults(study, id), (std::vector<std::string>{"FC-1", "FC-2"}));
    }

    void tuning_results_come_back_as_they_were_live() {
        Study study = Study::create(path_);
        const JobId id = study.add_job({.kind = JobKind::harden});
        TuningResult live;
        for (int run = 0; run < 2; ++run) {  // a second run that measures the same changes nothing
            StudyWriter writer(study, id, [&](const Event& event) { apply(event, live); }, {});
            for (const Event& event : tuning_events()) writer.sink()(event);
            writer.sink()(JobFinished{JobEnd::done, 1});
        }
        QVERIFY(tuning_to_json(live).size() > 2000);
        QCOMPARE(tuning_to_json(read_tuning(study, id)), tuning_to_json(live));
        QVERIFY(*read_tuning(study, id).clean_activations(0)->histogram == *live.clean_activations(0)->histogram);
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestStudyResults)
#include "test_study_results.moc"
