#include "benchmark/engine_check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "benchmark/network_check.h"
#include "common/error.h"
#include "common/scratch_folder.h"
#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

namespace fs = std::filesystem;

// Most networks are measured in float32, as most people do.
MemoryModel memory_for(std::uint64_t seed) {
    constexpr const char* others[] = {"int8", "Q3.12", "bfloat16", "int8-channel"};
    MemoryModel memory;
    if (seed % 4 == 3) memory.format = NumberFormat::parse(others[seed / 4 % 4]);
    return memory;
}

// As IDX files, which hold grey images alone.
void keep_images(const Dataset& images, const fs::path& folder) {
    if (images.shape().channels != 1) return;
    fs::create_directories(folder);
    const auto write = [&](const char* name, std::initializer_list<std::uint32_t> sizes, const std::vector<std::uint8_t>& bytes) {
        std::ofstream file(folder / name, std::ios::binary);
        file << '\0' << '\0' << '\x08' << char(sizes.size());
        for (const std::uint32_t size : sizes)
            for (int shift = 24; shift >= 0; shift -= 8) file << char(size >> shift & 0xff);
        file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
        if (!file.flush()) throw Error("\"" + (folder / name).string() + "\" cannot be written: is the disk full?");
    };
    std::vector<std::uint8_t> pixels, labels;
    for (std::size_t image = 0; image < images.size(); ++image) {
        const ImagePixels one = images.image(image);
        pixels.insert(pixels.end(), one.begin(), one.end());
        labels.push_back(std::uint8_t(images.label(image)));
    }
    const auto count = std::uint32_t(images.size());
    write("t10k-images-idx3-ubyte", {count, std::uint32_t(images.shape().height), std::uint32_t(images.shape().width)}, pixels);
    write("t10k-labels-idx1-ubyte", {count}, labels);
}

}  // namespace

CheckedNetwork check_random_network(const RandomNetworkForm& form, int trials, const std::string& folder, std::stop_token stop) {
    CheckedNetwork checked{.form = form};
    try {
        const std::string cut = form.most_blocks > 0 ? "-blocks-" + std::to_string(form.most_blocks) : std::string();
        const std::string path = (fs::path(folder) / ("network-" + std::to_string(form.seed) + cut + ".pt")).string();
        write_random_network(form, path);
        const Dataset images = random_images(form.seed);
        const JobInputs inputs{Network::load(path)->stored_in(memory_for(form.seed)), images, random_input_format(form.seed), path,
                               images.name()};
        check_network(inputs, trials, checked, stop);
    } catch (const std::exception& error) {
        ++checked.trials_that_differ;
        checked.differences.push_back(error.what());
    }
    return checked;
}

namespace {

// The same network cut short as far as something differs still.
void look_for_smallest(CheckedNetwork& checked, int trials, const std::string& folder, const std::stop_token& stop) {
    constexpr int most_blocks = 12;
    for (int blocks = 1; blocks <= most_blocks && !stop.stop_requested(); ++blocks) {
        const CheckedNetwork cut = check_random_network({.seed = checked.form.seed, .most_blocks = blocks}, trials, folder, stop);
        if (cut.differences.empty()) continue;
        checked.fewest_blocks = blocks;
        return;
    }
}

}  // namespace

EngineCheckResult run_engine_check(const EngineCheckSettings& settings, const EventSink& sink, std::stop_token stop) {
    if (settings.networks < 1) throw UsageError("Choose at least 1 network to check the engine with.");
    if (settings.trials < 1) throw UsageError("Choose at least 1 trial.");
    const ScratchFolder temporary;
    const std::string folder = settings.folder.empty() ? temporary.path().string() : settings.folder;
    const auto started = std::chrono::steady_clock::now();
    EngineCheckResult result;
    std::mutex mutex;
    std::atomic<int> next{0};
    run_on_workers(resolve_threads(settings.threads), stop, [&](int, const std::stop_token& stopped) {
        for (int i = next++; i < settings.networks && !stopped.stop_requested(); i = next++) {
            const RandomNetworkForm form{.seed = settings.seed + std::uint64_t(i)};
            CheckedNetwork checked = check_random_network(form, settings.trials, folder, stopped);
            if (!checked.differences.empty()) look_for_smallest(checked, settings.trials, folder, stopped);
            if (!settings.folder.empty()) keep_images(random_images(form.seed), fs::path(folder) / ("images-" + std::to_string(form.seed)));
            if (stopped.stop_requested()) return;
            const std::lock_guard lock(mutex);
            ++result.networks;
            result.trials += checked.trials;
            result.images += checked.images;
            result.near_ties += checked.near_ties;
            if (!checked.differences.empty()) {
                sink(Message{"Network " + std::to_string(form.seed) + ": " + checked.differences.front() + "."});
                result.failed.push_back(checked);
            }
            const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
            sink(Progress{result.networks, settings.networks,
                          seconds / double(result.networks) * double(settings.networks - result.networks),
                          "network " + std::to_string(form.seed)});
        }
    });
    std::sort(result.failed.begin(), result.failed.end(),
              [](const CheckedNetwork& a, const CheckedNetwork& b) { return a.form.seed < b.form.seed; });
    result.is_stopped = stop.stop_requested();
    return result;
}

}  // namespace clipscope
