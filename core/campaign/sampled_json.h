// Designs, sampled trials and pilots as JSON: in result files and in studies alike.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "campaign/bit_pilot.h"
#include "campaign/sampled_point.h"

namespace clipscope {

// {"critical_bits", "fault_free", "right_images", "strata": [{"low", "high", "weight"}]}; "high" null: or more.
nlohmann::ordered_json design_json(const SamplingDesign& design);

// [faults, then images, correct, correct_argmax, top5, top5_argmax, due, sdc of: the images answered rightly, the others, and the clean
// network's on the same two].
nlohmann::ordered_json sample_json(const SampledTrial& trial);

// {"trials", "image_evaluations", "cells": [{"layer", "negative", "bit", "bits", "trials", "loss"}]}
nlohmann::ordered_json pilot_json(const BitPilot& pilot);

// Throw nlohmann::json::exception where a field is missing or of another type, Error where numbers are impossible.
SamplingDesign read_design(const nlohmann::ordered_json& json);
SampledTrial read_sample(const nlohmann::ordered_json& json);
BitPilot read_pilot(const nlohmann::ordered_json& json);

}  // namespace clipscope
