#include "campaign/variant_choice.h"

#include <algorithm>

#include "campaign/job_inputs.h"
#include "common/error.h"
#include "common/number_text.h"
#include "data/seen_image.h"
#include "evaluation/clean_answers.h"
#include "network/architectures/architecture_error.h"
#include "network/architectures/architecture_variants.h"

namespace clipscope {

namespace {

constexpr double little_difference = 0.02;
constexpr std::size_t most_named = 4;

double accuracy(const std::shared_ptr<const Network>& network, const Dataset& images, const InputFormat& input, int threads,
                std::stop_token stop) {
    const std::vector<Answer> answers = clean_answers(network, images, input, resolve_threads(threads), "cpu", std::move(stop));
    std::size_t right = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) right += answers[i].prediction == images.label(i);
    return images.size() == 0 ? 0 : double(right) / double(images.size());
}

}  // namespace

Dataset variant_images(const std::string& folder, Split split, const PictureSize& size) {
    const std::vector<Split> splits = available_splits(folder);
    return open_dataset(folder, std::ranges::count(splits, Split::train) > 0 ? Split::train : split, size);
}

std::vector<std::string> possible_variants(const Network& network) {
    const ModelMetadata& metadata = network.metadata();
    // What ClipScope trained or hardened says how its input is normalised; bare parameters never do.
    if (metadata.architecture.empty() || metadata.normalization) return {};
    std::vector<std::string> possible;
    for (const std::string& name : architecture_variants(metadata.architecture)) {
        try {
            if (name == metadata.architecture || Network::load(network.path(), name, metadata.state_key)->metadata().architecture == name)
                possible.push_back(name);
        } catch (const ArchitectureError&) {
        } catch (const UsageError&) {
            return {};  // no bare parameters after all
        }
    }
    return possible.size() < 2 ? std::vector<std::string>{} : possible;
}

std::vector<VariantTrial> try_variants(const Network& network, const std::vector<std::string>& variants, const Dataset& images,
                                       const std::optional<Normalization>& asked, int threads, std::stop_token stop) {
    const Dataset some = images.subset(spread_positions(images, images_for_variants));
    std::vector<VariantTrial> trials;
    for (const std::string& name : variants) {
        const auto variant = Network::load(network.path(), name, network.metadata().state_key);
        std::optional<InputFormat> input;
        try {
            input = resolve_input_format(*variant, some, asked);
        } catch (const UsageError&) {
            throw;
        } catch (const Error&) {
            continue;  // of another size than these images
        }
        trials.push_back({name, accuracy(variant, some, *input, threads, stop), some.size()});
        if (stop.stop_requested()) return {};
    }
    const auto is_better = [](const VariantTrial& a, const VariantTrial& b) { return a.accuracy > b.accuracy; };
    double best = 0;
    for (const VariantTrial& trial : trials) best = std::max(best, trial.accuracy);
    const auto chosen = std::ranges::find_if(trials, [&](const VariantTrial& trial) { return trial.accuracy >= best - little_difference; });
    if (chosen == trials.end()) return trials;
    std::rotate(trials.begin(), chosen, chosen + 1);
    std::stable_sort(trials.begin() + 1, trials.end(), is_better);
    return trials;
}

std::string to_string(const std::vector<VariantTrial>& trials) {
    std::string text;
    for (std::size_t i = 0; i < std::min(trials.size(), most_named); ++i) {
        const std::string percent = fixed_text(100 * trials[i].accuracy, 1) + " %";
        text += i == 0 ? trials[i].architecture + " recognises " + percent + " of " + std::to_string(trials[i].images) + " images"
                       : ", " + trials[i].architecture + " " + percent;
    }
    return trials.size() <= most_named ? text : text + ", ...";
}

}  // namespace clipscope
