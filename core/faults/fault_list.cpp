#include "faults/fault_list.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <tuple>

#include "common/csv_rows.h"
#include "common/csv_text.h"
#include "common/error.h"
#include "common/random_words.h"
#include "common/text_list.h"
#include "common/whole_number.h"

namespace clipscope {
namespace {

constexpr std::size_t most_shown = 40;  // bytes of a file's text in a message
constexpr std::int64_t most_elements = std::int64_t(1) << 40;

class Reader {
public:
    Reader(const std::string& file, const std::vector<LayerInfo>& parts, ListGrouping grouping)
        : file_(file), parts_(parts), grouping_(grouping) {}

    std::vector<ListedTrial> read(const std::string& text) {
        const std::vector<CsvRow> rows = csv_rows(text, file_);
        if (rows.empty()) throw Error("'" + file_ + "' is empty: " + wanted);
        read_header(rows.front());
        for (std::size_t i = 1; i < rows.size(); ++i) {
            row_ = &rows[i];
            take_row();
        }
        if (trials_.empty()) throw Error("'" + file_ + "' lists no fault: write one a line below its header.");
        return std::move(trials_);
    }

private:
    static constexpr const char* wanted =
        "a list of faults begins with a line layer,rate,trial,parameter,element,bit or Injection,Layer,TensorIndex,Bit.";

    void read_header(const CsvRow& header) {
        for (std::size_t i = 0; i < header.fields.size(); ++i) columns_.emplace(lower_case(trimmed(header.fields[i])), i);
        is_own_ = columns_.contains("parameter") && columns_.contains("element") && columns_.contains("bit");
        const bool is_other = columns_.contains("layer") && columns_.contains("tensorindex") && columns_.contains("bit");
        if (!is_own_ && !is_other)
            throw Error("'" + file_ + "', line " + std::to_string(header.line) + " is no header of a list of faults: " + wanted);
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error("'" + file_ + "', line " + std::to_string(row_->line) + ": " + what);
    }
    static std::string shown(const std::string& text) { return "'" + printable(text, most_shown) + "'"; }

    bool has(const char* column) const { return columns_.contains(column); }
    std::string field(const char* column) const {
        const std::size_t place = columns_.at(column);
        if (place >= row_->fields.size()) fail(std::string("there is no ") + column + ": the line has too few fields.");
        return trimmed(row_->fields[place]);
    }

    void take_row() {
        if (is_own_)
            if (const auto output = find_listed_output(field("parameter"), parts_)) return take_output(*output);
        const ParameterPlace place = is_own_ ? find_parameter(field("parameter")) : find_module(field("layer"));
        const ParameterInfo& info = parts_[place.first].parameters[place.second];
        const std::uint64_t element = is_own_ ? read_element(info) : read_index(info);
        const auto bit = whole_number<int>(field("bit"));
        if (!bit || *bit < 0 || *bit >= info.word_bits)
            fail(shown(field("bit")) + " is no bit of a word of " + std::to_string(info.word_bits) + ": count from 0, the lowest.");
        std::vector<std::uint64_t>& bits = trial().bits[place];
        const std::uint64_t position = element * std::uint64_t(info.word_bits) + std::uint64_t(*bit);
        if (!taken_.insert({current_, place, position}).second) fail("the bit is in its trial already: name it once.");
        bits.push_back(position);
    }

    void take_output(const ListedOutput& output) {
        const auto element = whole_number<std::int64_t>(field("element"));
        if (!element || *element < 0 || *element >= most_elements)
            fail(shown(field("element")) + " is no element of a layer's values: count from 0, row by row.");
        const auto bit = whole_number<int>(field("bit"));
        if (!bit || *bit < 0 || *bit >= int(listed_word_bits))
            fail(shown(field("bit")) + " is no bit of a word of " + std::to_string(listed_word_bits) + ": count from 0, the lowest.");
        std::vector<std::uint64_t>& bits = trial().outputs[output];
        const std::uint64_t position = std::uint64_t(*element) * listed_word_bits + std::uint64_t(*bit);
        if (!taken_outputs_.insert({current_, output, position}).second) fail("the bit is in its trial already: name it once.");
        bits.push_back(position);
    }

    ListedTrial& trial() {
        const std::string name = name_of_trial();
        if (!name.empty()) {
            const auto [known, is_new] = trials_of_names_.try_emplace(name, trials_.size());
            current_ = known->second;
            if (!is_new) return trials_[current_];
        } else {
            current_ = trials_.size();
        }
        trials_.push_back({name.empty() ? std::to_string(trials_.size()) : name, row_->line, {}});
        return trials_.back();
    }

    // Empty: the line is a trial of its own.
    std::string name_of_trial() const {
        if (grouping_ == ListGrouping::lines) return {};
        if (!is_own_) return has("injection") ? field("injection") : std::string();
        if (!has("trial")) return {};
        std::string name;
        for (const char* column : {"layer", "rate"})
            if (has(column) && !field(column).empty()) name += field(column) + ":";
        return name + field("trial");
    }

    ParameterPlace find_parameter(const std::string& path) const {
        for (std::size_t part = 0; part < parts_.size(); ++part)
            for (std::size_t parameter = 0; parameter < parts_[part].parameters.size(); ++parameter)
                if (parts_[part].is_stored && parts_[part].parameters[parameter].path == path) return {part, parameter};
        fail("the network stores no parameter " + shown(path) + ": clipscope-cli info names them all.");
    }

    // A module's weight, or a part of the memory by name.
    ParameterPlace find_module(const std::string& name) const {
        for (std::size_t part = 0; part < parts_.size(); ++part) {
            const LayerInfo& info = parts_[part];
            if (!info.is_stored || info.parameters.empty()) continue;
            if (info.path == name || lower_case(info.name) == lower_case(name)) return {part, 0};
        }
        for (const std::string& path : {name + ".weight", name})
            for (std::size_t part = 0; part < parts_.size(); ++part)
                for (std::size_t parameter = 0; parameter < parts_[part].parameters.size(); ++parameter)
                    if (parts_[part].is_stored && parts_[part].parameters[parameter].path == path) return {part, parameter};
        fail("the network has no layer " + shown(name) + ": clipscope-cli info names them all.");
    }

    std::uint64_t read_element(const ParameterInfo& info) const {
        const auto element = whole_number<std::int64_t>(field("element"));
        if (!element || *element < 0 || *element >= info.elements)
            fail(shown(field("element")) + " is no element of " + info.path + ", which has " + std::to_string(info.elements) +
                 ": count from 0, row by row.");
        return std::uint64_t(*element);
    }

    // "(3, 0, 2, 1)", "[3, 0, 2, 1]" or without brackets.
    std::uint64_t read_index(const ParameterInfo& info) const {
        const std::string text = field("tensorindex");
        std::string inner = text;
        std::erase_if(inner, [](char letter) { return letter == '(' || letter == ')' || letter == '[' || letter == ']'; });
        std::vector<std::string> numbers = split_list(inner, ',');
        if (numbers.size() > 1 && numbers.back().empty()) numbers.pop_back();  // Python writes a single number so
        if (numbers.size() != info.shape.size())
            fail(shown(text) + " is no place in " + info.path + ": give " + std::to_string(info.shape.size()) + " numbers.");
        std::int64_t element = 0;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const auto number = whole_number<std::int64_t>(numbers[i]);
            if (!number || *number < 0 || *number >= info.shape[i])
                fail(shown(text) + " lies outside " + info.path + ": number " + std::to_string(i + 1) + " must be from 0 to " +
                     std::to_string(info.shape[i] - 1) + ".");
            element = element * info.shape[i] + *number;
        }
        return std::uint64_t(element);
    }

    const std::string& file_;
    const std::vector<LayerInfo>& parts_;
    const ListGrouping grouping_;
    std::map<std::string, std::size_t> columns_;
    bool is_own_ = false;
    const CsvRow* row_ = nullptr;
    std::vector<ListedTrial> trials_;
    std::map<std::string, std::size_t> trials_of_names_;
    std::size_t current_ = 0;  // the trial of the latest line
    std::set<std::tuple<std::size_t, ParameterPlace, std::uint64_t>> taken_;
    std::set<std::tuple<std::size_t, ListedOutput, std::uint64_t>> taken_outputs_;
};

// Elements of some parameters at some positions of their words.
struct DrawnStratum {
    std::vector<ParameterPlace> parameters;
    std::optional<int> bit;
    std::uint64_t size = 0;  // bits
};

std::uint64_t size_in(const ParameterInfo& info, std::optional<int> bit) {
    const auto positions = bit ? std::uint64_t(info.faulty_bits >> *bit & 1) : std::uint64_t(std::popcount(info.faulty_bits));
    return std::uint64_t(info.elements) * positions;
}

std::vector<DrawnStratum> strata_of(const std::vector<LayerInfo>& parts, std::span<const std::size_t> scope, const ListStrata& asked) {
    std::vector<DrawnStratum> strata;
    std::map<std::pair<std::size_t, int>, std::size_t> of_key;
    std::set<std::string> seen;  // a parameter that two layers share counts once
    for (const std::size_t part : scope) {
        for (std::size_t parameter = 0; parameter < parts[part].parameters.size(); ++parameter) {
            const ParameterInfo& info = parts[part].parameters[parameter];
            if (!parts[part].is_stored || !seen.insert(info.path).second) continue;
            for (int bit = asked.bits ? 0 : -1; bit < (asked.bits ? info.word_bits : 0); ++bit) {
                const auto position = bit < 0 ? std::nullopt : std::optional(bit);
                const std::uint64_t size = size_in(info, position);
                if (size == 0) continue;
                const auto [known, is_new] = of_key.try_emplace({asked.layers ? part : 0, bit}, strata.size());
                if (is_new) strata.push_back({{}, position, 0});
                strata[known->second].parameters.emplace_back(part, parameter);
                strata[known->second].size += size;
            }
        }
    }
    return strata;
}

// As many of each as of any other where they have so many.
std::vector<std::uint64_t> shares_of(std::uint64_t count, const std::vector<DrawnStratum>& strata) {
    std::vector<std::uint64_t> shares(strata.size(), 0);
    while (count > 0) {
        bool is_any_taken = false;
        const std::uint64_t each = std::max<std::uint64_t>(count / strata.size(), 1);
        for (std::size_t i = 0; i < strata.size() && count > 0; ++i) {
            const std::uint64_t taken = std::min({each, count, strata[i].size - shares[i]});
            shares[i] += taken;
            count -= taken;
            is_any_taken |= taken > 0;
        }
        if (!is_any_taken) break;
    }
    return shares;
}

// The place-th bit of the stratum.
std::pair<ParameterPlace, std::uint64_t> bit_of(const DrawnStratum& stratum, const std::vector<LayerInfo>& parts, std::uint64_t place) {
    for (const ParameterPlace& parameter : stratum.parameters) {
        const ParameterInfo& info = parts[parameter.first].parameters[parameter.second];
        const std::uint64_t size = size_in(info, stratum.bit);
        if (place >= size) {
            place -= size;
            continue;
        }
        const std::uint64_t an_element = size / std::uint64_t(info.elements);
        std::uint32_t mask = stratum.bit ? 1U << *stratum.bit : info.faulty_bits;
        for (std::uint64_t skipped = 0; skipped < place % an_element; ++skipped) mask &= mask - 1;
        return {parameter, place / an_element * std::uint64_t(info.word_bits) + std::uint64_t(std::countr_zero(mask))};
    }
    return {};
}

}  // namespace

std::optional<ListedOutput> find_listed_output(const std::string& name, const std::vector<LayerInfo>& parts) {
    const std::size_t at = name.rfind('@');
    if (at == std::string::npos) return std::nullopt;
    const auto image = whole_number<std::int64_t>(name.substr(at + 1));
    if (!image || *image < 0) return std::nullopt;
    for (std::size_t part = 0; part < parts.size(); ++part)
        if ((parts[part].part == MemoryPart::layer || parts[part].part == MemoryPart::threshold) &&
            lower_case(parts[part].name) + std::string(output_suffix) == lower_case(name.substr(0, at)))
            return ListedOutput(part, *image);
    return std::nullopt;
}

std::int64_t ListedTrial::count() const {
    std::int64_t count = 0;
    for (const auto& [place, positions] : bits) count += std::int64_t(positions.size());
    for (const auto& [output, positions] : outputs) count += std::int64_t(positions.size());
    return count;
}

TrialFaults ListedTrial::faults() const {
    TrialFaults faults;
    add_faulty_bits(bits, faults);
    return faults;
}

std::vector<ListedTrial> read_fault_list(const std::string& text, const std::string& file, const std::vector<LayerInfo>& parts,
                                         ListGrouping grouping) {
    return Reader(file, parts, grouping).read(text);
}

std::vector<ListedTrial> draw_fault_list(std::uint64_t seed, std::int64_t count, const std::vector<LayerInfo>& parts,
                                         std::span<const std::size_t> scope, const ListStrata& asked) {
    if (count < 1) throw UsageError("A list has at least 1 fault, not " + std::to_string(count) + ".");
    const std::vector<DrawnStratum> strata = strata_of(parts, scope, asked);
    std::uint64_t all = 0;
    for (const DrawnStratum& stratum : strata) all += stratum.size;
    if (std::uint64_t(count) > all)
        throw UsageError("There are only " + std::to_string(all) + " bits that may be faulty, fewer than " + std::to_string(count) + ".");
    const std::vector<std::uint64_t> shares = shares_of(std::uint64_t(count), strata);
    std::vector<ListedTrial> trials;
    for (std::size_t i = 0; i < strata.size(); ++i) {
        RandomWords words(seed, RandomDomain::fault_lists, i, 0);
        for (const std::uint64_t place : words.sample(strata[i].size, shares[i])) {
            const auto [parameter, position] = bit_of(strata[i], parts, place);
            trials.push_back({std::to_string(trials.size()), 0, {{parameter, {position}}}});
        }
    }
    return trials;
}

std::string fault_list_text(std::span<const ListedTrial> trials, const std::vector<LayerInfo>& parts) {
    CsvText table({"layer", "trial", "parameter", "element", "bit"});
    for (const ListedTrial& trial : trials) {
        for (const auto& [place, positions] : trial.bits) {
            const ParameterInfo& info = parts[place.first].parameters[place.second];
            for (const std::uint64_t position : positions) {
                table.add(parts[place.first].name).add(trial.name).add(info.path);
                table.add(position / std::uint64_t(info.word_bits)).add(position % std::uint64_t(info.word_bits));
                table.end_row();
            }
        }
    }
    return table.text();
}

}  // namespace clipscope
