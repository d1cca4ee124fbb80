// The measured time of a protected network, on networks of which one does ten times as much as the other.
#include <torch/script.h>

#include <QTemporaryDir>
#include <QTest>

#include "../network/modules.h"
#include "common/error.h"
#include "evaluation/protected_time.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr int image_count = 23;

Dataset make_images() {
    const ImageShape shape{1, 2, 4};
    return Dataset("made", shape, std::vector<std::uint8_t>(shape.pixels() * image_count, 7), std::vector<std::int32_t>(image_count, 0),
                   {"a", "b", "c"});
}

// Of so many square layers.
std::string save_network(const QTemporaryDir& folder, int layers) {
    std::string code = "def forward(self, x):\n    a = torch.relu(torch.linear(torch.flatten(x, 1), self.first))\n";
    for (int i = 0; i < layers; ++i) code += "    a = torch.relu(torch.linear(a, self.square))\n";
    const std::string path = folder.filePath(QStringLiteral("%1.pt").arg(layers)).toStdString();
    make_module({{"first", {600, 8}}, {"square", {600, 600}}, {"last", {3, 600}}}, code + "    return torch.linear(a, self.last)\n")
        .save(path);
    return path;
}

}  // namespace

class TestProtectedTime : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        original_ = save_network(folder_, 2);
        network_ = Network::load(original_);
    }

    void ten_times_the_work_takes_longer() {
        const auto time = measured(save_network(folder_, 20), {});
        QVERIFY2(time->ratio > 3 && time->ratio < 30, std::to_string(time->ratio).c_str());
        QVERIFY(time->original_seconds > 0 && time->protected_seconds > 3 * time->original_seconds);
        QVERIFY(time->pairs >= 3 && time->pairs % 2 == 1);
        QVERIFY(time->images >= 1 && time->images <= 10);
    }

    void the_same_work_takes_as_long() {
        const auto time = measured(original_, {});
        QVERIFY2(time->ratio > 0.6 && time->ratio < 1.6, std::to_string(time->ratio).c_str());
    }

    void a_stop_leaves_nothing() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!measured(original_, stop.get_token()));
    }

    void a_file_that_is_not_there_is_told() { QVERIFY_EXCEPTION_THROWN(measured("/no/such.pt", {}), Error); }

    void people_read_it_in_words() {
        QCOMPARE(QString::fromStdString(in_words(MeasuredTime{1.0701, 0.5, 0.535, 64, 5})),
                 QStringLiteral("runs 1.07 times as long as the original (median of 5 pairs, 64 images a pass)"));
    }

private:
    std::optional<MeasuredTime> measured(const std::string& path, const std::stop_token& stop) const {
        const Evaluator evaluator(network_, make_images(), {Normalization::preset("none"), std::nullopt}, {.chunk = 10, .device = "cpu"});
        return measure_protected_time(evaluator, path, stop);
    }

    QTemporaryDir folder_;
    std::string original_;
    std::shared_ptr<const Network> network_;
};

QTEST_GUILESS_MAIN(TestProtectedTime)
#include "test_protected_time.moc"
