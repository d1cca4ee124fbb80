// From a study to a paper: what the window does for rankings, two runs compared, the figures of the paper, and the report.
#include <QAction>
#include <map>

#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/progress_strip.h"
#include "differences_window.h"
#include "main_window.h"
#include "paper_dialog.h"
#include "ranking_presenter.h"
#include "report/ranking_output.h"
#include "report_window.h"
#include "study/study_results.h"
#include "tables/cell_table.h"
#include "tables/job_table.h"
#include "tables/ranking_table.h"

namespace clipscope {

void MainWindow::connect_paper() {
    ranking_ = new RankingPresenter(*results_, laboratory_, desk_, panels_.get<RankingTable>(), this);
    connect(ranking_, &RankingPresenter::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(&panels_.get<RankingTable>(), &CellTable::export_requested, this,
            [this] { export_table([this] { return ranking_csv(panels_.get<RankingTable>().ranking()); }); });
    connect(&panels_.get<RankingTable>(), &RankingTable::latex_requested, this, [this] {
        if (const QString path = dialogs_.choose_latex(this); !path.isEmpty())
            write_text(path, [this] { return ranking_latex(panels_.get<RankingTable>().ranking()); });
    });
    connect(actions_.report, &QAction::triggered, this, &MainWindow::show_report);
    connect(&panels_.get<JobTable>(), &JobTable::comparison_requested, this, &MainWindow::compare_runs);
}

void MainWindow::show_paper_figures() {
    auto* dialog = new PaperDialog(desk_.path(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &PaperDialog::job_wanted, this, [this](JobKind kind) {
        static const std::map<JobKind, MethodJob> forms{{JobKind::profile, MethodJob::profile},
                                                        {JobKind::sweep, MethodJob::sweep},
                                                        {JobKind::harden, MethodJob::harden},
                                                        {JobKind::compare, MethodJob::compare}};
        const auto form = forms.find(kind);
        if (form == forms.end())
            panels_.dock<SensitivityPanel>().bring_to_front(true);
        else
            show_form_of(form->second);
    });
    connect(dialog, &PaperDialog::written, this, [this](const QString& folder) {
        panels_.get<ActivityLog>().append(tr("Wrote figures of the paper into %1").arg(folder));
        strip_->show_written(folder);
    });
    connect(dialog, &PaperDialog::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    dialog->show();
}

// One window, which keeps what was typed.
void MainWindow::show_report() {
    if (!desk_.has_study()) return;
    if (!report_window_) {
        report_window_ = new ReportWindow(dialogs_.choose_report, this);
        connect(report_window_, &ReportWindow::written, &panels_.get<ActivityLog>(),
                [this](const QString& path) { panels_.get<ActivityLog>().append(tr("Wrote %1").arg(path)); });
        connect(report_window_, &ReportWindow::written, strip_, &ProgressStrip::show_written);
        connect(report_window_, &ReportWindow::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
        connect(report_window_, &ReportWindow::failed, this, &MainWindow::show_error);
    }
    report_window_->set_study(desk_.path(), desk_.title());
    report_window_->show();
    report_window_->raise();
    report_window_->activateWindow();
}

void MainWindow::compare_runs(qint64 first, qint64 second) {
    const auto one = desk_.job(first);
    const auto other = desk_.job(second);
    if (!one || !other) return;
    if (!differences_window_) {
        differences_window_ = new DifferencesWindow(this);
        connect(differences_window_, &DifferencesWindow::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
        connect(differences_window_, &DifferencesWindow::curves_wanted, this, &MainWindow::lay_over);
        connect(differences_window_, &DifferencesWindow::export_requested, this,
                [this] { export_table([this] { return differences_csv(differences_window_->found()); }); });
    }
    const std::shared_ptr<Study> study = desk_.for_thread([this](const QString& why) { show_error(why); });
    if (!study) return;
    differences_study_ = desk_.path();
    differences_window_->compare(study, *one, *other);
    differences_window_->show();
    differences_window_->raise();
}

// The second's curves are shown as ever, the first's lie beside them as if they had been kept.
void MainWindow::lay_over(qint64 first, qint64 second) {
    if (desk_.path() != differences_study_)
        return show_error(tr("The two jobs are of %1, which is not open any more: open it, then lay their curves over each other.")
                              .arg(differences_study_));
    const auto job = desk_.job(first);
    const std::shared_ptr<Study> study = desk_.for_thread([this](const QString& why) { show_error(why); });
    if (!job || !study) return;
    if (results_->has_kept_curves()) results_->forget_kept_curves();
    presenter_->show_job(second);
    beside_task_.start<CampaignSummary>([study, first](std::stop_token) { return read_summary(*study, first); },
                                        [this, job](const CampaignSummary& curves) { results_->keep_beside(*job, curves); },
                                        [this](const QString& why) { show_error(why); });
}

}  // namespace clipscope
