// The loop that fault-injection scripts run, as a yardstick for the Evaluator and an independent check of its counts: flip the faulty bits
// in the network's own parameters, run the whole network over all images, flip them back. It skips nothing, keeps nothing and shares no
// code with the Evaluator beyond the images' preparation and the scoring.
//
// Unclipped it calls LibTorch's own forward() of a TorchScript module that it loads itself; with thresholds, or faults in those of the
// file, it runs every step of the program, the clipped sites by their clipped activation. This header knows no LibTorch.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "clipping/clipping.h"
#include "data/dataset.h"
#include "data/normalization.h"
#include "evaluation/outcome.h"
#include "faults/trial_faults.h"
#include "network/network.h"

namespace clipscope {

class PlainLoop {
public:
    // Loads the network's file once for each worker and normalises the images, which the workers share. `device` is "cpu" or "cuda:0".
    // Throws Error where the file or the images do not fit.
    PlainLoop(std::shared_ptr<const Network> network, const Dataset& images, const InputFormat& input, int chunk, const std::string& device,
              int workers);
    ~PlainLoop();
    PlainLoop(const PlainLoop&) = delete;
    PlainLoop& operator=(const PlainLoop&) = delete;

    // One trial: the outcome with the bits faulty whose mark is below `rate`. Outcome::sdc stays 0, for this loop does not know the clean
    // predictions. Any number of threads may call it at once, each for a worker of its own; each should compute with one thread of
    // LibTorch's, as run_on_workers() has it. Polls `stop` for every chunk of images; empty where it was stopped. `logits`, where given,
    // gets all images' logits one after the other.
    std::optional<Outcome> run(int worker, const TrialFaults& faults, double rate, const Clipping& clipping, std::stop_token stop,
                               std::vector<float>* logits = nullptr);

    // Whether every parameter of every worker is bitwise what the file says.
    bool parameters_are_clean() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace clipscope
