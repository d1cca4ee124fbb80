#include "common/scratch_folder.h"

#include <cstdlib>

#include "common/error.h"

namespace clipscope {

ScratchFolder::ScratchFolder() {
    const std::filesystem::path place = std::filesystem::temp_directory_path();
    std::string pattern = (place / "clipscope-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        throw Error("No folder for temporary files can be made in '" + place.string() +
                    "': make room there, or set TMPDIR to another place.");
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace clipscope
