// The figure editor with its real fields: what is done there is what the file has.
#include <qcustomplot.h>

#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTemporaryDir>
#include <QToolButton>
#include <QUndoStack>
#include <QtTest>

#include "common/error.h"
#include "controls/number_field.h"
#include "example_figures.h"
#include "figures/curve_list.h"
#include "figures/figure_editor.h"
#include "figures/figure_files.h"
#include "figures/figure_preview.h"
#include "figures/style_form.h"

using namespace clipscope;

namespace {

constexpr double half_point = 0.5 * 25.4 / 72 + 1e-9;  // mm: pages of a PDF are whole points

template <typename Field>
Field* named(const QWidget& parent, const QString& name) {
    for (Field* field : parent.findChildren<Field*>())
        if (field->accessibleName() == name) return field;
    return nullptr;
}

void choose(QComboBox& box, const QString& text) {
    box.setCurrentIndex(box.findText(text));
    Q_EMIT box.activated(box.currentIndex());
}

struct Bench {
    QTemporaryDir folder;
    Figure figure = figure_of(example_accuracy(3, false));
    FigureEditor editor{figure,
                        {QStringLiteral("pdf"), {}, folder.filePath(QStringLiteral("figure")), false},
                        nullptr,
                        StyleStore(folder.filePath(QStringLiteral("styles")))};

    explicit Bench() {
        editor.set_may_replace([](const QStringList& existing) { return existing.isEmpty(); });
        editor.show();
    }
    QListWidget& curves() { return *editor.findChild<QListWidget*>(QStringLiteral("curves")); }
    FigurePreview& preview() { return *editor.findChild<FigurePreview*>(); }
};

}  // namespace

class TestFigureEditor : public QObject {
    Q_OBJECT

private slots:
    void a_figure_is_made_as_it_is_wanted() {
        Bench bench;
        QVERIFY(QTest::qWaitForWindowExposed(&bench.editor));
        choose(*bench.editor.findChild<QComboBox*>(QStringLiteral("preset")), style_presets()[2].name);  // Springer's column
        QCOMPARE(bench.editor.style().width_mm, std::optional(84.0));
        // The second curve: a name, a colour, a place at the top.
        bench.curves().setCurrentRow(1);
        auto* name = bench.editor.findChild<QLineEdit*>(QStringLiteral("curve-name"));
        QTest::keyClicks(name, QStringLiteral("second"));
        bench.editor.findChild<CurveList*>()->choose_color(QColor(0x12, 0x34, 0x56));
        QTest::keyClick(&bench.curves(), Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE(bench.editor.style().curves.size(), std::size_t(3));
        QCOMPARE(bench.editor.style().curves[0],
                 (CurveLook{QStringLiteral("CONV-2"), true, QStringLiteral("second"), QColor(0x12, 0x34, 0x56), {}, {}}));
        QCOMPARE(bench.editor.style().curves[1].curve, QStringLiteral("CONV-1"));
        QTRY_VERIFY(bench.preview().is_up_to_date() && bench.preview().drawn() > 0);

        bench.editor.save_style(QStringLiteral("Springer"));
        bench.editor.findChildren<QPushButton*>().last()->setFocus();
        bench.editor.accept();
        QCOMPARE(bench.editor.result(), int(QDialog::Accepted));
        const ExportChoice choice = bench.editor.choice();
        QCOMPARE(choice.path, bench.folder.filePath(QStringLiteral("figure.pdf")));
        export_figure(bench.figure, choice.style, choice.path);
        QFile file(choice.path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto box =
            QRegularExpression(QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)")).match(QString::fromLatin1(file.readAll()));
        QVERIFY(qAbs(box.captured(1).toDouble() * 25.4 / 72 - 84) < half_point);
        QVERIFY(qAbs(box.captured(2).toDouble() * 25.4 / 72 - 63) < half_point);
        // Kept by name, for another figure.
        FigureStyle kept = StyleStore(bench.folder.filePath(QStringLiteral("styles"))).load(QStringLiteral("Springer"));
        kept.others = choice.style.others;
        QCOMPARE(kept, choice.style);
    }

    void rows_that_are_dragged_take_their_looks_along() {
        Bench bench;
        bench.curves().setCurrentRow(2);
        bench.editor.findChild<CurveList*>()->choose_color(Qt::red);
        // What a drop does.
        QVERIFY(bench.curves().model()->moveRow({}, 2, {}, 0));
        const std::vector<CurveLook> looks = bench.editor.style().curves;
        QCOMPARE(looks.size(), std::size_t(3));
        QCOMPARE(looks[0].curve, QStringLiteral("CONV-3"));
        QCOMPARE(looks[0].color, std::optional(QColor(Qt::red)));
        bench.curves().item(1)->setCheckState(Qt::Unchecked);
        QVERIFY(!bench.editor.style().curves[1].is_shown);
    }

    void every_step_can_be_taken_back() {
        Bench bench;
        const FigureStyle first = bench.editor.style();
        auto* legend = named<QComboBox>(bench.editor, QStringLiteral("Legend"));
        choose(*legend, QStringLiteral("below"));
        auto* name = bench.editor.findChild<QLineEdit*>(QStringLiteral("curve-name"));
        QTest::keyClicks(name, QStringLiteral("abc"));
        const FigureStyle last = bench.editor.style();
        QCOMPARE(last.curves[0].name, QStringLiteral("abc"));
        auto* steps = bench.editor.findChild<QUndoStack*>();
        QCOMPARE(steps->count(), 2);  // three letters are one step
        steps->undo();
        QVERIFY(bench.editor.style().curves.empty());
        QCOMPARE(name->text(), QString());
        QCOMPARE(bench.editor.style().legend, LegendPlace::below);
        steps->undo();
        QCOMPARE(bench.editor.style(), first);
        QCOMPARE(legend->currentText(), QStringLiteral("where there is room"));
        steps->redo();
        steps->redo();
        QCOMPARE(bench.editor.style(), last);
        QCOMPARE(name->text(), QStringLiteral("abc"));
    }

    void curves_are_taken_back_one_by_one() {
        Bench bench;
        for (int row : {0, 1}) bench.curves().item(row)->setCheckState(Qt::Unchecked);
        bench.editor.findChild<QUndoStack*>()->undo();
        QVERIFY(!bench.editor.style().curves[0].is_shown);
        QVERIFY(bench.editor.style().curves[1].is_shown);
    }

    void numbers_ask_before_their_script_is_replaced() {
        Bench bench;
        QFile script(bench.folder.filePath(QStringLiteral("figure.py")));
        QVERIFY(script.open(QIODevice::WriteOnly));
        QStringList asked;
        bench.editor.set_may_replace([&](const QStringList& existing) {
            asked = existing;
            return false;
        });
        choose(*named<QComboBox>(bench.editor, QStringLiteral("Format")), QStringLiteral("CSV: the numbers, and a Python script"));
        bench.editor.accept();
        QCOMPARE(asked, QStringList{script.fileName()});
        QVERIFY(bench.editor.isVisible());
    }

    void what_is_wrong_is_said_and_not_written() {
        Bench bench;
        auto* width = named<NumberField>(bench.editor, QStringLiteral("Width (mm)"));
        width->setFocus();
        width->selectAll();
        QTest::keyClicks(width, QStringLiteral("5"));
        auto* words = bench.editor.findChild<QLabel*>(QStringLiteral("words"));
        QVERIFY2(words->text().startsWith(QStringLiteral("Width")), qPrintable(words->text()));
        bench.editor.accept();
        QVERIFY(bench.editor.isVisible());
        QVERIFY(!bench.editor.style().width_mm);
        width->set_value(90);
        QCOMPARE(words->text(), QString());
        QCOMPARE(bench.editor.style().width_mm, std::optional(90.0));
        auto* low = named<QLineEdit>(bench.editor, QStringLiteral("Begin of the horizontal axis"));
        QTest::keyClicks(low, QStringLiteral("few"));
        QVERIFY2(words->text().contains(QStringLiteral("few")), qPrintable(words->text()));
        low->clear();
        QTest::keyClicks(low, QStringLiteral("1e-7"));
        QCOMPARE(bench.editor.style().x.low, std::optional(1e-7));
        auto* numbers = named<QComboBox>(bench.editor, QStringLiteral("Numbers at the vertical axis"));
        choose(*numbers, QStringLiteral("about 4"));
        QCOMPARE(bench.editor.style().y.ticks, std::optional(4));
        choose(*numbers, QStringLiteral("its own"));
        QVERIFY(!bench.editor.style().y.ticks);
    }

    void styles_travel_as_files() {
        Bench bench;
        FigureStyle style;
        style.legend = LegendPlace::right;
        style.band = true;
        bench.editor.change_style(style, QStringLiteral("test"));
        const QString path = bench.folder.filePath(QStringLiteral("ours.json"));
        bench.editor.export_style(path);
        Bench other;
        other.editor.import_style(path);
        FigureStyle read = other.editor.style();
        read.others = style.others;
        QCOMPARE(read, style);
        QVERIFY_EXCEPTION_THROWN(other.editor.import_style(bench.folder.filePath(QStringLiteral("none.json"))), Error);
        QVERIFY_EXCEPTION_THROWN(other.editor.save_style(QStringLiteral("../x")), UsageError);
    }

    void every_field_teaches() {
        Bench bench;
        for (const QWidget* field : bench.editor.findChildren<QWidget*>()) {
            const bool is_field = qobject_cast<const QComboBox*>(field) || qobject_cast<const QAbstractButton*>(field) ||
                                  (qobject_cast<const QLineEdit*>(field) && !qobject_cast<const QAbstractSpinBox*>(field->parentWidget()) &&
                                   !qobject_cast<const QComboBox*>(field->parentWidget())) ||
                                  qobject_cast<const QAbstractSpinBox*>(field);
            if (!is_field || !field->isVisible() || field->parentWidget()->inherits("QScrollBar")) continue;
            QVERIFY2(field->toolTip().size() > 5,
                     qPrintable(QString::fromLatin1(field->metaObject()->className()) + field->accessibleName()));
        }
    }

    // Drawn once for many changes, and while typing never at once.
    void the_preview_waits_for_the_hand() {
        Bench bench;
        QTRY_VERIFY(bench.preview().is_up_to_date());
        const int before = bench.preview().drawn();
        for (int i = 0; i < 20; ++i) {
            FigureStyle style;
            style.width_mm = 80 + i;
            bench.editor.change_style(style, QStringLiteral("width"));
        }
        QCOMPARE(bench.preview().drawn(), before);
        QTRY_COMPARE(bench.preview().drawn(), before + 1);
    }

    void fits_a_small_screen() {
        Bench bench;
        QVERIFY2(
            bench.editor.minimumSizeHint().width() <= 1000 && bench.editor.minimumSizeHint().height() <= 640,
            qPrintable(QStringLiteral("%1 x %2").arg(bench.editor.minimumSizeHint().width()).arg(bench.editor.minimumSizeHint().height())));
    }
};

QTEST_MAIN(TestFigureEditor)
#include "test_figure_editor.moc"
