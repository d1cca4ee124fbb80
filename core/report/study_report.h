// A report of a study: what was asked and found, measured how, for people who were not there. Made from the study alone: the same study and
// options give the same bytes. Any thread; a study that another program writes is reported as it is at the moment, and says so.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "report/report_options.h"
#include "report/report_writer.h"

namespace clipscope {

struct Report {
    std::string title;                  // plain text
    std::string body;                   // HTML, with a figure_mark() for each figure
    std::vector<ReportFigure> figures;  // to be drawn by whoever writes the report
};

// The options' title, or one made of the study's file name.
std::string report_title(const ReportOptions& options, const std::string& study_name);

// Nothing where it was stopped. Throws StudyDamagedError where nothing of the study can be read, and what study.h says.
std::optional<Report> make_report(const std::string& study_path, const ReportOptions& options, std::stop_token stop = {});

// The body with what stands for each figure in the place of its mark.
std::string with_figures(const Report& report, const std::vector<std::string>& figures);
// One file that needs no other: a page of HTML 5 with its style. `figures`: as SVG.
std::string report_page(const Report& report, const std::vector<std::string>& figures);

}  // namespace clipscope
