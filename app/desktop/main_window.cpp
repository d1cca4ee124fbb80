#include "main_window.h"

#include <QAction>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QThread>
#include <QToolBar>
#include <QUrl>

#include "campaign/result_csv.h"
#include "campaign/result_json.h"
#include "common/error.h"
#include "common/text_file.h"
#include "controls/activity_log.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "controls/welcome_pane.h"
#include "data/dataset_reader.h"
#include "help_pages.h"
#include "network/bundled_networks.h"
#include "plots/accuracy_plot.h"
#include "result_views.h"
#include "sensitivity_request.h"
#include "tables/layer_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr QSize first_size(1440, 900);
// Counted up when docks change so much that an older layout would not fit.
constexpr int layout_version = 1;

std::vector<BundledNetwork> bundled_or_none(ActivityLog& log) {
    try {
        return bundled_networks();
    } catch (const Error& error) {
        log.append_error(QString::fromUtf8(error.what()));
        return {};
    }
}

}  // namespace

MainWindow::MainWindow(Engine engine, Dialogs dialogs, QWidget* parent)
    : QMainWindow(parent),
      dialogs_(std::move(dialogs)),
      laboratory_(std::move(engine)),
      recent_models_(QStringLiteral("recent/models")),
      recent_data_(QStringLiteral("recent/data")) {
    setWindowTitle(QStringLiteral("ClipScope"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    // A frame of the desktop's takes some of the screen too.
    resize(first_size.boundedTo(screen()->availableSize() - QSize(8, 40)));
    build_centre();
    docks_ = build_docks(*this);
    actions_ = build_menus(*this, docks_);
    docks_.panel->set_max_threads(QThread::idealThreadCount());
    docks_.panel->set_devices({QStringLiteral("cpu"), QStringLiteral("auto")});

    SensitivityForm form = docks_.panel->form();
    form.threads = QThread::idealThreadCount();
    docks_.panel->set_form(form);
    presenter_ = new StudyPresenter(laboratory_, jobs_, {plot_, docks_.table, docks_.panel, strip_, docks_.log}, this);

    fill_bundled();
    connect_file_actions();
    connect_other_actions();
    connect_laboratory();
    restore_settings();
    refresh();
}

MainWindow::~MainWindow() {
    // Children outlive the members they were given, so the presenter goes first.
    delete presenter_;
}

void MainWindow::build_centre() {
    header_ = new QLabel;
    header_->setObjectName(QStringLiteral("header"));
    header_->setTextFormat(Qt::PlainText);
    header_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    header_->setContentsMargins(8, 4, 8, 4);
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
    centre_->addWidget(welcome_);
    centre_->addWidget(plot_);
    setCentralWidget(centre_);

    strip_ = new ProgressStrip;
    statusBar()->addWidget(strip_, 1);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::connect_file_actions() {
    const auto choose_model = [this] {
        if (const QString path = dialogs_.choose_model(this); !path.isEmpty()) open_model(path);
    };
    const auto choose_data = [this] {
        if (const QString folder = dialogs_.choose_data(this); !folder.isEmpty()) open_data(folder);
    };
    connect(actions_.open_model, &QAction::triggered, this, choose_model);
    connect(actions_.open_data, &QAction::triggered, this, choose_data);
    connect(actions_.recent_models, &QMenu::aboutToShow, this,
            [this] { fill_recent(actions_.recent_models, recent_models_, &MainWindow::open_model); });
    connect(actions_.recent_data, &QMenu::aboutToShow, this,
            [this] { fill_recent(actions_.recent_data, recent_data_, &MainWindow::open_data); });
    connect(actions_.export_figure, &QAction::triggered, plot_, &AccuracyPlot::show_export_dialog);
    connect(actions_.export_numbers, &QAction::triggered, this, &MainWindow::export_numbers);
    connect(actions_.quit, &QAction::triggered, this, &QWidget::close);

    connect(welcome_, &WelcomePane::open_model_requested, this, choose_model);
    connect(welcome_, &WelcomePane::open_data_requested, this, choose_data);
    connect(welcome_, &WelcomePane::network_chosen, this, [this](const QString& id) { open_model(QStringLiteral("bundled:") + id); });
    connect(welcome_, &WelcomePane::first_study_requested, this, &MainWindow::start_first_study);
}

void MainWindow::connect_other_actions() {
    connect(actions_.run, &QAction::triggered, presenter_, &StudyPresenter::run);
    connect(actions_.stop, &QAction::triggered, presenter_, &StudyPresenter::stop);
    connect(actions_.normalization, &QAction::triggered, this, &MainWindow::ask_normalization);
    connect(actions_.follow, &QAction::triggered, plot_, &AccuracyPlot::follow);
    connect(actions_.maximise, &QAction::toggled, this, &MainWindow::set_maximised);
    connect(actions_.reset_layout, &QAction::triggered, this, &MainWindow::reset_layout);
    connect(actions_.guide, &QAction::triggered, this, [this] { show_guide(this); });
    connect(actions_.shortcuts, &QAction::triggered, this, [this] { show_shortcuts(this); });
    connect(actions_.about, &QAction::triggered, this, [this] { show_about(this); });

    connect(plot_, &AccuracyPlot::maximise_requested, actions_.maximise, &QAction::toggle);
    connect(plot_, &AccuracyPlot::exported, docks_.log, [this](const QString& path) { docks_.log->append(tr("Wrote %1").arg(path)); });
    connect(plot_, &AccuracyPlot::export_failed, docks_.log, &ActivityLog::append_error);
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
            [this] { recent_data_.add(QFileInfo(laboratory_.data_folder()).absoluteFilePath()); });
    // Queued, so that no dialog opens in the middle of the laboratory's own work.
    connect(&laboratory_, &Laboratory::normalization_needed, this, &MainWindow::ask_normalization, Qt::QueuedConnection);
    connect(&laboratory_, &Laboratory::readiness_changed, this, &MainWindow::refresh);
    connect(&laboratory_, &Laboratory::clean_measured, this, &MainWindow::refresh);
    connect(presenter_, &StudyPresenter::state_changed, this, &MainWindow::refresh);
    connect(presenter_, &StudyPresenter::failed, this, &MainWindow::show_error, Qt::QueuedConnection);
}

void MainWindow::launch(const LaunchOptions& options) {
    const bool bundled = options.run && options.model.isEmpty();
    const auto networks = bundled ? bundled_or_none(*docks_.log) : std::vector<BundledNetwork>{};
    const QString model = networks.empty() ? options.model : QStringLiteral("bundled:") + QString::fromStdString(networks.front().name);
    if (!model.isEmpty()) laboratory_.open_model(model, options.normalization);
    if (!options.data.isEmpty()) {
        laboratory_.open_data(options.data);
    } else if (model.startsWith(QLatin1String("bundled:"))) {
        open_default_data();
    }
    if (options.run) presenter_->run_when_ready();
}

void MainWindow::open_model(const QString& name) {
    laboratory_.open_model(name);
    if (name.startsWith(QLatin1String("bundled:")) && !laboratory_.data()) open_default_data();
}

void MainWindow::open_data(const QString& folder) {
    laboratory_.open_data(folder);
}

// What the bundled networks were trained for.
void MainWindow::open_default_data() {
    laboratory_.open_data(QString::fromStdString(fashion_mnist_folder()));
}

void MainWindow::start_first_study(const QString& bundled_name) {
    docks_.panel->set_form(first_study_form(QThread::idealThreadCount()));
    laboratory_.open_model(QStringLiteral("bundled:") + bundled_name);
    open_default_data();
    presenter_->run_when_ready();
}

void MainWindow::ask_normalization() {
    if (!laboratory_.model() || !laboratory_.data()) return;
    const auto choice = dialogs_.ask_normalization(this, QString::fromStdString(laboratory_.model()->title), *laboratory_.data());
    if (choice) laboratory_.set_normalization(*choice);
}

void MainWindow::export_numbers() {
    const QString path = dialogs_.choose_numbers(this);
    if (path.isEmpty()) return;
    try {
        const AccuracyCurves& curves = presenter_->curves();
        const bool json = path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
        write_text_file(path.toStdString(), json ? result_to_json({"sensitivity", AucAxis::linear, curves}) : points_csv(curves));
        docks_.log->append(tr("Wrote %1").arg(path));
    } catch (const Error& error) {
        show_error(QString::fromUtf8(error.what()));
    }
}

void MainWindow::show_error(const QString& sentence) {
    dialogs_.show_error(this, sentence);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    // The threads are joined when the window is destroyed; asked now, they end while the rest is put away.
    jobs_.discard();
    laboratory_.cancel_clean();
    actions_.maximise->setChecked(false);
    save_settings();
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
        QFileInfo(path).isDir() ? open_data(path) : open_model(path);
    }
    event->acceptProposedAction();
}

void MainWindow::restore_settings() {
    const QSettings settings;
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), layout_version);
}

void MainWindow::save_settings() {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/state"), saveState(layout_version));
}

void MainWindow::set_maximised(bool maximised) {
    if (maximised) {
        layout_before_maximising_ = saveState(layout_version);
        for (QDockWidget* dock : docks_.all()) dock->hide();
    } else {
        restoreState(layout_before_maximising_, layout_version);
    }
}

void MainWindow::reset_layout() {
    actions_.maximise->setChecked(false);
    arrange_docks(*this, docks_);
}

void MainWindow::fill_recent(QMenu* menu, RecentList& list, void (MainWindow::*open)(const QString&)) {
    menu->clear();
    for (const QString& path : list.paths()) {
        QString text = path;
        menu->addAction(text.replace(QLatin1Char('&'), QLatin1String("&&")), this, [this, open, path] { (this->*open)(path); });
    }
    if (menu->isEmpty()) menu->addAction(tr("None yet"))->setEnabled(false);
    menu->addSeparator();
    menu->addAction(tr("Clear"), this, [&list] { list.clear(); });
}

void MainWindow::fill_bundled() {
    std::vector<WelcomeNetwork> offered;
    for (const BundledNetwork& network : bundled_or_none(*docks_.log)) {
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
    actions_.run->setEnabled(laboratory_.is_ready() && !running && docks_.panel->is_valid());
    actions_.stop->setEnabled(running);
    actions_.normalization->setEnabled(laboratory_.model() && laboratory_.data() && !laboratory_.is_opening() && !running);
    actions_.export_figure->setEnabled(presenter_->has_results());
    actions_.export_numbers->setEnabled(presenter_->has_results());
    refresh_header();
}

void MainWindow::refresh_header() {
    QStringList parts;
    if (const auto& model = laboratory_.model()) {
        parts << QStringLiteral("%1 (%2)").arg(QString::fromStdString(model->title), short_count(model->parameter_count));
    } else {
        parts << tr("No model yet");
    }
    const SensitivityForm form = docks_.panel->form();
    if (const auto& data = laboratory_.data()) {
        const std::size_t wanted = docks_.panel->is_valid() ? image_selection(form).count : 0;
        const std::size_t images = wanted == 0 ? data->size() : std::min(wanted, data->size());
        parts << tr("%1, %2 images").arg(QString::fromStdString(data->name()), grouped(std::int64_t(images)));
    } else {
        parts << tr("no images yet");
    }
    if (const auto& clean = laboratory_.clean(); clean && clean->outcome.images > 0) {
        parts << tr("clean %1").arg(percent_text(accuracy(clean->outcome, form.nonfinite), 1));
    }
    if (laboratory_.needs_normalization()) parts << tr("normalisation unknown (Jobs ▸ Normalisation…)");
    const QString device = form.device == QLatin1String("cpu") ? QStringLiteral("CPU") : form.device;
    parts << (form.threads == 1 ? tr("%1, 1 worker").arg(device) : tr("%1, %2 workers").arg(device).arg(form.threads));
    if (!opening_.isEmpty()) parts << opening_;
    header_->setText(parts.join(QStringLiteral(" · ")));
}

QString MainWindow::header() const {
    return header_->text();
}

}  // namespace clipscope
