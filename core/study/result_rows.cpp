#include "study/result_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>

#include "campaign/memory_json.h"
#include "campaign/sampled_json.h"
#include "results/computed_with_json.h"
#include "results/price_json.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

using Json = nlohmann::json;

Outcome clean_from_json(const std::string& text, const std::string& path) {
    const Json json = Json::parse(text, nullptr, false);
    constexpr std::size_t counts = 7;
    const bool is_list = json.is_array() && json.size() == counts;
    if (!is_list || !std::all_of(json.begin(), json.end(), [](const Json& count) { return count.is_number_integer(); }))
        throw_damaged_row(path, "clean outcome of a curve");
    const auto count = [&](std::size_t i) { return json[i].get<std::int32_t>(); };
    return {count(0), count(1), count(2), count(3), count(4), count(5), count(6)};
}

std::vector<StoredPoint> read_points(Database& database, std::int64_t curve) {
    std::vector<StoredPoint> points;
    SQLite::Statement rows(database.sql(), "SELECT id, rate, row_check FROM point WHERE curve = ? ORDER BY rate");
    rows.bind(1, curve);
    while (rows.executeStep()) {
        points.push_back({rows.getColumn(0).getInt64(), rows.getColumn(1).getDouble()});
        if (point_check(curve, points.back().rate) != rows.getColumn(2).getInt()) throw_damaged_row(database.path(), "rate of a point");
    }
    return points;
}

}  // namespace

void throw_damaged_row(const std::string& path, const std::string& row) {
    throw StudyDamagedError("The study '" + path + "' is damaged (" + row +
                            "): save what is left with 'clipscope-cli recover', or take a backup.");
}

std::string campaign_json(const CampaignInfo& info) {
    nlohmann::ordered_json json{{"model", info.model},
                                {"data", info.data},
                                {"images", info.images},
                                {"classes", info.classes},
                                {"seed", info.seed},
                                {"trials", info.trials},
                                {"nonfinite", to_string(info.nonfinite)}};
    if (info.precision) json["precision"] = *info.precision;
    json["points_over"] = to_string(info.axis);
    write_memory(json, info.memory);
    write_computed_with(json, info);
    write_prices(json, info);
    return json.dump();
}

CampaignInfo read_campaign(Database& database, JobId job) {
    CampaignInfo info;
    SQLite::Statement row(database.sql(), "SELECT campaign FROM job WHERE id = ?");
    row.bind(1, job);
    if (!row.executeStep() || row.getColumn(0).getString().empty()) return info;
    try {
        const auto json = nlohmann::ordered_json::parse(row.getColumn(0).getString());
        json.at("model").get_to(info.model);
        json.at("data").get_to(info.data);
        json.at("images").get_to(info.images);
        json.at("classes").get_to(info.classes);
        json.at("seed").get_to(info.seed);
        json.at("trials").get_to(info.trials);
        if (json.contains("precision")) info.precision = json.at("precision").get<double>();
        info.axis = point_axis_from_string(json.value("points_over", to_string(PointAxis::fault_rate)));
        const JsonFields fields(json, database.path());
        info.memory = read_memory(fields);
        read_computed_with(fields, info);
        read_prices(fields, info);
        info.nonfinite = nonfinite_rule_from_string(json.at("nonfinite").get<std::string>());
    } catch (const std::exception&) {
        throw_damaged_row(database.path(), "description of job " + std::to_string(job));
    }
    SQLite::Statement rates(database.sql(),
                            "SELECT DISTINCT rate FROM point JOIN curve ON curve.id = point.curve WHERE curve.job = ? ORDER BY rate");
    rates.bind(1, job);
    while (rates.executeStep()) info.rates.push_back(rates.getColumn(0).getDouble());
    return info;
}

std::optional<CurveInfo> read_curve(Database& database, JobId job, std::int64_t curve) {
    SQLite::Statement row(database.sql(), "SELECT layer, path, bits, protection, clean, row_check FROM curve WHERE id = ?");
    row.bind(1, curve);
    if (!row.executeStep()) return std::nullopt;
    try {
        CurveInfo info;
        info.layer = row.getColumn(0).getString();
        info.path = row.getColumn(1).getString();
        info.bits = row.getColumn(2).getInt64();
        info.protection = protection_from_string(row.getColumn(3).getString());
        info.clean = clean_from_json(row.getColumn(4).getString(), database.path());
        if (curve_check(job, info) == row.getColumn(5).getInt()) return info;
    } catch (const Error&) {
        // Then it is damaged as well.
    }
    return std::nullopt;
}

std::vector<StoredCurve> read_stored_curves(Database& database, JobId job) {
    std::vector<StoredCurve> curves;
    SQLite::Statement rows(database.sql(), "SELECT id FROM curve WHERE job = ? ORDER BY place, id");
    rows.bind(1, job);
    while (rows.executeStep()) {
        const std::int64_t id = rows.getColumn(0).getInt64();
        const auto info = read_curve(database, job, id);
        if (!info) throw_damaged_row(database.path(), "curve " + std::to_string(id));
        curves.push_back({id, *info, read_points(database, id)});
    }
    return curves;
}

std::string clean_json(const Outcome& clean) {
    return Json{clean.images, clean.correct, clean.correct_argmax, clean.top5, clean.top5_argmax, clean.due, clean.sdc}.dump();
}

int curve_check(JobId job, const CurveInfo& info) {
    return row_check(std::to_string(job) + "\n" + info.layer + "\n" + info.path + "\n" + std::to_string(info.bits) + "\n" +
                     to_string(info.protection) + "\n" + clean_json(info.clean));
}

void bind_curve(SQLite::Statement& insert, JobId job, std::size_t place, const CurveInfo& info) {
    insert.bind(1, job);
    insert.bind(2, std::int64_t(place));
    insert.bind(3, info.layer);
    insert.bind(4, info.path);
    insert.bind(5, info.bits);
    insert.bind(6, to_string(info.protection));
    insert.bind(7, clean_json(info.clean));
    insert.bind(8, curve_check(job, info));
}

int point_check(std::int64_t curve, double rate) {
    const std::array<std::int64_t, 2> numbers = {curve, std::bit_cast<std::int64_t>(rate)};
    return row_check(numbers);
}

int trial_check(std::int64_t point, int trial, const TrialOutcome& outcome) {
    const Outcome& counts = outcome.outcome;
    const std::array<std::int64_t, 9> numbers = {point,
                                                 trial,
                                                 outcome.faults,
                                                 counts.correct,
                                                 counts.correct_argmax - counts.correct,
                                                 counts.top5,
                                                 counts.top5_argmax - counts.top5,
                                                 counts.due,
                                                 counts.sdc};
    return row_check(numbers);
}

int sample_check(std::int64_t point, int stratum, int trial, const std::string& value) {
    return row_check(std::to_string(point) + "\n" + std::to_string(stratum) + "\n" + std::to_string(trial) + "\n" + value);
}

std::optional<SampledPoint> read_sampled_point(Database& database, std::int64_t point) {
    if (!database.sql().tableExists("design")) return std::nullopt;  // of an older ClipScope, open to read
    SQLite::Statement design(database.sql(), "SELECT value, row_check FROM design WHERE point = ?");
    design.bind(1, point);
    if (!design.executeStep()) return std::nullopt;
    const std::string place = "of point " + std::to_string(point);
    try {
        const std::string text = design.getColumn(0).getString();
        if (row_check(text) != design.getColumn(1).getInt()) throw_damaged_row(database.path(), "design " + place);
        SampledPoint sampled{read_design(nlohmann::ordered_json::parse(text)), {}};
        sampled.trials.resize(sampled.design.strata.size());
        SQLite::Statement rows(database.sql(), "SELECT stratum, trial, value, row_check FROM sample WHERE point = ?");
        rows.bind(1, point);
        while (rows.executeStep()) {
            const int stratum = rows.getColumn(0).getInt();
            const int trial = rows.getColumn(1).getInt();
            const std::string value = rows.getColumn(2).getString();
            if (sample_check(point, stratum, trial, value) != rows.getColumn(3).getInt())
                throw_damaged_row(database.path(), "sampled trial " + std::to_string(trial) + " " + place);
            auto& trials = sampled.trials.at(std::size_t(stratum));
            trials.emplace(trial, read_sample(nlohmann::ordered_json::parse(value)));
        }
        return sampled;
    } catch (const StudyDamagedError&) {
        throw;
    } catch (const SQLite::Exception&) {
        throw;
    } catch (const std::exception&) {
        throw_damaged_row(database.path(), "samples " + place);
    }
}

TrialRows::TrialRows(Database& database)
    : database_(database),
      rows_(database,
            "SELECT trial, faults, correct, argmax, top5, top5_argmax, due, sdc, row_check FROM trial WHERE point = ? ORDER BY trial") {}

TrialOutcome TrialRows::outcome(std::int64_t point, int number, std::int32_t images) const {
    const auto count = [&](int column) { return std::int32_t(rows_.integer(column)); };
    TrialOutcome trial;
    trial.faults = rows_.integer(1);
    trial.outcome = {.images = images,
                     .correct = count(2),
                     .correct_argmax = count(2) + count(3),
                     .top5 = count(4),
                     .top5_argmax = count(4) + count(5),
                     .due = count(6),
                     .sdc = count(7)};
    if (trial_check(point, number, trial) != int(rows_.integer(8))) throw_damaged_row(database_.path(), "trial " + std::to_string(number));
    return trial;
}

}  // namespace clipscope
