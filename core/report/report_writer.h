// Puts a report together: headings, numbered tables and figures, text. The body is HTML for browsers and Qt's rich text alike; each figure
// stands in it as figure_mark() of its place, for whoever draws it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "campaign/duel_summary.h"
#include "campaign/tuning_result.h"
#include "report/html_text.h"
#include "results/result_json.h"

namespace clipscope {

// A figure as a value: which one, of what.
struct ReportFigure {
    enum class Kind { accuracy, critical_bits, price, activations, auc_threshold, search };
    Kind kind = Kind::accuracy;
    std::string title{};                             // beside what the figure says of itself, for people who cannot see it
    std::shared_ptr<const CampaignResult> curves{};  // of the first three
    std::shared_ptr<const TuningResult> tuning{};    // of the others
    int site = 0;                                    // which of the tuning's
    std::string layer{};                             // of prices: the scope
    DuelCost cost = DuelCost::storage;               // likewise
};

// "<!--figure 3-->", from 0.
std::string figure_mark(std::size_t place);

class ReportWriter {
public:
    void heading(const std::string& text);
    void subheading(const std::string& text);
    void paragraph(const std::string& text) { body_ += html_paragraph(text); }
    void notice(const std::string& text);
    void items(const std::vector<std::string>& texts);
    void code(const std::string& text) { body_ += html_code(text); }
    // `caption` stands above a table, with its number, and below a figure.
    void table(const TextColumns& table, const std::string& id, const std::string& caption);
    void figure(ReportFigure figure, const std::string& caption);

    const std::string& body() const { return body_; }
    const std::vector<ReportFigure>& figures() const { return figures_; }

private:
    std::string body_;
    std::vector<ReportFigure> figures_;
    int tables_ = 0;
};

}  // namespace clipscope
