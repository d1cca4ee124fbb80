#include "evaluation/fault_effects.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "evaluation/evaluator_state.h"
#include "evaluation/fault_injector.h"
#include "evaluation/site_outputs.h"

namespace clipscope {

namespace {

constexpr std::size_t most_bytes_of_starts = std::size_t(512) << 20;

std::span<const float> numbers_of(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), std::size_t(tensor.numel())};
}

std::size_t bytes_of_values(const Frame& frame, const std::vector<Slot>& slots) {
    std::size_t bytes = 0;
    for (const Slot slot : slots)
        if (frame[std::size_t(slot)].isTensor()) bytes += frame[std::size_t(slot)].toTensor().nbytes();
    return bytes;
}

EvaluatorOptions for_few_images(EvaluatorOptions options, std::size_t images, const Network& network) {
    options.chunk = network.metadata().fixed_batch > 0 ? 0 : int(images);
    options.exact = true;
    options.stack = false;
    return options;
}

float largest_magnitude(std::span<const float> values) {
    float largest = 0;
    for (const float value : values)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    return largest;
}

bool is_other(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) != std::bit_cast<std::uint32_t>(b);
}

SiteSpread spread_of(std::size_t site, const at::Tensor& clean, const at::Tensor& faulty, std::int64_t images) {
    const std::span<const float> before = numbers_of(clean), after = numbers_of(faulty);
    SiteSpread spread{.site = site, .shape = {}, .values = std::int64_t(after.size()), .channels = {}};
    const bool lies_by_image = clean.dim() > 1 && clean.size(0) == images;
    if (lies_by_image) spread.shape = clean.sizes().slice(1).vec();
    const std::int64_t channels = lies_by_image ? clean.size(1) : 1;
    const std::size_t length = std::max<std::size_t>(after.size() / std::size_t(std::max<std::int64_t>(images * channels, 1)), 1);
    std::set<std::int64_t> touched;
    for (std::size_t i = 0; i < after.size(); ++i) {
        spread.nonfinite += !std::isfinite(after[i]);
        if (!is_other(before[i], after[i])) continue;
        ++spread.different;
        if (lies_by_image) touched.insert(std::int64_t(i / length) % channels);
    }
    spread.channels.assign(touched.begin(), touched.end());
    spread.largest_clean = largest_magnitude(before);
    spread.largest = largest_magnitude(after);
    return spread;
}

ChannelChange change_of(std::span<const float> before, std::span<const float> after) {
    ChannelChange change{.values = std::int64_t(after.size())};
    for (std::size_t i = 0; i < after.size(); ++i) {
        change.nonfinite += !std::isfinite(after[i]);
        if (!is_other(before[i], after[i])) continue;
        ++change.different;
        if (std::isfinite(before[i]) && std::isfinite(after[i]))
            change.largest_change = std::max(change.largest_change, std::abs(after[i] - before[i]));
    }
    return change;
}

}  // namespace

struct EffectsRunner::State {
    State(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, EvaluatorOptions options)
        : evaluator(network, images, input, for_few_images(std::move(options), images.size(), *network)),
          injector(evaluator.state()),
          batch(evaluator.state().images->batch({0, images.size()})),
          clean_sites(network->sites().size()) {}

    const Evaluator::State& state() const { return evaluator.state(); }
    std::int64_t images() const { return std::int64_t(batch.labels.size()); }

    void run_clean();
    // From a frame that holds what is alive at the step to the end; tells the logits, and each site on the way.
    at::Tensor run_from(std::size_t step, Frame frame, std::vector<at::Tensor>& sites) const;
    const std::vector<at::Tensor>& latest_sites() const { return faulty_sites.empty() ? clean_sites : faulty_sites; }

    const Evaluator evaluator;
    FaultInjector injector;
    const ImageBatch batch;
    std::map<std::size_t, Frame> starts;   // of the clean pass, before a step
    std::vector<at::Tensor> clean_sites;   // by site; undefined where it is left out
    std::vector<at::Tensor> faulty_sites;  // the same of the latest run
    at::Tensor clean_logits;
};

at::Tensor EffectsRunner::State::run_from(std::size_t step, Frame frame, std::vector<at::Tensor>& sites) const {
    const torch::NoGradGuard no_gradients;
    const Program& program = state().network->program();
    const std::size_t done = visit_site_outputs_from(state(), frame, step, batch,
                                                     [&](std::size_t site, const at::Tensor& values) { sites[site] = values.clone(); });
    program.run(frame, done, program.steps().size(), state().overrides);
    return program.output(frame).narrow(0, 0, images()).to(at::kCPU, at::kFloat).contiguous();
}

void EffectsRunner::State::run_clean() {
    const torch::NoGradGuard no_gradients;
    const Program& program = state().network->program();
    Frame frame = state().initial_frame;
    frame[std::size_t(program.input_slot())] = batch.images;
    starts[0] = frame;
    clean_logits = run_from(0, frame, clean_sites);
    std::set<std::size_t> steps;
    for (const auto& part : state().network->structure().parts) steps.insert(part.first_step);
    std::size_t done = 0, bytes = 0;
    for (const std::size_t step : steps) {
        if (step == 0 || step >= program.steps().size()) continue;
        program.run(frame, done, step, state().overrides);
        done = step;
        bytes += bytes_of_values(frame, program.alive_at(step));
        if (bytes > most_bytes_of_starts) break;
        starts[step] = frame;
    }
}

EffectsRunner::EffectsRunner(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input,
                             EvaluatorOptions options)
    : state_(std::make_unique<State>(std::move(network), images, input, std::move(options))) {
    state_->run_clean();
}

EffectsRunner::~EffectsRunner() = default;

FaultEffects EffectsRunner::run(const TrialFaults& faults, double rate) {
    const InjectedFaults injected = state_->injector.inject(faults, rate);
    const auto& [step, start] = *std::prev(state_->starts.upper_bound(injected.first_step));
    Frame frame = start;
    for (const auto& [slot, parameter] : injected.parameters) frame[std::size_t(slot)] = parameter.values;
    std::vector<at::Tensor> sites = state_->clean_sites;
    const at::Tensor logits = state_->run_from(step, std::move(frame), sites);
    state_->faulty_sites = std::move(sites);

    FaultEffects effects;
    for (std::size_t site = 0; site < state_->clean_sites.size(); ++site)
        if (state_->clean_sites[site].defined())
            effects.sites.push_back(spread_of(site, state_->clean_sites[site], state_->faulty_sites[site], state_->images()));
    const auto classes = std::size_t(logits.size(1));
    for (std::size_t image = 0; image < state_->batch.labels.size(); ++image) {
        const auto row = [&](const at::Tensor& all) {
            const auto numbers = numbers_of(all).subspan(image * classes, classes);
            return std::vector<float>(numbers.begin(), numbers.end());
        };
        effects.images.push_back({state_->batch.labels[image], row(state_->clean_logits), row(logits)});
    }
    return effects;
}

void EffectsRunner::check_map(std::size_t site, std::size_t image) const {
    const at::Tensor& clean = state_->clean_sites.at(site);
    if (!clean.defined() || clean.dim() < 2 || clean.size(0) != state_->images() || std::int64_t(image) >= clean.size(0))
        throw std::out_of_range("EffectsRunner: no such feature map");
}

std::vector<ChannelChange> EffectsRunner::channel_changes(std::size_t site, std::size_t image) const {
    check_map(site, image);
    const at::Tensor before = state_->clean_sites[site][std::int64_t(image)].contiguous();
    const at::Tensor after = state_->latest_sites()[site][std::int64_t(image)].contiguous();
    const std::int64_t channels = before.dim() == 1 ? 1 : before.size(0);
    const std::size_t length = std::size_t(before.numel()) / std::size_t(std::max<std::int64_t>(channels, 1));
    std::vector<ChannelChange> changes;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const auto first = std::size_t(channel) * length;
        changes.push_back(change_of(numbers_of(before).subspan(first, length), numbers_of(after).subspan(first, length)));
        changes.back().channel = channel;
    }
    std::ranges::stable_sort(changes, std::greater(),
                             [](const ChannelChange& one) { return std::tuple(one.nonfinite, one.largest_change, one.different); });
    return changes;
}

FeatureMap EffectsRunner::feature_map(std::size_t site, std::size_t image, std::int64_t channel) const {
    check_map(site, image);
    const at::Tensor& clean = state_->clean_sites[site];
    const bool is_single_row = clean.dim() == 2;
    if (!is_single_row && (channel < 0 || channel >= clean.size(1))) throw std::out_of_range("EffectsRunner: no such channel");
    const auto part = [&](const at::Tensor& all) {
        const at::Tensor own = is_single_row ? all[std::int64_t(image)] : all[std::int64_t(image)][channel].contiguous();
        const auto numbers = numbers_of(own);
        return std::vector<float>(numbers.begin(), numbers.end());
    };
    FeatureMap map{.clean = part(clean), .faulty = part(state_->latest_sites().at(site))};
    map.width = clean.size(-1);
    map.height = std::int64_t(map.clean.size()) / std::max<std::int64_t>(map.width, 1);
    return map;
}

}  // namespace clipscope
