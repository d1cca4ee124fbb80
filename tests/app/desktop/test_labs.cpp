// The labs in the window, with the real engine: each done from a fresh start by clicks and keys alone, wrong first, then right.
#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QTest>
#include <filesystem>

#include "common/number_text.h"
#include "controls/lab_pane.h"
#include "controls/question_box.h"
#include "controls/word_boxes.h"
#include "data/dataset_reader.h"
#include "fault_window.h"
#include "lab_presenter.h"
#include "labs/grading.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int patience = 200'000;
constexpr const char* student = "Anna Example";

struct LabDesk {
    Desk desk{core_engine()};
    LabPane& pane = desk.part<LabPane>();
    LabPresenter& presenter = desk.part<LabPresenter>();

    // The list is open, with this lab chosen, as a person would.
    void begin(int lab, const QString& name) {
        desk.action("&Labs")->trigger();
        QTRY_VERIFY(pane.isVisible());
        pane.choose(lab);
        QLineEdit* field = name_field();
        field->selectAll();
        QTest::keyClicks(field, name);
        click("Begin");
        QTRY_VERIFY(pane.shows_lab());
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), patience);
    }

    QLineEdit* name_field() {
        for (QLineEdit* one : pane.findChildren<QLineEdit*>())
            if (one->accessibleName() == "Your name or number") return one;
        return nullptr;
    }

    QPushButton* free_button(const QString& text) {
        for (QPushButton* one : pane.findChildren<QPushButton*>())
            if (one->text() == text && one->isVisible() && one->isEnabled()) return one;
        return nullptr;
    }

    void click(const QString& text) {
        QTRY_VERIFY2(free_button(text), qPrintable(text));
        QTest::mouseClick(free_button(text), Qt::LeftButton);
    }

    QuestionBox& box(const char* title) {
        for (QuestionBox* one : pane.findChildren<QuestionBox*>())
            if (one->title() == QLatin1String(title)) return *one;
        throw std::logic_error("no such question");
    }

    // Types or clicks, and gives the answer.
    void reply(const char* title, const QString& text) {
        QuestionBox& question = box(title);
        for (QRadioButton* option : question.findChildren<QRadioButton*>())
            if (option->property("option") == text) option->click();
        if (auto* number = question.findChild<QLineEdit*>()) {
            number->clear();
            QTest::keyClicks(number, text);
        }
        if (auto* words = question.findChild<QPlainTextEdit*>()) {
            words->clear();
            QTest::keyClicks(words, text);
        }
        QPushButton* give = question.findChild<QPushButton*>();
        QVERIFY(give->isEnabled());
        QTest::mouseClick(give, Qt::LeftButton);
    }

    void predict() {
        if (!pane.view().has_prediction) return;
        if (!pane.view().action.isEmpty()) QVERIFY(!pane.view().is_action_free);  // not before it
        const QuestionView& asked = pane.view().prediction;
        reply("Your prediction", asked.kind == QuestionView::Kind::choice   ? asked.options.front()
                                 : asked.kind == QuestionView::Kind::number ? QStringLiteral("50")
                                                                            : QStringLiteral("Less."));
        QTRY_VERIFY(!pane.view().prediction.reply.isEmpty());
    }

    void flip_bits(const LabFault& fault) {
        auto* window = desk.window.findChild<FaultWindow*>();
        QTRY_VERIFY_WITH_TIMEOUT(window->inspection() && window->inspection()->bits.empty(), patience);
        auto& word = *window->findChild<WordBoxes*>();
        for (std::size_t i = 0; i < fault.bits.size(); ++i) {
            QTest::mouseClick(&word, Qt::LeftButton, {}, word.box(fault.bits[i]).center());
            QTRY_VERIFY_WITH_TIMEOUT(window->inspection()->bits.size() == i + 1, patience);
        }
        QTest::keyClick(window, Qt::Key_Escape);
        QTRY_VERIFY(!window->isVisible());
    }

    void work(const LabStep& step) {
        if (!step.job && !step.fault) return;
        QVERIFY(!pane.view().is_done);
        QTRY_VERIFY(pane.view().is_action_free);
        click(pane.view().action);
        if (step.fault) {
            flip_bits(*step.fault);
        } else {
            desk.window.activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&desk.window));
            QTest::keyClick(&desk.window, Qt::Key_F5);
        }
        QTRY_VERIFY2_WITH_TIMEOUT(pane.view().is_done, qPrintable(pane.view().state), patience);
    }

    void answer(const LabStep& step, int number) {
        if (!step.question) return;
        QTRY_VERIFY(pane.view().question.is_open);
        if (!step.answer) {
            reply("A question", step.question->kind == LabQuestion::Kind::number ? QStringLiteral("3") : QStringLiteral("Because."));
            QTRY_VERIFY(pane.view().question.feedback.startsWith("Noted"));
            return;
        }
        QTRY_VERIFY(presenter.reviews().at(std::size_t(number)).right.has_value());
        const LabReply right = *presenter.reviews().at(std::size_t(number)).right;
        if (const double* value = std::get_if<double>(&right)) {
            reply("A question", QString::fromStdString(number_text(*value + 2 * step.answer->within + std::abs(*value) + 1)));
            QTRY_VERIFY(pane.view().question.feedback.startsWith("**Not right"));
            reply("A question", QString::fromStdString(number_text(*value)));
        } else {
            const QString text = QString::fromStdString(std::get<std::string>(right));
            QVERIFY2(pane.view().question.options.contains(text), qPrintable(text));
            reply("A question", pane.view().question.options.front() == text ? pane.view().question.options.back()
                                                                             : pane.view().question.options.front());
            QTRY_VERIFY(pane.view().question.feedback.startsWith("**Not right"));
            reply("A question", text);
        }
        QTRY_VERIFY2(pane.view().question.feedback.startsWith("**Right"), qPrintable(pane.view().question.feedback));
    }
};

}  // namespace

class TestLabs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
    }
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    void each_lab_is_done_by_hand_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("place");
        QTest::addColumn<QString>("name");
        int place = 0;
        for (const std::string& file : bundled_labs())
            QTest::newRow(std::filesystem::path(file).stem().c_str()) << QString::fromStdString(file) << place++ << QString(student);
        // Somebody else's seed, of the labs that compute least.
        for (const int again : {0, 3})
            QTest::newRow(again == 0 ? "one-bit, another seed" : "how-sure, another seed")
                << QString::fromStdString(bundled_labs()[std::size_t(again)]) << again << QStringLiteral("Bert");
        // Written from the documentation alone.
        QTest::newRow("sixth") << QStringLiteral(CLIPSCOPE_SOURCE_DIR "/tests/data/labs/lucky-trials.json") << -1 << QString(student);
    }

    void each_lab_is_done_by_hand() {
        QFETCH(QString, file);
        QFETCH(int, place);
        QFETCH(QString, name);
        const Lab lab = read_lab(file.toStdString());
        const QString hand_in = folder_->filePath("hand-in.zip");
        QElapsedTimer waited;
        {
            LabDesk bench;
            if (place < 0) {
                bench.desk.action("&Labs")->trigger();
                bench.desk.path = file;
                bench.click("Open another lab…");
                place = int(bundled_labs().size());
            }
            bench.begin(place, name);
            QCOMPARE(bench.pane.view().title, QString::fromStdString(lab.title));
            qint64 computing = 0;
            for (int step = 0; step < int(lab.steps.size()); ++step) {
                if (step > 0) bench.click("▶");
                QCOMPARE(bench.pane.view().step, step);
                bench.predict();
                waited.start();
                bench.work(lab.steps[std::size_t(step)]);
                computing += waited.elapsed();
                bench.answer(lab.steps[std::size_t(step)], step);
                if (QTest::currentTestFailed()) qWarning("in step %s", lab.steps[std::size_t(step)].title.c_str());
                QVERIFY(!QTest::currentTestFailed());
                QTRY_VERIFY(bench.pane.view().complete.at(std::size_t(step)));
            }
            qInfo("%s: %.1f s of waiting", qPrintable(file.section(QLatin1Char('/'), -1)), double(computing) / 1000);
            bench.desk.path = hand_in;
            bench.click("Hand in…");
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(hand_in), patience);
            QCOMPARE(bench.desk.errors, QStringList());
        }
        const auto judged = grade(hand_in.toStdString(), lab, {0, 2}, [](const std::string&, int, int) {}, {});
        QVERIFY(judged->is_genuine());
        QCOMPARE(judged->complete, int(lab.steps.size()));
        QCOMPARE(judged->right, judged->questions);
        QVERIFY(judged->questions > 0);
        compare_with_others(file, *judged);
    }

    void a_lab_goes_on_where_it_was_left() {
        const std::vector<Lab> labs = {read_lab(bundled_labs().front())};
        {
            LabDesk bench;
            bench.begin(0, student);
            bench.predict();
            bench.click("▶");
            QCOMPARE(bench.pane.view().step, 1);
            bench.click("Leave");
            QVERIFY(!bench.pane.shows_lab());
        }
        LabDesk bench;
        bench.desk.action("&Labs")->trigger();
        QCOMPARE(bench.name_field()->text(), QString(student));  // it remembers
        bench.begin(0, student);
        QCOMPARE(bench.pane.view().step, 1);
        QCOMPARE(bench.presenter.work()->steps[0].prediction.has_value(), labs[0].steps[0].prediction.has_value());
        // Somebody else begins anew.
        bench.click("Leave");
        bench.begin(0, "Bert");
        QCOMPARE(bench.pane.view().step, 0);
        QVERIFY(!bench.presenter.work()->steps[0].prediction);
    }

    void other_settings_are_other_work() {
        LabDesk bench;
        bench.desk.action("&Labs")->trigger();
        bench.desk.path = QStringLiteral(CLIPSCOPE_SOURCE_DIR "/tests/data/labs/lucky-trials.json");
        bench.click("Open another lab…");
        const Lab lab = read_lab(bench.desk.path.toStdString());
        bench.begin(int(bundled_labs().size()), student);
        const auto has_curves = [](const LabStep& step) { return step.job && step.job->kind == JobKind::sensitivity; };
        const auto step = std::ranges::find_if(lab.steps, has_curves);
        QVERIFY(step != lab.steps.end());
        for (auto before = lab.steps.begin(); before != step; ++before) bench.click("▶");
        bench.predict();
        bench.click(bench.pane.view().action);
        SensitivityForm form = bench.desk.panel().form();
        QCOMPARE(form.seed, bench.presenter.work()->seed);
        form.seed += 1;
        bench.desk.panel().set_form(form);
        QTest::keyClick(&bench.desk.window, Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(bench.pane.view().state.contains("is another one (seed: "), qPrintable(bench.pane.view().state),
                                  patience);
        QVERIFY(!bench.pane.view().is_done);
        QVERIFY(!bench.pane.view().question.is_open);
    }

private:
    // Another seed has other numbers, and the same options are right.
    void compare_with_others(const QString& file, const Grade& judged) {
        if (!judged_.contains(file)) {
            judged_.emplace(file, judged);
            return;
        }
        const Grade& other = judged_.at(file);
        QVERIFY(other.seed != judged.seed);
        int numbers = 0, different = 0;
        for (std::size_t step = 0; step < judged.steps.size(); ++step) {
            const auto& right = judged.steps[step].review.right;
            if (!right) continue;
            if (std::holds_alternative<std::string>(*right))
                QVERIFY2(right == other.steps[step].review.right, judged.steps[step].review.title.c_str());
            else
                ++numbers, different += right != other.steps[step].review.right;
        }
        QVERIFY(numbers == 0 || different > 0);
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::map<QString, Grade> judged_;  // of each lab's file, the first student's
};

QTEST_MAIN(TestLabs)
#include "test_labs.moc"
