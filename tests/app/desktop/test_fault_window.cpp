// One fault closely: the window on the bundled LeNet-5, with the real engine.
#include <QComboBox>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <bit>
#include <stdexcept>

#include "campaign/inspector.h"
#include "controls/image_grid.h"
#include "controls/word_boxes.h"
#include "data/dataset_reader.h"
#include "engine.h"
#include "evaluation/scoring.h"
#include "fault_window.h"
#include "laboratory.h"
#include "network/bundled_networks.h"
#include "tables/cell_table.h"

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
        QTRY_COMPARE_WITH_TIMEOUT(element.text(), QStringLiteral("0, 50"), patience);
        auto& word = *window.findChild<WordBoxes*>();
        QSignalSpy asked(&word, &WordBoxes::bit_asked);
        QTest::mouseClick(&word, Qt::LeftButton, {}, word.box(7).center());
        QCOMPARE(asked.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(window.inspection() && window.inspection()->bits.size() == 1, patience);
        for (QPushButton* button : window.findChildren<QPushButton*>()) {
            button->click();  // a random fault
            QTRY_VERIFY_WITH_TIMEOUT(std::popcount(word.flipped()) == 1, patience);
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
