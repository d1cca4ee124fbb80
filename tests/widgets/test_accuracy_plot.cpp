#include <qcustomplot.h>

#include <QLabel>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "common/error.h"
#include "example_view.h"
#include "figures/figure_editor.h"
#include "plots/accuracy_plot.h"
#include "plots/zoom_history.h"

using namespace clipscope;

namespace {

void show(AccuracyPlot& plot) {
    plot.resize(700, 420);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    QTRY_VERIFY(plot.redraw_count() > 0);
}

QPoint pixel(AccuracyPlot& plot, double x, double y) {
    return QPointF(plot.plot().xAxis->coordToPixel(x), plot.plot().yAxis->coordToPixel(y)).toPoint();
}

void wheel(AccuracyPlot& plot) {
    QWidget* target = &plot.plot();
    const QPointF position = target->rect().center();
    QWheelEvent event(position, target->mapToGlobal(position), {}, QPoint(0, 120), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(target, &event);
}

}  // namespace

class TestAccuracyPlot : public QObject {
    Q_OBJECT

private slots:
    void hidden_panel_does_not_draw() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        QTest::qWait(120);
        QCOMPARE(plot.redraw_count(), 0);
        show(plot);
        QCOMPARE(plot.plot().graphCount(), 2);
        plot.hide();
        const int drawn = plot.redraw_count();
        plot.set_view(example_view(3));
        QTest::qWait(120);
        QCOMPARE(plot.redraw_count(), drawn);
        plot.show();
        QTRY_COMPARE(plot.plot().graphCount(), 3);
    }

    void redraws_are_coalesced() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        show(plot);
        QTest::qWait(100);
        const int drawn = plot.redraw_count();
        for (int i = 0; i < 500; ++i) plot.set_view(example_view(1 + i % 3));
        QTRY_COMPARE(plot.plot().graphCount(), 2);  // 1 + 499 % 3
        QVERIFY(plot.redraw_count() - drawn <= 2);
        QTest::qWait(120);
        QVERIFY(plot.redraw_count() - drawn <= 2);
    }

    void empty_panel_says_what_will_fill_it() {
        AccuracyPlot plot;
        plot.set_empty_text(QStringLiteral("Press Run."), QStringLiteral("Run"));
        QSignalSpy pressed(&plot, &PlotPanel::empty_action_requested);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QPushButton* button = nullptr;
        for (QPushButton* candidate : plot.findChildren<QPushButton*>())
            if (candidate->text() == QLatin1String("Run")) button = candidate;
        QVERIFY(button && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(pressed.size(), 1);
        plot.set_view(example_view(1));
        QTRY_VERIFY(!button->isVisible());
    }

    void manual_zoom_survives_new_data_until_follow() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        show(plot);
        QVERIFY(plot.is_following());
        const QCPRange full = plot.plot().xAxis->range();
        wheel(plot);
        QVERIFY(!plot.is_following());
        const QCPRange zoomed = plot.plot().xAxis->range();
        QVERIFY(zoomed.size() < full.size());

        const int drawn = plot.redraw_count();
        plot.set_view(example_view(3, {0, 1e-8, 1e-7, 1e-6, 1e-5}));
        QTRY_VERIFY(plot.redraw_count() > drawn);
        QCOMPARE(plot.plot().graphCount(), 3);
        QCOMPARE(plot.plot().xAxis->range(), zoomed);

        plot.follow();
        QVERIFY(plot.is_following());
        QTRY_VERIFY(plot.plot().xAxis->range().upper > -5);
        QCOMPARE(plot.plot().yAxis->range(), QCPRange(-2, 102));
    }

    void zoom_goes_back_and_forward() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        show(plot);
        const QCPRange full = plot.plot().xAxis->range();
        plot.plot().xAxis->setRange(-8, -6.5);
        plot.zoom_back();  // also ends the gesture
        QVERIFY(plot.is_following());
        QTRY_COMPARE(plot.plot().xAxis->range(), full);
        plot.zoom_forward();
        QVERIFY(!plot.is_following());
        QCOMPARE(plot.plot().xAxis->range(), QCPRange(-8, -6.5));
        plot.zoom_forward();
        QCOMPARE(plot.plot().xAxis->range(), QCPRange(-8, -6.5));
    }

    void history_behaves_like_a_browsers() {
        ZoomHistory history;
        const ZoomState a{{0, 1}, {0, 1}};
        const ZoomState b{{0, 2}, {0, 1}};
        QVERIFY(!history.can_go_back());
        history.push(a);
        history.push(a);
        history.push(b);
        history.go_back();
        QVERIFY(history.current() == a);
        history.go_back();
        QVERIFY(!history.current());
        QVERIFY(!history.can_go_back());
        history.go_forward();
        history.push(ZoomState{{5, 6}, {0, 1}});
        QVERIFY(!history.can_go_forward());
        history.go_back();
        QVERIFY(history.current() == a);
    }

    void keys_zoom_and_follow() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        show(plot);
        const QCPRange full = plot.plot().xAxis->range();
        QTest::keyClick(&plot.plot(), Qt::Key_Plus);
        QVERIFY(qAbs(plot.plot().xAxis->range().size() - 0.8 * full.size()) < 1e-9);
        QTest::keyClick(&plot.plot(), Qt::Key_Right);
        QVERIFY(plot.plot().xAxis->range().center() > full.center());
        QVERIFY(!plot.is_following());
    }

    void click_on_a_curve_chooses_it() {
        AccuracyPlot plot;
        const AccuracyView view = example_view(4);
        plot.set_view(view);
        show(plot);
        QSignalSpy chosen(&plot, &AccuracyPlot::series_clicked);
        QSignalSpy background(&plot, &AccuracyPlot::background_clicked);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, -6, 100 * view.series[3].points[5].mean));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("CONV-4"));
        // Between two points, on the line.
        const double mean_a = 100 * view.series[0].points[3].mean;
        const double mean_b = 100 * view.series[0].points[4].mean;
        const double x = (-7 + std::log10(5e-7)) / 2;
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, x, (mean_a + mean_b) / 2));
        QCOMPARE(chosen.size(), 2);
        QCOMPARE(chosen[1][0].toString(), QStringLiteral("CONV-1"));
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, pixel(plot, -7.8, 5));
        QCOMPARE(background.size(), 1);
        QCOMPARE(chosen.size(), 2);
    }

    void box_and_legend_can_be_hit() {
        AccuracyPlot plot;
        AccuracyView view = example_view(5);
        view.emphasised = QStringLiteral("CONV-2");
        plot.set_view(view);
        show(plot);
        const CurvePoint& point = view.series[1].points[4];
        const auto hit = plot.hit_at(pixel(plot, std::log10(5e-7), 100 * (point.q1 - 0.02)));
        QVERIFY(hit);
        QCOMPARE(hit->series, 1);
        QCOMPARE(hit->point, 4);
        const auto* entry = plot.plot().legend->item(3);
        const auto on_legend = plot.hit_at(entry->rect().center());
        QVERIFY(on_legend);
        QCOMPARE(on_legend->series, 3);
    }

    void emphasis_follows_the_caller() {
        AccuracyPlot plot;
        plot.set_view(example_view(4));
        show(plot);
        plot.emphasise(QStringLiteral("CONV-3"));
        QTRY_COMPARE(plot.plot().graph(3)->name(), QStringLiteral("CONV-3"));
        QCOMPARE(plot.view().emphasised, QStringLiteral("CONV-3"));
    }

    void title_can_be_double_clicked_and_edited() {
        AccuracyPlot plot;
        AccuracyView view = example_view(2);
        plot.set_view(view);
        show(plot);
        QSignalSpy maximise(&plot, &PlotPanel::maximise_requested);
        QTest::mouseDClick(plot.findChild<QLabel*>(QStringLiteral("title")), Qt::LeftButton);
        QCOMPARE(maximise.size(), 1);
        QCOMPARE(plot.title(), QStringLiteral("Example"));
        plot.set_user_title(QStringLiteral("Mine"));
        view.title = QStringLiteral("Example 2");
        plot.set_view(view);
        QCOMPARE(plot.title(), QStringLiteral("Mine"));
        plot.set_user_title({});
        QCOMPARE(plot.title(), QStringLiteral("Example 2"));
    }

    // A title and a zoom belong to the job they were made for; live data of the same job leaves both alone.
    void another_subject_has_its_own_title_and_no_zoom() {
        AccuracyPlot plot;
        plot.set_subject(QStringLiteral("job 1"));
        plot.set_view(example_view(2));
        show(plot);
        plot.set_user_title(QStringLiteral("Mine"));
        wheel(plot);
        const QCPRange zoomed = plot.plot().xAxis->range();
        plot.set_subject(QStringLiteral("job 1"));
        plot.set_view(example_view(3));
        QTRY_COMPARE(plot.plot().graphCount(), 3);
        QCOMPARE(plot.title(), QStringLiteral("Mine"));
        QCOMPARE(plot.plot().xAxis->range(), zoomed);

        plot.set_subject(QStringLiteral("job 2"));
        plot.set_view(example_view(4));
        QCOMPARE(plot.title(), QStringLiteral("Example"));
        QVERIFY(plot.is_following());
        QTRY_COMPARE(plot.plot().graphCount(), 4);
        QCOMPARE(plot.plot().xAxis->range().lower, RatePositions(example_view(4)).range().first);
        plot.zoom_back();  // the other one's zoom is no view of this one
        QVERIFY(plot.is_following());

        plot.set_subject(QStringLiteral("job 1"));
        QCOMPARE(plot.title(), QStringLiteral("Mine"));
    }

    void the_zoom_button_says_what_it_does() {
        AccuracyPlot plot;
        QStringList texts;
        for (const QToolButton* button : plot.findChildren<QToolButton*>()) texts << button->text();
        QVERIFY(texts.contains(QStringLiteral("Zoom")));
        QVERIFY(!texts.contains(QStringLiteral("Box")));
    }

    void a_double_click_opens_a_point() {
        AccuracyPlot plot;
        AccuracyView view = example_view(2);
        plot.set_view(view);
        show(plot);
        QSignalSpy chosen(&plot, &AccuracyPlot::point_chosen);
        const QPoint at = pixel(plot, -7, 100 * view.series[1].points[3].mean);
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, at);
        QCOMPARE(chosen.value(0), (QVariantList{1, 1e-7, false}));
        QTest::mouseDClick(&plot.plot(), Qt::LeftButton, {}, at);
        QCOMPARE(chosen.last(), (QVariantList{1, 1e-7, true}));
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, at);
        // What the first click brings forward can have boxes that need more room, whatever then lies under the mouse.
        chosen.clear();
        QTest::mouseClick(&plot.plot(), Qt::LeftButton, {}, at);
        QCOMPARE(chosen.value(0), (QVariantList{1, 1e-7, false}));
        plot.plot().yAxis->setRange(-500, 100);
        QVERIFY(!plot.hit_at(at));
        QMouseEvent second(QEvent::MouseButtonDblClick, at, plot.plot().mapToGlobal(at), Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&plot.plot(), &second);
        QCOMPARE(chosen.last(), (QVariantList{1, 1e-7, true}));
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, at);
        // Where no click went before, what lies there now.
        QCoreApplication::sendEvent(&plot.plot(), &second);
        QCOMPARE(chosen.size(), 2);
    }

    // The extension that is added by itself is part of the question.
    void a_file_that_is_there_is_not_replaced_silently() {
        const QTemporaryDir folder;
        QFile there(folder.filePath(QStringLiteral("figure.pdf")));
        QVERIFY(there.open(QIODevice::WriteOnly));
        there.close();
        ExportChoice choice;
        choice.path = folder.filePath(QStringLiteral("figure"));
        const Figure figure = figure_of(example_view(2));
        FigureEditor dialog(figure, choice);
        QStringList asked;
        bool answer = false;
        dialog.set_may_replace([&](const QStringList& existing) {
            asked << existing;
            return existing.isEmpty() || answer;
        });
        dialog.show();
        dialog.accept();
        QVERIFY(dialog.isVisible());
        QCOMPARE(asked, QStringList(there.fileName()));
        answer = true;
        dialog.accept();
        QVERIFY(!dialog.isVisible());
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
        choice.path = folder.filePath(QStringLiteral("another"));
        FigureEditor free(figure, choice);
        free.set_may_replace([&](const QStringList& existing) { return existing.isEmpty(); });
        free.accept();
        QCOMPARE(free.result(), int(QDialog::Accepted));
    }

    void file_dialogs_ask_about_the_name_they_make() {
        const QTemporaryDir folder;
        QFile there(folder.filePath(QStringLiteral("points.csv")));
        QVERIFY(there.open(QIODevice::WriteOnly));
        there.close();
        const FileToWrite file{QStringLiteral("Export"),
                               folder.filePath(QStringLiteral("suggested.csv")),
                               {{QStringLiteral("Tables"), QStringLiteral(".csv")}, {QStringLiteral("Results"), QStringLiteral(".json")}}};
        QStringList picks;
        QStringList suggestions;
        QStringList asked;
        const FilePicker pick = [&](const FileToWrite&, const QString& suggested, int& kind) {
            suggestions << suggested;
            const QString name = picks.takeFirst();
            if (name.endsWith(QLatin1String("json"))) kind = 1;
            return name.isEmpty() ? QString() : folder.filePath(name);
        };
        const auto refuse = [&](const QStringList& existing) {
            asked << existing;
            return existing.isEmpty();
        };
        // Typed without the extension: refused, and asked for again beside the one that is there.
        picks = {QStringLiteral("points"), QStringLiteral("others")};
        QCOMPARE(choose_file_to_write(file, pick, refuse), folder.filePath(QStringLiteral("others.csv")));
        QCOMPARE(asked, QStringList(there.fileName()));
        QCOMPARE(suggestions, (QStringList{file.suggested, there.fileName()}));
        // Typed with it: the file dialog itself has asked.
        picks = {QStringLiteral("points.csv")};
        QCOMPARE(choose_file_to_write(file, pick, refuse), there.fileName());
        QCOMPARE(asked.size(), 1);
        picks = {QStringLiteral("v1.5")};
        QCOMPARE(choose_file_to_write(file, pick, refuse), folder.filePath(QStringLiteral("v1.5.csv")));
        picks = {QStringLiteral("a.json")};
        QCOMPARE(choose_file_to_write(file, pick, refuse), folder.filePath(QStringLiteral("a.json")));
        picks = {QString()};
        QCOMPARE(choose_file_to_write(file, pick, refuse), QString());
        QVERIFY(replace_sentence({QStringLiteral("/a/b.pdf")}).contains(QStringLiteral("/a/b.pdf is there already")));
        QVERIFY(replace_sentence({QStringLiteral("/a/b.pdf"), QStringLiteral("/a/c.csv")}).contains(QStringLiteral("b.pdf, c.csv")));
    }

    void palette_changes_are_followed() {
        AccuracyPlot plot;
        plot.set_view(example_view(2));
        show(plot);
        QVERIFY(!plot.theme().dark);
        QPalette dark = plot.palette();
        dark.setColor(QPalette::Base, Qt::black);
        dark.setColor(QPalette::Text, Qt::white);
        const int drawn = plot.redraw_count();
        plot.setPalette(dark);
        QVERIFY(plot.theme().dark);
        QTRY_VERIFY(plot.redraw_count() > drawn);
        QCOMPARE(plot.plot().xAxis->tickLabelColor(), QColor(Qt::white));
    }

    void exports_also_while_hidden() {
        QTemporaryDir folder;
        AccuracyPlot plot;
        QVERIFY_EXCEPTION_THROWN(plot.export_to(folder.filePath("a.pdf"), FigureSize(), false), Error);
        plot.set_view(example_view(2));
        QVERIFY(QFileInfo(plot.export_to(folder.filePath("a.pdf"), FigureSize(), false)).size() > 1000);
        const QString csv = plot.export_to(folder.filePath("a.csv"), FigureSize(), false);
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()).toStdString(), to_csv(plot.view()));
        QCOMPARE(plot.redraw_count(), 0);
    }

    void export_dialog_adds_the_extension() {
        ExportChoice choice;
        choice.format = QStringLiteral("svg");
        choice.path = QStringLiteral("/somewhere/figure.pdf");
        choice.style.width_mm = 88;
        choice.style.has_title = true;
        const Figure figure = figure_of(example_view(2));
        const ExportChoice result = FigureEditor(figure, choice).choice();
        QCOMPARE(result.path, QStringLiteral("/somewhere/figure.svg"));
        QCOMPARE(result.style.width_mm, std::optional(88.0));
        QCOMPARE(result.format, QStringLiteral("svg"));
        QVERIFY(result.style.has_title);
        choice.path = QStringLiteral("/somewhere/alexnet v1.5");
        QCOMPARE(FigureEditor(figure, choice).choice().path, QStringLiteral("/somewhere/alexnet v1.5.svg"));
    }
};

QTEST_MAIN(TestAccuracyPlot)
#include "test_accuracy_plot.moc"
