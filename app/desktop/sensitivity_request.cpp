#include "sensitivity_request.h"

#include <algorithm>
#include <cmath>

#include "campaign/fault_rates.h"
#include "campaign/fault_scope.h"
#include "common/error.h"
#include "memory_request.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

std::string scopes_text(LayersChoice choice, const QStringList& checked) {
    switch (choice) {
        case LayersChoice::each:
            return "each";
        case LayersChoice::network:
            return "network";
        case LayersChoice::both:
            return "network,each";
        case LayersChoice::checked:
            break;
    }
    if (checked.isEmpty()) throw UsageError("No layer is checked: check some in the table of layers, or choose another entry.");
    return checked.join(QLatin1Char(',')).toStdString();
}

// One trial in each scope.
double passes_a_trial(const std::vector<FaultScope>& scopes, std::size_t layer_count) {
    double passes = 0;
    for (const FaultScope& scope : scopes) {
        const std::size_t first = scope.layers.empty() ? 0 : scope.layers.front();
        passes += layer_count > 0 ? double(layer_count - first) / double(layer_count) : 1;
    }
    return passes;
}

}  // namespace

SensitivitySpecification sensitivity_specification(const SensitivityForm& form, const std::vector<LayerInfo>& layers,
                                                   const QStringList& checked) {
    SensitivitySpecification specification;
    specification.scopes = parse_fault_scopes(scopes_text(form.layers, checked), layers);
    specification.rates = parse_rates(form.rates.toStdString());
    specification.trials = form.trials;
    specification.seed = form.seed;
    specification.nonfinite = form.nonfinite;
    specification.threads = form.threads;
    specification.device = form.device.toStdString();
    return specification;
}

BitPositionSpecification bit_position_specification(const SensitivityForm& form, const std::vector<LayerInfo>& layers,
                                                    const QStringList& checked) {
    BitPositionSpecification specification;
    specification.scopes = parse_fault_scopes(scopes_text(form.layers, checked), layers);
    specification.trials = form.trials;
    specification.seed = form.seed;
    specification.nonfinite = form.nonfinite;
    specification.threads = form.threads;
    specification.device = form.device.toStdString();
    return specification;
}

ImageSelection image_selection(const SensitivityForm& form) {
    return ImageSelection::parse(form.images.toStdString());
}

QString form_problem(const SensitivityForm& form, const std::vector<LayerInfo>& layers, const QStringList& checked) {
    try {
        image_selection(form);
        memory_model(form);
        if (form.job == SensitivityJob::fault_rates) parse_rates(form.rates.toStdString());
        if (form.job == SensitivityJob::bit_positions && !layers.empty())
            bit_position_specification(form, layers, checked);
        else if (!layers.empty())
            sensitivity_specification(form, layers, checked);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

SensitivityForm first_study_form(int threads) {
    SensitivityForm form;
    form.layers = LayersChoice::both;
    form.rates = QStringLiteral("1e-7:1e-3:9");
    form.trials = 20;
    form.images = QStringLiteral("1000");
    form.threads = threads;
    return form;
}

double estimated_passes(const SensitivitySpecification& specification, std::size_t layer_count) {
    const auto rates = std::ranges::count_if(specification.rates, [](double rate) { return rate > 0; });
    return 1 + double(rates) * specification.trials * passes_a_trial(specification.scopes, layer_count);
}

double estimated_passes(const BitPositionSpecification& specification, std::size_t layer_count) {
    // A single faulty number changes one channel of its layer.
    constexpr double share_of_a_channel = 0.2;
    constexpr int positions = 32;
    return 1 + share_of_a_channel * positions * specification.trials * passes_a_trial(specification.scopes, layer_count);
}

QString estimate_text(double seconds) {
    if (seconds < 1) return QStringLiteral("about a second");
    // Nobody wants to read 1:07:23 of a guess.
    const double unit = seconds < 60 ? 1 : seconds < 600 ? 10 : 60;
    return QStringLiteral("about ") + duration_text(std::round(seconds / unit) * unit);
}

}  // namespace clipscope
