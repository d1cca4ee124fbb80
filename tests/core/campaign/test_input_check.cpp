// Whether a wrong normalisation and a wrong order of classes are seen, and nothing is said of networks that are merely mediocre.
#include <QTest>
#include <numeric>
#include <random>

#include "campaign/input_check.h"
#include "campaign/sensitivity.h"
#include "common/error.h"
#include "lenet5_inputs.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

using Labels = std::vector<std::int32_t>;
using Kind = InputDoubt::Kind;

Labels balanced(std::size_t images, std::int32_t classes) {
    Labels labels;
    for (std::size_t i = 0; i < images; ++i) labels.push_back(std::int32_t(i) % classes);
    return labels;
}

// Right with this probability, otherwise any class.
Labels answers(const Labels& labels, std::int32_t classes, double accuracy, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> share;
    Labels predictions;
    for (const std::int32_t label : labels)
        predictions.push_back(share(random) < accuracy ? label : std::int32_t(random() % unsigned(classes)));
    return predictions;
}

Labels renamed(Labels predictions, const std::vector<std::int32_t>& names) {
    for (std::int32_t& prediction : predictions) prediction = names[std::size_t(prediction)];
    return predictions;
}

// A mediocre network that likes some classes better than others and takes neighbours for each other.
Labels biased_answers(const Labels& labels, std::int32_t classes, double accuracy, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> share;
    Labels predictions;
    for (const std::int32_t label : labels) {
        const double likes = label < classes / 2 ? 1.3 : 0.7;
        const bool is_right = share(random) < accuracy * likes;
        predictions.push_back(is_right ? label : (label + 1 + std::int32_t(random() % 2)) % classes);
    }
    return predictions;
}

// "bundled:NAME", on Fashion-MNIST, or one of the shared networks, on CIFAR-10; 1,000 images.
JobInputs real_inputs(const std::string& model, const Normalization& normalization) {
    const std::string shared = CLIPSCOPE_SHARED_DIR;
    const bool is_bundled = model.starts_with("bundled:");
    const Dataset all = open_dataset(is_bundled ? fashion_mnist_folder() : shared + "/data/cifar-10-batches-bin", Split::test);
    const Dataset images = all.subset(select_images(all, {.count = 1000, .first = false}, 1));
    const auto network = Network::load(is_bundled ? resolve_model_path(model) : shared + "/models/" + model);
    return {network, images, resolve_input_format(*network, images, normalization), model, images.name()};
}

bool has_shared() {
    return QFileInfo::exists(CLIPSCOPE_SHARED_DIR "/models/alexnet_cifar10_traced.pt");
}

Dataset with_labels(const Dataset& data, const std::vector<std::int32_t>& names) {
    std::vector<std::uint8_t> pixels;
    Labels labels;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const ImagePixels image = data.image(i);
        pixels.insert(pixels.end(), image.begin(), image.end());
        labels.push_back(names[std::size_t(data.label(i))]);
    }
    return Dataset(data.name(), data.shape(), std::move(pixels), std::move(labels), data.class_names());
}

}  // namespace

class TestInputCheck : public QObject {
    Q_OBJECT

private slots:
    void kappa_is_cohens() {
        // Cohen's own kind of table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no gives 0.4.
        Labels labels, predictions;
        const auto add = [&](int count, std::int32_t label, std::int32_t prediction) {
            labels.insert(labels.end(), std::size_t(count), label);
            predictions.insert(predictions.end(), std::size_t(count), prediction);
        };
        add(20, 1, 1);
        add(5, 1, 0);
        add(10, 0, 1);
        add(15, 0, 0);
        QVERIFY(std::abs(kappa(labels, predictions) - 0.4) < 1e-12);
        QCOMPARE(kappa(labels, labels), 1.0);
    }

    void mediocre_networks_raise_no_doubt() {
        int doubts = 0;
        for (unsigned seed = 0; seed < 500; ++seed) {
            const double accuracy = 0.3 + 0.65 * seed / 500;
            for (const std::int32_t classes : {10, 100}) {
                const Labels labels = balanced(250, classes);
                doubts += judge_answers(labels, answers(labels, classes, accuracy, seed)).has_value();
                doubts += judge_answers(labels, biased_answers(labels, classes, accuracy, seed)).has_value();
                const std::vector<OtherAnswers> others{
                    {Normalization::preset("imagenet"), answers(labels, classes, accuracy, seed + 1000)}};
                doubts += judge_answers(labels, answers(labels, classes, accuracy, seed), others).has_value();
            }
        }
        QVERIFY2(doubts <= 3, qPrintable(QString::number(doubts)));  // of 3,000
    }

    void guessing_is_seen() {
        const Labels labels = balanced(250, 10);
        const auto doubt = judge_answers(labels, answers(labels, 10, 0, 1));
        QVERIFY(doubt.has_value());
        QCOMPARE(doubt->kind, Kind::chance);
        QVERIFY(std::abs(doubt->chance - 0.1) < 0.01);
    }

    void a_few_answers_for_everything_are_seen() {
        const Labels labels = balanced(250, 10);
        Labels predictions;
        for (const std::int32_t label : labels) predictions.push_back(label < 3 ? label : 2);
        const auto doubt = judge_answers(labels, predictions);
        QVERIFY(doubt.has_value());
        QCOMPARE(doubt->kind, Kind::collapse);
        QCOMPARE(doubt->answered_classes, std::size_t(2));
    }

    void too_few_images_say_nothing() {
        const Labels labels = balanced(40, 10);
        QVERIFY(!judge_answers(labels, answers(labels, 10, 0, 1)));
        QVERIFY(!judge_answers({}, {}));
    }

    void another_order_of_the_classes_is_found_data() {
        QTest::addColumn<int>("classes");
        QTest::addColumn<bool>("sorted");
        QTest::newRow("10 classes") << 10 << false;
        QTest::newRow("10 classes, one after the other in the file") << 10 << true;
        QTest::newRow("100 classes") << 100 << false;
    }
    void another_order_of_the_classes_is_found() {
        QFETCH(int, classes);
        QFETCH(bool, sorted);
        Labels labels = balanced(classes == 10 ? 250 : 1000, classes);
        if (sorted) std::sort(labels.begin(), labels.end());
        // As text sorts numbers: 0, 1, 10, 11, …, or where that changes nothing, backwards.
        std::vector<std::int32_t> names(std::size_t(classes), 0);
        std::iota(names.begin(), names.end(), 0);
        if (classes > 10)
            std::sort(names.begin(), names.end(), [](int a, int b) { return std::to_string(a) < std::to_string(b); });
        else
            std::reverse(names.begin(), names.end());
        const auto doubt = judge_answers(labels, renamed(answers(labels, classes, 0.7, 1), names));
        QVERIFY(doubt.has_value());
        QCOMPARE(doubt->kind, Kind::class_order);
        QVERIFY(doubt->better_accuracy > 0.5);
        for (const auto& [answer, label] : doubt->order) QCOMPARE(names[std::size_t(label)], answer);
    }

    void two_classes_in_each_others_place_are_found() {
        const Labels labels = balanced(250, 10);
        const auto doubt = judge_answers(labels, renamed(answers(labels, 10, 0.9, 1), {0, 1, 2, 7, 4, 5, 6, 3, 8, 9}));
        QVERIFY(doubt.has_value());
        QCOMPARE(doubt->kind, Kind::class_order);
        QCOMPARE(doubt->order.size(), std::size_t(2));
    }

    void a_normalization_that_fits_better_is_named() {
        const Labels labels = balanced(250, 10);
        const Labels poor = answers(labels, 10, 0.3, 1);
        const std::vector<OtherAnswers> others{{Normalization::preset("none"), answers(labels, 10, 0.2, 2)},
                                               {Normalization::preset("cifar10"), answers(labels, 10, 0.8, 3)}};
        const auto doubt = judge_answers(labels, poor, others);
        QVERIFY(doubt.has_value());
        QCOMPARE(doubt->kind, Kind::normalization);
        QCOMPARE(doubt->better.name, std::string("cifar10"));
        QVERIFY(to_string(*doubt, {}).find("with the normalisation cifar10 it would be 8") != std::string::npos);
    }

    void the_bundled_network_is_not_doubted_and_its_wrong_ways_are() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        JobInputs inputs = lenet5_inputs(1000);
        QVERIFY(!check_input(inputs, 2, "cpu", {}));
        JobInputs renamed_inputs = inputs;
        renamed_inputs.images = with_labels(inputs.images, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
        const auto order = check_input(renamed_inputs, 2, "cpu", {});
        QVERIFY(order.has_value());
        QCOMPARE(order->kind, Kind::class_order);
        inputs.input.normalization = Normalization::custom({-3}, {0.1F});
        const auto normalization = check_input(inputs, 2, "cpu", {});
        QVERIFY(normalization.has_value());
        QCOMPARE(normalization->kind, Kind::normalization);
        QVERIFY(normalization->better_accuracy > 0.8);
    }

    // Every normalisation on every network that is at hand: what is said of it.
    void real_networks_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("preset");
        QTest::addColumn<bool>("is_own");
        const auto add = [](const char* model, const char* own, std::initializer_list<const char*> presets) {
            for (const char* preset : presets) {
                const bool is_own = qstrcmp(preset, own) == 0;
                const bool is_slow = QByteArray(model).startsWith("vgg") && !is_own;
                if (is_slow && qEnvironmentVariableIsEmpty("CLIPSCOPE_ALL_NETWORKS")) continue;
                QTest::addRow("%s with %s", model, preset) << model << preset << is_own;
            }
        };
        add("bundled:lenet5", "fashion-mnist", {"fashion-mnist", "mnist", "none"});
        add("bundled:alexnet", "fashion-mnist", {"fashion-mnist", "mnist", "none"});
        add("alexnet_cifar10_traced.pt", "cifar10", {"cifar10", "imagenet", "none"});
        add("resnet20_cifar10_traced.pt", "imagenet", {"imagenet", "cifar10", "none"});
        add("vgg16_cifar10_traced.pt", "cifar10", {"cifar10", "imagenet", "none"});
    }
    void real_networks() {
        QFETCH(QString, model);
        QFETCH(QString, preset);
        QFETCH(bool, is_own);
        const bool is_bundled = model.startsWith("bundled:");
        if (is_bundled ? !has_fashion_mnist() : !has_shared()) QSKIP("this network's images are not here");
        const JobInputs inputs = real_inputs(model.toStdString(), Normalization::preset(preset.toStdString()));
        const auto doubt = check_input(inputs, 2, "cpu", {});
        const std::string text = doubt ? to_string(*doubt, inputs.images.class_names()) : "no doubt";
        qInfo("%s", text.c_str());
        if (is_own) QVERIFY2(!doubt, text.c_str());
        if (!is_bundled && preset == "none") QVERIFY(doubt && doubt->kind == Kind::normalization && doubt->better_accuracy > 0.7);
    }

    void channels_are_judged_before_all_else() {
        const auto network = Network::load(resolve_model_path("bundled:lenet5"));
        const Dataset colour("holiday", {3, 28, 28}, std::vector<std::uint8_t>(3 * 28 * 28), {0}, {"only"});
        const InputFormat format = resolve_input_format(*network, colour, Normalization::preset("mnist"));
        QVERIFY(format.shape && format.shape->channels == 1);
        const Dataset depth("depth", {4, 28, 28}, std::vector<std::uint8_t>(4 * 28 * 28), {0}, {"only"});
        for (const auto& normalization : {std::optional(Normalization::preset("cifar10")), std::optional<Normalization>()}) {
            try {
                resolve_input_format(*network, depth, normalization);
                QFAIL("images of four channels must not enter");
            } catch (const Error& error) {
                QVERIFY2(std::string(error.what()).find("takes grey images (1 channel), but depth has images of 4 channels") !=
                             std::string::npos,
                         error.what());
            }
        }
    }

    void grey_images_are_judged_as_they_enter_a_colour_network() {
        if (!has_shared()) QSKIP("shared models are not here");
        JobInputs inputs = real_inputs("resnet20_cifar10_traced.pt", Normalization::preset("imagenet"));
        constexpr std::size_t count = 200, pixels = 32 * 32;
        std::vector<std::uint8_t> noise(count * pixels);
        for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = std::uint8_t(i * 2654435761U >> 13);
        std::vector<std::int32_t> labels(count);
        for (std::size_t i = 0; i < count; ++i) labels[i] = std::int32_t(i % 10);
        inputs.images = Dataset("grey", {1, 32, 32}, noise, labels, inputs.images.class_names());
        inputs.input.shape = ImageShape{3, 32, 32};
        const auto doubt = check_input(inputs, 2, "cpu", {});
        QVERIFY(!doubt || doubt->kind != Kind::normalization);
    }

    // Too coarse a memory makes the network guess; its images are not to blame.
    void a_coarse_memory_raises_no_doubt() {
        if (!has_fashion_mnist()) QSKIP("dataset-fashion-mnist is not installed");
        JobInputs inputs = lenet5_inputs(300);
        MemoryModel coarse;
        coarse.format = NumberFormat::parse("Q6.1");
        inputs.network = inputs.network->stored_in(coarse);
        const Outcome outcome = run_clean(inputs, 2, 100, "cpu", {});
        QVERIFY(outcome.correct < outcome.images / 2);
        QVERIFY(!check_input(inputs, 2, "cpu", {}));
    }
};

QTEST_MAIN(TestInputCheck)
#include "test_input_check.moc"
