// What a job of a study is about, as plain values: enough to run it again, or more of it, on any machine that has the model and the images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/fault_scope.h"
#include "campaign/tuning_run.h"
#include "clipping/threshold_search.h"
#include "data/image_file.h"
#include "data/normalization.h"
#include "evaluation/outcome.h"
#include "network/memory_model.h"
#include "study/job_definition.h"

namespace clipscope {

JobKind job_kind_from_string(const std::string& text);  // throws UsageError

// The list of faults of a job; its trials stand in the study (listed_trials.h).
struct FaultListSettings {
    std::string path{};       // absolute
    std::string sha256{};     // of the file
    std::int64_t trials = 0;  // that were read from it
    bool each_line = false;   // every line is a trial of its own (faults/fault_list.h)
};

struct JobSettings {
    JobKind kind = JobKind::sensitivity;

    // What is measured; texts are as the command line takes them.
    std::string model = "bundled:lenet5";
    std::string architecture{};  // of a state dictionary; empty: found by its shapes
    std::string state_key{};     // of a checkpoint, where its parameters lie; empty: found by usual names
    std::string data{};          // folder; empty: Fashion-MNIST
    PictureSize picture_size{};  // of folders of pictures
    std::string split = "test";
    std::string images = "1000";
    std::optional<Normalization> normalization{};  // nothing: what the model's file says
    std::string tuning_images = "200";
    std::string tuning_split{};  // empty: the one that the evaluation images are not from
    std::uint64_t seed = 1;
    MemoryModel memory{};

    // How.
    NonfiniteRule nonfinite = NonfiniteRule::wrong;
    AucAxis auc_axis = AucAxis::linear;
    int chunk = 0;
    std::string device = "auto";
    bool exact = false;
    double self_check = 0.01;  // share of the trials that run in the exact mode too (campaign/self_check.h); results do not depend on it

    // How much; a sensitivity and a comparison may grow in these.
    std::string layers = "each,network";
    std::string rates = "auto";  // several joined by semicolons: all of them
    std::string faults{};        // of these two: how many in each trial, as in "1,2,4", in place of rates; empty: rates
    int trials = 50;             // of all images
    double precision = 0;        // half-width of the 95 % interval of every mean, a fraction; 0: as the trials give it

    // Of a sweep and a hardening.
    FaultPlace place = FaultPlace::feeding;
    std::string site{};  // empty: a hardening is of all sites
    std::string grid = "0:1.5:16";
    bool grid_in_act_max = true;
    ThresholdSearchSettings search{};
    bool greedy = false;
    std::string protection = "clip";  // of the sites: a kind whose bound can be searched

    // Of a comparison: the tuned thresholds as their file has them; empty: only ACT_max is compared.
    std::string thresholds{};
    // Of a duel, which is a comparison too: "none,clip,guard+clip"; empty: the paper's. May grow as rates do.
    std::string protections{};

    // Of a list of faults.
    FaultListSettings list{};

    // What the kind alone knows (JobDefinition::own_settings), by name: all of its settings, or none where it has none.
    std::map<std::string, std::string> own{};

    // What a newer ClipScope wrote and this one does not know, as the text of a JSON object: kept, and never the same job as one without.
    std::string unknown_fields{};
};

// A field that the text lacks, because an older ClipScope wrote it, has its default above: that must be what the older one did.
// `file` is named in errors: throws StudyDamagedError.
std::string to_json(const JobSettings& settings);
JobSettings job_settings_from_json(const std::string& text, const std::string& file);
// The same of what a person wrote: throws Error that says which value makes no sense.
JobSettings job_settings_by_hand(const std::string& text);

// What people call it, and its command: of a comparison of any protections "duel", otherwise its kind.
std::string kind_name(const JobSettings& settings);

// A setting of the kind's own; as it usually is where nobody said. Throws logic_error where the kind has none of this name.
std::string own_setting(const JobSettings& settings, std::string_view name);
// Says those that nobody said as they usually are, and throws UsageError on what makes no sense. Those that the kind does not have, because
// a newer ClipScope wrote them, stay.
void complete_own_settings(JobSettings& settings);

// Whether results of the two belong together: the same but for the paths of model and data, and where the kind can grow, for how much.
bool can_continue(const JobSettings& stored, const JobSettings& asked);

// The layers, rates and trials of both, in what is otherwise `stored`; the paths of model and data are those asked for.
JobSettings grown(const JobSettings& stored, const JobSettings& asked);

// Whether it needs tuning images beside those that it is evaluated on.
bool needs_tuning_images(const JobSettings& settings);

// Whether it injects any: a profile does where it names layers.
bool injects_faults(const JobSettings& settings);

// What its curves are drawn over.
PointAxis point_axis(const JobSettings& settings);

// Ascending; "auto" stands for those suggested. Throws UsageError where rates are no rates.
std::vector<double> all_rates(const std::string& text, const std::vector<double>& suggested);

// The rates, or the numbers of faults, of a job over these.
std::vector<double> all_points(const JobSettings& settings, const std::vector<double>& suggested);

// Whether they are to be found by probes first.
bool has_automatic_rates(const JobSettings& settings);

}  // namespace clipscope
