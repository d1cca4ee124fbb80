#include "evaluation/image_independence.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace clipscope {

namespace {

// A company of images on its way through the network.
struct Company {
    std::vector<std::int64_t> images;
    Frame frame;

    Company(const Evaluator::State& evaluator, const at::Tensor& all, std::vector<std::int64_t> chosen)
        : images(std::move(chosen)), frame(evaluator.initial_frame) {
        frame[std::size_t(evaluator.network->program().input_slot())] = select_rows(all, at::tensor(images, at::kLong));
    }
    void run(const Evaluator::State& evaluator, std::size_t index) { evaluator.run_step_apart(index, frame); }
};

bool is_of_images(const c10::IValue& value, std::size_t images) {
    return value.isTensor() && value.toTensor().dim() > 0 && value.toTensor().size(0) == std::int64_t(images);
}

// Whether both companies have the very same values of the images that both have.
bool agree(const Company& one, const Company& other, Slot slot) {
    const c10::IValue &first = one.frame[std::size_t(slot)], &second = other.frame[std::size_t(slot)];
    if (!is_of_images(first, one.images.size()) || !is_of_images(second, other.images.size())) return true;
    const at::Tensor all = first.toTensor().contiguous(), few = second.toTensor().contiguous();
    if (all.sizes().slice(1) != few.sizes().slice(1)) return false;
    const std::size_t bytes = all.nbytes() / one.images.size();
    for (std::size_t i = 0; i < other.images.size(); ++i) {
        const auto place = std::size_t(std::find(one.images.begin(), one.images.end(), other.images[i]) - one.images.begin());
        if (std::memcmp(static_cast<const char*>(all.data_ptr()) + place * bytes, static_cast<const char*>(few.data_ptr()) + i * bytes,
                        bytes) != 0)
            return false;
    }
    return true;
}

}  // namespace

std::optional<std::size_t> find_dependent_step(const Evaluator::State& evaluator, const std::stop_token& stop) {
    const torch::NoGradGuard no_gradients;
    const Program& program = evaluator.network->program();
    const std::size_t least = evaluator.least_images;
    const std::size_t count = std::min({evaluator.image_count(), std::max(evaluator.images_a_pass, 2 * least), 2 * least + 17});
    if (count <= least) return std::nullopt;  // they will all stand together
    const at::Tensor images = evaluator.images->range({0, count});
    std::vector<std::int64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    std::vector<std::int64_t> few(all.end() - std::ptrdiff_t(least), all.end());
    std::vector<std::int64_t> turned(all.rbegin(), all.rend() - std::ptrdiff_t((count - least) / 2));
    Company reference(evaluator, images, all);
    std::vector<Company> others{{evaluator, images, few}, {evaluator, images, turned}};
    for (std::size_t i = 0; i < program.steps().size() && !stop.stop_requested(); ++i) {
        const Step& step = program.steps()[i];
        reference.run(evaluator, i);
        for (Company& other : others) {
            other.run(evaluator, i);
            for (Slot slot : step.outputs)
                if (evaluator.batch_slots[std::size_t(slot)] && !agree(reference, other, slot)) return i;
        }
        for (Slot slot : step.dead_after) {
            reference.frame[std::size_t(slot)] = c10::IValue();
            for (Company& other : others) other.frame[std::size_t(slot)] = c10::IValue();
        }
    }
    return std::nullopt;
}

}  // namespace clipscope
