#include "report/study_report.h"

#include <utility>

#include "common/version.h"
#include "report/report_parts.h"

namespace clipscope {
namespace {

constexpr const char* style = R"css(
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1b1b1b; background: #fff; max-width: 68em; margin: 2em auto; padding: 0 1.5em; }
h1 { font-size: 1.7em; line-height: 1.2; margin-bottom: .2em; }
h2 { font-size: 1.3em; border-bottom: 1px solid #bbb; padding-bottom: .15em; margin-top: 2em; }
h3 { font-size: 1.05em; margin-top: 1.6em; }
table { border-collapse: collapse; border-top: 2px solid #333; border-bottom: 2px solid #333; font-size: .86em; font-variant-numeric: tabular-nums; margin: 0 0 1.6em; display: block; width: fit-content; max-width: 100%; overflow-x: auto; }
th { border-bottom: 1px solid #333; text-align: left; vertical-align: bottom; padding: .25em .7em; }
td { padding: .18em .7em; vertical-align: top; overflow-wrap: anywhere; }
.word { white-space: nowrap; }
tbody tr:nth-child(even) { background: #f5f5f5; }
.number { text-align: right; white-space: nowrap; }
th, th.number, th.word { overflow-wrap: normal; white-space: normal; }
small { color: #555; }
.caption { font-size: .9em; color: #333; margin: 1.2em 0 .4em; }
.figure { margin: 1.6em 0 0; }
.figure svg { width: 100%; height: auto; max-width: 52em; }
.figure + .caption { margin: .2em 0 1.6em; }
.notice { border-left: 4px solid #d55e00; background: #fdf1e7; padding: .5em 1em; }
.about { color: #555; font-size: .9em; }
pre { background: #f5f5f5; padding: .7em 1em; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .86em; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } table, .figure, pre { break-inside: avoid; } h2, h3, .caption { break-after: avoid; } }
)css";

void write_sections(const ReportContents& contents, const std::set<ReportSection>& without, const std::string& text, ReportWriter& writer) {
    using Write = void (*)(const ReportContents&, ReportWriter&);
    constexpr std::array<Write, all_report_sections.size()> sections = {
        write_answer,     write_setup, write_rankings,  write_curves, write_worst_cases, write_protections,
        write_thresholds, write_lists, write_injection, write_limits, write_repeat};
    for (const ReportSection section : all_report_sections) {
        if (!without.contains(section)) sections[std::size_t(section)](contents, writer);
        // The answer comes first whatever the author has to say.
        if (section == ReportSection::answer) writer.paragraph(text);
    }
}

}  // namespace

std::string report_title(const ReportOptions& options, const std::string& study_name) {
    return options.title.empty() ? "Resilience against memory faults: " + study_name : options.title;
}

std::optional<Report> make_report(const std::string& study_path, const ReportOptions& options, std::stop_token stop) {
    const auto contents = read_report_contents(study_path, stop);
    if (!contents) return std::nullopt;
    ReportWriter writer;
    if (!contents->damage.empty()) writer.notice(contents->damage);
    write_sections(*contents, options.without, options.text, writer);
    Report report;
    report.title = report_title(options, contents->study_name);
    report.body = "<h1>" + html_escaped(report.title) + "</h1>\n<p class=\"about\">" +
                  html_escaped("Made by ClipScope " + std::string(version()) + " from the study " + contents->study_name + ", begun " +
                               contents->info.created + " by " + contents->info.created_by + ".") +
                  "</p>\n" + writer.body();
    report.figures = writer.figures();
    return report;
}

std::string with_figures(const Report& report, const std::vector<std::string>& figures) {
    std::string text;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const std::string mark = figure_mark(i);
        const std::size_t place = report.body.find(mark, begin);
        if (place == std::string::npos) break;
        text += report.body.substr(begin, place - begin) + figures[i];
        begin = place + mark.size();
    }
    return text + report.body.substr(begin);
}

std::string report_page(const Report& report, const std::vector<std::string>& figures) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
           "content=\"width=device-width\">\n"
           "<meta name=\"generator\" content=\"ClipScope\">\n<title>" +
           html_escaped(report.title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n" + with_figures(report, figures) +
           "</body>\n</html>\n";
}

}  // namespace clipscope
