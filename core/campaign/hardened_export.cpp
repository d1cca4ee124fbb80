#include "campaign/hardened_export.h"

#include <filesystem>
#include <functional>
#include <system_error>

#include "common/error.h"
#include "common/file_replacement.h"
#include "common/text_list.h"
#include "evaluation/hardened_check.h"
#include "network/formats/onnx/hardened_onnx.h"
#include "network/hardened_file.h"
#include "protection/activation/protected_file.h"
#include "protection/activation/protected_onnx.h"

namespace clipscope {
namespace {

// A file that goes away unless it was moved to its place.
class UnverifiedFile {
public:
    explicit UnverifiedFile(const std::string& path) : path_(path + ".unverified") {}
    ~UnverifiedFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    UnverifiedFile(const UnverifiedFile&) = delete;
    UnverifiedFile& operator=(const UnverifiedFile&) = delete;

    const std::string& path() const { return path_; }

    void move_to(const std::string& place) const {
        try {
            replace_file(path_, place);
        } catch (const std::system_error& error) {
            throw Error("Cannot write '" + place + "': " + error.code().message() + "; choose another place or make this one writable.");
        }
    }

private:
    std::string path_;
};

// Every site has the threshold it was given, or the one it had.
void check_sites(const Network& written, const Network& original, const Clipping& clipping) {
    bool equal = written.sites().size() == original.sites().size();
    for (std::size_t site = 0; equal && site < original.sites().size(); ++site) {
        const auto expected = clipping.at(site) ? clipping.at(site) : original.sites()[site].threshold;
        equal = written.sites()[site].threshold == expected && written.sites()[site].kind == original.sites()[site].kind;
    }
    if (!equal)
        throw Error("The hardened network of '" + original.path() +
                    "', opened again, does not have the thresholds it was given: this is a defect, "
                    "please report it; no file was written.");
}

bool is_onnx_path(const std::string& path) {
    return lower_case(std::filesystem::path(path).extension().string()) == ".onnx";
}

// Writes a file by `write`, which gets the place, opens it again and compares its logits with the evaluator's; only then it stands at
// `path`.
std::optional<HardenedFile> write_verified(const Evaluator& evaluator, const std::string& path, const std::stop_token& stop,
                                           const std::function<void(const std::string& place)>& write) {
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown) && !std::filesystem::is_regular_file(path, unknown))
        throw Error("Cannot write '" + path + "': it is a folder or a device, and a network needs a file of its own; choose another name.");
    const UnverifiedFile file(path);
    write(file.path());
    const std::optional<HardenedCheck> check = check_hardened_file(evaluator, file.path(), stop);
    if (!check) return std::nullopt;
    if (check->different > 0)
        throw Error("The hardened network, opened again, gives other logits than the protected network on " +
                    std::to_string(check->different) + " of " + std::to_string(check->images) +
                    " images: this is a defect, please report it; '" + path + "' was not written.");
    file.move_to(path);
    return HardenedFile{path, check->images};
}

}  // namespace

void check_hardened_path(const Network& network, const std::string& path) {
    if (is_onnx_path(path)) check_hardened_onnx(network, path);
}

std::optional<HardenedFile> export_hardened(const Evaluator& clipped, const Clipping& clipping, const JobInputs& inputs,
                                            const std::string& path, std::stop_token stop) {
    check_hardened_path(clipped.network(), path);
    return write_verified(clipped, path, stop, [&](const std::string& place) {
        if (is_onnx_path(path))
            write_hardened_onnx(clipped.network(), clipping.thresholds, place, described(inputs));
        else
            write_hardened_file(clipped.network(), clipping.thresholds, place, described(inputs));
        check_sites(*Network::load(place), clipped.network(), clipping);
    });
}

std::optional<HardenedFile> export_protected(const Evaluator& evaluator, const Clipping& clipping, const SiteProtections& protections,
                                             const JobInputs& inputs, const std::string& path, std::stop_token stop) {
    check_hardened_path(evaluator.network(), path);
    return write_verified(evaluator, path, stop, [&](const std::string& place) {
        if (is_onnx_path(path))
            write_protected_onnx(evaluator.network(), clipping, protections, place, described(inputs));
        else
            write_protected_file(evaluator.network(), clipping, protections, place, described(inputs));
    });
}

}  // namespace clipscope
