// The rate by hand: one trial's faults at any fault rate, on a slider, bit by bit; what is left of the accuracy, twelve images with their
// answers, and what an activation site puts out. Where faults lie and what they are, the sensitivity form says. A window beside the main
// one; all that takes long happens in the background. GUI thread.
#pragma once

#include <QDialog>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "background_task.h"
#include "campaign/inspector.h"
#include "campaign/rate_by_hand.h"
#include "controls/image_grid.h"
#include "laboratory.h"
#include "refining_task.h"
#include "study/job_settings.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace clipscope {

class ActivationPlot;
class JobPanel;
class NumberField;

class RateWindow : public QDialog {
    Q_OBJECT

public:
    // What the sensitivity form asks for, and with how many workers; throws Error where it is not valid.
    struct Asked {
        JobSettings settings;
        int threads = 1;
    };

    RateWindow(Laboratory& laboratory, const JobPanel& form, std::function<Asked()> asked, QWidget* parent = nullptr);

    // The latest answer; nothing before the first.
    const std::optional<HandRate>& latest() const { return shown_; }
    double rate() const { return rate_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    // What takes a while to open.
    struct Opened {
        std::shared_ptr<RateByHand> hand;
        std::shared_ptr<Inspector> inspector;
        std::vector<GridImage> pictures;  // without answers
        std::vector<ActivationHistogram> clean;
    };

    QLayout* build_choice();
    QLayout* build_rate();
    QWidget* build_results();
    void fill_scopes();
    void fill_sites();
    void start_anew();
    void start();
    void take(const Opened& opened);
    void forget(const QString& why);
    void move_to(double rate);
    void step(int bits);
    void show_rate();
    void take_typed();
    void choose_trial();
    void ask();
    void show_numbers(const HandRate& found);
    void inspect();
    void show_images(const Inspection& inspection);
    void count_activations();
    void show_activations();
    int position_of(double rate) const;
    double rate_at(int position) const;

    Laboratory& laboratory_;
    const std::function<Asked()> asked_;
    Opened opened_;
    QString memory_;  // in words
    std::optional<HandRate> shown_;
    std::optional<HandRate> counted_;  // whose activations are in sight
    std::vector<ActivationHistogram> faulty_;
    double rate_ = 0;
    bool was_chosen_ = false;
    int waiting_steps_ = 0;  // bits more or less, once it is known where they are
    bool is_filling_ = false;
    bool is_stale_ = true;  // to start anew when it is seen

    QLabel* heading_ = nullptr;
    QComboBox* scope_ = nullptr;
    NumberField* trial_ = nullptr;
    QComboBox* site_ = nullptr;
    QSlider* slider_ = nullptr;
    NumberField* field_ = nullptr;
    QPushButton* fewer_ = nullptr;
    QPushButton* more_ = nullptr;
    QLabel* numbers_ = nullptr;
    QLabel* state_ = nullptr;
    QLabel* sentence_ = nullptr;
    ImageGrid* images_ = nullptr;
    ActivationPlot* activations_ = nullptr;
    std::vector<QWidget*> fields_;
    QTimer start_soon_;  // typing in the form must not start anew for every digit
    BackgroundTask opening_;
    BackgroundTask inspecting_;
    BackgroundTask counting_;
    RefiningTask<HandRate> task_;
};

}  // namespace clipscope
