// The sections of a report, a function each: they write what the study has of theirs under a heading of their own, or nothing.
#pragma once

#include "report/report_contents.h"
#include "report/report_options.h"
#include "report/report_writer.h"

namespace clipscope {

void write_answer(const ReportContents& contents, ReportWriter& writer);
void write_setup(const ReportContents& contents, ReportWriter& writer);
void write_rankings(const ReportContents& contents, ReportWriter& writer);
void write_curves(const ReportContents& contents, ReportWriter& writer);
void write_worst_cases(const ReportContents& contents, ReportWriter& writer);
void write_protections(const ReportContents& contents, ReportWriter& writer);
void write_thresholds(const ReportContents& contents, ReportWriter& writer);
void write_lists(const ReportContents& contents, ReportWriter& writer);
void write_injection(const ReportContents& contents, ReportWriter& writer);
void write_limits(const ReportContents& contents, ReportWriter& writer);
void write_repeat(const ReportContents& contents, ReportWriter& writer);

// "job-3-points": what a table of a job is called in the page.
std::string table_id(const ReportJob& job, const std::string& what);
// "1e-06", "30", "4": the point of a curve, whatever it is drawn over; and what such places are called, "Rate per bit".
std::string place_text(PointAxis axis, double place);
std::string place_name(PointAxis axis);
// "CONV-1", of a protected network "CONV-1, guard".
std::string curve_name(const CurveInfo& curve);

}  // namespace clipscope
