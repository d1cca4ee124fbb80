// Values are cut into images and put together again without a change of their numbers or of how they lie in memory.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include <QTest>

#include "evaluation/row_layout.h"
#include "evaluation/row_products.h"

using namespace clipscope;

namespace {

// Values of six images that lie in memory in other orders than they are counted in.
std::vector<at::Tensor> laid_out() {
    const at::Tensor images = at::randn({6, 4, 3, 5});
    return {images, images.contiguous(at::MemoryFormat::ChannelsLast), images.flatten(2).transpose(1, 2), images.permute({0, 3, 1, 2}),
            at::randn({6, 7}), at::randn({6})};
}

}  // namespace

class TestRowLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void chosen_images_stay_laid_out() {
        const at::Tensor chosen = at::tensor(std::vector<std::int64_t>{4, 0, 5}, at::kLong);
        for (const at::Tensor& values : laid_out()) {
            QVERIFY(row_layout(values).has_value());
            const at::Tensor few = select_rows(values, chosen);
            QVERIFY(few.equal(values.index_select(0, chosen)));
            QVERIFY(row_layout(few) == row_layout(values));
            const at::Tensor joined = join_rows({few, values});
            QVERIFY(joined.equal(at::cat({few, values})));
            QVERIFY(row_layout(joined) == row_layout(values));
            QVERIFY(row_layout(empty_rows(*row_layout(values), 11, at::kCPU)) == row_layout(values));
        }
    }

    void what_does_not_lie_image_by_image_is_told() {
        const at::Tensor images = at::randn({6, 4, 3, 5});
        const std::vector<at::Tensor> others{images.transpose(0, 1), images.select(1, 2), images.slice(3, 0, 2), at::randn({1, 4}).expand({6, 4}),
                                             at::scalar_tensor(1)};
        for (const at::Tensor& values : others) QVERIFY(!row_layout(values).has_value());
        for (std::size_t i = 0; i + 1 < others.size(); ++i) {
            QVERIFY(row_layout(with_rows(others[i])).has_value());
            QVERIFY(with_rows(others[i]).equal(others[i]));
        }
    }

    // What the whole engine relies on where it leaves images out of a pass.
    void rows_of_a_product_do_not_depend_on_each_other() {
        at::set_num_threads(1);
        for (const auto& [inputs, outputs] : {std::pair{256, 120}, {84, 10}, {7, 3}, {768, 768}, {1024, 768}, {512, 1536}, {27, 1000}}) {
            const at::Tensor weight = at::randn({outputs, inputs}), bias = at::randn({outputs});
            const at::Tensor values = at::randn({611, inputs});  // so many that a library may well take another kernel
            const at::Tensor all = multiply_rows(values, weight, bias);
            QVERIFY(at::allclose(all, at::linear(values, weight, bias), 1e-4, 1e-4));
            for (const std::int64_t count : {1, 2, 7, 47, 48, 49, 100, 150, 340, 550})
                for (const std::int64_t first : {0, 3, 61})
                    QVERIFY(multiply_rows(values.narrow(0, first, count), weight, bias).equal(all.narrow(0, first, count)));
            // What comes often goes to the library in one piece, but only where that changes no bit.
            for (const std::int64_t count : {340, 550, 611})
                for (int time = 0; time < 8; ++time)
                    QVERIFY(multiply_rows(values.narrow(0, 0, count), weight, bias).equal(all.narrow(0, 0, count)));
        }
    }

    // Which kernel is right is a matter of the shape, so a network that faults have ruined must not decide it for those after it.
    void a_ruined_matrix_decides_nothing() {
        at::set_num_threads(1);
        const std::int64_t inputs = 1040, outputs = 770;
        const at::Tensor weight = at::randn({outputs, inputs}), bias = at::randn({outputs}), values = at::randn({500, inputs});
        at::Tensor nan_in_each_output = weight.clone();
        nan_in_each_output.select(1, 5).fill_(NAN);
        for (const at::Tensor& ruined : {nan_in_each_output, at::full_like(weight, INFINITY), at::zeros_like(weight)})
            for (int time = 0; time < 9; ++time) multiply_rows(values, ruined, bias);
        const at::Tensor in_slices =
            at::cat({multiply_rows(values.narrow(0, 0, 200), weight, bias), multiply_rows(values.narrow(0, 200, 200), weight, bias),
                     multiply_rows(values.narrow(0, 400, 100), weight, bias)});
        for (int time = 0; time < 9; ++time) QVERIFY(multiply_rows(values, weight, bias).equal(in_slices));
    }
};

QTEST_GUILESS_MAIN(TestRowLayout)
#include "test_row_layout.moc"
