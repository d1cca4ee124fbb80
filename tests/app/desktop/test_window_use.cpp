// The window in use: with the keyboard alone, in little room, with jobs that wait, with something missing, and at its end.
#include <qcustomplot.h>

#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

#include "controls/activity_log.h"
#include "controls/focus_ring.h"
#include "controls/price_pane.h"
#include "controls/progress_strip.h"
#include "controls/protect_first_pane.h"
#include "controls/welcome_pane.h"
#include "controls/worst_bits_pane.h"
#include "help_window.h"
#include "latency_probe.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/protect_first_plot.h"
#include "plots/trisection_plot.h"
#include "plots/worst_bits_plot.h"
#include "study/study_writer.h"
#include "tables/job_table.h"
#include "tables/protect_first_table.h"
#include "tables/site_table.h"
#include "tables/worst_bits_table.h"
#include "upset_fields.h"
#include "upset_window.h"
#include "widgets/scaled_font.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int as_long_as_it_takes = 100'000;  // trials

// What an Alt key does, of everything in sight.
QStringList alt_keys(MainWindow& window) {
    QStringList keys;
    const auto add = [&](const QString& text) {
        const QKeySequence key = QKeySequence::mnemonic(text);
        if (!key.isEmpty()) keys << key.toString();
    };
    for (const QAction* menu : window.menuBar()->actions()) add(menu->text());
    for (const QLabel* label : window.findChildren<QLabel*>())
        if (label->isVisible() && label->buddy() != nullptr) add(label->text());
    for (const QAbstractButton* one : window.findChildren<QAbstractButton*>())
        if (one->isVisible()) add(one->text());
    return keys;
}

void start_long_job(Desk& desk) {
    desk.window.findChild<PanelDock*>("job")->bring_to_front();
    desk.set_form(as_long_as_it_takes);
    desk.action("&Run")->trigger();
    QTRY_VERIFY(trials_in(desk.plot().view()) > 20);
}

PanelDock& dock(Desk& desk, const char* name) {
    return *desk.window.findChild<PanelDock*>(QLatin1String(name));
}

// As the user gives it, to whatever has the focus.
void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWidget* target = QApplication::focusWidget();
    QTest::keyClick(target != nullptr ? target : QApplication::activeWindow(), key, modifiers);
}

bool tab_to(const std::function<bool(QWidget*)>& is_wanted) {
    for (int i = 0; i < 200; ++i) {
        press(Qt::Key_Tab);
        if (QWidget* now = QApplication::focusWidget(); now != nullptr && is_wanted(now)) return true;
    }
    return false;
}

}  // namespace

class TestWindowUse : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    void the_first_study_hardening_and_comparison_need_no_mouse() {
        Desk desk;
        // The fake jobs can be over before anyone looks whether one runs.
        const QSignalSpy started(&desk.window.jobs(), &JobController::started);
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QVERIFY(tab_to([](QWidget* now) {
            const auto* one = qobject_cast<QPushButton*>(now);
            return one != nullptr && one->text().contains("first stud");
        }));
        press(Qt::Key_Space);
        QTRY_COMPARE(started.size(), qsizetype(1));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 30'000);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(4));

        press(Qt::Key_H, Qt::ControlModifier);
        QTRY_COMPARE(started.size(), qsizetype(2));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 30'000);
        QVERIFY(desk.action("&Save hardened network…")->isEnabled());

        press(Qt::Key_B, Qt::AltModifier);  // Job
        auto* job = qobject_cast<QComboBox*>(QApplication::focusWidget());
        QVERIFY(job != nullptr && job->accessibleName() == "Job");
        press(Qt::Key_C);
        QCOMPARE(desk.part<HardenPanel>().form().job, MethodJob::compare);
        press(Qt::Key_U, Qt::AltModifier);  // Run
        QTRY_COMPARE(started.size(), qsizetype(3));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 30'000);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(3));
        QVERIFY(dock(desk, "comparison").is_in_front());
        QCOMPARE(desk.errors, QStringList());
    }

    void alt_opens_the_menus_and_no_key_is_there_twice() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        const auto check = [&](const char* state) {
            for (const char* form : {"job", "method"}) {
                dock(desk, form).bring_to_front();
                QStringList keys = alt_keys(desk.window);
                QCOMPARE(keys.removeDuplicates(), qsizetype(0));
                for (const char* menu : {"Alt+F", "Alt+J", "Alt+V", "Alt+H"}) QVERIFY2(keys.contains(menu), state);
            }
        };
        check("nothing is open");
        desk.open_both();
        check("ready");
        for (const MethodJob job : {MethodJob::profile, MethodJob::sweep, MethodJob::compare, MethodJob::duel, MethodJob::protect_first,
                                    MethodJob::worst_bits, MethodJob::harden}) {
            HardenForm form = desk.part<HardenPanel>().form();
            form.job = job;
            desk.part<HardenPanel>().set_form(form);
            check("another job");
        }
        start_long_job(desk);
        emit desk.part<HardenPanel>().run_requested();
        check("a job runs");
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        check("jobs are paused");
        for (const auto& [key, title] : {std::pair(Qt::Key_F, "&File"), std::pair(Qt::Key_J, "&Jobs"), std::pair(Qt::Key_V, "&View")}) {
            QTest::keyClick(&desk.window, key, Qt::AltModifier);
            const auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY2(menu != nullptr && menu->title() == title, title);
            while (QApplication::activePopupWidget() != nullptr) QTest::keyClick(QApplication::activePopupWidget(), Qt::Key_Escape);
        }
    }

    void the_key_of_a_label_goes_to_its_field() {
        Desk desk;
        desk.open_both();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        int labels = 0;
        for (const char* form : {"job", "method"}) {
            dock(desk, form).bring_to_front();
            for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
                const QKeySequence key = QKeySequence::mnemonic(label->text());
                if (!label->isVisible() || label->buddy() == nullptr || !label->buddy()->isEnabled() || key.isEmpty()) continue;
                desk.table().setFocus();
                QTest::keyClick(&desk.window, key[0].key(), key[0].keyboardModifiers());
                const QWidget* now = QApplication::focusWidget();
                QVERIFY2(now == label->buddy() || label->buddy()->isAncestorOf(now), qPrintable(label->text()));
                ++labels;
            }
        }
        QVERIFY(labels >= 20);
    }

    void a_form_that_is_wrong_does_not_run() {
        Desk desk;
        desk.open_both();
        for (QLineEdit* field : desk.panel().findChildren<QLineEdit*>())
            if (field->accessibleName() == "Seed") field->setText("1e-5");
        QVERIFY(!desk.panel().is_valid());
        desk.action("&Run")->trigger();
        QTest::qWait(50);
        QVERIFY(!desk.window.jobs().running());
        QVERIFY(desk.plot().view().series.empty());
        QVERIFY(desk.panel().message().contains("seed"));
    }

    void tab_goes_only_where_it_can_be_seen() {
        Desk desk;
        desk.open_both();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        const auto* ring = desk.window.findChild<FocusRing*>();
        QVERIFY(ring != nullptr);
        desk.table().setFocus();
        QSet<QWidget*> seen;
        for (int i = 0; i < 150; ++i) {
            press(Qt::Key_Tab);
            QWidget* now = QApplication::focusWidget();
            QVERIFY(now != nullptr && now->isVisible());
            const QByteArray name = now->accessibleName().toUtf8() + " " + now->metaObject()->className();
            QVERIFY2(!now->visibleRegion().isEmpty(), name.constData());
            QVERIFY2(!desk.part<HardenPanel>().isAncestorOf(now), name.constData());
            QTRY_VERIFY2(ring->frame() != nullptr, name.constData());
            seen << now;
        }
        QVERIFY(seen.size() < 150);  // it comes round
        QVERIFY(seen.contains(button(desk.panel(), "Run")));
        QVERIFY(seen.contains(&desk.part<JobTable>().view()) == dock(desk, "jobs").is_in_front());
    }

    void what_to_protect_first_is_found_beside_the_study() {
        Desk desk;
        desk.open_both();
        auto& panel = desk.part<HardenPanel>();
        auto& pane = desk.part<ProtectFirstPane>();
        const auto ask = [&](int trials) {
            HardenForm form = panel.form();
            form.job = MethodJob::protect_first;
            form.first.rate = QStringLiteral("2e-6");
            form.first.trials = trials;
            panel.set_form(form);
            dock(desk, "method").bring_to_front();
            QVERIFY2(panel.is_valid(), qPrintable(panel.message()));
            desk.action("&Run")->trigger();
        };
        dock(desk, "protect_first").bring_to_front();
        button(pane, "Set up the search")->click();
        QCOMPARE(panel.form().job, MethodJob::protect_first);
        QVERIFY(dock(desk, "method").is_in_front());
        dock(desk, "pareto").bring_to_front();
        button(desk.part<PricePane>(), "Set up a duel")->click();
        QCOMPARE(panel.form().job, MethodJob::duel);
        ask(20);
        QVERIFY(dock(desk, "protect_first").is_in_front());
        QVERIFY(pane.findChild<QProgressBar*>()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!pane.sentence().isEmpty(), 20'000);
        QVERIFY(!pane.findChild<QProgressBar*>()->isVisible());
        QCOMPARE(pane.result().unprotected.rate, 2e-6);
        QVERIFY(pane.plot().title().contains("Fake"));
        QVERIFY(desk.window.desk().jobs().empty());  // of the study it is none
        QVERIFY(desk.action("Export &everything…")->isEnabled());
        // Its steps become contestants.
        button(pane, "Duel of 2 steps")->click();
        QCOMPARE(panel.form().job, MethodJob::duel);
        QCOMPARE(panel.form().protections, QStringLiteral("none, sec-ded-39-32@FC-1/CONV-2"));
        QVERIFY(dock(desk, "method").is_in_front());
        // Stopped, it leaves what was there; while it runs, quitting asks.
        ask(as_long_as_it_takes);
        QVERIFY(desk.action("&Stop")->isEnabled());
        desk.quit_answer = QuitAnswer::cancel;
        QVERIFY(!desk.window.close());
        QVERIFY(desk.quit_asked.size() == 1 && desk.quit_asked[0].startsWith("Protect first"));
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!pane.findChild<QProgressBar*>()->isVisible(), 20'000);
        QCOMPARE(pane.result().steps.size(), std::size_t(2));
        // It does not wait in the study's queue.
        start_long_job(desk);
        HardenForm form = panel.form();
        form.job = MethodJob::protect_first;
        panel.set_form(form);
        QVERIFY(panel.message().contains("does not wait"));
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QVERIFY(panel.is_valid());
        desk.window.open_model(QStringLiteral("other/fake.pt"));
        QTRY_VERIFY(pane.sentence().isEmpty());  // it was about another network
        QCOMPARE(desk.errors, QStringList());
    }

    void the_worst_bits_are_found_beside_the_study() {
        Desk desk;
        desk.open_both();
        auto& panel = desk.part<HardenPanel>();
        auto& pane = desk.part<WorstBitsPane>();
        desk.action("&Worst bits…")->trigger();  // shows the form
        QCOMPARE(panel.form().job, MethodJob::worst_bits);
        QVERIFY(dock(desk, "method").is_in_front());
        QVERIFY2(panel.is_valid(), qPrintable(panel.message()));
        const auto ask = [&](int candidates, const QString& layers) {
            HardenForm form = panel.form();
            form.job = MethodJob::worst_bits;
            form.worst = {2, true, layers, candidates};
            panel.set_form(form);
        };
        for (const char* wrong : {"CONV-9", "each", "CONV-1,FC-1", ""}) {
            ask(20, wrong);
            QVERIFY2(!panel.is_valid(), wrong);
        }
        ask(20, "CONV-1+FC-1");
        desk.action("&Run")->trigger();
        QVERIFY(dock(desk, "worst_bits").is_in_front());
        QTRY_VERIFY_WITH_TIMEOUT(pane.has_result(), 20'000);
        QVERIFY(pane.plot().title().contains("CONV-1+FC-1"));
        QVERIFY(desk.window.desk().jobs().empty());
        // Only one search at a time, and quitting asks.
        ask(as_long_as_it_takes, "network");
        desk.action("&Run")->trigger();
        HardenForm other = panel.form();
        other.job = MethodJob::protect_first;
        panel.set_form(other);
        desk.action("&Run")->trigger();
        QVERIFY(dock(desk, "worst_bits").is_in_front());
        QVERIFY(!desk.part<ProtectFirstPane>().findChild<QProgressBar*>()->isVisibleTo(&desk.part<ProtectFirstPane>()));
        desk.quit_answer = QuitAnswer::cancel;
        QVERIFY(!desk.window.close());
        QVERIFY(desk.quit_asked.size() == 1 && desk.quit_asked[0].startsWith("Worst bits"));
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!pane.findChild<QProgressBar*>()->isVisible(), 20'000);
        QVERIFY(pane.has_result());  // what was there before

        const QTemporaryDir folder;
        desk.path = folder.filePath("worst.csv");
        emit pane.table().export_requested();
        QFile written(desk.path);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(written.readAll().startsWith("set,number,layer"));
        desk.path = folder.path();
        desk.action("Export &everything…")->trigger();
        for (const char* file : {"worst-bits.json", "worst-bits.csv", "worst-bits-list.csv", "worst-bits.pdf"})
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(folder.filePath(file)), 20'000);
        desk.window.open_model(QStringLiteral("other/fake.pt"));
        QTRY_VERIFY(!pane.has_result());  // it was about another network
        QCOMPARE(desk.errors, QStringList());
    }

    void upset_rates_go_into_the_form() {
        Desk desk;
        desk.open_both();
        desk.action("U&pset rates…")->trigger();
        auto& window = desk.part<UpsetWindow>();
        QVERIFY(window.isVisible());
        window.fields().set_fit(1000, 1000);
        button(window, "Use these rates")->click();
        QCOMPARE(desk.panel().form().rates, QStringLiteral("2.289e-11"));
        QCOMPARE(desk.panel().form().job, SensitivityJob::fault_rates);
        QVERIFY(!window.isVisible());  // it stood before the form
        desk.action("U&pset rates…")->trigger();
        button(window, "Set up such a job")->click();
        QCOMPARE(desk.panel().form().job, SensitivityJob::fault_counts);
        QCOMPARE(desk.panel().form().fault_counts, QStringLiteral("1"));
        QVERIFY2(desk.panel().is_valid(), qPrintable(desk.panel().message()));
        // What has been measured is offered.
        SensitivityForm form = desk.panel().form();
        form.job = SensitivityJob::fault_rates;
        form.until = Until::trials;
        desk.panel().set_form(form);
        desk.run(3);
        desk.action("U&pset rates…")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.table().row_count() > 0, 20'000);
        QVERIFY(window.sentence().contains("silently wrong"));
        QCOMPARE(desk.errors, QStringList());
    }

    void tables_of_numbers_are_written_as_csv() {
        Desk desk;
        desk.open_both();
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::protect_first;
        form.first.trials = 3;
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<HardenPanel>().run_requested();
        QTRY_VERIFY(!desk.part<ProtectFirstPane>().sentence().isEmpty());
        const QTemporaryDir folder;
        desk.path = folder.filePath("first.csv");
        emit desk.part<ProtectFirstPane>().table().export_requested();
        QFile written(desk.path);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(written.readAll().startsWith("step,name,storage_percent"));
        desk.path = folder.path();
        desk.action("Export &everything…")->trigger();
        for (const char* file : {"protect-first.json", "protect-first.csv", "protect-first.pdf"})
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(folder.filePath(file)), 20'000);
    }

    // Keystrokes turned a job into another one in a form that nobody saw.
    void a_form_behind_another_tab_takes_no_key() {
        Desk desk;
        QVERIFY(!desk.part<HardenPanel>().isVisible());
        desk.action("Study")->trigger();  // a page with both
        QVERIFY(!desk.part<HardenPanel>().isVisible());
        dock(desk, "method").bring_to_front();
        QVERIFY(desk.part<HardenPanel>().isVisible());
        QVERIFY(!desk.panel().isVisible());
        for (QTabBar* tabs : desk.window.findChildren<QTabBar*>()) {
            for (int i = 0; i < tabs->count(); ++i)
                if (tabs->tabText(i) == "Sensitivity job") tabs->setCurrentIndex(i);
        }
        QTRY_VERIFY(desk.panel().isVisible());
        QTRY_VERIFY(!desk.part<HardenPanel>().isVisible());
    }

    void f6_goes_from_panel_to_panel() {
        Desk desk;
        desk.open_both();
        desk.run(1);
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QTRY_VERIFY(desk.plot().findChild<QCustomPlot*>()->isVisible());  // drawn a moment after the job's end
        desk.table().setFocus();
        desk.action("Ne&xt panel")->trigger();
        QVERIFY(desk.plot().isAncestorOf(QApplication::focusWidget()));
        desk.action("Ne&xt panel")->trigger();
        QVERIFY(desk.panel().isAncestorOf(QApplication::focusWidget()));
        desk.action("P&revious panel")->trigger();
        QVERIFY(desk.plot().isAncestorOf(QApplication::focusWidget()));
    }

    void unchecked_layers_do_not_run() {
        Desk desk;
        desk.open_both();
        desk.table().set_checked_layers({"CONV-1", "FC-1"});
        QCOMPARE(desk.panel().form().layers, QStringLiteral("network,each"));
        desk.run(1);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(3));
        QCOMPARE(desk.plot().view().series[2].name, QString("FC-1"));
        desk.table().set_checked_layers({});
        QVERIFY(desk.panel().message().contains("No layer is checked"));
        // A job's layers are checked again with its settings, also where its model has to be opened first.
        const JobId id = desk.window.desk().jobs().front().id;
        emit desk.part<JobTable>().change_requested(id);
        QCOMPARE(desk.table().checked_layers(), (QStringList{"CONV-1", "FC-1"}));
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        emit desk.part<JobTable>().change_requested(id);
        QTRY_COMPARE(desk.table().checked_layers(), (QStringList{"CONV-1", "FC-1"}));
    }

    void jobs_that_wait_are_paused_by_stop_until_someone_says_so() {
        Desk desk;
        desk.open_both();
        start_long_job(desk);
        emit desk.part<HardenPanel>().run_requested();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        auto& strip = desk.part<ProgressStrip>();
        QPushButton* go_on = button(strip, "Go on");
        QVERIFY(go_on->isVisible());
        const auto state_of = [&](int row) { return desk.part<JobTable>().view().model()->index(row, 1).data().toString(); };
        QCOMPARE(state_of(1), QString("paused"));
        // Another run does not set it off.
        desk.run(1);
        QTest::qWait(100);
        QVERIFY(!desk.window.jobs().running());
        QVERIFY(go_on->isVisible());
        go_on->click();
        QVERIFY(desk.window.jobs().running());
        QVERIFY(!go_on->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.window.desk().jobs()[1].state, JobState::done);
    }

    void paused_jobs_can_be_discarded_and_brought_back() {
        Desk desk;
        desk.open_both();
        start_long_job(desk);
        emit desk.part<HardenPanel>().run_requested();
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        button(desk.part<ProgressStrip>(), "Discard")->click();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
        QVERIFY(!button(desk.part<ProgressStrip>(), "Discard")->isVisible());
        desk.action("&Undo removing")->trigger();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
    }

    void a_finished_job_that_is_asked_for_more_waits_too() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        const JobId first = desk.window.desk().jobs().front().id;
        SensitivityForm form = desk.panel().form();
        form.seed = 9;
        form.trials = 60;
        desk.panel().set_form(form);
        desk.action("&Run")->trigger();
        QVERIFY(desk.window.jobs().running());
        QVERIFY(button(desk.panel(), "Add to queue")->isEnabled());
        // The very job that runs cannot be added.
        button(desk.panel(), "Add to queue")->click();
        QTRY_COMPARE(desk.errors.size(), 1);
        QVERIFY(desk.errors[0].contains("This very job runs now"));
        form.seed = 1;
        form.trials = 3;
        desk.panel().set_form(form);
        button(desk.panel(), "Add to queue")->click();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 20'000);
        QCOMPARE(desk.window.desk().job(first)->settings.trials, 3);
        QCOMPARE(desk.plot().view().series[0].points[1].trials, 3);
    }

    void a_study_that_is_opened_starts_nothing_by_itself() {
        const QString file = folder_->filePath("kept.clipscope");
        {
            Study study = Study::create(file.toStdString());
            for (const char* layer : {"CONV-1", "CONV-2"})
                study.add_job({.model = "good.pt", .layers = layer, .rates = "1e-6", .trials = 2});
        }
        Desk desk;
        desk.window.open_study(file);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        QVERIFY(button(desk.part<ProgressStrip>(), "Go on")->isVisible());
        emit desk.part<JobTable>().run_requested(1);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.desk().job(1)->state == JobState::done && !desk.window.jobs().running(), 60'000);
        QTest::qWait(100);
        QCOMPARE(desk.window.desk().job(2)->state, JobState::queued);
        button(desk.part<ProgressStrip>(), "Go on")->click();
        QTRY_COMPARE(desk.window.desk().job(2)->state, JobState::done);
    }

    void what_is_missing_is_asked_for_where_one_looks() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        emit desk.part<TrisectionPlot>().empty_action_requested();
        QVERIFY(!desk.window.jobs().running());
        auto& form = desk.part<HardenPanel>();
        QVERIFY(form.isVisible());
        QPushButton* help = button(form, "Open a model…");
        QVERIFY(help != nullptr && help->isVisible());
        QTRY_VERIFY(help->hasFocus());
        help->click();  // chosen.pt
        QTRY_VERIFY(desk.window.laboratory().model());
        QTRY_VERIFY(button(form, "Open a data folder…") != nullptr);
        press(Qt::Key_F5);
        QPushButton* images = button(form, "Open a data folder…");
        QTRY_VERIFY(images->hasFocus());
        press(Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        QVERIFY(!help->isVisible());
        QVERIFY(button(form, "Run")->isEnabled());
    }

    void results_come_to_the_front_or_mark_their_tab() {
        Desk desk;
        desk.open_both();
        dock(desk, "faults").bring_to_front();
        QVERIFY(!desk.part<ActivationPlot>().isVisible());
        desk.run_method(MethodJob::profile);
        QVERIFY(desk.part<ActivationPlot>().isVisible());
        // Of a job that waited nobody may be looking when it comes to its end.
        start_long_job(desk);
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::harden;
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<HardenPanel>().run_requested();
        dock(desk, "activity").bring_to_front();
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        button(desk.part<ProgressStrip>(), "Go on")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QVERIFY(dock(desk, "activity").is_in_front());
        QVERIFY(dock(desk, "trisection").is_marked());
        dock(desk, "trisection").bring_to_front();
        QVERIFY(!dock(desk, "trisection").is_marked());
    }

    void an_empty_panel_leads_to_the_site_that_is_searched() {
        Desk desk;
        desk.open_both();
        emit desk.part<SiteTable>().site_selected("ACT-2");
        emit desk.part<TrisectionPlot>().empty_action_requested();
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.jobs().running(), 60'000);
        QPushButton* show = nullptr;
        QTRY_VERIFY((show = button(desk.part<TrisectionPlot>(), "Show ACT-1")) != nullptr);
        QVERIFY(button(desk.part<AucThresholdPlot>(), "Show ACT-1") != nullptr);
        QVERIFY(button(desk.part<AucThresholdPlot>(), "Harden all sites") == nullptr);
        show->click();
        QCOMPARE(desk.window.laboratory().selected_site(), QString("ACT-1"));
        QTRY_VERIFY(!desk.part<TrisectionPlot>().view().search.grids.empty());  // the search may have begun just now
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
    }

    void what_was_written_stays_in_sight() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.numbers_file = folder_->filePath("numbers.csv");
        desk.action("Export &numbers…")->trigger();
        const auto* written = desk.part<ProgressStrip>().findChild<QToolButton*>();
        QVERIFY(written->isVisible());
        QCOMPARE(written->text(), QString("Wrote numbers.csv"));
        QVERIFY(written->toolTip().startsWith(desk.numbers_file));
        desk.path = folder_->filePath("kept.clipscope");
        desk.action("Save stud&y as…")->trigger();
        QCOMPARE(written->text(), QString("Wrote kept.clipscope"));
    }

    void the_window_fits_small_screens_data() { add_screens(); }

    void the_window_fits_small_screens() {
        QFETCH(QSize, screen);
        QFETCH(double, font_scale);
        const ScaledFont font(font_scale);
        Desk desk;
        desk.window.resize(screen);
        desk.open_both();
        desk.action("&Reset layout")->trigger();
        start_long_job(desk);
        emit desk.part<HardenPanel>().run_requested();
        for (const char* form : {"job", "method"}) {
            dock(desk, form).bring_to_front();
            QTest::qWait(50);
            QVERIFY2(desk.window.width() <= screen.width() && desk.window.height() <= screen.height(),
                     qPrintable(QStringLiteral("%1 x %2").arg(desk.window.width()).arg(desk.window.height())));
            for (const char* text : {"Add to queue", "Stop"}) {
                const QPushButton* found = button(*dock(desk, form).content(), text);
                const QRect place(found->mapTo(&desk.window, QPoint()), found->size());
                QVERIFY2(found->isVisible() && desk.window.rect().contains(place), text);
                QVERIFY2(found->visibleRegion().boundingRect().size() == found->size(), text);
            }
        }
        for (const QTabBar* tabs : desk.window.findChildren<QTabBar*>())
            if (tabs->isVisible()) QCOMPARE(tabs->elideMode(), Qt::ElideNone);
    }

    void quitting_during_a_job_asks() {
        Desk desk;
        QVERIFY(desk.window.close());  // nothing runs
        desk.window.show();
        desk.open_both();
        start_long_job(desk);
        desk.quit_answer = QuitAnswer::cancel;
        QVERIFY(!desk.window.close());
        QCOMPARE(desk.quit_asked.size(), 1);
        QVERIFY(desk.quit_asked[0].startsWith("Sensitivity"));
        QVERIFY(desk.window.isVisible() && desk.window.jobs().running());
        desk.quit_answer = QuitAnswer::stop;
        QVERIFY(desk.window.close());
        QVERIFY(!desk.window.jobs().running());
        QCOMPARE(desk.quit_asked.size(), 2);
    }

    void quitting_can_wait_for_the_job() {
        Desk desk;
        desk.open_both();
        desk.set_form(20);
        desk.action("&Run")->trigger();
        QVERIFY(desk.window.jobs().running());
        desk.quit_answer = QuitAnswer::wait;
        QVERIFY(!desk.window.close());
        QVERIFY(desk.window.header().endsWith("closes when the job is done"));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.isVisible(), 20'000);
        QCOMPARE(desk.window.desk().jobs().front().state, JobState::done);
    }

    void the_log_survives_a_restart() {
        {
            Desk desk;
            desk.window.open_model("broken.pt");
            QTRY_COMPARE(desk.errors.size(), 1);
        }
        const Desk desk;
        const QString text = desk.window.findChild<ActivityLog*>()->text();
        QVERIFY2(text.contains("Error: Cannot read broken.pt"), qPrintable(text));
    }

    void the_log_file_is_bounded() {
        LogFile file(folder_->filePath("activity.log"), 4096);
        for (int i = 0; i < 1000; ++i) file.append(QStringLiteral("line %1").arg(i));
        file.append(QString(100'000, QLatin1Char('x')));
        const auto size = [](const QString& path) { return QFileInfo(path).size(); };
        QVERIFY(size(file.path()) + size(file.path() + ".1") <= 4096);
        QVERIFY(file.last_lines(10).join('\n').contains("line 999"));
        QCOMPARE(file.last_lines(10).size(), qsizetype(10));
    }

    void raw_errors_go_to_the_log_and_one_sentence_to_people() {
        Engine engine = fake_engine();
        engine.open_model = [](const std::string&, const std::string&) -> OpenedModel {
            throw std::runtime_error("The following operation failed in the interpreter.\nTraceback: " + std::string(5000, 'x'));
        };
        Desk desk(engine);
        desk.window.open_model("some.pt");
        QTRY_COMPARE(desk.errors.size(), 1);
        QCOMPARE(one_sentence(desk.errors[0]), QString("The job ended unexpectedly; the activity log has the details."));
        QVERIFY(desk.part<ActivityLog>().text().contains("Traceback: xxx"));
        QVERIFY(one_sentence(QString(5000, 'y')).size() < 600);
    }

    void what_libtorch_said_goes_to_the_log() {
        Engine engine = fake_engine();
        engine.open_model = [](const std::string&, const std::string&) -> OpenedModel {
            throw LibraryError("The network takes other images.", "RuntimeError: size mismatch");
        };
        Desk desk(engine);
        desk.window.open_model("some.pt");
        QTRY_COMPARE(desk.errors.size(), 1);
        QCOMPARE(one_sentence(desk.errors[0]), QString("The network takes other images."));
        QVERIFY(desk.part<ActivityLog>().text().contains("RuntimeError: size mismatch"));
    }

    void of_several_networks_in_a_checkpoint_the_log_says_which_is_taken() {
        Engine engine = fake_engine();
        engine.open_model = [](const std::string& name, const std::string&) {
            OpenedModel model = fake_model(name);
            model.metadata.state_key = "state_dict";
            model.metadata.other_state_keys = {"state_dict_ema"};
            return model;
        };
        Desk desk(engine);
        desk.open_both();
        const QString told = "Parameters under state_dict are used; the file has others under state_dict_ema";
        QCOMPARE(desk.part<ActivityLog>().text().count(told), 1);
        desk.window.open_model("another.pt");
        QTRY_COMPARE(desk.part<ActivityLog>().text().count(told), 2);
    }

    void the_guide_has_contents_and_a_search() {
        HelpWindow guide("Guide", "# Guide\n\nOne bit.\n\n## First\n\nTwo bits.\n\n### Deeper\n\n## Second\n\nNo more.");
        guide.show();
        auto* contents = guide.findChild<QTreeWidget*>();
        QCOMPARE(contents->topLevelItemCount(), 3);
        QCOMPARE(contents->topLevelItem(1)->text(0), QString("First"));
        QCOMPARE(contents->topLevelItem(1)->child(0)->text(0), QString("Deeper"));
        auto* wanted = guide.findChild<QLineEdit*>();
        QTest::keyClicks(wanted, "BIT");
        QCOMPARE(guide.matches(), 2);
        const auto says = [&](const QString& text) {
            for (const QLabel* label : guide.findChildren<QLabel*>())
                if (label->text() == text) return true;
            return false;
        };
        QVERIFY(says("1 of 2"));
        QTest::keyClick(wanted, Qt::Key_Return);
        QVERIFY(says("2 of 2"));
        QTest::keyClick(wanted, Qt::Key_Return);
        QVERIFY(says("1 of 2"));
        QTest::keyClicks(wanted, "zzz");
        QVERIFY(says("not found"));
    }

    // How long opening takes is a matter of the machine; that it does not hold up the window for seconds is not.
    void a_hundred_thousand_trials_hold_nothing_up() {
        const QString file = folder_->filePath("large.clipscope");
        make_large_study(file);
        Desk desk;
        LatencyProbe probe;
        probe.start();
        desk.window.open_study(file);
        QTRY_VERIFY_WITH_TIMEOUT(trials_in(desk.plot().view()) == 100'000, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        for (const char* layer : {"CONV-1", "FC-1", "network"}) {
            emit desk.table().layer_selected(layer);
            QTest::qWait(60);
        }
        emit desk.part<JobTable>().job_selected(desk.window.desk().jobs().front().id);
        QTest::qWait(500);
        probe.stop();
        qInfo("longest gap %.0f ms, 99 %% %.0f ms", probe.longest_gap_ms(), probe.quantile_ms(0.99));
        QVERIFY2(probe.longest_gap_ms() < 1000, probe.report().constData());
    }

private:
    static void make_large_study(const QString& path) {
        const std::vector<double> rates{1e-6, 1e-5, 1e-4, 1e-3, 1e-2};
        Study study = Study::create(path.toStdString());
        const JobId id = study.add_job({.model = "good.pt", .layers = "network,each", .rates = "1e-6,1e-5,1e-4,1e-3,1e-2", .trials = 5000});
        StudyWriter writer(study, id, [](const Event&) {}, {});
        const EventSink sink = writer.sink();
        sink(fake_start({"network", "CONV-1", "CONV-2", "FC-1"}, rates, 5000));
        for (int trial = 0; trial < 5000; ++trial)
            for (int curve = 0; curve < 4; ++curve)
                for (int rate = 0; rate < 5; ++rate) sink(fake_trial(curve, rate, trial));
        sink(JobFinished{JobEnd::done, 0.5});
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_MAIN(TestWindowUse)
#include "test_window_use.moc"
