#include "labs/lab.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

#include "common/error.h"
#include "common/named_values.h"
#include "common/sha256.h"
#include "common/text_list.h"
#include "network/bundled_networks.h"

namespace clipscope {
namespace {

constexpr std::array bundled_names{"one-bit", "which-layer", "clip-it", "how-sure", "eight-bits"};

const char* name_of(LabQuantity quantity) {
    switch (quantity) {
        case LabQuantity::accuracy:
            return "accuracy";
        case LabQuantity::lowest:
            return "lowest";
        case LabQuantity::highest:
            return "highest";
        case LabQuantity::spread:
            return "spread";
        case LabQuantity::interval:
            return "interval";
        case LabQuantity::silent:
            return "silent";
        case LabQuantity::detected:
            return "detected";
        case LabQuantity::faults:
            return "faults";
        case LabQuantity::clean:
            return "clean";
        case LabQuantity::auc:
            return "auc";
        case LabQuantity::weakest:
            return "weakest";
        case LabQuantity::strongest:
            return "strongest";
        case LabQuantity::worst_point:
            return "worst point";
        case LabQuantity::act_max:
            return "act_max";
        case LabQuantity::threshold:
            return "threshold";
        case LabQuantity::auc_before:
            return "auc_before";
        case LabQuantity::auc_after:
            return "auc_after";
        case LabQuantity::best_threshold:
            return "best threshold";
        case LabQuantity::before:
            return "before";
        case LabQuantity::after:
            return "after";
        case LabQuantity::changed:
            return "changed";
    }
    return nullptr;
}

}  // namespace

std::string to_string(LabQuantity quantity) {
    return name_of(quantity);
}

LabQuantity lab_quantity_from_string(const std::string& text) {
    if (const auto quantity = value_named<LabQuantity>(text, name_of)) return *quantity;
    throw UsageError("'" + text + "' is nothing that a lab can read off results: choose " + names_of_all<LabQuantity>(name_of) + ".");
}

bool is_name(LabQuantity quantity) {
    return quantity == LabQuantity::weakest || quantity == LabQuantity::strongest;
}

int Lab::step_named(const std::string& step_title) const {
    const auto found = std::ranges::find(steps, step_title, &LabStep::title);
    return found == steps.end() ? -1 : int(found - steps.begin());
}

std::vector<std::string> bundled_labs() {
    const std::filesystem::path networks(bundled_networks().front().path);
    std::vector<std::string> files;
    for (const char* name : bundled_names) {
        const auto file = networks.parent_path().parent_path() / "labs" / (std::string(name) + ".json");
        if (std::filesystem::exists(file)) files.push_back(file.string());
    }
    return files;
}

std::uint64_t lab_seed(const std::string& lab, const std::string& student) {
    Sha256 hash;
    const std::string text = lab + "\n" + lower_case(trimmed(student));
    hash.add(std::as_bytes(std::span(text)));
    // Few enough digits to be read out, and to be compared with what stands in the form.
    constexpr std::uint64_t seeds = 1'000'000;
    return 1 + std::stoull(hash.digest().substr(0, 12), nullptr, 16) % seeds;
}

JobSettings job_of(const LabStep& step, std::uint64_t seed) {
    JobSettings settings = step.job.value();
    settings.seed = seed;
    return settings;
}

}  // namespace clipscope
