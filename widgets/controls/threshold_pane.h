// Threshold by hand: T to be typed, what the network is worth with it (AUC, accuracy at each fault rate), how final that is, and what can
// be done with it. Shows values and tells wishes; measures nothing. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

class QLabel;
class QPushButton;

namespace clipscope {

class CellTable;
class NumberField;

// What is known at a threshold; accuracies and the AUC are fractions.
struct TriedThreshold {
    float threshold = 0;
    double auc = 0;
    double auc_low = 0;  // of its 95 % interval
    double auc_high = 0;
    double clean_accuracy = 0;
    std::vector<double> rates;
    std::vector<double> accuracies;  // means over trials, one for each rate
    int trials = 0;                  // that have run on so many images
    int all_trials = 0;
    qint64 images = 0;
    qint64 all_images = 0;
    bool is_final = false;
};

class ThresholdPane : public QWidget {
    Q_OBJECT
public:
    explicit ThresholdPane(QWidget* parent = nullptr);

    // Nothing can be tried yet; the sentence says why, or what is being done. A button begins where that is to be offered.
    void set_idle(const QString& sentence, bool can_begin);
    // A site is ready.
    void set_site(const QString& site, const QString& scope, float act_max);
    // Where keys can begin; nothing where the pane is not in sight.
    void focus_threshold();
    // In the field too; what was known of another threshold fades until tried() comes. `cut_off`: in words.
    void set_threshold(float threshold, const QString& cut_off);
    void set_tried(const TriedThreshold& tried);
    // Below the numbers: an error, or what became of a wish.
    void set_message(const QString& text);

    const std::optional<TriedThreshold>& tried() const { return tried_; }
    QString state() const;  // "refining: …", "final: …"

Q_SIGNALS:
    void begin_wanted();
    void end_wanted();
    void threshold_typed(float threshold);
    void keep_wanted();
    void search_wanted();

private:
    QWidget* build_threshold();
    QWidget* build_answers();
    QWidget* build_buttons();
    void take_typed();

    float act_max_ = 0;
    float threshold_ = 0;
    std::optional<TriedThreshold> tried_;
    bool is_filling_ = false;
    QLabel* heading_;
    QPushButton* begin_;
    QWidget* body_;
    NumberField* field_;
    QLabel* share_;
    QLabel* cut_off_;
    QLabel* state_;
    QLabel* auc_;
    QLabel* clean_;
    CellTable* rates_;
    QPushButton* keep_;
    QPushButton* search_;
    QPushButton* end_;
    QLabel* message_;
};

}  // namespace clipscope
