// Results of items as bytes, for another process of a team (evaluation/item_team.h): CBOR of lists of whole numbers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "campaign/accuracy_curves.h"
#include "campaign/listed_outcome.h"
#include "faults/injection_counts.h"

namespace clipscope {

std::string to_bytes(const nlohmann::ordered_json& json);
// Throws Error where the bytes are none of the above.
nlohmann::ordered_json from_bytes(const std::string& bytes);

// [faults, images, correct, correct_argmax, top5, top5_argmax, due, sdc]
nlohmann::ordered_json trial_json(const TrialOutcome& trial);
// [layer, is_output, [bit, asked, changed], ...] for each layer; bits without a fault are left out.
nlohmann::ordered_json injection_json(const InjectionCounts& counts);
// [the trial's, unchanged, same_answer, other_answer, bits of before, bits of after]; null where there is no such number.
nlohmann::ordered_json listed_outcome_json(const ListedOutcome& outcome);

// Throw nlohmann::json::exception.
TrialOutcome read_trial(const nlohmann::ordered_json& json);
InjectionCounts read_injection(const nlohmann::ordered_json& json);
ListedOutcome read_listed_outcome(const nlohmann::ordered_json& json);

}  // namespace clipscope
