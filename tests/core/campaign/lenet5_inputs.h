// The bundled LeNet-5 on a few images of Fashion-MNIST: small enough for jobs of seconds.
#pragma once

#include <QFileInfo>
#include <QTest>

#include "campaign/job_inputs.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"

namespace clipscope::testing {

inline bool has_fashion_mnist() { return QFileInfo::exists(QString::fromStdString(fashion_mnist_folder())); }

inline JobInputs lenet5_inputs(std::size_t images, const std::string& model = resolve_model_path("bundled:lenet5")) {
    auto network = Network::load(model);
    const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
    const Dataset chosen = all.subset(select_images(all, {.count = images, .first = false}, 1));
    const InputFormat input = resolve_input_format(*network, chosen, std::nullopt);
    return {network, chosen, input, "lenet5", "Fashion-MNIST test"};
}

}  // namespace clipscope::testing
