// The tables of a study's file, and how files of older versions become new ones. Only core/study includes this.
#pragma once

#include <string>

#include "study/database.h"

namespace clipscope {

inline constexpr int application_id = 0x436C5363;  // "ClSc", in the file's header
inline constexpr int schema_version = 1;           // user_version in the header

// Makes the tables in an empty database.
void create_schema(Database& database);

// The version of a study; throws StudyDamagedError where the database is somebody else's.
int checked_version(Database& database);

// Brings an older version's tables up to date, in one transaction.
void upgrade_schema(Database& database, int version);

// The views for people and later tables, in a study that was made before there were any, or with fewer columns; an object of the same name
// that is somebody else's stays.
void add_views(Database& database);

}  // namespace clipscope
