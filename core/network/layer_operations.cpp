#include "network/layer_operations.h"

#include <algorithm>

namespace clipscope {

namespace {

const std::vector<LayerOperation>& layer_operations() {
    static const std::vector<LayerOperation> operations{
        {"aten::_convolution", "CONV", "", {1}, {2}},
        {"aten::convolution", "CONV", "", {1}, {2}},
        {"aten::_convolution_mode", "CONV", "", {1}, {2}},
        {"aten::conv1d", "CONV", "", {1}, {2}},
        {"aten::conv2d", "CONV", "", {1}, {2}},
        {"aten::conv3d", "CONV", "", {1}, {2}},
        {"aten::conv_transpose1d", "CONV", "", {1}, {2}},
        {"aten::conv_transpose2d", "CONV", "", {1}, {2}},
        {"aten::conv_transpose3d", "CONV", "", {1}, {2}},
        {"aten::linear", "FC", "Linear", {1}, {2}},
        {"aten::addmm", "FC", "Linear", {2}, {0}},
        {"aten::matmul", "FC", "Linear", {1, 0}, {}, true},
        {"aten::mm", "FC", "Linear", {1, 0}, {}, true},
        {"aten::bmm", "FC", "Linear", {1, 0}, {}, true},
        {"aten::mv", "FC", "Linear", {1, 0}, {}, true},
        {"aten::dot", "FC", "Linear", {1, 0}, {}, true},
        {"aten::einsum", "FC", "Linear", {1}, {}, true},
        {"aten::tensordot", "FC", "Linear", {1, 0}, {}, true},
        {"aten::baddbmm", "FC", "Linear", {2, 1}, {0}, true},
        {"aten::addbmm", "FC", "Linear", {2, 1}, {0}, true},
        {"aten::addmv", "FC", "Linear", {2, 1}, {0}, true},
        {"aten::bilinear", "FC", "Bilinear", {2}, {3}},
        {"aten::embedding", "EMB", "Embedding", {0}, {}},
        {"aten::lstm", "RNN", "LSTM", {2}, {}},
        {"aten::gru", "RNN", "GRU", {2}, {}},
        {"aten::rnn_tanh", "RNN", "RNN", {2}, {}},
        {"aten::rnn_relu", "RNN", "RNN", {2}, {}},
        {"aten::lstm_cell", "RNN", "LSTMCell", {2, 3}, {4, 5}},
        {"aten::gru_cell", "RNN", "GRUCell", {2, 3}, {4, 5}},
        {"aten::rnn_tanh_cell", "RNN", "RNNCell", {2, 3}, {4, 5}},
        {"aten::rnn_relu_cell", "RNN", "RNNCell", {2, 3}, {4, 5}},
        {"aten::_native_multi_head_attention", "ATT", "MultiheadAttention", {5, 7}, {6, 8}},
        {"aten::_transformer_encoder_layer_fwd", "ATT", "TransformerEncoderLayer", {3, 5, 14, 16}, {4, 6, 15, 17}},
    };
    return operations;
}

const std::vector<NormOperation>& norm_operations() {
    static const std::vector<NormOperation> operations{
        {"aten::batch_norm", "BN", "BatchNorm", {1, 2, 3, 4}},
        {"aten::native_batch_norm", "BN", "BatchNorm", {1, 2, 3, 4}},
        {"aten::layer_norm", "LN", "LayerNorm", {2, 3}},
        {"aten::native_layer_norm", "LN", "LayerNorm", {2, 3}},
        {"aten::group_norm", "GN", "GroupNorm", {2, 3}},
        {"aten::native_group_norm", "GN", "GroupNorm", {1, 2}},
        {"aten::instance_norm", "IN", "InstanceNorm", {1, 2, 3, 4}},
    };
    return operations;
}

template <typename Operation>
const Operation* find(const std::vector<Operation>& operations, std::string_view name) {
    const auto found = std::find_if(operations.begin(), operations.end(), [&](const Operation& known) { return known.name == name; });
    return found == operations.end() ? nullptr : &*found;
}

}  // namespace

const LayerOperation* find_layer_operation(std::string_view name) {
    return find(layer_operations(), name);
}

const NormOperation* find_norm_operation(std::string_view name) {
    return find(norm_operations(), name);
}

}  // namespace clipscope
