// Studies in the window: moved models, damaged files, other programs that write, copies of jobs, what was left open.
#include <qcustomplot.h>

#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>
#include <algorithm>
#include <cmath>

#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/progress_strip.h"
#include "controls/welcome_pane.h"
#include "core/study/made_up_job.h"
#include "results/result_json.h"
#include "study/listed_trials.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"
#include "tables/fault_table.h"
#include "tables/job_table.h"
#include "tables/trial_picker.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

// As core does with a job whose model cannot be opened.
Engine engine_that_cannot_open(const std::string& model) {
    Engine engine = fake_engine();
    engine.study_job = [model, make = engine.study_job](const Study& study, JobId id, int threads) -> Job {
        if (study.job(id).settings.model != model) return make(study, id, threads);
        const auto own = std::make_shared<Study>(study.another());
        return [own, id](const EventSink&, std::stop_token) {
            own->set_failed(id, "The model is a picture: choose another file.");
            throw Error("The model is a picture: choose another file.");
        };
    };
    return engine;
}

// The model of the study's first job is gone; whatever is not `right` is another file.
Engine engine_without(const std::string& gone, const std::string& right) {
    Engine engine = fake_engine();
    engine.is_source_there = [gone](const std::string& path) { return path != gone; };
    engine.check_source = [right](const JobRecord&, SourceKind, const std::string& path) {
        if (path != right) throw StudyInputError("The file '" + path + "' is not the model that job 1 was measured with.");
    };
    return engine;
}

QString state_of(Desk& desk, int row) {
    return desk.part<JobTable>().view().model()->index(row, 1).data().toString();
}

}  // namespace

class TestWindowStudies : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
        file_ = folder_->filePath("kept.clipscope");
    }

    void a_job_that_cannot_begin_fails_and_the_next_one_runs() {
        JobSettings settings{.model = "good.pt", .layers = "CONV-1", .rates = "0,1e-6,1e-5", .trials = 20};
        JobId ids[3] = {};
        {
            Study study = Study::create(file_.toStdString());
            for (JobId& id : ids) {
                settings.model = &id == &ids[1] ? "bad.pt" : "good.pt";
                id = study.add_job(settings);
            }
        }
        const auto [first, second, third] = ids;
        Desk desk(engine_that_cannot_open("bad.pt"));
        const StudyDesk& study = desk.window.desk();
        desk.window.open_study(file_);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        emit desk.part<JobTable>().run_requested(first);
        button(desk.part<ProgressStrip>(), "Go on")->click();  // what waited when the study was opened is paused
        QTRY_COMPARE_WITH_TIMEOUT(study.job(third)->state, JobState::done, 20'000);
        QCOMPARE(study.job(first)->state, JobState::done);
        QCOMPARE(study.job(second)->state, JobState::failed);
        QCOMPARE(study.job(second)->error, std::string("The model is a picture: choose another file."));
        QCOMPARE(desk.errors, QStringList("The model is a picture: choose another file."));
    }

    void a_moved_model_is_asked_for_and_checked() {
        const std::string old = make_study();
        Desk desk(engine_without(old, "right.pt"));
        desk.found = {"wrong.pt", "right.pt"};
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
        QCOMPARE(desk.missing.size(), 2);
        QVERIFY2(desk.missing[0].contains("'fake.pt' (10 bytes)") && desk.missing[0].contains("SHA-256"), qPrintable(desk.missing[0]));
        QCOMPARE(desk.errors.size(), 1);
        QVERIFY(desk.errors[0].contains("'wrong.pt' is not the model"));
        QCOMPARE(desk.window.laboratory().model()->name, std::string("right.pt"));
        for (const JobRecord& job : desk.window.desk().jobs()) QCOMPARE(job.settings.model, std::string("right.pt"));
        // It is asked for once.
        emit desk.part<JobTable>().run_requested(desk.window.desk().jobs().back().id);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.desk().jobs().back().state == JobState::done && !desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.missing.size(), 2);
    }

    void nobody_is_asked_when_a_waiting_job_has_its_turn() {
        const std::string old = make_study();
        {
            Study study = Study::open(file_.toStdString());
            JobSettings other = study.jobs().front().settings;
            other.model = "there.pt";
            other.layers = "FC-1";
            study.add_job(other);
            const JobId first = study.add_job(other);
            study.move_job(first, study.jobs().front().id);
        }
        Desk desk(engine_without(old, "right.pt"));
        desk.window.open_study(file_);
        const std::vector<JobRecord> jobs = desk.window.desk().jobs();
        QCOMPARE(jobs.size(), std::size_t(4));
        QTRY_COMPARE(desk.missing.size(), 1);  // to show the one that has run
        emit desk.part<JobTable>().run_requested(jobs[0].id);
        button(desk.part<ProgressStrip>(), "Go on")->click();
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.desk().jobs()[3].state, JobState::done, 20'000);
        QCOMPARE(desk.window.desk().jobs()[2].state, JobState::failed);
        QVERIFY(desk.window.desk().jobs()[2].error.find("no longer in") != std::string::npos);
        QCOMPARE(desk.missing.size(), 1);
    }

    void another_file_under_the_same_name_is_told_of() {
        make_study();
        Desk desk(engine_without("nothing", "right.pt"));
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.errors.size(), 1);
        QVERIFY2(desk.errors[0].contains("is not the model") && desk.errors[0].contains("cannot go on"), qPrintable(desk.errors[0]));
        QVERIFY(desk.missing.isEmpty());
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
    }

    void what_the_user_gives_up_is_told() {
        const std::string old = make_study();
        Desk desk(engine_without(old, "right.pt"));
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.missing.size(), 1);
        QVERIFY(desk.part<ActivityLog>().text().contains("is no longer in"));
        QVERIFY(!desk.window.laboratory().model());
        QCOMPARE(desk.window.desk().jobs().front().settings.model, old);
    }

    void a_study_that_another_program_writes_is_followed() {
        const testing::MadeUpJob job{
            .layers = {"CONV-1", "network"}, .rates = {1e-6, 1e-5}, .trials = 500, .pause = std::chrono::milliseconds(4)};
        auto study = std::make_unique<Study>(Study::create(file_.toStdString()));
        const JobId id = study->add_job({.layers = "CONV-1,network", .trials = job.trials});
        std::jthread program([&](const std::stop_token& stop) {
            StudyWriter writer(*study, id, [](const Event&) {}, {});
            testing::run(job, writer.known_trials(), writer.sink(), stop);
        });
        Desk desk;
        QTRY_VERIFY(Study::open_to_read(file_.toStdString()).job(id).state == JobState::running);
        desk.window.open_study(file_);
        QVERIFY(desk.errors.isEmpty());
        QVERIFY(desk.part<ActivityLog>().text().contains("is being written by another program"));
        QVERIFY(desk.window.windowTitle().startsWith("kept.clipscope (another program writes it)"));
        QTRY_VERIFY(trials_in(desk.plot().view()) > 0);
        const std::int64_t early = trials_in(desk.plot().view());
        QVERIFY(early < 4 * job.trials);
        QTRY_VERIFY(QRegularExpression("running, [0-9]+ %").match(state_of(desk, 0)).hasMatch());
        QTRY_VERIFY(trials_in(desk.plot().view()) > early);
        QTRY_COMPARE_WITH_TIMEOUT(trials_in(desk.plot().view()), std::int64_t(4 * job.trials), 20'000);
        QTRY_COMPARE(state_of(desk, 0), QString("done"));
        QVERIFY(!desk.window.desk().is_writable());
        program.join();
        study.reset();
        QTRY_VERIFY(desk.window.desk().is_writable());
        QCOMPARE(desk.window.windowTitle(), QString("kept.clipscope — ClipScope"));
    }

    void a_damaged_study_is_recovered_into_a_copy() {
        {
            Study study = Study::create(file_.toStdString());
            const JobId id = study.add_job({});
            StudyWriter writer(study, id, [](const Event&) {}, {});
            testing::run({.trials = 600}, writer.known_trials(), writer.sink());
        }
        QFile file(file_);
        QVERIFY(file.open(QFile::ReadWrite));
        file.seek(file.size() / 2 / 4096 * 4096);
        file.write(QByteArray(4096, '\xFF'));
        file.close();
        Desk desk;
        desk.path = folder_->filePath("saved.clipscope");
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.damaged.size(), 1);
        QTRY_COMPARE(desk.window.desk().path(), desk.path);
        QCOMPARE(desk.told.size(), 1);
        QVERIFY2(desk.told[0].contains("1 job, ") && desk.told[0].contains("Not all could be read of: trial"), qPrintable(desk.told[0]));
        QTRY_VERIFY(trials_in(desk.plot().view()) > 600);
        QVERIFY(QFileInfo::exists(file_));
        // What is no study is only told of.
        QFile text(folder_->filePath("text.clipscope"));
        QVERIFY(text.open(QFile::WriteOnly));
        text.write(QByteArray("not a study\n").repeated(1000));
        text.close();
        desk.window.open_study(text.fileName());
        QCOMPARE(desk.damaged.size(), 1);
        QCOMPARE(desk.errors.size(), 1);
    }

    void a_copy_of_a_job_is_a_job_of_its_own() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.run(2);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
        emit desk.part<JobTable>().duplicate_requested(desk.window.desk().jobs().front().id);
        desk.action("&Run")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        QVERIFY(to_json(desk.window.desk().jobs()[0].settings) == to_json(desk.window.desk().jobs()[1].settings));
        desk.action("&Run")->trigger();  // only the first run after it
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
    }

    void removed_jobs_give_their_space_back() {
        Desk desk;
        desk.open_both();
        desk.run(200);
        QVERIFY(!desk.action("&Free space of removed jobs")->isEnabled());
        emit desk.part<JobTable>().remove_requested(desk.window.desk().jobs().front().id);
        QVERIFY(desk.action("&Free space of removed jobs")->isEnabled());
        desk.action("&Free space of removed jobs")->trigger();
        QTRY_VERIFY(desk.part<ActivityLog>().text().contains("gone for good"));
        QVERIFY(!desk.action("&Undo removing")->isEnabled());
        QVERIFY(!desk.action("&Free space of removed jobs")->isEnabled());
        QVERIFY(Study::open_to_read(desk.window.desk().path().toStdString()).jobs(true).empty());
    }

    void what_was_left_open_is_offered() {
        QString unnamed;
        {
            Desk desk;
            QVERIFY(!button(desk.part<WelcomePane>(), "Reopen")->isVisible());
            QVERIFY(!desk.action("Reopen &last study")->isEnabled());
            desk.open_both();
            desk.run(1);
            unnamed = desk.window.desk().path();
        }
        {
            Desk desk;
            QPushButton* reopen = button(desk.part<WelcomePane>(), "Reopen");
            QVERIFY(reopen->isVisible());
            reopen->click();
            QCOMPARE(desk.window.desk().path(), unnamed);
            QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
            desk.path = file_;
            desk.action("Save stud&y as…")->trigger();
        }
        Desk desk;
        QLabel* text = nullptr;
        for (QLabel* label : desk.part<WelcomePane>().findChildren<QLabel*>())
            if (label->text().contains("kept.clipscope")) text = label;
        QVERIFY(text != nullptr && text->isVisible());
        button(desk.part<WelcomePane>(), "Not now")->click();
        QVERIFY(!text->isVisible());
        desk.action("Reopen &last study")->trigger();
        QCOMPARE(desk.window.desk().path(), file_);
        QVERIFY(!desk.action("Reopen &last study")->isEnabled());  // it is open
    }

    void a_list_of_faults_is_among_the_jobs() {
        const std::string old = make_study();
        JobId id = 0;
        {
            Study study = Study::open(file_.toStdString());
            JobSettings settings = study.jobs().front().settings;
            settings.kind = JobKind::faults;
            settings.list = {"/somewhere/resnet.csv", "0123", 2, false};
            id = study.add_job(settings);
            const std::vector<LayerInfo> parts = {{.name = "CONV-1",
                                                   .path = "conv",
                                                   .kind = "Conv2d",
                                                   .shape = {4},
                                                   .parameters = {{.path = "conv.weight", .shape = {4}, .elements = 4}}}};
            const auto trials = read_fault_list("parameter,element,bit\nconv.weight,0,1\nconv.weight,0,30\n", "a", parts, {});
            keep_listed_trials(study, id, trials, parts);
            StudyWriter writer(study, id, [](const Event&) {}, {});
            writer.sink()(FaultListStarted{});
            writer.sink()(ListedTrialFinished{0, {.faults = 1, .unchanged = 10, .outcome = {.images = 10}}});
            writer.sink()(ListedTrialFinished{1, {.faults = 1, .other_answer = 10, .outcome = {.images = 10}}});
            writer.sink()(JobFinished{});
        }
        Desk desk(fake_engine());
        desk.window.open_study(file_);
        QTRY_VERIFY(desk.part<JobTable>().view().model()->rowCount() > 1);
        emit desk.part<JobTable>().job_selected(id);
        QTRY_VERIFY2(desk.part<ActivityLog>().text().contains("2 trials: 1 change no logit, 0 no answer, 1 answers"),
                     qPrintable(desk.part<ActivityLog>().text()));
        emit desk.part<JobTable>().change_requested(id);
        QVERIFY(desk.part<ActivityLog>().text().contains("has no form here"));
        QVERIFY2(desk.errors.isEmpty() && desk.damaged.isEmpty(), qPrintable(desk.errors.join('\n')));
        QTRY_VERIFY(desk.part<JobTable>()
                        .view()
                        .model()
                        ->index(int(desk.window.desk().jobs().size()) - 1, 0)
                        .data()
                        .toString()
                        .contains("Fault list: resnet.csv"));
    }

    void what_was_injected_can_be_looked_at() {
        const testing::MadeUpJob job{.layers = {"CONV-1", "FC-1"}, .rates = {1e-6, 1e-5}};
        {
            Study study = Study::create(file_.toStdString());
            const JobId id = study.add_job({.layers = "CONV-1,FC-1"});
            StudyWriter writer(study, id, [](const Event&) {}, {});
            testing::run(job, writer.known_trials(), writer.sink());
        }
        Desk desk;
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(2));
        FaultTable& table = desk.part<FaultTable>();
        emit desk.part<JobTable>().audit_requested(1);
        QTRY_VERIFY2(table.headline().contains("No fault came to FC-1."), qPrintable(table.headline()));
        const QAbstractItemModel& model = *table.view().model();
        QCOMPARE(model.rowCount(), 3);  // CONV-1 in all, its bit 30, FC-1
        QCOMPARE(model.index(1, 1).data().toString(), QString("30"));
        std::int64_t asked = 0;
        for (const AccuracyCurve& curve : testing::uninterrupted(job).curves)
            for (const auto& trials : curve.trials)
                for (const auto& [number, trial] : trials) asked += trial.faults;
        QCOMPARE(model.index(0, 2).data().toString().remove(','), QString::number(asked));
        QCOMPARE(model.index(0, 3).data().toString(), model.index(0, 2).data().toString());

        // The worst trial is proposed; another one is asked for.
        desk.window.findChild<LayerTable*>()->layer_selected("FC-1");
        desk.text = "1:FC-1:1e-05:12";
        emit desk.part<JobTable>().trial_requested(1);
        QTRY_COMPARE(model.columnCount(), 6);
        const TrialName worst = parse_trial_name(desk.proposed.toStdString());
        QCOMPARE(worst.layer, std::string("FC-1"));
        for (const auto& [number, trial] : read_trials(Study::open_to_read(file_.toStdString()), 1, "FC-1", Protection::none, worst.rate))
            QVERIFY(testing::outcome_of(job, 1, worst.rate, worst.trial).outcome.correct <= trial.outcome.correct);
        QVERIFY2(table.headline().contains("kept.clipscope:1:FC-1:1e-05:12") && table.headline().contains("40.00 %, as in the study"),
                 qPrintable(table.headline()));
        desk.path = folder_->filePath("faults.csv");
        emit table.export_requested();
        QCOMPARE(read_text_file(desk.path.toStdString()),
                 std::string("Layer,Parameter,Index,Bit,Before,After\nCONV-1,path.CONV-1.weight,\"0,7\",30,0.5,1.7e+38\n"));
        desk.text = "nonsense";
        emit desk.part<JobTable>().trial_requested(1);
        QTRY_COMPARE(desk.errors.size(), 1);
    }

    // From the picture to the bits: a double click on a point repeats its worst trial, as the study has it.
    void a_point_double_clicked_lists_the_bits_of_its_worst_trial() {
        Desk desk;
        desk.open_both();
        desk.set_form(12);
        SensitivityForm form = desk.panel().form();
        form.layers = QStringLiteral("FC-1");
        desk.panel().set_form(form);
        desk.action("&Run")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        AccuracyPlot& plot = desk.plot();
        QCOMPARE(plot.view().series.size(), std::size_t(1));  // so that nothing else can be meant
        const AccuracySeries series = plot.view().series.front();
        const CurvePoint& point = series.points.back();
        const QCustomPlot& axes = plot.plot();
        const auto at = [&] {
            return QPointF(axes.xAxis->coordToPixel(std::log10(point.rate)), axes.yAxis->coordToPixel(100 * point.mean));
        };
        const int last = int(series.points.size()) - 1;
        QTRY_COMPARE(plot.hit_at(at()).value_or(AccuracyPlot::Hit{}).point, last);  // curves are drawn a little after they came
        auto& table = desk.part<FaultTable>();
        QVERIFY(!table.fault_view().is_trial);
        const QPoint place = at().toPoint();
        QTest::mouseDClick(&plot.plot(), Qt::LeftButton, {}, place);
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, place);  // which QTest leaves out
        QTRY_VERIFY(table.fault_view().is_trial);
        QTRY_VERIFY(table.isVisible());
        const StudyDesk& studies = desk.window.desk();
        const JobId job = studies.jobs().front().id;
        const Study study = Study::open_to_read(studies.path().toStdString());
        const auto trials = read_trials(study, job, series.name.toStdString(), Protection::none, point.rate);
        QCOMPARE(trials.size(), std::size_t(12));
        const auto worst =
            std::ranges::min_element(trials, {}, [](const auto& trial) { return accuracy(trial.second.outcome, NonfiniteRule::wrong); });
        const QString name = QStringLiteral("%1:%2:1e-05:%3").arg(job).arg(series.name).arg(worst->first);
        QVERIFY2(table.headline().contains(name), qPrintable(table.headline() + " is not " + name));
        QCOMPARE(table.picker().trial(), worst->first);
        QCOMPARE(table.picker().rate(), point.rate);
    }

    void trials_of_a_reopened_job_come_when_they_are_asked_for() {
        make_study();
        Desk desk;
        desk.window.open_study(file_);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
        desk.numbers_file = folder_->filePath("numbers.json");
        desk.action("Export &numbers…")->trigger();
        const Study study = Study::open_to_read(file_.toStdString());
        QCOMPARE(read_text_file(desk.numbers_file.toStdString()), result_to_json(read_curves(study, study.jobs().front().id)));
    }

private:
    // A job that has run and one that has not, on the same model, whose path it returns.
    std::string make_study() {
        {
            Desk desk;
            desk.open_both();
            desk.path = file_;
            desk.run(2);
            desk.action("Save stud&y as…")->trigger();
        }
        Study study = Study::open(file_.toStdString());
        const JobRecord job = study.jobs().front();
        JobSettings other = job.settings;
        other.layers = "CONV-2";
        study.add_job(other);
        study.set_sources(job.id, {job.settings.model, 10, "aaaa", "{}"}, {job.settings.data, 20, "bbbb", "{}"}, std::nullopt);
        return job.settings.model;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString file_;
};

QTEST_MAIN(TestWindowStudies)
#include "test_window_studies.moc"
