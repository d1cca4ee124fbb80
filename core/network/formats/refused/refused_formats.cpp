#include "network/formats/refused/refused_formats.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/text_list.h"
#include "network/export_script.h"
#include "network/formats/torchscript/script_records.h"

namespace clipscope {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view in_python;  // the advice is the script that saves networks for ClipScope

// Weights packed for the processors of phones.
bool is_mobile(const ModelFile& file) {
    if (file.start.size() > 8 && file.start.substr(4, 4) == "PTMF") return true;
    if (file.archive == nullptr || !is_torchscript(*file.archive)) return false;
    const auto& records = file.archive->records();
    return std::any_of(records.begin(), records.end(),
                       [](const ZipRecord& record) { return lower_case(record.name).starts_with("code/__torch__/torch/classes/xnnpack"); });
}

LoadedModule refuse_mobile(const ModelFile&, const ModelRequest&) {
    throw Error(
        "it is a mobile network (optimize_for_mobile), whose weights are packed for the processors of phones; save the network as it "
        "was before: torch.jit.trace(model.eval(), example).save(\"net.pt\")");
}

struct FirstBytes {
    std::size_t position;
    std::string_view bytes;
    std::string_view what;
    std::string_view advice;
};

constexpr std::string_view unpack = "unpack it and open what is inside";
constexpr std::string_view from_tensorflow = "convert it to ONNX (tf2onnx) and open that";
constexpr std::array known_files{
    FirstBytes{0, "version https://git-lfs"sv, "a pointer of Git LFS, which only says where the network is",
               "fetch the network itself with \"git lfs pull\""},
    FirstBytes{0, "\x89HDF\r\n"sv, "an HDF5 file, as Keras writes them", from_tensorflow},
    FirstBytes{4, "TFL3"sv, "a TensorFlow Lite network", "open the network it was made from, as ONNX (tf2onnx)"},
    FirstBytes{0, "\x08\x01\x12"sv, "a TensorFlow SavedModel", from_tensorflow},
    FirstBytes{0, "\x1f\x8b"sv, "compressed with gzip", unpack},
    FirstBytes{0, "BZh"sv, "compressed with bzip2", unpack},
    FirstBytes{0,
               "\xfd"
               "7zXZ"sv,
               "compressed with xz", unpack},
    FirstBytes{0, "7z\xbc\xaf"sv, "a 7-Zip archive", unpack},
    FirstBytes{0, "Rar!"sv, "a RAR archive", unpack},
    FirstBytes{257, "ustar"sv, "a tar archive", unpack},
    FirstBytes{0, "\x93NUMPY"sv, "an array of NumPy's", in_python},
    FirstBytes{0, "GGUF"sv, "a GGUF file of a language model", in_python},
    FirstBytes{0, "\x80\x02"sv, "a pickle that torch.save did not write", in_python},
    FirstBytes{0, "\x80\x03"sv, "a pickle that torch.save did not write", in_python},
    FirstBytes{0, "\x80\x04"sv, "a pickle that torch.save did not write", in_python},
    FirstBytes{0, "\x80\x05"sv, "a pickle that torch.save did not write", in_python},
};
constexpr std::array<FirstBytes, 4> known_texts{
    FirstBytes{0, "<!doctype html"sv, "a web page", "download the network itself"},
    FirstBytes{0, "<html"sv, "a web page", "download the network itself"},
    FirstBytes{0, "<?xml"sv, "an XML text", "open the network itself"},
    FirstBytes{0, "{"sv, "a JSON text, which holds no weights", "open the network itself"},
};

const FirstBytes* known_file(const ModelFile& file) {
    if (file.archive != nullptr) return nullptr;
    const auto fits = [](std::string_view start) {
        return [start](const FirstBytes& known) {
            return start.size() > known.position && start.substr(known.position).starts_with(known.bytes);
        };
    };
    const auto binary = std::find_if(known_files.begin(), known_files.end(), fits(file.start));
    if (binary != known_files.end()) return &*binary;
    const std::string text = lower_case(trimmed(file.start));
    const auto found = std::find_if(known_texts.begin(), known_texts.end(), fits(text));
    return found == known_texts.end() ? nullptr : &*found;
}

bool is_known_file(const ModelFile& file) {
    return known_file(file) != nullptr;
}

LoadedModule refuse_known_file(const ModelFile& file, const ModelRequest&) {
    const FirstBytes* known = known_file(file);
    const std::string advice =
        known->advice.empty() ? "open the network in Python and " + std::string(save_with_export_script) : std::string(known->advice);
    throw Error("it is " + std::string(known->what) + "; " + advice);
}

}  // namespace

const ModelFormat mobile_format{"mobile", is_mobile, refuse_mobile};
const ModelFormat other_file_format{"another kind of file", is_known_file, refuse_known_file};

}  // namespace clipscope
