#include "network/formats/model_formats.h"

#include <array>

#include "network/formats/exported_program/exported_program_format.h"
#include "network/formats/onnx/onnx_format.h"
#include "network/formats/refused/refused_formats.h"
#include "network/formats/safetensors/safetensors_format.h"
#include "network/formats/state_dictionary/state_dictionary_format.h"
#include "network/formats/torchscript/torchscript_format.h"

namespace clipscope {

std::span<const ModelFormat> model_formats() {
    static const std::array formats{
        exported_program_format,
        mobile_format,  // before TorchScript, which it is a kind of
        torchscript_format,      onnx_format, state_dictionary_format, old_torch_save_format, safetensors_format,
        other_file_format,  // last: first bytes alone say little
    };
    return formats;
}

}  // namespace clipscope
