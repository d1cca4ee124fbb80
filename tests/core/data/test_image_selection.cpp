#include <QTest>
#include <algorithm>
#include <numeric>

#include "common/error.h"
#include "data/image_selection.h"

using clipscope::Dataset;
using clipscope::ImageSelection;
using clipscope::select_images;
using Positions = std::vector<std::size_t>;

namespace {

Dataset with_labels(const std::vector<std::int32_t>& labels) {
    return {"labels", {1, 1, 1}, std::vector<std::uint8_t>(labels.size()), labels, {"0", "1", "2", "3"}};
}

// 60, 25, 10 and 5 images of the four classes, interleaved.
Dataset uneven() {
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 100; ++i) labels.push_back(i % 20 < 12 ? 0 : i % 20 < 17 ? 1 : i % 20 < 19 ? 2 : 3);
    return with_labels(labels);
}

std::vector<int> class_counts(const Dataset& dataset, const Positions& positions) {
    std::vector<int> counts(dataset.class_names().size());
    for (const std::size_t position : positions) ++counts[std::size_t(dataset.label(position))];
    return counts;
}

bool strictly_ascending(const Positions& positions) {
    return std::adjacent_find(positions.begin(), positions.end(), std::greater_equal<>()) == positions.end();
}

}  // namespace

class TestImageSelection : public QObject {
    Q_OBJECT
private slots:
    void texts_are_parsed_and_written() {
        for (const std::string text : {"1000", "first:1000", "all", "1", "first:1"}) {
            QCOMPARE(ImageSelection::parse(text).to_string(), text);
        }
        QCOMPARE(ImageSelection::parse("250").count, std::size_t(250));
        QVERIFY(!ImageSelection::parse("250").first);
        QVERIFY(ImageSelection::parse("first:3").first);
        QCOMPARE(ImageSelection::parse("all").count, std::size_t(0));
    }

    void other_texts_are_refused() {
        for (const std::string text : {"", "0", "-1", "+5", " 5", "5 ", "1e3", "1.5", "first:", "first:0", "first:-1", "first", "All",
                                       "last:3", "99999999999999999999999"}) {
            try {
                ImageSelection::parse(text);
                QFAIL(qPrintable(QString("accepted '%1'").arg(QString::fromStdString(text))));
            } catch (const clipscope::UsageError& error) {
                QVERIFY(std::string(error.what()).find("'" + text + "'") != std::string::npos);
            }
        }
    }

    void all_and_more_than_there_are_give_all() {
        const Dataset dataset = uneven();
        Positions all(100);
        std::iota(all.begin(), all.end(), std::size_t(0));
        QCOMPARE(select_images(dataset, {}, 1), all);
        QCOMPARE(select_images(dataset, {100, false}, 1), all);
        QCOMPARE(select_images(dataset, {5000, false}, 1), all);
        QCOMPARE(select_images(dataset, {5000, true}, 1), all);
    }

    void classes_come_in_proportion() {
        const Dataset dataset = uneven();
        for (const std::uint64_t seed : {0, 1, 2}) {
            const Positions positions = select_images(dataset, {20, false}, seed);
            QVERIFY(strictly_ascending(positions));
            QCOMPARE(class_counts(dataset, positions), (std::vector<int>{12, 5, 2, 1}));
        }
    }

    // Shares of 7 images: 4.2, 1.75, 0.7, 0.35; the two left over go to the remainders 0.75 and 0.7.
    void largest_remainders_decide() {
        const Dataset dataset = uneven();
        QCOMPARE(class_counts(dataset, select_images(dataset, {7, false}, 5)), (std::vector<int>{4, 2, 1, 0}));
        // Shares of 10: 6, 2.5, 1, 0.5: a tie, which the lower class wins.
        QCOMPARE(class_counts(dataset, select_images(dataset, {10, false}, 5)), (std::vector<int>{6, 3, 1, 0}));
        for (std::size_t count = 1; count <= 100; ++count) QCOMPARE(select_images(dataset, {count, false}, 5).size(), count);
    }

    // Worked out apart from this code, with the Philox of tests/core/faults/golden_marks.py.
    void the_sample_is_the_same_everywhere() {
        QCOMPARE(select_images(uneven(), {12, false}, 2024), (Positions{4, 6, 17, 22, 25, 26, 35, 54, 59, 82, 84, 93}));
    }

    void seeds_differ_and_repeat() {
        const Dataset dataset = uneven();
        QCOMPARE(select_images(dataset, {20, false}, 7), select_images(dataset, {20, false}, 7));
        QVERIFY(select_images(dataset, {20, false}, 7) != select_images(dataset, {20, false}, 8));
    }

    void every_image_has_the_same_chance() {
        const Dataset dataset = uneven();
        std::vector<int> chosen(100);
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            for (const std::size_t position : select_images(dataset, {20, false}, seed)) ++chosen[position];
        }
        // 400 ± 18 (one standard deviation) each.
        QVERIFY(*std::min_element(chosen.begin(), chosen.end()) > 320);
        QVERIFY(*std::max_element(chosen.begin(), chosen.end()) < 480);
    }

    void first_takes_the_beginning() {
        QCOMPARE(select_images(uneven(), {4, true}, 9), (Positions{0, 1, 2, 3}));
        QCOMPARE(select_images(uneven(), {4, true}, 9, Positions{0, 2, 3, 50}), (Positions{1, 4, 5, 6}));
    }

    void tuning_and_evaluation_images_are_disjoint() {
        const Dataset dataset = uneven();
        for (const bool first : {false, true}) {
            const Positions tuning = select_images(dataset, {40, first}, 3);
            const Positions evaluation = select_images(dataset, {40, first}, 3, tuning);
            QCOMPARE(evaluation.size(), std::size_t(40));
            QVERIFY(strictly_ascending(evaluation));
            Positions common;
            std::set_intersection(tuning.begin(), tuning.end(), evaluation.begin(), evaluation.end(), std::back_inserter(common));
            QVERIFY(common.empty());
        }
        const Positions tuning = select_images(dataset, {40, false}, 3);
        QCOMPARE(select_images(dataset, {90, false}, 3, tuning).size(), std::size_t(60));
        QCOMPARE(class_counts(dataset, select_images(dataset, {20, false}, 3, tuning)), (std::vector<int>{12, 5, 2, 1}));
    }

    void nothing_to_choose_from() {
        QVERIFY(select_images(with_labels({}), {5, false}, 1).empty());
        QVERIFY(select_images(with_labels({1, 2}), {5, false}, 1, Positions{0, 1}).empty());
    }
};

QTEST_APPLESS_MAIN(TestImageSelection)
#include "test_image_selection.moc"
