#include "network/allowed_operations.h"

#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/error.h"

namespace clipscope {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;

constexpr std::size_t max_inlined_nodes = 1'000'000;
constexpr int max_call_depth = 100;
constexpr int max_block_depth = 100;

// Without their last underscore, in-place forms count as these.
constexpr std::string_view tensor_operations =
    // layers
    "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d convolution _convolution _convolution_mode linear bilinear "
    "addmm "
    "addmv addbmm baddbmm mm mv bmm matmul dot einsum outer tensordot batch_norm native_batch_norm layer_norm native_layer_norm group_norm "
    "native_group_norm instance_norm embedding lstm gru rnn_tanh rnn_relu dropout feature_dropout alpha_dropout feature_alpha_dropout "
    "scaled_dot_product_attention fake_quantize_per_tensor_affine fake_quantize_per_channel_affine "
    // pooling, padding, resizing
    "max_pool1d max_pool2d max_pool3d max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices avg_pool1d avg_pool2d "
    "avg_pool3d "
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d pad "
    "constant_pad_nd "
    "reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d pixel_shuffle "
    "pixel_unshuffle "
    "channel_shuffle native_channel_shuffle upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_linear1d upsample_bilinear2d "
    "upsample_trilinear3d upsample_bicubic2d _upsample_bilinear2d_aa _upsample_bicubic2d_aa _upsample_nearest_exact2d grid_sampler "
    "affine_grid_generator im2col col2im unfold "
    // activations
    "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish hardtanh hardswish hardsigmoid hardshrink softshrink softplus softsign "
    "log_sigmoid sigmoid tanh softmax _softmax log_softmax _log_softmax glu threshold "
    // arithmetic
    "abs absolute add sub subtract rsub mul multiply div divide true_divide floor_divide floordiv __round_to_zero_floordiv remainder fmod "
    "mathremainder neg negative positive pow square sqrt rsqrt exp exp2 expm1 log log2 log10 log1p reciprocal sign sgn floor ceil round "
    "trunc fix "
    "frac sin cos tan asin acos atan atan2 sinh cosh asinh acosh atanh erf erfc lerp addcmul addcdiv clamp clamp_min clamp_max clip "
    "minimum maximum "
    "fmin fmax max min amax amin aminmax sum nansum mean nanmean prod std var std_mean var_mean norm linalg_norm linalg_vector_norm "
    "frobenius_norm "
    "logsumexp logaddexp cumsum cumprod cosine_similarity pairwise_distance cdist dist median mode "
    // comparison, logic
    "eq ne lt le gt ge equal allclose isclose logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor "
    "bitwise_not "
    "__and__ __or__ __xor__ __not__ __is__ __isnot__ __contains__ isnan isinf isfinite nan_to_num where masked_fill masked_select any all "
    "is_nonzero "
    // shapes and places
    "size sym_size stride dim ndimension numel len view view_as reshape reshape_as flatten unflatten squeeze unsqueeze permute transpose t "
    "numpy_T swapaxes swapdims movedim moveaxis contiguous clone detach alias expand expand_as repeat tile repeat_interleave broadcast_to "
    "broadcast_tensors stack cat concat concatenate hstack vstack dstack chunk split split_with_sizes tensor_split unsafe_chunk "
    "unsafe_split "
    "unsafe_split_with_sizes unbind slice select narrow index index_select index_add index_copy index_fill index_put gather scatter "
    "scatter_add slice_scatter select_scatter "
    "take take_along_dim flip fliplr flipud roll rot90 diag diagonal diag_embed tril triu sort argsort topk kthvalue argmax argmin nonzero "
    "one_hot meshgrid copy fill zero is_contiguous "
    // making tensors, changing their type
    "zeros ones full empty arange linspace eye zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty "
    "scalar_tensor "
    "tensor as_tensor to cuda type_as float double half bfloat16 int long bool item cpu is_floating_point is_complex Int Float Bool "
    "FloatImplicit "
    "IntImplicit ScalarImplicit "
    // numbers, lists and texts around them
    "append extend insert pop clear reverse list copy __getitem__ _set_item __range_length __derive_index keys values items get format str "
    "find lower upper warn "
    // drawn only in training; a network that draws in evaluation is refused later
    "bernoulli rand randn rand_like randn_like normal uniform "
    // questions about the state of things, answered alike for all
    "is_nested is_grad_enabled is_autocast_enabled _native_multi_head_attention _transformer_encoder_layer_fwd "
    // weights computed before use, cells
    "_weight_norm _weight_norm_interface norm_except_dim lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell";

constexpr std::string_view control_operations =
    "Constant GetAttr SetAttr CallMethod CallFunction If Loop ListConstruct ListUnpack TupleConstruct TupleUnpack TupleIndex TupleSlice "
    "DictConstruct NumToTensor ImplicitTensorToNum unchecked_cast unchecked_unwrap_optional Uninitialized RaiseException min max abs dtype "
    "device "
    "layout is_cuda is_cpu is_quantized is_sparse is_nested data shape isinstance rangelist requires_grad tolist";

std::unordered_set<std::string_view> words_of(std::string_view text) {
    std::unordered_set<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.insert(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

// How many nodes a graph has once every call is inlined, checked on the way.
class GraphCheck {
public:
    std::size_t check(const Graph& graph, int depth) {
        if (depth > max_call_depth) throw Error("its functions call each other more than " + std::to_string(max_call_depth) + " deep");
        if (const auto known = sizes_.find(&graph); known != sizes_.end()) {
            if (known->second == 0) throw Error("one of its functions calls itself, which no graph of a network does");
            return known->second;
        }
        sizes_[&graph] = 0;
        const std::size_t size = check(graph.block(), depth, 0) + 1;
        return sizes_[&graph] = size;
    }

private:
    std::size_t check(const Block* block, int depth, int block_depth) {
        if (block_depth > max_block_depth) throw Error("its branches and loops are nested too deeply");
        std::size_t size = 0;
        for (const Node* node : block->nodes()) {
            const std::string name = node->kind().toQualString();
            if (!is_allowed_operation(name))
                throw Error("it uses the operation " + name + ", which is not on the list of what a network needs");
            size += 1 + check_called(node, depth);
            for (const Block* inner : node->blocks()) size += check(inner, depth, block_depth + 1);
            if (size > max_inlined_nodes) throw Error("its functions call each other so often that it has more than a million operations");
        }
        return size;
    }

    std::size_t check_called(const Node* node, int depth) {
        if (node->kind() == torch::jit::prim::CallMethod) {
            const auto type = node->input(0)->type()->cast<c10::ClassType>();
            const torch::jit::Function* method = type ? type->findMethod(node->s(torch::jit::attr::name)) : nullptr;
            if (!method) throw Error("it calls the method " + node->s(torch::jit::attr::name) + " of something that is no module");
            return check_function(*method, depth);
        }
        if (node->kind() == torch::jit::prim::CallFunction) {
            const auto type = node->input(0)->type()->cast<c10::FunctionType>();
            if (!type) throw Error("it calls what is no function");
            return check_function(*type->function(), depth);
        }
        return 0;
    }

    std::size_t check_function(const torch::jit::Function& function, int depth) {
        auto& mutable_function = const_cast<torch::jit::Function&>(function);
        if (!mutable_function.isGraphFunction()) throw Error("it calls " + function.name() + ", which is not written in TorchScript");
        return check(*torch::jit::toGraphFunction(mutable_function).graph(), depth + 1);
    }

    std::unordered_map<const Graph*, std::size_t> sizes_;  // 0 while a graph is being looked at
};

}  // namespace

bool is_allowed_operation(const std::string& name) {
    static const std::unordered_set<std::string_view> tensor = words_of(tensor_operations), control = words_of(control_operations);
    std::string_view text = name;
    if (text.starts_with("prim::")) return control.contains(text.substr(6));
    if (!text.starts_with("aten::")) return false;
    text.remove_prefix(6);
    if (tensor.contains(text)) return true;
    return text.ends_with('_') && !text.ends_with("__") && tensor.contains(text.substr(0, text.size() - 1));
}

void check_operations(const torch::jit::Module& module) {
    const auto forward = module.find_method("forward");
    if (!forward) throw Error("it has no forward(), so there is nothing to run");
    for (const torch::jit::Module& part : module.modules())
        if (!part.type()->getForwardHooks().empty() || !part.type()->getForwardPreHooks().empty())
            throw Error("it runs hooks around forward(), which ClipScope does not; export it without them");
    GraphCheck().check(*forward->graph(), 0);
}

}  // namespace clipscope
