#include <QTest>
#include <cmath>
#include <limits>

#include "data/normalization.h"
#include "data_files.h"

using clipscope::Dataset;
using clipscope::ImageShape;
using clipscope::InputFormat;
using clipscope::Normalization;
using data_files::error_of;
using data_files::says;

namespace {

std::vector<float> prepared(const Dataset& dataset, std::size_t i, const InputFormat& format) {
    std::vector<float> out(prepared_shape(dataset, format).pixels(), -1000);
    prepare_image(dataset, i, format, out);
    return out;
}

void compare(const std::vector<float>& actual, const std::vector<double>& expected) {
    QCOMPARE(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY2(std::fabs(double(actual[i]) - expected[i]) <= 5e-7 * std::max(1.0, std::fabs(expected[i])),
                 qPrintable(QString("element %1: %2 instead of %3").arg(i).arg(double(actual[i]), 0, 'g', 9).arg(expected[i], 0, 'g', 9)));
    }
}

Dataset grey() {
    return {"grey", {1, 1, 2}, {0, 255, 51, 102}, {0, 0}, {"only"}};
}

Dataset colour() {
    return {"colour", {3, 1, 2}, {0, 255, 51, 102, 153, 204}, {0}, {"only"}};
}

}  // namespace

class TestNormalization : public QObject {
    Q_OBJECT
private slots:
    void without_normalisation_pixels_become_fractions() {
        compare(prepared(grey(), 0, {Normalization::preset("none"), {}}), {0, 1});
        compare(prepared(grey(), 1, {Normalization::preset("none"), {}}), {0.2, 0.4});
    }

    void each_channel_has_its_own_mean_and_deviation() {
        const InputFormat format{Normalization::custom({0.5F, 0.1F, 0.2F}, {0.25F, 0.5F, 0.1F}), {}};
        compare(prepared(colour(), 0, format), {-2, 2, 0.2, 0.6, 4, 6});
    }

    // (51 / 255 − 0.4914) / 0.2470 and so on, by hand.
    void presets_hold_the_published_numbers() {
        compare(prepared(colour(), 0, {Normalization::preset("cifar10"), {}}),
                {-1.98947368421, 2.05910931174, -1.15893223819, -0.33757700205, 0.58677370031, 1.35129969419});
        compare(prepared(colour(), 0, {Normalization::preset("imagenet"), {}}),
                {-2.11790393013, 2.24890829694, -1.14285714286, -0.25, 0.86222222222, 1.75111111111});
        compare(prepared(grey(), 0, {Normalization::preset("mnist"), {}}), {-0.42421291788, 2.82148653035});
        compare(prepared(grey(), 1, {Normalization::preset("fashion-mnist"), {}}), {-0.24362606232, 0.32294617564});
    }

    void numbers_are_those_of_single_precision_scripts() {
        const std::vector<float> out = prepared(colour(), 0, {Normalization::preset("cifar10"), {}});
        QCOMPARE(out[3], (102.0F / 255.0F - 0.4822F) / 0.2435F);  // to the bit
    }

    // A 1×2 image in 4×5: rows 1.5 → 1 above and 2 below; columns 1.5 → 1 left and 2 right. Black is normalised like any pixel.
    void images_are_centred_on_black() {
        const InputFormat format{Normalization::custom({0.5F}, {0.25F}), ImageShape{1, 4, 5}};
        const double b = -2;
        compare(prepared(grey(), 0, format), {b, b, b, b, b, b, b, 2, b, b, b, b, b, b, b, b, b, b, b, b});
        compare(prepared(grey(), 1, format), {b, b, b, b, b, b, -1.2, -0.4, b, b, b, b, b, b, b, b, b, b, b, b});
    }

    void padding_keeps_channels_apart() {
        const InputFormat format{Normalization::preset("none"), ImageShape{3, 1, 4}};
        compare(prepared(colour(), 0, format), {0, 0, 1, 0, 0, 0.2, 0.4, 0, 0, 0.6, 0.8, 0});
    }

    void grey_images_enter_a_colour_network_three_times() {
        const InputFormat format{Normalization::preset("none"), ImageShape{3, 1, 2}};
        const std::vector<float> once = prepared(grey(), 0, {Normalization::preset("none"), {}}), thrice = prepared(grey(), 0, format);
        QCOMPARE(thrice.size(), 3 * once.size());
        for (std::size_t i = 0; i < thrice.size(); ++i) QCOMPARE(thrice[i], once[i % once.size()]);
        QCOMPARE(channel_change_text(grey(), format), std::string("grey images enter as three equal channels"));
        QCOMPARE(channel_change_text(grey(), {Normalization::preset("none"), {}}), std::string());
    }

    // Values that Pillow's convert("L") gives for these pixels.
    void colour_images_enter_a_grey_network_as_their_luma() {
        const Dataset pixels("pixels", {3, 1, 5}, {255, 0, 0, 10, 200, 0, 255, 0, 20, 100, 0, 0, 255, 30, 7}, {0}, {"only"});
        const std::vector<float> seen = prepared(pixels, 0, {Normalization::preset("none"), ImageShape{1, 1, 5}});
        const std::vector<int> luma{76, 150, 29, 18, 119};
        QCOMPARE(seen.size(), luma.size());
        for (std::size_t i = 0; i < luma.size(); ++i) QCOMPARE(seen[i], float(luma[i]) / 255.0F);
    }

    void images_that_do_not_fit_are_refused() {
        const Normalization none = Normalization::preset("none");
        const auto error = [](const Dataset& dataset, const InputFormat& format) {
            return error_of([&] { prepared_shape(dataset, format); });
        };
        QVERIFY(says(error(grey(), {none, ImageShape{4, 1, 2}}), {"grey", "4 channels", "have 1"}));
        QVERIFY(says(error(grey(), {none, ImageShape{1, 1, 1}}), {"grey", "1×1×2", "1×1×1", "larger"}));
        QVERIFY(says(error(colour(), {none, ImageShape{3, 0, 2}}), {"colour", "larger"}));
        QVERIFY(says(error(grey(), {Normalization::preset("cifar10"), {}}), {"cifar10", "3 channels", "have 1"}));
        QVERIFY(says(error(colour(), {Normalization::preset("mnist"), {}}), {"mnist", "1 channel", "have 3"}));
        std::vector<float> out(3);
        QVERIFY(says(error_of([&] { prepare_image(grey(), 0, {none, {}}, out); }), {"2 numbers", "room for 3"}));
    }

    void presets_are_listed_and_others_refused() {
        QCOMPARE(Normalization::preset_names(),
                 (std::vector<std::string>{"cifar10", "cifar10-resnet", "imagenet", "mnist", "fashion-mnist", "none"}));
        for (const std::string& name : Normalization::preset_names()) QCOMPARE(Normalization::preset(name).name, name);
        QVERIFY(says(error_of([] { Normalization::preset("cifar"); }),
                     {"'cifar'", "cifar10, cifar10-resnet, imagenet, mnist, fashion-mnist, none"}));
        QVERIFY_THROWS_EXCEPTION(clipscope::UsageError, Normalization::preset("custom"));
    }

    void impossible_numbers_are_refused() {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        constexpr float inf = std::numeric_limits<float>::infinity();
        const std::vector<std::pair<std::vector<float>, std::vector<float>>> wrong = {{{}, {}},       {{0.5F}, {}},    {{0.5F}, {1, 1}},
                                                                                      {{nan}, {1}},   {{inf}, {1}},    {{0.5F}, {0}},
                                                                                      {{0.5F}, {-1}}, {{0.5F}, {nan}}, {{0.5F}, {inf}}};
        for (const auto& [mean, std] : wrong) QVERIFY_THROWS_EXCEPTION(clipscope::UsageError, Normalization::custom(mean, std));
        QCOMPARE(Normalization::custom({0.5F}, {1}).name, std::string("custom"));
    }
};

QTEST_APPLESS_MAIN(TestNormalization)
#include "test_normalization.moc"
