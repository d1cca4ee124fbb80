// Encoding and decoding of every number format against hand-computed words and the formats' own definitions.
#include <QTest>
#include <bit>
#include <cmath>
#include <limits>

#include "common/counter_random.h"
#include "common/error.h"
#include "network/memory_model.h"
#include "network/parameter_codec.h"

using namespace clipscope;

namespace {

ParameterCodec codec_of(const char* format, const std::vector<float>& values = {1.27F}, std::size_t channels = 1) {
    return ParameterCodec(NumberFormat::parse(format), values, channels);
}

bool same_bits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

class TestNumberFormats : public QObject {
    Q_OBJECT

private slots:
    void every_word_comes_back_data() {
        QTest::addColumn<QString>("format");
        for (const char* format : {"float16", "bfloat16", "int8", "int8-channel", "Q3.4", "Q3.12", "Q0.7", "Q15.0", "Q1.14"})
            QTest::newRow(format) << format;
    }
    void every_word_comes_back() {
        QFETCH(QString, format);
        const ParameterCodec codec = codec_of(format.toLatin1(), {0.3F, -1.27F, 0.01F, 0.02F}, 2);
        for (std::uint32_t word = 0; word < (1U << codec.bits()); ++word)
            for (std::size_t element = 0; element < 4; ++element)
                if (codec.encode(codec.decode(word, element), element) != word) QFAIL(qPrintable(QString::number(word, 16)));
    }

    void float32_words_are_the_values() {
        const ParameterCodec codec;
        const CounterRandom random(5, RandomDomain::none);
        for (std::uint64_t i = 0; i < 100'000; ++i) {
            const auto word = std::uint32_t(random.block({i, 0, 0, 0})[0]);
            QCOMPARE(codec.encode(codec.decode(word, 0), 0), word);
        }
        QCOMPARE(codec.encode(1.0F, 0), 0x3f800000U);
    }

    void by_hand_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("value");
        QTest::addColumn<unsigned>("word");
        QTest::addColumn<double>("decoded");
        QTest::newRow("half 1") << "float16" << 1.0 << 0x3C00U << 1.0;
        QTest::newRow("half -2") << "float16" << -2.0 << 0xC000U << -2.0;
        QTest::newRow("half largest") << "float16" << 65504.0 << 0x7BFFU << 65504.0;
        QTest::newRow("half beyond") << "float16" << 70000.0 << 0x7C00U << double(INFINITY);
        QTest::newRow("half smallest") << "float16" << std::ldexp(1.0, -24) << 0x0001U << std::ldexp(1.0, -24);
        QTest::newRow("half tie to even") << "float16" << 2049.0 << 0x6800U << 2048.0;
        QTest::newRow("bfloat 1") << "bfloat16" << 1.0 << 0x3F80U << 1.0;
        QTest::newRow("bfloat tie to even") << "bfloat16" << 257.0 << 0x4380U << 256.0;
        QTest::newRow("bfloat tie up") << "bfloat16" << 259.0 << 0x4382U << 260.0;
        QTest::newRow("int8 largest") << "int8" << double(1.27F) << 0x7FU << double(1.27F);
        QTest::newRow("int8 -1 step") << "int8" << -0.01 << 0xFFU << double(-1.27F / 127);
        QTest::newRow("Q3.4 1.5") << "Q3.4" << 1.5 << 0x18U << 1.5;
        QTest::newRow("Q3.4 -0.25") << "Q3.4" << -0.25 << 0xFCU << -0.25;
        QTest::newRow("Q3.4 tie to even") << "Q3.4" << 0.03125 << 0x00U << 0.0;
        QTest::newRow("Q3.4 tie up") << "Q3.4" << 0.09375 << 0x02U << 0.125;
        QTest::newRow("Q3.4 saturates") << "Q3.4" << 100.0 << 0x7FU << 7.9375;
        QTest::newRow("Q3.4 saturates below") << "Q3.4" << -100.0 << 0x80U << -8.0;
        QTest::newRow("Q0.31") << "Q0.31" << -1.0 << 0x80000000U << -1.0;
    }
    void by_hand() {
        QFETCH(QString, format);
        QFETCH(double, value);
        QFETCH(unsigned, word);
        QFETCH(double, decoded);
        const ParameterCodec codec = codec_of(format.toLatin1());
        QCOMPARE(codec.encode(float(value), 0), word);
        QVERIFY2(same_bits(codec.decode(word, 0), float(decoded)), qPrintable(QString::number(codec.decode(word, 0))));
    }

    void int8_may_reach_minus_128_only_by_a_fault() {
        const ParameterCodec codec = codec_of("int8");
        QCOMPARE(codec.encode(-1.27F, 0), 0x81U);
        QCOMPARE(codec.decode(0x80, 0), -128 * (1.27F / 127));
    }

    void channels_have_scales_of_their_own() {
        const std::vector<float> values = {127, 1, 1.27F, 0.01F, 0, 0};
        const ParameterCodec codec = codec_of("int8-channel", values, 3);
        QCOMPARE(codec.encode(1, 1), 1U);
        QCOMPARE(codec.encode(0.01F, 3), 1U);
        QCOMPARE(codec.decode(1, 5), 1.0F);  // a channel of zeros
        QCOMPARE(codec_of("int8", values, 3).encode(0.01F, 3), 0U);
    }

    void what_is_no_number_becomes_what_the_format_has() {
        QVERIFY(std::isnan(codec_of("float16").decode(codec_of("float16").encode(NAN, 0), 0)));
        QVERIFY(std::isnan(codec_of("bfloat16").decode(codec_of("bfloat16").encode(std::bit_cast<float>(0x7f800001U), 0), 0)));
        QCOMPARE(codec_of("Q3.4").encode(NAN, 0), 0U);
        QCOMPARE(codec_of("Q3.4").encode(INFINITY, 0), 0x7FU);
    }

    void names_come_back() {
        for (const char* name : {"float32", "float16", "bfloat16", "int8", "int8-channel", "Q3.12", "Q0.7"})
            QCOMPARE(NumberFormat::parse(name).to_string(), std::string(name));
        QCOMPARE(NumberFormat::parse(" q3.12 ").bits(), 16);
        for (const char* wrong : {"", "float", "Q", "Q3", "Q3.", "Q.3", "Q-1.3", "Q20.20", "Q0.0", "Q3.12x", "int4"})
            QVERIFY_THROWS_EXCEPTION(UsageError, NumberFormat::parse(wrong));
    }

    void those_that_are_offered_are_formats() {
        const std::vector<std::string> usual = usual_number_formats();
        QVERIFY(usual.size() >= 6);
        for (const std::string& name : usual) {
            QCOMPARE(NumberFormat::parse(name).to_string(), name);
            QVERIFY(number_format_choices(false).find(name) != std::string::npos);
        }
        QVERIFY(number_format_choices(true).find("int8-channel (a scale for each channel), or fixed point as Q3.12") != std::string::npos);
    }

    void bits_are_chosen_by_field_or_position() {
        const auto mask = [](const char* bits, const char* format) { return BitSelection::parse(bits).mask(NumberFormat::parse(format)); };
        QCOMPARE(mask("all", "float32"), 0xffffffffU);
        QCOMPARE(mask("sign", "float32"), 0x80000000U);
        QCOMPARE(mask("exponent", "float32"), 0x7f800000U);
        QCOMPARE(mask("mantissa", "float32"), 0x007fffffU);
        QCOMPARE(mask("exponent", "float16"), 0x7c00U);
        QCOMPARE(mask("exponent", "bfloat16"), 0x7f80U);
        QCOMPARE(mask("integer", "Q3.12"), 0x7000U);
        QCOMPARE(mask("fraction", "Q3.12"), 0x0fffU);
        QCOMPARE(mask("sign", "int8"), 0x80U);
        QCOMPARE(mask("exponent", "int8"), 0U);
        QCOMPARE(mask("31,0,30,30", "float32"), 0xc0000001U);
        QCOMPARE(mask("30", "int8"), 0U);
        QCOMPARE(BitSelection::parse("31,0").to_string(), std::string("0,31"));
        for (const char* wrong : {"", "top", "32", "-1", "1,,2", "1.5"}) QVERIFY_THROWS_EXCEPTION(UsageError, BitSelection::parse(wrong));
    }

    void what_is_unusual_is_described() {
        QCOMPARE(describe({}), std::string());
        QCOMPARE(describe({NumberFormat::parse("int8"), FaultKind::stuck1, BitSelection::parse("sign"), ParameterSelection::weights}),
                 std::string("int8, stuck at 1, sign bits, weights"));
    }
};

QTEST_APPLESS_MAIN(TestNumberFormats)
#include "test_number_formats.moc"
