// Pictures for tests, made by OpenCV.
#pragma once

#include <QTest>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

namespace picture_files {

// Neither flat nor noise, so that every size and every picture is told apart and JPEG has something to do.
inline cv::Mat picture(int width, int height, int number, bool is_grey = false) {
    cv::Mat image(height, width, is_grey ? CV_8UC1 : CV_8UC3);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width * image.channels(); ++x)
            image.ptr(y)[x] = std::uint8_t((x * (3 + number % 7) + y * 5 + number * 31) % 251);
    return image;
}

inline void write(const std::filesystem::path& path, const cv::Mat& image, const std::vector<int>& options = {}) {
    std::filesystem::create_directories(path.parent_path());
    QVERIFY(cv::imwrite(path.string(), image, options));
}

}  // namespace picture_files
