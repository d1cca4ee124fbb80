#include "campaign/bit_pilot.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <tuple>

#include "campaign/item_bytes.h"
#include "common/counter_random.h"
#include "evaluation/item_workers.h"

namespace clipscope {
namespace {

constexpr int trials_a_group = 2;
constexpr int trials_a_bit = 8;  // of one that lost answers
constexpr std::int64_t images_a_trial = 12;
constexpr double least_explained = 0.1;

// Bit positions low ... high - 1 of the values of one sign in one part.
struct Group {
    std::size_t part = 0;
    bool is_negative = false;
    int low = 0;
    int high = 0;
    int first_trial = 0;
    int trials = 0;
    double loss = 0;  // sum over trials
};

class Pilot {
public:
    Pilot(const Evaluator& evaluator, const MemorySigns& signs, const PilotSettings& settings)
        : evaluator_(evaluator),
          parts_(evaluator.network().memory_parts()),
          signs_(signs),
          settings_(settings),
          right_(evaluator.images_answered(true)) {}

    std::optional<BitPilot> run(std::span<const std::size_t> parts, const std::stop_token& stop) {
        std::vector<Group> groups;
        for (const std::size_t part : parts)
            for (const bool negative : {false, true}) add_cells(part, negative, groups);
        if (right_.empty()) groups.clear();  // nothing can be lost
        while (!groups.empty()) {
            if (!measure(groups, stop)) return std::nullopt;
            groups = next(groups);
        }
        return BitPilot{cells(), done_, image_evaluations_};
    }

private:
    using CellKey = std::tuple<std::size_t, bool, int>;
    struct Cell {
        PilotCell found;
        CriticalBits bits;  // that it stands for
    };

    CriticalBits bits_of(std::size_t part, bool negative, int bit) const {
        SignMasks mask;
        mask[part][std::size_t(negative)] = std::uint32_t(1) << bit;
        return {parts_, std::span(&part, 1), signs_, mask};
    }

    void add_cells(std::size_t part, bool negative, std::vector<Group>& groups) {
        int highest = 0;
        for (const ParameterInfo& info : parts_[part].parameters) highest = std::max(highest, info.word_bits);
        bool has_bits = false;
        for (int bit = 0; bit < highest; ++bit) {
            const CriticalBits bits = bits_of(part, negative, bit);
            if (bits.count() == 0) continue;
            cells_[{part, negative, bit}] = {{parts_[part].name, negative, bit, bits.count(), 0, 0}, bits};
            has_bits = true;
        }
        if (!has_bits) return;
        groups.push_back({part, negative, 0, highest / 2, 0, trials_a_group});
        groups.push_back({part, negative, highest / 2, highest, 0, trials_a_group});
    }

    // One bit of each position, in a value of the part drawn for each.
    TrialFaults flips(const Group& group, int trial) const {
        const CounterRandom random(0, RandomDomain::pilot);
        std::map<ParameterPlace, std::vector<std::uint64_t>> positions;
        for (int bit = group.low; bit < group.high; ++bit) {
            const auto cell = cells_.find({group.part, group.is_negative, bit});
            if (cell == cells_.end()) continue;
            const double u = unit_interval(random.block(
                {fnv1a_64(parts_[group.part].name), std::uint64_t(group.is_negative), std::uint64_t(bit), std::uint64_t(trial)})[0]);
            const auto [parameter, position] = cell->second.bits.bit(std::int64_t(u * double(cell->second.bits.count())));
            positions[parameter].push_back(position);
        }
        TrialFaults faults;
        add_faulty_bits(positions, faults);
        return faults;
    }

    // Share of the sampled images that are no longer answered rightly.
    std::optional<double> loss_of(TrialRunner& runner, const Group& group, int trial, const std::stop_token& stop) const {
        const TrialFaults faults = flips(group, trial);
        if (!evaluator_.can_sample()) {
            const auto outcome = runner.run(faults, 1, stop);
            if (!outcome) return std::nullopt;
            return std::max(double(evaluator_.clean().correct - outcome->correct), 0.0) / double(std::max(evaluator_.clean().correct, 1));
        }
        const std::uint64_t key = fnv1a_64(parts_[group.part].name) ^ std::uint64_t(trial) << 32 ^ std::uint64_t(group.low) << 8 ^
                                  std::uint64_t(group.high) << 1 ^ std::uint64_t(group.is_negative);
        const std::int64_t count = sampled();
        ImageSample images;
        for (const std::int64_t place : draw_sample(0, key, 0, std::int64_t(right_.size()), count))
            images.right.push_back(right_[std::size_t(place)]);
        const auto outcome = runner.run_sample(faults, 1, images, stop);
        if (!outcome) return std::nullopt;
        return 1 - double(outcome->right.correct) / double(count);
    }

    std::int64_t sampled() const { return std::min(images_a_trial, std::int64_t(right_.size())); }

    bool measure(std::vector<Group>& groups, const std::stop_token& stop) {
        struct Item {
            std::size_t group;
            int trial;
        };
        std::vector<Item> items;
        for (std::size_t i = 0; i < groups.size(); ++i)
            for (int trial = 0; trial < groups[i].trials; ++trial) items.push_back({i, groups[i].first_trial + trial});
        total_ += std::int64_t(items.size());
        std::vector<double> losses(items.size(), 0);
        std::mutex mutex;
        const auto keep = [&](std::size_t item, double loss) {
            losses[item] = loss;
            const std::lock_guard lock(mutex);
            ++done_;
            image_evaluations_ += evaluator_.can_sample() ? sampled() : std::int64_t(evaluator_.clean().images);
            if (settings_.progress) settings_.progress(done_, total_);
        };
        const auto make_task = [&]() -> ItemTask {
            return [&, runner = std::make_shared<TrialRunner>(evaluator_)](std::size_t item, const std::stop_token& stopped) {
                const std::optional<double> loss = loss_of(*runner, groups[items[item].group], items[item].trial, stopped);
                if (!loss) return;
                keep(item, *loss);
            };
        };
        const ItemExchange exchange{.take = [&](std::size_t item) { return to_bytes(losses[item]); },
                                    .put = [&](std::size_t item, const std::string& bytes) { keep(item, from_bytes(bytes).get<double>()); },
                                    .is_for_all = true};
        run_items({items.size(), make_task, [&] { return evaluator_.release_memory(); }, settings_.team, exchange}, settings_.threads,
                  stop);
        if (stop.stop_requested()) return false;
        for (std::size_t i = 0; i < items.size(); ++i) groups[items[i].group].loss += losses[i];
        return true;
    }

    // Notes what these groups say of their cells, and makes the groups that must be looked at more closely.
    std::vector<Group> next(const std::vector<Group>& groups) {
        std::vector<Group> closer;
        for (const Group& group : groups) {
            const bool is_single = group.high - group.low == 1;
            if (is_single || group.loss == 0) {
                for (int bit = group.low; bit < group.high; ++bit) {
                    const auto cell = cells_.find({group.part, group.is_negative, bit});
                    if (cell == cells_.end()) continue;
                    cell->second.found.loss += group.loss;  // a mean at the end
                    cell->second.found.trials += group.trials;
                }
                if (is_single && group.loss > 0 && group.first_trial == 0)
                    closer.push_back({group.part, group.is_negative, group.low, group.high, group.trials, trials_a_bit - group.trials});
                continue;
            }
            const int middle = (group.low + group.high) / 2;
            closer.push_back({group.part, group.is_negative, group.low, middle, 0, trials_a_group});
            closer.push_back({group.part, group.is_negative, middle, group.high, 0, trials_a_group});
        }
        return closer;
    }

    std::vector<PilotCell> cells() const {
        std::vector<PilotCell> cells;
        for (const auto& [key, cell] : cells_) {
            cells.push_back(cell.found);
            if (cell.found.trials > 0) cells.back().loss /= cell.found.trials;
        }
        return cells;
    }

    const Evaluator& evaluator_;
    const std::vector<LayerInfo>& parts_;
    const MemorySigns& signs_;
    const PilotSettings& settings_;
    const std::vector<std::int64_t> right_;
    std::map<CellKey, Cell> cells_;
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
    std::int64_t image_evaluations_ = 0;
};

}  // namespace

BitPilot joined(const BitPilot& first, const BitPilot& second) {
    BitPilot both = first;
    both.cells.insert(both.cells.end(), second.cells.begin(), second.cells.end());
    both.trials += second.trials;
    both.image_evaluations += second.image_evaluations;
    return both;
}

std::optional<BitPilot> run_bit_pilot(const Evaluator& evaluator, std::span<const std::size_t> parts, const MemorySigns& signs,
                                      const PilotSettings& settings, std::stop_token stop) {
    return Pilot(evaluator, signs, settings).run(parts, stop);
}

SignMasks choose_critical_cells(const BitPilot& pilot, const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope) {
    std::map<std::string, std::size_t> part_of;
    for (const std::size_t part : scope) part_of[parts[part].name] = part;
    std::vector<const PilotCell*> cells;
    double all = 0;  // of the squared losses of single faults
    for (const PilotCell& cell : pilot.cells) {
        if (!part_of.contains(cell.layer) || cell.loss <= 0) continue;
        cells.push_back(&cell);
        all += double(cell.bits) * cell.loss * cell.loss;
    }
    std::stable_sort(cells.begin(), cells.end(),
                     [](const PilotCell* first, const PilotCell* second) { return first->loss > second->loss; });
    double bits = 0;
    double loss = 0;
    double best = 0;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        bits += double(cells[i]->bits);
        loss += double(cells[i]->bits) * cells[i]->loss;
        if (loss * loss / bits <= best) continue;
        best = loss * loss / bits;
        chosen = i + 1;
    }
    SignMasks masks;
    constexpr double least_loss = 0.1;  // a class that takes hardly any answers explains nothing worth strata
    if (best < least_explained * all || (chosen > 0 && cells.front()->loss < least_loss)) return masks;
    for (std::size_t i = 0; i < chosen; ++i)
        masks[part_of.at(cells[i]->layer)][std::size_t(cells[i]->is_negative)] |= std::uint32_t(1) << cells[i]->bit;
    return masks;
}

}  // namespace clipscope
