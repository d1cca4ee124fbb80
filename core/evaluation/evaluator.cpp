#include "evaluation/evaluator.h"

#include <atomic>
#include <fstream>
#include <numeric>
#include <set>

#include "common/error.h"
#include "common/version.h"
#include "evaluation/clean_run.h"
#include "evaluation/computing_device.h"
#include "evaluation/evaluator_state.h"
#include "evaluation/first_pass_error.h"
#include "evaluation/image_independence.h"
#include "evaluation/item_workers.h"
#include "evaluation/operation_count.h"
#include "evaluation/output_memory.h"
#include "evaluation/row_products.h"
#include "evaluation/scoring.h"
#include "evaluation/site_clipping.h"
#include "evaluation/site_protection.h"
#include "evaluation/whole_vectors.h"
#include "evaluation/worker_threads.h"
#include "network/model_file.h"

namespace clipscope {

namespace {

constexpr std::size_t smallest_budget = std::size_t(1) << 16;
constexpr std::size_t always_kept_images = std::size_t(64) << 20;  // bytes of images as the network sees them

std::size_t free_memory_bytes() {
    std::ifstream meminfo("/proc/meminfo");
    std::string key;
    for (std::size_t kibibytes = 0; meminfo >> key >> kibibytes; meminfo.ignore(64, '\n'))
        if (key == "MemAvailable:") return kibibytes * 1024;
    return std::size_t(4) << 30;
}

// Without the addresses of the functions that it came through.
std::string libtorch_text(const std::exception& error) {
    const auto* of_libtorch = dynamic_cast<const c10::Error*>(&error);
    return of_libtorch != nullptr ? of_libtorch->what_without_backtrace() : error.what();
}

Frame frame_on_device(const Program& program, at::Device device) {
    Frame frame = program.initial_frame();
    if (device.is_cpu()) return frame;
    for (c10::IValue& value : frame)
        if (value.isTensor()) value = value.toTensor().to(device);
    return frame;
}

// What is computed from a parameter, and from nothing of the images, counts as that parameter: faults in it are read there, too.
std::vector<std::size_t> find_last_readers(const Program& program, const std::vector<bool>& batch_slots) {
    std::vector<std::size_t> last(program.initial_frame().size(), 0);
    for (std::size_t i = program.steps().size(); i-- > 0;) {
        const Step& step = program.steps()[i];
        std::size_t last_use = i;
        for (Slot slot : step.outputs)
            if (!batch_slots[std::size_t(slot)]) last_use = std::max(last_use, last[std::size_t(slot)]);
        for (Slot slot : slots_read_by(step)) {
            std::size_t& known = last[std::size_t(slot)];
            known = std::max(known, batch_slots[std::size_t(slot)] ? i : last_use);
        }
    }
    return last;
}

}  // namespace

std::optional<float> Evaluator::State::bound_of(std::size_t site) const {
    const ProtectedSite* own = protections ? protections->at(site) : nullptr;
    if (!own) return clipping.at(site);
    return own->bounds.count() == 1 ? std::optional(own->bounds.high.front()) : std::nullopt;
}

void Evaluator::State::clip() {
    thresholds = stored_thresholds(*network, clipping);
    overrides = clip_sites(*network, thresholds, run_step);
    const RunStep run_apart = [](const Step& step, Frame& frame) {
        has_vector_kernel(step) ? run_on_whole_vectors(step, frame) : run_step(step, frame);
    };
    overrides_apart = clip_sites(*network, thresholds, run_apart);
    if (protections) {
        protect_sites(*network, *protections, device, run_step, overrides);
        protect_sites(*network, *protections, device, run_apart, overrides_apart);
    }
    const std::vector<Step>& steps = network->program().steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {  // where no protected site is
        if (const auto product = find_row_product(network->program(), steps[i], batch_slots))
            overrides_apart.try_emplace(i, [product = *product, &step = steps[i]](Frame& frame) { product.run(step, frame); });
        else if (has_vector_kernel(steps[i]))
            overrides_apart.try_emplace(i, [&step = steps[i]](Frame& frame) { run_on_whole_vectors(step, frame); });
    }
    traits = find_step_traits(*network, thresholds, protections.get());
    write_thresholds(*network, thresholds, device, initial_frame);
    batch_slots.resize(initial_frame.size());
    last_reader.resize(initial_frame.size());
    threshold_read.clear();
    const std::vector<FoundSite>& sites = network->structure().sites;
    for (std::size_t site = 0; site < sites.size(); ++site) {
        if (!thresholds.at(site)) continue;
        const Slot slot = threshold_slot(*network, site);
        threshold_read[sites[site].step] = slot;
        last_reader[std::size_t(slot)] = sites[site].step;
    }
}

std::size_t Evaluator::State::start_step(std::size_t step) const {
    const auto after = kept.upper_bound(step);
    return after == kept.begin() ? 0 : std::prev(after)->first;
}

Frame Evaluator::State::start_frame(std::size_t start, std::size_t chunk_index) const {
    Frame frame = initial_frame;
    if (start == 0) {
        frame[std::size_t(network->program().input_slot())] = images->range(chunks[chunk_index]);
    } else if (const auto at_start = kept.find(start); at_start != kept.end()) {
        for (const auto& [slot, value] : at_start->second[chunk_index]) frame[std::size_t(slot)] = value;
    } else {
        for (Slot slot : network->program().alive_at(start)) {
            const c10::IValue& value = clean_values[std::size_t(slot)];
            frame[std::size_t(slot)] = batch_slots[std::size_t(slot)] ? value.toTensor().narrow(0, std::int64_t(first_image(chunk_index)),
                                                                                                std::int64_t(chunks[chunk_index].count))
                                                                      : value;
        }
    }
    return frame;
}

bool Evaluator::State::starts_apart_at(std::size_t step) const {
    const std::vector<Slot> alive = network->program().alive_at(step);
    return std::all_of(alive.begin(), alive.end(),
                       [&](Slot slot) { return !batch_slots[std::size_t(slot)] || has_clean[std::size_t(slot)]; });
}

bool Evaluator::State::has_clean_values_at(std::size_t step) const {
    const std::vector<Slot> alive = network->program().alive_at(step);
    return !exact && starts_apart_at(step) &&
           std::all_of(alive.begin(), alive.end(), [&](Slot slot) { return !clean_values[std::size_t(slot)].isNone(); });
}

void Evaluator::State::run_step_apart(std::size_t index, Frame& frame) const {
    if (const auto replaced = overrides_apart.find(index); replaced != overrides_apart.end())
        replaced->second(frame);
    else
        run_step(network->program().steps()[index], frame);
}

void Evaluator::State::run_whole_steps(Frame& frame, std::size_t chunk_index, std::size_t first, std::size_t last) const {
    std::uint64_t an_image = 0;
    for (std::size_t i = first; i < last; ++i) an_image += multiplications[i];
    count_multiplications(an_image * chunks[chunk_index].count);
    network->program().run(frame, first, last, overrides);
}

Outcome Evaluator::State::outcome_of(std::span<const Verdict> verdicts) const {
    Outcome outcome;
    for (std::size_t i = 0; i < verdicts.size(); ++i) add(verdicts[i], images->labels()[i], clean_verdicts[i].prediction, outcome);
    return outcome;
}

Evaluator::Evaluator(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input,
                     const EvaluatorOptions& options)
    : state_(std::make_unique<State>()) {
    if (options.chunk < 0) throw UsageError("A chunk needs at least 1 image; 0 lets the network and its images decide.");
    const std::int64_t fixed = network->metadata().fixed_batch;
    if (fixed > 0 && options.chunk > 0 && options.chunk != fixed)
        throw UsageError("\"" + network->path() + "\" takes exactly " + std::to_string(fixed) + (fixed == 1 ? " image" : " images") +
                         " a pass, and a chunk of " + std::to_string(options.chunk) + " was asked for: leave the chunk out.");
    if (images.size() == 0) throw Error("There are no images to evaluate: choose a folder or a selection that has some.");
    state_->network = std::move(network);
    state_->device = choose_device(options.device);
    make_deterministic(state_->device);
    state_->memory_budget = options.memory_bytes ? options.memory_bytes : free_memory_bytes() / 4;
    const std::size_t most_image_bytes = std::max(always_kept_images, state_->memory_budget / 4);
    state_->images = std::make_shared<PreparedImages>(images, input, state_->device, most_image_bytes, fixed);
    for (std::size_t i = 0; i < images.size(); ++i) state_->image_numbers.push_back(std::int64_t(images.number(i)));
    state_->clipping = options.clipping;
    state_->protections = options.protections;
    state_->stacks = !options.exact && (options.stack || !state_->device.is_cpu());
    state_->exact = options.exact || state_->stacks;
    state_->batch_slots = find_batch_slots(state_->network->program());
    state_->last_reader = find_last_readers(state_->network->program(), state_->batch_slots);
    state_->initial_frame = frame_on_device(state_->network->program(), state_->device);
    state_->clip();
    with_explained_errors([&] { run_on_workers(1, {}, [&](int, const std::stop_token&) { state_->measure(options.chunk); }); });
}

Evaluator::Evaluator(std::unique_ptr<State> state) : state_(std::move(state)) {}
Evaluator::~Evaluator() = default;

std::unique_ptr<Evaluator> Evaluator::with_threshold(std::size_t site, std::optional<float> threshold) const {
    return derive(*state_, site, threshold, state_->memory_budget);
}

std::unique_ptr<Evaluator> Evaluator::derive(const State& from, std::size_t site, std::optional<float> threshold,
                                             std::size_t memory_bytes) {
    auto state = std::make_unique<State>(from);
    state->output_scales = std::make_shared<OutputScales>();  // another network's
    state->memory_budget = memory_bytes;
    if (from.protections && from.protections->at(site)) {
        SiteProtections changed = *from.protections;
        changed.sites[site]->bounds.high = {threshold.value()};
        state->protections = std::make_shared<const SiteProtections>(std::move(changed));
    } else {
        state->clipping = from.clipping.with(site, threshold);
    }
    state->clip();
    state->shared_until = state->network->structure().sites.at(site).step;
    return std::unique_ptr<Evaluator>(new Evaluator(std::move(state)));
}

std::unique_ptr<Evaluator> Evaluator::exact_twin_of(const State& of, std::size_t least_images) {
    auto state = std::make_unique<State>();
    state->network = of.network;
    state->device = of.device;
    state->memory_budget = smallest_budget;
    state->clipping = of.clipping;
    state->protections = of.protections;
    state->images = of.images;
    state->image_numbers = of.image_numbers;
    state->output_scales = of.output_scales;
    state->chunk = state->images_a_pass = of.chunk;
    state->most_images = least_images < of.image_count() ? (least_images + of.chunk - 1) / of.chunk * of.chunk : of.most_images;
    state->exact = state->is_probed = true;
    state->has_fixed_pass = of.has_fixed_pass;
    state->batch_slots = find_batch_slots(of.network->program());
    state->last_reader = find_last_readers(of.network->program(), state->batch_slots);
    state->initial_frame = frame_on_device(of.network->program(), of.device);
    state->measured = of.measured;
    state->multiplications = of.multiplications;
    state->largest_image_bytes = of.largest_image_bytes;
    state->has_clean.assign(state->initial_frame.size(), false);
    state->clip();
    state->split();
    return std::unique_ptr<Evaluator>(new Evaluator(std::move(state)));
}

std::unique_ptr<Evaluator> Evaluator::exact_twin(std::size_t least_images) const {
    return exact_twin_of(*state_, least_images);
}
bool Evaluator::is_exact() const {
    return state_->exact && !state_->stacks;
}

bool Evaluator::prepare(std::span<const std::size_t> first_parts, int threads, std::stop_token stop) {
    std::set<std::size_t> steps;
    for (std::size_t part : first_parts)
        if (const std::size_t step = state_->network->structure().parts[part].first_step; step > 0) steps.insert(step);
    for (;;) {
        try {
            if (!state_->is_probed) probe_images(threads, stop);
            if (stop.stop_requested()) return false;
            if (!state_->exact && !state_->dense_steps && !first_parts.empty())
                run_on_workers(1, stop, [&](int, const std::stop_token&) { state_->pack(); });
            CleanRun clean_run(*state_, steps, threads, first_parts.empty() ? 0 : state_->memory_budget);
            run_clean(clean_run, threads, stop);
            return !stop.stop_requested();
        } catch (...) {
            if (!is_out_of_memory(std::current_exception())) throw;
        }
        // The budget was too large for this machine at this moment.
        if (state_->memory_budget > smallest_budget)
            state_->memory_budget /= 4;
        else if (threads > 1)
            threads /= 2;
        else
            throw Error(
                "There is not enough memory to pass a chunk of images through the network: choose smaller chunks or close other programs.");
    }
}

// Images that influence each other must run in the chunks that were asked for, and nothing can be left out.
void Evaluator::probe_images(int threads, const std::stop_token& stop) {
    if (!state_->exact) with_explained_errors([&] { state_->dependent_step = find_dependent_step(*state_, threads, stop); });
    if (stop.stop_requested()) return;
    state_->is_probed = true;
    if (!state_->dependent_step) return;
    state_->exact = true;
    state_->split();
}

void Evaluator::run_clean(CleanRun& clean_run, int threads, const std::stop_token& stop) {
    with_explained_errors([&] {
        run_on_workers(1, stop, [&](int, const std::stop_token&) { clean_run.run_first(); });
        std::atomic<std::size_t> next{1};
        run_on_workers(threads, stop, [&](int, const std::stop_token& stopped) {
            for (std::size_t chunk = next++; chunk < state_->chunks.size() && !stopped.stop_requested(); chunk = next++)
                clean_run.run_other(chunk);
        });
        if (!stop.stop_requested()) clean_run.finish();
    });
}

void Evaluator::with_explained_errors(const std::function<void()>& passes) const {
    try {
        passes();
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {
        if (is_out_of_memory(std::current_exception())) throw;
        const std::size_t images = state_->chunks.empty() ? state_->chunk : state_->chunks.front().count;
        throw LibraryError(explain_first_pass(state_->network->path(), libtorch_text(error), state_->images->shape(), std::int64_t(images)),
                           error.what());
    }
}

bool Evaluator::can_sample() const {
    return !state_->exact;
}
std::size_t Evaluator::samples_at_once() const {
    constexpr std::size_t most = 9, most_copied_bytes = std::size_t(128) << 20;
    if (state_->exact || !state_->keeps_all_clean || !state_->dense_steps || state_->dense_steps->empty()) return 1;
    std::size_t bytes = 0;
    for (const NamedTensor& named : network().program().tensors()) bytes += named.tensor.nbytes();
    return std::clamp<std::size_t>(most_copied_bytes / std::max<std::size_t>(bytes, 1), 1, most);
}
std::vector<std::int64_t> Evaluator::images_answered(bool rightly) const {
    std::vector<std::int64_t> images;
    for (std::size_t i = 0; i < state_->image_count(); ++i) {
        const Verdict& verdict = state_->clean_verdicts[i];
        if ((verdict.is_finite && verdict.prediction == state_->images->labels()[i]) == rightly) images.push_back(std::int64_t(i));
    }
    return images;
}

bool Evaluator::release_memory() const {
    return state_->release_kept(0);
}
std::vector<OutputMemory> Evaluator::output_memories(std::span<const std::size_t> parts) const {
    std::vector<OutputMemory> memories;
    std::map<std::size_t, std::size_t> part_at;  // by step
    for (const std::size_t part : parts) {
        memories.push_back(output_memory(*state_, part));
        const auto [other, is_new] = part_at.try_emplace(find_output(*state_, part).step, part);
        const auto& all = network().memory_parts();
        if (!is_new && other->second != part)
            throw UsageError(all[other->second].name + " and " + all[part].name + " put out the same values: choose one of the two.");
    }
    return memories;
}
bool Evaluator::measure_outputs(std::span<const std::size_t> parts, int threads, std::stop_token stop) const {
    measure_output_scales(*state_, parts, threads, stop);
    return !stop.stop_requested();
}
const std::vector<std::int64_t>& Evaluator::image_numbers() const {
    return state_->image_numbers;
}

const Outcome& Evaluator::clean() const {
    return state_->clean;
}
std::size_t Evaluator::classes() const {
    return state_->classes;
}
std::size_t Evaluator::kept_bytes() const {
    return state_->kept_bytes;
}
std::size_t Evaluator::chunk() const {
    return state_->chunk;
}
std::optional<std::string> Evaluator::why_exact() const {
    if (state_->has_fixed_pass)
        return "\"" + state_->network->path() + "\" is made for passes of exactly " + std::to_string(chunk()) +
               (chunk() == 1 ? " image" : " images") + ": every pass runs whole.";
    if (!state_->dependent_step) return std::nullopt;
    return "The images of a pass influence each other in \"" + state_->network->path() + "\" (at " +
           network().program().steps()[*state_->dependent_step].name + "): every pass runs whole chunks of " + std::to_string(chunk()) +
           " images, which belong to the result.";
}
std::uint64_t Evaluator::multiplications_per_image() const {
    return std::accumulate(state_->multiplications.begin(), state_->multiplications.end(), std::uint64_t(0));
}
std::vector<std::size_t> Evaluator::stored(std::span<const std::size_t> parts) const {
    std::vector<std::size_t> found;
    for (const std::size_t part : parts)
        if (const auto site = network().structure().parts[part].site; !site || state_->thresholds.at(*site)) found.push_back(part);
    return found;
}
const Network& Evaluator::network() const {
    return *state_->network;
}
std::string Evaluator::device_name() const {
    return state_->device.is_cpu() ? "CPU" : state_->device.str();
}

ComputedWith Evaluator::computed_with() const {
    return {libtorch_version(), describe_device(state_->device), vector_instructions(), int(chunk())};
}

}  // namespace clipscope
