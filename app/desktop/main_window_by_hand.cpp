// What the window does for those who try thresholds and rates by hand.
#include <QAction>

#include "controls/activity_log.h"
#include "controls/harden_panel.h"
#include "controls/sensitivity_panel.h"
#include "controls/threshold_pane.h"
#include "main_window.h"
#include "plots/accuracy_plot.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "rate_window.h"
#include "threshold_presenter.h"

namespace clipscope {

void MainWindow::connect_by_hand() {
    threshold_ =
        new ThresholdPresenter(laboratory_, *results_, panels_.get<HardenPanel>(),
                               {&panels_.get<ThresholdPane>(), &panels_.get<ActivationPlot>(), &panels_.get<AucThresholdPlot>()}, this);
    connect(threshold_, &ThresholdPresenter::told, &panels_.get<ActivityLog>(), &ActivityLog::append);
    connect(threshold_, &ThresholdPresenter::search_wanted, presenter_, &JobPresenter::run_search_of);
    connect(actions_.threshold_by_hand, &QAction::triggered, this, &MainWindow::show_threshold_by_hand);
    connect(actions_.rate_by_hand, &QAction::triggered, this, &MainWindow::show_rate_by_hand);
    connect(plot_, &AccuracyPlot::rate_by_hand_wanted, this, &MainWindow::show_rate_by_hand);
    connect(&panels_.get<ActivationPlot>(), &ActivationPlot::threshold_by_hand_wanted, this, &MainWindow::show_threshold_by_hand);
    connect(&panels_.get<AucThresholdPlot>(), &AucThresholdPlot::threshold_by_hand_wanted, this, &MainWindow::show_threshold_by_hand);
}

// One window, which stays where it was put.
void MainWindow::show_rate_by_hand() {
    if (!rate_window_) {
        const auto asked = [this] {
            const JobForms& forms = presenter_->forms();
            return RateWindow::Asked{forms.asked_of_sensitivity().front(), forms.threads_for(JobKind::sensitivity)};
        };
        rate_window_ = new RateWindow(laboratory_, panels_.get<SensitivityPanel>(), asked, this);
    }
    rate_window_->show();
    rate_window_->raise();
    rate_window_->activateWindow();
}

// Beside the two pictures that the line is in.
void MainWindow::show_threshold_by_hand() {
    pages_->show_together({&panels_.dock<ThresholdPane>(), &panels_.dock<ActivationPlot>(), &panels_.dock<AucThresholdPlot>()});
    panels_.dock<ThresholdPane>().bring_to_front(true);
    if (laboratory_.is_ready()) threshold_->begin();
}

}  // namespace clipscope
