#include "evaluation/image_independence.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>

#include "evaluation/worker_threads.h"

namespace clipscope {

namespace {

// Images that pass through the network together: each image's values after each step.
class Company {
public:
    Company(const Evaluator::State& evaluator, std::vector<std::int64_t> images)
        : evaluator_(evaluator), images_(std::move(images)), digests_(evaluator.network->program().steps().size()) {}

    void run(const at::Tensor& all, const std::stop_token& stop) {
        const torch::NoGradGuard no_gradients;
        const Program& program = evaluator_.network->program();
        Frame frame = evaluator_.initial_frame;
        frame[std::size_t(program.input_slot())] = select_rows(all, at::tensor(images_, at::kLong));
        for (std::size_t i = 0; i < program.steps().size() && !stop.stop_requested(); ++i) {
            const Step& step = program.steps()[i];
            evaluator_.run_step_apart(i, frame);
            for (Slot slot : step.outputs)
                if (evaluator_.batch_slots[std::size_t(slot)]) digests_[i].push_back(digests_of(frame[std::size_t(slot)]));
            for (Slot slot : step.dead_after) frame[std::size_t(slot)] = c10::IValue();
        }
    }

    // Whether both have the very same values, after a step, of the images that both have.
    bool agrees(const Company& other, std::size_t step) const {
        for (std::size_t output = 0; output < digests_[step].size(); ++output) {
            const auto &mine = digests_[step][output], &theirs = other.digests_[step][output];
            if (mine.empty() || theirs.empty()) continue;
            for (std::size_t i = 0; i < theirs.size(); ++i)
                if (mine[place_of(other.images_[i])] != theirs[i]) return false;
        }
        return true;
    }

private:
    std::size_t place_of(std::int64_t image) const {
        return std::size_t(std::find(images_.begin(), images_.end(), image) - images_.begin());
    }

    // One for each image; none where the value is not one of images.
    std::vector<std::uint64_t> digests_of(const c10::IValue& value) const {
        if (!value.isTensor() || value.toTensor().dim() == 0 || value.toTensor().size(0) != std::int64_t(images_.size())) return {};
        const at::Tensor values = value.toTensor().contiguous();
        const std::size_t bytes = values.nbytes() / images_.size();
        std::vector<std::uint64_t> digests;
        for (std::size_t i = 0; i < images_.size(); ++i)
            digests.push_back(digest(static_cast<const char*>(values.data_ptr()) + i * bytes, bytes, values.sizes().slice(1)));
        return digests;
    }

    // Each word is mixed in by a step that can be undone (an odd factor, a rotation), so that a single change is always seen.
    static std::uint64_t digest(const char* data, std::size_t bytes, at::IntArrayRef shape) {
        constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
        std::uint64_t result = bytes;
        const auto mix = [&](std::uint64_t word) { result = std::rotl((result ^ word) * factor, 29); };
        for (std::int64_t size : shape) mix(std::uint64_t(size));
        for (std::size_t done = 0; done < bytes; done += sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, data + done, std::min(sizeof word, bytes - done));
            mix(word);
        }
        return result;
    }

    const Evaluator::State& evaluator_;
    std::vector<std::int64_t> images_;
    std::vector<std::vector<std::vector<std::uint64_t>>> digests_;  // by step, output, image
};

}  // namespace

std::optional<std::size_t> find_dependent_step(const Evaluator::State& evaluator, int threads, const std::stop_token& stop) {
    const std::size_t least = evaluator.least_images;
    const std::size_t count = std::min({evaluator.image_count(), std::max(evaluator.images_a_pass, 2 * least), 2 * least + 17});
    if (count <= least) return std::nullopt;  // they will all stand together
    std::vector<std::int64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    const std::vector<std::int64_t> few(all.end() - std::ptrdiff_t(least), all.end());
    const std::vector<std::int64_t> turned(all.rbegin(), all.rend() - std::ptrdiff_t((count - least) / 2));
    const at::Tensor images = evaluator.images->range({0, count});
    std::vector<Company> companies{{evaluator, all}, {evaluator, turned}, {evaluator, few}};
    std::atomic<std::size_t> next{0};
    run_on_workers(std::clamp(threads, 1, int(companies.size())), stop, [&](int, const std::stop_token& stopped) {
        for (std::size_t i = next++; i < companies.size(); i = next++) companies[i].run(images, stopped);
    });
    if (stop.stop_requested()) return std::nullopt;
    for (std::size_t step = 0; step < evaluator.network->program().steps().size(); ++step)
        if (!companies[0].agrees(companies[1], step) || !companies[0].agrees(companies[2], step)) return step;
    return std::nullopt;
}

}  // namespace clipscope
