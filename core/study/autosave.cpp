#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "common/error.h"
#include "study/study.h"
#include "study/study_contents.h"

namespace clipscope {
namespace {

namespace fs = std::filesystem;

// As the XDG Base Directory Specification has it, for what survives a restart but is no document.
fs::path state_folder() {
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && fs::path(state).is_absolute()) return state;
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? fs::path(home) / ".local" / "state" : fs::temp_directory_path();
}

}  // namespace

std::string autosave_folder() {
    const fs::path folder = state_folder() / "clipscope";
    std::error_code error;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder, error))
        throw Error("There is no place for unnamed studies: the folder '" + folder.string() + "' cannot be made.");
    return folder.string();
}

std::string new_autosave_path() {
    std::string stem = "unnamed " + now_text();
    std::replace(stem.begin(), stem.end(), ':', '-');
    const fs::path folder = autosave_folder();
    fs::path path = folder / (stem + ".clipscope");
    for (int number = 2; fs::exists(path); ++number) path = folder / (stem + " " + std::to_string(number) + ".clipscope");
    return path.string();
}

std::vector<std::string> abandoned_autosaves() {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(autosave_folder()))
        if (entry.path().extension() == ".clipscope" && !WriterLock::is_held(entry.path().string())) found.push_back(entry.path());
    const auto time = [](const fs::path& path) {
        std::error_code error;
        return fs::last_write_time(path, error);
    };
    std::sort(found.begin(), found.end(), [&](const fs::path& a, const fs::path& b) { return time(a) > time(b); });
    std::vector<std::string> paths;
    for (const fs::path& path : found) paths.push_back(path.string());
    return paths;
}

}  // namespace clipscope
