#include "architecture_choice.h"

#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "campaign/variant_choice.h"
#include "network/bundled_networks.h"
#include "network/formats/parameters_alone.h"
#include "network/network.h"

namespace clipscope::cli {

std::string chosen_architecture(const InputOptions& options) {
    if (!options.architecture.empty()) return options.architecture;
    const std::string path = resolve_model_path(options.model);
    if (!may_be_parameters_alone(path)) return {};
    static std::map<std::pair<std::string, std::string>, std::string> known;  // by model and images
    const auto [entry, is_new] = known.try_emplace({options.model + " " + options.state_key, options.data});
    if (!is_new) return entry->second;
    const auto network = Network::load(path, {}, options.state_key);
    const std::vector<std::string> variants = possible_variants(*network);
    if (variants.empty()) return {};
    const Dataset images = variant_images(data_folder(options.data), split_from_string(options.split), options.picture_size);
    const auto trials = try_variants(*network, variants, images, chosen_normalization(options.normalization), 0, {});
    if (trials.empty()) return {};
    std::fprintf(stderr, "clipscope-cli: The parameters in '%s' fit several networks: %s; the first is taken (--arch).\n",
                 options.model.c_str(), to_string(trials).c_str());
    return entry->second = trials.front().architecture;
}

}  // namespace clipscope::cli
