// What running jobs, the queue, forms and shown results make of it when the study or the model changes, or something goes away.
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <atomic>

#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/progress_strip.h"
#include "results/result_json.h"
#include "study/study_results.h"
#include "study/study_writer.h"
#include "tables/job_table.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int as_long_as_it_takes = 100'000;  // trials

JobSettings settings_of(const std::string& model) {
    return {.model = model, .layers = "CONV-1", .rates = "0,1e-6,1e-5", .trials = 2};
}

void start_long_job(Desk& desk) {
    desk.set_form(as_long_as_it_takes);
    desk.action("&Run")->trigger();
    QTRY_VERIFY(trials_in(desk.plot().view()) > 20);
}

}  // namespace

class TestStudyChanges : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
        file_ = folder_->filePath("kept.clipscope");
    }

    void another_study_gives_up_the_running_job() {
        make_study(file_);
        Desk desk;
        desk.open_both();
        start_long_job(desk);
        desk.window.open_study(file_);
        QVERIFY(!desk.window.jobs().running());
        QVERIFY(desk.part<ActivityLog>().text().contains("Given up: another study was opened"));
        // Its first job has the same number as the one that ran.
        QCOMPARE(desk.part<JobTable>().view().model()->index(0, 1).data().toString(), QString("done"));
        QTRY_COMPARE(trials_in(desk.plot().view()), std::int64_t(3 * 2));
        QTest::qWait(200);
        QCOMPARE(desk.window.desk().jobs()[1].state, JobState::queued);
        QVERIFY(desk.errors.isEmpty());
    }

    void what_the_given_up_job_found_stays_and_can_be_exported() {
        Desk desk;
        desk.open_both();
        start_long_job(desk);
        desk.action("Ne&w study")->trigger();
        QVERIFY(!desk.window.jobs().running());
        QVERIFY(trials_in(desk.plot().view()) > 20);
        desk.numbers_file = folder_->filePath("numbers.csv");
        desk.action("Export &numbers…")->trigger();
        QVERIFY(read_text_file(desk.numbers_file.toStdString()).find("CONV-1") != std::string::npos);
    }

    void shown_curves_are_found_under_the_new_name() {
        QString unnamed;
        {
            Desk desk;
            desk.open_both();
            desk.run(2);
            unnamed = desk.window.desk().path();
        }
        Desk desk;
        desk.window.open_study(unnamed);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
        desk.path = file_;
        desk.action("Save stud&y as…")->trigger();
        QVERIFY(!QFileInfo::exists(unnamed));
        desk.numbers_file = folder_->filePath("numbers.json");
        desk.action("Export &numbers…")->trigger();
        QCOMPARE(desk.errors, QStringList());
        QCOMPARE(read_text_file(desk.numbers_file.toStdString()),
                 result_to_json(read_curves(Study::open_to_read(file_.toStdString()), desk.window.desk().jobs().front().id)));
    }

    void a_job_without_results_shows_none() {
        make_study(file_);
        Desk desk;
        desk.window.open_study(file_);
        QTRY_VERIFY(trials_in(desk.plot().view()) > 0);
        emit desk.part<JobTable>().job_selected(desk.window.desk().jobs()[1].id);
        QTRY_VERIFY(desk.plot().view().series.empty());
        QVERIFY(!desk.action("Export &numbers…")->isEnabled());
    }

    void a_shown_job_that_is_purged_elsewhere_is_told_of_once() {
        make_study(file_);
        Study program = Study::open(file_.toStdString());
        Desk desk;
        desk.window.open_study(file_);
        QTRY_VERIFY(trials_in(desk.plot().view()) > 0);
        const auto times_told = [&] { return desk.part<ActivityLog>().text().count("is no longer in the study"); };
        program.remove_job(program.jobs().front().id);
        program.purge_removed();
        QTRY_COMPARE(times_told(), 1);
        for (int i = 0; i < 2; ++i) {
            program.set_notes("Note " + std::to_string(i));
            QTest::qWait(1500);
        }
        QCOMPARE(times_told(), 1);
        QCOMPARE(desk.errors, QStringList());
        QVERIFY(trials_in(desk.plot().view()) > 0);
    }

    void a_purge_forgets_only_what_it_removed() {
        make_study(file_);
        const QString other = folder_->filePath("other.clipscope");
        make_study(other);
        Desk desk;
        desk.window.open_study(file_);
        emit desk.part<JobTable>().remove_requested(desk.window.desk().jobs().front().id);
        desk.action("&Free space of removed jobs")->trigger();
        desk.window.open_study(other);
        emit desk.part<JobTable>().remove_requested(desk.window.desk().jobs().front().id);
        QTRY_VERIFY(desk.part<ActivityLog>().text().contains("gone for good"));
        QVERIFY(desk.action("&Undo removing")->isEnabled());
        desk.action("&Undo removing")->trigger();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
    }

    void a_copy_is_made_by_its_own_form_only() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.run_method(MethodJob::profile);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        emit desk.part<JobTable>().duplicate_requested(desk.window.desk().jobs().front().id);
        desk.run_method(MethodJob::profile);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        // A removed one has no copies either.
        emit desk.part<JobTable>().duplicate_requested(desk.window.desk().jobs().front().id);
        emit desk.part<JobTable>().remove_requested(desk.window.desk().jobs().front().id);
        desk.run(2);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        QCOMPARE(desk.errors, QStringList());
    }

    void a_job_of_another_model_is_not_changed_while_one_runs() {
        Desk desk;
        desk.open_both();
        desk.run(1);
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        start_long_job(desk);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));  // the same settings, but not the same model
        const auto [of_other, running] = std::pair(desk.window.desk().jobs()[0].id, desk.window.desk().jobs()[1].id);
        emit desk.part<JobTable>().change_requested(of_other);
        QCOMPARE(desk.panel().form().trials, as_long_as_it_takes);
        QTRY_COMPARE(desk.errors.size(), 1);
        QVERIFY2(desk.errors[0].contains("fake.pt") && desk.errors[0].contains("wait for the running job"), qPrintable(desk.errors[0]));
        emit desk.part<JobTable>().change_requested(running);
        QTest::qWait(20);
        QCOMPARE(desk.errors.size(), 1);
    }

    void a_click_does_not_overtake_the_queue() {
        JobId ids[3] = {};
        make_queue({"good.pt", "gone.pt", "good.pt"}, ids);
        std::atomic<bool> is_searching = false, may_end = false;
        Engine engine = fake_engine();
        engine.is_source_there = [](const std::string& path) { return path != "gone.pt"; };
        engine.find_source = [&](const Study&, const JobRecord&, SourceKind) {
            is_searching = true;
            while (!may_end) std::this_thread::yield();
            return std::optional<std::string>();
        };
        Desk desk(engine);
        desk.window.open_study(file_);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        emit desk.part<ProgressStrip>().go_on_requested();
        QTRY_VERIFY(is_searching);
        emit desk.part<JobTable>().job_selected(ids[0]);
        QVERIFY(desk.part<ActivityLog>().text().contains("Results of other jobs can be looked at"));
        emit desk.part<JobTable>().run_requested(ids[0]);
        QVERIFY(desk.part<ActivityLog>().text().contains("is about to start"));
        may_end = true;
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.desk().job(ids[2])->state, JobState::done, 20'000);
        QCOMPARE(desk.window.desk().job(ids[1])->state, JobState::failed);
    }

    void the_queue_goes_on_after_a_job_that_cannot_be_prepared() {
        JobId ids[3] = {};
        make_queue({"good.pt", "bad.pt", "good.pt"}, ids);
        Engine engine = fake_engine();
        engine.study_job = [make = engine.study_job](const Study& study, JobId id, int threads) -> Job {
            if (study.job(id).settings.model == "bad.pt") throw Error("There is nothing in it.");
            return make(study, id, threads);
        };
        Desk desk(engine);
        desk.window.open_study(file_);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        emit desk.part<ProgressStrip>().go_on_requested();
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.desk().job(ids[2])->state, JobState::done, 20'000);
        QCOMPARE(desk.window.desk().job(ids[1])->error, std::string("There is nothing in it."));
        QCOMPARE(desk.errors, QStringList("There is nothing in it."));
    }

    void an_export_between_two_formats_has_the_first() {
        std::atomic<bool> may_begin = false;
        Engine engine = fake_engine();
        engine.study_job = [&, make = engine.study_job](const Study& study, JobId id, int threads) -> Job {
            const bool is_second = study.job(id).settings.memory != MemoryModel{};
            return [&, is_second, job = make(study, id, threads)](const EventSink& sink, std::stop_token stop) {
                while (is_second && !may_begin && !stop.stop_requested()) std::this_thread::yield();
                job(sink, stop);
            };
        };
        Desk desk(engine);
        desk.open_both();
        SensitivityForm form = desk.panel().form();
        form.layers = QStringLiteral("network");
        form.rates = QStringLiteral("1e-6, 1e-5");
        form.trials = 2;
        form.format = QStringLiteral("float32, int8");
        desk.panel().set_form(form);
        emit desk.panel().run_requested();
        QTRY_COMPARE(desk.window.desk().jobs().front().state, JobState::done);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.desk().jobs().size() == 2 && desk.window.jobs().running(), 60'000);
        QTest::qWait(100);
        desk.numbers_file = folder_->filePath("numbers.csv");
        desk.action("Export &numbers…")->trigger();
        QVERIFY(read_text_file(desk.numbers_file.toStdString()).find("network") != std::string::npos);
        may_begin = true;
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(2));
    }

    void a_study_whose_file_is_gone_is_told_of() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        const JobId id = desk.window.desk().jobs().front().id;
        const QString path = desk.window.desk().path();
        QVERIFY(QFile::rename(path, path + ".away"));
        emit desk.part<JobTable>().audit_requested(id);
        QTRY_COMPARE(desk.errors.size(), 1);
        emit desk.part<JobTable>().trial_requested(id);
        QTRY_COMPARE(desk.errors.size(), 2);
        QVERIFY(QFile::rename(path + ".away", path));
        emit desk.part<JobTable>().audit_requested(id);
        QTest::qWait(100);
        QCOMPARE(desk.errors.size(), 2);
    }

private:
    // A job that has run and one that waits.
    static void make_study(const QString& file) {
        Study study = Study::create(file.toStdString());
        const JobId id = study.add_job(settings_of("good.pt"));
        JobSettings other = settings_of("good.pt");
        other.layers = "CONV-2";
        study.add_job(other);
        run_fake_job(study, id, [](const Event&) {}, {});
    }

    void make_queue(const std::vector<std::string>& models, JobId* ids) {
        Study study = Study::create(file_.toStdString());
        for (const std::string& model : models) *ids++ = study.add_job(settings_of(model));
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString file_;
};

QTEST_MAIN(TestStudyChanges)
#include "test_study_changes.moc"
