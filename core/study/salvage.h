// Saves what is left of a damaged study.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace clipscope {

struct SalvageReport {
    std::string output;
    std::int64_t jobs = 0;
    std::int64_t trials = 0;
    std::int64_t measurements = 0;    // histograms, sweep points, search steps, thresholds
    std::int64_t damaged = 0;         // rows that were found but hold something else than was written
    std::vector<std::string> unread;  // tables of which a part cannot be read

    // One or two sentences for people.
    std::string text() const;
};

// Whether the file begins as a study does, damaged or not.
bool looks_like_study(const std::string& path);

// Reads a copy of the file row by row, as far as SQLite can, and writes every undamaged row to a new study. The damaged file stays as it
// is. Throws StudyDamagedError where nothing can be read at all, Error where `output` is there already or cannot be written.
SalvageReport salvage_study(const std::string& path, const std::string& output);

}  // namespace clipscope
