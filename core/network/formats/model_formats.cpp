#include "network/formats/model_formats.h"

#include <array>

#include "network/formats/exported_program/exported_program_format.h"
#include "network/formats/onnx/onnx_format.h"
#include "network/formats/refused/refused_formats.h"
#include "network/formats/state_dictionary/state_dictionary_format.h"
#include "network/formats/torchscript/torchscript_format.h"

namespace clipscope {

std::span<const ModelFormat> model_formats() {
    static const std::array formats{
        exported_program_format,
        torchscript_format,
        old_torch_save_format,
        onnx_format,
        state_dictionary_format,
    };
    return formats;
}

}  // namespace clipscope
