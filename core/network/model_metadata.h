// What ClipScope's own files say about themselves, as JSON in a record of the archive. No LibTorch.
#pragma once

#include <string>

#include "network/network.h"

namespace clipscope {

inline constexpr const char* metadata_record = "clipscope.json";  // among the extra files

std::string to_json(const ModelMetadata& metadata);
// Empty for an empty text. Throws Error with a clause that completes "PATH cannot be opened: ...".
ModelMetadata metadata_from_json(const std::string& text);

// A checkpoint may hold several networks, "Parameters under state_dict are used; the file has others under state_dict_ema"; empty
// where it does not.
std::string other_states_text(const ModelMetadata& metadata);

}  // namespace clipscope
