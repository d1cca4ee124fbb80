// Makes a TorchScript module of an ONNX graph: its operators become ATen operations on the list of what networks need, its stored tensors
// parameters at the paths that their author gave them. What depends on constants alone is computed at once, in bounded memory. Includes
// LibTorch.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "network/formats/onnx/onnx_file.h"
#include "network/formats/onnx/onnx_names.h"
#include "network/formats/onnx/onnx_value.h"

namespace clipscope {

using Argument = torch::jit::NamedValue;

// Which of a graph's inputs stay inputs, and of how many images a batch is taken to be.
struct OnnxImport {
    // Run with any batch though the file says one size: throws NeedsFixedBatch where it is not certain that images stay apart.
    bool any_batch = false;
    bool all_outputs = false;  // forward returns a tuple of all of them, in place of the classes alone
};

// The graph does what it does for batches of the size in the file only.
class NeedsFixedBatch : public std::exception {};

class OnnxGraph {
public:
    OnnxGraph(const OnnxFile& file, const OnnxImport& how);

    // Throws Error with a clause that completes "PATH cannot be opened: ...".
    torch::jit::Module make();

    // After make():
    const Shape& input_shape() const { return input_shape_; }  // as the file has it, of the first input
    const std::map<std::string, ParameterCodec>& codecs() const { return codecs_; }
    const std::set<std::string>& stored_types() const { return stored_types_; }  // of parameters that are no float32: "Half", "int8"

    // For operators.
    const OnnxFile& file() const { return file_; }
    bool any_batch() const { return how_.any_batch; }
    OnnxValue& value_named(const std::string& name);
    bool is_there(const std::string& name) const { return values_.contains(name); }
    torch::jit::Value* insert(const std::string& operation, const std::vector<Argument>& arguments,
                              const std::vector<Argument>& named = {});
    torch::jit::Value* list_of(const std::vector<torch::jit::Value*>& elements, const c10::TypePtr& type);
    torch::jit::Value* constant(const c10::IValue& value) { return graph_->insertConstant(value); }
    // Remembers which tensor of the file a value stands for, unless it stands for another one already; the last value that does counts.
    void name(torch::jit::Value* value, const OnnxPlace& place);
    torch::jit::Value* get(OnnxValue& value, const std::string& role);
    torch::jit::Value* get_transposed(OnnxValue& value, const std::string& role);  // of a stored matrix
    torch::jit::Value* number(const Number& number);                               // an int
    torch::jit::Value* size_of(OnnxValue& value, std::size_t dim);
    const std::vector<const onnx::NodeProto*>& readers(const std::string& name) const;
    bool is_output(const std::string& name) const { return outputs_.contains(name); }
    std::unordered_set<const onnx::NodeProto*>& done() { return done_; }
    void import_nodes(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes, int depth);
    void add_initializers(const onnx::GraphProto& graph);
    std::int64_t& batch_of_file() { return batch_of_file_; }

private:
    void add_inputs();
    void import_node(const onnx::NodeProto& node, int depth);
    torch::jit::Value* fold(torch::jit::Value* result);
    torch::jit::Value* parameter(const at::Tensor& tensor, const OnnxValue& value, const std::string& role, bool is_transposed);
    std::string path_of(const OnnxValue& value, const std::string& role);
    torch::jit::Value* object_at(const std::string& path);
    std::string free_path(std::string path) const;
    void return_outputs();
    void note_readers(const google::protobuf::RepeatedPtrField<onnx::NodeProto>& nodes);

    const OnnxFile& file_;
    OnnxImport how_;
    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    torch::jit::Module module_;
    std::shared_ptr<torch::jit::Graph> graph_;
    torch::jit::Function* forward_ = nullptr;
    torch::jit::Value* image_ = nullptr;
    torch::jit::Value* batch_ = nullptr;  // how many images there are
    std::int64_t batch_of_file_ = 0;      // where the file says
    Shape input_shape_;
    std::unordered_map<std::string, OnnxValue> values_;
    std::unordered_map<std::string, std::vector<const onnx::NodeProto*>> readers_;
    std::unordered_set<std::string> outputs_;
    std::unordered_set<const onnx::NodeProto*> done_;  // whose work an earlier one did
    std::map<std::string, torch::jit::Module> modules_;
    std::map<std::string, torch::jit::Value*> objects_;
    std::set<std::string> parameter_paths_;
    std::unordered_map<std::string, torch::jit::Value*> named_;  // by the names that name() gave
    std::map<std::string, int> counts_;                          // of operators by type, for names
    std::map<std::string, ParameterCodec> codecs_;
    std::set<std::string> stored_types_;
    const onnx::NodeProto* node_ = nullptr;  // the one in work
    std::string node_path_;
    std::int64_t folded_bytes_ = 0;
};

}  // namespace clipscope
