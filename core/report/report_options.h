// What goes into a report.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace clipscope {

enum class ReportSection { answer, setup, ranking, curves, worst, protections, thresholds, lists, injection, limits, repeat };

inline constexpr std::array all_report_sections = {ReportSection::answer,     ReportSection::setup, ReportSection::ranking,
                                                   ReportSection::curves,     ReportSection::worst, ReportSection::protections,
                                                   ReportSection::thresholds, ReportSection::lists, ReportSection::injection,
                                                   ReportSection::limits,     ReportSection::repeat};

// "answer", "setup", …: as the command line spells it.
std::string to_string(ReportSection section);
// "setup,limits"; throws UsageError that names what there is.
std::set<ReportSection> report_sections_from_list(const std::string& text);
// "Question and answer", as its heading has it.
std::string report_heading(ReportSection section);

struct ReportOptions {
    std::string title{};  // empty: made of the study's file name
    std::string text{};   // the author's, plain; blank lines part paragraphs
    std::set<ReportSection> without{};
};

}  // namespace clipscope
