#include "study/schema.h"

#include <array>

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

-- For people with a database browser.
CREATE VIEW outcome AS
    SELECT curve.job, curve.layer, curve.protection, point.rate, trial.trial, trial.faults, trial.correct,
           trial.correct + trial.argmax AS correct_argmax, trial.top5, trial.top5 + trial.top5_argmax AS top5_argmax, trial.due, trial.sdc
    FROM trial JOIN point ON point.id = trial.point JOIN curve ON curve.id = point.curve;
CREATE VIEW threshold AS
    SELECT job, item AS site, json_extract(value, '$.hardened.act_max') AS act_max, json_extract(value, '$.hardened.threshold') AS threshold,
           json_extract(value, '$.hardened.auc_before') AS auc_before, json_extract(value, '$.hardened.auc_after') AS auc_after
    FROM tuning WHERE kind = 'hardened';
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

}  // namespace clipscope
