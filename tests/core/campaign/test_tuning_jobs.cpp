// Profile, sweep, hardening and comparison on the bundled LeNet-5, against the sensitivity job and against each other.
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <set>

#include "campaign/compare.h"
#include "campaign/comparison.h"
#include "campaign/curve_auc.h"
#include "campaign/harden.h"
#include "campaign/hardened_export.h"
#include "campaign/profile.h"
#include "campaign/sensitivity.h"
#include "campaign/suggested_rates.h"
#include "campaign/sweep.h"
#include "campaign/thresholds_file.h"
#include "common/error.h"
#include "common/text_file.h"
#include "lenet5_inputs.h"
#include "results/result_json.h"
#include "results/thresholds_header.h"
#include "results/tuning_json.h"
#include "statistics/summary.h"

using namespace clipscope;
using clipscope::testing::has_fashion_mnist;
using clipscope::testing::lenet5_inputs;

namespace {

const std::vector<double> some_rates = {0, 1e-4, 1e-3};

TuningSettings settings(int threads = 2) {
    TuningSettings settings;
    settings.rates = some_rates;
    settings.trials = 3;
    settings.threads = threads;
    settings.chunk = 25;
    return settings;
}

// What came of a job; counts its ends.
struct Collected {
    TuningResult result;
    int ends = 0;
    JobEnd end = JobEnd::done;

    EventSink sink() {
        return [this](const Event& event) {
            apply(event, result);
            if (const auto* finished = std::get_if<JobFinished>(&event)) {
                ++ends;
                end = finished->end;
            }
        };
    }
};

HardenSpecification harden_specification(int threads = 2) {
    HardenSpecification specification;
    specification.settings = settings(threads);
    specification.search.n = 3;
    specification.search.m = 1;
    return specification;
}

AccuracyCurves sensitivity(const JobInputs& inputs, const std::string& scopes) {
    SensitivitySpecification specification;
    specification.scopes = parse_fault_scopes(scopes, inputs.network->layers());
    specification.rates = some_rates;
    specification.trials = 3;
    specification.threads = 2;
    specification.chunk = 25;
    AccuracyCurves curves;
    run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
    return curves;
}

}  // namespace

class TestTuningJobs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
    }

    void a_profile_has_clean_and_faulty_histograms_for_any_number_of_workers() {
        const JobInputs inputs = lenet5_inputs(60);
        std::string first;
        for (const int threads : {1, 2, 3}) {
            ProfileSpecification specification{.settings = settings(threads),
                                               .scopes = parse_fault_scopes("CONV-1,network", inputs.network->layers())};
            specification.settings.rates = {1e-3};
            Collected collected;
            run_profile(inputs, specification, collected.sink(), {});
            QCOMPARE(collected.ends, 1);
            const TuningResult& result = collected.result;
            QCOMPARE(result.activations.size(), std::size_t(4 + 2 * 4));
            const ActivationHistogram& clean = *result.clean_activations(0)->histogram;
            QCOMPARE(clean.total(), std::uint64_t(60 * 6 * 28 * 28));
            QCOMPARE(*result.act_max[0], *clean.largest());
            const SiteActivations& faulty = *result.faulty_activations(3);
            QCOMPARE(faulty.scope, std::string("network"));
            QCOMPARE(faulty.histogram->total(), std::uint64_t(3 * 60 * 84));
            QVERIFY(faulty.histogram->nonfinite() > 0 || *faulty.histogram->largest() > 1e6F);
            const std::string text = tuning_to_json(result);
            if (first.empty()) first = text;
            QCOMPARE(text, first);
        }
    }

    void the_reference_of_a_sweep_is_the_sensitivity_jobs_auc() {
        const JobInputs inputs = lenet5_inputs(50);
        SweepSpecification specification{.settings = settings(), .site = 1, .grid = {.low = 0, .high = 1.5, .count = 4}};
        Collected collected;
        run_sweep(inputs, specification, collected.sink(), {});
        const SiteSweep* sweep = collected.result.sweep(1);
        QVERIFY(sweep);
        QCOMPARE(sweep->scope, std::string("CONV-2"));
        const AccuracyCurves curves = sensitivity(inputs, "CONV-2");
        const CurveAuc expected = *curve_auc(curves.curves[0], curves.info);
        QCOMPARE(sweep->unclipped.auc, expected.auc);
        QVERIFY(sweep->unclipped.trial_aucs == expected.trial_aucs);

        QCOMPARE(sweep->points.size(), std::size_t(4));
        QCOMPARE(sweep->points[0].threshold, 0.0F);
        QCOMPARE(sweep->points[3].threshold, float(1.5 * double(*collected.result.act_max[1])));
        QCOMPARE(sweep->points[2].threshold, *collected.result.act_max[1]);
        QVERIFY(sweep->points[0].measured.auc < sweep->points[2].measured.auc);  // everything clipped away
        QVERIFY(sweep->points[2].measured.auc > sweep->unclipped.auc);
        // The curve whose area it is.
        for (const ThresholdAuc& point : sweep->points) {
            const std::vector<double>& heights = point.measured.accuracies;
            QCOMPARE(heights.size(), some_rates.size());
            const double by_hand = (point.measured.clean_accuracy + heights[1]) / 2 * 0.1 + (heights[1] + heights[2]) / 2 * 0.9;
            QVERIFY(std::abs(point.measured.auc - by_hand) < 1e-12);
        }
    }

    void a_sweep_point_at_act_max_is_what_a_hardening_starts_from() {
        const JobInputs inputs = lenet5_inputs(50);
        Collected swept, hardened;
        run_sweep(inputs, {.settings = settings(), .site = 2, .grid = {.low = 1, .high = 1, .count = 1}}, swept.sink(), {});
        run_harden(inputs, harden_specification(), hardened.sink(), {});
        const SiteSearch* search = hardened.result.search(2);
        QCOMPARE(swept.result.sweep(2)->points[0].measured.auc, *search->hardened->auc_before);
        QVERIFY(search->rates == some_rates);
        QCOMPARE(search->scope, std::string("FC-1"));
    }

    void hardening_yields_the_same_for_any_number_of_workers() {
        const JobInputs inputs = lenet5_inputs(40);
        std::string first;
        for (const int threads : {1, 2}) {
            Collected collected;
            run_harden(inputs, harden_specification(threads), collected.sink(), {});
            QCOMPARE(collected.ends, 1);
            QCOMPARE(collected.result.searches.size(), std::size_t(4));
            for (const SiteSearch& search : collected.result.searches) {
                QVERIFY(search.hardened.has_value());
                QCOMPARE(search.hardened->evaluations, int(search.evaluations.size()));
                QCOMPARE(search.hardened->iterations, int(search.grids.size()));
                QVERIFY(*search.hardened->auc_after >= *search.hardened->auc_before);
                std::set<float> thresholds;
                for (const SearchEvaluation& evaluation : search.evaluations) thresholds.insert(evaluation.point.threshold);
                QCOMPARE(thresholds.size(), search.evaluations.size());  // none twice
                QCOMPARE(*thresholds.rbegin(), search.act_max);
            }
            const std::string text = tuning_to_json(collected.result);
            if (first.empty()) first = text;
            QCOMPARE(text, first);
            // Drawn again from its file.
            QCOMPARE(tuning_to_json(tuning_from_json(text, "harden.json")), text);
        }
    }

    void a_precision_is_reached_for_any_number_of_workers_and_memory() {
        const JobInputs inputs = lenet5_inputs(60);
        std::string first;
        for (const auto& [threads, memory] : {std::pair<int, std::size_t>{1, 0}, {2, 0}, {3, 1 << 16}}) {
            HardenSpecification specification = harden_specification(threads);
            specification.settings.precision = 0.08;
            specification.settings.memory_bytes = memory;
            Collected collected;
            run_harden(inputs, specification, collected.sink(), {});
            QCOMPARE(collected.ends, 1);
            for (const SiteSearch& search : collected.result.searches) {
                for (const SearchEvaluation& evaluation : search.evaluations) {
                    const MeasuredAuc& measured = evaluation.point.measured;
                    QVERIFY((measured.ci95->high - measured.ci95->low) / 2 <= 0.08);
                    QVERIFY(measured.ci95->low <= measured.auc && measured.auc <= measured.ci95->high);
                    QCOMPARE(measured.rate_trials.size(), some_rates.size());
                    QVERIFY(measured.trial_aucs.empty() && measured.standard_error.has_value());
                    QVERIFY(measured.image_evaluations < measured.trials() * 60);
                }
            }
            const std::string text = tuning_to_json(collected.result);
            if (first.empty()) first = text;
            QCOMPARE(text, first);
            QCOMPARE(tuning_to_json(tuning_from_json(text, "harden.json")), text);
        }
    }

    // Of the same thing that plain trials of all images measure. Twenty repetitions with other seeds against 400 plain trials.
    void a_precise_auc_is_unbiased() {
        const JobInputs inputs = lenet5_inputs(60);
        SweepSpecification specification{.settings = settings(), .site = 1, .grid = {.low = 0.3, .high = 1, .count = 2}};
        specification.settings.trials = 400;
        specification.settings.seed = 900;
        Collected plain;
        run_sweep(inputs, specification, plain.sink(), {});
        constexpr int repetitions = 20;
        std::vector<std::vector<double>> errors(3);
        for (int repetition = 0; repetition < repetitions; ++repetition) {
            specification.settings.precision = 0.06;
            specification.settings.seed = std::uint64_t(repetition);
            Collected precise;
            run_sweep(inputs, specification, precise.sink(), {});
            const SiteSweep& found = *precise.result.sweep(1);
            const SiteSweep& expected = *plain.result.sweep(1);
            errors[0].push_back(found.unclipped.auc - expected.unclipped.auc);
            for (std::size_t i = 0; i < 2; ++i) errors[i + 1].push_back(found.points[i].measured.auc - expected.points[i].measured.auc);
        }
        for (const std::vector<double>& of_one : errors) {
            const Summary summary = summarize(of_one);
            const double plain_error = 0.3 / std::sqrt(400.0);  // more than its standard error
            QVERIFY2(std::abs(summary.mean) < 4 * std::hypot(summary.sd / std::sqrt(double(repetitions)), plain_error / 4),
                     qPrintable(QString::number(summary.mean)));
            QVERIFY(summary.sd < 0.04);
        }
    }

    // What is left out of the time is said, and the job ends all the same.
    void a_time_that_is_over_is_said() {
        const JobInputs inputs = lenet5_inputs(40);
        SweepSpecification specification{.settings = settings(), .site = 1, .grid = {.low = 1, .high = 1, .count = 1}};
        specification.settings.precision = 0.001;
        specification.settings.at_most_seconds = 1e-6;
        Collected collected;
        std::string said;
        run_sweep(inputs, specification,
                  [&](const Event& event) {
                      collected.sink()(event);
                      if (const auto* message = std::get_if<Message>(&event); message && message->is_urgent) said = message->text;
                  },
                  {});
        QCOMPARE(collected.ends, 1);
        QVERIFY(collected.result.sweep(1)->points.size() == 1);
        QVERIFY2(said.find("time was over") != std::string::npos, said.c_str());
        specification.settings.precision = 0.7;
        QVERIFY_EXCEPTION_THROWN(run_sweep(inputs, specification, collected.sink(), {}), UsageError);
    }

    void the_hardened_file_is_verified_and_opens_as_the_clipped_network() {
        const JobInputs inputs = lenet5_inputs(40);
        const QTemporaryDir folder;
        HardenSpecification specification = harden_specification();
        specification.output_path = folder.filePath("hardened.pt").toStdString();
        specification.greedy = true;
        specification.place = FaultPlace::everywhere;
        Collected collected;
        run_harden(inputs, specification, collected.sink(), {});
        QVERIFY(collected.result.file.has_value());
        QCOMPARE(collected.result.file->images_compared, std::int64_t(40));
        QVERIFY(!QFileInfo::exists(folder.filePath("hardened.pt.unverified")));
        QCOMPARE(collected.result.search(0)->scope, std::string("network"));

        const ThresholdsFile thresholds = thresholds_of(collected.result);
        const auto opened = Network::load(specification.output_path);
        for (std::size_t i = 0; i < 4; ++i) QCOMPARE(*opened->sites()[i].threshold, thresholds.sites[i].threshold);
        QCOMPARE(opened->metadata().architecture, std::string("lenet5"));

        // Under faults too, the opened file is the clipped network: the same outcome for every trial.
        CompareSpecification compared;
        compared.act_max = thresholds.clipping(inputs.network->sites());
        compared.scopes = parse_fault_scopes("network", inputs.network->layers());
        compared.rates = some_rates;
        compared.trials = 3;
        compared.chunk = 25;
        compared.exact = true;
        AccuracyCurves clipped;
        run_compare(inputs, compared, [&](const Event& event) { apply(event, clipped); }, {});
        const AccuracyCurves from_file = sensitivity_exact(lenet5_inputs(40, specification.output_path));
        for (std::size_t rate = 0; rate < some_rates.size(); ++rate)
            for (int trial = 0; trial < 3; ++trial)
                QCOMPARE(clipped.curves[1].trials[rate].at(trial).outcome, from_file.curves[0].trials[rate].at(trial).outcome);
    }

    void a_thresholds_file_written_by_hand_gives_the_same_network() {
        const JobInputs inputs = lenet5_inputs(30);
        const QTemporaryDir folder;
        HardenSpecification specification = harden_specification();
        specification.output_path = folder.filePath("searched.pt").toStdString();
        Collected collected;
        run_harden(inputs, specification, collected.sink(), {});
        std::string by_hand = "{\"version\": 1, \"sites\": [";
        for (const SiteSearch& search : collected.result.searches)
            by_hand += (search.site > 0 ? "," : "") + std::string("{\"site\":\"act-") + std::to_string(search.site + 1) +
                       "\",\"threshold\":" + QString::number(double(search.hardened->threshold), 'g', 9).toStdString() + "}";
        const Clipping clipping = thresholds_from_json(by_hand + "]}", "by-hand.json").clipping(inputs.network->sites());
        QVERIFY(clipping == thresholds_of(collected.result).clipping(inputs.network->sites()));
        const std::string applied = folder.filePath("applied.pt").toStdString();
        const Evaluator clipped(inputs.network, inputs.images, inputs.input, {.chunk = 25, .clipping = clipping});
        QVERIFY(export_hardened(clipped, clipping, inputs, applied, {}).has_value());
        const auto one = Network::load(specification.output_path), other = Network::load(applied);
        for (std::size_t i = 0; i < 4; ++i) QVERIFY(one->sites()[i].threshold == other->sites()[i].threshold);
    }

    // Algorithm 1 for another bound than clipping's: what it measures is what a duel measures of the same bounds.
    void another_protections_bound_is_searched_and_measured_as_a_duel_measures_it() {
        const JobInputs inputs = lenet5_inputs(40);
        const std::vector<SiteInfo>& sites = inputs.network->sites();
        Collected searched;
        HardenSpecification specification = harden_specification();
        specification.settings.protection = "range";
        specification.place = FaultPlace::everywhere;
        const QTemporaryDir folder;
        specification.output_path = folder.filePath("range.pt").toStdString();
        run_harden(inputs, specification, searched.sink(), {});
        QCOMPARE(searched.result.info.protection, std::string("range"));
        QCOMPARE(searched.result.file->images_compared, std::int64_t(40));
        QCOMPARE(tuning_to_json(tuning_from_json(tuning_to_json(searched.result), "range.json")), tuning_to_json(searched.result));

        CompareSpecification duel;
        duel.protections = {Protection::none, {"range"}, {"range-tuned"}};
        duel.tuned.by_kind["range"] = Clipping{};
        for (std::size_t site = 0; site < sites.size(); ++site) {
            const SiteSearch& search = *searched.result.search(int(site));
            // At the search's last threshold, all others at ACT_max.
            const ThresholdAuc& last = search.evaluations.back().point;
            Clipping& bounds = duel.tuned.by_kind["range"];
            for (std::size_t other = 0; other < sites.size(); ++other) bounds = bounds.with(other, searched.result.act_max[other]);
            bounds = bounds.with(site, last.threshold);
            duel.act_max.reset();
            duel.scopes = parse_fault_scopes("network", inputs.network->layers());
            duel.rates = some_rates;
            duel.trials = 3;
            duel.chunk = 25;
            QVERIFY(complete_comparison(inputs, settings(), duel, [](const Event&) {}, {}));
            AccuracyCurves curves;
            run_compare(inputs, duel, [&](const Event& event) { apply(event, curves); }, {});
            const auto means = [&](std::size_t curve) {
                std::vector<double> means;
                for (const CurvePoint& point : curve_points(curves.curves[curve], curves.info)) means.push_back(point.mean);
                return means;
            };
            QCOMPARE(means(2), last.measured.accuracies);
            QCOMPARE(means(1), point_at(search, search.act_max).measured.accuracies);
        }
        QVERIFY(point_at(*searched.result.search(1), searched.result.search(1)->act_max).measured.auc > 0.1);
    }

    // What is shown together was found for one protection.
    void results_for_different_protections_do_not_stand_side_by_side() {
        TuningResult range, clip, profile;
        for (TuningResult* one : {&range, &clip, &profile}) one->info.sites.resize(2);
        range.info.job = TuningJob::harden;
        range.info.protection = "range";
        range.searches.push_back(
            {.site = 0, .scope = {}, .act_max = 1, .settings = {}, .evaluations = {}, .grids = {}, .hardened = {}, .rates = {}});
        range.activations.push_back({.site = 1, .scope = {}, .rate = 0, .trials = 0, .histogram = {}});
        clip.info.job = TuningJob::sweep;
        clip.sweeps.push_back({.site = 0, .scope = {}, .act_max = 1, .unclipped = {}, .points = {}, .rates = {}});
        const TuningResult both = combined(range, clip);
        QCOMPARE(both.info.protection, std::string("clip"));
        QCOMPARE(both.sweeps.size(), std::size_t(1));
        QCOMPARE(both.searches.size(), std::size_t(0));
        QCOMPARE(both.activations.size(), std::size_t(1));
        const TuningResult profiled = combined(range, profile);
        QCOMPARE(profiled.info.protection, std::string("range"));
        QCOMPARE(profiled.searches.size(), std::size_t(1));
        QCOMPARE(combined(clip, range).sweeps.size(), std::size_t(0));
    }

    void thresholds_say_which_protection_they_are_for() {
        const JobInputs inputs = lenet5_inputs(10);
        const std::vector<SiteInfo>& sites = inputs.network->sites();
        ThresholdsFile clip, range;
        clip.sites = {{.site = "ACT-1", .fed_by = {}, .threshold = 2}};
        range.sites = {{.site = "ACT-1", .fed_by = {}, .threshold = 3, .protection = "range"}};
        QVERIFY(thresholds_to_json(clip).find("protection") == std::string::npos);
        const ThresholdsFile both = thresholds_from_json(thresholds_to_json(joined({clip, range})), "both.json");
        QCOMPARE(both.kind(), std::string("clip"));
        QCOMPARE(range.kind(), std::string("range"));
        const TunedBounds bounds = both.tuned(sites);
        QCOMPARE(*bounds.of("range")->at(0), 3.0F);
        QCOMPARE(*bounds.of("clip")->at(0), 2.0F);
        QCOMPARE(*bounds.of("backflip")->at(0), 2.0F);  // those of clipping, where it has none of its own
        QVERIFY(range.tuned(sites).of("clip") == nullptr);
        QVERIFY(both.clipping(sites) == clip.clipping(sites));
        QVERIFY_EXCEPTION_THROWN(joined({range, range}), UsageError);
        ThresholdsFile other = range;
        other.model_sha256 = "1";
        clip.model_sha256 = "2";
        QVERIFY_EXCEPTION_THROWN(joined({clip, other}), UsageError);
        QVERIFY_EXCEPTION_THROWN(thresholds_to_c_header(range, {}), Error);
        QVERIFY(thresholds_to_c_header(both, {}).find("2.0f") != std::string::npos);
        QVERIFY_EXCEPTION_THROWN(
            thresholds_from_json(thresholds_to_json({{}, {{.site = "ACT-1", .fed_by = {}, .protection = "relu6"}}}), ""), Error);
        CompareSpecification compared;
        compared.tuned = range.tuned(sites);
        QVERIFY_EXCEPTION_THROWN(complete_comparison(inputs, settings(), compared, [](const Event&) {}, {}), UsageError);
    }

    void a_hardened_file_is_hardened_from_where_it_stands() {
        const JobInputs inputs = lenet5_inputs(30);
        const QTemporaryDir folder;
        Clipping clipping;
        clipping.thresholds = {2.0F, 3.0F};
        const std::string path = folder.filePath("clipped.pt").toStdString();
        const Evaluator clipped(inputs.network, inputs.images, inputs.input, {.chunk = 25, .clipping = clipping});
        QVERIFY(export_hardened(clipped, clipping, inputs, path, {}).has_value());
        Collected collected;
        run_profile(lenet5_inputs(30, path), {.settings = settings(), .scopes = {}}, collected.sink(), {});
        QCOMPARE(*collected.result.act_max[0], 2.0F);
        QCOMPARE(*collected.result.act_max[1], 3.0F);
        QCOMPARE(*collected.result.act_max[2], *collected.result.clean_activations(2)->histogram->largest());
    }

    void the_unprotected_curve_of_a_comparison_is_the_sensitivity_jobs() {
        const JobInputs inputs = lenet5_inputs(50);
        const auto act_max = measure_act_max(inputs, settings(), [](const Event&) {}, {});
        CompareSpecification specification;
        specification.act_max = *act_max;
        specification.tuned.by_kind["clip"] = act_max->with(1, *act_max->at(1) / 2);
        specification.scopes = parse_fault_scopes("network,CONV-2", inputs.network->layers());
        specification.rates = some_rates;
        specification.trials = 3;
        specification.chunk = 25;
        std::string first;
        for (const int threads : {1, 2}) {
            specification.threads = threads;
            AccuracyCurves compared;
            run_compare(inputs, specification, [&](const Event& event) { apply(event, compared); }, {});
            QCOMPARE(compared.curves.size(), std::size_t(6));
            const AccuracyCurves alone = sensitivity(inputs, "network,CONV-2");
            for (std::size_t scope = 0; scope < 2; ++scope) {
                const AccuracyCurve& unprotected = compared.curves[3 * scope];
                QCOMPARE(unprotected.info.protection, Protection::none);
                QCOMPARE(compared.curves[3 * scope + 1].info.protection, Protection::clip_actmax);
                QCOMPARE(compared.curves[3 * scope + 2].info.protection, Protection::clip_tuned);
                for (std::size_t rate = 0; rate < some_rates.size(); ++rate)
                    for (int trial = 0; trial < 3; ++trial) {
                        const TrialOutcome& one = unprotected.trials[rate].at(trial);
                        const TrialOutcome& other = alone.curves[scope].trials[rate].at(trial);
                        QVERIFY(one.faults == other.faults && one.outcome == other.outcome);
                    }
            }
            const std::string text = result_to_json({.kind = "compare", .curves = compared});
            if (first.empty()) first = text;
            QCOMPARE(text, first);
            QCOMPARE(compare_protections(compared, NonfiniteRule::wrong).size(), std::size_t(6));
        }
    }

    void suggested_rates_span_from_the_first_fault_to_the_loss() {
        const JobInputs inputs = lenet5_inputs(60);
        Evaluator evaluator(inputs.network, inputs.images, inputs.input, {.chunk = 30});
        QVERIFY(evaluator.prepare(std::vector<std::size_t>{0, 1, 2, 3, 4}, 2, {}));
        const FaultScope network = parse_fault_scopes("network", inputs.network->layers()).front();
        const auto rates = suggest_rates(evaluator, network, 1, NonfiniteRule::wrong, 2, {}, {});
        QCOMPARE(rates->size(), std::size_t(7));
        QVERIFY(std::is_sorted(rates->begin(), rates->end()));
        const double expected_faults = rates->front() * double(inputs.network->fault_bits());
        QVERIFY2(expected_faults > 0.09 && expected_faults < 0.11, qPrintable(QString::number(expected_faults)));
        const auto at_the_end = measure_auc(evaluator, {.scope = network, .rates = {rates->back()}, .trials = 10, .seed = 9}, 2, {}, {});
        QVERIFY2(at_the_end->accuracies[0] < 0.45, qPrintable(QString::number(at_the_end->accuracies[0])));
        QVERIFY(*suggest_rates(evaluator, network, 1, NonfiniteRule::wrong, 1, {}, {}) == *rates);
    }

    void a_stop_keeps_what_is_done_and_writes_no_file() {
        const JobInputs inputs = lenet5_inputs(40);
        const QTemporaryDir folder;
        HardenSpecification specification = harden_specification();
        specification.output_path = folder.filePath("never.pt").toStdString();
        std::stop_source stop;
        Collected collected;
        const EventSink keep = collected.sink();
        run_harden(
            inputs, specification,
            [&](const Event& event) {
                keep(event);
                if (std::holds_alternative<SiteHardened>(event)) stop.request_stop();
            },
            stop.get_token());
        QCOMPARE(collected.end, JobEnd::stopped);
        QCOMPARE(thresholds_of(collected.result).sites.size(), std::size_t(1));
        QVERIFY(!QFileInfo::exists(folder.filePath("never.pt")));
    }

    void senseless_specifications_are_refused_before_any_work() {
        const JobInputs inputs = lenet5_inputs(10);
        Collected collected;
        HardenSpecification specification = harden_specification();
        specification.search.m = 3;
        QVERIFY_EXCEPTION_THROWN(run_harden(inputs, specification, collected.sink(), {}), UsageError);
        specification = harden_specification();
        specification.settings.rates = {0.5, 2};
        QVERIFY_EXCEPTION_THROWN(run_harden(inputs, specification, collected.sink(), {}), UsageError);
        specification = harden_specification();
        specification.settings.protection = "relu6";  // has no bound
        QVERIFY_EXCEPTION_THROWN(run_harden(inputs, specification, collected.sink(), {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(run_sweep(inputs, {.settings = settings(), .site = 7, .grid = {}}, collected.sink(), {}), UsageError);
        QCOMPARE(collected.result.info.sites.size(), std::size_t(0));
        QCOMPARE(find_site(" act-3", inputs.network->sites()), std::size_t(2));
        QVERIFY_EXCEPTION_THROWN(find_site("ACT-9", inputs.network->sites()), UsageError);
        for (const char* grid : {"", "1", "0:1", "1:0:3", "0:1:0", "0:1:2.5", "-1:1:3", "a:1:3", "0:1:3:4", "0:inf:3"})
            QVERIFY_EXCEPTION_THROWN(ThresholdGrid::parse(grid, false), UsageError);
        QVERIFY((ThresholdGrid::parse("0:6:4", false).thresholds(100) == std::vector<float>{0, 2, 4, 6}));
        QVERIFY((ThresholdGrid::parse("0.5:1:2", true).thresholds(4) == std::vector<float>{2, 4}));
    }

private:
    static const ThresholdAuc& point_at(const SiteSearch& search, float threshold) {
        for (const SearchEvaluation& evaluation : search.evaluations)
            if (evaluation.point.threshold == threshold) return evaluation.point;
        throw std::logic_error("not evaluated");
    }

    static AccuracyCurves sensitivity_exact(const JobInputs& inputs) {
        SensitivitySpecification specification;
        specification.scopes = parse_fault_scopes("network", inputs.network->layers());
        specification.rates = some_rates;
        specification.trials = 3;
        specification.chunk = 25;
        specification.exact = true;
        AccuracyCurves curves;
        run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
        return curves;
    }
};

QTEST_GUILESS_MAIN(TestTuningJobs)
#include "test_tuning_jobs.moc"
