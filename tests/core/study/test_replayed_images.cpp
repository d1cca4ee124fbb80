// Every image's answer in a trial, repeated: together they are what the trial's outcome counts.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <numeric>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"
#include "study/job_run.h"
#include "study/replay.h"
#include "study/study_results.h"

using namespace clipscope;

namespace {

JobSettings comparison() {
    JobSettings settings;
    settings.kind = JobKind::compare;
    settings.images = "150";
    settings.tuning_images = "40";
    settings.layers = "CONV-1,FC-1,network";
    settings.rates = "1e-5,1e-4,1e-3";
    settings.trials = 6;
    return settings;
}

std::int32_t count_of(const std::vector<ImageAnswers>& answers, AnswerChange change) {
    return std::int32_t(std::ranges::count(answers, change, &ImageAnswers::change));
}

}  // namespace

class TestReplayedImages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFile::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
    }

    // 54 trials, each unprotected and clipped.
    void answers_are_what_outcomes_count() {
        Study study = Study::create(folder_.filePath("a.clipscope").toStdString());
        const JobId id = continue_or_add_job(study, comparison(), open_job(comparison()));
        run_study_job(study.another(), id, {}, [](const Event&) {}, {});
        int trials = 0, silent = 0, detectable = 0;
        for (const char* layer : {"CONV-1", "FC-1", "network"})
            for (const double rate : {1e-5, 1e-4, 1e-3})
                for (int trial = 0; trial < 6; ++trial, ++trials) {
                    const auto replayed = replay_trial(study, {id, layer, rate, trial}, {}, {}, {}, ReplayDetail::answers);
                    QVERIFY(replayed && replayed->images);
                    QCOMPARE(replayed->outcomes.size(), std::size_t(2));
                    for (const ReplayedOutcome& outcome : replayed->outcomes) {
                        check(*replayed, outcome);
                        silent += outcome.outcome.outcome.sdc;
                        detectable += outcome.outcome.outcome.due;
                    }
                    if (QTest::currentTestFailed()) return;
                }
        QVERIFY(trials >= 50);
        QVERIFY2(silent > 500 && detectable > 10, "hardly an answer changed: nothing was tested");
    }

    void without_asking_there_are_none() {
        const Study study = Study::open_to_read(folder_.filePath("a.clipscope").toStdString());
        const auto replayed = replay_trial(study, {1, "network", 1e-4, 0}, {}, {});
        QVERIFY(!replayed->images);
        for (const ReplayedOutcome& outcome : replayed->outcomes) QVERIFY(outcome.answers.empty());
        QCOMPARE(std::ranges::count(answers_to_csv(*replayed), '\n'), std::ptrdiff_t(1));
    }

    // In the order of the numbers, with NaN winning an argmax.
    void kinds_and_confidences() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const std::vector<float> clean = {0, 2, 1, /**/ 3, 0, 0, /**/ 0, 0, 5}, faulty = {0, 2, 1, /**/ 0, 3, 0, /**/ nan, 0, 5};
        const std::vector<std::int32_t> labels = {1, 0, 2};
        const std::vector<std::int64_t> numbers = {7, 8, 9};
        const std::vector<ImageAnswers> answers = image_answers(labels, numbers, clean, faulty);
        QCOMPARE(answers[0].change(), AnswerChange::none);
        QCOMPARE(answers[0].confidence_lost(), 0.0);
        QCOMPARE(answers[1].change(), AnswerChange::silent);
        const double sure = std::exp(3.0) / (std::exp(3.0) + 2), left = 1 / (std::exp(3.0) + 2);
        QVERIFY(std::abs(answers[1].before.probability - sure) < 1e-12);
        QVERIFY(std::abs(answers[1].confidence_lost() - (sure - left)) < 1e-12);
        QVERIFY(answers[1].is_right_before(NonfiniteRule::wrong) && !answers[1].is_right_after(NonfiniteRule::wrong));
        QCOMPARE(answers[2].change(), AnswerChange::detectable);
        QCOMPARE(answers[2].after.prediction, 0);
        QCOMPARE(answers[2].kept, 0.0);
        const ConfusionCounts before = count_confusion(answers, false, 3), after = count_confusion(answers, true, 3);
        QCOMPARE(before.counts, (std::vector<std::int32_t>{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}));
        QCOMPARE(after.counts, (std::vector<std::int32_t>{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}));
        QCOMPARE(to_csv_lines(answers, "none,").substr(0, 21), std::string("none,7,1,1,1,0.665241"));
        QVERIFY_THROWS_EXCEPTION(Error, image_answers(labels, numbers, clean, {}));
    }

private:
    static void check(const ReplayedTrial& trial, const ReplayedOutcome& one) {
        const std::vector<ImageAnswers>& answers = one.answers;
        const Outcome& outcome = one.outcome.outcome;
        QCOMPARE(std::int32_t(answers.size()), outcome.images);
        QVERIFY(one.stored && one.stored->outcome == outcome && one.stored->faults == one.outcome.faults);
        const auto right = [&](NonfiniteRule rule) {
            return std::int32_t(std::ranges::count_if(answers, [&](const ImageAnswers& image) { return image.is_right_after(rule); }));
        };
        QCOMPARE(right(NonfiniteRule::wrong), outcome.correct);
        QCOMPARE(right(NonfiniteRule::argmax), outcome.correct_argmax);
        QCOMPARE(count_of(answers, AnswerChange::silent), outcome.sdc);
        QCOMPARE(count_of(answers, AnswerChange::detectable), outcome.due);
        QCOMPARE(
            std::int32_t(std::ranges::count_if(answers, [](const ImageAnswers& i) { return i.is_right_before(NonfiniteRule::wrong); })),
            one.clean.correct);
        const ConfusionCounts confusion = count_confusion(answers, true, 10);
        std::int32_t diagonal = 0, not_finite = 0;
        for (std::int32_t label = 0; label < 10; ++label) {
            diagonal += confusion.at(label, label);
            not_finite += confusion.at(label, 10);
        }
        QCOMPARE(diagonal, outcome.correct);
        QCOMPARE(not_finite, outcome.due);
        QCOMPARE(std::accumulate(confusion.counts.begin(), confusion.counts.end(), 0), outcome.images);
        for (const ImageAnswers& image : answers) {
            QCOMPARE(image.label, trial.images->images.label(std::size_t(image.place)));
            QCOMPARE(image.image, std::int64_t(trial.images->images.number(std::size_t(image.place))));
        }
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestReplayedImages)
#include "test_replayed_images.moc"
