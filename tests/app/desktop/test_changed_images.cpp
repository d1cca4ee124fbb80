// The images that a trial changes: the window on a small real job of the bundled LeNet-5.
#include <QComboBox>
#include <QFileInfo>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "changed_images_window.h"
#include "controls/confusion_matrix.h"
#include "engine.h"
#include "network/bundled_networks.h"
#include "study/job_run.h"
#include "study/study_results.h"
#include "study_desk.h"
#include "tables/answer_grid.h"
#include "widgets/scaled_font.h"

using namespace clipscope;

namespace {

constexpr int patience = 60'000;

JobSettings job() {
    JobSettings settings;
    settings.kind = JobKind::compare;
    settings.images = "200";
    settings.tuning_images = "40";
    settings.layers = "network";
    settings.rates = "1e-4";
    settings.trials = 5;
    return settings;
}

QComboBox& box(QWidget& window, const char* name) {
    for (QComboBox* one : window.findChildren<QComboBox*>())
        if (one->accessibleName() == QLatin1String(name)) return *one;
    throw std::logic_error("no such box");
}

void choose(QComboBox& field, int index) {
    field.setCurrentIndex(index);
    Q_EMIT field.activated(index);
}

}  // namespace

class TestChangedImages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
        Study study = Study::create(path().toStdString());
        const JobId id = continue_or_add_job(study, job(), open_job(job()));
        run_study_job(study.another(), id, {}, [](const Event&) {}, {});
        // The one that changes most.
        for (const auto& [number, trial] : read_trials(study, id, "network", Protection::none, 1e-4))
            if (trial.outcome.sdc + trial.outcome.due >= outcome_.sdc + outcome_.due) {
                outcome_ = trial.outcome;
                name_ = {id, "network", 1e-4, number, {}};
            }
        QVERIFY(outcome_.sdc > 5);
    }

    void shows_and_counts_what_changed() {
        StudyDesk desk;
        desk.open(path());
        const Engine engine = core_engine();
        ChangedImagesWindow window(engine, desk);
        window.show();
        window.show_trial(name_);
        QVERIFY(window.sentence().contains("Repeating trial"));
        QTRY_VERIFY_WITH_TIMEOUT(window.trial(), patience);
        QVERIFY2(window.sentence().contains(QStringLiteral("Of 200 images %1 are right without faults and %2 with them")
                                                .arg(window.trial()->outcomes[0].clean.correct)
                                                .arg(outcome_.correct)),
                 qPrintable(window.sentence()));
        QVERIFY(window.sentence().contains(QStringLiteral("(SDC, another answer): %1").arg(outcome_.sdc)));
        QCOMPARE(window.grid().image_count(), outcome_.sdc + outcome_.due);
        QTRY_VERIFY(window.grid().has_picture(0));

        choose(box(window, "Kind"), 1);  // silent
        QCOMPARE(window.grid().image_count(), outcome_.sdc);
        choose(box(window, "Kind"), 2);  // detectable
        QCOMPARE(window.grid().image_count(), outcome_.due);
        choose(box(window, "Kind"), 5);  // all
        QCOMPARE(window.grid().image_count(), 200);
        choose(box(window, "Class"), 4);
        QCOMPARE(window.grid().image_count(), int(std::ranges::count(window.answers(), std::int32_t(3), &ImageAnswers::label)));

        // A cell of the confusion wins until the form is used again.
        auto* after = window.findChildren<ConfusionMatrix*>().last();
        const auto cell = most_confused(after->counts());
        QTest::mouseClick(after, Qt::LeftButton, {}, after->cell(cell.first, cell.second).center());
        QCOMPARE(window.grid().image_count(), after->counts().at(cell.first, cell.second));
        choose(box(window, "Class"), 0);
        QCOMPARE(window.grid().image_count(), 200);

        // The same trial clipped; the table has both.
        choose(box(window, "Protection"), 1);
        choose(box(window, "Kind"), 0);
        const Outcome& clipped = window.trial()->outcomes[1].outcome.outcome;
        QCOMPARE(window.grid().image_count(), clipped.sdc + clipped.due);
        const QSignalSpy csv(&window, &ChangedImagesWindow::export_wanted);
        for (QPushButton* one : window.findChildren<QPushButton*>())
            if (one->text().contains("CSV")) one->click();
        QCOMPARE(std::ranges::count(csv[0][0].value<std::string>(), '\n'), std::ptrdiff_t(401));
    }

    void says_why_there_is_nothing_and_stops() {
        StudyDesk desk;
        desk.open(path());
        const Engine engine = core_engine();
        ChangedImagesWindow window(engine, desk);
        window.show();
        window.show_trial({1, "network", 7, 0, {}});
        QTRY_VERIFY_WITH_TIMEOUT(window.sentence().contains("fault rates"), patience);
        QCOMPARE(window.grid().image_count(), 0);
        window.show_trial(name_);
        for (QPushButton* one : window.findChildren<QPushButton*>())
            if (one->text() == "&Stop") one->click();
        QVERIFY(window.sentence().startsWith("Stopped"));
        QTest::qWait(200);
        QVERIFY(!window.trial());
    }

    void large_letters_fit_a_small_screen() {
        const ScaledFont large(1.5);
        StudyDesk desk;
        const Engine engine = core_engine();
        const ChangedImagesWindow window(engine, desk);
        const QSize least = window.minimumSizeHint();
        QVERIFY2(least.width() <= 1000 && least.height() <= 650,
                 qPrintable(QStringLiteral("%1 x %2").arg(least.width()).arg(least.height())));
    }

private:
    QString path() const { return folder_.filePath("a.clipscope"); }
    static std::pair<std::int32_t, std::int32_t> most_confused(const ConfusionCounts& counts) {
        std::pair<std::int32_t, std::int32_t> best{0, 1};
        for (std::int32_t label = 0; label < counts.classes; ++label)
            for (std::int32_t answer = 0; answer < counts.answers(); ++answer)
                if (label != answer && counts.at(label, answer) > counts.at(best.first, best.second)) best = {label, answer};
        return best;
    }

    QTemporaryDir folder_;
    Outcome outcome_;
    TrialName name_;
};

QTEST_MAIN(TestChangedImages)
#include "test_changed_images.moc"
