// The layouts of the window's pages: kept each on its own, whole on every screen, and no matter for what is exported.
#include <QDir>
#include <QTest>

#include "controls/progress_strip.h"
#include "pages_desk.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_plot.h"
#include "widgets/scaled_font.h"

using namespace clipscope;

namespace {

QStringList files_in(const QString& folder) {
    QStringList names = QDir(folder).entryList(QDir::Files);
    names.sort();
    return names;
}

}  // namespace

class TestPageLayouts : public QObject {
    Q_OBJECT
private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    // The four of the paper's method are in sight together, none over another.
    void the_four_live_panels_stand_side_by_side_data() {
        QTest::addColumn<QSize>("size");
        for (const QSize size : {QSize(1024, 700), QSize(1280, 800), QSize(1920, 1080)})
            QTest::addRow("%d x %d", size.width(), size.height()) << size;
    }

    void the_four_live_panels_stand_side_by_side() {
        QFETCH(QSize, size);
        Desk desk;
        desk.window.resize(size);
        desk.open_both();
        go_to(desk, "Clip");
        QTest::qWait(50);
        const std::vector<const QWidget*> panels{&desk.plot(), &desk.part<ActivationPlot>(), &desk.part<AucThresholdPlot>(),
                                                 &desk.part<TrisectionPlot>()};
        for (const QWidget* one : panels) {
            const QRect place = seen(desk, *one);
            QVERIFY2(place.width() >= 150 && place.height() >= 110, one->metaObject()->className());
            QCOMPARE(place.size(), one->size());
            for (const QWidget* other : panels) QVERIFY(one == other || !place.intersects(seen(desk, *other)));
        }
        QCOMPARE(desk.window.size(), size);
    }

    void each_page_keeps_its_own_layout() {
        int high = 0;
        {
            Desk desk;
            go_to(desk, "Clip");
            dock(desk, "sites").close();
            dock(desk, "layers").bring_to_front();
            QTest::qWait(50);
            desk.window.resizeDocks({&dock(desk, "trisection")}, {200}, Qt::Vertical);
            QTest::qWait(50);
            high = dock(desk, "trisection").height();
            QVERIFY2(high > 150 && high < 230, qPrintable(QString::number(high)));
            const QStringList before = in_front(desk);
            go_to(desk, "Duel");
            QTRY_VERIFY(dock(desk, "pareto").isVisible() && dock(desk, "pareto").height() > 250);
            dock(desk, "sites").bring_to_front();
            QCOMPARE(page(desk), QString("Duel"));
            go_to(desk, "Clip");
            QTRY_COMPARE(dock(desk, "trisection").height(), high);
            QVERIFY(!dock(desk, "sites").isVisible());
            QCOMPARE(in_front(desk), before);
            desk.window.close();
        }
        Desk desk;  // the next start
        QCOMPARE(page(desk), QString("Clip"));
        QTRY_COMPARE(dock(desk, "trisection").height(), high);
        QVERIFY(!dock(desk, "sites").isVisible());
        go_to(desk, "Duel");
        QTRY_VERIFY(dock(desk, "sites").is_in_front());
        desk.action("&Reset layout")->trigger();
        QCOMPARE(page(desk), QString("Duel"));
        QTRY_VERIFY(!dock(desk, "sites").is_in_front() && dock(desk, "layers").is_in_front());
        go_to(desk, "Clip");
        QTRY_VERIFY(dock(desk, "sites").is_in_front());
        QTRY_VERIFY(dock(desk, "trisection").height() > 250);
    }

    // A panel that floats does so on the page on which it was taken out, and comes back with Reset layout.
    void floating_is_a_matter_of_one_page() {
        Desk desk;
        dock(desk, "layers").setFloating(true);
        desk.action("Duel")->trigger();
        QTRY_VERIFY(dock(desk, "layers").isVisible());
        QVERIFY(!dock(desk, "layers").isFloating());
        desk.action("Find")->trigger();
        QTRY_VERIFY(dock(desk, "layers").isFloating() && dock(desk, "layers").isVisible());
        desk.action("&Reset layout")->trigger();
        QTRY_VERIFY(!dock(desk, "layers").isFloating() && dock(desk, "layers").isVisible());
        QVERIFY(desk.window.dockWidgetArea(&dock(desk, "layers")) == Qt::LeftDockWidgetArea);
    }

    // What the settings' file holds is not trusted: some damaged layouts crash Qt.
    void a_damaged_layout_is_as_none() {
        {
            Desk desk;
            go_to(desk, "Clip");
            dock(desk, "sites").close();
            desk.window.close();
        }
        QSettings settings;
        QByteArray kept = settings.value("window/pages/clip").toByteArray();
        QVERIFY(kept.size() > 300);
        for (const int place : {0, 30, 200, 201, int(kept.size()) - 1}) {
            QByteArray damaged = kept;
            damaged[place] = char(damaged[place] ^ 0x5A);
            settings.setValue("window/pages/clip", damaged);
            settings.sync();
            Desk desk;
            QCOMPARE(page(desk), QString("Clip"));
            QTRY_VERIFY(dock(desk, "sites").is_in_front());  // and the right tab of those at the left, though the window was not there yet
            QVERIFY(!dock(desk, "layers").is_in_front());
        }
    }

    // With the focus in a panel of its own window. A sanitizer says more than the absence of a crash.
    void a_window_ends_while_a_floating_panel_has_the_focus() {
        Desk desk;
        desk.open_both();
        PanelDock& sites = dock(desk, "sites");
        sites.bring_to_front();
        sites.setFloating(true);
        sites.activateWindow();
        sites.bring_to_front(true);
        QTRY_VERIFY(sites.isAncestorOf(QApplication::focusWidget()));
        desk.window.close();
    }

    void everything_is_exported_from_any_page() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.run_method(MethodJob::profile);
        QStringList expected;
        for (const char* one : {"Find", "Study"}) {
            go_to(desk, one);
            const QTemporaryDir folder;
            desk.path = folder.path();
            desk.action("Export &everything…")->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(folder.filePath("index.html")), patience);
            const QStringList written = files_in(folder.path());
            if (expected.isEmpty()) {
                expected = written;
                const QString all = written.join(' ');
                for (const char* figure : {"accuracy.pdf", "activations-ACT-1.pdf"}) QVERIFY2(all.contains(figure), qPrintable(all));
            }
            QCOMPARE(written, expected);
        }
    }

    void every_page_fits_data() { add_screens(); }

    // However large the window was before: nothing is cut off, and Run and Stop can be reached.
    void every_page_fits() {
        QFETCH(QSize, screen);
        QFETCH(double, font_scale);
        const ScaledFont font(font_scale);
        Desk desk;
        desk.open_both();
        for (const bool were_seen : {false, true}) {
            if (were_seen) {
                desk.window.resize(2200, 1300);
                for (const QString& one : pages) go_to(desk, one);
            }
            desk.window.resize(screen);
            for (const QString& one : pages) {
                go_to(desk, one);
                QTest::qWait(30);
                QVERIFY2(desk.window.size() == screen, qPrintable(one + " " + QString::number(desk.window.width()) + " x " +
                                                                  QString::number(desk.window.height()) + (were_seen ? " again" : "")));
                const JobPanel* form = desk.panel().isVisible() ? static_cast<JobPanel*>(&desk.panel()) : &desk.part<HardenPanel>();
                for (const QWidget* part : std::initializer_list<const QWidget*>{
                         form, button(const_cast<JobPanel&>(*form), "Run"), &desk.plot(), &desk.part<ProgressStrip>(),
                         &desk.part<PageBar>(), button(desk.part<ProgressStrip>(), "Stop")}) {
                    QVERIFY2(part->isVisible(), qPrintable(one));
                    QVERIFY2(seen(desk, *part).size() == part->size(), qPrintable(one + ": " + part->metaObject()->className()));
                }
                for (const PanelDock* panel : desk.window.findChildren<PanelDock*>()) {
                    if (!panel->is_in_front()) continue;
                    QVERIFY2(seen(desk, *panel).size() == panel->size(), qPrintable(one + ": " + panel->objectName()));
                }
            }
        }
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_MAIN(TestPageLayouts)
#include "test_page_layouts.moc"
