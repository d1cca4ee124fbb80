// Single faults of the bundled LeNet-5, closely: under protections as runners of their own show them, and as the words say.
#include <QTest>
#include <bit>
#include <cmath>
#include <set>
#include <stdexcept>

#include "campaign/inspector.h"
#include "common/error.h"
#include "evaluation/scoring.h"
#include "evaluation/stored_slice.h"
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

    void a_site_is_looked_at_with_its_most_disturbed_channel() {
        const JobInputs inputs = lenet5_inputs(12);
        Inspector inspector(inputs, [] { return lenet5_inputs(60); });
        QVERIFY_EXCEPTION_THROWN(inspector.look_at(0, 0, {}), std::out_of_range);
        const auto inspection = inspector.run(named_faults({"CONV-1:weight:30:30"}, inputs.network->memory_parts()), Protection::none, {});
        const SiteLook look = inspector.look_at(0, 4, {});
        QCOMPARE(look.channel, inspection->bits[0].index[0]);
        QCOMPARE(look.channels.front().channel, look.channel);
        QVERIFY(look.channels[0].different > 0 && look.channels[1].different == 0);
        QVERIFY(inspector.look_at(0, 4, 0).map.clean == inspector.feature_map(0, 4, 0).clean);
        QCOMPARE(inspector.look_at(0, 4, 99).channel, look.channel);  // no such channel
    }

    void words_say_where_a_number_sits() {
        const JobInputs inputs = lenet5_inputs(12);
        const StoredSlice kernel = stored_slice(*inputs.network, {1, 0}, 30 * 5 + 7);
        QCOMPARE(kernel.words, std::string("output channel 1, input channel 0, row 1, column 2"));
        QCOMPARE(kernel.height, std::int64_t(5));
        QCOMPARE(kernel.width, std::int64_t(5));
        QCOMPARE(kernel.row, std::int64_t(1));
        QCOMPARE(kernel.column, std::int64_t(2));
        QCOMPARE(kernel.values[7], stored_number(*inputs.network, {1, 0}, 157).value);
        QCOMPARE(kernel.values[24], stored_number(*inputs.network, {1, 0}, 174).value);

        const std::vector<std::int64_t> shape = inputs.network->memory_parts()[2].parameters[0].shape;
        const StoredSlice row = stored_slice(*inputs.network, {2, 0}, 3 * shape[1] + 10);
        QCOMPARE(row.words, std::string("output neuron 3, input 10"));
        QCOMPARE(row.height, std::int64_t(1));
        QCOMPARE(row.width, shape[1]);
        QCOMPARE(row.column, std::int64_t(10));
        QCOMPARE(row.values[0], stored_number(*inputs.network, {2, 0}, 3 * shape[1]).value);
        QCOMPARE(stored_slice(*inputs.network, {0, 1}, 2).words, std::string("output channel 2"));
        QCOMPARE(stored_slice(*inputs.network, {2, 1}, 2).words, std::string("output neuron 2"));
    }

    void listed_bits_become_faults_again() {
        const JobInputs inputs = lenet5_inputs(12);
        const std::vector<LayerInfo>& parts = inputs.network->memory_parts();
        const TrialFaults drawn = draw_counted_faults(3, 0, parts, std::vector<std::size_t>{0, 1, 2}, 40);
        const std::vector<FaultyValue> bits = faulty_values(*inputs.network, drawn, 100);
        const std::vector<FaultyValue> again = faulty_values(*inputs.network, faults_of(bits, parts), 1);
        QCOMPARE(bits.size(), std::size_t(40));
        QCOMPARE(again.size(), bits.size());
        for (std::size_t i = 0; i < bits.size(); ++i)
            QVERIFY(bits[i].parameter == again[i].parameter && bits[i].element == again[i].element && bits[i].bit == again[i].bit);
        FaultyValue computed = bits[0];
        computed.layer = "ACT-1.out";
        QVERIFY_EXCEPTION_THROWN(faults_of({&computed, 1}, parts), UsageError);
        FaultyValue beyond = bits[0];
        beyond.element = 1 << 30;
        QVERIFY_EXCEPTION_THROWN(faults_of({&beyond, 1}, parts), UsageError);
    }

    void a_cell_holds_bits_of_one_sign() {
        const JobInputs inputs = lenet5_inputs(12);
        std::set<std::int64_t> elements;
        for (std::uint64_t random = 0; random < 40; ++random) {
            const FaultyValue value = fault_in_cell(*inputs.network, "CONV-2", random % 2 == 0, 27, random * 1'000'003);
            QCOMPARE(value.layer, std::string("CONV-2"));
            QCOMPARE(value.bit, 27);
            QCOMPARE(value.before < 0, random % 2 == 0);
            elements.insert(value.element);
        }
        QVERIFY(elements.size() > 30);
        QVERIFY_EXCEPTION_THROWN(fault_in_cell(*inputs.network, "CONV-2", true, 32, 0), UsageError);
    }
};

QTEST_GUILESS_MAIN(TestInspector)
#include "test_inspector.moc"
