// How a network is protected against faults, as people write it: "none", "clip", "range-channel", "guard", "sec-ded-39-32", "guard+clip",
// "sec-ded-39-32@FC-1/CONV-2" (method.md, "Protections"). A plus joins what stands together: any number of protections of different layers'
// words, and one of activations.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace clipscope {

// A value, told by its text alone: as JSON, CSV, a study and the command line spell it.
struct Protection {
    std::string id = "none";

    static const Protection none;
    static const Protection clip_actmax;  // "clip-actmax": the paper's step 2
    static const Protection clip_tuned;   // "clip-tuned": its step 3

    friend auto operator<=>(const Protection&, const Protection&) = default;
};

inline const Protection Protection::none{};
inline const Protection Protection::clip_actmax{"clip-actmax"};
inline const Protection Protection::clip_tuned{"clip-tuned"};

std::string to_string(const Protection& protection);
Protection protection_from_string(const std::string& text);  // throws UsageError that names what there is

// "none,clip,guard+clip": each once, in the order written. Throws UsageError.
std::vector<Protection> protections_from_list(const std::string& text);

// How many values share one bound.
enum class Granularity { layer, channel, neuron };
std::string to_string(Granularity granularity);  // "channel"

// The parts of a protection.
struct ActivationChoice {
    std::string kind;  // in activation_kinds(): "clip"
    Granularity granularity = Granularity::layer;
    bool is_tuned = false;           // at thresholds that a search found; otherwise at the bounds of a profile
    std::vector<std::string> sites;  // their names; none: all
};
struct MemoryChoice {
    std::string name;                 // of one of memory_protections(): "tmr-30"
    std::vector<std::string> layers;  // names of parts of the memory; none: all that no other one is for
};
struct ProtectionParts {
    std::optional<ActivationChoice> activation;
    std::vector<MemoryChoice> memory;
};
ProtectionParts parts_of(const Protection& protection);  // throws UsageError

// What it stores beside the words, and where, as a text: protections of one text have the same faulty bits in every trial. Empty: nothing.
std::string check_words_of(const Protection& protection);

// What a protection costs, beside clean accuracy.
struct ProtectionPrice {
    double storage_percent = 0;     // bits stored beside those of the network's layers, of these
    double operations_percent = 0;  // elementary operations for each image, of the network's multiplications

    friend bool operator==(const ProtectionPrice&, const ProtectionPrice&) = default;
};

// A protection of each kind, as people choose them from a list.
struct ProtectionExample {
    std::string id;       // "clip-channel", "tmr-30"
    std::string summary;  // one line: what it does
};
std::vector<ProtectionExample> protection_examples();
// Those of stored words alone, without "none".
std::vector<ProtectionExample> memory_protection_examples();

// The network with each layer's words protected by the name beside it: what is the same of all `layers` names none of them. Names that are
// empty protect nothing; all empty: "none".
struct ProtectedLayer {
    std::string layer;  // "FC-1"
    std::string name;   // "sec-ded-39-32"
};
Protection protection_of_layers(const std::vector<ProtectedLayer>& layers);

// A line each, of a name and what it does, for people.
std::string protections_help();

}  // namespace clipscope
