#include "network/formats/refused/refused_formats.h"

#include "common/error.h"

namespace clipscope {

namespace {

bool is_old_torch_save(const ModelFile& file) {
    return file.start.starts_with("\x80\x02\x8a\x0a");
}

LoadedModule refuse_old_torch_save(const ModelFile&, const ModelRequest&) {
    throw Error("it has torch.save's old format; load it in Python and save it again with PyTorch 1.6 or later");
}

}  // namespace

const ModelFormat old_torch_save_format{"torch.save before PyTorch 1.6", is_old_torch_save, refuse_old_torch_save};

}  // namespace clipscope
