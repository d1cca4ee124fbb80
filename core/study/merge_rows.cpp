#include "study/merge_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <tuple>
#include <vector>

#include "common/error.h"
#include "common/number_text.h"
#include "study/listed_rows.h"
#include "study/merge_checks.h"
#include "study/result_rows.h"
#include "study/study_errors.h"

namespace clipscope {
namespace {

[[noreturn]] void refuse_other_result(const std::string& path, const std::string& what) {
    throw Error("'" + path + "' has another result than a part before it for " + what +
                ": one of them was measured on another kind of machine, or is damaged, so leave one out.");
}

bool is_same_number(const std::optional<float>& one, const std::optional<float>& other) {
    if (!one || !other) return one.has_value() == other.has_value();
    return std::bit_cast<std::uint32_t>(*one) == std::bit_cast<std::uint32_t>(*other);
}

bool is_same_outcome(const ListedOutcome& one, const ListedOutcome& other) {
    return one.faults == other.faults && one.unchanged == other.unchanged && one.same_answer == other.same_answer &&
           one.other_answer == other.other_answer && one.outcome == other.outcome && is_same_number(one.before, other.before) &&
           is_same_number(one.after, other.after);
}

bool has_table(Database& database, const char* name) {
    return database.sql().tableExists(name);
}

std::int64_t insert_curve(Database& to, JobId job, std::size_t place, const CurveInfo& info) {
    SQLite::Statement insert(to.sql(), insert_curve_sql);
    bind_curve(insert, job, place, info);
    insert.exec();
    return to.sql().getLastInsertRowid();
}

std::int64_t insert_point(Database& to, std::int64_t curve, double rate) {
    SQLite::Statement insert(to.sql(), "INSERT INTO point (curve, rate, row_check) VALUES (?, ?, ?)");
    insert.bind(1, curve);
    insert.bind(2, rate);
    insert.bind(3, point_check(curve, rate));
    insert.exec();
    return to.sql().getLastInsertRowid();
}

}  // namespace

JobMerge::JobMerge(Database& to, JobId job) : to_(to), job_(job) {
    const std::string id = std::to_string(job),
                      points = "(SELECT point.id FROM point JOIN curve ON curve.id = point.curve WHERE curve.job = " + id + ")";
    to_.sql().exec("DELETE FROM trial WHERE point IN " + points + "; DELETE FROM sample WHERE point IN " + points +
                   "; DELETE FROM design WHERE point IN " + points + "; DELETE FROM tuning WHERE job = " + id +
                   "; DELETE FROM audit WHERE job = " + id + "; DELETE FROM listed_outcome WHERE job = " + id);
}

void JobMerge::take(Study& part, JobId job_of_part) {
    Database& from = part.database();
    new_ = known_ = 0;
    const std::int64_t before = trials_;
    const Points points = take_curves(part, job_of_part);
    take_trials(from, points);
    take_samples(from, points);
    take_tuning(from, job_of_part);
    take_list(from, job_of_part);
    trials_ += new_;
    // What a part counted belongs to all of its trials.
    if (known_ == 0) {
        take_audit(from, job_of_part);
    } else if (new_ > 0 && known_ == before) {
        audit_.clear();
        is_mixed_ = false;
        take_audit(from, job_of_part);
    } else if (new_ > 0) {
        is_mixed_ = true;
    }
}

JobMerge::Points JobMerge::take_curves(Study& part, JobId from) {
    Points points;
    std::vector<StoredCurve> known = read_stored_curves(to_, job_);
    const std::vector<StoredCurve> curves = read_stored_curves(part.database(), from);
    for (std::size_t place = 0; place < curves.size(); ++place) {
        const CurveInfo& info = curves[place].info;
        auto same = std::ranges::find_if(
            known, [&](const StoredCurve& curve) { return curve.info.layer == info.layer && curve.info.protection == info.protection; });
        if (same == known.end()) same = known.insert(known.end(), {insert_curve(to_, job_, place, info), info, {}});
        if (!(same->info.clean == info.clean) || same->info.bits != info.bits || same->info.path != info.path)
            refuse_other_result(part.path(), "the network without faults, " + info.layer);
        for (const StoredPoint& point : curves[place].points) {
            const auto there = std::ranges::find(same->points, point.rate, &StoredPoint::rate);
            points[point.id] = there == same->points.end() ? insert_point(to_, same->id, point.rate) : there->id;
        }
    }
    return points;
}

void JobMerge::take_trials(Database& from, const Points& points) {
    SQLite::Statement insert(to_.sql(), "INSERT OR IGNORE INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Rows rows(from, "SELECT * FROM trial WHERE point = ? ORDER BY trial");
    for (const auto& [of_part, point] : points) {
        for (rows.bind(1, of_part); rows.next();) {
            std::array<std::int64_t, 9> numbers{};
            for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = rows.integer(int(i));
            if (row_check(numbers) != int(rows.integer(9))) throw_damaged_row(from.path(), "trial " + std::to_string(numbers[1]));
            numbers[0] = point;
            for (std::size_t i = 0; i < numbers.size(); ++i) insert.bind(int(i) + 1, numbers[i]);
            insert.bind(10, row_check(numbers));
            const bool is_new = insert.exec() == 1;
            insert.reset();
            ++(is_new ? new_ : known_);
            if (!is_new) check_same_trial(numbers, from.path());
        }
        rows.reset();
    }
}

void JobMerge::check_same_trial(const std::array<std::int64_t, 9>& row, const std::string& path) {
    SQLite::Statement known(to_.sql(), "SELECT * FROM trial WHERE point = ? AND trial = ?");
    known.bind(1, row[0]);
    known.bind(2, row[1]);
    known.executeStep();
    for (std::size_t i = 0; i < row.size(); ++i)
        if (known.getColumn(int(i)).getInt64() != row[i]) refuse_other_result(path, "trial " + std::to_string(row[1]) + " of a point");
}

void JobMerge::take_samples(Database& from, const Points& points) {
    if (!has_table(from, "design")) return;
    SQLite::Statement designs(from.sql(), "SELECT value, row_check FROM design WHERE point = ?");
    SQLite::Statement design(to_.sql(), "INSERT INTO design VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = value WHERE value = ?2");
    SQLite::Statement rows(from.sql(), "SELECT stratum, trial, value, row_check FROM sample WHERE point = ? ORDER BY stratum, trial");
    SQLite::Statement insert(to_.sql(),
                             "INSERT INTO sample VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET value = value WHERE value = ?4");
    for (const auto& [of_part, point] : points) {
        designs.bind(1, of_part);
        if (designs.executeStep()) {
            const std::string value = designs.getColumn(0).getString();
            if (row_check(value) != designs.getColumn(1).getInt()) throw_damaged_row(from.path(), "design of a point");
            design.bind(1, point);
            design.bind(2, value);
            design.bind(3, row_check(value));
            if (design.exec() == 0) refuse_other_result(from.path(), "the strata of a point");
            design.reset();
        }
        designs.reset();
        for (rows.bind(1, of_part); rows.executeStep();) {
            const int stratum = rows.getColumn(0).getInt(), trial = rows.getColumn(1).getInt();
            const std::string value = rows.getColumn(2).getString();
            const std::string what = "sampled trial " + std::to_string(trial) + " of a point";
            if (sample_check(of_part, stratum, trial, value) != rows.getColumn(3).getInt()) throw_damaged_row(from.path(), what);
            insert.bind(1, point);
            insert.bind(2, stratum);
            insert.bind(3, trial);
            insert.bind(4, value);
            insert.bind(5, sample_check(point, stratum, trial, value));
            if (insert.exec() == 0) refuse_other_result(from.path(), what);
            insert.reset();
        }
        rows.reset();
    }
}

void JobMerge::take_tuning(Database& from, JobId job_of_part) {
    SQLite::Statement rows(from.sql(), "SELECT kind, item, value, row_check FROM tuning WHERE job = ? ORDER BY sequence");
    SQLite::Statement known(to_.sql(), "SELECT value FROM tuning WHERE job = ? AND kind = ? AND item = ?");
    ResultBatch batch;
    for (rows.bind(1, job_of_part); rows.executeStep();) {
        TuningRow row{rows.getColumn(0).getString(), rows.getColumn(1).getString(), rows.getColumn(2).getString()};
        if (row_check(row.value) != rows.getColumn(3).getInt()) throw_damaged_row(from.path(), row.kind + " " + row.item);
        known.bind(1, job_);
        known.bind(2, row.kind);
        known.bind(3, row.item);
        if (!known.executeStep())
            batch.tuning.push_back(std::move(row));
        else if (!is_same_campaign(known.getColumn(0).getString(), row.value) && row.kind != "file")
            refuse_other_result(from.path(), row.kind + " " + row.item);
        known.reset();
    }
    write_rows(to_, job_, batch);
}

void JobMerge::take_list(Database& from, JobId job_of_part) {
    if (!has_table(from, "listed_outcome")) return;
    const auto clean = read_listed_clean(from, job_of_part);
    if (!clean) return;
    const auto known_clean = read_listed_clean(to_, job_);
    if (known_clean && !(*known_clean == *clean)) refuse_other_result(from.path(), "the network without faults");
    if (!known_clean) write_listed_clean(to_, job_, *clean);
    SQLite::Statement trials(from.sql(), "SELECT * FROM listed_trial WHERE job = ? ORDER BY trial");
    SQLite::Statement insert(to_.sql(), "INSERT OR IGNORE INTO listed_trial VALUES (?, ?, ?, ?, ?, ?)");
    for (trials.bind(1, job_of_part); trials.executeStep();) {
        if (!is_good_listed_trial(trials)) throw_damaged_row(from.path(), "trial of a list of faults");
        insert.bind(1, job_);
        insert.bind(2, trials.getColumn(1).getInt64());
        insert.bind(3, trials.getColumn(2).getString());
        insert.bind(4, trials.getColumn(3).getInt64());
        insert.bind(5, trials.getColumn(4).getString());
        insert.bind(6, trials.getColumn(5).getInt());
        insert.exec();
        insert.reset();
    }
    std::vector<ListedRow> fresh;
    for (const auto& [trial, outcome] : read_listed_outcomes(from, job_of_part)) {
        const auto [known, is_new] = listed_.try_emplace(trial, outcome);
        ++(is_new ? new_ : known_);
        if (is_new)
            fresh.push_back({trial, outcome});
        else if (!is_same_outcome(known->second, outcome))
            refuse_other_result(from.path(), "trial " + std::to_string(trial) + " of the list");
    }
    write_listed_rows(to_, job_, fresh);
}

void JobMerge::take_audit(Database& from, JobId job_of_part) {
    for (const auto& [layer, counts] : read_audit_totals(from, job_of_part)) {
        LayerInjection& total = audit_[layer];
        for (std::size_t bit = 0; bit < LayerInjection::bit_positions; ++bit) {
            total.asked[bit] += counts.asked[bit];
            total.changed[bit] += counts.changed[bit];
        }
    }
}

void JobMerge::finish() {
    order_tuning();
    ResultBatch batch;
    if (!is_mixed_) batch.audit = audit_;
    write_rows(to_, job_, batch);
}

void JobMerge::order_tuning() {
    struct Row {
        std::string kind, item;
        std::tuple<int, std::size_t, double, std::int64_t> place;  // stage, site, threshold, as it came
    };
    std::vector<Row> all;
    std::vector<std::string> sites;  // in their order
    SQLite::Statement rows(to_.sql(), "SELECT kind, item, sequence FROM tuning WHERE job = ? ORDER BY sequence");
    for (rows.bind(1, job_); rows.executeStep();) {
        all.push_back({rows.getColumn(0).getString(), rows.getColumn(1).getString(), {0, 0, 0, rows.getColumn(2).getInt64()}});
        if (all.back().kind == "profiled") sites.push_back(all.back().item);
    }
    for (auto& [kind, item, place] : all) {
        const bool is_of_sweep = kind == "sweep" || kind == "sweep_point";
        if (!is_of_sweep && kind != "search" && kind != "evaluation" && kind != "grid" && kind != "hardened") continue;
        std::get<0>(place) = 1;
        std::get<1>(place) = std::size_t(std::ranges::find(sites, item.substr(0, item.find(' '))) - sites.begin());
        if (kind == "sweep_point") std::get<2>(place) = 1 + parse_number(item.substr(item.rfind(' ') + 1)).value_or(0);
    }
    std::ranges::stable_sort(all, {}, &Row::place);
    SQLite::Statement update(to_.sql(), "UPDATE tuning SET sequence = ? WHERE job = ? AND kind = ? AND item = ?");
    for (std::size_t i = 0; i < all.size(); ++i) {
        update.bind(1, std::int64_t(i) + 1);
        update.bind(2, job_);
        update.bind(3, all[i].kind);
        update.bind(4, all[i].item);
        update.exec();
        update.reset();
    }
}

}  // namespace clipscope
