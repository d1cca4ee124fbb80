#include <QTest>
#include <memory>

#include "data/dataset.h"
#include "data_files.h"

using clipscope::Dataset;
using data_files::error_of;
using data_files::says;

namespace {

Dataset four_images() {
    return {"tiny", {1, 1, 2}, {0, 1, 10, 11, 20, 21, 30, 31}, {0, 1, 2, 1}, {"a", "b", "c"}};
}

std::vector<int> image(const Dataset& dataset, std::size_t i) {
    const clipscope::ImagePixels pixels = dataset.image(i);
    return {pixels.begin(), pixels.end()};
}

}  // namespace

class TestDataset : public QObject {
    Q_OBJECT
private slots:
    void holds_images_and_labels() {
        const Dataset dataset = four_images();
        QCOMPARE(dataset.name(), std::string("tiny"));
        QCOMPARE(dataset.size(), std::size_t(4));
        QCOMPARE(dataset.shape().pixels(), std::size_t(2));
        QCOMPARE(image(dataset, 2), (std::vector<int>{20, 21}));
        QCOMPARE(dataset.label(2), 2);
        QCOMPARE(dataset.class_names()[2], std::string("c"));
    }

    void subsets_keep_the_given_order_and_share_pixels() {
        const Dataset dataset = four_images();
        const Dataset subset = dataset.subset(std::vector<std::size_t>{3, 0, 3});
        QCOMPARE(subset.size(), std::size_t(3));
        QCOMPARE(image(subset, 0), (std::vector<int>{30, 31}));
        QCOMPARE(image(subset, 1), (std::vector<int>{0, 1}));
        QCOMPARE(subset.label(2), 1);
        QCOMPARE(subset.image(1).data(), dataset.image(0).data());
    }

    void a_subset_of_a_subset_counts_in_the_subset() {
        const Dataset subset = four_images().subset(std::vector<std::size_t>{3, 2, 1});
        QCOMPARE(image(subset.subset(std::vector<std::size_t>{1}), 0), (std::vector<int>{20, 21}));
        QVERIFY(says(error_of([&] { subset.subset(std::vector<std::size_t>{3}); }), {"image 3", "tiny", "holds 3"}));
    }

    void a_subset_knows_what_it_is_part_of() {
        const Dataset subset = four_images().subset(std::vector<std::size_t>{3, 2, 1}).subset(std::vector<std::size_t>{1});
        QCOMPARE(subset.whole().size(), std::size_t(4));
        QCOMPARE(image(subset.whole(), 0), (std::vector<int>{0, 1}));
        QCOMPARE(subset.whole().image(2).data(), subset.image(0).data());
    }

    void pixels_outlive_the_data_set() {
        auto dataset = std::make_unique<Dataset>(four_images());
        const clipscope::ImagePixels pixels = dataset->image(2);
        dataset.reset();
        QCOMPARE(int(pixels[0]), 20);
        QCOMPARE(int(pixels[1]), 21);
    }

    void an_empty_subset_is_empty() {
        const Dataset empty = four_images().subset({});
        QCOMPARE(empty.size(), std::size_t(0));
        QCOMPARE(empty.subset({}).size(), std::size_t(0));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, empty.image(0));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, empty.label(0));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, four_images().image(4));
    }

    void parts_that_do_not_fit_are_refused() {
        QVERIFY(says(error_of([] { Dataset("tiny", {1, 1, 2}, {1, 2, 3}, {0}, {"a"}); }), {"tiny", "3 bytes"}));
        QVERIFY(says(error_of([] { Dataset("tiny", {1, 1, 2}, {1, 2, 3, 4}, {0}, {"a"}); }), {"tiny", "4 bytes", "1 images"}));
        QVERIFY(says(error_of([] { Dataset("tiny", {1, 1, 1}, {1, 2}, {0, 1}, {"a"}); }), {"Image 1", "label 1"}));
        QVERIFY(says(error_of([] { Dataset("tiny", {1, 1, 1}, {1}, {-1}, {"a"}); }), {"Image 0", "label -1"}));
        QVERIFY(says(error_of([] { Dataset("tiny", {0, 1, 1}, {}, {}, {"a"}); }), {"tiny", "0×1×1"}));
        QVERIFY(says(error_of([] { Dataset("tiny", {1, -4, 1}, {}, {}, {"a"}); }), {"tiny", "1×-4×1"}));
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "test_dataset.moc"
