// No LibTorch header.
#pragma once

#include <string>

namespace clipscope {

// What describe_device() says of the device that "auto", "cpu" or "cuda:0" means here. Throws UsageError as choose_device() does.
std::string chosen_device_text(const std::string& name);

}  // namespace clipscope
