// Networks that cannot pass their first images: one sentence that says which of the usual reasons it is.
#include <QTemporaryDir>
#include <QTest>

#include "../network/modules.h"
#include "common/error.h"
#include "data/dataset.h"
#include "evaluation/evaluator.h"
#include "evaluation/first_pass_error.h"
#include "network/network.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr int images = 8;

// Noise of 1×6×6 pixels.
Dataset noise() {
    std::vector<std::uint8_t> pixels(std::size_t(images) * 36);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::uint8_t(i * 37 % 251);
    return Dataset("noise", {1, 6, 6}, std::move(pixels), std::vector<std::int32_t>(images, 0), {"a", "b", "c", "d"});
}

bool is_sentence(const QString& text) {
    return text.endsWith('.') && !text.contains('\n') && text.size() < 500;
}

}  // namespace

class TestFirstPassError : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void real_networks_data() {
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("says");
        QTest::newRow("view(1, -1)") << "torch.relu(torch.conv2d(x, self.first)).view([1, -1])"
                                     << "takes only 1 image at once";
        QTest::newRow("reshape to one") << "torch.relu(torch.conv2d(x, self.first)).reshape([1, 32])"
                                        << "takes only 1 image at once";
        QTest::newRow("reshape to four") << "torch.relu(torch.conv2d(x, self.first)).reshape([4, 32])"
                                         << "takes only 4 images at once";
        QTest::newRow("joined with one") << "torch.cat([torch.relu(torch.conv2d(x, self.first)).flatten(1), torch.ones([1, 1])], 1)"
                                         << "takes only 1 image at once";
        QTest::newRow("added to three") << "torch.relu(torch.conv2d(x, self.first)).flatten(1) + torch.ones([3, 32])"
                                        << "takes only 3 images at once";
        QTest::newRow("larger images") << "torch.max_pool2d(torch.relu(torch.conv2d(x, self.first)), [2, 2]).flatten(1)"
                                       << "cannot take images of 1×6×6";
        QTest::newRow("kernel too large") << "torch.conv2d(x, torch.ones([2, 1, 9, 9])).flatten(1)"
                                          << "cannot take images of 1×6×6";
        QTest::newRow("double") << "torch.relu(torch.conv2d(x, self.first)).flatten(1).to(7)"
                                << "mixes number types";
        QTest::newRow("long") << "torch.relu(torch.conv2d(x, self.first)).flatten(1).to(4)"
                              << "mixes number types";
        QTest::newRow("half") << "torch.relu(torch.conv2d(x.to(5), self.first)).flatten(1)"
                              << "mixes number types";
    }

    void real_networks() {
        QFETCH(const QString, code);
        QFETCH(const QString, says);
        const torch::NoGradGuard no_gradients;
        const QTemporaryDir folder;
        const std::string path = folder.filePath("net.pt").toStdString();
        make_module({{"first", {2, 1, 3, 3}}, {"last", {4, 32}}},
                    ("\ndef forward(self, x):\n    y = " + code + "\n    return torch.linear(y, self.last)\n").toStdString())
            .save(path);
        const auto network = Network::load(path);
        try {
            Evaluator evaluator(network, noise(), {Normalization::preset("none"), std::nullopt}, {.chunk = images});
            evaluator.prepare({}, 1, {});
            QFAIL("the network passed");
        } catch (const LibraryError& error) {
            const QString text = error.what();
            QVERIFY2(is_sentence(text) && text.contains(says) && text.contains("net.pt"), error.what());
            QVERIFY2(!error.detail().empty(), "what LibTorch said is lost");
        }
    }

    void what_names_a_graphics_card_runs_on_the_processor() {
        const torch::NoGradGuard no_gradients;
        const QTemporaryDir folder;
        const std::string path = folder.filePath("net.pt").toStdString();
        make_module({{"first", {2, 1, 3, 3}}, {"last", {4, 32}}}, R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.first)).flatten(1) + torch.ones([1], device=torch.device("cuda:0"))
    return torch.linear(y, self.last)
)")
            .save(path);
        Evaluator evaluator(Network::load(path), noise(), {Normalization::preset("none"), std::nullopt},
                            {.chunk = images, .device = "cpu"});
        QVERIFY(evaluator.prepare({}, 1, {}));
    }

    // What other versions of LibTorch and other devices say.
    void texts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("devices") << "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
                                 << "device";
        QTest::newRow("no cuda") << "PyTorch is not linked with support for cuda devices"
                                 << "device";
        QTest::newRow("driver") << "Found no NVIDIA driver on your system."
                                << "device";
        QTest::newRow("scalar type") << "expected scalar type Float but found Double"
                                     << "number types";
        QTest::newRow("weight type") << "Input type (float) and bias type (c10::Half) should be the same"
                                     << "number types";
        QTest::newRow("half on a processor") << "\"slow_conv2d_cpu\" not implemented for 'Half'"
                                             << "number types";
        QTest::newRow("shape") << "shape '[1, 2704]' is invalid for input of size 21632"
                               << "takes only 1 image";
        QTest::newRow("shape of the size") << "shape '[-1, 3600]' is invalid for input of size 21632"
                                           << "cannot take images";
        QTest::newRow("product") << "mat1 and mat2 shapes cannot be multiplied (8x2704 and 3600x10)"
                                 << "cannot take images";
        QTest::newRow("product of one row") << "mat1 and mat2 shapes cannot be multiplied (1x21632 and 2704x10)"
                                            << "takes only 1 image";
        QTest::newRow("product of two rows") << "mat1 and mat2 shapes cannot be multiplied (2x7200 and 1800x10)"
                                             << "takes only 2 images";
        QTest::newRow("sum") << "The size of tensor a (8) must match the size of tensor b (2) at non-singleton dimension 0"
                             << "takes only 2";
        QTest::newRow("sum of sizes") << "The size of tensor a (14) must match the size of tensor b (16) at non-singleton dimension 3"
                                      << "cannot take images";
        QTest::newRow("unknown") << QString("something odd\nframe #0: c10::Error\n").repeated(500) << "something odd";
        QTest::newRow("nothing") << ""
                                 << "fails on its first images";
    }

    void texts() {
        QFETCH(const QString, text);
        QFETCH(const QString, says);
        const QString told = QString::fromStdString(explain_first_pass("net.pt", text.toStdString(), {1, 28, 28}, 8));
        QVERIFY2(is_sentence(told) && told.contains(says), qPrintable(told));
    }
};

QTEST_GUILESS_MAIN(TestFirstPassError)
#include "test_first_pass_error.moc"
