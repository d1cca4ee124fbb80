// The dialog that shows images as the network sees them, with a fake engine.
#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QTreeWidget>
#include <atomic>
#include <thread>

#include "controls/image_grid.h"
#include "controls/number_field.h"
#include "fake_engine.h"
#include "images_dialog.h"
#include "input_preview.h"

using namespace clipscope;

namespace {

// Half black, half white pixels: mean 0.5, standard deviation 0.5 on the 0...1 scale.
Dataset checkered(int channels) {
    const ImageShape shape{channels, 2, 2};
    std::vector<std::uint8_t> pixels(10 * shape.pixels());
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 2 ? 255 : 0;
    return Dataset("checkered", shape, pixels, std::vector<std::int32_t>(10, 0), {"only"});
}

ImagesQuestion question(const Dataset& images, const DataSource& source = {"folder", Split::test, {}, {Split::test}, false}) {
    return {fake_model("says-nothing.pt"), images, source, {}, "Because."};
}

QTreeWidget& table(ImagesDialog& dialog) {
    return *dialog.findChild<QTreeWidget*>("presets");
}
ImageGrid& grid(ImagesDialog& dialog) {
    return *dialog.findChild<ImageGrid*>();
}

void choose(ImagesDialog& dialog, const QString& preset) {
    table(dialog).setCurrentItem(table(dialog).findItems(preset, Qt::MatchExactly).value(0));
}

QString column(ImagesDialog& dialog, const QString& preset, int column) {
    return table(dialog).findItems(preset, Qt::MatchExactly).value(0)->text(column);
}

bool may_accept(ImagesDialog& dialog) {
    return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled();
}

}  // namespace

class TestImagesDialog : public QObject {
    Q_OBJECT

private slots:
    void the_effect_is_measured() {
        const InputStatistics plain = input_statistics(checkered(1), Normalization::preset("none"));
        QCOMPARE(plain.mean, 0.5);
        QCOMPARE(plain.sd, 0.5);
        const InputStatistics centred = input_statistics(checkered(3), Normalization::custom({0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}));
        QCOMPARE(centred.mean, 0.0);
        QCOMPARE(centred.sd, 1.0);
        QCOMPARE(centred.min, -1.0);
        QCOMPARE(centred.max, 1.0);
    }

    void nothing_is_chosen_for_the_user() {
        ImagesDialog dialog(fake_engine(), question(fake_images()));
        QFocusEvent focus(QEvent::FocusIn, Qt::TabFocusReason);
        QApplication::sendEvent(&table(dialog), &focus);
        QVERIFY(!dialog.chosen());
        QVERIFY(!may_accept(dialog));
        QTRY_VERIFY(grid(dialog).message().startsWith("Choose a normalisation"));
    }

    void a_preset_that_fits_can_be_used() {
        ImagesDialog dialog(fake_engine(), question(checkered(3)));
        choose(dialog, "imagenet");
        QVERIFY(may_accept(dialog));
        QCOMPARE(dialog.chosen().value().normalization.name, std::string("imagenet"));
        QVERIFY(dialog.findChild<QLineEdit*>("mean")->text().startsWith("0.485"));
    }

    void a_preset_for_other_channels_cannot() {
        ImagesDialog dialog(fake_engine(), question(checkered(1)));
        choose(dialog, "cifar10");
        QVERIFY(!dialog.chosen());
        QVERIFY(!may_accept(dialog));
    }

    void own_values_are_checked() {
        ImagesDialog dialog(fake_engine(), question(checkered(1)));
        auto* mean = dialog.findChild<QLineEdit*>("mean");
        auto* std = dialog.findChild<QLineEdit*>("std");
        choose(dialog, "custom");
        QVERIFY(may_accept(dialog));
        mean->setText("0.25");
        std->setText("0.3");
        QCOMPARE(dialog.chosen().value().normalization.mean.at(0), 0.25F);
        QCOMPARE(dialog.chosen().value().normalization.std.at(0), 0.3F);
        std->setText("0");
        QVERIFY(!may_accept(dialog));
        QVERIFY(dialog.findChild<QLabel*>("problem")->text().contains("above 0"));
        std->setText("much");
        QVERIFY(!may_accept(dialog));
        std->setText("0.3, 0.3");
        mean->setText("0.3, 0.3");
        QVERIFY(!may_accept(dialog));
    }

    void what_is_in_use_is_chosen_at_first() {
        ImagesQuestion asked = question(fake_images());
        asked.normalization = Normalization::preset("mnist");
        QCOMPARE(ImagesDialog(fake_engine(), asked).chosen().value().normalization.name, std::string("mnist"));
        asked.normalization = Normalization::custom({0.125F}, {0.75F});
        QCOMPARE(ImagesDialog(fake_engine(), asked).chosen().value().normalization.mean.at(0), 0.125F);
        asked.normalization->name = "mnist";  // by name only
        QCOMPARE(ImagesDialog(fake_engine(), asked).chosen().value().normalization.std.at(0), 0.75F);
    }

    void twelve_images_are_shown_with_what_the_network_says() {
        ImagesDialog dialog(fake_engine(), question(fake_images()));
        choose(dialog, "none");
        QTRY_COMPARE(grid(dialog).images().size(), std::size_t(12));
        int odd = 0;
        for (const GridImage& image : grid(dialog).images()) {
            QVERIFY(image.is_right);
            QCOMPARE(image.answer, image.label + ", 75 %");
            odd += image.label == "odd";
        }
        QCOMPARE(odd, 6);  // both classes alike
        // Black is 0 without a normalisation: the middle of the scale.
        const QColor first = grid(dialog).images().front().image.pixelColor(0, 0);
        QVERIFY(first.red() >= 127 && first.red() == first.blue());

        choose(dialog, "mnist");
        QTRY_VERIFY(grid(dialog).images().back().label == "even" && !grid(dialog).images().back().is_right);
        QCOMPARE(grid(dialog).images().back().answer, QString("odd, 75 %"));
        QVERIFY(grid(dialog).images().front().is_right);
        QVERIFY(grid(dialog).accessibleDescription().contains("even, taken for odd, 75 %, wrong"));
    }

    void every_preset_that_fits_is_tried() {
        ImagesDialog dialog(fake_engine(), question(fake_images()));
        QTRY_COMPARE(column(dialog, "none", 1), QString("100 %"));
        QTRY_COMPARE(column(dialog, "fashion-mnist", 1), QString("50 %"));
        QCOMPARE(column(dialog, "none", 2), QString("0.51 ± 0.29"));  // of a hundred of them
        QVERIFY(column(dialog, "cifar10", 1).isEmpty());
        choose(dialog, "custom");
        QTRY_COMPARE(column(dialog, "custom", 1), QString("50 %"));
        dialog.findChild<QLineEdit*>("mean")->setText("0.1");
        QVERIFY(column(dialog, "custom", 1).isEmpty());
        QTRY_COMPARE(column(dialog, "custom", 1), QString("50 %"));
    }

    void without_a_network_there_are_images_only() {
        ImagesQuestion asked = question(fake_images());
        asked.model.reset();
        ImagesDialog dialog(fake_engine(), asked);
        choose(dialog, "mnist");
        QTRY_COMPARE(grid(dialog).images().size(), std::size_t(12));
        QVERIFY(grid(dialog).images().front().answer.isEmpty());
        QVERIFY(table(dialog).isColumnHidden(1));
    }

    void images_that_do_not_enter_are_explained() {
        Engine engine = fake_engine();
        engine.input_format = [](const OpenedModel&, const Dataset&, const std::optional<Normalization>&) -> InputFormat {
            throw Error("It takes colour images.");
        };
        ImagesDialog dialog(engine, question(fake_images()));
        choose(dialog, "none");
        QTRY_COMPARE(grid(dialog).message(), QString("It takes colour images."));
    }

    void one_that_fails_does_not_cover_the_others() {
        Engine engine = fake_engine();
        engine.input_format = [find = engine.input_format](const OpenedModel& model, const Dataset& images,
                                                           const std::optional<Normalization>& asked) {
            if (asked->name == "mnist") throw Error("It cannot take that.");
            return find(model, images, asked);
        };
        ImagesDialog dialog(engine, question(fake_images()));
        choose(dialog, "none");
        QTRY_COMPARE(column(dialog, "mnist", 2), QString("failed"));
        QTRY_COMPARE(column(dialog, "fashion-mnist", 1), QString("50 %"));
        QCOMPARE(column(dialog, "none", 1), QString("100 %"));
        QCOMPARE(table(dialog).findItems("mnist", Qt::MatchExactly).value(0)->toolTip(2), QString("It cannot take that."));
        QVERIFY(grid(dialog).message().isEmpty());
        QCOMPARE(grid(dialog).images().size(), std::size_t(12));
    }

    void pictures_are_read_again_in_another_size() {
        Engine engine = fake_engine();
        std::atomic<int> crop = -1;
        engine.sample_data = [&crop](const std::string&, Split, const PictureSize& size, std::size_t count, std::stop_token) {
            crop = size.crop;
            return fake_images(count);
        };
        ImagesDialog dialog(engine, question(fake_images(), {"folder", Split::test, {0, 32}, {Split::train, Split::test}, true}));
        choose(dialog, "none");
        QTRY_COMPARE(grid(dialog).images().size(), std::size_t(12));
        QCOMPARE(crop.load(), -1);  // these are open
        dialog.findChild<NumberField*>("crop")->set_value(64);
        dialog.findChild<NumberField*>("resize")->set_value(72);
        QTRY_COMPARE(crop.load(), 64);
        dialog.findChild<QComboBox*>("split")->setCurrentIndex(0);
        const ImagesChoice choice = dialog.chosen().value();
        QCOMPARE(choice.split, Split::train);
        QVERIFY((choice.picture_size == PictureSize{72, 64}));
        QTRY_VERIFY(grid(dialog).message().isEmpty());
    }

    void sizes_out_of_range_are_told_and_stay() {
        ImagesDialog dialog(fake_engine(), question(fake_images(), {"folder", Split::test, {0, 32}, {Split::test}, true}));
        choose(dialog, "none");
        QVERIFY(dialog.chosen());
        auto* crop = dialog.findChild<NumberField*>("crop");
        dialog.show();
        crop->setFocus();
        crop->selectAll();
        QTest::keyClicks(crop, "9000");
        QTest::keyClick(crop, Qt::Key_Tab);
        QCOMPARE(crop->text(), QString("9000"));
        QVERIFY(!dialog.chosen());
        QVERIFY(dialog.findChild<QLabel*>("problem")->text().contains("from 0 to 4096"));
        crop->setFocus();
        crop->selectAll();
        QTest::keyClick(crop, Qt::Key_Delete);  // "as it is"
        QCOMPARE(dialog.chosen()->picture_size.crop, 0);
    }

    void own_values_come_back_after_a_preset() {
        ImagesDialog dialog(fake_engine(), question(fake_images()));
        choose(dialog, "custom");
        auto* mean = dialog.findChild<QLineEdit*>("mean");
        mean->setText("0.25");
        choose(dialog, "mnist");
        QVERIFY(mean->text() != "0.25");
        choose(dialog, "custom");
        QCOMPARE(mean->text(), QString("0.25"));
    }

    void closing_waits_for_nothing_long() {
        Engine engine = fake_engine();
        engine.answers = [](const OpenedModel&, const Dataset&, const InputFormat&, std::stop_token stop) {
            while (!stop.stop_requested()) std::this_thread::yield();
            return std::vector<Answer>();
        };
        QElapsedTimer clock;
        {
            ImagesDialog dialog(engine, question(fake_images()));
            choose(dialog, "none");
            QTest::qWait(50);
            clock.start();
        }
        QVERIFY(clock.elapsed() < 1000);
    }
};

QTEST_MAIN(TestImagesDialog)
#include "test_images_dialog.moc"
