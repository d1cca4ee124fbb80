// Thresholds of the selected site tried by hand: takes what is dragged or typed to core's measurements on a thread of its own and brings
// the answers to the pane, the histogram and AUC against T as they become better. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "background_task.h"
#include "campaign/threshold_by_hand.h"
#include "refining_task.h"

namespace clipscope {

class ActivationPlot;
class AucThresholdPlot;
class HardenPanel;
class Laboratory;
class ResultPresenter;
class ThresholdPane;

struct ThresholdViews {
    ThresholdPane* pane = nullptr;
    ActivationPlot* activations = nullptr;
    AucThresholdPlot* auc_threshold = nullptr;
};

class ThresholdPresenter : public QObject {
    Q_OBJECT

public:
    ThresholdPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form, const ThresholdViews& views,
                       QObject* parent = nullptr);

    // With the selected site, otherwise the first that can be clipped. From then on it goes with the selection and the form.
    void begin();
    void end();

    // What is known of the T in sight; nothing before the first answer.
    const std::optional<HandThreshold>& latest() const { return shown_; }
    bool is_ready() const { return hand_ != nullptr; }

signals:
    void told(const QString& text);
    void search_wanted(const QString& site);

private:
    void connect_views();
    void open();
    QString wanted_site() const;
    void follow();
    void take(std::shared_ptr<ThresholdByHand> hand, const std::string& opened_for);
    void forget(const QString& why);
    void move_to(float threshold);
    void show(const HandThreshold& found);
    void show_lines();
    QString cut_off() const;
    void keep();
    std::string key_of(const QString& site) const;

    Laboratory& laboratory_;
    ResultPresenter& results_;
    const HardenPanel& form_;
    const ThresholdViews views_;
    bool is_active_ = false;
    bool was_asked_ = false;  // just now: keys are to go to the field
    std::shared_ptr<ThresholdByHand> hand_;
    QString site_;
    std::string opened_for_;  // the settings, as text
    float threshold_ = 0;
    std::optional<HandThreshold> shown_;
    std::map<float, MeasuredAuc> finals_;
    QTimer follow_soon_;  // typing in the form must not start anew for every digit
    BackgroundTask opening_;
    RefiningTask<HandThreshold> task_;
};

}  // namespace clipscope
