// What tests in Python ask of a data folder: a line of JSON with its shape, classes, labels, skipped files and the memory and time it took,
// and all its pixels in a file.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "common/peak_memory.h"
#include "data/dataset_reader.h"
#include "data/image_folder_reader.h"

using namespace clipscope;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

nlohmann::json report(const Dataset& images, const std::string& output) {
    const Clock::time_point start = Clock::now();
    std::vector<int> labels;
    std::ofstream pixels(output, std::ios::binary);
    for (std::size_t i = 0; i < images.size(); ++i) {
        labels.push_back(images.label(i));
        const ImagePixels image = images.image(i);
        pixels.write(reinterpret_cast<const char*>(image.data()), std::streamsize(image.size()));
    }
    const ImageShape shape = images.shape();
    return {{"name", images.name()},
            {"shape", {shape.channels, shape.height, shape.width}},
            {"classes", images.class_names()},
            {"labels", labels},
            {"skipped", images.skipped_files()},
            {"reading_seconds", seconds_since(start)}};
}

nlohmann::json report(const std::vector<std::string>& arguments) {
    const Split split = split_from_string(arguments[1]);
    const PictureSize size{std::stoi(arguments[2]), std::stoi(arguments[3])};
    reset_peak_memory();
    const std::size_t before = peak_memory_bytes();
    const Clock::time_point start = Clock::now();
    const Dataset images = arguments.size() == 5
                               ? open_dataset(arguments[0], split, size)
                               : read_image_folder(std::filesystem::absolute(arguments[0]), split, size, std::stoul(arguments[5]));
    const double opening_seconds = seconds_since(start);
    const std::size_t after_opening = peak_memory_bytes();
    nlohmann::json result = report(images, arguments[4]);
    result["opening_seconds"] = opening_seconds;
    result["opening_bytes"] = after_opening - before;
    result["peak_bytes"] = peak_memory_bytes() - before;
    return result;
}

}  // namespace

// dataset_report FOLDER test|train RESIZE CROP PIXELS [MOST_BYTES_IN_MEMORY]
int main(int argc, char** argv) {
    if (argc < 6 || argc > 7) return 2;
    try {
        std::printf("%s\n", report(std::vector<std::string>(argv + 1, argv + argc)).dump().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::printf("%s\n", nlohmann::json{{"error", error.what()}}.dump().c_str());
        return 1;
    }
}
