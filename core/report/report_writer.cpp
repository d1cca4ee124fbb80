#include "report/report_writer.h"

#include <utility>

namespace clipscope {

std::string figure_mark(std::size_t place) {
    return "<!--figure " + std::to_string(place) + "-->";
}

void ReportWriter::heading(const std::string& text) {
    body_ += "<h2>" + html_escaped(text) + "</h2>\n";
}

void ReportWriter::subheading(const std::string& text) {
    body_ += "<h3>" + html_escaped(text) + "</h3>\n";
}

void ReportWriter::notice(const std::string& text) {
    body_ += "<p class=\"notice\">" + html_escaped(text) + "</p>\n";
}

void ReportWriter::items(const std::vector<std::string>& texts) {
    body_ += "<ul>\n";
    for (const std::string& text : texts) body_ += "<li>" + html_escaped(text) + "</li>\n";
    body_ += "</ul>\n";
}

void ReportWriter::table(const TextColumns& table, const std::string& id, const std::string& caption) {
    body_ +=
        "<p class=\"caption\"><b>Table " + std::to_string(++tables_) + ".</b> " + html_escaped(caption) + "</p>\n" + html_table(table, id);
}

void ReportWriter::figure(ReportFigure figure, const std::string& caption) {
    figure.title = caption;
    const std::size_t place = figures_.size();
    figures_.push_back(std::move(figure));
    body_ += "<p class=\"figure\">" + figure_mark(place) + "</p>\n<p class=\"caption\"><b>Figure " + std::to_string(place + 1) + ".</b> " +
             html_escaped(caption) + "</p>\n";
}

}  // namespace clipscope
