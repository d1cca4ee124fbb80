#include "report/report_options.h"

#include <algorithm>
#include <vector>

#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

struct NamedSection {
    ReportSection section;
    const char* name;
    const char* heading;
};

constexpr std::array named_sections = {NamedSection{ReportSection::answer, "answer", "Question and answer"},
                                       NamedSection{ReportSection::setup, "setup", "Set-up"},
                                       NamedSection{ReportSection::ranking, "ranking", "Layers and bits, ranked"},
                                       NamedSection{ReportSection::curves, "curves", "Accuracy"},
                                       NamedSection{ReportSection::worst, "worst", "Worst cases"},
                                       NamedSection{ReportSection::protections, "protections", "Protections and their prices"},
                                       NamedSection{ReportSection::thresholds, "thresholds", "Activations and thresholds"},
                                       NamedSection{ReportSection::lists, "lists", "Lists of faults"},
                                       NamedSection{ReportSection::injection, "injection", "Evidence of injection"},
                                       NamedSection{ReportSection::limits, "limits", "Limits of the method"},
                                       NamedSection{ReportSection::repeat, "repeat", "How to repeat it"}};

const NamedSection& named(ReportSection section) {
    return named_sections[std::size_t(section)];
}

}  // namespace

std::string to_string(ReportSection section) {
    return named(section).name;
}

std::string report_heading(ReportSection section) {
    return named(section).heading;
}

std::set<ReportSection> report_sections_from_list(const std::string& text) {
    std::set<ReportSection> sections;
    if (trimmed(text).empty()) return sections;
    std::vector<std::string> names;
    for (const NamedSection& one : named_sections) names.emplace_back(one.name);
    for (const std::string& part : split_list(text, ',')) {
        const auto name = std::ranges::find(names, lower_case(part));
        if (name == names.end()) throw UsageError("A report has no section '" + part + "': choose among " + joined(names));
        sections.insert(named_sections[std::size_t(name - names.begin())].section);
    }
    return sections;
}

}  // namespace clipscope
