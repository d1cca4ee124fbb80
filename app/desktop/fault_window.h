// One fault closely, or those of a trial together: a word of the memory as boxes to click and where it sits, what twelve images are taken
// for with the faults and without them, how far the disturbance spreads from site to site, and each site's feature maps, under any
// protection. A window beside the main one; all that takes long happens in the background, and while it is closed nothing does. GUI thread.
#pragma once

#include <QDialog>
#include <memory>
#include <optional>
#include <vector>

#include "background_task.h"
#include "campaign/inspector.h"
#include "controls/image_grid.h"
#include "evaluation/stored_slice.h"
#include "laboratory.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace clipscope {

class CellTable;
class FeatureMapPane;
class WeightPicture;
class WordBoxes;

// The faults of a trial, to be looked at together.
struct FaultsToShow {
    QString title;  // "Trial 7 of CONV-1 at 1e-05: 34 faults"
    std::string model_sha256;
    MemoryModel memory;
    std::vector<FaultyValue> bits;
};

// A cell of the map of critical bits (campaign/pilot_cells.h), in the memory that it was measured in.
struct CellToShow {
    std::string layer;
    bool is_negative = false;
    int bit = 0;
    MemoryModel memory;
};

class FaultWindow : public QDialog {
    Q_OBJECT

public:
    explicit FaultWindow(Laboratory& laboratory, QWidget* parent = nullptr);

    static constexpr int no_bit = -1;

    // The element of a layer's parameter, by its path, with one faulty bit (no_bit: none yet, and no protection); nothing where the open
    // network has none such. As soon as the images are there. `format`: of the memory; empty: as it is.
    void show_fault(const QString& layer, const QString& parameter, std::int64_t element, int bit, const QString& format = {});

    // These together, until the user goes back to a single word; as soon as the network that they are of is open.
    void show_faults(const FaultsToShow& faults);

    // One of the bits of a cell, at random.
    void show_fault_of(const CellToShow& cell);

    // What the latest answer is about; nothing before the first.
    const std::optional<Inspection>& inspection() const { return inspection_; }

signals:
    void inspected(const Inspection& inspection, const QString& format);
    void worst_bit_wanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build_fields();
    void build_choice(QVBoxLayout& layout);
    QWidget* build_trial_bar();
    QWidget* build_results();
    void connect_fields();
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

    // A word, and what is around it.
    struct Word {
        StoredNumber number;
        StoredSlice slice;
    };

    void show_wanted();
    void start();  // with what the laboratory has, unless nobody looks
    void open(const MemoryModel& memory);
    void set_memory(const MemoryModel& memory);  // opens anew where it is another
    bool has_own_memory() const;
    void take_trial();
    void draw_from_cell();
    void leave_trial();
    void show_mode();
    void fill_layers();
    void fill_parameters();
    void choose_randomly();
    void take_element();
    void flip(int bit);
    void show_word();
    void take_word(const Word& word);
    void inspect();
    void show_answer(const Inspection& inspection);
    void show_values();
    void show_images(const FaultEffects& effects);
    void show_sites(const FaultEffects& effects);
    void show_maps();
    QString map_title(const SiteLook& look) const;
    void fail(const QString& text);
    const ParameterInfo* parameter() const;
    ParameterPlace place() const;
    TrialFaults faults() const;

    Laboratory& laboratory_;
    std::shared_ptr<Inspector> inspector_;
    std::vector<GridImage> pictures_;
    std::int64_t element_ = 0;
    std::uint32_t flipped_ = 0;
    std::optional<Word> word_shown_;  // of the element; nothing until it is read
    std::optional<Inspection> inspection_;
    std::optional<Wanted> wanted_;
    std::optional<CellToShow> cell_;       // to draw from
    std::optional<FaultsToShow> trial_;    // that is shown in place of a word
    TrialFaults trial_faults_;             // its
    std::optional<MemoryModel> memory_;    // in place of the format chosen
    std::optional<std::int64_t> channel_;  // that the user chose at the site shown
    bool is_site_chosen_ = false;          // by the user
    bool is_stale_ = true;                 // what is shown is not what the laboratory has
    std::vector<QWidget*> choices_;

    QComboBox* layer_ = nullptr;
    QComboBox* parameter_ = nullptr;
    QLineEdit* element_line_ = nullptr;
    QComboBox* format_ = nullptr;
    QComboBox* protection_ = nullptr;
    QPushButton* random_ = nullptr;
    QPushButton* worst_ = nullptr;
    QPushButton* single_ = nullptr;
    QLabel* trial_title_ = nullptr;
    std::vector<QWidget*> of_words_;   // that there are without a trial alone
    std::vector<QWidget*> of_trials_;  // with one alone
    WordBoxes* word_ = nullptr;
    WeightPicture* weight_ = nullptr;
    QLabel* values_ = nullptr;
    QLabel* sentence_ = nullptr;
    ImageGrid* images_ = nullptr;
    CellTable* sites_ = nullptr;
    FeatureMapPane* maps_ = nullptr;
    BackgroundTask opening_;
    BackgroundTask word_task_;
    BackgroundTask task_;
    BackgroundTask maps_task_;
};

}  // namespace clipscope
