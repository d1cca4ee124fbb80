// The networks that come with ClipScope, so that everything works with nothing else at hand.
#pragma once

#include <string>
#include <vector>

namespace clipscope {

struct BundledNetwork {
    std::string name;         // "lenet5": what --model bundled:NAME takes
    std::string title;        // "LeNet-5"
    std::string description;  // one sentence for people
    std::string path;         // of its .pt file
};

// LeNet-5 and AlexNet, trained on Fashion-MNIST. Found in $CLIPSCOPE_RESOURCES, beside the installed program (../share/clipscope) or in the
// source tree the program was built from; throws Error where none of these has them.
std::vector<BundledNetwork> bundled_networks();

// `name` is a file path or "bundled:NAME"; returns the file path. Throws UsageError naming the bundled ones on an unknown NAME.
std::string resolve_model_path(const std::string& name);

}  // namespace clipscope
