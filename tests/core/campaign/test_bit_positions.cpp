// One faulty bit at a time: which number is hit, and what it does, checked against plain float arithmetic and the plain loop.
#include <QTest>
#include <map>
#include <set>

#include "campaign/bit_positions.h"
#include "common/error.h"
#include "evaluation/plain_loop.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using testing::has_fashion_mnist;
using testing::lenet5_inputs;

class TestBitPositions : public QObject {
    Q_OBJECT

private slots:
    void every_number_is_as_likely() {
        LayerInfo layer;
        layer.name = "FC-1";
        layer.parameters = {{"w", {3, 2}, 6}, {"b", {2}, 2}};
        const FaultScope scope{"FC-1", "fc", {0}};
        std::map<std::uint64_t, int> hits;
        constexpr int trials = 8000;
        for (int trial = 0; trial < trials; ++trial) {
            const TrialFaults faults = single_bit_fault(7, std::uint64_t(trial), {layer}, scope, 30);
            QCOMPARE(faults.parameters.size(), std::size_t(1));
            QCOMPARE(faults.parameters[0].bits.size(), std::size_t(1));
            const std::uint64_t position = faults.parameters[0].bits[0].position;
            QCOMPARE(position % 32, std::uint64_t(30));
            ++hits[faults.parameters[0].parameter * 100 + position / 32];
        }
        QCOMPARE(hits.size(), std::size_t(8));
        double chi_square = 0;
        for (const auto& [number, count] : hits) chi_square += (count - trials / 8.0) * (count - trials / 8.0) / (trials / 8.0);
        QVERIFY2(chi_square < 24.3, qPrintable(QString::number(chi_square)));  // 7 degrees of freedom, p = 0.001
    }

    void a_trial_hits_the_same_number_at_every_position() {
        LayerInfo layer;
        layer.name = "FC-1";
        layer.parameters = {{"w", {100}, 100}, {"b", {100}, 100, 32, 0xff}};
        const FaultScope scope{"FC-1", "fc", {0}};
        std::set<std::uint64_t> elements;
        for (int bit = 0; bit < 8; ++bit) {
            const TrialFaults faults = single_bit_fault(1, 3, {layer}, scope, bit);
            elements.insert(faults.parameters.at(0).parameter * 1000 + faults.parameters[0].bits[0].position / 32);
        }
        QCOMPARE(elements.size(), std::size_t(1));
        // Biases lack bit 31 here.
        for (std::uint64_t trial = 0; trial < 50; ++trial)
            QCOMPARE(single_bit_fault(1, trial, {layer}, scope, 31).parameters.at(0).parameter, std::size_t(0));
        QVERIFY(single_bit_fault(1, 0, {layer}, {"none", "", {}}, 0).parameters.empty());
    }

    void outcomes_are_those_of_full_passes() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        const JobInputs inputs = lenet5_inputs(40);
        BitPositionSpecification specification;
        specification.scopes = parse_fault_scopes("CONV-1,FC-1", inputs.network->layers());
        specification.trials = 2;
        specification.threads = 2;
        AccuracyCurves curves;
        bool is_done = false;
        run_bit_positions(inputs, specification,
                          [&](const Event& event) {
                              apply(event, curves);
                              if (const auto* finished = std::get_if<JobFinished>(&event)) is_done = finished->end == JobEnd::done;
                          },
                          {});
        QVERIFY(is_done);
        QCOMPARE(curves.info.axis, PointAxis::bit_position);
        QCOMPARE(curves.info.rates.size(), std::size_t(32));
        PlainLoop plain(inputs.network, inputs.images, inputs.input, 100, "cpu", 1);
        for (std::size_t curve = 0; curve < 2; ++curve) {
            for (const int bit : {0, 22, 29, 30, 31}) {
                for (int trial = 0; trial < 2; ++trial) {
                    const TrialFaults faults =
                        single_bit_fault(1, std::uint64_t(trial), inputs.network->layers(), specification.scopes[curve], bit);
                    const auto expected = plain.run(0, faults, 1, {}, {});
                    const TrialOutcome& found = curves.curves[curve].trials[std::size_t(bit)].at(trial);
                    QCOMPARE(found.faults, 1);
                    QCOMPARE(found.outcome.correct, expected->correct);
                }
            }
        }
    }

    void a_format_has_its_own_positions() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        JobInputs inputs = lenet5_inputs(20);
        MemoryModel memory;
        memory.format = NumberFormat::parse("Q3.12");
        inputs.network = inputs.network->stored_in(memory);
        const auto scopes = parse_fault_scopes("each", inputs.network->layers());
        QCOMPARE(bit_positions(inputs.network->layers(), scopes).size(), std::size_t(16));
        memory.bits = BitSelection::parse("sign");
        inputs.network = inputs.network->stored_in(memory);
        QCOMPARE(bit_positions(inputs.network->layers(), scopes), std::vector<int>{15});
    }

    void senseless_questions_are_refused() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        const JobInputs inputs = lenet5_inputs(20);
        QVERIFY_THROWS_EXCEPTION(UsageError, run_bit_positions(inputs, {}, [](const Event&) {}, {}));
    }
};

QTEST_GUILESS_MAIN(TestBitPositions)
#include "test_bit_positions.moc"
