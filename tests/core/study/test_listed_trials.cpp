// Lists of faults in a study: kept and read again as they were, resumed, refused where they are damaged or belong to another network; views
// of older studies.
#include <sqlite3.h>

#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <limits>

#include "study/listed_trials.h"
#include "study/salvage.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;

namespace {

std::vector<LayerInfo> made_up_parts() {
    std::vector<LayerInfo> parts(2);
    parts[0] = {.name = "CONV-1", .path = "conv", .kind = "Conv2d", .shape = {4, 1, 3, 3}, .parameters = {}};
    parts[0].parameters = {{.path = "conv.weight", .shape = {4, 1, 3, 3}, .elements = 36},
                           {.path = "conv.bias", .shape = {4}, .elements = 4}};
    parts[1] = {.name = "FC-1", .path = "fc", .kind = "Linear", .shape = {10, 4}, .parameters = {}};
    parts[1].parameters = {{.path = "fc.weight", .shape = {10, 4}, .elements = 40}};
    return parts;
}

const std::string list_text =
    "trial,parameter,element,bit\na,conv.weight,35,31\nb,conv.bias,0,0\nb,fc.weight,39,30\nc,fc.weight,7,23\nd,fc.weight,8,23\n";

JobSettings list_job() {
    JobSettings settings{.kind = JobKind::faults};
    settings.list = {"/somewhere/list.csv", "0123", 4, false};
    return settings;
}

const Outcome clean = {400, 380, 381, 399, 400, 1, 0};

ListedOutcome outcome_of(std::size_t trial) {
    const float values[] = {-0.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e-41F};
    ListedOutcome listed{.faults = trial == 1 ? 2 : 1, .unchanged = 10, .same_answer = 300, .other_answer = 90, .outcome = {}};
    listed.outcome = {400, 300 + int(trial), 302, 390, 391, 5, 85};
    if (trial != 1) {
        listed.before = 0.1F;
        listed.after = trial == 3 ? values[1] : values[trial];
    }
    return listed;
}

bool is_same(const std::optional<float>& one, const std::optional<float>& other) {
    if (!one || !other) return !one && !other;
    return (*one != *one && *other != *other) || std::bit_cast<std::uint32_t>(*one) == std::bit_cast<std::uint32_t>(*other);
}

bool is_same(const ListedOutcome& one, const ListedOutcome& other) {
    return one.faults == other.faults && one.unchanged == other.unchanged && one.same_answer == other.same_answer &&
           one.other_answer == other.other_answer && one.outcome == other.outcome && is_same(one.before, other.before) &&
           is_same(one.after, other.after);
}

FaultListStarted started() {
    FaultListStarted started;
    started.info = {.model = "made-up.pt", .data = "made up", .images = 400, .classes = 10, .trials = 4, .memory = {}, .rates = {}};
    started.clean = clean;
    return started;
}

bool is_sentence(const std::string& text) {
    return text.size() > 30 && text.ends_with('.') && text.find('\n') == std::string::npos;
}

std::string failure(const std::function<void()>& function) {
    try {
        function();
    } catch (const StudyDamagedError& error) {
        return is_sentence(error.what()) ? "damaged" : error.what();
    } catch (const StudyInputError& error) {
        return is_sentence(error.what()) ? "input" : error.what();
    } catch (const Error& error) {
        return is_sentence(error.what()) ? "error" : error.what();
    }
    return "none";
}

}  // namespace

class TestListedTrials : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath("a.clipscope").toStdString();
        trials_ = read_fault_list(list_text, "list.csv", parts_, ListGrouping::as_named);
    }

    void it_is_kept_and_goes_on_where_it_was() {
        Study study = Study::create(path_);
        const JobId id = study.add_job(list_job());
        keep_listed_trials(study, id, trials_, parts_);
        keep_listed_trials(study, id, trials_, parts_);
        const std::vector<ListedTrial> again = read_listed_trials(study, id, parts_);
        QCOMPARE(again.size(), trials_.size());
        for (std::size_t i = 0; i < again.size(); ++i)
            QVERIFY(again[i].name == trials_[i].name && again[i].line == trials_[i].line && again[i].bits == trials_[i].bits);
        write(study, id, {0, 2}, 0);
        QCOMPARE(read_progress(study, id).done, 2);
        QCOMPARE(read_progress(study, id).total, 4);
        write(study, id, {1, 3}, 2);
        const std::vector<ListedResult> results = read_listed_results(study, id);
        QCOMPARE(results.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY2(is_same(results[i].outcome, outcome_of(i)), qPrintable(QString::number(i)));
            QCOMPARE(results[i].name, trials_[i].name);
        }
        QCOMPARE(results[1].bits.size(), std::size_t(2));
        QCOMPARE(results[1].bits[1].parameter, std::string("fc.weight"));
        // A copy of the job has the list and no results.
        const JobId copy = study.duplicate_job(id, list_job());
        QCOMPARE(read_listed_trials(study, copy, parts_).size(), trials_.size());
        QVERIFY(read_listed_results(study, copy).empty());
        study.remove_job(copy);
        study.purge_removed();
        QCOMPARE(value("SELECT count(*) FROM listed_trial"), 4);
    }

    void another_network_or_other_clean_answers_are_refused() {
        Study study = Study::create(path_);
        const JobId id = study.add_job(list_job());
        keep_listed_trials(study, id, trials_, parts_);
        std::vector<LayerInfo> smaller = parts_;
        smaller[0].parameters[0].elements = 30;
        QCOMPARE(failure([&] { read_listed_trials(study, id, smaller); }), std::string("error"));
        smaller = parts_;
        smaller[1].parameters[0].word_bits = 8;
        QCOMPARE(failure([&] { read_listed_trials(study, id, smaller); }), std::string("error"));
        write(study, id, {0}, 0);
        StudyWriter writer(study, id, [](const Event&) {}, {});
        FaultListStarted other = started();
        other.clean.correct = 379;
        QCOMPARE(failure([&] { writer.sink()(other); }), std::string("input"));
    }

    void settings_come_back_and_tell_lists_apart() {
        const JobSettings settings = list_job();
        const JobSettings again = job_settings_from_json(to_json(settings), "a");
        QVERIFY(can_continue(settings, again) && again.unknown_fields.empty());
        QCOMPARE(again.list.trials, 4);
        JobSettings other = settings;
        other.list.path = "/elsewhere/list.csv";
        QVERIFY(can_continue(settings, other));
        other.list.sha256 = "4567";
        QVERIFY(!can_continue(settings, other));
        other = settings;
        other.list.each_line = true;
        QVERIFY(!can_continue(settings, other));
        QCOMPARE(failure([] { job_settings_from_json(R"({"kind": "faults"})", "a"); }), std::string("damaged"));
        QCOMPARE(failure([] { job_settings_from_json(R"({"kind": "faults", "fault_list": {"path": 3}})", "a"); }), std::string("damaged"));
    }

    void damage_is_told_and_the_rest_is_saved_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<bool>("of_list");
        QTest::newRow("bits") << "UPDATE listed_trial SET bits = replace(bits, '35', '34') WHERE trial = 0" << true;
        QTest::newRow("no JSON") << "UPDATE listed_trial SET bits = '[[' WHERE trial = 0" << true;
        QTest::newRow("name") << "UPDATE listed_trial SET name = 'x' WHERE trial = 2" << true;
        QTest::newRow("a trial is gone") << "DELETE FROM listed_trial WHERE trial = 1" << true;
        QTest::newRow("place") << "UPDATE listed_trial SET trial = 9 WHERE trial = 3" << true;
        QTest::newRow("count") << "UPDATE listed_outcome SET correct = 1 WHERE trial = 2" << false;
        QTest::newRow("value") << "UPDATE listed_outcome SET after = 7 WHERE trial = 3" << false;
        QTest::newRow("text") << "UPDATE listed_outcome SET images = 'many' WHERE trial = 0" << false;
        QTest::newRow("number") << "UPDATE listed_outcome SET trial = 77 WHERE trial = 0" << false;
    }

    void damage_is_told_and_the_rest_is_saved() {
        QFETCH(const QString, sql);
        QFETCH(const bool, of_list);
        JobId id = 0;
        {
            Study study = Study::create(path_);
            id = study.add_job(list_job());
            keep_listed_trials(study, id, trials_, parts_);
            write(study, id, {0, 1, 2, 3}, 0);
        }
        value(sql.toUtf8());
        const Study study = Study::open_to_read(path_);
        QCOMPARE(failure([&] { read_listed_trials(study, id, parts_); }), std::string(of_list ? "damaged" : "none"));
        QCOMPARE(failure([&] { read_listed_results(study, id); }), std::string("damaged"));
        const std::string saved = folder_->filePath("saved.clipscope").toStdString();
        salvage_study(path_, saved);
        Study rest = Study::open(saved);
        // What is right stays; the list's file puts in the rest again, and what is lost runs again.
        QCOMPARE(rest.jobs().size(), std::size_t(1));
        QCOMPARE(read_listed_results(rest, id).size(), std::size_t(3));
        QCOMPARE(failure([&] { read_listed_trials(rest, id, parts_); }), std::string(of_list ? "damaged" : "none"));
        keep_listed_trials(rest, id, trials_, parts_);
        QCOMPARE(read_listed_trials(rest, id, parts_).size(), std::size_t(4));
        path_ = saved;
        write(rest, id, {std::size_t(sql.back().digitValue())}, 3);
        QCOMPARE(read_listed_results(rest, id).size(), std::size_t(4));
    }

    void older_studies_open_and_get_what_they_lack() {
        { const Study made = Study::create(path_); }
        const char* old = "CREATE VIEW jobs AS SELECT job.id AS job, job.kind, job.name, job.state, 1 AS nonfinite FROM job";
        value("DROP TABLE listed_outcome; DROP TABLE listed_trial; DROP VIEW listed_trials; DROP VIEW listed_bits; DROP VIEW jobs");
        value(old);
        QVERIFY(read_listed_results(Study::open_to_read(path_), 1).empty());
        QCOMPARE(value("SELECT count(*) FROM pragma_table_info('jobs') WHERE name = 'fault_pattern'"), 0);
        { const Study opened = Study::open(path_); }
        QCOMPARE(value("SELECT count(*) FROM pragma_table_info('jobs') WHERE name = 'fault_pattern'"), 1);
        QCOMPARE(value("SELECT count(*) FROM sqlite_master WHERE name LIKE 'listed_%' AND type IN ('table', 'view')"), 4);
        // Somebody's own stays.
        value("DROP VIEW jobs; CREATE VIEW jobs AS SELECT 7 AS seven");
        { const Study opened = Study::open(path_); }
        QCOMPARE(value("SELECT seven FROM jobs"), 7);
    }

private:
    // Sends these trials, and expects so many that are known.
    void write(Study& study, JobId id, const std::vector<std::size_t>& trials, std::size_t known) {
        std::vector<std::size_t> seen;
        StudyWriter writer(study, id,
                           [&](const Event& event) {
                               if (const auto* finished = std::get_if<ListedTrialFinished>(&event)) {
                                   seen.push_back(finished->trial);
                                   QVERIFY(is_same(finished->outcome, outcome_of(finished->trial)));
                               }
                           },
                           {});
        const EventSink sink = writer.sink();
        sink(started());
        QCOMPARE(seen.size(), known);
        for (const std::size_t trial : seen) QVERIFY(writer.known_listed()(trial));
        for (const std::size_t trial : trials) {
            QVERIFY(!writer.known_listed()(trial));
            sink(ListedTrialFinished{trial, outcome_of(trial)});
        }
        sink(JobFinished{JobEnd::done, 1});
    }

    // The first value that the statements give, or 0.
    int value(const QByteArray& sql) const {
        sqlite3* database = nullptr;
        int found = 0;
        sqlite3_open(path_.c_str(), &database);
        const auto take = [](void* out, int count, char** values, char**) {
            if (count > 0 && values[0] != nullptr) *static_cast<int*>(out) = std::atoi(values[0]);
            return 0;
        };
        if (sqlite3_exec(database, sql.constData(), take, &found, nullptr) != SQLITE_OK) qFatal("%s", sqlite3_errmsg(database));
        sqlite3_close(database);
        return found;
    }

    const std::vector<LayerInfo> parts_ = made_up_parts();
    std::vector<ListedTrial> trials_;
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestListedTrials)
#include "test_listed_trials.moc"
