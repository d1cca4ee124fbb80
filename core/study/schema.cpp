#include "study/schema.h"

#include <array>
#include <string>
#include <vector>

#include "study/study_errors.h"

namespace clipscope {
namespace {

// Rates, layers and trials can be added to a job at any time, so trials hang on a curve's rate, not on a position in a list. Trials are
// many and small: whole numbers, no hidden row number, correct_argmax and top5_argmax as differences, which are mostly 0 and then need no
// space.
constexpr const char* tables = R"sql(
CREATE TABLE study (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- A model's file, or the images that a job used.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,              -- model, images
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,            -- of the file; of the chosen images' pixels and labels
    details TEXT NOT NULL,           -- JSON: normalisation, class names, split
    UNIQUE (kind, path, sha256));

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place REAL NOT NULL,             -- order in the queue
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,          -- JSON
    resolved TEXT NOT NULL DEFAULT '{}',  -- JSON: what was found out for it, such as suggested rates
    state TEXT NOT NULL DEFAULT 'queued',
    error TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    model INTEGER REFERENCES source (id),
    images INTEGER REFERENCES source (id),
    tuning_images INTEGER REFERENCES source (id),
    campaign TEXT NOT NULL DEFAULT '',    -- JSON: what all its curves share
    device TEXT NOT NULL DEFAULT '',
    threads INTEGER NOT NULL DEFAULT 0,
    versions TEXT NOT NULL DEFAULT '',    -- of ClipScope and LibTorch that ran it last
    created TEXT NOT NULL,
    started TEXT,
    ended TEXT,
    seconds REAL NOT NULL DEFAULT 0,      -- of all its runs
    removed TEXT);                        -- when; nothing while it is there

CREATE TABLE curve (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    layer TEXT NOT NULL,
    path TEXT NOT NULL,
    bits INTEGER NOT NULL,
    protection TEXT NOT NULL,
    clean TEXT NOT NULL,             -- JSON list: images, correct, correct_argmax, top5, top5_argmax, due, sdc
    row_check INTEGER NOT NULL,
    UNIQUE (job, layer, protection));

CREATE TABLE point (
    id INTEGER PRIMARY KEY,
    curve INTEGER NOT NULL REFERENCES curve (id) ON DELETE CASCADE,
    rate REAL NOT NULL,              -- per stored bit
    row_check INTEGER NOT NULL,
    UNIQUE (curve, rate));

CREATE TABLE trial (
    point INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    faults INTEGER NOT NULL,         -- bits
    correct INTEGER NOT NULL,        -- images, as all that follow
    argmax INTEGER NOT NULL,         -- correct_argmax - correct
    top5 INTEGER NOT NULL,
    top5_argmax INTEGER NOT NULL,    -- top5_argmax - top5
    due INTEGER NOT NULL,
    sdc INTEGER NOT NULL,
    row_check INTEGER NOT NULL,
    PRIMARY KEY (point, trial)) WITHOUT ROWID;

-- Histograms, sweeps, searches, thresholds: fragments of the JSON that ClipScope writes as a result.
CREATE TABLE tuning (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    item TEXT NOT NULL,              -- which of its kind
    sequence INTEGER NOT NULL,       -- the order in which they came
    value TEXT NOT NULL,
    row_check INTEGER NOT NULL,
    PRIMARY KEY (job, kind, item)) WITHOUT ROWID;

-- Bits that injections asked for and found changed, over all trials of the job.
CREATE TABLE audit (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    layer TEXT NOT NULL,
    bit INTEGER NOT NULL,            -- 0 = least significant
    asked INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (job, layer, bit)) WITHOUT ROWID;
)sql";

// Of points whose trials are drawn in strata and run on few images; the values as campaign/sampled_json.h writes them. Whole trials have
// numbers below 0 here. Not in the first files of this version: made when a study is opened to be written.
constexpr const char* sampling_tables = R"sql(
CREATE TABLE IF NOT EXISTS design (
    point INTEGER PRIMARY KEY REFERENCES point (id) ON DELETE CASCADE,
    value TEXT NOT NULL,             -- JSON
    row_check INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS sample (
    point INTEGER NOT NULL REFERENCES point (id) ON DELETE CASCADE,
    stratum INTEGER NOT NULL,        -- place in the design
    trial INTEGER NOT NULL,
    value TEXT NOT NULL,             -- JSON list of counts
    row_check INTEGER NOT NULL,
    PRIMARY KEY (point, stratum, trial)) WITHOUT ROWID;
)sql";

// Lists of faults, made likewise when a study is opened to be written.
constexpr const char* list_tables = R"sql(
CREATE TABLE IF NOT EXISTS listed_trial (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    trial INTEGER NOT NULL,          -- place in the list, from 0
    name TEXT NOT NULL,
    line INTEGER NOT NULL,           -- of the file
    bits TEXT NOT NULL,              -- JSON list of [layer, parameter, element, bit]
    row_check INTEGER NOT NULL,
    PRIMARY KEY (job, trial)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS listed_outcome (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    trial INTEGER NOT NULL,          -- place in the list; -1: the network without faults
    faults INTEGER NOT NULL,         -- bits
    images INTEGER NOT NULL,         -- as all that follow
    unchanged INTEGER NOT NULL,
    same_answer INTEGER NOT NULL,
    other_answer INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    argmax INTEGER NOT NULL,         -- correct_argmax - correct
    top5 INTEGER NOT NULL,
    top5_argmax INTEGER NOT NULL,    -- top5_argmax - top5
    due INTEGER NOT NULL,
    sdc INTEGER NOT NULL,
    before REAL,                     -- of a single fault: the stored number; nothing where it is a NaN, 0 for -0
    after REAL,
    before_bits INTEGER,             -- the same, as a float's 32 bits
    after_bits INTEGER,
    row_check INTEGER NOT NULL,
    PRIMARY KEY (job, trial)) WITHOUT ROWID;
)sql";

// For people: pandas, R or a database browser read these, so their names, columns and units stay what they are (guide.md, "A study
// as data"). Accuracies are fractions of the images and count non-finite outputs as the job says; what was removed is not there.
constexpr const char* views = R"sql(
CREATE VIEW IF NOT EXISTS jobs AS
    SELECT job.id AS job, job.kind, job.name, job.state, model.path AS model, model.sha256 AS model_sha256, data.path AS data,
           json_extract(about.text, '$.images') AS images, json_extract(job.settings, '$.seed') AS seed,
           coalesce(json_extract(job.settings, '$.fault_list.trials'), json_extract(job.settings, '$.trials')) AS trials_asked,
           json_extract(job.settings, '$.format') AS format,
           json_extract(job.settings, '$.fault_kind') AS fault_kind, json_extract(job.settings, '$.faulty_bits') AS faulty_bits,
           json_extract(job.settings, '$.faulty_parameters') AS faulty_parameters, json_extract(job.settings, '$.nonfinite') AS nonfinite,
           iif(job.kind = 'faults', NULL, coalesce(json_extract(about.text, '$.points_over'), 'fault_rate')) AS points_over,
           json_extract(about.text, '$.computed_with.libtorch') AS libtorch,
           json_extract(about.text, '$.computed_with.device') AS device,
           json_extract(about.text, '$.computed_with.processor') AS processor,
           json_extract(about.text, '$.computed_with.chunk') AS chunk, job.versions, job.created, job.started, job.ended,
           job.seconds, job.notes, job.error, coalesce(json_extract(job.settings, '$.fault_pattern'), 'bit') AS fault_pattern,
           json_extract(job.settings, '$.faults') AS fault_counts, json_extract(job.settings, '$.fault_list.path') AS fault_list
    FROM job LEFT JOIN source AS model ON model.id = job.model LEFT JOIN source AS data ON data.id = job.images
    LEFT JOIN (SELECT job.id, coalesce(nullif(job.campaign, ''), tuning.value) AS text FROM job
               LEFT JOIN tuning ON tuning.job = job.id AND tuning.kind = 'info') AS about ON about.id = job.id
    WHERE job.removed IS NULL;

CREATE VIEW IF NOT EXISTS curves AS
    SELECT curve.job, curve.id AS curve, curve.layer, curve.path, curve.bits, curve.protection, json_extract(curve.clean, '$[0]') AS images,
           1.0 * json_extract(curve.clean, CASE jobs.nonfinite WHEN 'argmax' THEN '$[2]' ELSE '$[1]' END) /
               json_extract(curve.clean, '$[0]') AS clean_accuracy
    FROM curve JOIN jobs ON jobs.job = curve.job;

CREATE VIEW IF NOT EXISTS trials AS
    SELECT curves.job, curves.curve, curves.layer, curves.protection, point.rate, trial.trial, trial.faults, curves.images, trial.correct,
           trial.correct + trial.argmax AS correct_argmax, trial.top5, trial.top5 + trial.top5_argmax AS top5_argmax, trial.due, trial.sdc,
           trial.correct + CASE jobs.nonfinite WHEN 'argmax' THEN trial.argmax ELSE 0 END AS right_images,
           1.0 * (trial.correct + CASE jobs.nonfinite WHEN 'argmax' THEN trial.argmax ELSE 0 END) / curves.images AS accuracy,
           CASE jobs.points_over WHEN 'fault_count' THEN CAST(point.rate AS INTEGER) END AS fault_count
    FROM trial JOIN point ON point.id = trial.point JOIN curves ON curves.curve = point.curve JOIN jobs ON jobs.job = curves.job;

CREATE VIEW IF NOT EXISTS points AS
    SELECT job, curve, layer, protection, rate, count(*) AS trials, avg(faults) AS faults_mean, avg(accuracy) AS mean,
           1.0 * (count(*) * sum(right_images * right_images) - sum(right_images) * sum(right_images)) /
               nullif(count(*) * (count(*) - 1), 0) / (1.0 * images * images) AS variance,
           min(accuracy) AS min, max(accuracy) AS max, avg(1.0 * sdc / images) AS sdc_mean, avg(1.0 * due / images) AS due_mean,
           fault_count
    FROM trials GROUP BY curve, rate;

CREATE VIEW IF NOT EXISTS thresholds AS
    SELECT jobs.job, tuning.item AS site, json_extract(value, '$.hardened.act_max') AS act_max,
           json_extract(value, '$.hardened.threshold') AS threshold, json_extract(value, '$.hardened.auc_before') AS auc_before,
           json_extract(value, '$.hardened.auc_after') AS auc_after
    FROM tuning JOIN jobs ON jobs.job = tuning.job WHERE tuning.kind = 'hardened';

CREATE VIEW IF NOT EXISTS histograms AS
    SELECT jobs.job, json_extract(tuning.value, '$.site') AS site, json_extract(tuning.value, '$.scope') AS scope,
           json_extract(tuning.value, '$.rate') AS rate, json_extract(tuning.value, '$.trials') AS trials,
           json_extract(bin.value, '$[0]') AS low, json_extract(bin.value, '$[1]') AS high, json_extract(bin.value, '$[2]') AS count
    FROM tuning JOIN jobs ON jobs.job = tuning.job, json_each(tuning.value, '$.histogram.bins') AS bin WHERE tuning.kind = 'activations';

CREATE VIEW IF NOT EXISTS listed_trials AS
    SELECT jobs.job, listed_trial.trial, listed_trial.name, listed_trial.line, json_array_length(listed_trial.bits) AS faults,
           iif(json_array_length(listed_trial.bits) = 1, json_extract(listed_trial.bits, '$[0][0]'), NULL) AS layer,
           iif(json_array_length(listed_trial.bits) = 1, json_extract(listed_trial.bits, '$[0][1]'), NULL) AS parameter,
           iif(json_array_length(listed_trial.bits) = 1, json_extract(listed_trial.bits, '$[0][2]'), NULL) AS element,
           iif(json_array_length(listed_trial.bits) = 1, json_extract(listed_trial.bits, '$[0][3]'), NULL) AS bit,
           done.before, done.after, done.images, done.unchanged, done.same_answer, done.other_answer, done.correct,
           done.correct + done.argmax AS correct_argmax, done.top5, done.top5 + done.top5_argmax AS top5_argmax, done.due, done.sdc,
           1.0 * done.correct / done.images AS accuracy
    FROM listed_trial JOIN jobs ON jobs.job = listed_trial.job
    LEFT JOIN listed_outcome AS done ON done.job = listed_trial.job AND done.trial = listed_trial.trial;

CREATE VIEW IF NOT EXISTS listed_bits AS
    SELECT jobs.job, listed_trial.trial, json_extract(one.value, '$[0]') AS layer, json_extract(one.value, '$[1]') AS parameter,
           json_extract(one.value, '$[2]') AS element, json_extract(one.value, '$[3]') AS bit
    FROM listed_trial JOIN jobs ON jobs.job = listed_trial.job, json_each(listed_trial.bits) AS one;
)sql";

// The first files had no audit and no notes.
constexpr const char* from_0_to_1 = R"sql(
ALTER TABLE job ADD COLUMN notes TEXT NOT NULL DEFAULT '';
CREATE TABLE audit (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    layer TEXT NOT NULL,
    bit INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (job, layer, bit)) WITHOUT ROWID;
)sql";

// What the first views of these names lacked, and how all of ClipScope's begin: somebody's own of the same name stays.
struct GrownView {
    const char* name;
    const char* beginning;
    const char* column;
};
constexpr std::array grown_views = {
    GrownView{"jobs", "CREATE VIEW jobs AS%SELECT job.id AS job, job.kind, job.name, job.state,%", "fault_pattern"},
    GrownView{"trials", "CREATE VIEW trials AS%SELECT curves.job, curves.curve, curves.layer,%", "fault_count"},
    GrownView{"points", "CREATE VIEW points AS%SELECT job, curve, layer, protection, rate,%", "fault_count"}};

std::vector<std::string> outgrown_views(Database& database) {
    std::vector<std::string> names;
    SQLite::Statement view(database.sql(),
                           "SELECT 1 FROM sqlite_master WHERE type = 'view' AND name = ? AND sql LIKE ? AND sql NOT LIKE '%' || ? || '%'");
    for (const GrownView& grown : grown_views) {
        view.bind(1, grown.name);
        view.bind(2, grown.beginning);
        view.bind(3, grown.column);
        if (view.executeStep()) names.push_back(grown.name);
        view.reset();
    }
    return names;
}

constexpr std::array<const char*, schema_version> upgrades = {from_0_to_1};  // [v]: from version v to v + 1

void set_version(Database& database) {
    database.sql().exec("PRAGMA user_version=" + std::to_string(schema_version));
}

}  // namespace

void create_schema(Database& database) {
    database.transaction([&] {
        database.sql().exec("PRAGMA application_id=" + std::to_string(application_id));
        set_version(database);
        database.sql().exec(tables);
        database.sql().exec(sampling_tables);
        database.sql().exec(list_tables);
        database.sql().exec(views);
    });
}

int checked_version(Database& database) {
    return database.guarded([&] {
        const int id = database.sql().execAndGet("PRAGMA application_id").getInt();
        const int version = database.sql().execAndGet("PRAGMA user_version").getInt();
        if (id != application_id)
            throw StudyDamagedError("The file '" + database.path() + "' is a database, but no ClipScope study: choose a .clipscope file.");
        if (version < 0) throw StudyDamagedError("The study '" + database.path() + "' is damaged in its first bytes: take a backup.");
        return version;
    });
}

void upgrade_schema(Database& database, int version) {
    database.transaction([&] {
        for (int from = version; from < schema_version; ++from) database.sql().exec(upgrades.at(std::size_t(from)));
        set_version(database);
    });
}

void add_views(Database& database) {
    const auto missing = [&] {
        return database.sql()
                   .execAndGet(
                       "SELECT count(*) FROM sqlite_master WHERE name IN ('jobs', 'curves', 'trials', 'points', 'thresholds', "
                       "'histograms', 'listed_trials', 'listed_bits', 'design', 'sample', 'listed_trial', 'listed_outcome')")
                   .getInt() < 12;
    };
    const std::vector<std::string> outgrown = database.guarded([&] { return outgrown_views(database); });
    if (outgrown.empty() && !database.guarded(missing)) return;
    database.transaction([&] {
        for (const std::string& view : outgrown) database.sql().exec("DROP VIEW " + view);
        database.sql().exec(sampling_tables);
        database.sql().exec(list_tables);
        database.sql().exec(views);
    });
}

}  // namespace clipscope
