// What the window does when it is asked: opens, runs, helps, closes.
#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QThread>
#include <QUrl>

#include "campaign/protect_first_output.h"
#include "common/error.h"
#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/price_pane.h"
#include "controls/progress_strip.h"
#include "controls/protect_first_pane.h"
#include "controls/sensitivity_panel.h"
#include "data/dataset_reader.h"
#include "data/npz_reader.h"
#include "fault_window.h"
#include "main_window.h"
#include "missing_input.h"
#include "network/bundled_networks.h"
#include "plots/plot_panel.h"
#include "sensitivity_request.h"
#include "tables/duel_table.h"
#include "tables/protect_first_table.h"

namespace clipscope {

void MainWindow::choose_model() {
    if (const QString path = dialogs_.choose_model(this); !path.isEmpty()) open_model(path);
}

void MainWindow::choose_data() {
    if (const QString folder = dialogs_.choose_data(this); !folder.isEmpty()) open_data(folder);
}

void MainWindow::help_with_missing() {
    const MissingInput missing = missing_input(laboratory_);
    if (missing == MissingInput::model)
        choose_model();
    else if (missing == MissingInput::normalization)
        actions_.images->trigger();
    else
        choose_data();
}

void MainWindow::launch(const LaunchOptions& options) {
    if (options.model.endsWith(QLatin1String(".clipscope"))) {
        open_study(options.model);
        return;
    }
    const bool bundled = options.run && options.model.isEmpty();
    const auto networks = bundled ? bundled_or_none() : std::vector<BundledNetwork>{};
    const QString model = networks.empty() ? options.model : QStringLiteral("bundled:") + QString::fromStdString(networks.front().name);
    if (!model.isEmpty()) laboratory_.open_model(model, options.normalization, options.architecture);
    if (!options.data.isEmpty()) {
        laboratory_.open_data(options.data, options.split, options.picture_size);
    } else if (model.startsWith(QLatin1String("bundled:"))) {
        open_default_data();
    }
    if (options.run) presenter_->run_when_ready();
}

void MainWindow::open_model(const QString& name) {
    laboratory_.open_model(name);
    if (name.startsWith(QLatin1String("bundled:")) && !laboratory_.data()) open_default_data();
}

void MainWindow::open_study(const QString& path) {
    study_actions_->open(path);
}

void MainWindow::open_data(const QString& folder) {
    laboratory_.open_data(folder);
}

// What the bundled networks were trained for.
void MainWindow::open_default_data() {
    laboratory_.open_data(QString::fromStdString(fashion_mnist_folder()));
}

void MainWindow::start_first_study(const QString& bundled_name) {
    docks_.sensitivity_panel->set_form(first_study_form(QThread::idealThreadCount()));
    laboratory_.open_model(QStringLiteral("bundled:") + bundled_name);
    open_default_data();
    presenter_->run_when_ready();
}

void MainWindow::run_front_job() {
    // Where both are in sight, the one with the focus counts.
    const bool has_focus = docks_.harden_panel->isAncestorOf(QApplication::focusWidget());
    const bool is_method = docks_.harden_panel->isVisible() && (has_focus || !docks_.sensitivity_panel->isVisible());
    JobPanel& panel = is_method ? static_cast<JobPanel&>(*docks_.harden_panel) : *docks_.sensitivity_panel;
    if (!laboratory_.is_ready() || !panel.is_valid()) {
        (is_method ? docks_.method : docks_.sensitivity)->bring_to_front();
        panel.focus_next_step();  // the form says what is amiss
        return;
    }
    is_method ? presenter_->run_method() : presenter_->run_sensitivity();
}

void MainWindow::harden_all_sites() {
    HardenForm form = docks_.harden_panel->form();
    form.job = MethodJob::harden;
    docks_.harden_panel->set_form(form);
    for (PanelDock* dock : {docks_.method, docks_.sites, docks_.auc_threshold, docks_.trisection}) dock->bring_to_front();
    if (laboratory_.is_ready() && docks_.harden_panel->is_valid())
        presenter_->run_method();
    else
        docks_.harden_panel->focus_next_step();  // the form says what is amiss
}

// What to protect first is looked for beside the study's jobs.
void MainWindow::connect_search() {
    search_ = new ProtectFirstPresenter(laboratory_, *results_, *docks_.harden_panel, *docks_.protect_first_pane, this);
    connect(presenter_, &JobPresenter::search_wanted, search_, &ProtectFirstPresenter::run);
    connect(search_, &ProtectFirstPresenter::began, this, [this] { docks_.protect_first->bring_to_front(); });
    connect(search_, &ProtectFirstPresenter::found, docks_.protect_first, &PanelDock::mark);
    connect(search_, &ProtectFirstPresenter::state_changed, this, &MainWindow::refresh);
    connect(search_, &ProtectFirstPresenter::state_changed, this, &MainWindow::close_when_done);
    connect(search_, &ProtectFirstPresenter::told, docks_.log, &ActivityLog::append);
    connect(search_, &ProtectFirstPresenter::failed, docks_.log, &ActivityLog::append_error);
    connect(search_, &ProtectFirstPresenter::failed, this, &MainWindow::show_error, Qt::QueuedConnection);
    connect(search_, &ProtectFirstPresenter::duel_wanted, this, &MainWindow::propose_duel);
    connect(&docks_.price_pane->table(), &CellTable::export_requested, this,
            [this] { export_table([this] { return docks_.price_pane->table().csv(); }); });
    connect(&docks_.protect_first_pane->table(), &CellTable::export_requested, this,
            [this] { export_table([this] { return protect_first_csv(results_->protect_first()); }); });
}

void MainWindow::export_table(const std::function<std::string()>& csv) {
    const QString path = dialogs_.choose_table(this);
    if (path.isEmpty()) return;
    try {
        write_text_file(path.toStdString(), csv());
        docks_.log->append(tr("Wrote %1").arg(path));
        strip_->show_written(path);
    } catch (const Error& error) {
        docks_.log->append_error(QString::fromUtf8(error.what()));
        show_error(QString::fromUtf8(error.what()));
    }
}

void MainWindow::show_form_of(MethodJob job) {
    HardenForm form = docks_.harden_panel->form();
    form.job = job;
    docks_.harden_panel->set_form(form);
    docks_.method->bring_to_front(true);
}

// Of the images and the memory that the steps were found with, where the form still has them.
void MainWindow::propose_duel(const QString& protections) {
    put_duel_into_form(protections);
    docks_.harden_panel->focus_next_step();
    docks_.log->append(tr("The duel of %1 is in the form: Run begins it").arg(docks_.harden_panel->form().protections));
}

// One window, which stays where it was put.
void MainWindow::show_one_fault() {
    if (!fault_window_) fault_window_ = new FaultWindow(laboratory_, this);
    fault_window_->show();
    fault_window_->raise();
    fault_window_->activateWindow();
}

void MainWindow::put_duel_into_form(const QString& protections) {
    HardenForm form = docks_.harden_panel->form();
    form.job = MethodJob::duel;
    form.protections = QString(protections).replace(QLatin1Char(','), QStringLiteral(", "));
    docks_.harden_panel->set_form(form);
    docks_.method->bring_to_front();
}

void MainWindow::compare_with_unprotected(const QString& protection) {
    put_duel_into_form(QStringLiteral("none,") + protection);
    if (laboratory_.is_ready() && docks_.harden_panel->is_valid())
        presenter_->run_method();
    else
        docks_.harden_panel->focus_next_step();  // the form says what is amiss
}

bool MainWindow::may_close() {
    if (!jobs_.running() && !search_->running()) return true;
    switch (dialogs_.ask_quit(this, jobs_.running() ? presenter_->running_title() : search_->running_title())) {
        case QuitAnswer::stop:
            return true;
        case QuitAnswer::wait:
            quits_when_done_ = true;
            presenter_->queue().pause();
            docks_.log->append(tr("The window closes when the job is done"));
            break;
        case QuitAnswer::cancel:
            quits_when_done_ = false;
            break;
    }
    refresh();
    return false;
}

void MainWindow::close_when_done() {
    if (quits_when_done_ && !jobs_.running() && !search_->running() && !presenter_->queue().next())
        QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!may_close()) {
        event->ignore();
        return;
    }
    // The threads are joined when the window is destroyed; asked now, they end while the rest is put away.
    jobs_.discard();
    search_->stop();
    laboratory_.cancel_clean();
    actions_.maximise->setChecked(false);
    layout_->save();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); })) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls()) {
        if (!url.isLocalFile()) continue;
        const QString path = url.toLocalFile();
        if (path.endsWith(QLatin1String(".clipscope")))
            open_study(path);
        else
            QFileInfo(path).isDir() || is_image_archive(path.toStdString()) ? open_data(path) : open_model(path);
    }
    event->acceptProposedAction();
}

void MainWindow::set_maximised(bool maximised) {
    layout_->show_alone(maximised ? front_plot() : nullptr);
}

void MainWindow::reset_layout() {
    actions_.maximise->setChecked(false);
    const QSize before = size();
    arrange_docks(*this, docks_);
    // On their way to their places the panels stand side by side for a moment, for which Qt widens the window beyond a small screen.
    layout()->activate();
    resize(before);
}

}  // namespace clipscope
