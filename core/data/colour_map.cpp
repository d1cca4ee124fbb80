#include "data/colour_map.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace clipscope {

const std::array<Rgb, colour_steps>& viridis() {
    static const std::array<Rgb, colour_steps> colours = [] {
        cv::Mat steps(1, colour_steps, CV_8U), coloured;
        for (int step = 0; step < colour_steps; ++step) steps.at<std::uint8_t>(step) = std::uint8_t(step);
        cv::applyColorMap(steps, coloured, cv::COLORMAP_VIRIDIS);
        std::array<Rgb, colour_steps> rgb;
        for (int step = 0; step < colour_steps; ++step) {
            const auto& bgr = coloured.at<cv::Vec3b>(step);
            rgb[std::size_t(step)] = {bgr[2], bgr[1], bgr[0]};
        }
        return rgb;
    }();
    return colours;
}

int colour_step(float number, float least, float greatest) {
    const double range = double(greatest) - double(least);
    if (!(range > 0)) return 0;
    const double place = (double(number) - double(least)) / range * colour_steps;
    return int(std::clamp(place, 0.0, double(colour_steps - 1)));
}

}  // namespace clipscope
