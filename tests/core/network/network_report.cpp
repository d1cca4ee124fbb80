// What tests in Python ask of a model file: a line of JSON for each, with its layers and parameters, and whether the program's output on
// one seeded batch equals that of LibTorch's own forward() bit for bit, and that output.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "modules.h"
#include "network/model_file.h"
#include "network/network.h"
#include "network/program.h"

using namespace clipscope;

namespace {

at::Tensor first_tensor(c10::IValue value) {
    while (value.isTuple()) value = value.toTupleRef().elements()[0];
    return value.toTensor();
}

nlohmann::json report(const std::string& path, const std::string& which, int size) {
    const torch::NoGradGuard no_gradients;
    torch::jit::setGraphExecutorOptimize(false);
    const bool is_program_alone = which == "!";
    const std::size_t at = which.find('@');
    const std::string architecture = is_program_alone ? "" : which.substr(0, at), key = at == std::string::npos ? "" : which.substr(at + 1);
    const auto network = Network::load(path, architecture, key);
    torch::jit::Module module = load_module(path, architecture, key).module;
    module.eval();
    const std::int64_t channels = network->layers()[0].shape.size() == 4 ? network->layers()[0].shape[1] : 3;
    const at::Tensor images = testing::random_images({2, channels, size, size});
    const std::int64_t fixed = network->metadata().fixed_batch;
    const auto in_passes = [&](const auto& run) {
        if (fixed == 0) return run(images);
        std::vector<at::Tensor> outputs;
        for (const at::Tensor& some : images.split(fixed)) outputs.push_back(run(some));
        return at::cat(outputs);
    };
    const at::Tensor output = in_passes([&](const at::Tensor& some) { return network->program().forward(some); });
    const at::Tensor expected =
        is_program_alone ? output : in_passes([&](const at::Tensor& some) { return first_tensor(module.forward({some})); });
    const at::Tensor bytes = output.contiguous();
    std::int64_t layer_parameters = 0;
    for (const LayerInfo& layer : network->layers()) layer_parameters += layer.parameter_count;
    return {{"file", path},
            {"equal", testing::same_bits(output, expected)},
            {"difference", (output - expected).abs().max().item<double>()},
            {"layers", network->layers().size()},
            {"sites", network->sites().size()},
            {"parameters", network->parameter_count()},
            {"layer_parameters", layer_parameters},
            {"steps", network->program().steps().size()},
            {"architecture", network->metadata().architecture},
            {"stored_as", network->metadata().stored_as},
            {"state_key", network->metadata().state_key},
            {"other_state_keys", network->metadata().other_state_keys},
            {"output", std::vector<float>(bytes.data_ptr<float>(), bytes.data_ptr<float>() + bytes.numel())}};
}

}  // namespace

// network_report SIZE ARCHITECTURE[@STATE_KEY] FILE...; an empty architecture lets the file say its own, "!" compares nothing.
int main(int argc, char** argv) {
    int status = 0;
    for (int i = 3; i < argc; ++i) {
        try {
            std::printf("%s\n", report(argv[i], argv[2], std::atoi(argv[1])).dump().c_str());
        } catch (const std::exception& error) {
            std::printf("%s\n", nlohmann::json{{"file", argv[i]}, {"error", error.what()}}.dump().c_str());
            status = 1;
        }
    }
    return status;
}
