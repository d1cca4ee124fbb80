// Networks in other memories: what is stored, what faults do there, and that the engine counts as full passes do.
#include <QTest>
#include <bit>
#include <cmath>

#include "campaign/sensitivity.h"
#include "common/error.h"
#include "evaluation/faulty_values.h"
#include "evaluation/plain_loop.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using testing::has_fashion_mnist;
using testing::lenet5_inputs;

namespace {

MemoryModel memory_of(const char* format, FaultKind kind = FaultKind::flip, const char* bits = "all",
                      ParameterSelection parameters = ParameterSelection::all) {
    return {NumberFormat::parse(format), kind, BitSelection::parse(bits), parameters};
}

}  // namespace

class TestMemoryModels : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not installed");
        inputs_ = std::make_unique<JobInputs>(lenet5_inputs(40));
    }

    void bits_in_scope_follow_the_memory() {
        const auto bits = [&](const MemoryModel& memory) { return inputs_->network->stored_in(memory)->fault_bits(); };
        const std::int64_t parameters = inputs_->network->parameter_count();
        std::int64_t biases = 0;
        for (const LayerInfo& layer : inputs_->network->layers()) biases += layer.parameters.at(1).elements;
        QCOMPARE(bits(memory_of("float32")), parameters * 32);
        QCOMPARE(bits(memory_of("float16")), parameters * 16);
        QCOMPARE(bits(memory_of("Q3.12")), parameters * 16);
        QCOMPARE(bits(memory_of("int8")), (parameters - biases) * 8 + biases * 32);
        QCOMPARE(bits(memory_of("float32", FaultKind::flip, "sign")), parameters);
        QCOMPARE(bits(memory_of("float32", FaultKind::flip, "30,31", ParameterSelection::biases)), biases * 2);
        QVERIFY_THROWS_EXCEPTION(UsageError, bits(memory_of("int8", FaultKind::flip, "exponent", ParameterSelection::weights)));
    }

    void outcomes_are_those_of_full_passes_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("bits");
        for (const char* format : {"float16", "bfloat16", "int8", "int8-channel", "Q3.12"}) QTest::newRow(format) << format << 0 << "all";
        QTest::newRow("stuck at 1") << "float32" << 2 << "all";
        QTest::newRow("stuck at 0, int8") << "int8" << 1 << "all";
        QTest::newRow("exponent") << "float32" << 0 << "exponent";
    }
    void outcomes_are_those_of_full_passes() {
        QFETCH(QString, format);
        QFETCH(int, kind);
        QFETCH(QString, bits);
        JobInputs inputs = *inputs_;
        const MemoryModel memory = memory_of(format.toLatin1(), FaultKind(kind), bits.toLatin1());
        inputs.network = inputs.network->stored_in(memory);
        SensitivitySpecification specification;
        specification.scopes = parse_fault_scopes("CONV-2,network", inputs.network->layers());
        specification.rates = {1e-4, 1e-3};
        specification.trials = 3;
        specification.threads = 2;
        AccuracyCurves curves;
        run_sensitivity(inputs, specification, [&](const Event& event) { apply(event, curves); }, {});
        QVERIFY(curves.info.memory == memory);
        PlainLoop plain(inputs.network, inputs.images, inputs.input, 100, "cpu", 1);
        std::int64_t faults_seen = 0;
        for (std::size_t curve = 0; curve < 2; ++curve) {
            for (std::size_t rate = 0; rate < 2; ++rate) {
                for (int trial = 0; trial < 3; ++trial) {
                    const TrialFaults faults = draw_trial_faults(1, std::uint64_t(trial), inputs.network->layers(),
                                                                 specification.scopes[curve].layers, specification.rates[rate]);
                    const TrialOutcome& found = curves.curves[curve].trials[rate].at(trial);
                    QCOMPARE(found.faults, faults.count_below(specification.rates[rate]));
                    QCOMPARE(found.outcome.correct, plain.run(0, faults, specification.rates[rate], {}, {})->correct);
                    faults_seen += found.faults;
                }
            }
        }
        QVERIFY(faults_seen > 20);
        QVERIFY(plain.parameters_are_clean());
    }

    void values_are_rounded_and_faults_told_in_the_format() {
        const auto network = inputs_->network->stored_in(memory_of("Q3.4"));
        const TrialFaults faults = draw_trial_faults(3, 0, network->layers(), std::vector<std::size_t>{0}, 0.05);
        const std::vector<FaultyValue> values = faulty_values(*network, faults, 0.05);
        QVERIFY(values.size() > 10);
        for (const FaultyValue& value : values) {
            QVERIFY(value.bit < 8);
            const float before = value.before * 16;
            QCOMPARE(before, std::nearbyint(before));  // a multiple of 1/16
            QVERIFY(value.after >= -8 && value.after < 8);
        }
    }

    void a_mark_does_not_depend_on_the_chosen_bits() {
        const auto all = inputs_->network->stored_in(memory_of("float32"));
        const auto sign = inputs_->network->stored_in(memory_of("float32", FaultKind::flip, "sign"));
        const std::vector<std::size_t> scope{0, 1};
        const TrialFaults of_all = draw_trial_faults(3, 5, all->layers(), scope, 0.01);
        const TrialFaults of_sign = draw_trial_faults(3, 5, sign->layers(), scope, 0.01);
        std::vector<MarkedBit> expected, found;
        for (const ParameterFaults& parameter : of_all.parameters)
            for (const MarkedBit& bit : parameter.bits)
                if (bit.position % 32 == 31) expected.push_back(bit);
        for (const ParameterFaults& parameter : of_sign.parameters) found.insert(found.end(), parameter.bits.begin(), parameter.bits.end());
        QVERIFY(!expected.empty());
        QVERIFY(found == expected);
    }

private:
    std::unique_ptr<JobInputs> inputs_;
};

QTEST_GUILESS_MAIN(TestMemoryModels)
#include "test_memory_models.moc"
