#include "network/bundled_networks.h"

#include <cstdlib>
#include <filesystem>

#include "common/error.h"
#include "common/program_place.h"

namespace clipscope {

namespace {

std::string networks_folder() {
    std::vector<std::filesystem::path> candidates;
    if (const char* chosen = std::getenv("CLIPSCOPE_RESOURCES")) candidates.emplace_back(chosen);
    candidates.push_back(install_prefix() / "share" / "clipscope");
    constexpr std::string_view of_the_build = CLIPSCOPE_SOURCE_RESOURCES;  // empty in a package
    if (!of_the_build.empty()) candidates.emplace_back(of_the_build);
    std::error_code ignored;
    for (const auto& candidate : candidates)
        if (std::filesystem::exists(candidate / "networks" / "lenet5.pt", ignored)) return (candidate / "networks").string();
    throw Error("The bundled networks are missing: install ClipScope again, or point CLIPSCOPE_RESOURCES to its resources folder.");
}

}  // namespace

std::vector<BundledNetwork> bundled_networks() {
    const std::string folder = networks_folder();
    return {
        {"lenet5", "LeNet-5", "A small classic: 2 convolutions and 3 linear layers, trained on Fashion-MNIST. Studies take seconds.",
         folder + "/lenet5.pt"},
        {"alexnet", "AlexNet", "The network of the FT-ClipAct paper, 5 convolutions and 3 linear layers, trained on Fashion-MNIST.",
         folder + "/alexnet.pt"},
    };
}

std::string resolve_model_path(const std::string& name) {
    constexpr std::string_view prefix = "bundled:";
    if (!name.starts_with(prefix)) return name;
    std::string known;
    for (const BundledNetwork& network : bundled_networks()) {
        if (name.substr(prefix.size()) == network.name) return network.path;
        known += (known.empty() ? "" : ", ") + std::string(prefix) + network.name;
    }
    throw UsageError("There is no bundled network \"" + name.substr(prefix.size()) + "\": choose one of " + known + ".");
}

}  // namespace clipscope
