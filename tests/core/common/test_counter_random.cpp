#include <QTest>

#include "common/counter_random.h"

using clipscope::CounterRandom;
using clipscope::RandomDomain;
using Words4 = std::array<std::uint64_t, 4>;

class TestCounterRandom : public QObject {
    Q_OBJECT
private slots:
    // Random123's published known answers for philox4x64, 10 rounds.
    void philox_gives_the_published_known_answers() {
        const std::uint64_t ones = ~std::uint64_t(0);
        QCOMPARE(CounterRandom({0, 0}).block({0, 0, 0, 0}),
                 (Words4{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
        QCOMPARE(CounterRandom({ones, ones}).block({ones, ones, ones, ones}),
                 (Words4{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
        QCOMPARE(CounterRandom({0x452821e638d01377, 0xbe5466cf34e90c6c})
                     .block({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89}),
                 (Words4{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}));
    }

    void domains_and_seeds_do_not_share_numbers() {
        const auto faults = CounterRandom(5, RandomDomain::faults).block({1, 2, 3, 4});
        QVERIFY(faults != CounterRandom(5, RandomDomain::image_selection).block({1, 2, 3, 4}));
        QVERIFY(faults != CounterRandom(6, RandomDomain::faults).block({1, 2, 3, 4}));
        QCOMPARE(faults, CounterRandom({5, 1}).block({1, 2, 3, 4}));
    }

    void unit_interval_is_half_open() {
        QCOMPARE(clipscope::unit_interval(0), 0.0);
        QCOMPARE(clipscope::unit_interval(std::uint64_t(1) << 63), 0.5);
        QCOMPARE(clipscope::unit_interval(~std::uint64_t(0)), 1.0 - 0x1p-53);
        QVERIFY(clipscope::unit_interval(~std::uint64_t(0)) < 1.0);
    }

    // The test vectors of the FNV specification.
    void fnv1a_gives_the_published_hashes() {
        QCOMPARE(clipscope::fnv1a_64(""), std::uint64_t(0xcbf29ce484222325));
        QCOMPARE(clipscope::fnv1a_64("a"), std::uint64_t(0xaf63dc4c8601ec8c));
        QCOMPARE(clipscope::fnv1a_64("foobar"), std::uint64_t(0x85944171f73967e8));
        QVERIFY(clipscope::fnv1a_64("\xff") != clipscope::fnv1a_64("\x7f"));
    }
};

QTEST_APPLESS_MAIN(TestCounterRandom)
#include "test_counter_random.moc"
