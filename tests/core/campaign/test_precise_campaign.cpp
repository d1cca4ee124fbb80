// Estimates to a wanted precision on the bundled LeNet-5.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "campaign/bit_pilot.h"
#include "campaign/compare.h"
#include "campaign/comparison.h"
#include "campaign/precise_campaign.h"
#include "campaign/sensitivity.h"
#include "common/error.h"
#include "evaluation/memory_signs.h"
#include "lenet5_inputs.h"
#include "results/result_csv.h"
#include "results/result_json.h"
#include "study/database.h"
#include "study/job_run.h"
#include "study/replay.h"
#include "study/salvage.h"
#include "study/study_errors.h"
#include "study/study_results.h"

using namespace clipscope;
using clipscope::testing::has_fashion_mnist;
using clipscope::testing::lenet5_inputs;

namespace {

constexpr std::size_t image_count = 60;

SensitivitySpecification precise(const JobInputs& inputs, const std::string& scopes, std::vector<double> rates, double half_width) {
    SensitivitySpecification specification;
    specification.scopes = parse_fault_scopes(scopes, inputs.network->memory_parts());
    specification.rates = std::move(rates);
    specification.trials = 0;
    specification.precision = PrecisionSettings{.half_width = half_width};
    specification.threads = 2;
    return specification;
}

AccuracyCurves run(const JobInputs& inputs, const SensitivitySpecification& specification) {
    AccuracyCurves curves;
    run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
    return curves;
}

ImageSample everything(const Evaluator& evaluator) {
    return {evaluator.images_answered(true), evaluator.images_answered(false)};
}

Outcome sum(const Outcome& first, const Outcome& second) {
    return {first.images + second.images, first.correct + second.correct,         first.correct_argmax + second.correct_argmax,
            first.top5 + second.top5,     first.top5_argmax + second.top5_argmax, first.due + second.due,
            first.sdc + second.sdc};
}

JobSettings precise_job() {
    JobSettings settings;
    settings.kind = JobKind::sensitivity;
    settings.images = "60";
    settings.layers = "CONV-2,network";
    settings.rates = "1e-6,1e-5,1e-4";
    settings.trials = 0;
    settings.precision = 0.05;
    return settings;
}

}  // namespace

class TestPreciseCampaign : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
    }

    // Every image has the answer of a whole trial, alone, among few and in company of other trials.
    void samples_have_the_answers_of_whole_trials() {
        const JobInputs inputs = lenet5_inputs(image_count);
        Evaluator evaluator(inputs.network, inputs.images, inputs.input, {});
        const std::vector<FaultScope> scopes = parse_fault_scopes("network", inputs.network->memory_parts());
        evaluator.prepare(scopes.front().layers, 1, {});
        QVERIFY(evaluator.can_sample());
        TrialRunner runner(evaluator);
        const ImageSample all = everything(evaluator);
        std::vector<TrialFaults> faults;
        for (std::uint64_t trial = 0; trial < 12; ++trial)
            faults.push_back(draw_trial_faults(3, trial, inputs.network->memory_parts(), scopes.front().layers, 1e-3));
        for (const double rate : {1e-6, 1e-5, 1e-4, 1e-3}) {
            std::vector<std::vector<std::pair<ImageSample, SampledOutcome>>> alone(faults.size());
            for (std::size_t trial = 0; trial < faults.size(); ++trial) {
                const Outcome whole = *runner.run(faults[trial], rate, {});
                const SampledOutcome sampled = *runner.run_sample(faults[trial], rate, all, {});
                QCOMPARE(sum(sampled.right, sampled.others), whole);
                QCOMPARE(sum(sampled.clean_right, sampled.clean_others), evaluator.clean());
                // In parts that together are all.
                SampledOutcome joined;
                for (std::size_t part = 0; part < 7; ++part) {
                    ImageSample few;
                    for (std::size_t i = part; i < all.right.size(); i += 7) few.right.push_back(all.right[i]);
                    for (std::size_t i = part; i < all.others.size(); i += 7) few.others.push_back(all.others[i]);
                    const SampledOutcome outcome = *runner.run_sample(faults[trial], rate, few, {});
                    joined.right = sum(joined.right, outcome.right);
                    joined.others = sum(joined.others, outcome.others);
                    alone[trial].emplace_back(few, outcome);
                }
                QCOMPARE(joined.right, sampled.right);
                QCOMPARE(joined.others, sampled.others);
            }
            for (std::size_t part = 0; part < 7; ++part) {
                std::vector<TrialRunner::SampledRun> runs;
                for (std::size_t trial = 0; trial < faults.size(); ++trial)
                    runs.push_back({&faults[trial], rate, &alone[trial][part].first});
                const auto together = runner.run_samples(runs, {});
                for (std::size_t trial = 0; trial < faults.size(); ++trial) QCOMPARE((*together)[trial], alone[trial][part].second);
            }
            QVERIFY(runner.parameters_are_clean());
        }
    }

    void the_pilot_finds_the_exponents_top_bit() {
        const JobInputs inputs = lenet5_inputs(image_count);
        Evaluator evaluator(inputs.network, inputs.images, inputs.input, {});
        const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
        const std::vector<std::size_t> scope = parse_fault_scopes("network", parts).front().layers;
        evaluator.prepare(scope, 2, {});
        const MemorySigns signs = memory_signs(*inputs.network, scope);
        const auto pilot = run_bit_pilot(evaluator, scope, signs, {.threads = 2}, {});
        QVERIFY(pilot.has_value());
        QCOMPARE(*run_bit_pilot(evaluator, scope, signs, {.threads = 1}, {}), *pilot);
        QCOMPARE(pilot->cells.size(), scope.size() * 2 * 32);
        std::int64_t bits = 0;
        for (const PilotCell& cell : pilot->cells) {
            bits += cell.bits;
            QVERIFY(cell.trials > 0);
            if (cell.bit < 16) QCOMPARE(cell.loss, 0.0);
        }
        QCOMPARE(bits, inputs.network->fault_bits());
        const SignMasks masks = choose_critical_cells(*pilot, parts, scope);
        QVERIFY(!masks.empty());
        for (const auto& [part, of_signs] : masks) QCOMPARE((of_signs[0] | of_signs[1]) & ~(1U << 30), 0U);
        // Of a mantissa alone there is nothing to find, and the pilot ends early.
        MemoryModel memory;
        memory.bits = BitSelection::parse("0,1,2,3");
        const auto harmless = inputs.network->stored_in(memory);
        Evaluator of_harmless(harmless, inputs.images, inputs.input, {});
        of_harmless.prepare(scope, 2, {});
        const auto nothing = run_bit_pilot(of_harmless, scope, memory_signs(*harmless, scope), {.threads = 2}, {});
        QVERIFY(nothing->trials < pilot->trials / 2);
        QVERIFY(choose_critical_cells(*nothing, harmless->memory_parts(), scope).empty());
    }

    void the_wanted_width_is_reached_and_holds_plain_trials() {
        const JobInputs inputs = lenet5_inputs(image_count);
        const AccuracyCurves curves = run(inputs, precise(inputs, "network", {0, 1e-6, 1e-5, 1e-4, 1e-3}, 0.03));
        SensitivitySpecification plain = precise(inputs, "network", {0, 1e-6, 1e-5, 1e-4, 1e-3}, 0.03);
        plain.precision.reset();
        plain.trials = 400;
        plain.seed = 99;
        const auto expected = curve_points(run(inputs, plain).curves.front(), curves.info);
        const auto points = curve_points(curves.curves.front(), curves.info);
        QCOMPARE(points.size(), expected.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            QVERIFY(points[i].sampled.has_value());
            QVERIFY(points[i].sampled->half_width <= 0.03);
            QVERIFY(!points[i].has_whole_trials());
            const double apart = std::abs(points[i].mean - expected[i].mean);
            QVERIFY2(apart <= 0.03 + expected[i].ci95_high - expected[i].ci95_low, qPrintable(QString::number(apart)));
            const auto overlap = [](const Interval& one, const Interval& other) { return one.low <= other.high && other.low <= one.high; };
            QVERIFY(overlap(points[i].sdc_ci95, expected[i].sdc_ci95));
            QVERIFY(overlap(points[i].due_ci95, expected[i].due_ci95));
            QVERIFY(overlap(*points[i].top5_ci95, *expected[i].top5_ci95));
            QVERIFY(std::abs(points[i].faults_mean - expected[i].faults_mean) < 0.2 * expected[i].faults_mean + 0.2);
        }
        QCOMPARE(points.front().mean, expected.front().mean);  // the clean point is known
    }

    void workers_and_memory_change_nothing() {
        const JobInputs inputs = lenet5_inputs(image_count);
        SensitivitySpecification specification = precise(inputs, "CONV-2,network", {1e-6, 1e-5, 1e-4}, 0.05);
        specification.threads = 1;
        const std::string one = result_to_json({.curves = run(inputs, specification)});
        for (const int threads : {2, 3}) {
            specification.threads = threads;
            QCOMPARE(result_to_json({.curves = run(inputs, specification)}), one);
        }
        specification.memory_bytes = 64 << 10;
        QCOMPARE(result_to_json({.curves = run(inputs, specification)}), one);
        specification.seed = 2;
        QVERIFY(result_to_json({.curves = run(inputs, specification)}) != one);
    }

    void results_are_read_back_as_they_were() {
        const JobInputs inputs = lenet5_inputs(image_count);
        SensitivitySpecification specification = precise(inputs, "network", {0, 1e-5, 1e-4}, 0.1);
        specification.trials = 3;
        const std::string text = result_to_json({.curves = run(inputs, specification)});
        const CampaignResult again = result_from_json(text, "result.json");
        QCOMPARE(result_to_json(again), text);
        QVERIFY(text.find("\"half_width\"") != text.npos && text.find("\"whole_trials\": 3") != text.npos);
        // What only whole trials tell is empty where there are none.
        specification.trials = 0;
        const AccuracyCurves few = run(inputs, specification);
        QVERIFY(result_to_json({.curves = few}).find("\"median\": null") != std::string::npos);
        const std::string csv = points_csv(few);
        QVERIFY(csv.find("half_width_fraction,image_evaluations,whole_trials,gain_over_plain_trials") != csv.npos);
    }

    // A study that was interrupted anywhere goes on to the same estimate, whole trials among the others or not.
    void interrupted_runs_end_with_the_same_estimate() {
        QTemporaryDir folder;
        for (const int whole : {0, 4}) {
            JobSettings settings = precise_job();
            settings.trials = whole;
            const OpenedJob opened = open_job(settings);
            const auto path = [&](const std::string& name) {
                return folder.filePath(QString::fromStdString(name + std::to_string(whole) + ".clipscope")).toStdString();
            };
            Study straight = Study::create(path("straight"));
            const JobId id = continue_or_add_job(straight, settings, opened);
            run_study_job(straight, id, opened, {.threads = 2}, [](const Event&) {}, {});
            const std::string expected = result_to_json(read_curves(straight, id));
            QVERIFY(!read_pilot(straight, id).cells.empty());

            Study study = Study::create(path("interrupted"));
            const JobId other = continue_or_add_job(study, settings, opened);
            int interruptions = 0;
            for (int events = 5;; events = events * 2 + 7) {
                std::stop_source stop;
                int left = events;
                run_study_job(
                    study, other, opened, {.threads = 1 + interruptions % 3},
                    [&](const Event& event) {
                        const bool is_trial = std::holds_alternative<Progress>(event);
                        if (is_trial && --left == 0) stop.request_stop();
                    },
                    stop.get_token());
                if (!stop.stop_requested()) break;
                ++interruptions;
            }
            QVERIFY(interruptions > 2);
            QCOMPARE(result_to_json(read_curves(study, other)), expected);
            // More precise: goes on with what is there.
            settings.precision = 0.03;
            QCOMPARE(continue_or_add_job(study, settings, opened), other);
            run_study_job(study, other, opened, {.threads = 2}, [](const Event&) {}, {});
            const CampaignResult finer = read_curves(study, other);
            QCOMPARE(*finer.curves.info.precision, 0.03);
            for (const AccuracyCurve& curve : finer.curves.curves)
                for (const CurvePoint& point : curve_points(curve, finer.curves.info)) QVERIFY(point.sampled->half_width <= 0.03);
        }
    }

    // By name: the same faults and images, the same answers; of a comparison under every protection.
    void sampled_trials_can_be_replayed() {
        QTemporaryDir folder;
        Study study = Study::create(folder.filePath(QStringLiteral("replay.clipscope")).toStdString());
        JobSettings settings = precise_job();
        settings.precision = 0.15;
        settings.rates = "1e-5,1e-4";
        const OpenedJob opened = open_job(settings);
        const JobId id = continue_or_add_job(study, settings, opened);
        run_study_job(study, id, opened, {.threads = 2}, [](const Event&) {}, {});
        const auto samples = read_samples(study, id, "network", Protection::none, 1e-5);
        QVERIFY(samples.has_value());
        int replayed = 0;
        for (std::size_t stratum = 0; stratum < samples->trials.size(); ++stratum)
            for (const auto& [number, trial] : samples->trials[stratum]) {
                if (number > 2) break;
                const std::string text = std::to_string(id) + ":network:1e-05:" + std::to_string(stratum) + "/" + std::to_string(number);
                const TrialName name = parse_trial_name(text);
                QCOMPARE(to_string(name), text);
                const auto again = replay_trial(study, name, {.threads = 1}, {});
                QVERIFY(again && again->outcomes.front().stored_sample);
                QVERIFY(*again->outcomes.front().stored_sample == trial);
                QVERIFY(*again->outcomes.front().sample == trial);
                QCOMPARE(std::int64_t(again->bits.size()), trial.faults);
                ++replayed;
            }
        QVERIFY(replayed >= 4);
        QVERIFY_EXCEPTION_THROWN(replay_trial(study, parse_trial_name("1:network:1e-05:9/0"), {}, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(parse_trial_name("1:network:1e-05:a/0"), UsageError);
        QVERIFY_EXCEPTION_THROWN(parse_trial_name("1:network:1e-05:1/"), UsageError);
    }

    // What a damaged file still has: samples with a wrong check go alone, those without a design with it.
    void samples_are_recovered() {
        QTemporaryDir folder;
        const auto path = [&](const char* name) { return folder.filePath(QString::fromLatin1(name)).toStdString(); };
        JobSettings settings = precise_job();
        settings.precision = 0.15;
        const OpenedJob opened = open_job(settings);
        std::string expected;
        {
            Study study = Study::create(path("whole.clipscope"));
            const JobId id = continue_or_add_job(study, settings, opened);
            run_study_job(study, id, opened, {.threads = 2}, [](const Event&) {}, {});
            expected = result_to_json(read_curves(study, id));
        }
        salvage_study(path("whole.clipscope"), path("saved.clipscope"));
        QCOMPARE(result_to_json(read_curves(Study::open_to_read(path("saved.clipscope")), 1)), expected);
        {
            Database damaged(path("whole.clipscope"), DatabaseAccess::write);
            damaged.sql().exec("UPDATE sample SET value = replace(value, '[', '[1') WHERE trial = 3");
        }
        QVERIFY_EXCEPTION_THROWN(read_curves(Study::open_to_read(path("whole.clipscope")), 1), StudyDamagedError);
        const SalvageReport report = salvage_study(path("whole.clipscope"), path("sieved.clipscope"));
        QVERIFY(report.damaged > 0);
        const CampaignResult sieved = read_curves(Study::open_to_read(path("sieved.clipscope")), 1);
        const auto& trials = sieved.curves.curves.front().sampled.back().trials.front();
        QVERIFY(!trials.contains(3) && trials.contains(4));
    }

    void whole_trials_take_part() {
        const JobInputs inputs = lenet5_inputs(image_count);
        SensitivitySpecification specification = precise(inputs, "network", {1e-5, 1e-4}, 0.05);
        specification.trials = 20;
        const AccuracyCurves both = run(inputs, specification);
        specification.precision.reset();
        const AccuracyCurves whole = run(inputs, specification);
        const auto points = curve_points(both.curves.front(), both.info);
        const auto of_whole = curve_points(whole.curves.front(), whole.info);
        for (std::size_t i = 0; i < points.size(); ++i) {
            QCOMPARE(points[i].sampled->whole_trials, 20);
            QVERIFY(points[i].trials > 20);
            QCOMPARE(points[i].median, of_whole[i].median);
            QCOMPARE(points[i].min, of_whole[i].min);
            QCOMPARE(points[i].max, of_whole[i].max);
            // Each whole trial counts once, with all of its images.
            double mean = 0;
            for (const auto& stratum : both.curves.front().sampled[i].trials)
                for (const auto& [number, trial] : stratum)
                    if (number < 0)
                        mean += sampled_value(trial, both.curves.front().sampled[i].design, both.curves.front().info,
                                              TrialMeasure::accuracy, NonfiniteRule::wrong) /
                                20;
            QVERIFY(std::abs(mean - of_whole[i].mean) < 1e-12);
        }
    }

    void comparisons_reach_the_width_of_their_differences() {
        const JobInputs inputs = lenet5_inputs(image_count);
        CompareSpecification specification;
        specification.act_max = Clipping{std::vector<std::optional<float>>(inputs.network->sites().size(), 3.0F)};
        specification.scopes = parse_fault_scopes("network", inputs.network->memory_parts());
        specification.rates = {1e-5, 1e-4};
        specification.trials = 0;
        specification.precision = PrecisionSettings{.half_width = 0.06};
        specification.threads = 2;
        AccuracyCurves curves;
        run_compare(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
        const auto comparisons = compare_protections(curves, NonfiniteRule::wrong);
        QCOMPARE(comparisons.size(), std::size_t(1));
        QCOMPARE(comparisons.front().rates.size(), std::size_t(2));
        for (const RateComparison& rate : comparisons.front().rates) {
            QVERIFY((rate.difference.ci95_high - rate.difference.ci95_low) / 2 <= 0.06);
            QVERIFY(std::abs(rate.second_mean - rate.first_mean - rate.difference.mean) < 1e-9);
            QVERIFY(!rate.first_worst);
        }
        QVERIFY(comparisons.front().difference.has_value());
        // The same faults and images for both.
        for (std::size_t rate = 0; rate < 2; ++rate)
            for (std::size_t stratum = 0; stratum < curves.curves[0].sampled[rate].trials.size(); ++stratum)
                for (const auto& [number, trial] : curves.curves[0].sampled[rate].trials[stratum])
                    QCOMPARE(curves.curves[1].sampled[rate].trials[stratum].at(number).faults, trial.faults);
    }

    // Which only the clipped network stores, so that the two have other faults and are drawn apart.
    void thresholds_may_be_hit() {
        const JobInputs inputs = lenet5_inputs(image_count);
        CompareSpecification specification;
        specification.act_max = Clipping{std::vector<std::optional<float>>(inputs.network->sites().size(), 3.0F)};
        specification.scopes = parse_fault_scopes("network+thresholds", inputs.network->memory_parts());
        specification.rates = {1e-4};
        specification.trials = 0;
        specification.precision = PrecisionSettings{.half_width = 0.1};
        specification.threads = 2;
        AccuracyCurves curves;
        run_compare(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
        for (const AccuracyCurve& curve : curves.curves)
            QVERIFY(curve_points(curve, curves.info).front().sampled->half_width <= 0.1);
        const auto comparison = compare_protections(curves, NonfiniteRule::wrong).front().rates.front();
        QVERIFY(std::abs(comparison.second_mean - comparison.first_mean - comparison.difference.mean) < 1e-9);
    }

    void exact_runs_take_whole_trials() {
        const JobInputs inputs = lenet5_inputs(20);
        SensitivitySpecification specification = precise(inputs, "network", {1e-4}, 0.15);
        specification.exact = true;
        const AccuracyCurves curves = run(inputs, specification);
        for (const auto& stratum : curves.curves.front().sampled.front().trials)
            for (const auto& [number, trial] : stratum) QCOMPARE(trial.images(), 20);
        QVERIFY(curve_points(curves.curves.front(), curves.info).front().sampled->half_width <= 0.15);
    }

    void the_time_limit_is_kept_and_said() {
        const JobInputs inputs = lenet5_inputs(image_count);
        SensitivitySpecification specification = precise(inputs, "network", {1e-5, 1e-4}, 0.0005);
        specification.precision->at_most_seconds = 0.5;
        AccuracyCurves curves;
        std::string said;
        run_sensitivity(inputs, specification,
                        [&](const Event& event) {
                            apply(event, curves);
                            if (const auto* message = std::get_if<Message>(&event)) said = message->text;
                        },
                        {});
        QVERIFY2(said.find("The time is over") != said.npos, said.c_str());
        for (const CurvePoint& point : curve_points(curves.curves.front(), curves.info)) QVERIFY(point.sampled->half_width > 0.0005);
    }

    void a_plan_tells_what_it_takes() {
        const JobInputs inputs = lenet5_inputs(image_count);
        const SensitivitySpecification specification = precise(inputs, "network", {1e-5, 1e-4}, 0.02);
        Evaluator evaluator(inputs.network, inputs.images, inputs.input, {});
        evaluator.prepare(specification.scopes.front().layers, 2, {});
        const CampaignCurve curve{&evaluator, specification.scopes.front()};
        const CampaignSettings settings{.rates = specification.rates, .trials = 0, .threads = 2};
        const auto plan = plan_precise_campaign(inputs, settings, *specification.precision, {&curve, 1}, [](const Event&) {}, {});
        QVERIFY(plan.has_value());
        const AccuracyCurves curves = run(inputs, specification);
        const auto points = curve_points(curves.curves.front(), curves.info);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const double ratio = double(plan->points[i].image_evaluations) / double(points[i].sampled->image_evaluations);
            QVERIFY2(ratio > 0.5 && ratio < 2, qPrintable(QString::number(ratio)));
            QVERIFY(plan->points[i].plain_trials > 10);
        }
        QVERIFY(plan->plain_seconds > 0);
    }

    void senseless_precisions_are_refused() {
        const JobInputs inputs = lenet5_inputs(10);
        for (const double half_width : {0.0, -0.1, 0.5, 7.0, std::nan("")})
            QVERIFY_EXCEPTION_THROWN(run(inputs, precise(inputs, "network", {1e-4}, half_width)), UsageError);
    }
};

QTEST_GUILESS_MAIN(TestPreciseCampaign)
#include "test_precise_campaign.moc"
