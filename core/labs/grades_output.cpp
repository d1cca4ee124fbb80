// Grades as tables for other programs.
#include <nlohmann/json.hpp>

#include "common/csv_text.h"
#include "common/json_text.h"
#include "labs/grading.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

Json value_json(const std::optional<LabReply>& reply) {
    if (!reply) return nullptr;
    if (const double* number = std::get_if<double>(&*reply)) return *number;
    return std::get<std::string>(*reply);
}

Json graded_step_json(const GradedStep& step) {
    return {{"title", step.review.title},
            {"done", step.review.is_done},
            {"complete", step.is_complete},
            {"missing", step.review.missing},
            {"prediction", value_json(step.work.prediction)},
            {"predicted", step.work.predicted},
            {"predicted_late", step.work.was_predicted_late},
            {"measured", value_json(step.review.measured)},
            {"answer", value_json(step.work.reply)},
            {"answers_given", step.work.replies},
            {"right_answer", value_json(step.review.right)},
            {"verdict", to_string(step.review.verdict)}};
}

// Spreadsheets take such a text for a formula.
std::string plain_cell(const std::string& text) {
    return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos ? "'" + text : text;
}

}  // namespace

std::string grades_csv(const std::vector<Grade>& grades) {
    CsvText table({"file", "student", "seed", "own_seed", "changed", "steps", "complete", "questions", "right", "repeated", "different",
                   "trouble", "genuine"});
    const auto yes_or_no = [](bool is_so) { return std::string_view(is_so ? "yes" : "no"); };
    for (const Grade& grade : grades) {
        table.add(plain_cell(grade.file))
            .add(plain_cell(grade.student))
            .add(grade.seed)
            .add(yes_or_no(grade.is_own_seed))
            .add(grade.changed);
        table.add(grade.steps.size()).add(grade.complete).add(grade.questions).add(grade.right);
        table.add(grade.repeated).add(grade.different).add(grade.trouble).add(yes_or_no(grade.is_genuine()));
        table.end_row();
    }
    return table.text();
}

std::string grades_json(const Lab& key, const std::vector<Grade>& grades) {
    Json json{{"lab", key.name}, {"hand_ins", Json::array()}};
    for (const Grade& grade : grades) {
        Json entry{
            {"file", grade.file},         {"student", grade.student},     {"seed", grade.seed},           {"own_seed", grade.is_own_seed},
            {"changed", grade.changed},   {"complete", grade.complete},   {"questions", grade.questions}, {"right", grade.right},
            {"repeated", grade.repeated}, {"different", grade.different}, {"trouble", grade.trouble},     {"genuine", grade.is_genuine()},
            {"steps", Json::array()}};
        for (const GradedStep& step : grade.steps) entry["steps"].push_back(graded_step_json(step));
        json["hand_ins"].push_back(std::move(entry));
    }
    return json_text(json);
}

}  // namespace clipscope
