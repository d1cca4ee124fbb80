// Asks how pixels become this network's input, for model files that do not say. Every choice shows what it does to the images at hand:
// networks are trained on inputs with a mean near 0 and a standard deviation near 1.
#pragma once

#include <QDialog>
#include <optional>

#include "data/dataset.h"
#include "data/normalization.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace clipscope {

// Of all pixels of up to `images` images after normalisation.
struct InputStatistics {
    double mean = 0;
    double sd = 0;
    double min = 0;
    double max = 0;
};
InputStatistics input_statistics(const Dataset& data, const Normalization& normalization, std::size_t images = 200);

class NormalizationDialog : public QDialog {
    Q_OBJECT

public:
    NormalizationDialog(const QString& model, const Dataset& data, QWidget* parent = nullptr);

    // Nothing while the choice makes no sense.
    std::optional<Normalization> chosen() const;

private:
    QLayout* build_custom_row();
    void fill_table();
    QTreeWidgetItem* selected() const;
    void refresh();

    const Dataset data_;
    QTreeWidget* table_;
    QLineEdit* mean_;
    QLineEdit* std_;
    QLabel* message_;
    QPushButton* accept_;
};

}  // namespace clipscope
