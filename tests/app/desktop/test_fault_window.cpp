// One fault closely: the window on the bundled LeNet-5, with the real engine.
#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>
#include <algorithm>
#include <bit>
#include <stdexcept>

#include "campaign/inspector.h"
#include "controls/feature_map_pane.h"
#include "controls/image_grid.h"
#include "controls/weight_picture.h"
#include "controls/word_boxes.h"
#include "data/dataset_reader.h"
#include "engine.h"
#include "evaluation/scoring.h"
#include "fault_window.h"
#include "laboratory.h"
#include "network/bundled_networks.h"
#include "tables/cell_table.h"
#include "widgets/scaled_font.h"

using namespace clipscope;

namespace {

constexpr int patience = 60'000;

QComboBox& box(FaultWindow& window, const char* name) {
    for (QComboBox* one : window.findChildren<QComboBox*>())
        if (one->accessibleName() == QLatin1String(name)) return *one;
    throw std::logic_error("no such box");
}

void choose(FaultWindow& window, const char* name, const QString& text) {
    QComboBox& one = box(window, name);
    one.setCurrentText(text);
    Q_EMIT one.activated(one.currentIndex());
}

QPushButton& button(FaultWindow& window, const QString& text) {
    for (QPushButton* one : window.findChildren<QPushButton*>())
        if (QString(one->text()).remove('&') == text) return *one;
    throw std::logic_error("no such button");
}

bool says(const FaultWindow& window, const QString& text) {
    const auto labels = window.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* label) { return label->isVisible() && label->text().contains(text); });
}

// Trial faults as a replay lists them: the sign bits of the first elements of CONV-2.
FaultsToShow sign_bits(int count, const QString& title) {
    FaultsToShow faults{title, {}, {}, {}};
    for (int element = 0; element < count; ++element) faults.bits.push_back({"CONV-2", "conv2.weight", element, {}, 31, 0, 0});
    return faults;
}

int others_in(const FaultWindow& window) {
    int others = 0;
    for (const ImageEffect& image : window.inspection()->effects.images)
        others += answer_of(image.clean_logits).prediction != answer_of(image.logits).prediction;
    return others;
}

}  // namespace

class TestFaultWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
    }

    void says_what_it_lacks() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        QVERIFY(!window.findChild<ImageGrid*>()->message().isEmpty());
        QVERIFY(!window.findChild<WordBoxes*>()->isEnabled());
        window.show_fault("CONV-1", "conv1.weight", 0, 30);  // nothing happens
        QVERIFY(!window.inspection());
    }

    void a_click_shows_what_a_bit_does() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        QVERIFY(window.inspection()->bits.empty());
        QCOMPARE(box(window, "Layer").count(), 5);
        auto& word = *window.findChild<WordBoxes*>();
        auto& grid = *window.findChild<ImageGrid*>();
        QCOMPARE(grid.images().size(), std::size_t(12));

        window.show_fault("CONV-1", "conv1.weight", 12, 30);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.size() == 1, patience);
        QCOMPARE(window.findChild<QLineEdit*>()->text(), QStringLiteral("0, 0, 2, 2"));
        QCOMPARE(word.flipped(), 1U << 30);
        const int others = others_in(window);
        QVERIFY(others > 0);
        QCOMPARE(int(std::ranges::count_if(grid.images(), [](const GridImage& one) { return one.answer.contains(QStringLiteral("→")); })),
                 others);
        QCOMPARE(window.findChild<CellTable*>()->row_count(), 4);

        // The same fault under a guard, then without it again.
        choose(window, "Protection", "guard");
        QTRY_COMPARE_WITH_TIMEOUT(window.inspection()->protection, Protection{"guard"}, patience);
        QCOMPARE(others_in(window), 0);
        choose(window, "Protection", "none");
        QTRY_COMPARE_WITH_TIMEOUT(window.inspection()->protection, Protection::none, patience);
        QCOMPARE(others_in(window), others);

        // A click on the box takes the fault back, Space on it flips it again.
        QTest::mouseClick(&word, Qt::LeftButton, {}, word.box(30).center());
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.empty(), patience);
        word.setFocus();
        QTest::keyClick(&word, Qt::Key_Right);  // bit 29
        QTest::keyClick(&word, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.size() == 1, patience);
        QCOMPARE(window.inspection()->bits[0].bit, 29);
        QTest::mouseClick(&word, Qt::LeftButton, {}, word.box(31).center());
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.size() == 2, patience);
    }

    void a_fault_that_is_asked_for_early_comes_with_the_images() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        window.show_fault("CONV-2", "conv2.weight", 7, 14, "bfloat16");
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 1, patience);
        QCOMPARE(window.inspection()->bits[0].parameter, std::string("conv2.weight"));
        QCOMPARE(window.inspection()->bits[0].bit, 14);
        QCOMPARE(box(window, "Memory").currentText(), QStringLiteral("bfloat16"));
        const QSignalSpy wanted(&window, &FaultWindow::worst_bit_wanted);
        for (QPushButton* one : window.findChildren<QPushButton*>())
            if (one->text() == "&Worst bit") one->click();
        QCOMPARE(wanted.size(), qsizetype(1));
    }

    void elements_and_formats_are_chosen() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        auto& element = *window.findChild<QLineEdit*>();
        const auto type = [&](const char* text) {
            element.setText(text);
            Q_EMIT element.editingFinished();
        };
        choose(window, "Layer", "FC-2");
        type("3, 100");
        QTRY_COMPARE(element.text(), QStringLiteral("3, 100"));
        type("50");
        QTRY_COMPARE(element.text(), QStringLiteral("0, 50"));
        type("3, 100, 2");  // is none: said, and the one before stays
        const auto labels = window.findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) { return label->text().contains("dimensions"); }));
        choose(window, "Memory", "int8");
        QVERIFY(!window.inspection());
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(element.text(), QStringLiteral("0, 50"), patience);
        auto& word = *window.findChild<WordBoxes*>();
        QSignalSpy asked(&word, &WordBoxes::bit_asked);
        QTest::mouseClick(&word, Qt::LeftButton, {}, word.box(7).center());
        QCOMPARE(asked.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 1, patience);
        for (QPushButton* button : window.findChildren<QPushButton*>()) {
            if (!button->isVisible()) continue;
            button->click();  // a random fault
            QTRY_VERIFY_WITH_TIMEOUT(std::popcount(word.flipped()) == 1, patience);
        }
    }

    void feature_maps_follow_site_image_and_channel() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        auto& pane = *window.findChild<FeatureMapPane*>();
        auto& grid = *window.findChild<ImageGrid*>();
        auto& sites = *window.findChild<CellTable*>();
        QTRY_VERIFY_WITH_TIMEOUT(pane.look(), patience);
        QCOMPARE(pane.look()->site, std::size_t(0));
        window.show_fault("CONV-2", "conv2.weight", 210, 30);
        QTRY_COMPARE_WITH_TIMEOUT(pane.look()->site, std::size_t(1), patience);  // the first that the disturbance reaches
        QCOMPARE(sites.selected_row(), 1);
        const std::int64_t hit = window.inspection()->bits.at(0).index.at(0);
        QCOMPARE(pane.look()->channel, hit);
        QVERIFY(pane.look()->channels.front().different > 0 && pane.look()->channels[1].different == 0);
        QVERIFY(pane.look()->map.clean != pane.look()->map.faulty);
        QVERIFY(says(window, QStringLiteral("output channel %1, input channel").arg(hit)));
        QCOMPARE(window.findChild<WeightPicture*>()->picture().height(), 5);

        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.tile(7).center());
        QTRY_COMPARE_WITH_TIMEOUT(pane.look()->image, std::size_t(7), patience);
        const std::vector<float> clean = pane.look()->map.clean;
        QComboBox& channel = box(window, "Channel");
        channel.setCurrentIndex(3);
        Q_EMIT channel.activated(3);
        QTRY_COMPARE_WITH_TIMEOUT(pane.look()->channel, qint64(channel.currentData().toLongLong()), patience);
        QVERIFY(pane.look()->map.clean != clean);
        // Neurons: one strip of all.
        sites.view().setFocus();
        sites.select_row(3);
        Q_EMIT sites.row_selected(3);
        QTRY_COMPARE_WITH_TIMEOUT(pane.look()->site, std::size_t(3), patience);
        QCOMPARE(pane.look()->map.height, std::int64_t(1));
        QCOMPARE(pane.look()->channels.size(), std::size_t(1));
        QVERIFY(!channel.isEnabled());
    }

    void a_trial_is_shown_together_and_left_again() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        window.show_faults(sign_bits(34, "Trial 7 of CONV-2 at 1e-05: 34 faults"));
        QVERIFY(says(window, "Trial 7 of CONV-2"));
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 34, patience);
        QVERIFY(!window.findChild<WordBoxes*>()->isVisible() && says(window, "The greatest number"));
        QVERIFY(window.inspection()->effects.sites[1].different > 0);
        choose(window, "Protection", "guard");
        QTRY_COMPARE_WITH_TIMEOUT(window.inspection()->protection, Protection{"guard"}, patience);
        QCOMPARE(window.inspection()->bits.size(), std::size_t(34));
        choose(window, "Protection", "none");
        button(window, "Back to a single word").click();
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.empty(), patience);
        QVERIFY(window.findChild<WordBoxes*>()->isVisible() && !says(window, "Trial 7"));

        // In another memory; then what cannot be shown is said.
        FaultsToShow stuck = sign_bits(2, "Trial 1");
        stuck.memory.format = NumberFormat::parse("int8");
        stuck.memory.kind = FaultKind::stuck1;
        for (FaultyValue& bit : stuck.bits) bit.bit = 7;
        window.show_faults(stuck);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 2, patience);
        for (const FaultyValue& bit : window.inspection()->bits) QVERIFY(bit.after < 0);
        FaultsToShow wrong = sign_bits(1, "Trial 2");
        wrong.bits[0].element = 1'000'000;
        window.show_faults(wrong);
        QTRY_VERIFY_WITH_TIMEOUT(says(window, "has no bit 31 of element 1000000"), patience);
        wrong = sign_bits(1, "Trial 3");
        wrong.model_sha256 = "of another";
        window.show_faults(wrong);
        QTRY_VERIFY_WITH_TIMEOUT(says(window, "of another network"), patience);
        window.show_fault("CONV-1", "conv1.weight", 3, 30, "float32");
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 1, patience);
    }

    void a_cell_gives_one_of_its_bits() {
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        open(laboratory);
        for (const bool is_negative : {true, false}) {
            window.show_fault_of({"FC-1", is_negative, 29, {}});
            QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 1 && window.inspection()->bits[0].bit == 29,
                                     patience);
            QCOMPARE(window.inspection()->bits[0].layer, std::string("FC-1"));
            QCOMPARE(window.inspection()->bits[0].before < 0, is_negative);
            window.show_fault("CONV-1", "conv1.weight", 3, 30);
            QTRY_VERIFY_WITH_TIMEOUT(window.inspection()->bits.at(0).bit == 30, patience);
        }
        window.show_fault_of({"FC-9", false, 29, {}});
        QTRY_VERIFY_WITH_TIMEOUT(says(window, "No bit 29 of a positive value is stored in FC-9"), patience);
    }

    // Opening networks costs nothing while nobody looks.
    void a_closed_window_reads_nothing() {
        int made = 0;
        Engine engine = core_engine();
        engine.inspector = [&made, make = engine.inspector](const MethodInputs& inputs, const MemoryModel& memory) {
            ++made;
            return make(inputs, memory);
        };
        Laboratory laboratory(std::move(engine));
        FaultWindow window(laboratory);
        open(laboratory);
        QTRY_VERIFY_WITH_TIMEOUT(laboratory.is_ready(), patience);
        QTest::qWait(50);
        QCOMPARE(made, 0);
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        QCOMPARE(made, 1);
        window.close();
        laboratory.open_model("bundled:alexnet");
        QTRY_VERIFY_WITH_TIMEOUT(!laboratory.is_ready(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!laboratory.is_opening(), patience);
        laboratory.open_model("bundled:lenet5");
        QTRY_VERIFY_WITH_TIMEOUT(laboratory.is_ready(), patience);
        QTest::qWait(50);
        QCOMPARE(made, 1);
        QVERIFY(!window.inspection());
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection(), patience);
        QCOMPARE(made, 2);
    }

    // Everything is reached with large letters on a small screen.
    void large_letters_fit_a_small_screen() {
        const ScaledFont large(1.5);
        Laboratory laboratory(core_engine());
        FaultWindow window(laboratory);
        window.show();
        window.resize(1000, 650);
        QCOMPARE(window.size(), QSize(1000, 650));
        auto& area = *window.findChild<QScrollArea*>();
        area.ensureWidgetVisible(window.findChild<FeatureMapPane*>());
        for (QWidget* part : {static_cast<QWidget*>(&button(window, "Random fault")), static_cast<QWidget*>(window.findChild<ImageGrid*>()),
                              static_cast<QWidget*>(&window.findChild<FeatureMapPane*>()->maps())}) {
            const QRect place(part->mapTo(area.widget(), QPoint()), part->size());
            QVERIFY2(area.widget()->rect().contains(place) && place.right() < 1000, part->metaObject()->className());
        }
    }

private:
    static void open(Laboratory& laboratory) {
        laboratory.open_model("bundled:lenet5");
        laboratory.open_data(QString::fromStdString(fashion_mnist_folder()));
    }
};

QTEST_MAIN(TestFaultWindow)
#include "test_fault_window.moc"
