// What a student hands in: one zip archive with the work (hand-in.json), the study and its figures, and hashes of them all.
#pragma once

#include <map>
#include <string>

#include "labs/lab.h"
#include "labs/lab_work.h"
#include "study/study.h"

namespace clipscope {

// Files to lie in it beside work and study, by their names there: "figures/accuracy.svg".
using HandInFiles = std::map<std::string, std::string>;

// Replaces what is at `path`, whole or not at all. `study`: null where nothing was run. Throws Error.
void write_hand_in(const std::string& path, const LabWork& work, const Study* study, const HandInFiles& figures);

struct HandIn {
    LabWork work;
    std::string versions;  // "ClipScope 0.2.0, LibTorch 1.13.1"
    std::string changed;   // the first part that is not as it was written: "hand-in.json", "study.clipscope"; empty: none is
    std::string study;     // the file's bytes; empty where nothing was run
};

// Throws Error, one sentence, where it is no hand-in of this lab or damaged as an archive.
HandIn read_hand_in(const std::string& path, const Lab& lab);

}  // namespace clipscope
