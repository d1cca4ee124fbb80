#include "evaluation/row_products.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

namespace clipscope {

namespace {

constexpr std::int64_t most_rows = 240;  // from about 300 on, oneDNN 2.6 takes another kernel for some shapes (1024 to 768, 512 to 1536)
constexpr std::int64_t most_values_at_once = 1 << 22;  // where it does not: 16 MiB of inputs, or of outputs

// Rows: a multiple of what the processor's kernels work on at once (6 with AVX2, 48 with AVX-512), and a divisor of most_rows.
std::int64_t rows_a_block() {
#if defined(__x86_64__)
    static const bool has_small_kernels = __builtin_cpu_supports("avx2") && !__builtin_cpu_supports("avx512f");
    if (has_small_kernels) return 24;
#endif
    return 48;
}

bool is_one(const c10::IValue& value) {
    return (value.isInt() && value.toInt() == 1) || (value.isDouble() && value.toDouble() == 1);
}

bool runs_in_onednn(const at::Tensor& rows) {
    return at::globalContext().hasMKLDNN() && rows.device().is_cpu();
}

// Rows whose places in memory are a multiple of 4 KiB apart push each other out of the processor's cache: 1024 inputs take 1.6 times as
// long as 1040. The columns beyond are zeros on both sides.
std::int64_t columns_for(std::int64_t inputs) {
    constexpr std::int64_t apart = 4096 / sizeof(float), more = 16;
    return inputs % apart == 0 ? inputs + more : inputs;
}

// The rows with zeros to their right and below, contiguous.
at::Tensor filled_up(const at::Tensor& rows, std::int64_t count, std::int64_t columns) {
    if (rows.size(0) == count && rows.size(1) == columns) return rows.contiguous();
    at::Tensor filled = at::empty({count, columns}, rows.options());
    filled.narrow(0, 0, rows.size(0)).narrow(1, 0, rows.size(1)).copy_(rows);
    filled.narrow(0, 0, rows.size(0)).narrow(1, rows.size(1), columns - rows.size(1)).zero_();
    filled.narrow(0, rows.size(0), count - rows.size(0)).zero_();
    return filled;
}

at::Tensor linear(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    return at::mkldnn_linear(rows.to_mkldnn(), weight, bias.defined() ? c10::optional<at::Tensor>(bias) : c10::nullopt).to_dense();
}

// What oneDNN does with products of one shape, tried out on rows drawn at random: it takes its kernel by the shape and the number of rows
// alone. A matrix so faulty that its products do not tell leaves the question open: the answer is the safe one then, for this once. May be
// called from any thread.
class KernelTrials {
public:
    // Rows from which on it computes as it does most_rows of them. One block with oneDNN 2.6; 96 rows with oneDNN 3.7 where there are 768
    // outputs.
    std::int64_t least_rows(const at::Tensor& weight, const at::Tensor& bias) {
        const std::lock_guard lock(mutex_);
        std::optional<std::int64_t>& known = of(weight, bias).least;
        if (known) return *known;
        const at::Tensor rows = random_rows(weight), all = linear(rows, weight, bias), telling = telling_outputs(all);
        if (!telling.defined()) return most_rows;
        const auto is_alike = [&](std::int64_t first, std::int64_t count) {
            return are_equal(linear(rows.narrow(0, first, count), weight, bias), all.narrow(0, first, count), telling);
        };
        const std::int64_t block = rows_a_block();
        std::int64_t least = block;
        while (least < most_rows && !(is_alike(0, least) && is_alike(most_rows - least, least))) least += block;
        known = least;
        return least;
    }

    // Whether it computes so many rows, more than most_rows, as it does few of them; false as long as a trial would not pay.
    bool takes_at_once(std::int64_t count, const at::Tensor& weight, const at::Tensor& bias) {
        const std::int64_t least = least_rows(weight, bias);
        const std::lock_guard lock(mutex_);
        ManyRows& many = of(weight, bias).at_once[count];
        if (many.alike || ++many.asked < times_that_pay) return many.alike.value_or(false);
        const auto repeated = [&](const at::Tensor& rows) { return rows.repeat({(count + least - 1) / least, 1}).narrow(0, 0, count); };
        const at::Tensor rows = random_rows(weight).narrow(0, 0, least), few = linear(rows, weight, bias), telling = telling_outputs(few);
        if (telling.defined()) many.alike = are_equal(linear(repeated(rows), weight, bias), repeated(few), telling);
        return many.alike.value_or(false);
    }

private:
    static constexpr int times_that_pay = 6;

    struct ManyRows {
        int asked = 0;
        std::optional<bool> alike;
    };

    struct Known {
        std::optional<std::int64_t> least;
        std::map<std::int64_t, ManyRows> at_once;
    };

    Known& of(const at::Tensor& weight, const at::Tensor& bias) { return known_[{weight.size(0), weight.size(1), bias.defined()}]; }

    static at::Tensor random_rows(const at::Tensor& weight) {
        return at::empty({most_rows, weight.size(1)}).normal_(0, 1, at::detail::createCPUGenerator(1));
    }

    // Those that are finite and differ from row to row, by their numbers; undefined where they are not most.
    static at::Tensor telling_outputs(const at::Tensor& products) {
        const at::Tensor telling = products.isfinite().all(0).logical_and(products[0] != products[1]).nonzero().flatten();
        return 2 * telling.numel() > products.size(1) ? telling : at::Tensor();
    }

    static bool are_equal(const at::Tensor& some, const at::Tensor& others, const at::Tensor& outputs) {
        return some.index_select(1, outputs).equal(others.index_select(1, outputs));
    }

    std::mutex mutex_;
    std::map<std::array<std::int64_t, 3>, Known> known_;  // outputs, inputs, whether there is a bias
};

KernelTrials& kernel_trials() {
    static KernelTrials trials;
    return trials;
}

// Of whole blocks of rows. Every call puts the matrix into the order that the kernel wants, a fifth of the time of 200 rows: so all at
// once where the bits are the same, otherwise at most most_rows at a time, about as many in each.
at::Tensor product(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias) {
    const std::int64_t least = kernel_trials().least_rows(weight, bias);
    const auto multiply = [&](const at::Tensor& some) {
        const at::Tensor enough = filled_up(some, std::max(some.size(0), least), some.size(1));
        return linear(enough, weight, bias).narrow(0, 0, some.size(0));
    };
    if (rows.size(0) <= most_rows) return multiply(rows);
    const bool is_small = rows.size(0) * std::max(weight.size(0), weight.size(1)) <= most_values_at_once;
    if (is_small && kernel_trials().takes_at_once(rows.size(0), weight, bias)) return linear(rows, weight, bias);
    const std::int64_t block = rows_a_block(), slices = (rows.size(0) + most_rows - 1) / most_rows;
    const std::int64_t rows_a_slice = (rows.size(0) / block + slices - 1) / slices * block;
    at::Tensor all = at::empty({rows.size(0), weight.size(0)}, rows.options());
    for (std::int64_t first = 0; first < rows.size(0); first += rows_a_slice) {
        const std::int64_t count = std::min(rows_a_slice, rows.size(0) - first);
        all.narrow(0, first, count).copy_(multiply(rows.narrow(0, first, count)));
    }
    return all;
}

}  // namespace

at::Tensor pack_matrix(const at::Tensor& weight) {
    return filled_up(weight, weight.size(0), columns_for(weight.size(1))).to_mkldnn();
}

at::Tensor multiply_rows(const at::Tensor& values, const at::Tensor& weight, const at::Tensor& bias) {
    std::vector<std::int64_t> shape = values.sizes().vec();
    shape.back() = weight.size(0);
    const at::Tensor rows = values.reshape({-1, values.size(-1)});
    const std::int64_t count = rows.size(0), block = rows_a_block(), whole_blocks = (count + block - 1) / block * block;
    if (!runs_in_onednn(rows))
        return at::linear(filled_up(rows, whole_blocks, rows.size(1)), weight, bias).narrow(0, 0, count).reshape(shape);
    const at::Tensor matrix = weight.is_mkldnn() ? weight : pack_matrix(weight);
    const at::Tensor own_bias = bias.defined() && !bias.is_mkldnn() ? bias.contiguous().to_mkldnn() : bias;
    return product(filled_up(rows, whole_blocks, matrix.size(1)), matrix, own_bias).narrow(0, 0, count).reshape(shape);
}

void RowProduct::run(const Step& step, Frame& frame) const {
    const auto value = [&](std::size_t input) -> const c10::IValue& { return frame[std::size_t(step.inputs[input])]; };
    const auto is_float = [&](std::size_t input) { return value(input).isTensor() && value(input).toTensor().scalar_type() == at::kFloat; };
    const bool fits = is_float(values) && is_float(matrix) && value(matrix).toTensor().dim() == 2 && value(values).toTensor().dim() >= 2 &&
                      value(values).toTensor().numel() > 0 && (!bias || value(*bias).isNone() || is_float(*bias));
    if (!fits) return run_step(step, frame);
    const at::Tensor& weight = value(matrix).toTensor();
    const at::Tensor own_bias = bias && value(*bias).isTensor() ? value(*bias).toTensor() : at::Tensor();
    frame[std::size_t(step.outputs[0])] = multiply_rows(value(values).toTensor(), is_transposed ? weight.t() : weight, own_bias);
}

std::optional<RowProduct> find_row_product(const Program& program, const Step& step, const std::vector<bool>& batch_slots) {
    const auto of_images = [&](std::size_t input) { return batch_slots[std::size_t(step.inputs[input])]; };
    if (step.name == "aten::linear" && of_images(0) && !of_images(1) && !of_images(2)) return RowProduct{0, 1, 2, false};
    if ((step.name == "aten::matmul" || step.name == "aten::mm") && of_images(0) && !of_images(1))
        return RowProduct{0, 1, std::nullopt, true};
    const auto is_factor_one = [&](std::size_t input) { return is_one(program.constant(step.inputs[input])); };
    if (step.name == "aten::addmm" && !of_images(0) && of_images(1) && !of_images(2) && is_factor_one(3) && is_factor_one(4))
        return RowProduct{1, 2, 0, true};
    return std::nullopt;
}

}  // namespace clipscope
