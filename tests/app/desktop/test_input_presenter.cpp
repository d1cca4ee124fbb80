// How images enter the network, in the window: what is asked, warned of, kept with jobs and brought back. With a fake engine.
#include <QAction>
#include <QApplication>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "controls/activity_log.h"
#include "controls/notice_bar.h"
#include "controls/sensitivity_panel.h"
#include "fake_engine.h"
#include "images_dialog.h"
#include "main_window.h"
#include "tables/job_table.h"

using namespace clipscope;

namespace {

struct Desk {
    QStringList errors;
    QStringList reasons;    // why images were asked about
    QStringList questions;  // about architectures
    std::optional<ImagesChoice> choice;
    QString architecture;
    MainWindow window;

    explicit Desk(Engine engine = fake_engine()) : window(std::move(engine), dialogs()) {
        window.resize(1280, 800);
        window.show();
    }

    Dialogs dialogs() {
        Dialogs dialogs;
        dialogs.ask_images = [this](QWidget*, const Engine&, const ImagesQuestion& question) {
            reasons << question.reason;
            return choice;
        };
        dialogs.ask_architecture = [this](QWidget*, const QString& sentence) {
            questions << sentence;
            return architecture;
        };
        dialogs.choose_data_archive = [](QWidget*) { return QStringLiteral("chosen.npz"); };
        dialogs.show_error = [this](QWidget*, const QString& sentence) { errors << sentence; };
        return dialogs;
    }

    template <typename Widget>
    Widget& part() {
        return *window.findChild<Widget*>();
    }
    const Laboratory& laboratory() const { return window.laboratory(); }

    QAction* action(const QString& text) {
        for (QAction* action : window.findChildren<QAction*>())
            if (action->text() == text) return action;
        return nullptr;
    }
    QAction* images_action() { return action("&Images as the network sees them…"); }

    void open(const QString& model = "fake.pt", const QString& folder = "images") {
        window.open_model(model);
        window.open_data(folder);
        QTRY_VERIFY_WITH_TIMEOUT(laboratory().is_ready(), 60'000);
    }

    void run_small_job() {
        SensitivityForm form = part<SensitivityPanel>().form();
        form.rates = QStringLiteral("0, 1e-6");
        form.trials = 1;
        part<SensitivityPanel>().set_form(form);
        emit part<SensitivityPanel>().run_requested();
        QTRY_VERIFY_WITH_TIMEOUT(!window.jobs().running(), 60'000);
    }
};

const Normalization none = Normalization::preset("none");
const Normalization mnist = Normalization::preset("mnist");

}  // namespace

class TestInputPresenter : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QApplication::setOrganizationName("ClipScope test");
        QApplication::setApplicationName("test_input_presenter");
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
        qputenv("XDG_STATE_HOME", settings_.path().toLocal8Bit());
    }
    void init() { QSettings().clear(); }

    void images_can_be_looked_at_any_time() {
        Desk desk;
        QVERIFY(!desk.images_action()->isEnabled());
        desk.window.open_data("images");
        QTRY_VERIFY(desk.images_action()->isEnabled());  // without a network, too
        desk.open();
        desk.images_action()->trigger();
        QCOMPARE(desk.reasons, QStringList(QString()));
        QVERIFY(desk.laboratory().is_ready());  // nothing chosen, nothing changed
    }

    void images_may_lie_in_one_file() {
        Desk desk;
        desk.open();
        desk.action("Open ima&ges in one file…")->trigger();
        QTRY_COMPARE(desk.laboratory().source().folder, QString("chosen.npz"));
    }

    void of_several_networks_the_best_is_taken_and_told() {
        Desk desk;
        desk.open("several.pt");
        QTRY_COMPARE(desk.laboratory().model()->architecture, std::string("lenet5[tanh]"));
        QVERIFY(desk.window.header().contains("as lenet5[tanh]"));
        QVERIFY(desk.part<ActivityLog>().text().contains("lenet5[tanh] recognises 90.0 % of 200 images, lenet5 25.0 %"));
        desk.run_small_job();
        const JobSettings made = desk.window.desk().jobs().front().settings;
        QCOMPARE(made.architecture, std::string("lenet5[tanh]"));  // so that it is run as this one again
        // What was asked for is not tried.
        desk.window.launch([] {
            LaunchOptions options;
            options.model = "several.pt";
            options.architecture = "alexnet";
            return options;
        }());
        QTRY_COMPARE(desk.laboratory().model()->architecture, std::string("alexnet"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready(), 60'000);
        QCOMPARE(desk.laboratory().model()->architecture, std::string("alexnet"));
    }

    void a_doubt_is_shown_and_goes_with_its_cause() {
        Desk desk;
        desk.open();
        auto& notice = desk.part<NoticeBar>();
        QTRY_VERIFY(desk.laboratory().clean().has_value());
        QVERIFY(!notice.isVisible());
        desk.choice = ImagesChoice{mnist, Split::test, {}};
        desk.images_action()->trigger();
        QTRY_VERIFY(notice.isVisible());
        QVERIFY2(notice.text().contains("with the normalisation none it would be 100 %"), qPrintable(notice.text()));
        QVERIFY(desk.part<ActivityLog>().text().contains("Warning: " + notice.text()));
        // The button leads to the dialog, which says why.
        desk.choice = ImagesChoice{none, Split::test, {}};
        const QString warning = notice.text();
        notice.findChild<QPushButton*>()->click();
        QCOMPARE(desk.reasons.back(), warning);
        QVERIFY(!notice.isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().clean(), 60'000);
        QVERIFY(!notice.isVisible());
        QCOMPARE(desk.laboratory().input_format()->normalization.name, std::string("none"));
    }

    void images_that_do_not_fit_are_one_click_from_what_helps() {
        Engine engine = fake_engine();
        engine.input_format = [](const OpenedModel&, const Dataset& images, const std::optional<Normalization>& asked) {
            if (images.name().find("cropped") == std::string::npos) throw Error("These images are too large.");
            return InputFormat{asked.value_or(none), {}};
        };
        Desk desk(engine);
        desk.window.open_model("fake.pt");
        desk.window.open_data("pictures");
        QTRY_COMPARE(desk.errors, QStringList("These images are too large."));
        auto& notice = desk.part<NoticeBar>();
        QCOMPARE(notice.text(), QString("These images are too large."));
        desk.choice = ImagesChoice{none, Split::test, {0, 32}};
        notice.findChild<QPushButton*>()->click();
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready(), 60'000);
        QVERIFY(!notice.isVisible());
        QCOMPARE(desk.reasons, QStringList("These images are too large."));
    }

    void split_and_size_reach_the_job_and_come_back_with_it() {
        Desk desk;
        desk.open("fake.pt", "pictures");
        QVERIFY(desk.laboratory().source().holds_pictures);
        desk.choice = ImagesChoice{mnist, Split::train, {72, 64}};
        desk.images_action()->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().source().split == Split::train, 60'000);
        QVERIFY(desk.window.header().contains("Fake train, cropped to 64"));
        desk.run_small_job();
        const JobRecord job = desk.window.desk().jobs().front();
        QCOMPARE(job.settings.split, std::string("train"));
        QVERIFY((job.settings.picture_size == PictureSize{72, 64}));
        QCOMPARE(job.settings.normalization->name, std::string("mnist"));

        desk.choice = ImagesChoice{none, Split::test, {}};
        desk.images_action()->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().source().split == Split::test, 60'000);
        emit desk.part<JobTable>().job_selected(job.id);
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().source().split == Split::train, 60'000);
        QVERIFY((desk.laboratory().source().picture_size == PictureSize{72, 64}));
        QCOMPARE(desk.laboratory().input_format()->normalization.name, std::string("mnist"));
    }

    void a_job_to_be_changed_brings_its_images_back() {
        Desk desk;
        desk.open();
        desk.run_small_job();
        const JobRecord job = desk.window.desk().jobs().front();
        desk.window.open_data("other");
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().source().folder == "other", 60'000);
        emit desk.part<JobTable>().change_requested(job.id);
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready() && desk.laboratory().source().folder.endsWith("images"), 60'000);
    }

    void an_architecture_is_asked_for_and_kept() {
        Desk desk;
        desk.architecture = "lenet5";
        desk.window.open_data("images");
        desk.window.open_model("bare.pth");
        QTRY_VERIFY(desk.questions.size() >= 2);  // the answer did not fit, so it is asked again
        QVERIFY(desk.questions.front().contains("belongs to none"));
        desk.architecture = "alexnet";
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready(), 60'000);
        desk.run_small_job();
        const JobRecord job = desk.window.desk().jobs().front();
        QCOMPARE(job.settings.architecture, std::string("alexnet"));
        const auto asked = desk.questions.size();
        desk.open("fake.pt");
        emit desk.part<JobTable>().job_selected(job.id);
        QTRY_COMPARE(QString::fromStdString(desk.laboratory().model()->architecture), QString("alexnet"));
        QTRY_VERIFY_WITH_TIMEOUT(desk.laboratory().is_ready(), 60'000);
        QCOMPARE(desk.questions.size(), asked);
        QVERIFY(desk.errors.isEmpty());
    }

    void no_architecture_means_no_model() {
        Desk desk;
        LaunchOptions options;
        options.model = "bare.pth";
        options.data = "images";
        options.run = true;
        desk.window.launch(options);
        QTRY_COMPARE(desk.questions.size(), 1);
        QVERIFY(!desk.laboratory().model());
        QVERIFY(desk.part<ActivityLog>().text().contains("belongs to none"));
        desk.open();
        QTest::qWait(50);
        QVERIFY(!desk.window.jobs().running());  // what was planned for the other model is forgotten
    }

    void unreadable_pictures_are_listed_up_to_a_limit() {
        Desk desk;
        desk.window.open_data("damaged pictures");
        QTRY_VERIFY(desk.laboratory().data().has_value());
        const QString log = desk.part<ActivityLog>().text();
        QVERIFY2(log.contains("25 of 2,025 pictures cannot be read"), qPrintable(log));
        QCOMPARE(log.count("damaged.png"), 20);
        QVERIFY(log.contains("and 5 more"));
    }

private:
    const QTemporaryDir settings_;
};

QTEST_MAIN(TestInputPresenter)
#include "test_input_presenter.moc"
