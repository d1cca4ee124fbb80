// The two files of a lab, read strictly: a field that nobody knows is a mistake that its author wants to hear of.
#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "campaign/fault_rates.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/text_file.h"
#include "common/text_list.h"
#include "data/image_selection.h"
#include "labs/lab.h"
#include "network/number_format.h"

namespace clipscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t lab_format = 1;
constexpr std::int64_t most_minutes = 1000;
constexpr std::int64_t most_trials = 100'000;
constexpr const char* advice = "see 'Labs' in the help for what a lab may hold";

JsonFields fields_of(const Json& json, const std::string& file, const std::string& place) {
    return {json, file, place, advice};
}

// So that another clause can follow.
std::string without_full_stop(std::string sentence) {
    if (sentence.ends_with('.')) sentence.pop_back();
    return sentence;
}

void check_names(const JsonFields& fields, const std::set<std::string>& known) {
    for (const std::string& name : fields.names())
        if (!known.contains(name)) fields.fail("'" + printable(name, 40) + "' is no field that it may have");
}

std::string optional_text(const JsonFields& fields, const char* name) {
    return fields.has(name) ? fields.text(name) : std::string();
}

// "## Title" begins the section of a step.
std::map<std::string, std::string> sections_of(const std::string& markdown) {
    std::map<std::string, std::string> sections;
    std::string* section = nullptr;
    for (std::size_t begin = 0; begin < markdown.size();) {
        const std::size_t end = std::min(markdown.find('\n', begin), markdown.size());
        const std::string line = markdown.substr(begin, end - begin);
        begin = end + 1;
        if (line.starts_with("## "))
            section = &sections[trimmed(line.substr(3))];
        else if (section)
            *section += trimmed(line).empty() && section->empty() ? "" : line + "\n";
    }
    return sections;
}

LabValue read_value(const Json& json, const std::string& file, const std::string& place) {
    const JsonFields fields = fields_of(json, file, place);
    check_names(fields, {"of", "step", "layers", "at", "protection", "site", "minus", "over"});
    LabValue value;
    try {
        value.of = lab_quantity_from_string(fields.text("of"));
    } catch (const UsageError& error) {
        fields.fail(without_full_stop(error.what()));
    }
    value.step = optional_text(fields, "step");
    value.layers = optional_text(fields, "layers");
    value.at = fields.optional_number("at");
    if (fields.has("protection")) value.protection = fields.text("protection");
    value.site = optional_text(fields, "site");
    for (const auto& [name, other] : {std::pair{"minus", &value.minus}, {"over", &value.over}}) {
        if (!fields.has(name)) continue;
        *other = std::make_shared<LabValue>(read_value(fields.get(name), file, place + ", " + name));
        if (is_name(value.of) || is_name((*other)->of)) fields.fail("a layer's name has no difference and no ratio");
    }
    return value;
}

LabQuestion read_question(const JsonFields& fields) {
    LabQuestion question;
    question.ask = fields.text("ask");
    if (fields.has("options")) {
        question.kind = LabQuestion::Kind::choice;
        for (const Json& option : fields.array("options")) {
            if (!option.is_string()) fields.fail("'options' is no list of texts");
            question.options.push_back(option.get<std::string>());
        }
        if (question.options.size() < 2) fields.fail("a choice needs two options or more");
        if (fields.has("unit")) fields.fail("a choice has no unit");
    } else if (fields.has("unit")) {
        question.kind = LabQuestion::Kind::number;
        question.unit = fields.text("unit");
    }
    return question;
}

LabPrediction read_prediction(const JsonFields& fields) {
    check_names(fields, {"ask", "options", "unit", "value"});
    LabPrediction prediction{read_question(fields), {}};
    if (fields.has("value")) prediction.value = read_value(fields.get("value"), fields.file(), "'value'");
    return prediction;
}

LabAnswer read_answer(const JsonFields& fields, const LabQuestion& question, const std::string& place) {
    check_names(fields, {"right", "within", "why"});
    LabAnswer answer;
    if (question.kind == LabQuestion::Kind::text) fields.fail("a question for a free text has no right answer");
    const Json& right = fields.get("right");
    const bool is_number = question.kind == LabQuestion::Kind::number;
    if (right.is_object()) {
        LabValue value = read_value(right, fields.file(), place + ", 'right'");
        if (is_name(value.of) == is_number) fields.fail("'right' is a name where a number is asked for, or the other way round");
        answer.right = std::move(value);
    } else if (is_number && right.is_number()) {
        answer.right = right.get<double>();
    } else if (!is_number && right.is_string()) {
        answer.right = right.get<std::string>();
        if (std::ranges::count(question.options, right.get<std::string>()) != 1) fields.fail("'right' is none of the options");
    } else {
        fields.fail(is_number ? "'right' is neither a number nor a value" : "'right' is neither an option nor a value");
    }
    if (fields.has("within")) answer.within = fields.number("within");
    answer.why = optional_text(fields, "why");
    return answer;
}

LabFault read_fault(const JsonFields& fields) {
    check_names(fields, {"layer", "parameter", "element", "bits", "format"});
    LabFault fault{fields.text("layer"), fields.text("parameter"), {}, {}};
    if (fields.has("element")) fault.element = fields.integer("element", 0, INT64_MAX);
    if (fields.has("format")) fault.format = fields.text("format");
    int bits = 0;
    try {
        bits = NumberFormat::parse(fault.format).bits();
    } catch (const UsageError&) {
        fields.fail("'" + printable(fault.format, 40) + "' is no number format");
    }
    for (const Json& bit : fields.array("bits")) {
        if (!bit.is_number_unsigned() || bit.get<std::uint64_t>() >= std::uint64_t(bits))
            fields.fail("'bits' are no positions of the format");
        fault.bits.push_back(bit.get<int>());
    }
    std::ranges::sort(fault.bits);
    if (fault.bits.empty() || std::ranges::adjacent_find(fault.bits) != fault.bits.end())
        fields.fail("'bits' names no position, or one twice");
    return fault;
}

// As the study keeps them; what is not said is as at first.
JobSettings read_job(const JsonFields& fields, Json json, LabStep& step) {
    if (json.value("thresholds", Json()) == "found") {
        step.takes_found_thresholds = true;
        json.erase("thresholds");
    }
    for (const char* name : {"seed", "model", "data", "thresholds", "normalization", "exact", "device"})
        if (json.contains(name)) fields.fail("'" + std::string(name) + "' cannot be said here");
    if (!json.contains("format")) json["format"] = NumberFormat().to_string();
    if (json.contains("trials")) fields.integer("trials", 1, most_trials);
    const JobDefinition* kind = find_job_kind(fields.text("kind"));  // null: refused below
    const bool compares = kind && kind->compares_protections;
    if (compares && !json.contains("layers")) json["layers"] = "network";
    if (compares && json["layers"] != "network") fields.fail("a comparison is of the network alone");
    if (json.contains("site") && !(kind && kind->has_site_and_grid)) fields.fail("only a sweep has a 'site'");
    JobSettings settings;
    try {
        settings = job_settings_by_hand(json.dump());
        if (settings.kind->is_listed()) fields.fail("a list of faults is no job of a lab");
        if (has_automatic_rates(settings) && settings.kind->measures_curves() && point_axis(settings) != PointAxis::bit_position)
            fields.fail("'rates' or 'faults' are missing, as numbers");
        if (point_axis(settings) != PointAxis::bit_position) all_points(settings, {1e-5});
        for (const std::string& images : {settings.images, settings.tuning_images}) ImageSelection::parse(images);
    } catch (const Error& error) {
        const std::string sentence = error.what();
        if (sentence.starts_with("'" + fields.file())) throw;
        fields.fail(without_full_stop(sentence));
    }
    if (!settings.unknown_fields.empty())
        fields.fail("'" + Json::parse(settings.unknown_fields).begin().key() + "' is no setting of a job");
    return settings;
}

LabStep read_step(const Json& json, const std::string& file, std::size_t number) {
    std::string place = "step " + std::to_string(number);
    const JsonFields untitled = fields_of(json, file, place);
    LabStep step;
    step.title = untitled.text("title");
    place += " (" + printable(step.title, 60) + ")";
    const JsonFields fields = fields_of(json, file, place);
    check_names(fields, {"title", "job", "fault", "predict", "question", "answer"});
    if (fields.has("job")) step.job = read_job(fields.object("job"), fields.get("job"), step);
    if (fields.has("fault")) step.fault = read_fault(fields.object("fault"));
    if (step.job && step.fault) fields.fail("it has a job and a fault, which is one too many");
    if (fields.has("predict")) step.prediction = read_prediction(fields.object("predict"));
    if (fields.has("question")) {
        const JsonFields question = fields.object("question");
        check_names(question, {"ask", "options", "unit"});
        step.question = read_question(question);
    }
    if (fields.has("answer")) {
        if (!step.question) fields.fail("it has an answer and no question");
        step.answer = read_answer(fields.object("answer"), *step.question, place + ", answer");
    }
    return step;
}

// Whether a step measures what is read off it, as far as can be said without the network.
std::string trouble_with(const LabValue& value, const LabStep& asking, const Lab& lab) {
    const int place = value.step.empty() ? lab.step_named(asking.title) : lab.step_named(value.step);
    if (place < 0) return "there is no step '" + value.step + "'";
    const LabStep& step = lab.steps[std::size_t(place)];
    const std::string name = "'" + to_string(value.of) + "'";
    const bool is_of_fault = value.of >= LabQuantity::before;
    const bool is_of_site = value.of >= LabQuantity::act_max && value.of <= LabQuantity::best_threshold;
    if (is_of_fault && !step.fault) return name + " is read off a step with a fault";
    if (is_of_site && (!step.job || !step.job->kind->is_tuning())) return name + " is read off a profile, a sweep or a hardening";
    if (is_of_site && value.site.empty()) return name + " needs a 'site'";
    if (!is_of_fault && !is_of_site) {
        if (!step.job || !step.job->kind->measures_curves()) return name + " is read off a job with curves";
        if (!is_name(value.of) && value.layers.empty()) return name + " needs 'layers'";
        const bool needs_point = value.of <= LabQuantity::faults;
        if (needs_point && !value.at) return name + " needs a point, 'at'";
        if (value.at && point_axis(*step.job) != PointAxis::bit_position && !std::ranges::count(all_points(*step.job, {}), *value.at))
            return "the job has no point at " + Json(*value.at).dump();
    }
    for (const auto& other : {value.minus, value.over})
        if (other)
            if (std::string trouble = trouble_with(*other, asking, lab); !trouble.empty()) return trouble;
    return {};
}

void check_values(const Lab& lab, const std::string& file) {
    for (const LabStep& step : lab.steps) {
        std::string trouble;
        if (step.prediction && step.prediction->value) trouble = trouble_with(*step.prediction->value, step, lab);
        if (trouble.empty() && step.answer)
            if (const auto* value = std::get_if<LabValue>(&step.answer->right)) trouble = trouble_with(*value, step, lab);
        if (!trouble.empty()) throw Error("'" + file + "', step '" + step.title + "': " + trouble + "; " + advice + ".");
    }
}

std::string beside(const std::string& file, const std::string& name) {
    return std::filesystem::absolute(std::filesystem::path(file).parent_path() / name).string();
}

void add_texts(Lab& lab, const std::string& file) {
    const std::string text_file = std::filesystem::path(file).replace_extension(".md").string();
    const auto sections = sections_of(read_text_file(text_file));
    for (LabStep& step : lab.steps) {
        const auto section = sections.find(step.title);
        if (section == sections.end())
            throw Error("'" + text_file + "' has no section '## " + step.title + "', which the lab's step of that title needs.");
        step.text = section->second;
    }
    for (const auto& [title, text] : sections)
        if (lab.step_named(title) < 0)
            throw Error("'" + text_file + "' has a section '## " + title + "', and the lab no step of that title.");
}

}  // namespace

Lab read_lab(const std::string& path) {
    const Json json = parse_json(read_text_file(path), path);
    const JsonFields fields = fields_of(json, path, {});
    check_names(fields, {"lab", "name", "title", "about", "minutes", "model", "data", "steps"});
    fields.integer("lab", lab_format, lab_format);
    Lab lab;
    lab.name = fields.text("name");
    lab.title = fields.text("title");
    lab.about = optional_text(fields, "about");
    lab.minutes = int(fields.integer("minutes", 1, most_minutes));
    lab.model = fields.text("model");
    if (!lab.model.starts_with("bundled:")) lab.model = beside(path, lab.model);
    if (fields.has("data")) lab.data = beside(path, fields.text("data"));
    if (lab.name.empty() || lab.name.find_first_of("/\\:\n") != std::string::npos) fields.fail("'name' is no name that a file can have");
    std::size_t number = 0;
    for (const Json& step : fields.array("steps")) {
        lab.steps.push_back(read_step(step, path, ++number));
        if (lab.step_named(lab.steps.back().title) + 1 != int(number))
            fields.fail("two steps have the title '" + lab.steps.back().title + "'");
        if (auto& job = lab.steps.back().job) {
            job->model = lab.model;
            job->data = lab.data;
        }
    }
    if (lab.steps.empty()) fields.fail("'steps' is empty");
    add_texts(lab, path);
    check_values(lab, path);
    return lab;
}

}  // namespace clipscope
