// Chooses one trial of the curves in sight: a curve, one of its rates, and of the trials there one, the worst first. Knows no study:
// whoever owns it brings the trials of a point when point_chosen() asks for them. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QComboBox;
class QPushButton;
class QToolButton;

namespace clipscope {

struct PickerCurve {
    QString name;
    std::vector<double> rates;  // that have trials

    friend bool operator==(const PickerCurve&, const PickerCurve&) = default;
};

struct PickerTrial {
    int number = 0;  // as whoever brings it calls it; not -1
    QString text;    // "trial 19 · 51.20 %, 12 faulty bits"
};

class TrialPicker : public QWidget {
    Q_OBJECT
public:
    explicit TrialPicker(QWidget* parent = nullptr);

    // Cheap where nothing is new. What was chosen stays, as far as it is there.
    void set_curves(const std::vector<PickerCurve>& curves);
    // A point of these curves; asks for its trials. `open`: the first of them is asked for as soon as they are there.
    void choose(int curve, double rate, bool open);
    // Of the point that is chosen.
    void set_trials(const std::vector<PickerTrial>& trials);

    int curve() const;    // -1: none
    double rate() const;  // of the point; 0: none
    int trial() const;    // its number; -1: none

Q_SIGNALS:
    void point_chosen(int curve, double rate);
    void trial_requested(int curve, double rate, int trial);    // its faulty bits
    void closely_requested(int curve, double rate, int trial);  // what its faults do to a few images
    void images_requested(int curve, double rate, int trial);   // the images whose answers it changes

protected:
    void showEvent(QShowEvent* event) override;

private:
    void ask_for_trials();
    void fill_rates(double wanted);
    void request();

    std::vector<PickerCurve> curves_;
    QComboBox* curve_;
    QComboBox* rate_;
    QComboBox* trial_;
    QPushButton* show_;
    QToolButton* more_;
    bool opens_ = false;
};

}  // namespace clipscope
