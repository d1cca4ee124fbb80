// Figures of a result file without a window: the function, and the program with no display at hand.
#include <QDir>
#include <QDirIterator>
#include <QImage>
#include <QProcess>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include "common/error.h"
#include "common/text_file.h"
#include "fake_engine.h"
#include "paper_dialog.h"
#include "paper_figures.h"
#include "render.h"
#include "results/result_json.h"
#include "results/tuning_json.h"

using namespace clipscope;

class TestRender : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        CampaignResult result;
        apply(fake_start({"network", "CONV-1", "CONV-1+FC-1"}, {0, 1e-6, 1e-5}, 5), result.curves);
        for (int curve = 0; curve < 3; ++curve) {
            for (int rate = 0; rate < 3; ++rate) {
                for (int trial = 0; trial < 5; ++trial) apply(fake_trial(curve, rate, trial), result.curves);
            }
        }
        file_ = folder_.filePath("result.json");
        write_text_file(file_.toStdString(), result_to_json(result));
    }

    void all_curves_and_each_alone() {
        const QString output = folder_.filePath("new/figures");
        const QStringList written = render_result(file_, output);
        QStringList expected{"points.csv"};
        for (const char* name : {"accuracy", "accuracy-network", "accuracy-CONV-1", "accuracy-CONV-1+FC-1"}) {
            for (const char* ending : {".png", ".pdf", ".svg"}) expected << QString(name) + ending;
        }
        expected.sort();
        QCOMPARE(QDir(output).entryList(QDir::Files, QDir::Name | QDir::LocaleAware).size(), expected.size());
        for (const QString& name : expected) QVERIFY2(QFileInfo(output + '/' + name).size() > 0, qPrintable(name));
        QCOMPARE(written.size(), expected.size());
        QVERIFY(!QImage(output + "/accuracy.png").isNull());
        QVERIFY(read_text_file((output + "/accuracy.pdf").toStdString()).starts_with("%PDF"));
        QVERIFY(QString::fromStdString(read_text_file((output + "/accuracy.svg").toStdString())).contains("CONV-1+FC-1"));
    }

    void a_tuning_result_is_drawn_site_by_site() {
        TuningResult result;
        const EventSink sink = [&](const Event& event) { apply(event, result); };
        fake_hardening(sink, {});
        const QString file = folder_.filePath("harden.json");
        write_text_file(file.toStdString(), tuning_to_json(result));
        const QString output = folder_.filePath("tuning");
        const QStringList written = render_result(file, output);
        for (const char* figure : {"activations", "auc-vs-threshold", "area", "search"}) {
            for (const char* ending : {"-ACT-1.png", "-ACT-2.pdf", "-ACT-1.svg"}) {
                const QString path = output + '/' + figure + ending;
                QVERIFY2(written.contains(path) && QFileInfo(path).size() > 0, qPrintable(path));
            }
        }
        for (const char* table : {"histograms.csv", "search.csv", "thresholds.csv"})
            QVERIFY2(QFileInfo::exists(output + '/' + table), table);
        QVERIFY(!QFileInfo::exists(output + "/sweep.csv"));
    }

    void a_study_is_drawn_job_by_job() {
        const QString file = folder_.filePath("drawn.clipscope");
        {
            Study study = Study::create(file.toStdString());
            JobSettings settings;
            settings.layers = "network,CONV-1";
            settings.rates = "0,1e-6";
            settings.trials = 2;
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
            settings.kind = JobKind::harden;
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
            settings.trials = 5;
            study.add_job(settings);  // still waiting
        }
        const QString output = folder_.filePath("study figures");
        render_result(file, output);
        QCOMPARE(QDir(output).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name), (QStringList{"job-1-sensitivity", "job-2-harden"}));
        QVERIFY(QFileInfo::exists(output + "/job-1-sensitivity/accuracy-CONV-1.pdf"));
        QVERIFY(QFileInfo::exists(output + "/job-2-harden/search-ACT-2.svg"));
        QVERIFY(result_from_json(read_text_file((output + "/job-1-sensitivity/result.json").toStdString()), "result.json")
                    .curves.curves.size() == 2);
    }

    // Each file once, all that are there, with what they are.
    void the_index_names_every_file() {
        const QString file = folder_.filePath("named.clipscope");
        {
            Study study = Study::create(file.toStdString());
            JobSettings settings;
            settings.layers = "network,CONV-1";
            settings.rates = "0,1e-6";
            settings.trials = 2;
            const JobId job = study.add_job(settings);
            run_fake_job(study, job, [](const Event&) {}, {});
            study.set_name(job, "A <name> & more");
            study.add_job(settings);  // still waiting
        }
        // As people type it.
        QDir::setCurrent(folder_.path());
        const QString output = "with index";
        const QStringList written = render_result(file, output);
        const QString place = output + "/job-1-sensitivity-A-name-more";
        QVERIFY(QFileInfo::exists(place + "/accuracy.svg"));
        QVERIFY(QString::fromStdString(read_text_file((place + "/accuracy.svg").toStdString())).contains("&lt;name&gt;"));
        const QString index = QString::fromStdString(read_text_file((output + "/index.html").toStdString()));
        QDirIterator files(output, QDir::Files, QDirIterator::Subdirectories);
        int found = 0;
        while (files.hasNext()) {
            const QString path = files.next();
            QVERIFY2(written.contains(path), qPrintable(path));
            ++found;
            if (path.endsWith("index.html")) continue;
            const QString link =
                QString("href=\"%1\"").arg(QDir(QFileInfo(output).absoluteFilePath()).relativeFilePath(QFileInfo(path).absoluteFilePath()));
            QVERIFY2(index.count(link) == 1, qPrintable(link));
        }
        QCOMPARE(found, written.size());
        QCOMPARE(index.count("href="), found - 1);
        QVERIFY(index.contains("points.csv</a>: Every point") && index.contains("Not all are done: Job 2"));
        QVERIFY(!index.contains("<name>"));
    }

    void a_style_changes_page_curves_and_formats() {
        FigureRequest request;
        request.style.emplace();
        request.style->width_mm = 88;
        request.style->height_mm = 60;
        request.style->only_listed = true;
        request.style->curves = {{"CONV-1", true, "first", {}, {}, {}}};
        request.curves = {"CONV-1"};
        request.formats = {"svg", "pgf", "py"};
        const QString output = folder_.filePath("styled");
        const QStringList written = render_result(file_, output, request);
        QCOMPARE(QDir(output).entryList(QDir::Files, QDir::Name),
                 (QStringList{"accuracy-CONV-1.csv", "accuracy-CONV-1.pgf", "accuracy-CONV-1.py", "accuracy-CONV-1.svg", "accuracy.csv",
                              "accuracy.pgf", "accuracy.py", "accuracy.svg", "points.csv"}));
        const QString svg = QString::fromStdString(read_text_file((output + "/accuracy.svg").toStdString()));
        QVERIFY(svg.contains("<svg width=\"88mm\" height=\"60mm\""));
        QVERIFY(svg.contains(">first<") && !svg.contains("CONV-1+FC-1"));
        request.curves = {"CONV-9"};
        try {
            render_result(file_, output, request);
            QFAIL("drawn without the curve that was asked for");
        } catch (const UsageError& error) {
            QVERIFY2(QString(error.what()).contains("CONV-9") && QString(error.what()).contains("CONV-1+FC-1"), error.what());
        }
    }

    void the_papers_figures_come_from_a_studys_jobs() {
        const QString file = folder_.filePath("paper.clipscope");
        {
            Study study = Study::create(file.toStdString());
            JobSettings settings;
            settings.layers = "network,CONV-1";
            settings.rates = "0,1e-6,1e-5";
            settings.trials = 3;
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
            settings.kind = JobKind::harden;
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
        }
        const std::vector<PaperFigure> figures = paper_figures(read_results(file));
        QCOMPARE(figures.size(), std::size_t(5));
        QVERIFY(figures[0].is_ready() && figures[0].missing.isEmpty());                 // 1b
        QVERIFY(figures[1].is_ready());                                                 // 3
        QVERIFY(!figures[2].is_ready() && figures[2].missing.contains("sweep"));        // 5
        QVERIFY(figures[3].is_ready() && figures[3].page.panels.size() >= 1);           // 6
        QVERIFY(!figures[4].is_ready() && figures[4].missing.contains("compare"));      // 7
        QStringList missing;
        FigureRequest request;
        request.formats = {"pdf", "svg", "png", "pgf"};
        const QStringList written = render_paper(file, folder_.filePath("paper"), request, missing);
        for (const char* name : {"figure-1b.pdf", "figure-3.svg", "figure-6.png", "figure-6.pgf"})
            QVERIFY2(QFileInfo(folder_.filePath("paper/") + name).size() > 0, name);
        QVERIFY(missing.size() >= 2);
        const QString svg = QString::fromStdString(read_text_file(folder_.filePath("paper/figure-6.svg").toStdString()));
        QVERIFY(svg.contains("iteration 1"));
        // A study without any such job.
        const QString empty = folder_.filePath("empty.clipscope");
        Study::create(empty.toStdString());
        QVERIFY_EXCEPTION_THROWN(render_paper(empty, folder_.filePath("none"), {}, missing), Error);
    }

    void the_window_lists_the_papers_figures() {
        const QString file = folder_.filePath("listed.clipscope");
        {
            Study study = Study::create(file.toStdString());
            JobSettings settings;
            settings.layers = "network";
            settings.rates = "0,1e-6,1e-5";
            settings.trials = 3;
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
        }
        PaperDialog dialog(file);
        dialog.set_may_replace([](const QStringList& existing) { return existing.isEmpty(); });
        dialog.show();
        QTRY_COMPARE(dialog.figures().size(), std::size_t(5));
        QList<QPushButton*> prepare;
        for (QPushButton* button : dialog.findChildren<QPushButton*>())
            if (button->accessibleName().startsWith("Prepare")) prepare << button;
        QCOMPARE(prepare.size(), 4);  // all but 1b
        QVERIFY(QDir(folder_.path()).mkpath("listed"));
        QString written;
        connect(&dialog, &PaperDialog::written, this, [&](const QString& folder) { written = folder; });
        dialog.export_into(folder_.filePath("listed"));
        QTRY_COMPARE(written, folder_.filePath("listed"));
        QCOMPARE(QDir(written).entryList(QDir::Files), QStringList{"figure-1b.pdf"});
        // Once more: what is there is not replaced.
        written.clear();
        dialog.export_into(folder_.filePath("listed"));
        QTest::qWait(50);
        QVERIFY(written.isEmpty());
        std::vector<JobKind> wanted;
        connect(&dialog, &PaperDialog::job_wanted, this, [&](JobKind kind) { wanted.push_back(kind); });
        prepare[1]->click();
        QCOMPARE(wanted, std::vector<JobKind>{JobKind::sweep});
        QVERIFY(!dialog.isVisible());
    }

    void errors_are_thrown() {
        QVERIFY_EXCEPTION_THROWN(render_result(folder_.filePath("missing.json"), folder_.path()), Error);
        QVERIFY_EXCEPTION_THROWN(render_result(file_, file_ + "/below a file"), Error);
        const QString text = folder_.filePath("text.json");
        write_text_file(text.toStdString(), "no JSON");
        QVERIFY_EXCEPTION_THROWN(render_result(text, folder_.path()), Error);
    }

    void the_program_needs_no_display_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("status");
        const QString output = folder_.filePath("by program");
        QTest::newRow("figures") << QStringList{"--render", file_, "--output", output} << 0;
        QTest::newRow("missing file") << QStringList{"--render", "missing.json", "--output", output} << 1;
        QTest::newRow("wrong usage") << QStringList{"--render", file_} << 2;
        QTest::newRow("unknown option") << QStringList{"--frobnicate"} << 2;
        QTest::newRow("window without a display") << QStringList{} << 1;
        QTest::newRow("help") << QStringList{"--help"} << 0;
    }

    void the_program_needs_no_display() {
        QFETCH(QStringList, arguments);
        QFETCH(int, status);
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) environment.remove(name);
        program.setProcessEnvironment(environment);
        program.start(CLIPSCOPE_PROGRAM, arguments);
        QVERIFY(program.waitForFinished(60'000));
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.exitCode(), status);
        // Qt may complain of the environment before; the last line is the program's.
        const QString complaint = QString::fromUtf8(program.readAllStandardError()).trimmed().section('\n', -1);
        if (status != 0) QVERIFY2(complaint.startsWith("clipscope: ") && complaint.endsWith('.'), qPrintable(complaint));
        if (QByteArray(QTest::currentDataTag()) == "figures") QVERIFY(QFileInfo::exists(folder_.filePath("by program/accuracy.png")));
    }

private:
    QTemporaryDir folder_;
    QString file_;
};

QTEST_MAIN(TestRender)
#include "test_render.moc"
