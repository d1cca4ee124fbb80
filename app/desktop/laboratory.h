// What lies on the bench: the network, the images, how they enter it, and which layer is being looked at. Opens files on background threads
// and says what changed; knows no widget. All calls on the owner's thread, none of them waits.
#pragma once

#include <QObject>
#include <map>
#include <optional>

#include "background_task.h"
#include "data/image_selection.h"
#include "engine.h"

namespace clipscope {

// The network's accuracy without faults on certain images, and how long one pass over them takes.
struct CleanPass {
    Outcome outcome;
    double seconds = 0;
    int threads = 1;
};

// Where the images come from, and what else there is to choose there.
struct DataSource {
    QString folder;
    Split split = Split::test;
    PictureSize picture_size{};
    std::vector<Split> splits{};
    bool holds_pictures = false;
};

// How images are to enter the network.
struct ImagesChoice {
    Normalization normalization;
    Split split = Split::test;
    PictureSize picture_size{};
};

class Laboratory : public QObject {
    Q_OBJECT

public:
    explicit Laboratory(Engine engine, QObject* parent = nullptr);

    // `name`: a file or "bundled:NAME". `normalization`: what the user asked for with it; otherwise the model file's own counts.
    // `architecture`: of a state dictionary; empty: found by its shapes, or asked for by architecture_needed().
    void open_model(const QString& name, const std::optional<Normalization>& normalization = {}, const QString& architecture = {});
    // The two answers to architecture_needed().
    void name_architecture(const QString& model, const QString& architecture);
    void give_up_model();
    // No split: test where there is one, else train.
    void open_data(const QString& folder, std::optional<Split> split = {}, const PictureSize& size = {});
    // The normalisation stays until another model is opened, and is in use again when the same files come back; images are read again where
    // another split or size is chosen.
    void choose_images(const ImagesChoice& choice);
    // What a job worked on, as far as it is not open already.
    void open(const JobSettings& settings);
    // What a job of a study was told about its files need not be asked again for them.
    void remember_normalization(const JobRecord& job);
    bool has_model_of(const JobSettings& settings) const;
    bool has_images_of(const JobSettings& settings) const;

    const std::optional<OpenedModel>& model() const { return model_; }
    const std::optional<Dataset>& data() const { return data_; }
    const DataSource& source() const { return source_; }
    const std::optional<InputFormat>& input_format() const { return input_format_; }
    bool is_opening() const;  // a model, data, or how they fit together
    bool is_ready() const { return input_format_.has_value() && !is_opening(); }
    bool needs_normalization() const;

    // For the images chosen; only when ready. Throws UsageError.
    JobInputs inputs(const ImageSelection& selection, std::uint64_t seed) const;
    // The same with images to tune on beside them, which are not read yet.
    MethodInputs method_inputs(const ImageSelection& evaluation, const ImageSelection& tuning, std::uint64_t seed) const;
    // What a job of a study is about: the model, and the images and how they enter it. Throws UsageError where nothing is ready.
    void describe(JobSettings& settings) const;
    const Engine& engine() const { return engine_; }

    // Only when ready; clean_measured follows. A pass under way is given up.
    void measure_clean(const ImageSelection& selection, std::uint64_t seed, int threads, const QString& device);
    void cancel_clean();
    const std::optional<CleanPass>& clean() const { return clean_; }
    // A job has measured it on the way.
    void set_clean(const CleanPass& clean);
    // Why the images may enter the network wrongly, or cannot enter it: sentences, or empty. Looked for once after a clean pass.
    const QString& doubt() const { return doubt_; }
    // That is in use, or would be if the images fitted.
    const std::optional<Normalization>& normalization() const;

    // One selection everywhere: a layer's name, "network", or empty, and the activation site that belongs to it: the first one that the
    // layer feeds. Selecting either selects the other.
    const QString& selected_layer() const { return selected_layer_; }
    const QString& selected_site() const { return selected_site_; }
    void select_layer(const QString& name);
    void select_site(const QString& name);

signals:
    void opening(const QString& text);  // "Opening alexnet.pt…"
    void model_changed();
    void data_changed();
    void readiness_changed();
    void normalization_needed();
    // The parameters in this file fit no built-in architecture that was found or named; the sentence says what is amiss.
    void architecture_needed(const QString& model, const QString& sentence);
    // Bare parameters fit several networks; the sentence says which was taken for how it recognises images, and the others.
    void variant_chosen(const QString& sentence);
    void model_given_up();
    void clean_measured();
    void doubt_changed();
    void selection_changed(const QString& layer, const QString& site);
    void failed(const QString& text);

private:
    void opening_failed(const QString& text);
    void take_model(OpenedModel model);
    void set_doubt(const QString& text);
    void check_input(const JobInputs& inputs, int threads, const QString& device);
    void match();
    void take_variant(OpenedModel model, const std::vector<VariantTrial>& tried);
    void forget_match();
    void select(const QString& layer, const QString& site);

    const Engine engine_;
    std::optional<OpenedModel> model_;
    std::optional<Dataset> data_;
    DataSource source_;
    std::optional<Normalization> asked_;
    std::optional<Normalization> asked_with_model_;  // that is being opened
    std::map<QString, Normalization> known_;         // what these files were used with before, by what files_key() makes of them
    std::optional<InputFormat> input_format_;
    std::optional<CleanPass> clean_;
    QString doubt_;
    bool is_input_checked_ = false;
    QString selected_layer_;
    QString selected_site_;
    BackgroundTask model_task_;
    BackgroundTask data_task_;
    BackgroundTask match_task_;
    BackgroundTask clean_task_;
    BackgroundTask check_task_;
};

}  // namespace clipscope
