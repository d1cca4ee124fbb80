// Lists of faults: exactly these bits are faulty, together in one trial or one by one. In a file of two forms:
//   layer,rate,trial,parameter,element,bit    what --faults-out writes; layer, rate and trial may be missing. The parameter of a
//                                             computed value is ACT-1.out@17: the output, and the image's number in the data set
//   Injection,Layer,TensorIndex,Bit           of cad-polito-it/dnn-benchmarks: a module and "(3, 0, 2, 1)" in its weight
// More columns do no harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "faults/critical_bits.h"
#include "faults/trial_faults.h"
#include "network/layer_info.h"

namespace clipscope {

// An output for one image: whose (an index into the parts, as OutputMemory::part), and the image's number in the data set.
using ListedOutput = std::pair<std::size_t, std::int64_t>;
// Bit b of element e stands at 32 e + b there, whatever the format: that is not known where a list is read.
constexpr std::uint64_t listed_word_bits = 32;

// Of "ACT-1.out@17"; nothing where it names none.
std::optional<ListedOutput> find_listed_output(const std::string& name, const std::vector<LayerInfo>& parts);

// The bits of one trial; positions as in MarkedBit.
struct ListedTrial {
    std::string name;      // "network:1e-06:3", "12": what the list calls it; its number where the list has no names
    std::size_t line = 0;  // of its first fault
    std::map<ParameterPlace, std::vector<std::uint64_t>> bits;
    std::map<ListedOutput, std::vector<std::uint64_t>> outputs{};  // how large they are, nobody knows before the network has run

    std::int64_t count() const;
    TrialFaults faults() const;  // in stored values, at any rate
};

// Which faults of a file belong to one trial.
enum class ListGrouping {
    as_named,  // those of the same layer, rate and trial, or of the same injection; each line where the list names none
    lines,     // each line on its own
};

// Trials in the order of their first lines. `parts`: the parts of a network's memory. Throws Error (file, line, what) for a line that
// names no stored bit of them, or one that is in its trial already.
std::vector<ListedTrial> read_fault_list(const std::string& text, const std::string& file, const std::vector<LayerInfo>& parts,
                                         ListGrouping grouping);

// What the drawn faults are spread over evenly.
struct ListStrata {
    bool layers = true;
    bool bits = true;  // positions of a word
};

// `count` different single faults in the scope (indices into `parts`), as many from every stratum as from any other, or one more; within
// one every stored bit that may be faulty is equally probable. Ordered by stratum. A pure function of its arguments. Throws UsageError
// where there are not so many bits.
std::vector<ListedTrial> draw_fault_list(std::uint64_t seed, std::int64_t count, const std::vector<LayerInfo>& parts,
                                         std::span<const std::size_t> scope, const ListStrata& strata);

// In the first form.
std::string fault_list_text(std::span<const ListedTrial> trials, const std::vector<LayerInfo>& parts);

}  // namespace clipscope
