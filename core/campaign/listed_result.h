// The results of a list of faults as plain values, as CSV and as JSON: from a running job and from a study alike.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "campaign/listed_outcome.h"
#include "faults/fault_list.h"

namespace clipscope {

// A faulty bit by name.
struct ListedBit {
    std::string layer;          // "CONV-1"
    std::string parameter;      // "features.0.weight"
    std::uint64_t element = 0;  // row-major
    int bit = 0;                // 0 = least significant
};
std::vector<ListedBit> listed_bits(const ListedTrial& trial, const std::vector<LayerInfo>& parts);

struct ListedResult {
    std::string name;  // as ListedTrial's
    std::size_t line = 0;
    std::vector<ListedBit> bits;
    ListedOutcome outcome;
};

// One line for each result below a header; layer, parameter, element, bit, before and after only of single faults.
std::string listed_csv(std::span<const ListedResult> results);

// The same as an object, with "bits", a list of {"layer", "parameter", "element", "bit"}; a number that is not finite is null.
nlohmann::ordered_json listed_json(const ListedResult& result);

// What a list came to. A trial is what it does to the image that it harms most.
struct ListedTotals {
    std::int64_t trials = 0;
    std::int64_t unchanged = 0;     // every logit of every image as without faults
    std::int64_t same_answers = 0;  // no image with another answer, but some other logits
    std::int64_t other_answers = 0;
    std::int64_t other_answer_images = 0;
    std::int64_t nonfinite_images = 0;
    std::int64_t image_evaluations = 0;

    void add(const ListedOutcome& outcome);
};
// "trials", "unchanged", "same_answers", "other_answers", "other_answer_share", "nonfinite_share".
nlohmann::ordered_json totals_json(const ListedTotals& totals);

}  // namespace clipscope
