#include "common/scratch_folder.h"

#include <cstdlib>

#include "common/error.h"

namespace clipscope {

ScratchFolder::ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clipscope-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw Error("No folder for passing files can be made in '" + pattern + "': make room there.");
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace clipscope
