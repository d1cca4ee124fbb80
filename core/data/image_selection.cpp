#include "data/image_selection.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <utility>

#include "common/counter_random.h"
#include "common/error.h"

namespace clipscope {

namespace {

std::vector<std::size_t> candidates(std::size_t size, std::span<const std::size_t> excluded) {
    std::vector<std::size_t> positions;
    positions.reserve(size);
    auto next_excluded = excluded.begin();
    for (std::size_t i = 0; i < size; ++i) {
        while (next_excluded != excluded.end() && *next_excluded < i) ++next_excluded;
        if (next_excluded == excluded.end() || *next_excluded != i) positions.push_back(i);
    }
    return positions;
}

// How many of `count` images each class gets: its exact share rounded down, what is left over by largest remainder, the lower class first.
std::vector<std::size_t> class_shares(const std::vector<std::vector<std::size_t>>& classes, std::size_t total, std::size_t count) {
    std::vector<std::size_t> shares;
    std::vector<std::pair<std::size_t, std::size_t>> remainders;  // of the division by total; class
    for (std::size_t c = 0; c < classes.size(); ++c) {
        shares.push_back(count * classes[c].size() / total);
        remainders.emplace_back(count * classes[c].size() % total, c);
    }
    std::stable_sort(remainders.begin(), remainders.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    const std::size_t left_over = count - std::accumulate(shares.begin(), shares.end(), std::size_t(0));
    for (std::size_t i = 0; i < left_over; ++i) ++shares[remainders[i].second];
    return shares;
}

// Every image has a random rank of its own and the lowest ranks of a class are taken: a larger sample of a class contains the smaller one.
void keep_sample(std::vector<std::size_t>& positions, std::size_t share, const CounterRandom& random) {
    std::vector<std::pair<std::uint64_t, std::size_t>> ranked;
    ranked.reserve(positions.size());
    for (const std::size_t position : positions) ranked.emplace_back(random.block({position, 0, 0, 0})[0], position);
    std::sort(ranked.begin(), ranked.end());
    positions.clear();
    for (std::size_t i = 0; i < share; ++i) positions.push_back(ranked[i].second);
}

std::vector<std::size_t> sample(const Dataset& dataset, const std::vector<std::size_t>& from, std::size_t count, std::uint64_t seed) {
    std::vector<std::vector<std::size_t>> classes(dataset.class_names().size());
    for (const std::size_t position : from) classes[static_cast<std::size_t>(dataset.label(position))].push_back(position);
    const std::vector<std::size_t> shares = class_shares(classes, from.size(), count);
    const CounterRandom random(seed, RandomDomain::image_selection);
    std::vector<std::size_t> chosen;
    chosen.reserve(count);
    for (std::size_t c = 0; c < classes.size(); ++c) {
        keep_sample(classes[c], shares[c], random);
        chosen.insert(chosen.end(), classes[c].begin(), classes[c].end());
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace

ImageSelection ImageSelection::parse(const std::string& text) {
    if (text == "all") return {};
    std::string_view number = text;
    ImageSelection selection;
    if (number.starts_with("first:")) {
        selection.first = true;
        number.remove_prefix(std::string_view("first:").size());
    }
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), selection.count);
    if (error != std::errc() || end != number.data() + number.size() || selection.count == 0) {
        throw UsageError("'" + text + "' does not say which images to take; give a number from 1 up (1000), first:1000 or all.");
    }
    return selection;
}

std::string ImageSelection::to_string() const {
    if (count == 0) return "all";
    return (first ? "first:" : "") + std::to_string(count);
}

std::vector<std::size_t> select_images(const Dataset& dataset, const ImageSelection& selection, std::uint64_t seed,
                                       std::span<const std::size_t> excluded) {
    std::vector<std::size_t> positions = candidates(dataset.size(), excluded);
    if (selection.count == 0 || selection.count >= positions.size()) return positions;
    if (!selection.first) return sample(dataset, positions, selection.count, seed);
    positions.resize(selection.count);
    return positions;
}

}  // namespace clipscope
