#include "network/formats/parameters_alone.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>

#include "network/formats/model_formats.h"

namespace clipscope {

bool may_be_parameters_alone(const std::string& path) {
    try {
        std::ifstream file(path, std::ios::binary);
        std::string start(file_start_bytes, '\0');
        file.read(start.data(), std::streamsize(start.size()));
        start.resize(std::size_t(file.gcount()));
        file.clear();
        std::optional<ZipArchive> archive;
        if (start.starts_with(zip_start)) archive.emplace(file, ZipArchive::Names::any);
        const ModelFile model{path, file, start, archive ? &*archive : nullptr};
        const auto formats = model_formats();
        const auto format = std::ranges::find_if(formats, [&](const ModelFormat& one) { return one.recognises(model); });
        return format != formats.end() && format->is_parameters;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace clipscope
