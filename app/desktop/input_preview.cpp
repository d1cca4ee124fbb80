#include "input_preview.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/seen_image.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr std::size_t images_shown = 12;
constexpr std::size_t images_measured = 100;

QImage to_image(const SeenImage& seen) {
    // The pixels must outlive the image that only borrows them, so it is copied.
    return QImage(seen.rgb.data(), seen.width, seen.height, 3 * seen.width, QImage::Format_RGB888).copy();
}

}  // namespace

GridImage seen_picture(const Dataset& images, std::size_t place, const InputFormat& format) {
    return {to_image(seen_image(images, place, format)), class_title(images.label(place), images.class_names()), {}, false};
}

InputStatistics input_statistics(const Dataset& all, const Normalization& normalization) {
    const Dataset data = all.subset(spread_positions(all, images_measured));
    const std::size_t count = data.size();
    std::vector<float> pixels(data.shape().pixels());
    InputStatistics input{0, 0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        prepare_image(data, i, {normalization, {}}, pixels);
        for (const double pixel : pixels) {
            sum += pixel;
            squares += pixel * pixel;
            input.min = std::min(input.min, pixel);
            input.max = std::max(input.max, pixel);
        }
    }
    const double n = double(count * pixels.size());
    input.mean = sum / n;
    input.sd = std::sqrt(std::max(0.0, squares / n - input.mean * input.mean));
    return input;
}

std::vector<GridImage> preview_images(const Engine& engine, const std::optional<OpenedModel>& model, const Dataset& images,
                                      const Normalization& normalization, std::stop_token stop) {
    const Dataset shown = images.subset(spread_positions(images, images_shown));
    const InputFormat format = model ? engine.input_format(*model, shown, normalization) : InputFormat{normalization, {}};
    const std::vector<Answer> answers = model ? engine.answers(*model, shown, format, std::move(stop)) : std::vector<Answer>{};
    std::vector<GridImage> grid;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        GridImage image = seen_picture(shown, i, format);
        if (i < answers.size()) {
            image.answer =
                QObject::tr("%1, %2").arg(class_title(answers[i].prediction, shown.class_names()), percent_text(answers[i].probability, 0));
            image.is_right = answers[i].prediction == shown.label(i);
        }
        grid.push_back(std::move(image));
    }
    return grid;
}

NormalizationTrial try_normalization(const Engine& engine, const std::optional<OpenedModel>& model, const Dataset& images,
                                     const Normalization& normalization, std::stop_token stop) {
    NormalizationTrial trial{input_statistics(images, normalization), {}};
    if (!model) return trial;
    const InputFormat format = engine.input_format(*model, images, normalization);
    const std::vector<Answer> answers = engine.answers(*model, images, format, std::move(stop));
    if (answers.size() != images.size()) return trial;
    double right = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) right += answers[i].prediction == images.label(i);
    trial.accuracy = right / double(images.size());
    return trial;
}

}  // namespace clipscope
