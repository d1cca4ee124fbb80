#include <QDialogButtonBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QTreeWidget>

#include "normalization_dialog.h"

using namespace clipscope;

namespace {

// Half black, half white pixels: mean 0.5, standard deviation 0.5 on the 0...1 scale.
Dataset checkered(int channels) {
    const ImageShape shape{channels, 2, 2};
    std::vector<std::uint8_t> pixels(10 * shape.pixels());
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = i % 2 ? 255 : 0;
    return Dataset("checkered", shape, pixels, std::vector<std::int32_t>(10, 0), {"only"});
}

void choose(NormalizationDialog& dialog, const QString& preset) {
    auto* table = dialog.findChild<QTreeWidget*>("presets");
    table->setCurrentItem(table->findItems(preset, Qt::MatchExactly).value(0));
}

bool may_accept(NormalizationDialog& dialog) {
    return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled();
}

}  // namespace

class TestNormalizationDialog : public QObject {
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
        NormalizationDialog dialog("net", checkered(3));
        QFocusEvent focus(QEvent::FocusIn, Qt::TabFocusReason);
        QApplication::sendEvent(dialog.findChild<QTreeWidget*>("presets"), &focus);
        QVERIFY(!dialog.chosen());
        QVERIFY(!may_accept(dialog));
    }

    void a_preset_that_fits_can_be_used() {
        NormalizationDialog dialog("net", checkered(3));
        choose(dialog, "imagenet");
        QVERIFY(may_accept(dialog));
        QCOMPARE(dialog.chosen().value().name, std::string("imagenet"));
    }

    void a_preset_for_other_channels_cannot() {
        NormalizationDialog dialog("net", checkered(1));
        choose(dialog, "cifar10");
        QVERIFY(!dialog.chosen());
        QVERIFY(!may_accept(dialog));
    }

    void own_values_are_checked() {
        NormalizationDialog dialog("net", checkered(1));
        choose(dialog, "custom");
        QVERIFY(may_accept(dialog));
        dialog.findChild<QLineEdit*>("mean")->setText("0.25");
        dialog.findChild<QLineEdit*>("std")->setText("0.3");
        QCOMPARE(dialog.chosen().value().mean.at(0), 0.25F);
        QCOMPARE(dialog.chosen().value().std.at(0), 0.3F);
        dialog.findChild<QLineEdit*>("std")->setText("0");
        QVERIFY(!may_accept(dialog));
        dialog.findChild<QLineEdit*>("std")->setText("much");
        QVERIFY(!may_accept(dialog));
        dialog.findChild<QLineEdit*>("std")->setText("0.3, 0.3");
        dialog.findChild<QLineEdit*>("mean")->setText("0.3, 0.3");
        QVERIFY(!may_accept(dialog));
    }
};

QTEST_MAIN(TestNormalizationDialog)
#include "test_normalization_dialog.moc"
