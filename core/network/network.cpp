#include "network/network.h"

#include <filesystem>
#include <fstream>
#include <unordered_set>

#include "common/error.h"
#include "network/coverage.h"
#include "network/model_file.h"
#include "network/network_contents.h"

namespace clipscope {

namespace {

std::int64_t count_trainable(const torch::jit::Module& module) {
    std::unordered_set<const c10::TensorImpl*> seen;
    std::int64_t count = 0;
    for (const at::Tensor& parameter : module.parameters())
        if (seen.insert(parameter.unsafeGetTensorImpl()).second) count += parameter.numel();
    return count;
}

}  // namespace

void Network::Contents::keep_codecs(const LoadedModule& loaded) {
    if (loaded.codecs.empty()) return;
    codecs.resize(program.tensors().size());
    for (std::size_t tensor = 0; tensor < codecs.size(); ++tensor)
        if (const auto own = loaded.codecs.find(program.tensors()[tensor].path); own != loaded.codecs.end()) codecs[tensor] = own->second;
    for (FoundPart& part : structure.parts) {
        if (part.tensors.empty()) continue;
        part.info.bits = 0;
        for (std::size_t k = 0; k < part.tensors.size(); ++k) {
            ParameterInfo& parameter = part.info.parameters[k];
            parameter.word_bits = codecs[part.tensors[k]].bits();
            if (parameter.word_bits < 32) parameter.faulty_bits = (1U << parameter.word_bits) - 1;
            part.info.bits += parameter.elements * parameter.word_bits;
        }
    }
}

void Network::Contents::note_parts() {
    parts.clear();
    for (const FoundPart& part : structure.parts) parts.push_back(part.info);
    layers.assign(parts.begin(), parts.begin() + std::ptrdiff_t(structure.layer_count));
}

std::unique_ptr<Network::Contents> Network::flatten(LoadedModule loaded, const std::string& path) {
    loaded.module.eval();
    std::unique_ptr<Contents> contents;
    try {
        contents = std::make_unique<Contents>(loaded.module);
    } catch (const c10::Error& error) {
        throw Error("Cannot run \"" + path + "\" step by step: " + first_line(error.what_without_backtrace()));
    }
    contents->name = std::filesystem::path(path).stem().string();
    contents->path = path;
    contents->sha256 = loaded.sha256;
    contents->metadata = std::move(loaded.metadata);
    contents->parameter_count = count_trainable(loaded.module);
    contents->keep_codecs(loaded);
    contents->note_parts();
    contents->coverage = find_coverage(contents->program, contents->structure, loaded.module);
    for (FoundSite& site : contents->structure.sites) contents->sites.push_back(site.info);
    if (contents->layers.empty())
        throw Error("\"" + path +
                    "\" has no layer with a weight (convolution, linear, recurrent, ...): there is no memory to inject faults into.");
    for (const NamedTensor& named : contents->program.tensors())
        if (named.tensor.is_floating_point() && named.tensor.scalar_type() != at::kFloat)
            throw Error("\"" + path + "\" stores " + named.path + " as " + std::string(c10::toString(named.tensor.scalar_type())) +
                        ": convert the network with model.float() and export it again.");
    return contents;
}

std::shared_ptr<const Network> Network::load(const std::string& path, const std::string& architecture, const std::string& state_key) {
    LoadedModule loaded = load_module(path, architecture, state_key);
    if (!architecture.empty() && !loaded.is_state_dictionary)
        throw UsageError("\"" + path + "\" brings its own network: leave the architecture out.");
    return std::shared_ptr<const Network>(new Network(flatten(std::move(loaded), path)));
}

Network::Network(std::unique_ptr<const Contents> contents) : contents_(std::move(contents)) {}
Network::~Network() = default;

const std::string& Network::name() const {
    return contents_->name;
}
const std::string& Network::path() const {
    return contents_->path;
}
const std::string& Network::sha256() const {
    return contents_->sha256;
}
const std::vector<LayerInfo>& Network::layers() const {
    return contents_->layers;
}
const std::vector<LayerInfo>& Network::memory_parts() const {
    return contents_->parts;
}
const std::vector<SiteInfo>& Network::sites() const {
    return contents_->sites;
}
std::int64_t Network::parameter_count() const {
    return contents_->parameter_count;
}
const Coverage& Network::coverage() const {
    return contents_->coverage;
}
const ModelMetadata& Network::metadata() const {
    return contents_->metadata;
}
const Program& Network::program() const {
    return contents_->program;
}
const FoundStructure& Network::structure() const {
    return contents_->structure;
}

const MemoryModel& Network::memory() const {
    return contents_->memory;
}

const ParameterCodec& Network::codec(std::size_t tensor) const {
    static const ParameterCodec float32;
    return contents_->codecs.empty() ? float32 : contents_->codecs[tensor];
}

std::int64_t Network::fault_bits() const {
    std::int64_t bits = 0;
    for (const LayerInfo& layer : layers()) bits += layer.bits;
    return bits;
}

}  // namespace clipscope
