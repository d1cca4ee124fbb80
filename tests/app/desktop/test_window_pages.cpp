// The pages of the window: what stands on each, what is kept of it, where results and actions lead. What is expected is written out here,
// not read from the table of panels.
#include <QMenuBar>
#include <QTest>
#include <QToolButton>
#include <map>

#include "controls/lab_pane.h"
#include "controls/page_bar.h"
#include "controls/progress_strip.h"
#include "controls/threshold_pane.h"
#include "pages_desk.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_plot.h"
#include "tables/fault_table.h"
#include "tables/job_table.h"
#include "tables/site_table.h"

using namespace clipscope;

namespace {

void start_long_job(Desk& desk) {
    dock(desk, "job").bring_to_front();
    desk.set_form(100'000);
    desk.action("&Run")->trigger();
    QTRY_VERIFY(trials_in(desk.plot().view()) > 20);
}

PageRow some_page(const char* id) {
    return {id, "Title", "Why?", {.left = 20, .right = 20}};
}

PanelRow some_panel(const char* id, std::vector<PanelPlace> places) {
    return {id, "Title", [] { return new QWidget; }, std::move(places)};
}

}  // namespace

class TestWindowPages : public QObject {
    Q_OBJECT
private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    void the_first_start_welcomes_on_find() {
        Desk desk;
        QCOMPARE(page(desk), QString("Find"));
        QVERIFY(button(desk.window, "Run a first study")->isVisible());
    }

    void each_page_shows_its_panels() {
        Desk desk;
        desk.window.resize(1920, 1000);
        desk.open_both();
        desk.action("&Reset layout")->trigger();
        const std::map<QString, QStringList> expected{{"Find", {"critical_bits", "job", "layers", "ranking"}},
                                                      {"Clip", {"activations", "auc_threshold", "method", "sites", "trisection"}},
                                                      {"Duel", {"layers", "method", "pareto", "protect_first"}},
                                                      {"Bits", {"critical_bits", "faults", "job", "layers"}},
                                                      {"Study", {"faults", "job", "jobs", "ranking"}}};
        for (const QString& one : pages + QStringList{"Find", "Study", "Clip"}) {
            go_to(desk, one);
            QCOMPARE(page(desk), one);
            QTRY_COMPARE(in_front(desk), expected.at(one));
            for (const QString& name : expected.at(one)) {
                const QWidget& content = *dock(desk, qPrintable(name)).content();
                const QWidget* on_top = desk.window.childAt(seen(desk, content).center());
                QVERIFY2(on_top != nullptr && (on_top == &content || content.isAncestorOf(on_top)), qPrintable(one + ": " + name));
            }
            QVERIFY2(desk.plot().height() > 150, qPrintable(one));
        }
    }

    void a_result_marks_its_page_and_does_not_turn_to_it() {
        Desk desk;
        desk.open_both();
        start_long_job(desk);
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::profile;
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<HardenPanel>().run_requested();
        go_to(desk, "Study");
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        QCOMPARE(page(desk), QString("Study"));
        QVERIFY(is_marked(desk, "Find"));
        QVERIFY(!is_marked(desk, "Clip"));
        button(desk.part<ProgressStrip>(), "Go on")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running() && desk.window.desk().job(2)->state == JobState::done, patience);
        QCOMPARE(page(desk), QString("Study"));
        QVERIFY(is_marked(desk, "Clip"));
        // One page looked at is no look at another.
        go_to(desk, "Duel");
        QVERIFY(is_marked(desk, "Clip") && is_marked(desk, "Find"));
        go_to(desk, "Clip");
        QTRY_VERIFY(dock(desk, "activations").is_in_front());
        QVERIFY(!is_marked(desk, "Clip") && is_marked(desk, "Find"));
        go_to(desk, "Find");
        for (const QString& one : pages) QVERIFY2(!is_marked(desk, qPrintable(one)), qPrintable(one));
    }

    // A tab that nobody has looked at stays marked while pages are turned.
    void a_mark_outlives_the_turning_of_pages() {
        Desk desk;
        go_to(desk, "Clip");
        QTRY_VERIFY(!dock(desk, "comparison").is_in_front());
        dock(desk, "comparison").mark();
        for (const char* one : {"Study", "Find", "Clip", "Bits"}) {
            go_to(desk, one);
            QTest::qWait(20);
            QVERIFY2(dock(desk, "comparison").is_marked(), one);
        }
        QVERIFY(is_marked(desk, "Clip"));
        dock(desk, "comparison").bring_to_front();
        QCOMPARE(page(desk), QString("Clip"));
        QVERIFY(!dock(desk, "comparison").is_marked());
    }

    void an_action_goes_to_the_page_of_its_panel() {
        Desk desk;
        desk.open_both();
        const auto expect = [&](QAction* action, const char* from, const char* to, std::initializer_list<const char*> panels) {
            go_to(desk, from);
            action->trigger();
            QCOMPARE(page(desk), QString(to));
            for (const char* panel : panels) QTRY_VERIFY2(dock(desk, panel).is_in_front(), panel);
        };
        expect(desk.action("&Worst bits…"), "Find", "Bits", {"method", "worst_bits"});
        expect(desk.action("&Threshold by hand…"), "Study", "Clip", {"threshold", "activations", "auc_threshold"});
        expect(dock(desk, "protect_first").show_action(), "Find", "Duel", {"protect_first"});
        expect(dock(desk, "jobs").show_action(), "Clip", "Study", {"jobs"});
        // A panel that is here too is shown here.
        expect(dock(desk, "comparison").show_action(), "Study", "Study", {"comparison"});
        expect(desk.action("&Labs"), "Bits", "Bits", {"lab"});
        expect(desk.action("&Harden all sites"), "Duel", "Clip", {"method", "sites", "auc_threshold", "trisection"});
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
    }

    void what_is_in_front_on_the_page_decides_what_runs() {
        Desk desk;
        desk.open_both();
        desk.set_form(1);
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::profile;
        desk.part<HardenPanel>().set_form(form);
        const auto run_on = [&](const QString& one) {
            go_to(desk, one);
            QTest::keyClick(&desk.window, Qt::Key_F5);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience); }();
            return desk.window.desk().jobs().back().settings.kind;
        };
        QCOMPARE(run_on("Find"), JobKind::sensitivity);
        QCOMPARE(run_on("Clip"), JobKind::profile);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        // Closed, it still is the page's form.
        go_to(desk, "Duel");
        dock(desk, "method").close();
        form.job = MethodJob::sweep;
        form.site = QStringLiteral("ACT-1");
        desk.part<HardenPanel>().set_form(form);
        QCOMPARE(run_on("Duel"), JobKind::sweep);
    }

    // A page with jobs of its own does not show the form of another page's, and what was chosen on a page is there again.
    void the_form_of_the_method_goes_with_the_page() {
        Desk desk;
        desk.open_both();
        auto& panel = desk.part<HardenPanel>();
        const auto job_on = [&](const QString& one) {
            go_to(desk, one);
            return panel.form().job;
        };
        HardenForm form = panel.form();
        form.job = MethodJob::sweep;
        form.trials = 7;
        panel.set_form(form);
        QVERIFY(job_on("Clip") == MethodJob::sweep);
        QVERIFY(job_on("Duel") == MethodJob::duel);
        QCOMPARE(panel.form().trials, 7);
        QVERIFY(job_on("Study") == MethodJob::duel);
        QVERIFY(job_on("Clip") == MethodJob::sweep);
        QVERIFY(job_on("Bits") == MethodJob::worst_bits);
        QVERIFY(job_on("Find") == MethodJob::worst_bits);  // which has no such form
        // A comparison is at home on Clip and on Duel; another page's job that is wanted on a page stays there.
        form.job = MethodJob::compare;
        panel.set_form(form);
        QVERIFY(job_on("Clip") == MethodJob::compare);
        QVERIFY(job_on("Duel") == MethodJob::compare);
        form.job = MethodJob::profile;
        panel.set_form(form);
        QVERIFY(job_on("Study") == MethodJob::profile);
        QVERIFY(job_on("Bits") == MethodJob::worst_bits);
        QVERIFY(job_on("Duel") == MethodJob::profile);
    }

    void the_keys_turn_pages_and_walk_their_panels() {
        Desk desk;
        desk.open_both();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        go_to(desk, "Clip");
        QVERIFY(QApplication::focusWidget() != nullptr && !QApplication::focusWidget()->visibleRegion().isEmpty());
        // F6 comes round all regions in sight, the bar of pages among them, and to no panel of another page.
        QSet<QString> visited;
        bool in_bar = false;
        for (int i = 0; i < 12; ++i) {
            QTest::keyClick(&desk.window, Qt::Key_F6);
            const QWidget* now = QApplication::focusWidget();
            QVERIFY(now != nullptr && !now->visibleRegion().isEmpty());
            in_bar = in_bar || desk.part<PageBar>().isAncestorOf(now);
            for (const PanelDock* one : desk.window.findChildren<PanelDock*>())
                if (one->isAncestorOf(now)) visited << one->objectName();
        }
        QVERIFY(in_bar);
        QCOMPARE(visited, QSet<QString>({"sites", "activations", "auc_threshold", "trisection", "method"}));
        while (!desk.part<PageBar>().isAncestorOf(QApplication::focusWidget())) QTest::keyClick(&desk.window, Qt::Key_F6);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down);
        QCOMPARE(page(desk), QString("Duel"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_End);
        QCOMPARE(page(desk), QString("Study"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Home);
        QCOMPARE(page(desk), QString("Find"));
        QVERIFY(desk.part<PageBar>().isAncestorOf(QApplication::focusWidget()));
        // The menu has them too, and says which one is in front.
        for (const QString& one : pages) {
            QAction* action = desk.action(one);
            QVERIFY2(action != nullptr && action->isCheckable() && action->toolTip().contains('?'), qPrintable(one));
            action->trigger();
            QCOMPARE(page(desk), one);
            for (const QString& other : pages) QCOMPARE(desk.action(other)->isChecked(), one == other);
        }
        int tips = 0;
        for (const QToolButton* one : desk.part<PageBar>().findChildren<QToolButton*>())
            tips += one->toolTip().contains('?') && one->toolTip().contains("Ctrl+") ? 1 : 0;
        QCOMPARE(tips, 5);
    }

    // What had the keys on a page has them again when one comes back.
    void focus_comes_back_with_its_page() {
        Desk desk;
        desk.open_both();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        go_to(desk, "Clip");
        desk.part<SiteTable>().setFocus();
        const QWidget* before = QApplication::focusWidget();
        go_to(desk, "Study");
        QVERIFY(QApplication::focusWidget() != before && QApplication::focusWidget()->isVisible());
        go_to(desk, "Clip");
        QCOMPARE(QApplication::focusWidget(), before);
    }

    void a_plot_alone_gives_way_to_another_page() {
        Desk desk;
        desk.open_both();
        go_to(desk, "Clip");
        emit desk.part<TrisectionPlot>().maximise_requested();
        QTRY_COMPARE(in_front(desk), QStringList{"trisection"});
        QVERIFY(!desk.plot().isVisible());
        go_to(desk, "Study");
        QTRY_VERIFY(desk.plot().isVisible() && dock(desk, "jobs").is_in_front());
        QVERIFY(!desk.action("&Plot alone")->isChecked());
        go_to(desk, "Clip");
        QTRY_VERIFY(dock(desk, "activations").is_in_front() && dock(desk, "sites").is_in_front());
        emit desk.part<ActivationPlot>().maximise_requested();
        QTRY_COMPARE(in_front(desk), QStringList{"activations"});
        QTest::keyClick(&desk.window, Qt::Key_Escape);
        QTRY_VERIFY(dock(desk, "sites").is_in_front() && desk.plot().isVisible());
    }

    void a_lab_goes_along() {
        Desk desk;
        desk.open_both();
        go_to(desk, "Study");
        go_to(desk, "Find");
        QVERIFY(!dock(desk, "lab").is_in_front());
        desk.action("&Labs")->trigger();
        for (const char* one : {"Clip", "Study", "Duel"}) {
            go_to(desk, one);
            QTRY_VERIFY2(dock(desk, "lab").is_in_front(), one);
        }
        dock(desk, "layers").bring_to_front();
        go_to(desk, "Find");
        QTRY_VERIFY(dock(desk, "lab").is_in_front());  // as it was left there
    }

    void tables_that_lack_something_are_told() {
        QCOMPARE(problem_in(page_table(), panel_table()), QString());
        const PanelRow left = some_panel("left", {{"one", PanelSlot::left}});
        const PanelRow form = some_panel("form", {{"one", PanelSlot::right}});
        QCOMPARE(problem_in({some_page("one")}, {left, form}), QString());
        const auto says = [](const std::vector<PageRow>& all, const std::vector<PanelRow>& panels, const char* what) {
            const QString problem = problem_in(all, panels);
            QVERIFY2(problem.contains(QLatin1String(what)), qPrintable(problem));
        };
        says({some_page("one"), some_page("two")}, {left, form}, "\"two\" has nothing on its left");
        says({some_page("one")}, {left}, "no form on its right");
        says({some_page("one")}, {left, form, some_panel("lost", {})}, "\"lost\" is on no page");
        says({some_page("one")}, {left, form, some_panel("lost", {{"nowhere", PanelSlot::left}})}, "which page_table.cpp does not have");
        says({some_page("one")}, {left, form, left}, "\"left\" is listed twice");
        says({some_page("one")}, {left, form, some_panel("more", {{"one", PanelSlot::left}, {"one", PanelSlot::right}})}, "two places");
        says({some_page("one")}, {left, form, some_panel("more", {{"one", PanelSlot::foot_right}})}, "without a foot_left");
        PageRow mute = some_page("one");
        mute.question.clear();
        says({mute}, {left, form}, "no question");
        PanelRow empty = some_panel("empty", {{"one", PanelSlot::left}});
        empty.make = nullptr;
        says({some_page("one")}, {left, form, empty}, "nothing that makes it");
    }

    void a_panel_that_is_not_listed_is_named() {
        QMainWindow window;
        const std::vector<PanelRow> none;
        const WindowPanels panels(window, none);
        try {
            panels.get<SiteTable>();
            QFAIL("It was found.");
        } catch (const std::logic_error& error) {
            QVERIFY2(QString(error.what()).contains("SiteTable"), error.what());
        }
    }

    // What a row names as a figure is exported as it is shown, once there is something.
    void a_panel_that_names_a_figure_gives_it() {
        QMainWindow window;
        std::vector<PanelRow> rows{some_panel("one", {}), some_panel("other", {})};
        rows[0].make = [] { return static_cast<QWidget*>(new AccuracyPlot); };
        rows[0].figure = "curves";
        const WindowPanels panels(window, rows);
        QVERIFY(panels.figures().empty());
        CurvePoint point;
        point.rate = 1e-6;
        point.trials = 3;
        point.mean = 0.5;
        AccuracyView view;
        view.series = {{"network", {point}}};
        view.rates = {1e-6};
        panels.get<AccuracyPlot>().set_view(view);
        QCOMPARE(panels.figures().size(), std::size_t(1));
        QCOMPARE(panels.figures().front().first, QString("curves"));
    }

    void what_was_asked_for_and_comes_later_turns_no_page() {
        Desk desk;
        desk.open_both();
        desk.run(3);
        emit desk.part<JobTable>().audit_requested(desk.window.desk().jobs().front().id);
        QCOMPARE(page(desk), QString("Bits"));  // where it will come
        go_to(desk, "Duel");
        QTRY_VERIFY(!desk.part<FaultTable>().fault_view().rows.empty());
        QTest::qWait(50);
        QCOMPARE(page(desk), QString("Duel"));
        QVERIFY(is_marked(desk, "Bits"));
        go_to(desk, "Bits");
        go_to(desk, "Find");
        QVERIFY(!is_marked(desk, "Bits"));
    }

    // A panel that is closed on its page has nothing to look at; another study has no news from the one before.
    void marks_go_with_what_they_were_about() {
        Desk desk;
        desk.open_both();
        go_to(desk, "Clip");
        dock(desk, "comparison").close();
        go_to(desk, "Find");
        dock(desk, "comparison").mark();
        QVERIFY(is_marked(desk, "Clip"));
        go_to(desk, "Clip");
        go_to(desk, "Find");
        QVERIFY(!is_marked(desk, "Clip"));
        dock(desk, "jobs").mark();
        QVERIFY(is_marked(desk, "Study"));
        desk.action("Ne&w study")->trigger();
        QTRY_VERIFY(!is_marked(desk, "Study"));
    }

    void a_page_is_not_turned_while_a_panel_is_dragged() {
        Desk desk;
        desk.open_both();
        PanelDock& ranking = dock(desk, "ranking");
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        // As events of the screen, which say what buttons are down.
        QWindow* screen = desk.window.windowHandle();
        const QPoint title = ranking.mapTo(&desk.window, QPoint(20, 8));
        QTest::mousePress(screen, Qt::LeftButton, {}, title);
        for (int i = 1; i < 20; ++i) QTest::mouseMove(screen, title + QPoint(10 * i, -10 * i));
        QVERIFY(QApplication::mouseButtons() == Qt::LeftButton);
        desk.action("Clip")->trigger();
        dock(desk, "faults").bring_to_front();
        QTest::qWait(120);
        QCOMPARE(page(desk), QString("Find"));
        QTest::mouseRelease(screen, Qt::LeftButton, {}, title + QPoint(190, -190));
        QTRY_COMPARE(page(desk), QString("Bits"));  // the last that was asked for
        QTRY_VERIFY(dock(desk, "faults").is_in_front());
        desk.action("Find")->trigger();
        QCOMPARE(page(desk), QString("Find"));
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_MAIN(TestWindowPages)
#include "test_window_pages.moc"
