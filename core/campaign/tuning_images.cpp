#include "campaign/tuning_images.h"

#include <algorithm>

#include "common/error.h"
#include "data/dataset_reader.h"

namespace clipscope {
namespace {

// The other split where the folder has it, else the same.
Split split_of(const TuningImages& wanted) {
    if (wanted.split) return *wanted.split;
    const std::vector<Split> offered = available_splits(wanted.folder);
    const auto other = std::ranges::find_if(offered, [&](Split split) { return split != wanted.evaluation_split; });
    return other == offered.end() ? wanted.evaluation_split : *other;
}

}  // namespace

TuningInputs open_tuning_images(const JobInputs& evaluation, const TuningImages& wanted) {
    const Split split = split_of(wanted);
    const bool is_shared = split == wanted.evaluation_split;
    // What is open already is not read and checked again.
    const Dataset dataset = is_shared ? evaluation.images.whole() : open_dataset(wanted.folder, split, wanted.picture_size);
    const std::vector<std::size_t> positions =
        select_images(dataset, wanted.selection, wanted.seed, is_shared ? wanted.evaluation_positions : std::vector<std::size_t>());
    if (positions.empty()) {
        throw Error("The evaluation takes all images of " + dataset.name() +
                    ", so none is left to tune on: evaluate on fewer, or tune on another split.");
    }
    TuningInputs tuning{evaluation, split == Split::train ? TrainedOn::likely : TrainedOn::no};
    tuning.inputs.images = dataset.subset(positions);
    tuning.inputs.data_name = dataset.name();
    return tuning;
}

}  // namespace clipscope
