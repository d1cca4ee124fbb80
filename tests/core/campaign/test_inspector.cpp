// Single faults of the bundled LeNet-5, closely: under protections as runners of their own show them, and as the words say.
#include <QTest>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "campaign/inspector.h"
#include "common/error.h"
#include "evaluation/scoring.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using clipscope::testing::has_fashion_mnist;
using clipscope::testing::lenet5_inputs;

class TestInspector : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!has_fashion_mnist()) QSKIP("Fashion-MNIST is not here");
    }

    void shows_what_a_protected_network_makes_of_a_fault() {
        const JobInputs inputs = lenet5_inputs(12);
        int opened = 0;
        Inspector inspector(inputs, [&] {
            ++opened;
            return lenet5_inputs(60);
        });
        QVERIFY_EXCEPTION_THROWN(inspector.feature_map(0, 0, 0), std::out_of_range);
        const TrialFaults fault = named_faults({"CONV-1:weight:12:30"}, inputs.network->memory_parts());
        const auto plain = inspector.run(fault, Protection::none, {});
        QVERIFY(plain && plain->bits.size() == 1);
        QCOMPARE(opened, 0);
        QCOMPARE(plain->bits[0].element, std::int64_t(12));
        QVERIFY(plain->effects.sites[0].largest > 1e30F);
        QCOMPARE(inspector.feature_map(0, 3, 0).width, std::int64_t(28));

        const auto guarded = inspector.run(fault, Protection{"guard"}, {});
        for (const SiteSpread& site : guarded->effects.sites) QCOMPARE(site.different, std::int64_t(0));
        QCOMPARE(guarded->bits[0].after, plain->bits[0].after);  // the stored word is what it was
        const auto clipped = inspector.run(fault, Protection{"clip"}, {});
        QVERIFY(clipped->effects.sites[0].largest < 100);
        QCOMPARE(opened, 2);
        // Whatever came between: the same again, and nothing measured anew.
        const auto again = inspector.run(fault, Protection{"clip"}, {});
        for (std::size_t image = 0; image < 12; ++image)
            QVERIFY(again->effects.images[image].logits == clipped->effects.images[image].logits);
        QCOMPARE(opened, 2);
        EffectsRunner own(inputs.network, inputs.images, inputs.input, {.device = "cpu"});
        const FaultEffects expected = own.run(fault, 1);
        for (std::size_t image = 0; image < 12; ++image) QVERIFY(expected.images[image].logits == plain->effects.images[image].logits);
    }

    void stops_and_refuses() {
        const JobInputs inputs = lenet5_inputs(12);
        Inspector inspector(inputs, [] { return lenet5_inputs(60); });
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!inspector.run({}, Protection::none, stop.get_token()));
        QVERIFY_EXCEPTION_THROWN(inspector.run({}, Protection{"clip-tuned"}, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(inspector.run({}, Protection{"guard@FC-9"}, {}), UsageError);
        QVERIFY(inspector.run({}, Protection::none, {})->bits.empty());
    }

    void stored_numbers_are_words_of_the_format() {
        const JobInputs inputs = lenet5_inputs(12);
        const auto place = ParameterPlace{0, 0};
        const StoredNumber plain = stored_number(*inputs.network, place, 12);
        QCOMPARE(plain.index, (std::vector<std::int64_t>{0, 0, 2, 2}));
        QCOMPARE(plain.word, std::bit_cast<std::uint32_t>(plain.value));
        MemoryModel memory;
        memory.format = NumberFormat::parse("Q3.12");
        const StoredNumber fixed = stored_number(*inputs.network->stored_in(memory), place, 12);
        QCOMPARE(float(std::int16_t(std::uint16_t(fixed.word))) / 4096, fixed.value);
        QVERIFY(std::abs(fixed.value - plain.value) <= 1.0F / 8192);
    }
};

QTEST_GUILESS_MAIN(TestInspector)
#include "test_inspector.moc"
