// What tells new users where things are and what comes next: the tour, and the line of next steps.
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "controls/notice_bar.h"
#include "controls/page_bar.h"
#include "controls/tour_overlay.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int patience = 60'000;

NoticeBar& next_step(Desk& desk) {
    for (NoticeBar* bar : desk.window.findChildren<NoticeBar*>())
        if (button(*bar, "Look at the images…") == nullptr) return *bar;
    throw std::logic_error("no line of next steps");
}

void wait_for_job(Desk& desk) {
    QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
}

void run_first_study(Desk& desk) {
    const QSignalSpy started(&desk.window.jobs(), &JobController::started);
    desk.window.start_first_study(QStringLiteral("lenet5"));
    QTRY_COMPARE_WITH_TIMEOUT(started.size(), qsizetype(1), patience);
    wait_for_job(desk);
}

void put_away(NoticeBar& bar) {
    bar.findChild<QToolButton*>()->click();
}

}  // namespace

class TestGuidance : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    void each_job_names_the_next() {
        Desk desk;
        NoticeBar& bar = next_step(desk);
        QVERIFY(!bar.isVisible());
        run_first_study(desk);
        QTRY_VERIFY(bar.isVisible());
        QVERIFY(bar.text().contains("clip the activations"));
        const QSignalSpy started(&desk.window.jobs(), &JobController::started);
        button(bar, "Harden all sites")->click();
        QTRY_COMPARE(started.size(), qsizetype(1));
        wait_for_job(desk);
        QTRY_VERIFY(bar.isVisible() && bar.text().contains("thresholds are found"));
        button(bar, "Compare now")->click();
        QTRY_COMPARE(started.size(), qsizetype(2));
        wait_for_job(desk);
        QCOMPARE(desk.part<HardenPanel>().form().job, MethodJob::compare);
        QTRY_VERIFY(bar.isVisible() && bar.text().contains("taken along"));
        put_away(bar);
        QVERIFY(!bar.isVisible());
        QCOMPARE(desk.errors, QStringList());
    }

    void what_was_put_away_does_not_come_again() {
        {
            Desk desk;
            run_first_study(desk);
            NoticeBar& bar = next_step(desk);
            QTRY_VERIFY(bar.isVisible());
            put_away(bar);
        }
        Desk desk;
        run_first_study(desk);
        QTest::qWait(300);
        QVERIFY(!next_step(desk).isVisible());
        // The step after is another one.
        desk.action("&Harden all sites")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(next_step(desk).isVisible(), patience);
    }

    void a_stopped_job_hints_at_nothing() {
        Desk desk;
        desk.open_both();
        desk.set_form(100'000);
        desk.action("&Run")->trigger();
        QTRY_VERIFY(trials_in(desk.plot().view()) > 20);
        desk.action("&Stop")->trigger();
        wait_for_job(desk);
        QTest::qWait(300);
        QVERIFY(!next_step(desk).isVisible());
    }

    void the_tour_has_eleven_stops_and_is_shown_once() {
        Desk desk;
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        desk.window.offer_tour();
        QPointer<TourOverlay> tour = desk.window.findChild<TourOverlay*>();
        QVERIFY(tour && tour->hasFocus());
        int stops = 1;
        QStringList texts{tour->accessibleName()};
        const auto page = [&] { return desk.part<PageBar>().current(); };
        std::vector<int> pages{page()};
        while (stops < 20) {
            QTest::keyClick(tour, Qt::Key_Right);
            QCoreApplication::processEvents();
            if (!tour || !tour->isVisible()) break;
            texts << tour->accessibleName();
            pages.push_back(page());
            ++stops;
        }
        QCOMPARE(stops, 11);
        QCOMPARE(texts.removeDuplicates(), qsizetype(0));
        // Window, pages, first study, layers, form; sites, form, activations, AUC; jobs, menus.
        QCOMPARE(pages, (std::vector{0, 0, 0, 0, 0, 1, 1, 1, 1, 4, 4}));
        QCOMPARE(page(), 0);  // as before
        QTRY_VERIFY(!tour);
        desk.window.offer_tour();
        QVERIFY(!desk.window.findChild<TourOverlay*>());
        desk.action("&Tour of the window")->trigger();
        tour = desk.window.findChild<TourOverlay*>();
        QVERIFY(tour);
        QTest::keyClick(tour, Qt::Key_Right);
        QTest::keyClick(tour, Qt::Key_Left);
        QCOMPARE(tour->stop(), 0);
        QTest::keyClick(tour, Qt::Key_Escape);
        QTRY_VERIFY(!tour);
    }

    // At every stop of a small window its words are inside, and do not cover all of what they speak of.
    void the_tour_fits_small_windows() {
        Desk desk;
        desk.window.resize(1024, 700);
        desk.window.offer_tour();
        auto* tour = desk.window.findChild<TourOverlay*>();
        QVERIFY(tour);
        for (int stop = 0; stop < 11; ++stop) {
            tour->go_to(stop);
            QTest::qWait(20);
            const QFrame* bubble = tour->findChild<QFrame*>(QString(), Qt::FindDirectChildrenOnly);
            QVERIFY2(tour->rect().contains(bubble->geometry()), qPrintable(QString::number(stop)));
        }
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_MAIN(TestGuidance)
#include "test_guidance.moc"
