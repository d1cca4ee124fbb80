#include "header_text.h"

#include <QObject>
#include <QStringList>
#include <algorithm>

#include "controls/sensitivity_panel.h"
#include "laboratory.h"
#include "result_views.h"
#include "sensitivity_request.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

// "normalised as cifar10"; of numbers without a name the numbers.
QString normalization_text(const Normalization& normalization) {
    if (normalization.name == "none") return QObject::tr("not normalised");
    if (normalization.name != "custom") return QObject::tr("normalised as %1").arg(QString::fromStdString(normalization.name));
    const auto list = [](const std::vector<float>& values) {
        QStringList texts;
        for (const float value : values) texts << QString::number(double(value), 'g', 3);
        return texts.join(QLatin1Char(','));
    };
    return QObject::tr("mean %1 std %2").arg(list(normalization.mean), list(normalization.std));
}

// "266,000 weights stored as int8": words that a quantised file brings, whatever number format the form has for the others.
QString own_words_text(const std::vector<LayerInfo>& layers) {
    std::int64_t quantised = 0;
    for (const LayerInfo& layer : layers)
        for (const ParameterInfo& parameter : layer.parameters) quantised += parameter.word_bits == 8 ? parameter.elements : 0;
    return quantised == 0 ? QString() : QObject::tr("%1 weights stored as int8").arg(grouped(quantised));
}

}  // namespace

QString header_text(const Laboratory& laboratory, const SensitivityForm& form, bool form_is_valid, const QString& opening) {
    QStringList parts;
    std::size_t images = 0;
    if (const auto& model = laboratory.model()) {
        const QString network = QStringLiteral("%1 (%2)").arg(QString::fromStdString(model->title), short_count(model->parameter_count));
        parts << (model->architecture.empty() ? network
                                              : QObject::tr("%1 as %2").arg(network, QString::fromStdString(model->architecture)));
        if (const QString own = own_words_text(model->layers); !own.isEmpty()) parts << own;
        if (const std::int64_t batch = model->metadata.fixed_batch; batch > 0)
            parts << (batch == 1 ? QObject::tr("takes images one at a time") : QObject::tr("takes exactly %1 images at once").arg(batch));
        if (model->network && !model->network->coverage().not_reached.empty()) {
            const Coverage& coverage = model->network->coverage();
            parts << QObject::tr("faults in its layers reach %1 of %2 stored values")
                         .arg(grouped(coverage.reached_by_network), grouped(coverage.stored_values));
        }
    } else {
        parts << QObject::tr("No model yet");
    }
    if (const auto& data = laboratory.data()) {
        const std::size_t wanted = form_is_valid ? image_selection(form).count : 0;
        images = wanted == 0 ? data->size() : std::min(wanted, data->size());
        parts << QObject::tr("%1, %2 images").arg(QString::fromStdString(data->name()), grouped(std::int64_t(images)));
    } else {
        parts << QObject::tr("no images yet");
    }
    if (const auto& format = laboratory.input_format()) {
        parts << normalization_text(format->normalization);
        const std::string change = laboratory.data() ? channel_change_text(*laboratory.data(), *format) : std::string();
        if (!change.empty()) parts << QString::fromStdString(change);
    }
    // While the form asks for other images than were measured, nothing is known of them.
    if (const auto& clean = laboratory.clean(); clean && images > 0 && std::size_t(clean->outcome.images) == images) {
        parts << QObject::tr("clean %1").arg(percent_text(accuracy(clean->outcome, form.nonfinite), 1));
    }
    if (laboratory.needs_normalization()) parts << QObject::tr("normalisation unknown (File ▸ Images…)");
    const QString device = form.device == QLatin1String("cpu") ? QStringLiteral("CPU") : form.device;
    parts << (form.threads == 1 ? QObject::tr("%1, 1 worker").arg(device) : QObject::tr("%1, %2 workers").arg(device).arg(form.threads));
    if (!opening.isEmpty()) parts << opening;
    return parts.join(QStringLiteral(" · "));
}

}  // namespace clipscope
