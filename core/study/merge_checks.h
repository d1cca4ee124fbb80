// Which jobs of two studies are the same one. Only core/study includes this.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "study/study.h"

namespace clipscope {

// A study that is to be merged, as far as its jobs go.
struct MergePart {
    std::string path;
    std::vector<JobRecord> jobs;
    std::vector<std::string> campaigns;  // of each: what its results were computed with and so on, as JSON; empty before
    std::vector<std::string> resolved;   // of each: what it found out for itself, as JSON
};

MergePart read_part(const std::string& path);

// For each job of the part the place of the same one in `first`. Throws Error, one sentence, where there is none, or where its model, its
// images, its version or what it was computed with are others.
std::vector<std::size_t> places_in(const MergePart& first, const MergePart& part);

// What the part knows of its jobs and `first`, which it was compared with, does not yet: those that come after are compared with that, too.
void add_knowledge(MergePart& first, const MergePart& part, const std::vector<std::size_t>& places);

// Equal but for what a machine calls its files.
bool is_same_campaign(const std::string& first, const std::string& second);

}  // namespace clipscope
