// Hand-ins: right work is right, wrong work is wrong, and what somebody changed afterwards is found.
#include <caffe2/serialize/inline_container.h>

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "archives/zip_archive.h"
#include "common/error.h"
#include "data/dataset_reader.h"
#include "labs/grading.h"
#include "labs/lab_fault.h"
#include "network/bundled_networks.h"
#include "small_lab.h"
#include "study/job_run.h"

using namespace clipscope;

namespace {

const GradingProgress unseen = [](const std::string&, int, int) {};

// What the bench does when somebody clicks through the lab.
struct Student {
    const Lab& lab;
    LabWork work;
    Study study;

    Student(const Lab& lab, const QTemporaryDir& folder, const std::string& name)
        : lab(lab),
          work(begin_work(lab, name)),
          study(Study::create(folder.filePath(QString::fromStdString(name + ".clipscope")).toStdString())) {}

    void run(JobSettings settings) {
        const JobId id = study.add_job(settings);
        run_study_job(study.another(), id, {.threads = 2}, [](const Event&) {}, {});
        if (study.job(id).state != JobState::done) throw std::logic_error(study.job(id).error);
    }

    // Everything right.
    void do_all() {
        note_prediction(work.steps[0], 50.0, false);
        run(job_of(lab.steps[0], work.seed));
        work.steps[1].fault = look_at(lab, *lab.steps[1].fault, work.seed);
        LabResults results(&study, lab, work);
        for (std::size_t step = 0; step < lab.steps.size(); ++step) {
            const StepReview review = review_step(lab, work, results, int(step));
            note_reply(work.steps[step], review.right ? *review.right : LabReply(std::string("In my own words.")));
        }
    }

    std::string hand_in(const QTemporaryDir& folder) const {
        const std::string path = folder.filePath(QString::fromStdString(work.student + ".zip")).toStdString();
        write_hand_in(path, work, &study, {{"figures/step-1/accuracy.svg", "<svg/>"}});
        return path;
    }
};

// The archive again with one text in one of its parts replaced.
void forge(const std::string& path, const std::string& part, const std::string& what, const std::string& by) {
    std::map<std::string, std::string> parts;
    {
        std::ifstream file(path, std::ios::binary);
        const ZipArchive archive(file);
        for (const ZipRecord& record : archive.records())
            if (record.name != "version" && !record.name.starts_with(".")) parts[record.name] = archive.read(record, 1 << 28);
    }
    const auto place = parts.at(part).find(what);
    if (place == std::string::npos) throw std::logic_error("nothing to forge");
    parts.at(part).replace(place, what.size(), by);
    caffe2::serialize::PyTorchStreamWriter writer(path);
    for (const auto& [name, bytes] : parts) writer.writeRecord(name, bytes.data(), bytes.size());
    writer.writeEndOfFile();
}

Grade graded(const std::string& path, const Lab& lab, int replay = -1) {
    return grade(path, lab, {replay, 2}, unseen, {}).value();
}

}  // namespace

class TestGrading : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
        lab_ = read_lab(write_lab(folder_));
    }

    void right_work_is_right() {
        Student anna(lab_, folder_, "Anna");
        anna.do_all();
        const Grade grade = graded(anna.hand_in(folder_), lab_);
        QCOMPARE(grade.complete, 4);
        QCOMPARE(grade.questions, 3);
        QCOMPARE(grade.right, 3);
        QVERIFY(grade.is_genuine());
        QCOMPARE(grade.repeated, 2 * 2 * 4 + 1);  // trials, and the word
        QCOMPARE(grade.steps[3].review.verdict, AnswerVerdict::by_hand);
        QVERIFY(grade.steps[0].review.measured.has_value());
        const std::string json = grades_json(lab_, {grade});
        QVERIFY(json.find("\"genuine\": true") != std::string::npos);
        QVERIFY(grades_csv({grade}).find(",yes,") != std::string::npos);
    }

    void two_students_have_other_numbers_and_the_same_lesson() {
        Student one(lab_, folder_, "Berta");
        Student other(lab_, folder_, "Clara");
        for (Student* student : {&one, &other}) student->do_all();
        QVERIFY(one.work.seed != other.work.seed);
        QVERIFY(one.work.steps[0].reply != other.work.steps[0].reply);
        QVERIFY(one.work.steps[1].fault->element != other.work.steps[1].fault->element);
        const Grade first = graded(one.hand_in(folder_), lab_, 0);
        const Grade second = graded(other.hand_in(folder_), lab_, 0);
        for (std::size_t step = 0; step < first.steps.size(); ++step)
            QCOMPARE(first.steps[step].review.verdict, second.steps[step].review.verdict);
        // One's numbers are wrong for the other.
        other.work.steps[0].reply = one.work.steps[0].reply;
        QCOMPARE(graded(other.hand_in(folder_), lab_, 0).steps[0].review.verdict, AnswerVerdict::wrong);
    }

    void wrong_work_is_wrong() {
        Student dora(lab_, folder_, "Dora");
        JobSettings settings = job_of(lab_.steps[0], dora.work.seed);
        settings.trials = 2;
        dora.run(settings);
        note_reply(dora.work.steps[0], 12.0);
        note_reply(dora.work.steps[1], std::string("It shrank"));
        LabResults results(&dora.study, lab_, dora.work);
        QCOMPARE(results.what_is_missing(0), std::string("Job 1 is another one (trials: 2, here 4)."));
        QVERIFY(!results.is_done(1));
        const Grade grade = graded(dora.hand_in(folder_), lab_, 0);
        QCOMPARE(grade.complete, 0);
        QCOMPARE(grade.right, 0);
        QCOMPARE(grade.steps[0].review.verdict, AnswerVerdict::unknown);
        QCOMPARE(grade.steps[1].review.verdict, AnswerVerdict::wrong);
        QCOMPARE(grade.steps[2].review.verdict, AnswerVerdict::missing);
        // Somebody else's seed is no work of one's own.
        Student emil(lab_, folder_, "Emil");
        emil.run(job_of(lab_.steps[0], lab_seed(lab_.name, "Anna")));
        QVERIFY(!LabResults(&emil.study, lab_, emil.work).is_done(0));
        emil.work.seed = lab_seed(lab_.name, "Anna");
        const Grade borrowed = graded(emil.hand_in(folder_), lab_, 0);
        QVERIFY(!borrowed.is_own_seed);
        QVERIFY(!borrowed.is_genuine());
    }

    void what_was_changed_afterwards_is_found() {
        Student franz(lab_, folder_, "Franz");
        franz.do_all();
        const std::string path = franz.hand_in(folder_);
        forge(path, "hand-in.json", "\"It grew\"", "\"It grew \"");
        QCOMPARE(graded(path, lab_, 0).changed, std::string("hand-in.json"));
        franz.hand_in(folder_);
        forge(path, "figures/step-1/accuracy.svg", "<svg/>", "<svg />");
        QCOMPARE(graded(path, lab_, 0).changed, std::string("figures/step-1/accuracy.svg"));
        franz.hand_in(folder_);
        forge(path, "study.clipscope", "SQLite format 3", "SQLite format 4");
        QVERIFY_THROWS_EXCEPTION(Error, graded(path, lab_, 0));

        // A neighbour's results under one's own seed, with the right hashes: only repeating the trials finds that.
        Student gerd(lab_, folder_, "Gerd");
        gerd.do_all();
        const JobId job = gerd.study.jobs().front().id;
        JobSettings settings = gerd.study.job(job).settings;
        Student hanna(lab_, folder_, "Hanna");
        hanna.run(job_of(lab_.steps[0], gerd.work.seed));
        settings.seed = hanna.work.seed;
        hanna.study.set_settings(hanna.study.jobs().front().id, settings);
        const std::string copied = hanna.hand_in(folder_);
        const Grade unrepeated = graded(copied, lab_, 0);
        QVERIFY(unrepeated.is_genuine() && unrepeated.steps[0].review.is_done);
        for (const int replay : {-1, 1}) {
            const Grade grade = graded(copied, lab_, replay);
            QVERIFY(grade.different > 0);
            QVERIFY(!grade.is_genuine());
        }
    }

    // A seed's own sample of images tells already.
    void a_sample_of_another_seed_is_other_images() {
        std::string json = small_lab_json;
        json.replace(json.find("first:60"), std::string("first:60").size(), "60");
        const QTemporaryDir folder;
        const Lab lab = read_lab(write_lab(folder, json));
        Student nora(lab, folder, "Nora");
        JobSettings settings = job_of(lab.steps[0], lab_seed(lab.name, "Otto"));
        nora.run(settings);
        settings.seed = nora.work.seed;
        nora.study.set_settings(nora.study.jobs().front().id, settings);
        const Grade grade = graded(nora.hand_in(folder), lab, 0);
        QVERIFY(!grade.is_genuine());
        QVERIFY(QString::fromStdString(grade.trouble).contains("other images"));
    }

    // Nothing that was not measured again passes for measured.
    void invented_trials_are_found() {
        Student kurt(lab_, folder_, "Kurt");
        JobSettings settings = job_of(lab_.steps[0], kurt.work.seed);
        settings.trials = 6;
        kurt.run(settings);
        settings.trials = 4;
        kurt.study.set_settings(kurt.study.jobs().front().id, settings);
        const Grade grade = graded(kurt.hand_in(folder_), lab_);
        QVERIFY(grade.steps[0].review.is_done);
        QVERIFY(grade.different > 0);
    }

    // The lecturer's copy of a lab lies elsewhere, and so does its network.
    void a_lab_may_have_a_network_of_its_own() {
        const QTemporaryDir students, lecturers;
        std::string json = small_lab_json;
        json.replace(json.find("bundled:lenet5"), std::string("bundled:lenet5").size(), "net.pt");
        for (const QTemporaryDir* folder : {&students, &lecturers})
            QVERIFY(QFile::copy(QString::fromStdString(bundled_networks().front().path), folder->filePath("net.pt")));
        const Lab lab = read_lab(write_lab(students, json));
        Student lena(lab, students, "Lena");
        lena.do_all();
        const std::string path = lena.hand_in(students);
        const Lab key = read_lab(write_lab(lecturers, json));
        QVERIFY(key.model != lab.model);
        const Grade grade = graded(path, key);
        QCOMPARE(grade.complete, 4);
        QVERIFY(grade.is_genuine());
        // Another network under its name is not the lab's.
        QVERIFY(QFile::remove(lecturers.filePath("net.pt")));
        QVERIFY(QFile::copy(QString::fromStdString(bundled_networks().back().path), lecturers.filePath("net.pt")));
        const Grade other = graded(path, key, 0);
        QVERIFY(!other.is_genuine());
        QVERIFY(QString::fromStdString(other.trouble).contains("another network"));
    }

    // One odd file says so, and stops nothing else.
    void a_job_that_makes_no_sense_is_an_error_of_its_file() {
        Student maja(lab_, folder_, "Maja");
        JobSettings settings = job_of(lab_.steps[0], maja.work.seed);
        maja.run(settings);
        settings.rates = "1e-3;abc";
        maja.study.set_settings(maja.study.jobs().front().id, settings);
        QVERIFY_THROWS_EXCEPTION(Error, graded(maja.hand_in(folder_), lab_));
    }

    void what_is_no_hand_in_is_said() {
        const std::string path = folder_.filePath("none.zip").toStdString();
        QVERIFY_THROWS_EXCEPTION(Error, graded(path, lab_));
        std::ofstream(path) << "PK no zip";
        QVERIFY_THROWS_EXCEPTION(Error, graded(path, lab_));
        Student ida(lab_, folder_, "Ida");
        Lab other = lab_;
        other.name = "another";
        QVERIFY_THROWS_EXCEPTION(Error, graded(ida.hand_in(folder_), other));
        // Nothing done at all is a hand-in with nothing in it.
        const Grade nothing = graded(ida.hand_in(folder_), lab_);
        QCOMPARE(nothing.complete, 0);
        QVERIFY(nothing.is_genuine());
    }

private:
    QTemporaryDir folder_;
    Lab lab_;
};

QTEST_MAIN(TestGrading)
#include "test_grading.moc"
