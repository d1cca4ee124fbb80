// What single faults are looked at with: numbers as pictures, feature maps, the place of a weight, confusion, cards of images.
#include <QComboBox>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <limits>

#include "controls/confusion_matrix.h"
#include "controls/feature_map_pane.h"
#include "controls/image_grid.h"
#include "controls/weight_picture.h"
#include "data/colour_map.h"
#include "tables/answer_filter.h"
#include "tables/answer_grid.h"

using namespace clipscope;

namespace {

constexpr float nan_value = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

QRgb at_step(int step) {
    const Rgb& colour = viridis()[std::size_t(step)];
    return qRgb(colour[0], colour[1], colour[2]);
}

ImageAnswers answers_of(int place, int label, int before, int after, double sure, double kept, bool is_finite = true) {
    ImageAnswers one{.image = 100 + place, .place = place, .label = label, .before = {before, sure}, .after = {after, 0.5}};
    one.kept = kept;
    one.is_finite_after = is_finite;
    return one;
}

// Four of two classes: the same, silent, silent, detectable.
std::vector<ImageAnswers> four_images() {
    return {answers_of(0, 0, 0, 0, 0.9, 0.8), answers_of(1, 0, 0, 1, 0.6, 0.4), answers_of(2, 1, 0, 1, 0.99, 0.01),
            answers_of(3, 1, 1, 0, 0.7, 0, false)};
}

std::vector<std::int64_t> places(const std::vector<ImageAnswers>& images) {
    std::vector<std::int64_t> found;
    for (const ImageAnswers& one : images) found.push_back(one.place);
    return found;
}

SiteLook look() {
    return {1, 2, {{3, 4, 4, 1, 2.5F}, {0, 4, 0, 0, 0}}, 3, {2, 2, {0, 1, 2, 3}, {0, 1, nan_value, 8}}};
}

}  // namespace

class TestFaultViews : public QObject {
    Q_OBJECT

private slots:
    // From dark blue to yellow, lighter at every step.
    void viridis_rises_in_lightness() {
        QCOMPARE(viridis().front(), (Rgb{68, 1, 84}));
        QVERIFY(viridis().back()[0] > 240 && viridis().back()[1] > 220 && viridis().back()[2] < 60);
        double before = -1;
        for (const Rgb& colour : viridis()) {
            const double lightness = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
            QVERIFY(lightness > before - 0.5);
            before = lightness;
        }
        QCOMPARE(colour_step(-1, 0, 1), 0);
        QCOMPARE(colour_step(1, 0, 1), 255);
        QCOMPARE(colour_step(0.5F, 0, 1), 128);
        QCOMPARE(colour_step(3, 3, 3), 0);
        QCOMPARE(colour_step(std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()),
                 255);
    }

    void numbers_become_pixels() {
        const std::vector<float> values = {1, 2, 3, nan_value, -infinite};
        const ValueScale scale = scale_of(values, std::vector<float>{-1, infinite});
        QCOMPARE(scale, (ValueScale{-1, 3}));
        const QImage picture = value_raster(values, 2, scale);
        QCOMPARE(picture.size(), QSize(2, 3));
        QCOMPARE(picture.pixel(0, 0), at_step(128));
        QCOMPARE(picture.pixel(0, 1), at_step(255));
        QCOMPARE(picture.pixel(1, 1), nonfinite_colour().rgb());
        QCOMPARE(picture.pixel(0, 2), nonfinite_colour().rgb());
        QCOMPARE(qAlpha(picture.pixel(1, 2)), 0);  // behind the last
        for (const Rgb& colour : viridis()) QVERIFY(qRgb(colour[0], colour[1], colour[2]) != nonfinite_colour().rgb());
        QVERIFY(value_raster({}, 2, scale).isNull());
        QCOMPARE(raster_columns(1, 400), strip_columns);
        QCOMPARE(raster_columns(28, 400), 400);
    }

    void maps_share_a_scale() {
        FeatureMapPane pane;
        pane.resize(500, 260);
        pane.show();
        pane.set_look(look(), "ACT-2");
        FeatureMapView& maps = pane.maps();
        QCOMPARE(maps.scale(), (ValueScale{0, 8}));
        QVERIFY(maps.legend().contains("0 to 8") && maps.legend().contains("1 values"));
        QCOMPARE(maps.clean().pixel(0, 1), at_step(64));
        QCOMPARE(maps.faulty().pixel(0, 1), nonfinite_colour().rgb());
        QCOMPARE(maps.faulty().pixel(1, 1), at_step(255));
        const auto boxes = pane.findChildren<QComboBox*>();
        QCOMPARE(boxes.size(), qsizetype(2));
        QCOMPARE(boxes[0]->count(), 2);
        QVERIFY(boxes[0]->currentText().contains("channel 3") && boxes[0]->currentText().contains("100 %"));
        // The map without the fault has colours of its own.
        boxes[1]->setCurrentIndex(1);
        emit boxes[1]->activated(1);
        QCOMPARE(maps.scale(), (ValueScale{0, 3}));
        QCOMPARE(maps.clean().pixel(1, 1), at_step(255));
        const QImage shown = pane.grab().toImage();
        const auto has = [&](QRgb colour) {
            for (int y = 0; y < shown.height(); ++y)
                for (int x = 0; x < shown.width(); ++x)
                    if (shown.pixel(x, y) == colour) return true;
            return false;
        };
        QVERIFY(has(nonfinite_colour().rgb()) && has(at_step(255)));
        QSignalSpy channels(&pane, &FeatureMapPane::channel_chosen);
        emit boxes[0]->activated(1);
        QCOMPARE(channels.size(), qsizetype(1));
        pane.set_message("none");
        QVERIFY(!pane.look() && maps.message() == "none");
    }

    void a_weight_is_framed_where_it_sits() {
        WeightPicture picture;
        picture.set_slice({"output channel 1, input channel 0, row 1, column 2", 3, 3, 1, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8}});
        QCOMPARE(picture.picture().size(), QSize(3, 3));
        QCOMPARE(picture.marked(), QPoint(2, 1));
        QVERIFY(picture.accessibleDescription().contains("row 1"));
        picture.set_slice({"output neuron 1, input 70", 1, 100, 0, 70, std::vector<float>(100, 1.0F)});
        QCOMPARE(picture.marked(), QPoint(6, 1));  // in the second line
        picture.grab();
        picture.clear();
        QVERIFY(picture.picture().isNull());
    }

    void images_are_chosen_by_mouse_and_keys() {
        ImageGrid grid;
        std::vector<GridImage> images(12);
        for (GridImage& one : images) one.image = QImage(8, 8, QImage::Format_RGB32);
        grid.set_images(images);
        grid.resize(600, 400);
        grid.show();
        const QSignalSpy chosen(&grid, &ImageGrid::image_chosen);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.tile(5).center());
        QCOMPARE(grid.chosen(), -1);  // nobody asked for it
        grid.make_choosable();
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.tile(5).center());
        QCOMPARE(grid.chosen(), 5);
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(grid.chosen(), 9);
        QTest::keyClick(&grid, Qt::Key_Down);  // there is none below
        QCOMPARE(grid.chosen(), 9);
        QCOMPARE(chosen.size(), qsizetype(2));
    }

    void kinds_classes_and_orders() {
        const std::vector<ImageAnswers> images = four_images();
        using Places = std::vector<std::int64_t>;
        const auto of = [&](AnswerFilter filter) { return places(chosen(images, filter, 2)); };
        QCOMPARE(of({}), (Places{2, 3, 1}));
        QCOMPARE(of({.kind = AnswerKind::silent}), (Places{2, 1}));
        QCOMPARE(of({.kind = AnswerKind::detectable}), Places{3});
        QCOMPARE(of({.kind = AnswerKind::right_to_wrong, .order = AnswerOrder::number}), (Places{1, 3}));
        QCOMPARE(of({.kind = AnswerKind::wrong_to_right}), Places{2});
        QCOMPARE(of({.kind = AnswerKind::all, .label = 0}), (Places{1, 0}));
        QCOMPARE(of({.kind = AnswerKind::all, .order = AnswerOrder::by_class}), (Places{0, 1, 3, 2}));
        // A cell wins over the form; the answer behind the last class is none.
        QCOMPARE(of({.kind = AnswerKind::silent, .cell = ConfusionCell{true, 1, 2}}), Places{3});
        QCOMPARE(of({.cell = ConfusionCell{false, 1, 0}}), Places{2});
    }

    void cells_of_a_confusion_are_chosen() {
        ConfusionMatrix matrix("With faults");
        matrix.set_counts(count_confusion(four_images(), true, 2), {"cat", "dog"});
        matrix.resize(300, 260);
        matrix.show();
        QCOMPARE(matrix.counts().counts, (std::vector<std::int32_t>{1, 1, 0, 0, 1, 1}));
        const QSignalSpy cells(&matrix, &ConfusionMatrix::cell_chosen);
        QTest::mouseClick(&matrix, Qt::LeftButton, {}, matrix.cell(1, 2).center());
        QCOMPARE(cells.last(), (QVariantList{1, 2}));
        QTest::keyClick(&matrix, Qt::Key_Left);
        QTest::keyClick(&matrix, Qt::Key_Space);
        QCOMPARE(cells.last(), (QVariantList{1, 1}));
        QTest::keyClick(&matrix, Qt::Key_Space);  // taken back
        QCOMPARE(cells.last(), (QVariantList{-1, -1}));
        QVERIFY(!matrix.grab().isNull());
    }

    void pictures_come_when_cards_are_in_sight() {
        AnswerGrid grid;
        std::vector<ImageAnswers> images;
        for (int i = 0; i < 2000; ++i) images.push_back(answers_of(i, i % 2, 0, 1, 0.9, 0.1));
        grid.resize(500, 300);
        grid.set_images(images, {"cat", "dog"});
        QSignalSpy wanted(&grid, &AnswerGrid::pictures_wanted);
        grid.show();
        QTRY_VERIFY(!wanted.isEmpty());
        const auto first = wanted[0][0].value<std::vector<qint64>>();
        QVERIFY2(!first.empty() && first.size() < 100, "those in sight alone");
        QCOMPARE(first[0], qint64(0));
        grid.set_pictures({{0, QImage(8, 8, QImage::Format_RGB32)}});
        QVERIFY(grid.has_picture(0) && !grid.has_picture(1));
        QCOMPARE(grid.text_of(1), QString("Image 101, dog: cat, 90 % → dog, 50 %"));
        QCOMPARE(grid.image_count(), 2000);
    }
};

QTEST_MAIN(TestFaultViews)
#include "test_fault_views.moc"
