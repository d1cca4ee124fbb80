// The window with a fake engine: open, run, look, select, fail, close.
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QRegularExpression>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QTreeView>
#include <QUrl>
#include <atomic>

#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/sensitivity_panel.h"
#include "controls/welcome_pane.h"
#include "fuzz/small_archive.h"
#include "network/export_script.h"
#include "plots/accuracy_plot.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_plot.h"
#include "results/result_json.h"
#include "results/tuning_json.h"
#include "tables/comparison_table.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "tables/layer_table_model.h"
#include "tables/site_table.h"
#include "tables/site_table_model.h"
#include "window_desk.h"

using namespace clipscope;

class TestMainWindow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QApplication::setOrganizationName("ClipScope test");
        QApplication::setApplicationName("test_main_window");
        QVERIFY(settings_.isValid());
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
        qputenv("XDG_STATE_HOME", settings_.path().toLocal8Bit());  // unnamed studies
    }
    void init() { QSettings().clear(); }

    void it_says_what_is_loaded() {
        Desk desk;
        QVERIFY(desk.window.header().startsWith("No model yet · no images yet"));
        QVERIFY(desk.part<WelcomePane>().isVisible());
        QVERIFY(!desk.window.laboratory().is_ready());
        desk.open_both();
        QTRY_VERIFY(desk.window.header().contains("clean 90.0 %"));
        QVERIFY2(desk.window.header().startsWith("Fake (300) · Fake test, 1,000 images · not normalised · clean 90.0 % · CPU, "),
                 qPrintable(desk.window.header()));
        QVERIFY(desk.plot().isVisible());
        QVERIFY(desk.action("&Run")->isEnabled());
        QVERIFY(desk.errors.isEmpty());
    }

    void a_job_fills_plot_table_and_log() {
        Desk desk;
        desk.open_both();
        desk.set_form(200);
        desk.action("&Run")->trigger();
        QVERIFY(desk.action("&Stop")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.jobs().running() && desk.plot().view().series.size() == 4, 60'000);  // curves move while the job runs
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);

        desk.run(3);
        const AccuracyView& view = desk.plot().view();
        QCOMPARE(view.series.size(), std::size_t(4));
        QCOMPARE(view.series[0].name, QString("network"));
        QCOMPARE(view.series[3].name, QString("FC-1"));
        QCOMPARE(view.clean.size(), std::size_t(1));
        QCOMPARE(view.clean[0].accuracy, 0.9);
        for (const AccuracySeries& series : view.series) {
            QCOMPARE(series.points.size(), std::size_t(3));
            QCOMPARE(series.points[1].trials, 3);
            QVERIFY(qAbs(series.points[1].mean - 0.69) < 1e-12);  // 90 - 20 - {0, 1, 2} of 100
        }
        QVERIFY(desk.part<ActivityLog>().text().contains(QRegularExpression("Done in \\d\\.\\d s: 36 trials")));
        QVERIFY(desk.action("Export &numbers…")->isEnabled());
    }

    void stop_keeps_what_is_there() {
        Desk desk;
        desk.open_both();
        desk.set_form(100'000);
        desk.action("&Run")->trigger();
        QTRY_VERIFY(!desk.plot().view().series.empty() && !desk.plot().view().series[0].points.empty());
        QElapsedTimer clock;
        clock.start();
        emit desk.panel().stop_requested();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QVERIFY(clock.elapsed() < 1000);
        QVERIFY(!desk.plot().view().series[0].points.empty());
        QVERIFY(desk.part<ActivityLog>().text().contains("results kept"));
    }

    void one_selection_everywhere() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        emit desk.table().layer_selected("CONV-2");
        QCOMPARE(desk.window.laboratory().selected_layer(), QString("CONV-2"));
        QCOMPARE(desk.plot().view().emphasised, QString("CONV-2"));
        emit desk.plot().series_clicked("FC-1");
        QCOMPARE(desk.table().selected_layer(), QString("FC-1"));
        QCOMPARE(desk.plot().view().emphasised, QString("FC-1"));
        desk.run(2);  // new results do not lose it
        QCOMPARE(desk.plot().view().emphasised, QString("FC-1"));
        emit desk.plot().background_clicked();
        QCOMPARE(desk.table().selected_layer(), QString());
        QCOMPARE(desk.plot().view().emphasised, QString());
    }

    void errors_are_told_and_the_window_goes_on() {
        Desk desk;
        desk.window.open_model("broken.pt");
        QTRY_COMPARE(desk.errors, QStringList("Cannot read broken.pt: it is not a TorchScript file."));
        desk.window.open_data("broken images");
        QTRY_COMPARE(desk.errors.size(), 2);
        QVERIFY(desk.part<ActivityLog>().text().contains("Cannot read broken.pt"));
        desk.open_both();
        desk.window.open_model("broken.pt");  // what was there before stays usable
        QTRY_COMPARE(desk.errors.size(), 3);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        desk.run(1);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(4));
    }

    void a_failing_job_is_told_and_keeps_its_results() {
        Engine engine = fake_engine();
        engine.study_job = [](const Study&, JobId, int) -> Job {
            return [](const EventSink& sink, std::stop_token) {
                sink(fake_start({"network"}, {0, 1e-6, 1e-5}, 1));
                sink(fake_trial(0, 1, 0));
                throw Error("The memory is full: take fewer images.");
            };
        };
        Desk desk(engine);
        desk.open_both();
        desk.run(1);
        QTRY_COMPARE(desk.errors, QStringList("The memory is full: take fewer images."));
        QCOMPARE(desk.plot().view().series.at(0).points.size(), std::size_t(1));
        QVERIFY(desk.action("&Run")->isEnabled());
    }

    void normalization_is_asked_for_and_never_guessed() {
        Desk desk;
        desk.window.open_model("says-nothing.pt");
        desk.window.open_data("images");
        QTRY_COMPARE(desk.normalization_asked, 1);
        QVERIFY(!desk.window.laboratory().is_ready());  // the user changed their mind
        QVERIFY(desk.window.header().contains("normalisation unknown"));
        desk.normalization = Normalization::preset("mnist");
        desk.action("&Images as the network sees them…")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        QCOMPARE(desk.window.laboratory().input_format()->normalization.name, std::string("mnist"));
        QVERIFY(desk.window.header().contains("normalised as mnist"));
        // The same files are no new question, other images are.
        desk.normalization.reset();
        desk.window.open_model("another.pt");
        QTRY_COMPARE(desk.window.laboratory().input_format()->normalization.name, std::string("none"));
        desk.window.open_model("says-nothing.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready() && desk.window.laboratory().model()->name == "says-nothing.pt", 60'000);
        QCOMPARE(desk.window.laboratory().input_format()->normalization.name, std::string("mnist"));
        QCOMPARE(desk.normalization_asked, 2);
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        desk.window.open_data("other images");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        desk.window.open_model("says-nothing.pt");
        QTRY_COMPARE(desk.normalization_asked, 3);
        QVERIFY(!desk.window.laboratory().is_ready());
    }

    void the_first_study_is_one_click() {
        Desk desk;
        QElapsedTimer clock;
        clock.start();
        emit desk.part<WelcomePane>().first_study_requested("lenet5");
        QTRY_VERIFY(!desk.plot().view().series.empty() && !desk.plot().view().series[0].points.empty());
        QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
        QCOMPARE(desk.panel().form().trials, 20);
        QCOMPARE(desk.panel().form().layers, QStringLiteral("network,each"));
        QCOMPARE(QString::fromStdString(desk.window.laboratory().model()->name), QString("bundled:lenet5"));
    }

    void launching_opens_and_runs() {
        Desk desk;
        LaunchOptions options;
        options.model = "says-nothing.pt";
        options.data = "images";
        options.normalization = Normalization::preset("none");
        options.run = true;
        desk.window.launch(options);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.jobs().running(), 60'000);
        QCOMPARE(desk.normalization_asked, 0);
    }

    void a_launch_that_fails_runs_nothing_later() {
        Desk desk;
        LaunchOptions options;
        options.model = "broken.pt";
        options.data = "images";
        options.run = true;
        desk.window.launch(options);
        QTRY_COMPARE(desk.errors.size(), 1);
        desk.open_both();
        QVERIFY(!desk.window.jobs().running());
    }

    void another_model_ends_the_job_and_its_results() {
        Desk desk;
        desk.open_both();
        desk.set_form(100'000);
        desk.action("&Run")->trigger();
        QTRY_VERIFY(!desk.plot().view().series.empty());
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QVERIFY(desk.plot().view().series.empty());
        QTRY_VERIFY(desk.action("&Run")->isEnabled());
    }

    void the_estimate_learns_from_the_last_job() {
        Engine engine = fake_engine();
        engine.clean_pass = [pass = engine.clean_pass](const JobInputs& inputs, int threads, int chunk, const std::string& device,
                                                       std::stop_token stop) {
            QThread::msleep(50);
            return pass(inputs, threads, chunk, device, stop);
        };
        Desk desk(engine);
        desk.open_both();
        desk.set_form(100);
        QTRY_VERIFY(desk.estimate().startsWith("about 0:"));  // 601 passes of 50 ms and more
        // Twelve hundred trials that say they took half a second.
        desk.run(100);
        QTRY_COMPARE(desk.estimate(), QString("about a second"));
    }

    void numbers_are_exported() {
        QTemporaryDir folder;
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.numbers_file = folder.filePath("numbers.json");
        desk.action("Export &numbers…")->trigger();
        const CampaignResult back = result_from_json(read_text_file(desk.numbers_file.toStdString()), "numbers.json");
        QCOMPARE(back.curves.curves.size(), std::size_t(4));
        QCOMPARE(back.curves.curves[1].trials[2].at(1).outcome, desk.window.jobs().curves().curves[1].trials[2].at(1).outcome);
        desk.numbers_file = folder.filePath("numbers.csv");
        desk.action("Export &numbers…")->trigger();
        const QString table = QString::fromStdString(read_text_file(desk.numbers_file.toStdString()));
        QCOMPARE(table.trimmed().count('\n'), 12);  // 4 curves × 3 rates under a header
        desk.numbers_file = folder.filePath("missing/numbers.csv");
        desk.action("Export &numbers…")->trigger();
        QCOMPARE(desk.errors.size(), 1);
    }

    void hardening_is_one_click_and_fills_every_panel() {
        Desk desk;
        desk.open_both();
        emit desk.part<TrisectionPlot>().empty_action_requested();
        QVERIFY(desk.window.jobs().running());
        QTRY_VERIFY(!desk.part<TrisectionPlot>().view().search.grids.empty());  // before the job is over
        QVERIFY(desk.window.jobs().running());
        QCOMPARE(desk.part<TrisectionPlot>().view().search.site, 0);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        // Nobody chose a site, so the last one that was searched is in sight.
        QCOMPARE(desk.part<TrisectionPlot>().view().search.site, 1);
        QCOMPARE(desk.part<AucThresholdPlot>().view().points.size(), std::size_t(4));
        QCOMPARE(*desk.part<AucThresholdPlot>().view().chosen, 2.0F * 2 / 3);
        QCOMPARE(*desk.part<ActivationPlot>().view().act_max, 2.0F);
        QVERIFY(has_area(desk.part<AucAreaPlot>().view()));
        QVERIFY(desk.part<ActivityLog>().text().contains("2 of 2 thresholds found"));
        QVERIFY(desk.action("&Save hardened network…")->isEnabled());
    }

    void a_site_selects_its_layer_and_the_other_way_round() {
        Desk desk;
        desk.open_both();
        desk.run_method(MethodJob::harden);
        emit desk.part<SiteTable>().site_selected("ACT-1");
        QCOMPARE(desk.table().selected_layer(), QString("CONV-1"));
        QCOMPARE(desk.part<TrisectionPlot>().view().search.site, 0);
        QCOMPARE(*desk.part<ActivationPlot>().view().act_max, 1.0F);
        QCOMPARE(desk.part<HardenPanel>().form().site, QString("ACT-1"));
        emit desk.table().layer_selected("CONV-2");
        QCOMPARE(desk.part<SiteTable>().selected_site(), QString("ACT-2"));
        QCOMPARE(*desk.part<AucThresholdPlot>().view().act_max, 2.0F);
        emit desk.table().layer_selected("FC-1");  // feeds no site
        QCOMPARE(desk.part<SiteTable>().selected_site(), QString());
        desk.run_method(MethodJob::harden);  // new results do not lose the selection
        QCOMPARE(desk.table().selected_layer(), QString("FC-1"));
    }

    void a_sweep_joins_what_is_known() {
        Desk desk;
        desk.open_both();
        desk.run_method(MethodJob::harden);
        emit desk.part<SiteTable>().site_selected("ACT-1");
        QVERIFY(!desk.part<AucThresholdPlot>().view().unclipped_auc);
        desk.run_method(MethodJob::sweep);
        QCOMPARE(*desk.part<AucThresholdPlot>().view().unclipped_auc, 0.1);
        QCOMPARE(desk.part<AucThresholdPlot>().view().points.size(), std::size_t(7));  // 3 of the sweep, 4 of the search
        QVERIFY(desk.action("&Save hardened network…")->isEnabled());
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        QVERIFY(desk.part<AucThresholdPlot>().view().points.empty());
        QVERIFY(!desk.action("&Save hardened network…")->isEnabled());
    }

    void a_comparison_takes_the_thresholds_there_are() {
        Desk desk;
        desk.open_both();
        desk.run_method(MethodJob::compare);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(2));
        QCOMPARE(desk.plot().view().series[1].name, QString("clipped at ACT_max"));
        desk.run_method(MethodJob::harden);
        desk.run_method(MethodJob::compare);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(3));
        QTRY_COMPARE(desk.part<ComparisonTable>().view().model()->rowCount(), 3);
        desk.numbers_file = QDir::tempPath() + "/clipscope_test_compare.json";
        desk.action("Export &numbers…")->trigger();
        QCOMPARE(result_from_json(read_text_file(desk.numbers_file.toStdString()), "compare.json").kind, std::string("compare"));
        QFile::remove(desk.numbers_file);
        // The earlier one is read from the study again.
        emit desk.part<JobTable>().job_selected(desk.window.desk().jobs().front().id);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(2));
        QTRY_COMPARE(desk.part<ComparisonTable>().view().model()->rowCount(), 1);
    }

    void protected_layers_stand_beside_the_unprotected_network() {
        Desk desk;
        desk.open_both();
        LayerTableModel& layers = desk.part<LayerTable>().model();
        QVERIFY(layers.setData(layers.index(1, LayerTableModel::protection_column), "guard", Qt::EditRole));
        emit desk.part<LayerTable>().comparison_wanted(desk.part<LayerTable>().protection());
        const HardenForm form = desk.part<HardenPanel>().form();
        QCOMPARE(form.job, MethodJob::duel);
        QCOMPARE(form.protections, QStringLiteral("none, guard@") + layers.name_at(1));
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.desk().jobs().size(), std::size_t(1), 60'000);
        QCOMPARE(desk.window.desk().jobs().front().settings.protections, "none,guard@" + layers.name_at(1).toStdString());
    }

    void what_a_file_prescribes_is_named() {
        Desk desk;
        desk.window.open_model("quantised.onnx");
        QTRY_VERIFY(desk.window.header().contains("300 weights stored as int8"));
        desk.window.open_model("batch3.pt2");
        QTRY_VERIFY(desk.window.header().contains("takes exactly 3 image"));
        QVERIFY(!desk.window.header().contains("int8"));
    }

    void thresholds_come_and_go_as_files() {
        QTemporaryDir folder;
        Desk desk;
        desk.open_both();
        QVERIFY(!desk.action("Sa&ve thresholds…")->isEnabled());
        desk.path = "broken.json";
        desk.action("Open &thresholds…")->trigger();
        QTRY_COMPARE(desk.errors.size(), 1);
        desk.path = "by hand.json";
        desk.action("Open &thresholds…")->trigger();
        QTRY_VERIFY(desk.action("Sa&ve thresholds…")->isEnabled());
        desk.path = folder.filePath("thresholds.json");
        desk.action("Sa&ve thresholds…")->trigger();
        QCOMPARE(thresholds_from_json(read_text_file(desk.path.toStdString()), "saved").sites.at(1).threshold, 0.5F);
        desk.path = folder.filePath("export.py");
        desk.action("Save Pyt&hon exporter…")->trigger();
        QCOMPARE(read_text_file(desk.path.toStdString()), std::string(export_script()));
        desk.path = folder.filePath("thresholds.h");
        desk.action("Sa&ve thresholds…")->trigger();
        const QString header = QString::fromStdString(read_text_file(desk.path.toStdString()));
        QVERIFY2(header.contains("_ACT_2 = 1, /* ACT-2") && header.contains("    0.5f"), qPrintable(header));
        desk.path = "hardened.pt";
        desk.action("&Save hardened network…")->trigger();
        QTRY_VERIFY(desk.part<ActivityLog>().text().contains("Wrote hardened.pt: opened again"));
        desk.path = "broken.pt";
        desk.action("&Save hardened network…")->trigger();
        QTRY_COMPARE(desk.errors.size(), 2);
        QVERIFY(!desk.onnx_offered);
    }

    void onnx_is_offered_where_the_network_came_from_it() {
        Desk desk;
        desk.window.open_model("net.onnx");
        desk.window.open_data("data");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        desk.path = "by hand.json";
        desk.action("Open &thresholds…")->trigger();
        QTRY_VERIFY(desk.action("&Save hardened network…")->isEnabled());
        desk.path = "hardened.onnx";
        desk.action("&Save hardened network…")->trigger();
        QVERIFY(desk.onnx_offered);
        QTRY_VERIFY(desk.part<ActivityLog>().text().contains("Wrote hardened.onnx: opened again"));
    }

    void everything_is_exported_into_a_folder() {
        QTemporaryDir folder;
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.run_method(MethodJob::harden);
        desk.path = folder.path();
        desk.action("Export &everything…")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.part<ActivityLog>().text().contains(QRegularExpression("Wrote \\d+ files")), 60'000);
        for (const char* name : {"accuracy.pdf", "points.csv", "sensitivity.json", "activations-ACT-1.png", "auc-vs-threshold-ACT-2.svg",
                                 "area-ACT-1.pdf", "search-ACT-2.pdf", "thresholds.csv", "harden.json", "index.html",
                                 "job-1-sensitivity/accuracy.svg", "job-1-sensitivity/trials.csv", "job-2-harden/search-ACT-2.pdf"})
            QVERIFY2(QFileInfo(folder.filePath(name)).size() > 0, name);
        QCOMPARE(tuning_from_json(read_text_file(folder.filePath("harden.json").toStdString()), "harden.json").searches.size(),
                 std::size_t(2));

        // What is there is not replaced unasked.
        const QString points = folder.filePath("points.csv");
        write_text_file(points.toStdString(), "mine");
        desk.replaces = false;
        desk.action("Export &everything…")->trigger();
        QTRY_VERIFY(desk.existing_files.contains(points));
        QVERIFY(desk.part<ActivityLog>().text().contains("Nothing was exported"));
        QCOMPARE(read_text_file(points.toStdString()), std::string("mine"));
    }

    void the_plot_one_works_in_gets_the_window_to_itself() {
        Desk desk;
        desk.open_both();
        desk.run_method(MethodJob::harden);
        emit desk.part<TrisectionPlot>().maximise_requested();
        QVERIFY(desk.part<TrisectionPlot>().isVisible());
        QVERIFY(!desk.plot().isVisible());
        QVERIFY(!desk.table().isVisible());
        desk.action("&Plot alone")->trigger();
        QVERIFY(desk.plot().isVisible());
        QVERIFY(desk.part<ActivationPlot>().isVisible());
    }

    void results_are_kept_in_a_study() {
        QTemporaryDir folder;
        const QString file = folder.filePath("kept.clipscope");
        AccuracyView before;
        QImage curves_before, search_before;
        {
            Desk desk;
            desk.open_both();
            QVERIFY(!desk.window.desk().has_study());
            desk.run(3);
            QVERIFY(desk.window.desk().is_unnamed());
            const QString unnamed = desk.window.desk().path();
            QVERIFY(QFileInfo::exists(unnamed));
            desk.path = file;
            desk.action("Save stud&y as…")->trigger();
            QVERIFY(!QFileInfo::exists(unnamed));
            QVERIFY(desk.window.windowTitle().startsWith("kept.clipscope"));
            desk.run_method(MethodJob::harden);
            before = desk.plot().view();
            curves_before = picture(desk.plot());
            search_before = picture(desk.part<TrisectionPlot>());
        }
        Desk desk;
        desk.path = file;
        desk.action("Open st&udy…")->trigger();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        // The last job's results come by themselves, its model and data with them.
        QTRY_COMPARE(desk.part<SiteTable>().model().rowCount(), 2);
        QTRY_VERIFY(!desk.part<TrisectionPlot>().view().search.grids.empty());
        QCOMPARE(QString::fromStdString(desk.window.laboratory().model()->name), QFileInfo("some/fake.pt").absoluteFilePath());
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        emit desk.part<JobTable>().job_selected(desk.window.desk().jobs().front().id);
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
        QVERIFY(picture(desk.plot()) == curves_before);
        QVERIFY(picture(desk.part<TrisectionPlot>()) == search_before);
        const AccuracyView& after = desk.plot().view();
        QCOMPARE(after.title, before.title);
        for (std::size_t i = 0; i < after.series.size(); ++i) {
            QCOMPARE(after.series[i].name, before.series[i].name);
            for (std::size_t k = 0; k < 3; ++k) QCOMPARE(after.series[i].points[k].mean, before.series[i].points[k].mean);
        }
        QVERIFY(desk.errors.isEmpty());
    }

    void a_study_without_a_name_is_offered_again() {
        QString unnamed;
        {
            Desk desk;
            desk.open_both();
            desk.run(1);
            unnamed = desk.window.desk().path();
        }
        Desk desk;
        QCOMPARE(RecentList("recent/studies").paths().first(), unnamed);
        desk.window.open_study(unnamed);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(4));
    }

    void results_of_another_model_wait_for_the_running_job() {
        Desk desk;
        desk.open_both();
        desk.run(1);
        desk.window.open_model("another.pt");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        desk.set_form(100'000);
        desk.action("&Run")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.jobs().running(), 60'000);
        emit desk.part<JobTable>().job_selected(desk.window.desk().jobs().front().id);
        QTest::qWait(100);
        QVERIFY(desk.window.jobs().running());
        QCOMPARE(desk.window.laboratory().model()->name, std::string("another.pt"));
        desk.action("&Stop")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
    }

    void more_trials_run_only_what_is_missing() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        const JobId first = desk.window.desk().jobs().front().id;
        desk.run(3);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));
        QCOMPARE(desk.window.desk().jobs().front().settings.trials, 3);
        QCOMPARE(desk.plot().view().series[0].points[1].trials, 3);
        desk.run(1);  // fewer are a job of their own
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        QCOMPARE(desk.plot().view().series[0].points[1].trials, 1);
        emit desk.part<JobTable>().change_requested(first);
        QCOMPARE(desk.panel().form().trials, 3);
    }

    void jobs_wait_for_their_turn() {
        Desk desk;
        desk.open_both();
        desk.set_form(60);
        desk.action("&Run")->trigger();
        QVERIFY(desk.window.jobs().running());
        HardenForm form = desk.part<HardenPanel>().form();
        emit desk.part<HardenPanel>().run_requested();
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(2));
        QCOMPARE(desk.window.desk().jobs().back().state, JobState::queued);
        QTRY_COMPARE_WITH_TIMEOUT(desk.window.desk().jobs().back().state, JobState::done, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        QVERIFY(desk.part<ActivityLog>().text().contains("2 of 2 thresholds found"));
    }

    void jobs_are_named_noted_removed_and_brought_back() {
        Desk desk;
        desk.open_both();
        desk.run(1);
        const JobId id = desk.window.desk().jobs().front().id;
        desk.text = "My job";
        emit desk.part<JobTable>().rename_requested(id);
        emit desk.part<JobTable>().notes_requested(id);
        QCOMPARE(desk.window.desk().jobs().front().name, std::string("My job"));
        QCOMPARE(desk.window.desk().jobs().front().notes, std::string("My job"));
        emit desk.part<JobTable>().remove_requested(id);
        QVERIFY(desk.window.desk().jobs().empty());
        desk.action("&Undo removing")->trigger();
        QCOMPARE(desk.window.desk().jobs().front().id, id);
        desk.path = "no such.clipscope";
        desk.action("Open st&udy…")->trigger();
        QCOMPARE(desk.errors.size(), 1);
        QCOMPARE(desk.window.desk().jobs().size(), std::size_t(1));  // what was open stays
    }

    void curves_can_be_kept_beside_later_ones() {
        Desk desk;
        desk.open_both();
        desk.run(2);
        desk.action("&Keep these curves")->trigger();
        SensitivityForm form = desk.panel().form();
        form.seed = 2;
        desk.panel().set_form(form);
        desk.run(2);
        QCOMPARE(desk.plot().view().series.size(), std::size_t(8));
        QCOMPARE(desk.plot().view().series[4].name, QString("network · before"));
        desk.action("F&orget kept curves")->trigger();
        QCOMPARE(desk.plot().view().series.size(), std::size_t(4));
    }

    void formats_are_shown_side_by_side() {
        Desk desk;
        desk.open_both();
        SensitivityForm form = desk.panel().form();
        form.layers = QStringLiteral("network");
        form.rates = QStringLiteral("1e-6, 1e-5");
        form.trials = 2;
        form.format = QStringLiteral("float32, int8, Q3.12");
        desk.panel().set_form(form);
        emit desk.panel().run_requested();
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(3));
        QTRY_COMPARE(desk.plot().view().series[2].points.size(), std::size_t(2));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), 60'000);
        const auto& series = desk.plot().view().series;
        QCOMPARE(series[0].name, QString("network · float32"));
        QCOMPARE(series[1].name, QString("network · int8"));
        QCOMPARE(series[2].name, QString("network · Q3.12"));
        for (const AccuracySeries& one : series) QCOMPARE(one.points.size(), std::size_t(2));
        QVERIFY(!desk.plot().view().title.contains("int8"));
        // A job of its own stands alone again.
        form.format = QStringLiteral("int8");
        form.seed = 9;
        desk.panel().set_form(form);
        emit desk.panel().run_requested();
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(1));
        QCOMPARE(desk.plot().view().series[0].name, QString("network"));
    }

    void files_and_folders_can_be_dropped() {
        QTemporaryDir folder;
        Desk desk;
        QMimeData dropped;
        dropped.setUrls({QUrl::fromLocalFile("/some/model.pt"), QUrl::fromLocalFile(folder.path())});
        QDragEnterEvent enter(QPoint(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&desk.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&desk.window, &drop);
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), 60'000);
        QCOMPARE(desk.window.laboratory().model()->name, std::string("/some/model.pt"));
        QCOMPARE(desk.window.laboratory().source().folder, folder.path());
    }

    void an_archive_of_images_can_be_dropped() {
        QTemporaryDir folder;
        const QString path = folder.filePath("digits.npz");
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(QByteArray::fromStdString(small_archive("test_images.npy", "told by its name alone")));
        file.close();
        Desk desk;
        QMimeData dropped;
        dropped.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&desk.window, &enter);
        QDropEvent drop(QPointF(9, 9), Qt::CopyAction, &dropped, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&desk.window, &drop);
        QTRY_VERIFY(desk.window.laboratory().data().has_value());
        QCOMPARE(desk.window.laboratory().source().folder, path);
    }

    void closing_during_a_job_ends_cleanly() {
        std::atomic<bool> job_lives{false};
        Engine engine = fake_engine();
        engine.study_job = [&, make = engine.study_job](const Study& study, JobId id, int threads) -> Job {
            return [&, job = make(study, id, threads)](const EventSink& sink, std::stop_token stop) {
                job_lives = true;
                job(sink, stop);
                job_lives = false;
            };
        };
        QElapsedTimer clock;
        {
            Desk desk(engine);
            desk.open_both();
            desk.set_form(100'000);
            desk.action("&Run")->trigger();
            QTRY_VERIFY(!desk.plot().view().series.empty());
            clock.start();
            QVERIFY(desk.window.close());
        }
        QVERIFY2(clock.elapsed() < 1000, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(!job_lives);
    }

    void layout_is_kept_and_can_be_reset() {
        {
            Desk desk;
            desk.window.findChild<QDockWidget*>("ranking")->hide();
            desk.window.close();
        }
        Desk desk;
        QVERIFY(!desk.window.findChild<QDockWidget*>("ranking")->isVisible());
        desk.action("&Reset layout")->trigger();
        QVERIFY(desk.window.findChild<QDockWidget*>("ranking")->isVisible());
        desk.action("&Plot alone")->trigger();
        QVERIFY(!desk.window.findChild<QDockWidget*>("layers")->isVisible());
        desk.action("&Plot alone")->trigger();
        QVERIFY(desk.window.findChild<QDockWidget*>("layers")->isVisible());
    }

    void recent_files_are_remembered() {
        {
            Desk desk;
            desk.open_both();
        }
        QCOMPARE(RecentList("recent/models").paths().size(), 1);
        QVERIFY(RecentList("recent/models").paths().first().endsWith("some/fake.pt"));
        QVERIFY(RecentList("recent/data").paths().first().endsWith("some/images"));
    }

private:
    QTemporaryDir settings_;
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
