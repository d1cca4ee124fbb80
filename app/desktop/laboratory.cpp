#include "laboratory.h"

#include <QFileInfo>
#include <algorithm>
#include <chrono>

#include "common/error.h"

namespace clipscope {
namespace {

QString short_name(const QString& name) {
    return name.startsWith(QLatin1String("bundled:")) ? name.mid(8) : QFileInfo(name).fileName();
}

}  // namespace

Laboratory::Laboratory(Engine engine, QObject* parent) : QObject(parent), engine_(std::move(engine)) {}

void Laboratory::open_model(const QString& name, const std::optional<Normalization>& normalization) {
    emit opening(tr("Opening %1…").arg(short_name(name)));
    model_task_.start<OpenedModel>([open = engine_.open_model, path = name.toStdString()](std::stop_token) { return open(path); },
                                   [this, normalization](OpenedModel model) {
                                       model_ = std::move(model);
                                       asked_ = normalization;
                                       select_layer({});
                                       forget_match();
                                       emit model_changed();
                                       match();
                                   },
                                   [this](const QString& text) { opening_failed(text); });
    emit readiness_changed();
}

void Laboratory::open_data(const QString& folder, Split split) {
    emit opening(tr("Opening %1…").arg(folder));
    data_task_.start<Dataset>([open = engine_.open_data, path = folder.toStdString(), split](std::stop_token) { return open(path, split); },
                              [this, folder, split](Dataset data) {
                                  data_ = std::move(data);
                                  data_folder_ = folder;
                                  split_ = split;
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

void Laboratory::set_normalization(const Normalization& normalization) {
    asked_ = normalization;
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
}

// Finds out how these images enter this network. While one of them is still being opened, its arrival comes back here.
void Laboratory::match() {
    if (!model_ || !data_ || model_task_.running() || data_task_.running()) {
        emit readiness_changed();
        return;
    }
    if (needs_normalization()) {
        emit readiness_changed();
        emit normalization_needed();
        return;
    }
    match_task_.start<InputFormat>(
        [find = engine_.input_format, model = *model_, data = *data_, asked = asked_](std::stop_token) { return find(model, data, asked); },
        [this](InputFormat format) {
            input_format_ = std::move(format);
            emit readiness_changed();
        },
        [this](const QString& text) {
            emit readiness_changed();
            emit failed(text);
        });
    emit readiness_changed();
}

JobInputs Laboratory::inputs(const ImageSelection& selection, std::uint64_t seed) const {
    if (!is_ready()) throw UsageError("Nothing to run on yet: open a model and a data folder first.");
    return {model_->network, data_->subset(select_images(*data_, selection, seed)), *input_format_, model_->title, data_->name()};
}

MethodInputs Laboratory::method_inputs(const ImageSelection& evaluation, const ImageSelection& tuning, std::uint64_t seed) const {
    MethodInputs both{inputs(evaluation, seed), {}};
    both.tuning.folder = data_folder_.toStdString();
    both.tuning.selection = tuning;
    both.tuning.seed = seed;
    both.tuning.evaluation_split = split_;
    both.tuning.evaluation_positions = select_images(*data_, evaluation, seed);
    return both;
}

void Laboratory::describe(JobSettings& settings) const {
    if (!is_ready()) throw UsageError("Nothing to run on yet: open a model and a data folder first.");
    const QString name = QString::fromStdString(model_->name);
    settings.model = (name.startsWith(QLatin1String("bundled:")) ? name : QFileInfo(name).absoluteFilePath()).toStdString();
    settings.data = QFileInfo(data_folder_).absoluteFilePath().toStdString();
    settings.split = to_string(split_);
    settings.normalization = input_format_->normalization;
}

void Laboratory::measure_clean(const ImageSelection& selection, std::uint64_t seed, int threads, const QString& device) {
    clean_.reset();
    clean_task_.start<CleanPass>(
        [run = engine_.clean_pass, inputs = inputs(selection, seed), threads, device = device.toStdString()](std::stop_token stop) {
            const int chunk = JobSettings().chunk;
            const auto start = std::chrono::steady_clock::now();
            CleanPass clean{run(inputs, threads, chunk, device, stop), 0, threads};
            clean.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            return clean;
        },
        [this](const CleanPass& clean) { set_clean(clean); }, [this](const QString& text) { emit failed(text); });
}

void Laboratory::cancel_clean() {
    clean_task_.cancel();
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
