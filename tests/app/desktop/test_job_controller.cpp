// The thread rules of JobController: nothing lost, nothing late, nothing too often, no thread left behind.
#include <QSignalSpy>
#include <QTest>
#include <atomic>
#include <mutex>

#include "common/error.h"
#include "fake_jobs.h"
#include "job_controller.h"

using namespace clipscope;
using namespace std::chrono_literals;

namespace {

const std::vector<double> rates{0, 1e-6, 1e-5};

std::int64_t count_trials(const AccuracyCurves& curves) {
    std::int64_t count = 0;
    for (const AccuracyCurve& curve : curves.curves) {
        for (const auto& trials : curve.trials) count += std::int64_t(trials.size());
    }
    return count;
}

// A job that goes on until it is stopped.
void wait_for_stop(const EventSink&, std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
}

}  // namespace

class TestJobController : public QObject {
    Q_OBJECT

private slots:
    void everything_arrives_once_and_in_order() {
        JobController controller;
        QStringList order;
        connect(&controller, &JobController::started, [&] { order << "started"; });
        connect(&controller, &JobController::campaign_started, [&](const AccuracyCurves& curves) {
            order << "campaign";
            QCOMPARE(curves.curves.size(), std::size_t(2));
        });
        connect(&controller, &JobController::finished, [&](JobEnd end, double seconds) {
            order << "finished";
            QCOMPARE(end, JobEnd::done);
            QCOMPARE(seconds, 0.5);
        });
        QSignalSpy progressed(&controller, &JobController::progressed);
        controller.start([](const EventSink& sink, std::stop_token stop) { fake_sensitivity({"CONV-1", "FC-1"}, rates, 4, sink, stop); });
        QVERIFY(controller.running());
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        QCOMPARE(order, QStringList({"started", "campaign", "finished"}));
        QCOMPARE(count_trials(controller.curves()), 24);
        QCOMPARE(progressed.last().at(0).value<Progress>().done, 24);
    }

    // What a job with a precision sends moves the curves as whole trials do.
    void sampled_trials_move_the_curves() {
        JobController controller;
        int changes = 0;
        connect(&controller, &JobController::curves_changed, [&] { ++changes; });
        controller.start([](const EventSink& sink, std::stop_token) {
            CampaignStarted started = fake_start({"CONV-1"}, rates, 0);
            started.info.precision = 0.01;
            sink(started);
            std::this_thread::sleep_for(200ms);
            sink(BitsPiloted{{{{"CONV-1", false, 30, 100, 8, 0.5}}, 8, 96}});
            sink(PointDesigned{0, 1, {{{}}, 0, 0, 90}});
            Outcome right, clean;
            right.images = clean.images = 10;
            clean.correct = 10;
            right.correct = 4;
            sink(SampledTrialFinished{0, 1, 0, 0, {3, {right, {}, clean, {}}}});
            sink(JobFinished{});
        });
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        QVERIFY(changes >= 2);
        const CampaignSummary& summary = controller.live().summary();
        QCOMPARE(summary.pilot.cells.size(), std::size_t(1));
        QCOMPARE(summary.curves.front().points.size(), std::size_t(1));
        QCOMPARE(summary.curves.front().points.front().rate, 1e-6);
        QVERIFY(summary.curves.front().points.front().sampled.has_value());
    }

    void events_are_gathered() {
        JobController controller(nullptr, 25);
        QSignalSpy changed(&controller, &JobController::curves_changed);
        QSignalSpy progressed(&controller, &JobController::progressed);
        QElapsedTimer clock;
        clock.start();
        controller.start([](const EventSink& sink, std::stop_token) {
            sink(fake_start({"CONV-1"}, rates, 20'000));
            for (int trial = 0; trial < 20'000; ++trial) {
                sink(fake_trial(0, trial % 3, trial));
                sink(fake_progress(trial, 20'000));
                if (trial % 40 == 0) std::this_thread::sleep_for(1ms);
            }
            sink(JobFinished{});
        });
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        const qint64 most = clock.elapsed() / 39 + 1;  // 40 ms apart, but a timer may come a millisecond early
        QCOMPARE(count_trials(controller.curves()), 20'000);
        QVERIFY2(changed.count() >= 2 && changed.count() <= most, qPrintable(QString("%1 of %2").arg(changed.count()).arg(most)));
        QVERIFY(progressed.count() <= most);
    }

    void messages_and_faults_are_not_merged() {
        JobController controller;
        QStringList messages;
        std::size_t faults = 0;
        connect(&controller, &JobController::message, [&](const QString& text) { messages << text; });
        connect(&controller, &JobController::faults_injected, [&](const std::vector<FaultsInjected>& some) { faults += some.size(); });
        controller.start([](const EventSink& sink, std::stop_token) {
            for (int i = 0; i < 100; ++i) {
                sink(Message{std::to_string(i)});
                sink(FaultsInjected{0, 0, i, {{"conv.weight", i, 31}}});
            }
        });
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        QCOMPARE(messages.size(), 100);
        QCOMPARE(messages.first(), QString("0"));
        QCOMPARE(messages.last(), QString("99"));
        QCOMPARE(faults, std::size_t(100));
    }

    void what_the_self_check_did_is_said_at_the_end() {
        JobController controller;
        QStringList messages;
        connect(&controller, &JobController::message, [&](const QString& text) { messages << text; });
        for (int run = 0; run < 2; ++run) {  // counted anew by each job
            messages.clear();
            controller.start([](const EventSink& sink, std::stop_token) {
                sink(SelfChecked{{21, 2}});
                sink(JobFinished{JobEnd::done, 1});
            });
            QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
            QCOMPARE(messages.size(), 1);
            QVERIFY2(messages.first().contains("21") && messages.first().endsWith("near-ties: 2."), qPrintable(messages.first()));
        }
    }

    void a_job_that_takes_long_to_end_has_its_own_time() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        controller.start([](const EventSink& sink, std::stop_token) {
            sink(JobFinished{JobEnd::done, 7});
            std::this_thread::sleep_for(std::chrono::milliseconds(200));  // as one does that gives much memory back
        });
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(finished[0][1].toDouble(), 7.0);
    }

    void stop_keeps_the_results() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        controller.start([](const EventSink& sink, std::stop_token stop) { fake_sensitivity({"CONV-1"}, rates, 100'000, sink, stop); });
        QTRY_VERIFY(count_trials(controller.curves()) > 10);
        QElapsedTimer clock;
        clock.start();
        controller.stop();
        QTRY_COMPARE(finished.count(), 1);
        QVERIFY2(clock.elapsed() < 1000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(finished.at(0).at(0).value<JobEnd>(), JobEnd::stopped);
        QVERIFY(count_trials(controller.curves()) > 10);
    }

    void a_job_that_returns_without_a_word_when_stopped_counts_as_stopped() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        controller.start(wait_for_stop);
        controller.stop();
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(finished.at(0).at(0).value<JobEnd>(), JobEnd::stopped);
    }

    void late_events_of_a_discarded_job_are_dropped() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        QSignalSpy failed(&controller, &JobController::failed);
        QStringList messages;
        connect(&controller, &JobController::message, [&](const QString& text) { messages << text; });

        std::atomic<bool> old_said_something{false};
        std::atomic<bool> old_has_ended{false};
        controller.start([&](const EventSink& sink, std::stop_token stop) {
            sink(fake_start({"old"}, rates, 1));
            sink(Message{"old"});
            old_said_something = true;
            while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
            std::this_thread::sleep_for(100ms);  // deaf for a while, the new job is well under way
            for (int i = 0; i < 100; ++i) sink(Message{"late"});
            sink(fake_trial(0, 0, 0));
            old_has_ended = true;
            throw Error("The old job failed.");
        });
        while (!old_said_something) std::this_thread::sleep_for(1ms);  // its events lie in the inbox, unread
        controller.start([&](const EventSink& sink, std::stop_token) {
            sink(fake_start({"new"}, rates, 1));
            sink(Message{"new"});
            while (!old_has_ended) std::this_thread::sleep_for(1ms);
            std::this_thread::sleep_for(50ms);
            sink(JobFinished{JobEnd::done, 7});
        });
        QTRY_COMPARE(finished.count(), 1);
        QCOMPARE(finished.at(0).at(1).toDouble(), 7.0);
        QCOMPARE(messages, QStringList("new"));
        QCOMPARE(failed.count(), 0);
        QCOMPARE(controller.curves().curves.at(0).info.layer, std::string("new"));
        QCOMPARE(count_trials(controller.curves()), 0);
    }

    void discard_forgets_everything_at_once() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        controller.start([](const EventSink& sink, std::stop_token stop) { fake_sensitivity({"CONV-1"}, rates, 100'000, sink, stop); });
        QTRY_VERIFY(count_trials(controller.curves()) > 0);
        QSignalSpy changed(&controller, &JobController::curves_changed);
        controller.discard();
        QVERIFY(!controller.running());
        QVERIFY(controller.curves().curves.empty());
        QTest::qWait(150);
        QCOMPARE(changed.count(), 0);
        QCOMPARE(finished.count(), 0);
    }

    void two_jobs_in_a_row_do_not_mix() {
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        for (const char* layer : {"first", "second"}) {
            controller.start([=](const EventSink& sink, std::stop_token stop) { fake_sensitivity({layer}, rates, 5, sink, stop); });
            QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
            QCOMPARE(controller.curves().curves.size(), std::size_t(1));
            QCOMPARE(controller.curves().curves[0].info.layer, std::string(layer));
            QCOMPARE(count_trials(controller.curves()), 15);
        }
        QCOMPARE(finished.count(), 2);
    }

    void a_slot_may_start_the_next_job() {
        JobController controller;
        int ended = 0;
        connect(&controller, &JobController::finished, [&] {
            if (++ended < 5) controller.start([](const EventSink& sink, std::stop_token) { sink(JobFinished{}); });
        });
        controller.start([](const EventSink& sink, std::stop_token) { sink(JobFinished{}); });
        QTRY_COMPARE(ended, 5);
    }

    void a_slot_with_its_own_event_loop_holds_nothing_up() {
        JobController controller;
        bool nested = false;
        std::int64_t seen_inside = 0;
        connect(&controller, &JobController::curves_changed, this, [&] {
            if (std::exchange(nested, true)) return;
            QTRY_VERIFY(count_trials(controller.curves()) > 20);  // as behind a dialog that a slot opened
            seen_inside = count_trials(controller.curves());
        });
        controller.start([](const EventSink& sink, std::stop_token stop) { fake_sensitivity({"CONV-1"}, rates, 100'000, sink, stop); });
        QTRY_VERIFY(seen_inside > 20);
    }

    void errors_arrive_as_a_sentence_first_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("error") << 0 << "Cannot read a.bin: open another folder.";
        QTest::newRow("defect") << 1 << "The job ended unexpectedly; the activity log has the details.\nfirst line\nstack trace";
        QTest::newRow("unknown") << 2 << "The job ended unexpectedly, with an error of unknown kind.";
    }

    void errors_arrive_as_a_sentence_first() {
        QFETCH(int, kind);
        QFETCH(QString, sentence);
        JobController controller;
        QSignalSpy finished(&controller, &JobController::finished);
        QSignalSpy failed(&controller, &JobController::failed);
        controller.start([kind](const EventSink& sink, std::stop_token) {
            sink(fake_start({"CONV-1"}, rates, 1));
            sink(fake_trial(0, 0, 0));
            if (kind == 0) throw Error("Cannot read a.bin: open another folder.");
            if (kind == 1) throw std::runtime_error("first line\nstack trace");
            throw 1;
        });
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(failed.at(0).at(0).toString(), sentence);
        QCOMPARE(finished.count(), 0);
        QVERIFY(!controller.running());
        QCOMPARE(count_trials(controller.curves()), 1);  // what came before the error is kept
    }

    void destruction_stops_and_joins() {
        std::atomic<bool> running{false};
        auto controller = std::make_unique<JobController>();
        controller->start([&](const EventSink& sink, std::stop_token stop) {
            running = true;
            fake_sensitivity({"CONV-1"}, rates, 100'000, sink, stop);
            running = false;
        });
        while (!running) std::this_thread::sleep_for(1ms);
        QElapsedTimer clock;
        clock.start();
        controller.reset();
        QVERIFY(!running);
        QVERIFY(clock.elapsed() < 1000);
        QTest::qWait(20);  // wake-ups still posted must not reach the deleted object
    }

    void a_slot_may_delete_the_controller() {
        auto* controller = new JobController;
        QSignalSpy destroyed(controller, &QObject::destroyed);
        connect(controller, &JobController::curves_changed, [controller] { delete controller; });
        controller->start([](const EventSink& sink, std::stop_token stop) { fake_sensitivity({"CONV-1"}, rates, 100'000, sink, stop); });
        QTRY_COMPARE(destroyed.count(), 1);
    }

    void what_a_job_holds_is_released_when_it_ends() {
        JobController controller;
        auto held = std::make_shared<int>(1);
        const std::weak_ptr<int> watch = held;
        controller.start([held = std::move(held)](const EventSink&, std::stop_token) {});
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        QVERIFY(watch.expired());
    }

    void many_threads_may_emit() {
        constexpr int threads = 8;
        constexpr int trials = 2000;
        JobController controller;
        controller.start([](const EventSink& sink, std::stop_token) {
            sink(fake_start(std::vector<std::string>(threads, "layer"), rates, trials));
            std::vector<std::jthread> workers;
            for (int worker = 0; worker < threads; ++worker) {
                workers.emplace_back([&sink, worker] {
                    for (int trial = 0; trial < trials; ++trial) sink(fake_trial(worker, trial % 3, trial));
                });
            }
            workers.clear();
            sink(JobFinished{});
        });
        QTRY_VERIFY_WITH_TIMEOUT(!controller.running(), 60'000);
        QCOMPARE(count_trials(controller.curves()), threads * trials);
    }

    void restless_users_do_no_harm() {
        JobController controller;
        std::atomic<int> alive{0};
        for (int round = 0; round < 60; ++round) {
            controller.start([&](const EventSink& sink, std::stop_token stop) {
                ++alive;
                std::vector<std::jthread> workers;
                std::mutex one_at_a_time;
                sink(fake_start({"a", "b"}, rates, 1000));
                for (int worker = 0; worker < 2; ++worker) {
                    workers.emplace_back([&, worker] {
                        for (int trial = 0; !stop.stop_requested(); ++trial) {
                            const std::lock_guard lock(one_at_a_time);
                            sink(fake_trial(worker, 0, trial));
                        }
                    });
                }
                workers.clear();
                --alive;
            });
            QTest::qWait(round % 5);
            if (round % 3 == 0) controller.stop();
            if (round % 3 == 1) controller.discard();
        }
        controller.discard();
        QTRY_COMPARE(alive, 0);
    }
};

QTEST_GUILESS_MAIN(TestJobController)
#include "test_job_controller.moc"
