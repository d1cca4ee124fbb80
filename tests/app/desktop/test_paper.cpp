// From a study to a paper in the window: the ranking beside the curves, two runs compared, the report of the study.
#include <QAction>
#include <QCheckBox>
#include <QFile>
#include <QItemSelectionModel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QTest>
#include <QTreeView>

#include "common/text_file.h"
#include "differences_window.h"
#include "report/ranking_output.h"
#include "report_window.h"
#include "study/study_results.h"
#include "study/study_writer.h"
#include "tables/job_table.h"
#include "tables/ranking_table.h"
#include "window_desk.h"

using namespace clipscope;

class TestPaper : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
        file_ = folder_->filePath("kept.clipscope");
        make_study();
    }

    void the_ranking_follows_the_curves_and_selects_them() {
        Desk desk;
        desk.window.open_study(file_);
        auto& table = desk.part<RankingTable>();
        show(desk, "Ranking");
        QTRY_COMPARE(table.row_count(), 4);
        // As the trials are made: every layer has the same, so the order is that of the curves; the AUC by hand.
        const Ranking& ranking = table.ranking();
        const double mean[] = {0.9 - 0.02, 0.7 - 0.02, 0.5 - 0.02};  // over trials 0 to 4 at 0, 1e-6, 1e-5
        const double area = (0.9 + mean[1]) / 2 * 0.1 + (mean[1] + mean[2]) / 2 * 0.9;
        for (const RankedLayer& row : ranking.layers) {
            QVERIFY(std::abs(row.auc.value() - area) < 1e-12);
            QCOMPARE(row.worst.value(), 0.46);
            QCOMPARE(row.worst_rate, 1e-5);
        }
        QCOMPARE(cell(table.view(), 0, 1), QString::number(area, 'f', 4));
        table.view().setCurrentIndex(table.view().model()->index(1, 0));
        const QString layer = cell(table.view(), 1, 0);
        QTRY_COMPARE(desk.window.laboratory().selected_layer(), layer);
        QTRY_COMPARE(desk.plot().view().emphasised, layer);
    }

    void the_ranking_is_written_for_papers() {
        Desk desk;
        desk.window.open_study(file_);
        auto& table = desk.part<RankingTable>();
        show(desk, "Ranking");
        QTRY_COMPARE(table.row_count(), 4);
        desk.path = folder_->filePath("ranking.tex");
        emit table.latex_requested();
        QCOMPARE(read_text_file(desk.path.toStdString()), ranking_latex(table.ranking()));
        QVERIFY(read_text_file(desk.path.toStdString()).find("\\toprule") != std::string::npos);
        desk.path = folder_->filePath("ranking.csv");
        emit table.export_requested();
        QCOMPARE(read_text_file(desk.path.toStdString()), ranking_csv(table.ranking()));
        QVERIFY(table.copied_text().contains("CONV-1"));
        QVERIFY(desk.errors.isEmpty());
    }

    void two_selected_jobs_are_compared() {
        Desk desk;
        desk.window.open_study(file_);
        auto& jobs = desk.part<JobTable>();
        QTRY_COMPARE(jobs.view().model()->rowCount(), 2);
        QAction* compare = desk.action("Compar&e these runs…");
        QVERIFY(compare != nullptr && !compare->isEnabled());
        auto* selection = jobs.view().selectionModel();
        for (int row = 0; row < 2; ++row)
            selection->select(jobs.view().model()->index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
        QVERIFY(compare->isEnabled());
        compare->trigger();
        auto& window = desk.part<DifferencesWindow>();
        QTRY_COMPARE(window.differences_table().row_count(), 3);  // the network's at three rates
        for (const RunDifference& row : window.found().rows) {
            QCOMPARE(row.layer, std::string("network"));
            // Trials k have k % 5 images less: the first run has two of the second's five.
            QCOMPARE(row.pairs, 2);
            QCOMPARE(row.difference, 0.0);
        }
        QVERIFY(window.settings_table().row_count() >= 2);
        bool names_layers = false;
        for (const SettingDifference& one : window.found().settings) names_layers |= one.name == "layers" && one.first == "network";
        QVERIFY(names_layers);
        button(window, "Curves over each other")->click();
        QTRY_COMPARE(desk.plot().view().series.size(), std::size_t(5));
        QVERIFY(desk.errors.isEmpty());
    }

    void a_report_is_made_of_the_study() {
        Desk desk;
        QVERIFY(!desk.action("Re&port…")->isEnabled());
        desk.window.open_study(file_);
        QTRY_VERIFY(desk.action("Re&port…")->isEnabled());
        desk.action("Re&port…")->trigger();
        auto& window = desk.part<ReportWindow>();
        window.findChild<QLineEdit*>()->setText("Of <layers>");
        window.findChild<QPlainTextEdit*>()->setPlainText("First words.\n\nSecond words.");
        for (QCheckBox* box : window.findChildren<QCheckBox*>()) {
            QVERIFY(!box->toolTip().isEmpty());
            if (box->text() == "How to repeat it") box->setChecked(false);
        }
        desk.path = folder_->filePath("report.html");
        button(window, "Make the report…")->click();
        QVERIFY(window.is_busy() && window.findChild<QProgressBar*>()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!window.is_busy(), 60'000);
        QCOMPARE(desk.errors, QStringList());
        const std::string text = read_text_file(desk.path.toStdString());
        QVERIFY(text.find("<title>Of &lt;layers&gt;</title>") != std::string::npos);
        QVERIFY(text.find("<p>First words.</p>\n<p>Second words.</p>") != std::string::npos);
        QVERIFY(text.find("Most sensitive layer") != std::string::npos && text.find("<svg") != std::string::npos);
        QVERIFY(text.find("How to repeat it") == std::string::npos);
        QVERIFY(!window.isVisible());
    }

    void a_report_that_cannot_be_written_says_why() {
        Desk desk;
        desk.window.open_study(file_);
        QTRY_VERIFY(desk.action("Re&port…")->isEnabled());
        desk.action("Re&port…")->trigger();
        desk.path = folder_->filePath("nowhere/report.pdf");
        button(desk.part<ReportWindow>(), "Make the report…")->click();
        QTRY_COMPARE_WITH_TIMEOUT(desk.errors.size(), 1, 60'000);
        QVERIFY2(desk.errors[0].contains("nowhere"), qPrintable(desk.errors[0]));
    }

private:
    // Two jobs: the first with the network's curve and few trials, the second, which is shown, with a curve for each layer too and more
    // trials.
    void make_study() {
        Study study = Study::create(file_.toStdString());
        for (const auto& [layers, trials] : {std::pair(std::string("network"), 2), std::pair(std::string("each,network"), 5)}) {
            const JobSettings settings{.model = "fake.pt", .layers = layers, .rates = "0,1e-6,1e-5", .trials = trials};
            run_fake_job(study, study.add_job(settings), [](const Event&) {}, {});
        }
    }

    static QString cell(const QTreeView& view, int row, int column) { return view.model()->index(row, column).data().toString(); }

    static void show(Desk& desk, const QString& title) {
        for (PanelDock* dock : desk.window.findChildren<PanelDock*>())
            if (dock->windowTitle() == title) dock->bring_to_front();
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString file_;
};

QTEST_MAIN(TestPaper)
#include "test_paper.moc"
