// A study that the first release wrote: it opens, goes on, is repeated and exported by every later one.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <nlohmann/json.hpp>

#include "common/text_file.h"
#include "data/dataset_reader.h"
#include "study/job_run.h"
#include "study/replay.h"
#include "study/study_errors.h"
#include "study/study_export.h"
#include "study/study_results.h"

using namespace clipscope;

namespace {

const QString release = CLIPSCOPE_SOURCE_DIR "/tests/core/study/release-0.1.0/";

// A change of LibTorch or the processor may turn a near tie.
bool is_nearly(const Outcome& a, const Outcome& b) {
    return a.images == b.images && std::abs(a.correct - b.correct) <= 1 && std::abs(a.due - b.due) <= 1;
}

}  // namespace

class TestReleaseStudy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        const QString path = folder_->filePath("study.clipscope");
        QVERIFY(QFile::copy(release + "study.clipscope", path));
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner));
        path_ = path.toStdString();
    }

    void it_opens_with_all_its_jobs() {
        const Study study = Study::open(path_);
        const std::vector<JobRecord> jobs = study.jobs();
        QStringList kinds;
        for (const JobRecord& job : jobs) kinds << QString::fromStdString(std::string(job.settings.kind->id) + " " + to_string(job.state));
        QCOMPARE(kinds, (QStringList{"sensitivity done", "bits done", "harden done", "compare done", "sweep done", "profile done",
                                     "sensitivity done", "sensitivity stopped"}));
        QCOMPARE(jobs[6].settings.memory.format, NumberFormat::parse("int8"));
        QVERIFY(jobs[7].settings.exact && jobs[7].settings.memory.kind == FaultKind::stuck1);
        QCOMPARE(read_curves(study, 2).curves.info.axis, PointAxis::bit_position);
        QCOMPARE(read_tuning(study, 3).searches.size(), std::size_t(4));
        QCOMPARE(read_tuning(study, 5).sweeps.at(0).points.size(), std::size_t(3));
    }

    void its_numbers_are_exported_unchanged() {
        const Study study = Study::open_to_read(path_);
        QDir().mkpath(folder_->filePath("tables"));
        export_csv(study, folder_->filePath("tables").toStdString());
        QStringList rows = QString::fromStdString(read_text_file(folder_->filePath("tables/trials.csv").toStdString())).split('\n');
        QStringList expected = QString::fromStdString(read_text_file((release + "trials.csv").toStdString())).split('\n');
        QCOMPARE(rows.size(), expected.size());
        const qsizetype bit = rows[0].split(',').indexOf("bit");
        QVERIFY(bit > 0 && rows[0].split(',')[bit - 1] == "rate_per_bit");
        for (int i = 1; i + 1 < rows.size(); ++i) {
            // The first release had bit positions among the rates.
            QStringList cells = rows[i].split(',');
            if (const QString position = cells.takeAt(bit); !position.isEmpty()) cells[bit - 1] = position;
            QCOMPARE(cells.join(','), expected[i]);
        }
        const auto json = nlohmann::json::parse(export_json(study));
        QCOMPARE(json.at("jobs").size(), std::size_t(8));
        QCOMPARE(json.at("jobs").at(1).at("result").at("curves").at(0).at("points").at(0).at("bit").get<int>(), 29);
    }

    void its_trials_are_repeated() {
        if (!QFile::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        const Study study = Study::open_to_read(path_);
        for (const char* name : {"1:CONV-2+FC-1:0.001:2", "1:network:0.0001:0", "2:CONV-1:30:1", "4:network:0.001:1", "7:network:0.001:0",
                                 "8:network:0.001:0"}) {
            TrialName trial = parse_trial_name(name);
            if (trial.job == 7) trial.rate = read_curves(study, 7).curves.info.rates.back();
            const auto replayed = replay_trial(study, trial, {}, {});
            QVERIFY2(replayed.has_value(), name);
            // The protections of the study's hardening are shown as well; only a comparison measured them.
            const std::size_t measured = trial.job == 4 ? 3 : 1;
            for (std::size_t i = 0; i < measured; ++i) {
                const ReplayedOutcome& outcome = replayed->outcomes.at(i);
                QVERIFY2(outcome.stored.has_value(), name);
                QCOMPARE(outcome.outcome.faults, outcome.stored->faults);
                QVERIFY2(is_nearly(outcome.outcome.outcome, outcome.stored->outcome), name);
            }
        }
    }

    void what_was_stopped_goes_on() {
        if (!QFile::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        Study study = Study::open(path_);
        int ran = 0;
        try {
            run_study_job(study.another(), 8, {}, [&](const Event& event) { ran += std::holds_alternative<FaultsCounted>(event); }, {});
        } catch (const StudyInputError& error) {
            QSKIP(error.what());  // this LibTorch gives other answers without faults, and says so
        }
        QCOMPARE(study.job(8).state, JobState::done);
        const AccuracyCurve curve = read_curves(study, 8).curves.curves.at(0);
        for (const auto& trials : curve.trials) QCOMPARE(trials.size(), std::size_t(150));
        QVERIFY(ran > 0 && ran < 2 * 150);
        // Asked again, an old job is the one that is continued.
        JobSettings asked = study.job(1).settings;
        asked.trials = 4;
        QCOMPARE(continue_or_add_job(study, asked, open_job(asked)), JobId(1));
        // A hardening that is done is not done again.
        int evaluated = 0;
        run_study_job(study.another(), 3, {}, [&](const Event& event) { evaluated += std::holds_alternative<Progress>(event); }, {});
        QCOMPARE(evaluated, 0);
    }

    void settings_of_other_versions_are_understood() {
        JobSettings settings;
        settings.kind = JobKind::sweep;
        settings.site = "ACT-2";
        settings.trials = 7;
        auto json = nlohmann::ordered_json::parse(to_json(settings));
        for (const char* newer : {"state_key", "exact", "delta", "fault_kind", "nonfinite", "normalization", "rates"}) json.erase(newer);
        QCOMPARE(to_json(job_settings_from_json(json.dump(), "a.clipscope")), to_json(settings));

        json = nlohmann::ordered_json::parse(to_json(settings));
        json["precision"] = 0.01;
        json["slice"] = {2, 8};
        const JobSettings newer = job_settings_from_json(json.dump(), "a.clipscope");
        QVERIFY(nlohmann::ordered_json::parse(to_json(newer)) == json);
        QVERIFY(!can_continue(newer, settings) && can_continue(newer, newer));

        for (const char* damaged : {"", "[]", R"({"kind":"sweep","trials":"many"})", R"({"model":"a.pt"})"})
            QVERIFY_THROWS_EXCEPTION(StudyDamagedError, job_settings_from_json(damaged, "a.clipscope"));
        try {
            job_settings_from_json(R"({"kind":"duel"})", "a.clipscope");
            QFAIL("an unknown kind of job");
        } catch (const StudyDamagedError& error) {
            QVERIFY2(QString(error.what()).contains("newer") && QString(error.what()).contains("duel"), error.what());
        }
    }

    void what_else_a_newer_one_keeps_of_a_job_stays() {
        Study study = Study::open(path_);
        const ResolvedSettings resolved = study.resolved(7);
        QVERIFY(!resolved.suggested_rates.empty());
        study.set_resolved(7, {{1e-5}, {1.5F, std::nullopt}});
        QVERIFY(study.resolved(7).suggested_rates == std::vector<double>{1e-5});
        QVERIFY(study.resolved(7).act_max == (std::vector<std::optional<float>>{1.5F, std::nullopt}));
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestReleaseStudy)
#include "test_release_study.moc"
