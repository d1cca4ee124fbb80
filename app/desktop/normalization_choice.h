// The choice of how pixels become a network's input: the presets and free values, with what each does to the images at hand and how many of
// them the network then recognises. Nothing is chosen for the user.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "data/normalization.h"
#include "input_preview.h"

class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace clipscope {

class NormalizationChoice : public QWidget {
    Q_OBJECT

public:
    NormalizationChoice(int channels, bool has_accuracies, QWidget* parent = nullptr);

    // Nothing while there is no choice or it makes no sense.
    std::optional<Normalization> chosen() const;
    QString problem() const;  // why it makes none, or empty
    void choose(const Normalization& normalization);

    // All that can be chosen, the chosen one first.
    std::vector<Normalization> offered() const;
    void set_trial(const Normalization& normalization, const NormalizationTrial& trial);
    void set_trial_failed(const Normalization& normalization, const QString& why);
    void forget_trials();

signals:
    void changed();
    void accepted();  // double-clicked

private:
    QLayout* build_values();
    void fill_table();
    bool fits(const Normalization& normalization) const;
    QTreeWidgetItem* selected() const;
    QTreeWidgetItem* item_of(const QString& name) const;
    QTreeWidgetItem& row_of(const Normalization& normalization) const;
    Normalization normalization_of(const QTreeWidgetItem& item) const;  // throws UsageError
    void selection_changed();

    const int channels_;
    QTreeWidget* table_;
    QLineEdit* mean_;
    QLineEdit* std_;
    QString own_mean_, own_std_;  // typed, while a preset is chosen
};

}  // namespace clipscope
