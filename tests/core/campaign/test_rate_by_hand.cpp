// A rate tried by hand: nested faults, one bit more at a time, and at rest the sensitivity job's own trials.
#include <algorithm>
#include <set>

#include "campaign/rate_by_hand.h"
#include "campaign/sensitivity.h"
#include "common/error.h"
#include "common/number_text.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using clipscope::testing::has_fashion_mnist;
using clipscope::testing::lenet5_inputs;

namespace {

const std::vector<double> rates = {0, 1e-6, 3e-5, 1e-4, 1e-3};
constexpr int trials = 4;

FaultScope scope_of(const JobInputs& inputs, const std::string& text) {
    return parse_fault_scopes(text, inputs.network->memory_parts(), OutputScopes::allowed).front();
}

AccuracyCurves sensitivity(const JobInputs& inputs, const RateSettings& settings) {
    SensitivitySpecification specification;
    specification.scopes = {settings.scope};
    specification.rates = rates;
    specification.trials = trials;
    specification.seed = settings.seed;
    specification.threads = 2;
    AccuracyCurves curves;
    run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
    return curves;
}

// Layer, parameter, bit.
std::set<std::tuple<std::size_t, std::size_t, std::uint64_t>> bits_of(const TrialFaults& faults) {
    std::set<std::tuple<std::size_t, std::size_t, std::uint64_t>> bits;
    for (const ParameterFaults& parameter : faults.parameters)
        for (const MarkedBit& bit : parameter.bits) bits.emplace(parameter.layer, parameter.parameter, bit.position);
    return bits;
}

void compare_with_campaign(const JobInputs& inputs, const RateSettings& settings) {
    const AccuracyCurves curves = sensitivity(inputs, settings);
    RateByHand hand(inputs, settings);
    QVERIFY(hand.prepare({}));
    QCOMPARE(hand.bits(), curves.curves[0].info.bits);
    int others = 0;
    // In an order that no campaign has, interrupted before each.
    for (int i = trials * int(rates.size()) - 1; i >= 0; --i) {
        const int trial = i % trials;
        const auto at = std::size_t(i / trials);
        std::stop_source stop;
        (void)hand.measure(
            trial, rates[at], [&](const HandRate&) { stop.request_stop(); }, stop.get_token());
        const auto found = hand.measure(trial, rates[at], {}, {});
        const TrialOutcome& expected = curves.curves[0].trials[at].at(trial);
        QVERIFY(found && found->is_final);
        QCOMPARE(found->faults, expected.faults);
        QVERIFY(found->outcome == expected.outcome);
        QVERIFY(found->clean == curves.curves[0].info.clean);
        others += !(found->outcome == found->clean);
    }
    QVERIFY(others > 2);
}

}  // namespace

class TestRateByHand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
    }

    void at_rest_it_is_the_campaigns_trial() {
        const JobInputs inputs = lenet5_inputs(120);
        compare_with_campaign(inputs, {.scope = scope_of(inputs, "network"), .seed = 3, .threads = 2});
        compare_with_campaign(inputs, {.scope = scope_of(inputs, "CONV-2+FC-1"), .seed = 1, .threads = 2});
    }

    void so_it_is_in_other_memories_and_in_computed_values() {
        JobInputs inputs = lenet5_inputs(60);
        compare_with_campaign(inputs, {.scope = scope_of(inputs, "ACT-1.out"), .threads = 2});
        MemoryModel memory;
        memory.format = NumberFormat::parse("int8");
        memory.pattern = FaultPattern::parse("burst-2");
        inputs.network = inputs.network->stored_in(memory);
        compare_with_campaign(inputs, {.scope = scope_of(inputs, "network"), .threads = 2});
    }

    void faults_are_nested_and_come_one_by_one() {
        const JobInputs inputs = lenet5_inputs(40);
        RateByHand hand(inputs, {.scope = scope_of(inputs, "network"), .threads = 2});
        QVERIFY(hand.prepare({}));
        double rate = 0;
        auto before = bits_of(hand.faults(2, rate));
        QVERIFY(before.empty() && !hand.previous_rate(2, rate));
        for (int i = 1; i <= 300; ++i) {
            const double next = *hand.next_rate(2, rate);
            QVERIFY(next > rate);
            QVERIFY2(number_text(next).size() < 16, number_text(next).c_str());  // to be read and typed
            const auto bits = bits_of(hand.faults(2, next));
            QCOMPARE(int(bits.size()), i);
            QCOMPARE(hand.count(2, next), std::int64_t(i));
            QVERIFY(std::ranges::includes(bits, before));
            // Any rate up to the next one has the bits of the one before, and so has the step back.
            QVERIFY(bits_of(hand.faults(2, rate + 0.5 * (next - rate))).size() <= bits.size());
            QVERIFY(bits_of(hand.faults(2, *hand.previous_rate(2, next))) == before);
            before = bits;
            rate = next;
        }
        QVERIFY(bits_of(hand.faults(3, rate)) != before);  // another trial
        QVERIFY(!hand.next_rate(2, hand.most_rate()));
        QCOMPARE(hand.most_rate(), 0.01);
    }

    void few_images_come_first() {
        const JobInputs inputs = lenet5_inputs(450);
        RateByHand hand(inputs, {.scope = scope_of(inputs, "network"), .threads = 2});
        QVERIFY(hand.prepare({}));
        std::vector<HandRate> told;
        QVERIFY(hand.measure(0, 1e-4, [&](const HandRate& so_far) { told.push_back(so_far); }, {}));
        QCOMPARE(told.size(), std::size_t(3));
        QCOMPARE(told[0].outcome.images, 40);
        QCOMPARE(told[1].outcome.images, 200);
        QCOMPARE(told[1].clean.images, 200);
        QVERIFY(told[1].clean.correct > 150 && !told[1].is_final);
        QVERIFY(told[2].is_final && told[2].outcome.images == 450 && told[2].all_images == 450);
    }

    void activations_show_the_faults() {
        const JobInputs inputs = lenet5_inputs(150);
        RateByHand hand(inputs, {.scope = scope_of(inputs, "network"), .threads = 2});
        QVERIFY(hand.prepare({}));
        const auto clean = hand.activations(0, 0, {});
        const auto faulty = hand.activations(0, 1e-3, {});
        QCOMPARE(clean->size(), inputs.network->sites().size());
        QCOMPARE(hand.images_of_activations(), std::int64_t(100));
        QCOMPARE(clean->front().total(), std::uint64_t(100 * 6 * 28 * 28));
        QVERIFY(faulty->front().total() == clean->front().total() && !(faulty->front() == clean->front()));
    }

    void senseless_wishes_are_refused() {
        const JobInputs inputs = lenet5_inputs(20);
        QVERIFY_THROWS_EXCEPTION(UsageError, RateByHand(inputs, {}));
        RateByHand hand(inputs, {.scope = scope_of(inputs, "CONV-1")});
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(0, 1e-4, {}, {}));
        QVERIFY(hand.prepare({}));
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(0, 0.5, {}, {}));
        QVERIFY_THROWS_EXCEPTION(UsageError, hand.measure(-1, 1e-4, {}, {}));
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!hand.measure(0, 1e-4, {}, stop.get_token()));
    }
};

QTEST_GUILESS_MAIN(TestRateByHand)
#include "test_rate_by_hand.moc"
