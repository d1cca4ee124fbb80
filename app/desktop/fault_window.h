// One fault closely: a word of the memory as boxes to click, what twelve images are taken for with it and without it, and how far the
// disturbance spreads from site to site, under any protection. A window beside the main one; all that takes long happens in the background.
// GUI thread.
#pragma once

#include <QDialog>
#include <memory>
#include <optional>
#include <vector>

#include "background_task.h"
#include "campaign/inspector.h"
#include "controls/image_grid.h"
#include "laboratory.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace clipscope {

class CellTable;
class WordBoxes;

class FaultWindow : public QDialog {
    Q_OBJECT

public:
    explicit FaultWindow(Laboratory& laboratory, QWidget* parent = nullptr);

    static constexpr int no_bit = -1;

    // The element of a layer's parameter, by its path, with one faulty bit (no_bit: none yet, and no protection); nothing where the open
    // network has none such. As soon as the images are there. `format`: of the memory; empty: as it is.
    void show_fault(const QString& layer, const QString& parameter, std::int64_t element, int bit, const QString& format = {});

    // What the latest answer is about; nothing before the first.
    const std::optional<Inspection>& inspection() const { return inspection_; }

signals:
    void inspected(const Inspection& inspection, const QString& format);
    void worst_bit_wanted();

private:
    QLayout* build_choice();
    QWidget* build_results();
    // What takes a while to open.
    struct Opened {
        std::shared_ptr<Inspector> inspector;
        std::vector<GridImage> pictures;  // without answers
    };

    // A fault that was asked for before the images were there.
    struct Wanted {
        QString layer, parameter;
        std::int64_t element = 0;
        int bit = 0;
    };

    void show_wanted();
    void start();  // with what the laboratory has
    void fill_layers();
    void fill_parameters();
    void choose_randomly();
    void take_element();
    void flip(int bit);
    void show_word();
    void inspect();
    void show_answer(const Inspection& inspection);
    void show_images(const FaultEffects& effects);
    void show_sites(const FaultEffects& effects);
    void fail(const QString& text);
    const ParameterInfo* parameter() const;
    ParameterPlace place() const;
    TrialFaults faults() const;

    Laboratory& laboratory_;
    std::shared_ptr<Inspector> inspector_;
    std::vector<GridImage> pictures_;
    std::int64_t element_ = 0;
    std::uint32_t flipped_ = 0;
    std::optional<StoredNumber> number_;
    std::optional<Inspection> inspection_;
    std::optional<Wanted> wanted_;
    std::vector<QWidget*> choices_;

    QComboBox* layer_ = nullptr;
    QComboBox* parameter_ = nullptr;
    QLineEdit* element_line_ = nullptr;
    QComboBox* format_ = nullptr;
    QComboBox* protection_ = nullptr;
    QPushButton* random_ = nullptr;
    QPushButton* worst_ = nullptr;
    WordBoxes* word_ = nullptr;
    QLabel* values_ = nullptr;
    QLabel* sentence_ = nullptr;
    ImageGrid* images_ = nullptr;
    CellTable* sites_ = nullptr;
    BackgroundTask opening_;
    BackgroundTask task_;
};

}  // namespace clipscope
