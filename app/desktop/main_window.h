// The window of `clipscope`: menus, pages, the line that says what is loaded, drag and drop, settings. What happens on the bench is
// Laboratory's and StudyPresenter's business. No LibTorch call is made on its thread.
#pragma once

#include <QMainWindow>
#include <functional>
#include <map>
#include <optional>

#include "background_task.h"
#include "dialogs.h"
#include "engine.h"
#include "fault_inspector.h"
#include "hardened_files.h"
#include "job_controller.h"
#include "job_presenter.h"
#include "laboratory.h"
#include "launch_options.h"
#include "log_file.h"
#include "protect_first_presenter.h"
#include "recent_list.h"
#include "result_exporter.h"
#include "result_presenter.h"
#include "source_finder.h"
#include "study_actions.h"
#include "study_desk.h"
#include "study_follower.h"
#include "study_recovery.h"
#include "window_pages.h"
#include "window_panels.h"
#include "window_parts.h"

class QStackedWidget;

namespace clipscope {

class AccuracyPlot;
class ChangedImagesWindow;
class FaultWindow;
class LabPresenter;
class ThresholdPresenter;
class WorstBitsPresenter;
class UpsetWindow;
struct FaultyValue;
class HeaderLabel;
class NoticeBar;
class PanelHints;
class PageBar;
class PlotPanel;
class DifferencesWindow;
class RankingPresenter;
class RateWindow;
class ReportWindow;
class ProgressStrip;
class WelcomePane;
enum class MethodJob;
struct BundledNetwork;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(Engine engine = core_engine(), Dialogs dialogs = real_dialogs(), QWidget* parent = nullptr);
    ~MainWindow() override;

    // Opens and starts what the command line asks for.
    void launch(const LaunchOptions& options);

    void open_model(const QString& name);
    void open_data(const QString& folder);
    void open_study(const QString& path);
    // A bundled network, Fashion-MNIST, and a small job on them.
    void start_first_study(const QString& bundled_name);
    // Shows what is where, once in the life of a user's settings.
    void offer_tour();

    const Laboratory& laboratory() const { return laboratory_; }
    const JobController& jobs() const { return jobs_; }
    const StudyDesk& desk() const { return desk_; }
    QString header() const;

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build_centre();
    void build_plots();
    void build_writers();
    void build_inspector();
    void connect_with_path(QAction* action, const std::function<QString(QWidget*)>& choose, std::function<void(const QString&)> then);
    void connect_file_actions();
    void connect_other_actions();
    void connect_laboratory();
    void connect_searches();
    void connect_labs();
    void show_labs();
    void connect_guidance();
    void compare_now();
    void show_tour();
    void build_page_bar();
    void connect_pages();
    void turn_to(const QString& page);
    PanelDock& dock_for(MethodJob job) const;
    void connect_search(SearchPresenter& search, PanelDock& dock);
    SearchPresenter* running_search() const;  // nullptr: none
    void begin_search();
    void export_table(const std::function<std::string()>& csv);
    void show_form_of(MethodJob job);
    void show_paper_figures();
    void propose_duel(const QString& protections);
    void connect_log();

    void choose_model();
    void choose_data();
    void help_with_missing();
    QList<QWidget*> regions() const;
    bool may_close();
    void close_when_done();
    void open_default_data();
    void run_front_job();
    void run_method_form();
    void harden_all_sites();
    void show_one_fault();
    void show_bit_closely(const FaultyValue& bit);
    void show_worst_bit_closely();
    void show_faults_closely(const FaultsToShow& faults, const JobSettings& job);
    void show_changed_images(const TrialName& trial);
    void show_cell_closely(const QString& layer, bool is_negative, int bit);
    void show_upset_rates();
    void connect_by_hand();
    void connect_paper();
    void show_report();
    void compare_runs(qint64 first, qint64 second);
    void lay_over(qint64 first, qint64 second);
    void write_text(const QString& path, const std::function<std::string()>& text);
    void show_threshold_by_hand();
    void show_rate_by_hand();
    void propose_rates(const QString& rates);
    void propose_single_faults();
    void compare_with_unprotected(const QString& protection);
    void put_duel_into_form(const QString& protections);
    void show_error(const QString& sentence);
    void set_maximised(bool maximised);
    QList<PlotPanel*> plots() const;
    PlotPanel* front_plot() const;
    void reset_layout();
    void refresh();
    std::vector<BundledNetwork> bundled_or_none() const;
    void fill_bundled();

    const Dialogs dialogs_;
    Laboratory laboratory_;
    JobController jobs_;
    StudyDesk desk_;
    RecentList recent_models_;
    RecentList recent_data_;

    HeaderLabel* header_ = nullptr;
    QStackedWidget* centre_ = nullptr;
    NoticeBar* notice_ = nullptr;
    NoticeBar* next_step_ = nullptr;
    WelcomePane* welcome_ = nullptr;
    AccuracyPlot* plot_ = nullptr;
    ProgressStrip* strip_ = nullptr;
    QWidget* foot_ = nullptr;  // the strip, and lines of notice above it
    PageBar* page_bar_ = nullptr;
    WindowPanels panels_;
    WindowPages* pages_ = nullptr;
    std::map<QString, MethodJob> form_jobs_;  // that the form of the method had when a page was left
    WindowActions actions_;
    ResultPresenter* results_ = nullptr;
    ResultExporter* exporter_ = nullptr;
    HardenedFiles* files_ = nullptr;
    StudyFollower* follower_ = nullptr;
    SourceFinder* finder_ = nullptr;
    JobPresenter* presenter_ = nullptr;
    StudyRecovery* recovery_ = nullptr;
    FaultInspector* inspector_ = nullptr;
    StudyActions* study_actions_ = nullptr;
    PanelHints* hints_ = nullptr;
    ProtectFirstPresenter* protect_first_ = nullptr;
    WorstBitsPresenter* worst_bits_ = nullptr;
    LabPresenter* labs_ = nullptr;
    ThresholdPresenter* threshold_ = nullptr;
    RateWindow* rate_window_ = nullptr;    // once it was asked for
    FaultWindow* fault_window_ = nullptr;  // once it was asked for
    ChangedImagesWindow* changed_images_ = nullptr;  // likewise
    UpsetWindow* upset_window_ = nullptr;  // likewise
    RankingPresenter* ranking_ = nullptr;
    ReportWindow* report_window_ = nullptr;            // once it was asked for
    DifferencesWindow* differences_window_ = nullptr;  // likewise
    QString differences_study_;                        // the path of the study whose jobs it compares
    BackgroundTask beside_task_;
    PlotPanel* front_plot_ = nullptr;  // the one the user worked in last
    LogFile log_file_;
    bool quits_when_done_ = false;
    QString opening_;
};

}  // namespace clipscope
