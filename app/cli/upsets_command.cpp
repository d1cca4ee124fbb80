// upsets: from how often particles upset memory to the fault rate of a trial, and from a result back to failures in time.
#include <CLI/App.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "campaign/curve_in_time.h"
#include "command.h"
#include "common/error.h"
#include "common/json_text.h"
#include "common/number_text.h"
#include "common/text_file.h"
#include "common/version.h"
#include "common_options.h"
#include "faults/upset_rates.h"
#include "output_files.h"
#include "results/result_json.h"
#include "text_table.h"

namespace clipscope::cli {

namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

struct UpsetsOptions {
    std::string preset = "sram";
    std::optional<double> fit{};
    std::optional<double> per_bit_hour{};
    double hours = 24;
    double bits = 0;
    std::string result;
    std::string json;
};

// One rate of upsets; a preset has two.
struct Upsets {
    std::string name;
    double per_bit_hour = 0;
};

std::vector<Upsets> chosen_upsets(const UpsetsOptions& options) {
    const auto refuse_negative = [](const char* name, double value) {
        if (!(value > 0 && std::isfinite(value))) throw UsageError(std::string(name) + " takes a number above 0");
    };
    if (options.per_bit_hour) {
        refuse_negative("--per-bit-hour", *options.per_bit_hour);
        return {{"", *options.per_bit_hour}};
    }
    if (options.fit) {
        refuse_negative("--fit", *options.fit);
        return {{"", upsets_per_bit_hour(*options.fit)}};
    }
    const UpsetPreset& preset = upset_preset(options.preset);
    return {{"low", upsets_per_bit_hour(preset.low)}, {"high", upsets_per_bit_hour(preset.high)}};
}

CurveInTime in_time(const AccuracyCurve& curve, const CampaignInfo& info, double per_bit_hour, double hours) {
    return curve_in_time(curve.info, info, curve_points(curve, info), per_bit_hour, hours);
}

std::string fit_text(const FailuresInTime& failures) {
    return rounded_text(failures.fit, 3) + " (" + rounded_text(failures.ci95.low, 3) + " to " + rounded_text(failures.ci95.high, 3) + ")";
}

std::string share_text(const ShareAtRate& share) {
    return rounded_text(share.share, 3) + " (" + rounded_text(share.ci95.low, 3) + " to " + rounded_text(share.ci95.high, 3) + ")" +
           (share.is_beyond ? " *" : "");
}

std::string result_text(const CampaignResult& result, const std::vector<Upsets>& upsets, double hours) {
    std::string text;
    bool is_any_beyond = false;
    for (const Upsets& one : upsets) {
        if (!one.name.empty()) text += "\nAt the " + one.name + " end:\n";
        const bool has_counts = result.curves.info.axis == PointAxis::fault_count;
        TextTable table = has_counts ? TextTable({{"Curve"},
                                                  {"Bits", Align::right},
                                                  {"Upsets, FIT", Align::right},
                                                  {"Silent failures (SDC), FIT", Align::right},
                                                  {"Detectable (DUE), FIT", Align::right},
                                                  {"Faults without SDC %", Align::right},
                                                  {"Within PMHF and SPFM of"}})
                                     : TextTable({{"Curve"},
                                                  {"Bits", Align::right},
                                                  {"Upsets, FIT", Align::right},
                                                  {"SDC at the end", Align::right},
                                                  {"SDC on average", Align::right},
                                                  {"DUE on average", Align::right}});
        for (const AccuracyCurve& curve : result.curves.curves) {
            const CurveInTime in = in_time(curve, result.curves.info, one.per_bit_hour, hours);
            std::vector<std::string> row = {in.curve, grouped_text(in.bits), rounded_text(in.raw_fit, 3)};
            if (has_counts && !in.sdc) {
                row.insert(row.end(), {"not measured yet", "", "", ""});
            } else if (has_counts) {
                row.insert(row.end(),
                           {fit_text(*in.sdc), fit_text(*in.due), percent(in.covered), levels_within(in.sdc->ci95.high, in.covered)});
            } else {
                row.insert(row.end(), {share_text(*in.sdc_at_end), share_text(*in.sdc_mean), share_text(*in.due_mean)});
                is_any_beyond |= in.sdc_mean->is_beyond;
            }
            table.add_row(row);
        }
        text += "\n" + table.to_string();
    }
    if (is_any_beyond) text += "\n* The rate lies beyond those measured; what was measured last stands there.\n";
    return text;
}

Json share_json(const ShareAtRate& share) {
    return {{"share", share.share}, {"ci95", {share.ci95.low, share.ci95.high}}, {"beyond_measured", share.is_beyond}};
}

Json result_json(const CampaignResult& result, const Upsets& upsets, double hours) {
    Json curves = Json::array();
    for (const AccuracyCurve& curve : result.curves.curves) {
        const CurveInTime in = in_time(curve, result.curves.info, upsets.per_bit_hour, hours);
        Json json = {{"curve", in.curve}, {"bits", in.bits}, {"upsets_fit", in.raw_fit}};
        if (in.sdc) {
            json["sdc_fit"] = in.sdc->fit;
            json["sdc_fit_ci95"] = {in.sdc->ci95.low, in.sdc->ci95.high};
            json["due_fit"] = in.due->fit;
            json["due_fit_ci95"] = {in.due->ci95.low, in.due->ci95.high};
            json["without_sdc"] = in.covered;
            json["within"] = levels_within(in.sdc->ci95.high, in.covered);
        } else if (in.sdc_at_end) {
            json["sdc_at_end"] = share_json(*in.sdc_at_end);
            json["sdc_mean"] = share_json(*in.sdc_mean);
            json["due_mean"] = share_json(*in.due_mean);
        }
        curves.push_back(json);
    }
    return curves;
}

CampaignResult read_result(const std::string& path) {
    CampaignResult result = result_from_json(read_text_file(path), path);
    const CampaignInfo& info = result.curves.info;
    if (const std::string problem = no_time_in(info); !problem.empty()) throw UsageError("'" + path + "' " + problem);
    std::erase_if(result.curves.curves, [](const AccuracyCurve& curve) { return !lasts_in_memory(curve.info); });
    if (result.curves.curves.empty())
        throw UsageError("'" + path +
                         "' is about computed values, which are there for one inference: take a result of stored values, as of network.");
    return result;
}

int run_upsets(const UpsetsOptions& options) {
    if (!(options.hours > 0 && std::isfinite(options.hours))) throw UsageError("--hours takes a time above 0");
    if (!(options.bits >= 0 && std::isfinite(options.bits))) throw UsageError("--bits takes a number of bits from 0");
    const std::vector<Upsets> upsets = chosen_upsets(options);
    const std::optional<CampaignResult> result = options.result.empty() ? std::nullopt : std::optional(read_result(options.result));
    check_writable_file(options.json);
    const bool is_preset = !options.fit && !options.per_bit_hour;
    Json json = {{"clipscope_version", version()}, {"kind", "upsets"}, {"hours", options.hours}};
    std::string text;
    if (is_preset) {
        const UpsetPreset& preset = upset_preset(options.preset);
        json["preset"] = preset.name;
        json["source"] = preset.source;
        text = "Upsets of " + std::string(preset.what) + ".\nSource: " + std::string(preset.source) + ".\n\n";
    }
    const bool has_bits = options.bits > 0;
    std::vector<TextTable::Column> columns = {{""},
                                              {"FIT per Mbit", Align::right},
                                              {"Upsets per bit and hour", Align::right},
                                              {"Fault rate after " + number_text(options.hours) + " h", Align::right}};
    if (has_bits) columns.push_back({"Faults in " + grouped_text(std::int64_t(options.bits)) + " bits", Align::right});
    TextTable table(columns);
    json["upsets"] = Json::array();
    for (const Upsets& one : upsets) {
        const double rate = fault_rate_after(one.per_bit_hour, options.hours);
        std::vector<std::string> row = {one.name, rounded_text(fit_per_mbit(one.per_bit_hour), 4), rounded_text(one.per_bit_hour, 4),
                                        rounded_text(rate, 4)};
        if (has_bits) row.push_back(rounded_text(rate * options.bits, 4));
        table.add_row(row);
        json["upsets"].push_back({{"fit_per_mbit", fit_per_mbit(one.per_bit_hour)},
                                  {"per_bit_hour", one.per_bit_hour},
                                  {"rate", rate},
                                  {"faults", rate * options.bits}});
        if (result) json["upsets"].back()["curves"] = result_json(*result, one, options.hours);
    }
    text += table.to_string();
    if (result) text += result_text(*result, upsets, options.hours);
    text += "\nFIT: events in 10^9 hours; Mbit: 2^20 bits. " + std::string(upsets_leave_out()) + "\n";
    if (!options.json.empty()) write_file(options.json, json_text(json));
    if (options.json != "-") print(text);
    return exit_done;
}

}  // namespace

void add_upsets_command(CLI::App& app, CommandRunner& runner) {
    auto options = std::make_shared<UpsetsOptions>();
    CLI::App* command = app.add_subcommand("upsets", "Turn upsets of memory into a fault rate, and a result into failures in time");
    std::string presets;
    for (const UpsetPreset& preset : upset_presets())
        presets += (presets.empty() ? "" : ", ") + std::string(preset.name) + " (" + std::string(preset.what) + ")";
    command->add_option("--preset", options->preset, "Published rates: " + presets)->type_name("NAME")->capture_default_str();
    command->add_option("--fit", options->fit, "Failures in 10^9 hours and Mbit (2^20 bits) of your memory, from its data sheet")
        ->type_name("FIT");
    command->add_option("--per-bit-hour", options->per_bit_hour, "Upsets per bit and hour")->type_name("RATE")->excludes("--fit");
    command->add_option("--hours", options->hours, "Time between two moments at which the memory is clean: scrubbed, or loaded anew")
        ->type_name("H")
        ->capture_default_str();
    command->add_option("--bits", options->bits, "Bits of the memory, for the number of faults")->type_name("N");
    command
        ->add_option("--result", options->result,
                     "JSON of a sensitivity or comparison: with --faults 1 failures in time, over fault rates shares of wrong answers")
        ->type_name("FILE");
    add_json_option(*command, options->json);
    command->footer(
        "Examples: clipscope-cli upsets --fit 500 --hours 1000 --bits 1974592\n"
        "          clipscope-cli sensitivity --layers each,network --faults 1 --precision 0.002 --json one.json\n"
        "          clipscope-cli upsets --preset sram-flight --result one.json");
    command->callback([options, &runner] { runner = [options](std::stop_source&) { return run_upsets(*options); }; });
}

}  // namespace clipscope::cli
