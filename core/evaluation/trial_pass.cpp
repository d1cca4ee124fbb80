#include "evaluation/trial_pass.h"

#include <exception>
#include <new>

#include "network/program.h"

namespace clipscope {

bool takes_images(const Network& network, const ImageShape& shape) {
    const torch::NoGradGuard no_gradients;
    constexpr std::int64_t usual_batch = 2;
    const std::int64_t batch = network.metadata().fixed_batch > 0 ? network.metadata().fixed_batch : usual_batch;
    try {
        network.program().forward(at::zeros({batch, shape.channels, shape.height, shape.width}));
        return true;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace clipscope
