// Nothing committed is lost: jobs killed at random moments, disks that fill up; resumed, they end as if nothing had happened.
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <random>

#include "made_up_job.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;
using namespace clipscope::testing;
using namespace std::chrono_literals;

namespace {

std::size_t trials_in(const AccuracyCurves& curves) {
    std::size_t count = 0;
    for (const AccuracyCurve& curve : curves.curves)
        for (const auto& trials : curve.trials) count += trials.size();
    return count;
}

void resume(
    const std::string& path, JobId id, const MadeUpJob& job, const EventSink& sink = [](const Event&) {}, std::stop_token stop = {}) {
    const Study study = Study::open(path);
    StudyWriter writer(study, id, sink, stop);
    run(job, writer.known_trials(), writer.sink(), stop);
}

JobId prepare(const std::string& path) {
    return Study::create(path).add_job({});
}

}  // namespace

class TestStudyInterrupted : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath("a.clipscope").toStdString();
    }

    // Each kill at another random moment of the job that the one before left, until it is done; then the next job.
    void killed_at_random_moments_it_resumes_to_the_same_results() {
        MadeUpJob job{.trials = 60, .pause = 2ms};
        const std::string expected = result_to_json({.curves = uninterrupted(job)});
        std::mt19937 random(std::random_device{}());
        int kills = 0, finished = 0;
        std::size_t most_resumed = 0;
        while (kills < 50) {
            QFile::remove(QString::fromStdString(path_));
            const JobId id = prepare(path_);
            for (bool is_done = false; !is_done;) {
                job.workers = 1 + kills % 3;
                const pid_t child = fork();
                if (child == 0) {
                    resume(path_, id, job);
                    _exit(0);
                }
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 600'000));
                kill(child, SIGKILL);
                int status = 0;
                waitpid(child, &status, 0);
                is_done = WIFEXITED(status);
                if (!is_done) ++kills;
                const Study study = Study::open_to_read(path_);
                const CampaignResult kept = read_curves(study, id);
                if (!is_done) most_resumed = std::max(most_resumed, trials_in(kept.curves));
                if (is_done) QCOMPARE(result_to_json(kept), expected);
                if (kills >= 50 && !is_done) {
                    resume(path_, id, job);
                    QCOMPARE(result_to_json(read_curves(Study::open_to_read(path_), id)), expected);
                    is_done = true;
                }
            }
            ++finished;
        }
        QVERIFY(finished >= 1);
        QVERIFY2(most_resumed > 50, "no kill came in the middle of the trials");
    }

    void a_killed_job_is_called_interrupted() {
        const JobId id = prepare(path_);
        const pid_t child = fork();
        if (child == 0) {
            const Study study = Study::open(path_);
            StudyWriter writer(study, id, [](const Event&) {}, {});
            kill(getpid(), SIGKILL);
        }
        waitpid(child, nullptr, 0);
        QCOMPARE(Study::open(path_).job(id).state, JobState::interrupted);
    }

    void results_are_on_the_disk_within_a_second() {
        const JobId id = prepare(path_);
        const Study study = Study::open(path_);
        StudyWriter writer(study, id, [](const Event&) {}, {});
        const MadeUpJob job;
        const EventSink sink = writer.sink();
        sink(started_event(job));
        for (int trial = 0; trial < 3; ++trial) sink(TrialFinished{0, 1, trial, outcome_of(job, 0, job.rates[1], trial)});
        const Study watching = Study::open_to_read(path_);
        // Nothing more comes from the job that could push them out.
        QTRY_COMPARE_WITH_TIMEOUT(trials_in(read_curves(watching, id).curves), std::size_t(3), 1000);
    }

    void a_full_disk_makes_the_job_wait() {
        const QString disk = folder_->filePath("disk");
        QDir().mkpath(disk);
        if (mount("tmpfs", disk.toUtf8(), "tmpfs", 0, "size=400k") != 0) QSKIP("only root can make a small file system");
        const auto unmount = qScopeGuard([&] { umount2(disk.toUtf8(), MNT_DETACH); });
        const std::string path = disk.toStdString() + "/a.clipscope";
        const JobId id = prepare(path);
        const MadeUpJob job{.trials = 3000, .pause = 20us};
        QFile ballast(disk + "/ballast");
        QVERIFY(ballast.open(QFile::WriteOnly));
        ballast.write(QByteArray(100'000, 'x'));
        ballast.close();

        std::vector<std::string> messages;
        std::atomic<int> shown{0};
        std::jthread rescuer([&] {
            while (shown == 0) std::this_thread::sleep_for(10ms);
            QCOMPARE(result_to_json(read_curves(Study::open_to_read(path), id)).empty(), false);
            mount("tmpfs", disk.toUtf8(), "tmpfs", MS_REMOUNT, "size=20m");
        });
        resume(path, id, job, [&](const Event& event) {
            if (const auto* message = std::get_if<Message>(&event)) {
                messages.push_back(message->text);
                if (!message->is_urgent) messages.push_back("not told where nobody watches");
                ++shown;
            }
        });
        rescuer.join();
        QVERIFY(messages.size() >= 2);
        QVERIFY2(messages[0].find("disk is full") != std::string::npos, messages[0].c_str());
        QVERIFY2(messages[1].find("goes on") != std::string::npos, messages[1].c_str());
        QCOMPARE(result_to_json(read_curves(Study::open_to_read(path), id)), result_to_json({.curves = uninterrupted(job)}));
    }

    // The same without root: this process may write no larger files. Stopped meanwhile, it says what is lost, and later it resumes.
    void stopped_while_the_disk_is_full_it_keeps_what_was_committed() {
        const JobId id = prepare(path_);
        const MadeUpJob job{.trials = 3000, .pause = 20us};
        const pid_t child = fork();
        if (child == 0) {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit small{300'000, 300'000};
            setrlimit(RLIMIT_FSIZE, &small);
            std::stop_source stop;
            int status = 1;
            try {
                resume(
                    path_, id, job,
                    [&](const Event& event) {
                        if (std::holds_alternative<Message>(event)) stop.request_stop();
                    },
                    stop.get_token());
            } catch (const StudyFullError& error) {
                status = std::string(error.what()).find("all before are kept") == std::string::npos ? 2 : 0;
            } catch (const std::exception& error) {
                qWarning("%s", error.what());
                status = 3;
            }
            _exit(status);
        }
        int status = 0;
        waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        const std::size_t kept = trials_in(read_curves(Study::open_to_read(path_), id).curves);
        QVERIFY2(kept > 100 && kept < 30'000, qPrintable(QString::number(kept)));
        resume(path_, id, job);
        QCOMPARE(result_to_json(read_curves(Study::open_to_read(path_), id)), result_to_json({.curves = uninterrupted(job)}));
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestStudyInterrupted)
#include "test_study_interrupted.moc"
