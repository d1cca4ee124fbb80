// Asks how images enter a network, and shows what every choice makes of twelve of them: split, size of pictures, normalisation. All that
// takes long happens in the background.
#pragma once

#include <QDialog>
#include <QTimer>
#include <optional>
#include <set>
#include <vector>

#include "background_task.h"
#include "engine.h"
#include "laboratory.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace clipscope {

class ImageGrid;
class NormalizationChoice;
class NumberField;

struct ImagesQuestion {
    std::optional<OpenedModel> model;
    Dataset images;
    DataSource source;
    std::optional<Normalization> normalization;  // in use
    QString reason;                              // why it is asked, in words
};

class ImagesDialog : public QDialog {
    Q_OBJECT

public:
    ImagesDialog(const Engine& engine, const ImagesQuestion& question, QWidget* parent = nullptr);

    // Nothing while the choice makes no sense.
    std::optional<ImagesChoice> chosen() const;

private:
    QLayout* build_choices(const QString& reason);
    QLayout* build_source_fields();
    QLayout* build_preview();
    PictureSize picture_size() const;
    QString size_problem() const;
    Split split() const;
    void read_sample();
    void choice_changed();
    void show_preview();
    void try_next();
    bool note_tried(const Normalization& normalization);
    void show_problem(const QString& text);

    const Engine engine_;
    const std::optional<OpenedModel> model_;
    const Dataset images_;
    const DataSource source_;
    std::optional<Dataset> sample_;
    std::vector<Normalization> tried_;  // on this sample

    QComboBox* split_ = nullptr;
    NumberField* resize_ = nullptr;
    NumberField* crop_ = nullptr;
    NormalizationChoice* normalization_ = nullptr;
    ImageGrid* grid_ = nullptr;
    QLabel* problem_ = nullptr;
    QPushButton* accept_ = nullptr;
    QTimer read_soon_;  // typing must not read the folder for every digit
    QTimer show_soon_;
    BackgroundTask sample_task_;
    BackgroundTask preview_task_;
    BackgroundTask trial_task_;
};

}  // namespace clipscope
