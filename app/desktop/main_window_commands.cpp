// What the window does when it is asked: opens, runs, helps, closes.
#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QThread>
#include <QUrl>

#include "changed_images_window.h"
#include "common/error.h"
#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/price_pane.h"
#include "controls/progress_strip.h"
#include "controls/protect_first_pane.h"
#include "controls/sensitivity_panel.h"
#include "controls/worst_bits_pane.h"
#include "data/dataset_reader.h"
#include "data/npz_reader.h"
#include "fault_window.h"
#include "lab_presenter.h"
#include "main_window.h"
#include "missing_input.h"
#include "network/bundled_networks.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/trisection_plot.h"
#include "results/protect_first_output.h"
#include "sensitivity_request.h"
#include "tables/comparison_table.h"
#include "tables/duel_table.h"
#include "tables/protect_first_table.h"
#include "tables/site_table.h"
#include "tables/worst_bits_table.h"
#include "upset_window.h"
#include "worst_bits_presenter.h"

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
    panels_.get<SensitivityPanel>().set_form(first_study_form(QThread::idealThreadCount()));
    laboratory_.open_model(QStringLiteral("bundled:") + bundled_name);
    open_default_data();
    presenter_->run_when_ready();
}

void MainWindow::run_front_job() {
    auto& method = panels_.get<HardenPanel>();
    auto& sensitivity = panels_.get<SensitivityPanel>();
    PanelDock& method_dock = panels_.dock<HardenPanel>();
    PanelDock& sensitivity_dock = panels_.dock<SensitivityPanel>();
    // Where both are in sight, the one with the focus counts; where none is, the page's first.
    const bool has_focus = method.isAncestorOf(QApplication::focusWidget());
    const bool is_method = (method.isVisible() && (has_focus || !sensitivity.isVisible())) ||
                           (!method.isVisible() && !sensitivity.isVisible() && !pages_->has(sensitivity_dock));
    JobPanel& panel = is_method ? static_cast<JobPanel&>(method) : sensitivity;
    if (!laboratory_.is_ready() || !panel.is_valid()) {
        (is_method ? method_dock : sensitivity_dock).bring_to_front();
        panel.focus_next_step();  // the form says what is amiss
        return;
    }
    is_method ? presenter_->run_method() : presenter_->run_sensitivity();
}

void MainWindow::harden_all_sites() {
    HardenForm form = panels_.get<HardenPanel>().form();
    form.job = MethodJob::harden;
    panels_.get<HardenPanel>().set_form(form);
    pages_->show_together(
        {&panels_.dock<TrisectionPlot>(), &panels_.dock<HardenPanel>(), &panels_.dock<SiteTable>(), &panels_.dock<AucThresholdPlot>()});
    run_method_form();
}

// Where something is amiss, the form says it.
void MainWindow::run_method_form() {
    if (laboratory_.is_ready() && panels_.get<HardenPanel>().is_valid())
        presenter_->run_method();
    else
        panels_.get<HardenPanel>().focus_next_step();
}

// They run beside the study's jobs, one at a time.
void MainWindow::connect_searches() {
    protect_first_ = new ProtectFirstPresenter(laboratory_, *results_, panels_.get<HardenPanel>(), panels_.get<ProtectFirstPane>(), this);
    worst_bits_ = new WorstBitsPresenter(laboratory_, *results_, desk_, panels_.get<HardenPanel>(), panels_.get<WorstBitsPane>(), this);
    connect_search(*protect_first_, panels_.dock<ProtectFirstPane>());
    connect_search(*worst_bits_, panels_.dock<WorstBitsPane>());
    connect(presenter_, &JobPresenter::search_wanted, this, &MainWindow::begin_search);
    connect(protect_first_, &ProtectFirstPresenter::duel_wanted, this, &MainWindow::propose_duel);
    connect(&panels_.get<WorstBitsPane>(), &WorstBitsPane::bit_opened, this, &MainWindow::show_bit_closely);
    connect(&panels_.get<WorstBitsPane>().table(), &CellTable::export_requested, this,
            [this] { export_table([this] { return to_csv(panels_.get<WorstBitsPane>().result()); }); });
    connect(&panels_.get<PricePane>().table(), &CellTable::export_requested, this,
            [this] { export_table([this] { return panels_.get<PricePane>().table().csv(); }); });
    connect(&panels_.get<ProtectFirstPane>().table(), &CellTable::export_requested, this,
            [this] { export_table([this] { return protect_first_csv(results_->protect_first()); }); });
}

void MainWindow::connect_search(SearchPresenter& search, PanelDock& dock) {
    connect(&search, &SearchPresenter::began, &dock, [&dock] { dock.bring_to_front(); });
    connect(&search, &SearchPresenter::found, &dock, &PanelDock::mark);
    connect(&search, &SearchPresenter::state_changed, this, &MainWindow::refresh);
    connect(&search, &SearchPresenter::state_changed, this, &MainWindow::close_when_done);
    connect(&search, &SearchPresenter::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(&search, &SearchPresenter::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(&search, &SearchPresenter::failed, this, &MainWindow::show_error, Qt::QueuedConnection);
}

SearchPresenter* MainWindow::running_search() const {
    for (SearchPresenter* search : {static_cast<SearchPresenter*>(protect_first_), static_cast<SearchPresenter*>(worst_bits_)})
        if (search != nullptr && search->running()) return search;
    return nullptr;
}

// Where one runs already, that one says so.
void MainWindow::begin_search() {
    SearchPresenter* running = running_search();
    const bool is_of_bits = panels_.get<HardenPanel>().form().job == MethodJob::worst_bits;
    (running != nullptr ? running : is_of_bits ? static_cast<SearchPresenter*>(worst_bits_) : protect_first_)->run();
}

void MainWindow::export_table(const std::function<std::string()>& csv) {
    if (const QString path = dialogs_.choose_table(this); !path.isEmpty()) write_text(path, csv);
}

void MainWindow::write_text(const QString& path, const std::function<std::string()>& text) {
    try {
        write_text_file(path.toStdString(), text());
        panels_.get<ActivityLog>().append(tr("Wrote %1").arg(path));
        strip_->show_written(path);
    } catch (const Error& error) {
        panels_.get<ActivityLog>().append_error(QString::fromUtf8(error.what()));
        show_error(QString::fromUtf8(error.what()));
    }
}

// Of the images and the memory that the steps were found with, where the form still has them.
void MainWindow::propose_duel(const QString& protections) {
    put_duel_into_form(protections);
    panels_.get<HardenPanel>().focus_next_step();
    panels_.get<ActivityLog>().append(
        tr("The duel of %1 is in the form: Run begins it").arg(panels_.get<HardenPanel>().form().protections));
}

// One window, which stays where it was put.
void MainWindow::show_one_fault() {
    if (!fault_window_) {
        fault_window_ = new FaultWindow(laboratory_, this);
        connect(fault_window_, &FaultWindow::worst_bit_wanted, this, &MainWindow::show_worst_bit_closely);
        connect(fault_window_, &FaultWindow::inspected, labs_, &LabPresenter::take_inspection);
    }
    fault_window_->show();
    fault_window_->raise();
    fault_window_->activateWindow();
}

void MainWindow::show_bit_closely(const FaultyValue& bit) {
    show_one_fault();
    fault_window_->show_fault(QString::fromStdString(bit.layer), QString::fromStdString(bit.parameter), bit.element, bit.bit,
                              QString::fromStdString(panels_.get<WorstBitsPane>().result().origin.memory.format.to_string()));
}

// On the network and the images of their job, which are opened where others are in sight.
void MainWindow::show_faults_closely(const FaultsToShow& faults, const JobSettings& job) {
    show_one_fault();
    if (!jobs_.running()) laboratory_.open(job);
    fault_window_->show_faults(faults);
}

void MainWindow::show_changed_images(const TrialName& trial) {
    if (!changed_images_) {
        changed_images_ = new ChangedImagesWindow(laboratory_.engine(), desk_, this);
        connect(changed_images_, &ChangedImagesWindow::export_wanted, this,
                [this](const std::string& csv) { export_table([csv] { return csv; }); });
    }
    changed_images_->show();
    changed_images_->raise();
    changed_images_->activateWindow();
    changed_images_->show_trial(trial);
}

void MainWindow::show_cell_closely(const QString& layer, bool is_negative, int bit) {
    if (!laboratory_.is_ready()) return show_error(tr("Open the network that the map is of, and its images, to draw one of its bits."));
    show_one_fault();
    fault_window_->show_fault_of({layer.toStdString(), is_negative, bit, results_->curves_memory()});
}

// Where none was looked for yet, the form says how.
void MainWindow::show_worst_bit_closely() {
    if (panels_.get<WorstBitsPane>().has_result()) return show_bit_closely(panels_.get<WorstBitsPane>().result().found.alone.front().value);
    fault_window_->hide();  // it stands before the form
    show_form_of(MethodJob::worst_bits);
    activateWindow();
    panels_.get<ActivityLog>().append(tr("No worst bit is known of this network yet: Run looks for it"));
}

void MainWindow::show_upset_rates() {
    if (!upset_window_) {
        upset_window_ = new UpsetWindow(laboratory_, desk_, this);
        connect(upset_window_, &UpsetWindow::rates_wanted, this, &MainWindow::propose_rates);
        connect(upset_window_, &UpsetWindow::single_faults_wanted, this, &MainWindow::propose_single_faults);
        connect(upset_window_, &UpsetWindow::export_wanted, this, [this](const std::string& csv) { export_table([csv] { return csv; }); });
        connect(upset_window_, &UpsetWindow::written, this, [this](const QString& path) {
            panels_.get<ActivityLog>().append(tr("Wrote %1").arg(path));
            strip_->show_written(path);
        });
    }
    upset_window_->show();
    upset_window_->raise();
    upset_window_->activateWindow();
}

// The window of the upset rates would stand before the form.
void MainWindow::propose_rates(const QString& rates) {
    upset_window_->hide();
    activateWindow();
    SensitivityForm form = panels_.get<SensitivityPanel>().form();
    form.job = SensitivityJob::fault_rates;
    form.rates = rates;
    panels_.get<SensitivityPanel>().set_form(form);
    panels_.dock<SensitivityPanel>().bring_to_front(true);
    panels_.get<ActivityLog>().append(tr("The rates %1 are in the sensitivity form").arg(rates));
}

// What a result must be like to be turned into failures in time.
void MainWindow::propose_single_faults() {
    upset_window_->hide();
    activateWindow();
    SensitivityForm form = panels_.get<SensitivityPanel>().form();
    form.job = SensitivityJob::fault_counts;
    form.fault_counts = QStringLiteral("1");
    form.until = Until::precision;
    form.half_width = 0.2;
    panels_.get<SensitivityPanel>().set_form(form);
    panels_.dock<SensitivityPanel>().bring_to_front(true);
    panels_.get<SensitivityPanel>().focus_next_step();
    panels_.get<ActivityLog>().append(tr("A sensitivity with exactly one fault in each trial is in the form: Run begins it"));
}

void MainWindow::put_duel_into_form(const QString& protections) {
    HardenForm form = panels_.get<HardenPanel>().form();
    form.job = MethodJob::duel;
    form.protections = QString(protections).replace(QLatin1Char(','), QStringLiteral(", "));
    panels_.get<HardenPanel>().set_form(form);
    pages_->show_together({&panels_.dock<PricePane>(), &panels_.dock<HardenPanel>()});
}

void MainWindow::compare_with_unprotected(const QString& protection) {
    put_duel_into_form(QStringLiteral("none,") + protection);
    run_method_form();
}

bool MainWindow::may_close() {
    if (labs_->writes_hand_in()) {
        show_error(tr("A hand-in is being written, which takes some seconds: close the window when it is done."));
        return false;
    }
    const SearchPresenter* search = running_search();
    if (!jobs_.running() && search == nullptr) return true;
    switch (dialogs_.ask_quit(this, jobs_.running() ? presenter_->running_title() : search->running_title())) {
        case QuitAnswer::stop:
            return true;
        case QuitAnswer::wait:
            quits_when_done_ = true;
            presenter_->queue().pause();
            panels_.get<ActivityLog>().append(tr("The window closes when the job is done"));
            break;
        case QuitAnswer::cancel:
            quits_when_done_ = false;
            break;
    }
    refresh();
    return false;
}

void MainWindow::close_when_done() {
    if (quits_when_done_ && !jobs_.running() && running_search() == nullptr && !presenter_->queue().next())
        QMetaObject::invokeMethod(this, &QWidget::close, Qt::QueuedConnection);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!may_close()) {
        event->ignore();
        return;
    }
    // The threads are joined when the window is destroyed; asked now, they end while the rest is put away.
    jobs_.discard();
    if (SearchPresenter* search = running_search()) search->stop();
    laboratory_.cancel_clean();
    actions_.maximise->setChecked(false);
    pages_->save();
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

}  // namespace clipscope
