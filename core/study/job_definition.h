// What a kind of job is to ClipScope. Each kind has a file in kinds/ and a line in kinds/job_kinds.cpp; whoever deals with jobs asks the
// definition, never which kind it is.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"

namespace clipscope {

class CommandText;
class Evaluator;
class JobContext;
class Network;
class Study;
struct JobRecord;
struct JobSettings;
struct KnownProtections;
struct SiteInfo;
struct TrialFaults;

// What its results are.
enum class JobResults {
    curves,  // accuracy over fault rates, numbers of faults or bit positions; such a job can grow
    tuning,  // profiles, sweeps and searches, measured on the tuning images alone
    listed   // an outcome for each trial of a list of faults
};

// What it needs tuning images for.
enum class TuningImagesFor { nothing, automatic_rates, itself };

// What to do after it.
enum class NextStep { none, harden, compare, save };

// Which form of the window has its settings.
enum class JobForm { none, sensitivity, method };

// A setting that only one kind has. It is kept as text.
struct OwnSetting {
    std::string_view name;                             // "row-words": in the study, and as --row-words
    std::string_view usual;                            // value
    std::string_view label;                            // of its field: "Words in a row"
    std::string_view help;                             // a sentence or two, without a full stop at the end
    void (*check)(const std::string& text) = nullptr;  // throws UsageError where it makes no sense
};

// A kind that needs nothing of the command line and of the window but what the definition says gets its command and its entry in the form
// from here; one with commands or forms of its own leaves this empty.
struct JobOffer {
    std::string_view about;    // of the command: "Measure accuracy against …"
    std::string_view example;  // of a command line, after the program's name
    std::string_view against;  // in the form, what accuracy is measured against: "bad rows"
    std::string_view tip;      // what that is, in sentences
};

// The faults of a trial in a scope as the evaluator stores it, where the kind draws others than its axis says: those below a smaller point
// are those of the trial there, by their marks.
using DrawTrial = TrialFaults (*)(const JobSettings& settings, std::uint64_t trial, const Evaluator& evaluator, const FaultScope& scope,
                                  double most);

struct JobDefinition {
    std::string_view id;  // in study files, and of its command
    JobResults results = JobResults::curves;

    // What every kind has; missing_parts() says what is not there.
    std::string (*title)(const JobSettings& settings) = nullptr;                   // "Sensitivity: network, each"
    void (*check)(const JobSettings& settings, const Network& network) = nullptr;  // before it waits or runs; throws UsageError, Error
    void (*run)(JobContext& context) = nullptr;                                    // as run_study_job() (job_run.h) says
    // The words of the command that measures it again, all but the inputs. `thresholds_file`: where a comparison's thresholds are.
    void (*add_words)(CommandText& command, const JobSettings& settings, const std::string& thresholds_file) = nullptr;
    // How many full passes over its images it is worth, about (kinds/job_work.h); throws UsageError on settings that are none.
    double (*passes)(const JobSettings& settings, const std::vector<LayerInfo>& parts, std::size_t sites) = nullptr;

    // What its settings mean.
    PointAxis axis = PointAxis::fault_rate;  // of its curves
    bool takes_fault_counts = false;         // numbers of faults in place of rates, where the settings give some
    OutputScopes outputs = OutputScopes::refused;
    TuningImagesFor tuning_images = TuningImagesFor::nothing;
    bool compares_protections = false;  // its curves are of several protections, whose trials are paired
    bool has_site_and_grid = false;     // it is of one site and the thresholds of a grid
    bool has_search = false;            // it searches thresholds
    bool faults_are_optional = false;   // without layers it injects none
    std::span<const OwnSetting> own_settings{};
    DrawTrial draw = nullptr;  // null: by its axis

    // Where a kind says something else than usual; null: as it is usual.
    std::string (*name)(const JobSettings& settings) = nullptr;           // for people and as a command; usual: the id
    std::string (*faults_in)(const JobSettings& settings) = nullptr;      // of a report's table; usual: its layers
    std::string (*what)(const JobSettings& settings) = nullptr;           // of a list of jobs; usual: its layers
    std::string (*why_no_slices)(const JobSettings& settings) = nullptr;  // a sentence, empty where it has some; usual: it has
    // That the job knows, for its own replays and others' (known_protections.h); usual: none.
    KnownProtections (*protections)(const Study& study, const JobRecord& job, const std::vector<SiteInfo>& sites) = nullptr;

    // For the command line and the window.
    JobOffer offer{};
    JobForm form = JobForm::none;
    bool (*fits_form)(const JobSettings& settings) = nullptr;  // whether the form can say all of it; usual: it can
    NextStep next_step = NextStep::none;

    bool measures_curves() const { return results == JobResults::curves; }
    bool is_tuning() const { return results == JobResults::tuning; }
    bool is_listed() const { return results == JobResults::listed; }
};

// A kind by its definition. A value, never without one.
class JobKind {
public:
    constexpr JobKind(const JobDefinition& definition) : definition_(&definition) {}

    // Those that commands and forms of the program name. A new kind needs no name here.
    static const JobKind sensitivity, bits, compare, profile, sweep, harden, faults;

    const JobDefinition& operator*() const { return *definition_; }
    const JobDefinition* operator->() const { return definition_; }

    friend bool operator==(const JobKind&, const JobKind&) = default;
    friend auto operator<=>(const JobKind& one, const JobKind& other) { return one->id <=> other->id; }

private:
    const JobDefinition* definition_;
};

// All there are, in the order in which they are offered.
std::span<const JobKind> job_kinds();

// Null where there is none of this id.
const JobDefinition* find_job_kind(std::string_view id);

// What a definition lacks, a sentence each; none where it is whole.
std::vector<std::string> missing_parts(const JobDefinition& definition);

}  // namespace clipscope
