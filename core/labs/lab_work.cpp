#include "labs/lab_work.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/json_text.h"
#include "common/now_text.h"
#include "common/number_text.h"
#include "common/text_list.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinities, and a word may well hold one.
Json number_json(double number) {
    return number_text(float(number));
}

double read_number(const JsonFields& fields, const char* name) {
    const std::string text = fields.text(name);
    if (text == "nan" || text == "-nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    const auto number = parse_number(text);
    if (!number) fields.fail("'" + std::string(name) + "' is no number");
    return double(float(*number));
}

Json reply_json(const LabReply& reply) {
    if (const double* number = std::get_if<double>(&reply)) return *number;
    return std::get<std::string>(reply);
}

std::optional<LabReply> read_reply(const JsonFields& fields, const char* name) {
    if (!fields.has(name)) return std::nullopt;
    const Json& reply = fields.get(name);
    if (reply.is_number()) return reply.get<double>();
    return fields.text(name);
}

Json fault_json(const SeenFault& fault) {
    return {
        {"layer", fault.layer},   {"parameter", fault.parameter},        {"element", fault.element},          {"bits", fault.bits},
        {"format", fault.format}, {"before", number_json(fault.before)}, {"after", number_json(fault.after)}, {"changed", fault.changed}};
}

SeenFault read_seen_fault(const JsonFields& fields) {
    SeenFault fault{fields.text("layer"), fields.text("parameter"), fields.integer("element", 0, INT64_MAX), {}, fields.text("format")};
    for (const Json& bit : fields.array("bits")) {
        if (!bit.is_number_integer()) fields.fail("'bits' are no whole numbers");
        fault.bits.push_back(bit.get<int>());
    }
    fault.before = read_number(fields, "before");
    fault.after = read_number(fields, "after");
    fault.changed = fields.integer("changed", 0, INT64_MAX);
    return fault;
}

StepWork read_step_work(const JsonFields& fields) {
    StepWork step{fields.text("title")};
    step.prediction = read_reply(fields, "prediction");
    if (fields.has("predicted")) step.predicted = fields.text("predicted");
    step.was_predicted_late = fields.has("predicted_late") && fields.get("predicted_late") == true;
    if (fields.has("fault")) step.fault = read_seen_fault(fields.object("fault"));
    step.reply = read_reply(fields, "reply");
    if (fields.has("replied")) step.replied = fields.text("replied");
    if (fields.has("replies")) step.replies = int(fields.integer("replies", 0, INT32_MAX));
    return step;
}

}  // namespace

std::string reply_text(const LabReply& reply, const LabQuestion& question) {
    if (const auto* text = std::get_if<std::string>(&reply)) return *text;
    return rounded_text(std::get<double>(reply), 5) + (question.unit.empty() ? "" : " " + question.unit);
}

LabWork begin_work(const Lab& lab, const std::string& student) {
    const std::string name = trimmed(student);
    if (name.empty()) throw UsageError("A lab needs your name or number: the seed of your faults comes from it.");
    LabWork work{lab.name, name, lab_seed(lab.name, name), now_text(), 0, {}};
    for (const LabStep& step : lab.steps) work.steps.push_back({.title = step.title});
    return work;
}

void note_prediction(StepWork& step, LabReply prediction, bool late) {
    step.prediction = std::move(prediction);
    step.predicted = now_text();
    step.was_predicted_late = late;
}

void note_reply(StepWork& step, LabReply reply) {
    step.reply = std::move(reply);
    step.replied = now_text();
    ++step.replies;
}

std::string to_json(const LabWork& work) {
    Json json{{"lab", work.lab}, {"student", work.student}, {"seed", work.seed}, {"begun", work.begun}, {"step", work.step}};
    json["steps"] = Json::array();
    std::vector<StepWork> steps = work.steps;
    steps.insert(steps.end(), work.earlier.begin(), work.earlier.end());
    for (const StepWork& step : steps) {
        Json entry{{"title", step.title}};
        if (step.prediction) {
            entry["prediction"] = reply_json(*step.prediction);
            entry["predicted"] = step.predicted;
            entry["predicted_late"] = step.was_predicted_late;
        }
        if (step.fault) entry["fault"] = fault_json(*step.fault);
        if (step.reply) {
            entry["reply"] = reply_json(*step.reply);
            entry["replied"] = step.replied;
            entry["replies"] = step.replies;
        }
        json["steps"].push_back(std::move(entry));
    }
    return json_text(json);
}

LabWork work_from_json(const std::string& text, const Lab& lab, const std::string& file) {
    const Json json = parse_json(text, file);
    const JsonFields fields(json, file);
    if (fields.text("lab") != lab.name) fields.fail("it is about the lab '" + printable(fields.text("lab"), 60) + "'");
    LabWork work{lab.name, fields.text("student"), fields.unsigned_integer("seed"), fields.text("begun"), 0, {}};
    work.step = int(fields.integer("step", 0, INT32_MAX));
    for (const LabStep& step : lab.steps) work.steps.push_back({.title = step.title});
    std::size_t number = 0;
    for (const Json& entry : fields.array("steps")) {
        StepWork step = read_step_work(JsonFields(entry, file, "step " + std::to_string(++number)));
        const int place = lab.step_named(step.title);
        (place >= 0 ? work.steps[std::size_t(place)] : work.earlier.emplace_back()) = std::move(step);
    }
    work.step = std::min(work.step, int(lab.steps.size()) - 1);
    return work;
}

}  // namespace clipscope
