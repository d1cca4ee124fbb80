// The settings of a job as far as results depend on them. Only core/study includes this.
#pragma once

#include <string>

#include "study/job_settings.h"

namespace clipscope {

// As to_json(), without what two machines may call by other names (the files of model, images and list; the list's SHA-256 stays) and
// without what results do not depend on.
std::string comparable_settings(const JobSettings& settings);

// The SHA-256 of that. 64 hexadecimal digits.
std::string settings_digest(const JobSettings& settings);

// The same of any JSON object with such fields; empty where it is none.
std::string comparable_json(const std::string& json);

}  // namespace clipscope
