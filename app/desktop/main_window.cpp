#include "main_window.h"

#include <QAction>
#include <QApplication>
#include <QDesktopServices>
#include <QFileInfo>
#include <QMenu>
#include <QScreen>
#include <QScrollArea>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QThread>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>

#include "changed_images_window.h"
#include "common/error.h"
#include "controls/activity_log.h"
#include "controls/focus_ring.h"
#include "controls/harden_panel.h"
#include "controls/notice_bar.h"
#include "controls/page_bar.h"
#include "controls/price_pane.h"
#include "controls/progress_strip.h"
#include "controls/protect_first_pane.h"
#include "controls/sensitivity_panel.h"
#include "controls/welcome_pane.h"
#include "controls/worst_bits_pane.h"
#include "differences_window.h"
#include "fault_window.h"
#include "figures/figure.h"
#include "focus_walk.h"
#include "header_label.h"
#include "header_text.h"
#include "help_pages.h"
#include "input_presenter.h"
#include "lab_presenter.h"
#include "network/bundled_networks.h"
#include "network/formats/onnx/hardened_onnx.h"
#include "panel_hints.h"
#include "plots/accuracy_plot.h"
#include "plots/activation_plot.h"
#include "plots/auc_area_plot.h"
#include "plots/auc_threshold_plot.h"
#include "plots/critical_bits_plot.h"
#include "plots/trisection_plot.h"
#include "ranking_presenter.h"
#include "rate_window.h"
#include "report_window.h"
#include "result_views.h"
#include "tables/comparison_table.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "tables/site_table.h"
#include "threshold_presenter.h"
#include "upset_window.h"
#include "worst_bits_presenter.h"

namespace clipscope {
namespace {

constexpr QSize first_size(1440, 900);

}  // namespace

MainWindow::MainWindow(Engine engine, Dialogs dialogs, QWidget* parent)
    : QMainWindow(parent),
      dialogs_(std::move(dialogs)),
      laboratory_(std::move(engine)),
      recent_models_(QStringLiteral("recent/models")),
      recent_data_(QStringLiteral("recent/data")),
      log_file_(log_file_path()) {
    setWindowTitle(QStringLiteral("ClipScope"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    // A frame of the desktop's takes some of the screen too.
    resize(first_size.boundedTo(screen()->availableSize() - QSize(8, 40)));
    build_centre();
    build_page_bar();
    panels_ = WindowPanels(*this);
    keep_tab_names_readable(*this);
    pages_ = new WindowPages(*this, panels_, *page_bar_, this);
    actions_ = build_menus(*this, panels_);
    build_plots();
    connect_log();
    set_up_forms(panels_, QThread::idealThreadCount());
    results_ = new ResultPresenter(
        laboratory_, jobs_,
        {plot_, &panels_.get<LayerTable>(), &panels_.get<SiteTable>(), &panels_.get<ActivationPlot>(), &panels_.get<AucThresholdPlot>(),
         &panels_.get<AucAreaPlot>(), &panels_.get<CriticalBitsPlot>(), &panels_.get<TrisectionPlot>(), &panels_.get<ComparisonTable>(),
         &panels_.get<PricePane>(), &panels_.get<ProtectFirstPane>(), &panels_.get<WorstBitsPane>()},
        this);
    follower_ = new StudyFollower(desk_, jobs_, *results_, this);
    finder_ = new SourceFinder(*this, dialogs_, laboratory_.engine(), desk_, this);
    presenter_ = new JobPresenter(laboratory_, jobs_, desk_, *results_, *follower_, *finder_,
                                  {&panels_.get<SensitivityPanel>(), &panels_.get<HardenPanel>(), &panels_.get<LayerTable>(),
                                   &panels_.get<JobTable>(), strip_, &panels_.get<ActivityLog>()},
                                  this);
    build_writers();
    hints_ = new PanelHints(laboratory_, *results_, *presenter_, panels_, *pages_, this);

    fill_bundled();
    connect_file_actions();
    new InputPresenter(laboratory_, dialogs_, *actions_.images, *notice_, panels_.get<ActivityLog>(), *this);
    build_inspector();
    recovery_ = new StudyRecovery(*this, dialogs_, laboratory_.engine(), this);
    connect(follower_, &StudyFollower::damaged, recovery_, [this](const QString& text) { recovery_->offer(desk_.path(), text); });
    study_actions_ = new StudyActions(*this, dialogs_, desk_, jobs_, *presenter_, *recovery_, *welcome_, panels_, actions_, this);
    connect_other_actions();
    connect_laboratory();
    connect_searches();
    connect_labs();
    connect_guidance();
    connect_by_hand();
    connect_paper();
    connect_pages();
    pages_->restore();
    new FocusRing(this);
    refresh();
}

void MainWindow::build_writers() {
    exporter_ = new ResultExporter(
        *results_, [this](const QStringList& existing) { return existing.isEmpty() || dialogs_.may_replace(this, existing); },
        [this] { return desk_.has_study() ? desk_.path() : QString(); }, this);
    exporter_->set_further_figures([this](const QString& folder, const FigureRequest& request) {
        std::vector<ExportTask> tasks;
        for (const auto& [name, figure] : panels_.figures())
            std::ranges::move(figure_exports(figure, name, folder, request), std::back_inserter(tasks));
        return tasks;
    });
    connect(exporter_, &ResultExporter::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(exporter_, &ResultExporter::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(exporter_, &ResultExporter::failed, this, &MainWindow::show_error);
    connect(exporter_, &ResultExporter::written, strip_, &ProgressStrip::show_written);
    files_ = new HardenedFiles(laboratory_, *results_, panels_.get<HardenPanel>(), this);
    connect(files_, &HardenedFiles::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(files_, &HardenedFiles::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(files_, &HardenedFiles::failed, this, &MainWindow::show_error);
    connect(files_, &HardenedFiles::written, strip_, &ProgressStrip::show_written);
}

void MainWindow::build_inspector() {
    inspector_ = new FaultInspector(*this, dialogs_, laboratory_, desk_, *results_, panels_, this);
    connect(inspector_, &FaultInspector::failed, this, &MainWindow::show_error);
    connect(inspector_, &FaultInspector::written, strip_, &ProgressStrip::show_written);
    connect(inspector_, &FaultInspector::images_wanted, this, &MainWindow::show_changed_images);
    connect(inspector_, &FaultInspector::faults_chosen, this, &MainWindow::show_faults_closely);
    connect(&panels_.get<CriticalBitsPlot>(), &CriticalBitsPlot::cell_wanted, this, &MainWindow::show_cell_closely);
}

MainWindow::~MainWindow() {
    // Children outlive the members they were given, so they go first.
    for (QObject* part : {static_cast<QObject*>(report_window_),  static_cast<QObject*>(differences_window_),
                          static_cast<QObject*>(ranking_),        static_cast<QObject*>(rate_window_),
                          static_cast<QObject*>(threshold_),      static_cast<QObject*>(upset_window_),
                          static_cast<QObject*>(changed_images_), static_cast<QObject*>(fault_window_),
                          static_cast<QObject*>(protect_first_),  static_cast<QObject*>(worst_bits_),
                          static_cast<QObject*>(labs_),           static_cast<QObject*>(study_actions_),
                          static_cast<QObject*>(hints_),          static_cast<QObject*>(pages_),
                          static_cast<QObject*>(inspector_),      static_cast<QObject*>(recovery_),
                          static_cast<QObject*>(presenter_),      static_cast<QObject*>(finder_),
                          static_cast<QObject*>(follower_),       static_cast<QObject*>(files_),
                          static_cast<QObject*>(exporter_),       static_cast<QObject*>(results_)})
        delete part;
}

void MainWindow::build_centre() {
    header_ = new HeaderLabel;
    header_->setObjectName(QStringLiteral("header"));
    auto* bar = new QToolBar(tr("What is loaded"));
    bar->setObjectName(QStringLiteral("header_bar"));
    bar->setMovable(false);
    bar->toggleViewAction()->setVisible(false);  // it is always there
    bar->addWidget(header_);
    addToolBar(Qt::TopToolBarArea, bar);

    welcome_ = new WelcomePane;
    plot_ = new AccuracyPlot;
    plot_->set_empty_text(tr("Run a job to see accuracy fall with the fault rate."));
    centre_ = new QStackedWidget;
    auto* welcome_scroll = new QScrollArea;
    welcome_scroll->setWidget(welcome_);
    welcome_scroll->setWidgetResizable(true);
    welcome_scroll->setFrameShape(QFrame::NoFrame);
    welcome_scroll->setFocusPolicy(Qt::NoFocus);
    centre_->addWidget(welcome_scroll);
    centre_->addWidget(plot_);
    notice_ = new NoticeBar(NoticeBar::Kind::warning, tr("Loo&k at the images…"),
                            tr("What the network sees of them, and the normalisation to change"));
    next_step_ = new NoticeBar(NoticeBar::Kind::hint, {}, {});
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(centre_, 1);
    setCentralWidget(centre);

    // Below all panels, where lines are long.
    strip_ = new ProgressStrip;
    foot_ = new QWidget;
    auto* lines = new QVBoxLayout(foot_);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(0);
    for (QWidget* line : std::initializer_list<QWidget*>{notice_, next_step_, strip_}) lines->addWidget(line);
    statusBar()->addWidget(foot_, 1);
    statusBar()->setSizeGripEnabled(false);
}

// What an action does with the file or folder that the user chooses for it.
void MainWindow::connect_with_path(QAction* action, const std::function<QString(QWidget*)>& choose,
                                   std::function<void(const QString&)> then) {
    connect(action, &QAction::triggered, this, [this, &choose, then = std::move(then)] {
        if (const QString path = choose(this); !path.isEmpty()) then(path);
    });
}

void MainWindow::connect_file_actions() {
    connect(actions_.open_model, &QAction::triggered, this, &MainWindow::choose_model);
    connect(actions_.open_data, &QAction::triggered, this, &MainWindow::choose_data);
    connect(actions_.open_data_archive, &QAction::triggered, this, [this] {
        if (const QString file = dialogs_.choose_data_archive(this); !file.isEmpty()) open_data(file);
    });
    connect_recent(*actions_.recent_models, recent_models_, [this](const QString& path) { open_model(path); });
    connect_recent(*actions_.recent_data, recent_data_, [this](const QString& folder) { open_data(folder); });
    connect_with_path(actions_.open_thresholds, dialogs_.choose_thresholds, [this](const QString& path) { files_->open_thresholds(path); });
    connect(actions_.save_hardened, &QAction::triggered, this, [this] {
        const auto& model = laboratory_.model();
        const QString path = dialogs_.choose_hardened(this, model && came_from_onnx(model->metadata));
        if (!path.isEmpty()) files_->save_network(path);
    });
    connect_with_path(actions_.save_thresholds, dialogs_.choose_thresholds_file,
                      [this](const QString& path) { exporter_->save_thresholds(path); });
    connect_with_path(actions_.save_exporter, dialogs_.choose_exporter,
                      [this](const QString& path) { exporter_->save_python_exporter(path); });
    connect_with_path(actions_.export_numbers, dialogs_.choose_numbers, [this](const QString& path) { exporter_->export_numbers(path); });
    connect_with_path(actions_.export_all, dialogs_.choose_folder, [this](const QString& folder) { exporter_->export_everything(folder); });
    connect(actions_.paper_figures, &QAction::triggered, this, &MainWindow::show_paper_figures);
    connect(actions_.export_figure, &QAction::triggered, this, [this] { front_plot()->show_export_dialog(); });
    connect(actions_.quit, &QAction::triggered, this, &QWidget::close);

    connect(welcome_, &WelcomePane::open_model_requested, this, &MainWindow::choose_model);
    connect(welcome_, &WelcomePane::open_data_requested, this, &MainWindow::choose_data);
    connect(welcome_, &WelcomePane::network_chosen, this, [this](const QString& id) { open_model(QStringLiteral("bundled:") + id); });
    connect(welcome_, &WelcomePane::first_study_requested, this, &MainWindow::start_first_study);
}

void MainWindow::connect_other_actions() {
    connect(actions_.run, &QAction::triggered, this, &MainWindow::run_front_job);
    connect(actions_.harden, &QAction::triggered, this, &MainWindow::harden_all_sites);
    connect(actions_.one_fault, &QAction::triggered, this, &MainWindow::show_one_fault);
    connect(actions_.worst_bits, &QAction::triggered, this, [this] { show_form_of(MethodJob::worst_bits); });
    connect(actions_.upset_rates, &QAction::triggered, this, &MainWindow::show_upset_rates);
    connect(actions_.stop, &QAction::triggered, this, [this] {
        if (jobs_.running())
            presenter_->stop();
        else if (SearchPresenter* search = running_search())
            search->stop();
    });
    connect(actions_.follow, &QAction::triggered, this, [this] { front_plot()->follow(); });
    connect(actions_.keep_curves, &QAction::triggered, results_, &ResultPresenter::keep_curves);
    connect(actions_.forget_curves, &QAction::triggered, results_, &ResultPresenter::forget_kept_curves);
    connect(actions_.maximise, &QAction::toggled, this, &MainWindow::set_maximised);
    connect(actions_.reset_layout, &QAction::triggered, this, &MainWindow::reset_layout);
    connect(actions_.next_panel, &QAction::triggered, this, [this] { focus_next_region(regions(), true); });
    connect(actions_.previous_panel, &QAction::triggered, this, [this] { focus_next_region(regions(), false); });
    for (const JobPanel* panel :
         {static_cast<JobPanel*>(&panels_.get<SensitivityPanel>()), static_cast<JobPanel*>(&panels_.get<HardenPanel>())})
        connect(panel, &JobPanel::help_requested, this, &MainWindow::help_with_missing);
    connect(hints_, &PanelHints::hardening_wanted, this, &MainWindow::harden_all_sites);
    connect(&panels_.get<LayerTable>(), &LayerTable::comparison_wanted, this, &MainWindow::compare_with_unprotected);
    connect(hints_, &PanelHints::form_wanted, this, &MainWindow::show_form_of);
    connect(strip_, &ProgressStrip::folder_requested, this,
            [](const QString& folder) { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    connect(actions_.guide, &QAction::triggered, this, [this] { show_guide(this); });
    connect(actions_.method, &QAction::triggered, this, [this] { show_method(this); });
    connect(actions_.shortcuts, &QAction::triggered, this, [this] { show_shortcuts(this); });
    connect(actions_.about, &QAction::triggered, this, [this] { show_about(this); });

    auto* back = new QShortcut(Qt::Key_Escape, this);
    connect(back, &QShortcut::activated, this, [this] { actions_.maximise->setChecked(false); });
}

void MainWindow::connect_laboratory() {
    connect(&laboratory_, &Laboratory::opening, this, [this](const QString& text) {
        opening_ = text;
        refresh();
    });
    connect(&laboratory_, &Laboratory::model_changed, this, [this] {
        const QString name = QString::fromStdString(laboratory_.model()->name);
        if (!name.startsWith(QLatin1String("bundled:"))) recent_models_.add(QFileInfo(name).absoluteFilePath());
        centre_->setCurrentWidget(plot_);
    });
    connect(&laboratory_, &Laboratory::data_changed, this,
            [this] { recent_data_.add(QFileInfo(laboratory_.source().folder).absoluteFilePath()); });
    connect(&laboratory_, &Laboratory::readiness_changed, this, &MainWindow::refresh);
    connect(&laboratory_, &Laboratory::clean_measured, this, &MainWindow::refresh);
    connect(results_, &ResultPresenter::changed, this, &MainWindow::refresh);
    connect(results_, &ResultPresenter::failed, &panels_.get<ActivityLog>(), &ActivityLog::append_error);
    connect(&desk_, &StudyDesk::changed, this, &MainWindow::refresh);
    connect(&desk_, &StudyDesk::named, this, [this](const QString&, const QString& path) { strip_->show_written(path); });
    connect(&desk_, &StudyDesk::study_changed, this, [this] {
        for (const JobRecord& job : desk_.jobs()) laboratory_.remember_normalization(job);
    });
    connect(presenter_, &JobPresenter::state_changed, this, &MainWindow::refresh);
    connect(presenter_, &JobPresenter::state_changed, this, &MainWindow::close_when_done);
    connect(presenter_, &JobPresenter::failed, this, &MainWindow::show_error, Qt::QueuedConnection);
}

// What is noted now comes after what was noted before this start.
void MainWindow::connect_log() {
    constexpr int shown_lines = 200;
    panels_.get<ActivityLog>().show_earlier(log_file_.last_lines(shown_lines));
    connect(&panels_.get<ActivityLog>(), &ActivityLog::noted, this, [this](const QString& line) { log_file_.append(line); });
}

QList<QWidget*> MainWindow::regions() const {
    return pages_->regions(*centralWidget(), *foot_);
}

void MainWindow::show_error(const QString& sentence) {
    dialogs_.show_error(this, sentence);
}

std::vector<BundledNetwork> MainWindow::bundled_or_none() const {
    try {
        return bundled_networks();
    } catch (const Error& error) {
        panels_.get<ActivityLog>().append_error(QString::fromUtf8(error.what()));
        return {};
    }
}

void MainWindow::fill_bundled() {
    std::vector<WelcomeNetwork> offered;
    for (const BundledNetwork& network : bundled_or_none()) {
        const QString name = QString::fromStdString(network.name);
        const QString title = QString::fromStdString(network.title);
        const QString description = QString::fromStdString(network.description);
        offered.push_back({name, title, description});
        QAction* action = actions_.bundled->addAction(title, this, [this, name] { open_model(QStringLiteral("bundled:") + name); });
        action->setToolTip(description);
    }
    actions_.bundled->setEnabled(!offered.empty());
    welcome_->set_networks(offered);
}

void MainWindow::refresh() {
    if (!laboratory_.is_opening()) opening_.clear();
    const bool running = jobs_.running();
    const bool searches = running_search() != nullptr;
    const bool can_run = laboratory_.is_ready();
    // Where something is missing they show what.
    actions_.run->setEnabled(!can_run || panels_.get<SensitivityPanel>().is_valid() || panels_.get<HardenPanel>().is_valid());
    actions_.stop->setEnabled(running || searches);
    actions_.images->setEnabled(laboratory_.data() && !laboratory_.is_opening() && !running);
    const bool has_thresholds = results_->thresholds().has_value();
    actions_.open_thresholds->setEnabled(laboratory_.model().has_value());
    actions_.save_hardened->setEnabled(laboratory_.is_ready() && has_thresholds);
    actions_.save_thresholds->setEnabled(has_thresholds);
    const bool has_results =
        results_->has_curves() || results_->has_tuning() || results_->has_protect_first() || panels_.get<WorstBitsPane>().has_result();
    actions_.export_figure->setEnabled(has_results);
    actions_.export_numbers->setEnabled(results_->has_curves());
    actions_.keep_curves->setEnabled(results_->has_curves());
    actions_.forget_curves->setEnabled(results_->has_kept_curves());
    actions_.export_all->setEnabled(has_results || desk_.has_study());
    actions_.report->setEnabled(desk_.has_study());
    const SensitivityPanel& panel = panels_.get<SensitivityPanel>();
    const QString news = quits_when_done_ ? tr("closes when the job is done") : opening_;
    header_->set_text(header_text(laboratory_, panel.form(), panel.is_valid(), news));
}

QString MainWindow::header() const {
    return header_->whole_text();
}

}  // namespace clipscope
