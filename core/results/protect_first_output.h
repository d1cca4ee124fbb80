// What to protect first as files take it away, and as the contestant of a duel. Pure functions. Accuracies are fractions of the images,
// storage is in percent of the network's bits.
#pragma once

#include <cstddef>
#include <string>

#include "campaign/protect_first.h"

namespace clipscope {

// A row a step: step, name, storage_percent, mean_fraction, ci95_low_fraction, ci95_high_fraction, gain_share. Step 0 is the unprotected
// network.
std::string protect_first_csv(const ProtectFirst& found);

// One object, "kind" "protect-first", with the settings that matter and every step.
std::string protect_first_json(const ProtectFirst& found);

// The first `count` steps together beside the unprotected network, as a duel takes its contestants: "none,sec-ded-39-32@FC-1/CONV-2",
// "none,tmr-30-31". Empty without steps.
std::string duel_of_steps(const ProtectFirst& found, std::size_t count);

}  // namespace clipscope
