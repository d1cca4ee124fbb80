// The pilot: which stored bits are critical, measured by flips of single bits before a job's own trials (method.md, "Estimates"). What it
// finds decides how trials are drawn, never what they estimate: an unlucky pilot costs time, no truth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "campaign/pilot_cells.h"
#include "evaluation/evaluator.h"
#include "evaluation/item_team.h"
#include "faults/critical_bits.h"

namespace clipscope {

struct PilotSettings {
    int threads = 1;
    std::function<void(std::int64_t done, std::int64_t total)> progress{};  // trials; by one thread at a time; the total grows
    ItemTeam* team = nullptr;                                               // that runs the trials together; null: this process alone
};

// Flips, in a few trials of a few images each, one bit of every position of a word at once, each in another value of the sign; where
// answers are lost, one half of the positions and the other apart, down to single positions, which get more trials. A pure function of
// network, memory and images: no job's seed enters, so all jobs may share it. The evaluator is prepared for these parts. Nothing where it
// was stopped.
std::optional<BitPilot> run_bit_pilot(const Evaluator& evaluator, std::span<const std::size_t> parts, const MemorySigns& signs,
                                      const PilotSettings& settings, std::stop_token stop);

// The class whose hits explain most of what differs between trials with faults in the scope: of the cells in the order of their loss those
// that bring (sum of bits times loss) squared over the sum of bits to its greatest. None where that explains less than a tenth.
SignMasks choose_critical_cells(const BitPilot& pilot, const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope);

}  // namespace clipscope
