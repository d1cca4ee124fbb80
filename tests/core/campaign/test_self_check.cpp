// The self-check of jobs: which trials it takes, what it lets pass, and that a wrong result ends the job with a sentence.
#include <QTest>
#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "campaign/bit_positions.h"
#include "campaign/compare.h"
#include "campaign/self_check.h"
#include "campaign/sensitivity.h"
#include "campaign/sweep.h"
#include "common/error.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using testing::has_fashion_mnist;
using testing::lenet5_inputs;

namespace {

const std::vector<double> rates{1e-5, 1e-4, 1e-3};

SensitivitySpecification small_job(const JobInputs& inputs, SelfCheckSettings self_check) {
    SensitivitySpecification specification;
    specification.scopes = parse_fault_scopes("CONV-1,network", inputs.network->memory_parts());
    specification.rates = rates;
    specification.trials = 5;
    specification.threads = 2;
    specification.self_check = std::move(self_check);
    return specification;
}

AccuracyCurves curves_of(const JobInputs& inputs, const SensitivitySpecification& specification) {
    AccuracyCurves curves;
    run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
    return curves;
}

// What a defect does: every image gets another answer.
void turn_around(std::vector<float>& logits) {
    for (float& logit : logits) logit = -logit;
}

std::string sentence_of(const std::function<void()>& job) {
    try {
        job();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestSelfCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takes_the_share_and_at_least_three() {
        const SelfCheck few({.share = 0.01}, 1), many({.share = 0.25}, 1), none({}, 1);
        const auto count = [&](const SelfCheck& check, std::uint64_t trials) {
            std::size_t chosen = 0;
            for (std::uint64_t trial = 0; trial < trials; ++trial) chosen += check.chosen("CONV-1", trial, rates).size();
            return chosen;
        };
        QVERIFY(count(few, 5) >= 3 && count(few, 5) < 8);
        QCOMPARE(count(none, 50), std::size_t(0));
        const std::size_t chosen = count(many, 2000);  // of 6000
        QVERIFY2(chosen > 1350 && chosen < 1650, qPrintable(QString::number(chosen)));
        QVERIFY_EXCEPTION_THROWN(SelfCheck({.share = 1.5}, 1), UsageError);
    }

    void choice_does_not_depend_on_other_rates() {
        const SelfCheck check({.share = 0.3}, 7);
        const std::vector<double> more{1e-6, 1e-5, 1e-4, 1e-3};
        for (std::uint64_t trial = 3; trial < 200; ++trial) {
            std::set<double> of_three, of_four;
            for (const std::size_t place : check.chosen("FC-1", trial, rates)) of_three.insert(rates[place]);
            for (const std::size_t place : check.chosen("FC-1", trial, more)) of_four.insert(more[place]);
            of_four.erase(1e-6);
            QVERIFY(of_three == of_four);
        }
    }

    void near_ties_pass_and_other_differences_do_not() {
        const std::vector<float> exact{1, 5, 5.0001F, 0, 2, 1};
        std::vector<float> fast = exact;
        QCOMPARE(compare_modes(exact, fast, 3, "CONV-1"), std::int64_t(0));
        fast[1] = 5.0002F;
        QCOMPARE(compare_modes(exact, fast, 3, "CONV-1"), std::int64_t(1));
        fast[3] = 3;
        const std::string text = sentence_of([&] { compare_modes(exact, fast, 3, "CONV-1, rate 1e-06, trial 3"); });
        QVERIFY2(text.find("CONV-1, rate 1e-06, trial 3, image 1") != std::string::npos, text.c_str());
        QVERIFY(text.find("defect") != std::string::npos && text.find("--exact") != std::string::npos);
        fast = exact;
        fast[3] = std::numeric_limits<float>::infinity();
        QVERIFY(!sentence_of([&] { compare_modes(exact, fast, 3, "CONV-1"); }).empty());
    }

    void a_job_is_checked_and_keeps_its_results() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        const JobInputs inputs = lenet5_inputs(60);
        const AccuracyCurves without = curves_of(inputs, small_job(inputs, {}));
        QVERIFY(!without.self_check);
        const AccuracyCurves with = curves_of(inputs, small_job(inputs, {.share = 0.2}));
        QVERIFY(with.self_check && with.self_check->trials >= 6);
        for (std::size_t curve = 0; curve < without.curves.size(); ++curve)
            for (std::size_t rate = 0; rate < rates.size(); ++rate)
                for (const auto& [trial, outcome] : without.curves[curve].trials[rate])
                    QVERIFY(with.curves[curve].trials[rate].at(trial).outcome == outcome.outcome);
        // The same with one worker, and where all trials are known already.
        SensitivitySpecification again = small_job(inputs, {.share = 0.2});
        again.threads = 1;
        QVERIFY(curves_of(inputs, again).self_check == with.self_check);
        again.known = [](std::size_t, std::size_t, int) { return true; };
        QVERIFY(curves_of(inputs, again).self_check == with.self_check);
        again.exact = true;
        QVERIFY(!curves_of(inputs, again).self_check);
    }

    void a_wrong_result_ends_every_job() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        const JobInputs inputs = lenet5_inputs(40);
        const SelfCheckSettings broken{.share = 0.01, .disturb = turn_around};
        const auto expect_sentence = [](const std::string& text) {
            QVERIFY2(text.starts_with("The self-check found a wrong result: "), text.c_str());
            QVERIFY2(text.find("please report it") != std::string::npos, text.c_str());
        };
        expect_sentence(sentence_of([&] { curves_of(inputs, small_job(inputs, broken)); }));
        BitPositionSpecification bits;
        bits.scopes = parse_fault_scopes("FC-1", inputs.network->memory_parts());
        bits.trials = 3;
        bits.self_check = broken;
        expect_sentence(sentence_of([&] { run_bit_positions(inputs, bits, [](const Event&) {}, {}); }));
        CompareSpecification compared;
        compared.act_max = Clipping{}.with(0, 2.0F);
        compared.scopes = parse_fault_scopes("network", inputs.network->memory_parts());
        compared.rates = rates;
        compared.trials = 3;
        compared.self_check = broken;
        expect_sentence(sentence_of([&] { run_compare(inputs, compared, [](const Event&) {}, {}); }));
        SweepSpecification sweep;
        sweep.settings.rates = rates;
        sweep.settings.trials = 3;
        sweep.settings.self_check = broken;
        expect_sentence(sentence_of([&] { run_sweep(inputs, sweep, [](const Event&) {}, {}); }));
    }

    void thresholds_are_checked() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        const JobInputs inputs = lenet5_inputs(40);
        SweepSpecification sweep;
        sweep.settings.rates = rates;
        sweep.settings.trials = 3;
        sweep.settings.self_check.share = 0.01;
        sweep.grid = ThresholdGrid::parse("0:1:3", true);
        TuningResult result;
        run_sweep(inputs, sweep, [&](const Event& event) { apply(event, result); }, {});
        QCOMPARE(result.sweeps.size(), std::size_t(1));
        for (const ThresholdAuc& point : result.sweeps[0].points) QVERIFY(point.measured.self_check.trials >= 3);
        QVERIFY(result.sweeps[0].unclipped.self_check.trials >= 3);
        QVERIFY(self_check_of(result).trials >= 12);
    }
};

QTEST_GUILESS_MAIN(TestSelfCheck)
#include "test_self_check.moc"
