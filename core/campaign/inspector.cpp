#include "campaign/inspector.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "campaign/profile.h"

namespace clipscope {

Inspector::Inspector(JobInputs inputs, std::function<JobInputs()> tuning) : inputs_(std::move(inputs)), tuning_(std::move(tuning)) {}
Inspector::~Inspector() = default;

Inspector::Network* Inspector::find(const Protection& protection, const std::stop_token& stop) {
    if (const auto known = networks_.find(protection); known != networks_.end()) return &known->second;
    Network network;
    if (protection != Protection::none) {
        const JobInputs tuning = tuning_();
        const TuningSettings settings;
        const EventSink unheard = [](const Event&) {};
        const auto act_max = measure_act_max_for({&protection, 1}, tuning, settings, unheard, stop);
        if (!act_max) return nullptr;
        auto made = make_contestants(tuning, {protection}, *act_max, {}, settings, unheard, stop);
        if (!made) return nullptr;
        network.protection = std::move(made->front());
    }
    network.runner = std::make_unique<EffectsRunner>(
        inputs_.network, inputs_.images, inputs_.input,
        EvaluatorOptions{.device = "cpu", .clipping = network.protection.clipping, .protections = network.protection.sites});
    return &networks_.emplace(protection, std::move(network)).first->second;
}

std::optional<Inspection> Inspector::run(const TrialFaults& faults, const Protection& protection, std::stop_token stop) {
    const std::lock_guard lock(mutex_);
    if (stop.stop_requested()) return std::nullopt;
    Network* network = find(protection, stop);
    if (!network) return std::nullopt;
    Inspection inspection{protection, faulty_values(*inputs_.network, faults, 1, network->protection.clipping), {}};
    TrialFaults in_memory = faults;
    in_memory.memory = network->protection.memory;
    inspection.effects = network->runner->run(in_memory, 1);
    latest_ = network->runner.get();
    return inspection;
}

FeatureMap Inspector::feature_map(std::size_t site, std::size_t image, std::int64_t channel) const {
    const std::lock_guard lock(mutex_);
    if (!latest_) throw std::out_of_range("Inspector: nothing has run yet");
    return latest_->feature_map(site, image, channel);
}

SiteLook Inspector::look_at(std::size_t site, std::size_t image, std::optional<std::int64_t> channel) const {
    const std::lock_guard lock(mutex_);
    if (!latest_) throw std::out_of_range("Inspector: nothing has run yet");
    SiteLook look{site, image, latest_->channel_changes(site, image), 0, {}};
    const bool is_there = channel && std::ranges::find(look.channels, *channel, &ChannelChange::channel) != look.channels.end();
    look.channel = is_there ? *channel : look.channels.at(0).channel;
    look.map = latest_->feature_map(site, image, look.channel);
    return look;
}

}  // namespace clipscope
