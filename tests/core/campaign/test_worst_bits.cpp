#include <QTest>
#include <map>

#include "campaign/worst_bits.h"
#include "common/error.h"
#include "evaluation/evaluator.h"
#include "faults/critical_bits.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using clipscope::testing::lenet5_inputs;

namespace {

WorstBits find(const JobInputs& inputs, const std::string& scope, WorstBitsSettings settings) {
    const FaultScope of = parse_fault_scopes(scope, inputs.network->memory_parts()).front();
    return find_worst_bits(inputs, of, settings, [](std::int64_t, std::int64_t, const std::string&) {}, {}).value();
}

JobInputs in_format(const JobInputs& inputs, const char* format) {
    MemoryModel memory;
    memory.format = NumberFormat::parse(format);
    JobInputs stored = inputs;
    stored.network = inputs.network->stored_in(memory);
    return stored;
}

using Place = std::tuple<std::string, std::int64_t, int, std::int64_t>;  // parameter, element, bit, images right

std::vector<Place> places(const std::vector<WorstBit>& bits, NonfiniteRule rule) {
    std::vector<Place> places;
    for (const WorstBit& bit : bits)
        places.emplace_back(bit.value.parameter, bit.value.element, bit.value.bit,
                            rule == NonfiniteRule::wrong ? bit.outcome.correct : bit.outcome.correct_argmax);
    return places;
}

}  // namespace

class TestWorstBits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!clipscope::testing::has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        inputs_ = lenet5_inputs(40);
    }

    void they_are_those_of_all_bits_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("scope");
        QTest::addColumn<int>("rule");
        QTest::newRow("float32, non-finite wrong") << "float32"
                                                   << "CONV-1" << int(NonfiniteRule::wrong);
        QTest::newRow("float32, by argmax") << "float32"
                                            << "CONV-1" << int(NonfiniteRule::argmax);
        QTest::newRow("bfloat16") << "bfloat16"
                                  << "CONV-1" << int(NonfiniteRule::argmax);
        QTest::newRow("fixed point") << "Q3.12"
                                     << "CONV-1" << int(NonfiniteRule::wrong);
    }
    void they_are_those_of_all_bits() {
        QFETCH(QString, format);
        QFETCH(QString, scope);
        QFETCH(int, rule);
        const JobInputs stored = in_format(*inputs_, format.toLatin1());
        WorstBitsSettings settings{.count = 8, .nonfinite = NonfiniteRule(rule), .threads = 2};
        const WorstBits found = find(stored, scope.toStdString(), settings);
        settings.exhaustive = true;
        const WorstBits all = find(stored, scope.toStdString(), settings);
        QCOMPARE(found.alone.size(), std::size_t(8));
        QVERIFY(found.tried <= found.critical);
        QVERIFY(found.image_evaluations < all.image_evaluations);
        QCOMPARE(all.tried, stored.network->memory_parts()[0].bits);
        QVERIFY(places(found.alone, settings.nonfinite) == places(all.alone, settings.nonfinite));
    }

    void workers_change_nothing() {
        std::vector<std::vector<Place>> of;
        for (const int threads : {1, 3}) {
            const WorstBits found = find(*inputs_, "CONV-1+FC-3", {.count = 6, .together = true, .threads = threads});
            of.push_back(places(found.alone, NonfiniteRule::wrong));
            of.push_back(places(found.together, NonfiniteRule::wrong));
        }
        QVERIFY(of[0] == of[2]);
        QVERIFY(of[1] == of[3]);
    }

    // What they do together is what a runner says of these very bits, and never less than the worst alone.
    void together_each_is_beside_those_before() {
        const WorstBitsSettings settings{.count = 4, .together = true, .nonfinite = NonfiniteRule::argmax, .threads = 2};
        const JobInputs stored = in_format(*inputs_, "int8");
        const WorstBits found = find(stored, "network", settings);
        QCOMPARE(found.together.size(), std::size_t(4));
        QCOMPARE(found.together.front().outcome.correct_argmax, found.alone.front().outcome.correct_argmax);
        Evaluator evaluator(stored.network, stored.images, stored.input, {});
        const auto& parts = stored.network->memory_parts();
        std::vector<std::size_t> all;
        for (std::size_t part = 0; part < parts.size(); ++part) all.push_back(part);
        QVERIFY(evaluator.prepare(evaluator.stored(all), 1, {}));
        TrialRunner runner(evaluator);
        std::map<ParameterPlace, std::vector<std::uint64_t>> bits;
        for (const WorstBit& bit : found.together) {
            for (std::size_t part = 0; part < parts.size(); ++part)
                for (std::size_t i = 0; i < parts[part].parameters.size(); ++i) {
                    const ParameterInfo& info = parts[part].parameters[i];
                    if (info.path == bit.value.parameter)
                        bits[{part, i}].push_back(std::uint64_t(bit.value.element) * std::uint64_t(info.word_bits) +
                                                  std::uint64_t(bit.value.bit));
                }
            TrialFaults faults;
            add_faulty_bits(bits, faults);
            QCOMPARE(runner.run(faults, 1, {})->correct_argmax, bit.outcome.correct_argmax);
        }
        for (std::size_t i = 1; i < found.together.size(); ++i)
            QVERIFY(found.together[i].outcome.correct_argmax <= found.together[i - 1].outcome.correct_argmax);
    }

    void candidates_may_be_few() {
        const WorstBits found = find(*inputs_, "CONV-1", {.count = 3, .candidates = 20, .threads = 1});
        QCOMPARE(found.tried, std::int64_t(20));
        QCOMPARE(found.alone.size(), std::size_t(3));
        for (const WorstBit& bit : found.alone) QVERIFY(!(std::abs(bit.value.after) < 1e30F));
    }

    void senseless_settings_are_refused() {
        QVERIFY_THROWS_EXCEPTION(UsageError, find(*inputs_, "CONV-1", {.count = 0}));
        QVERIFY_THROWS_EXCEPTION(UsageError, find(*inputs_, "CONV-1", {.count = 5, .candidates = 4}));
        JobInputs words = *inputs_;
        MemoryModel memory;
        memory.pattern = FaultPattern::parse("word");
        words.network = words.network->stored_in(memory);
        QVERIFY_THROWS_EXCEPTION(UsageError, find(words, "CONV-1", {}));
    }

private:
    std::optional<JobInputs> inputs_;
};

QTEST_APPLESS_MAIN(TestWorstBits)
#include "test_worst_bits.moc"
