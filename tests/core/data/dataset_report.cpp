// What tests in Python ask of a data folder: a line of JSON with its shape, classes, labels and skipped files, and all its pixels in a file.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "data/dataset_reader.h"

using namespace clipscope;

namespace {

nlohmann::json report(const std::string& folder, Split split, const PictureSize& size, const std::string& output) {
    const Dataset images = open_dataset(folder, split, size);
    std::vector<int> labels;
    std::ofstream pixels(output, std::ios::binary);
    for (std::size_t i = 0; i < images.size(); ++i) {
        labels.push_back(images.label(i));
        pixels.write(reinterpret_cast<const char*>(images.image(i).data()), std::streamsize(images.image(i).size()));
    }
    const ImageShape shape = images.shape();
    return {{"name", images.name()},
            {"shape", {shape.channels, shape.height, shape.width}},
            {"classes", images.class_names()},
            {"labels", labels},
            {"skipped", images.skipped_files()}};
}

}  // namespace

// dataset_report FOLDER test|train RESIZE CROP PIXELS
int main(int argc, char** argv) {
    if (argc != 6) return 2;
    try {
        const Split split = std::string(argv[2]) == "train" ? Split::train : Split::test;
        std::printf("%s\n", report(argv[1], split, {std::atoi(argv[3]), std::atoi(argv[4])}, argv[5]).dump().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::printf("%s\n", nlohmann::json{{"error", error.what()}}.dump().c_str());
        return 1;
    }
}
