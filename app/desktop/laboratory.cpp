#include "laboratory.h"

#include <QDateTime>
#include <QFileInfo>
#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "dialogs.h"
#include "network/architectures/architecture_error.h"

namespace clipscope {
namespace {

QString short_name(const QString& name) {
    return name.startsWith(QLatin1String("bundled:")) ? name.mid(8) : QFileInfo(name).fileName();
}

QString folder_of(const JobSettings& settings) {
    return QString::fromStdString(settings.data.empty() ? fashion_mnist_folder() : settings.data);
}

// The same model file, as long as nobody writes another one in its place, with the same folder of images.
QString files_key(const QString& model, const QString& folder) {
    const QFileInfo file(model);
    return QStringLiteral("%1|%2|%3|%4")
        .arg(file.absoluteFilePath(), QString::number(file.size()), QString::number(file.lastModified().toMSecsSinceEpoch()),
             QFileInfo(folder).absoluteFilePath());
}

// How images enter a network, and which network it is where bare parameters fit several.
struct Match {
    std::vector<VariantTrial> variants;  // best first; empty where there is no choice
    std::optional<OpenedModel> model;    // the best of them
    InputFormat format;
};

Match find_match(const Engine& engine, const OpenedModel& model, const Dataset& images, const DataSource& source,
                 const std::optional<Normalization>& asked, std::stop_token stop) {
    Match match;
    if (model.architecture.empty())
        match.variants = engine.try_variants(model, source.folder.toStdString(), source.split, source.picture_size, asked, stop);
    if (!match.variants.empty()) {
        const std::string& best = match.variants.front().architecture;
        match.model = best == model.metadata.architecture ? model : engine.open_model(model.name, best);
        match.model->architecture = best;
    }
    match.format = engine.input_format(match.model ? *match.model : model, images, asked);
    return match;
}

}  // namespace

Laboratory::Laboratory(Engine engine, QObject* parent) : QObject(parent), engine_(std::move(engine)) {}

void Laboratory::open_model(const QString& name, const std::optional<Normalization>& normalization, const QString& architecture) {
    emit opening(tr("Opening %1…").arg(short_name(name)));
    asked_with_model_ = normalization;
    using Opened = std::variant<OpenedModel, QString>;
    model_task_.start<Opened>(
        [open = engine_.open_model, path = name.toStdString(), built_in = architecture.toStdString()](std::stop_token) -> Opened {
            try {
                return open(path, built_in);
            } catch (const ArchitectureError& error) {
                return QString::fromUtf8(error.what());
            }
        },
        [this, name](Opened opened) {
            if (auto* model = std::get_if<OpenedModel>(&opened))
                take_model(std::move(*model));
            else
                emit architecture_needed(name, std::get<QString>(opened));
        },
        [this](const QString& text) { opening_failed(text); });
    emit readiness_changed();
}

void Laboratory::take_model(OpenedModel model) {
    model_ = std::move(model);
    asked_ = asked_with_model_;
    select_layer({});
    forget_match();
    emit model_changed();
    match();
}

void Laboratory::name_architecture(const QString& model, const QString& architecture) {
    open_model(model, asked_with_model_, architecture);
}

void Laboratory::give_up_model() {
    emit model_given_up();
    if (!input_format_ && !match_task_.running()) match();
    emit readiness_changed();
}

void Laboratory::open_data(const QString& folder, std::optional<Split> split, const PictureSize& size) {
    emit opening(tr("Opening %1…").arg(folder));
    data_task_.start<OpenedData>(
        [open = engine_.open_data, path = folder.toStdString(), split, size](std::stop_token) { return open(path, split, size); },
        [this, folder, size](OpenedData data) {
            data_ = std::move(data.images);
            source_ = {folder, data.split, size, std::move(data.splits), data.holds_pictures};
            forget_match();
            emit data_changed();
            match();
        },
        [this](const QString& text) { opening_failed(text); });
    emit readiness_changed();
}

// What was there before stays and may have waited for this one to arrive.
void Laboratory::opening_failed(const QString& text) {
    emit failed(text);
    if (!input_format_ && !match_task_.running()) match();
    emit readiness_changed();
}

void Laboratory::choose_images(const ImagesChoice& choice) {
    asked_ = choice.normalization;
    forget_match();
    if (choice.split != source_.split || !(choice.picture_size == source_.picture_size))
        open_data(source_.folder, choice.split, choice.picture_size);
    else
        match();
}

bool Laboratory::has_model_of(const JobSettings& settings) const {
    if (!model_ || model_->architecture != settings.architecture) return false;
    const QString opened = QString::fromStdString(model_->name), wanted = QString::fromStdString(settings.model);
    return opened == wanted || QFileInfo(opened).absoluteFilePath() == wanted;  // settings hold whole paths
}

bool Laboratory::has_images_of(const JobSettings& settings) const {
    return data_ && QFileInfo(source_.folder).absoluteFilePath() == QFileInfo(folder_of(settings)).absoluteFilePath() &&
           to_string(source_.split) == settings.split && source_.picture_size == settings.picture_size;
}

void Laboratory::open(const JobSettings& settings) {
    const bool has_model = has_model_of(settings), has_images = has_images_of(settings);
    if (!has_model)
        open_model(QString::fromStdString(settings.model), settings.normalization, QString::fromStdString(settings.architecture));
    if (!has_images) open_data(folder_of(settings), split_from_string(settings.split), settings.picture_size);
    if (!has_model) return;
    const auto& wanted = settings.normalization ? settings.normalization : model_->metadata.normalization;
    const bool is_same =
        wanted && input_format_ && wanted->mean == input_format_->normalization.mean && wanted->std == input_format_->normalization.std;
    if (is_same) return;
    asked_ = settings.normalization;
    forget_match();
    match();
}

bool Laboratory::is_opening() const {
    return model_task_.running() || data_task_.running() || match_task_.running();
}

bool Laboratory::needs_normalization() const {
    return model_ && data_ && !is_opening() && !asked_ && !model_->metadata.normalization;
}

void Laboratory::forget_match() {
    cancel_clean();
    match_task_.cancel();
    input_format_.reset();
    clean_.reset();
    is_input_checked_ = false;
    set_doubt({});
}

// Finds out how these images enter this network. While one of them is still being opened, its arrival comes back here.
void Laboratory::match() {
    if (!model_ || !data_ || model_task_.running() || data_task_.running()) {
        emit readiness_changed();
        return;
    }
    if (needs_normalization()) {
        const auto before = known_.find(files_key(QString::fromStdString(model_->name), source_.folder));
        if (before != known_.end()) asked_ = before->second;
    }
    if (needs_normalization()) {
        emit readiness_changed();
        emit normalization_needed();
        return;
    }
    match_task_.start<Match>([engine = engine_, model = *model_, data = *data_, source = source_, asked = asked_](
                                 std::stop_token stop) { return find_match(engine, model, data, source, asked, std::move(stop)); },
                             [this](Match match) {
                                 if (match.model) take_variant(std::move(*match.model), match.variants);
                                 input_format_ = std::move(match.format);
                                 if (asked_) known_[files_key(QString::fromStdString(model_->name), source_.folder)] = *asked_;
                                 emit readiness_changed();
                             },
                             [this](const QString& text) {
                                 set_doubt(one_sentence(text));
                                 emit readiness_changed();
                                 emit failed(text);
                             });
    emit readiness_changed();
}

void Laboratory::take_variant(OpenedModel model, const std::vector<VariantTrial>& tried) {
    model_ = std::move(model);
    select_layer({});
    emit model_changed();
    emit variant_chosen(
        tr("The parameters in %1 fit several networks: %2. The first is taken; \u201cclipscope --arch NAME FILE\u201d takes "
           "another.")
            .arg(short_name(QString::fromStdString(model_->name)), QString::fromStdString(to_string(tried))));
}

void Laboratory::remember_normalization(const JobRecord& job) {
    const QString model = QString::fromStdString(job.settings.model);
    if (!job.settings.normalization || (job.model && job.model->bytes != QFileInfo(model).size())) return;
    known_.emplace(files_key(model, folder_of(job.settings)), *job.settings.normalization);
}

JobInputs Laboratory::inputs(const ImageSelection& selection, std::uint64_t seed) const {
    if (!is_ready()) throw UsageError("Nothing to run on yet: open a model and a data folder first.");
    return {model_->network, data_->subset(select_images(*data_, selection, seed)), *input_format_, model_->title, data_->name()};
}

MethodInputs Laboratory::method_inputs(const ImageSelection& evaluation, const ImageSelection& tuning, std::uint64_t seed) const {
    MethodInputs both{inputs(evaluation, seed), {}};
    both.tuning.folder = source_.folder.toStdString();
    both.tuning.picture_size = source_.picture_size;
    both.tuning.selection = tuning;
    both.tuning.seed = seed;
    both.tuning.evaluation_split = source_.split;
    both.tuning.evaluation_positions = select_images(*data_, evaluation, seed);
    return both;
}

void Laboratory::describe(JobSettings& settings) const {
    if (!is_ready()) throw UsageError("Nothing to run on yet: open a model and a data folder first.");
    const QString name = QString::fromStdString(model_->name);
    settings.model = (name.startsWith(QLatin1String("bundled:")) ? name : QFileInfo(name).absoluteFilePath()).toStdString();
    settings.architecture = model_->architecture;
    settings.data = QFileInfo(source_.folder).absoluteFilePath().toStdString();
    settings.split = to_string(source_.split);
    settings.picture_size = source_.picture_size;
    settings.normalization = input_format_->normalization;
}

void Laboratory::measure_clean(const ImageSelection& selection, std::uint64_t seed, int threads, const QString& device) {
    clean_.reset();
    const JobInputs measured = inputs(selection, seed);
    clean_task_.start<CleanPass>(
        [run = engine_.clean_pass, measured, threads, device = device.toStdString()](std::stop_token stop) {
            const int chunk = JobSettings().chunk;
            CleanPass clean{{}, 0, threads};
            // A short one is measured again, for the first also loads and makes kernels.
            for (int pass = 0; pass < 2 && clean.seconds < 0.5 && !stop.stop_requested(); ++pass) {
                const auto start = std::chrono::steady_clock::now();
                clean.outcome = run(measured, threads, chunk, device, stop);
                clean.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            }
            return clean;
        },
        [this, measured, threads, device](const CleanPass& clean) {
            set_clean(clean);
            check_input(measured, threads, device);
        },
        [this](const QString& text) { emit failed(text); });
}

void Laboratory::check_input(const JobInputs& inputs, int threads, const QString& device) {
    if (is_input_checked_) return;
    const auto check = [check = engine_.check_input, inputs, threads, device = device.toStdString()](std::stop_token stop) {
        return check(inputs, threads, device, stop);
    };
    const auto take = [this](const std::optional<InputDoubt>& doubt) {
        is_input_checked_ = true;
        if (doubt) set_doubt(QString::fromStdString(to_string(*doubt, data_->class_names())));
    };
    check_task_.start<std::optional<InputDoubt>>(check, take, [this](const QString& text) { emit failed(text); });
}

void Laboratory::set_doubt(const QString& text) {
    if (std::exchange(doubt_, text) != text) emit doubt_changed();
}

const std::optional<Normalization>& Laboratory::normalization() const {
    return asked_ || !model_ ? asked_ : model_->metadata.normalization;
}

void Laboratory::cancel_clean() {
    clean_task_.cancel();
    check_task_.cancel();
}

void Laboratory::set_clean(const CleanPass& clean) {
    clean_ = clean;
    emit clean_measured();
}

void Laboratory::select_layer(const QString& name) {
    QString site;
    if (model_) {
        const auto is_fed = [layer = name.toStdString()](const SiteInfo& one) { return std::ranges::count(one.fed_by, layer) > 0; };
        const auto found = std::ranges::find_if(model_->sites, is_fed);
        if (found != model_->sites.end()) site = QString::fromStdString(found->name);
    }
    select(name, site);
}

void Laboratory::select_site(const QString& name) {
    QString layer;
    if (model_) {
        const auto found = std::ranges::find(model_->sites, name.toStdString(), &SiteInfo::name);
        if (found != model_->sites.end() && !found->fed_by.empty()) layer = QString::fromStdString(found->fed_by.front());
    }
    select(layer, name);
}

void Laboratory::select(const QString& layer, const QString& site) {
    if (layer == selected_layer_ && site == selected_site_) return;
    selected_layer_ = layer;
    selected_site_ = site;
    emit selection_changed(layer, site);
}

}  // namespace clipscope
