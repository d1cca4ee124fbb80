// How long it takes from a click that flips a bit to the painted answers of twelve images, in the real window: opened, used and painted
// without a screen.
//   fault_window_latency [MODEL DATA NORMALIZATION] [CLICKS]    without a model the bundled LeNet-5
// Each click is "Random fault" on a parameter chosen with the probability of its share of the bits; a millisecond's pause lies between two.
#include <QApplication>
#include <QComboBox>
#include <QElapsedTimer>
#include <QPushButton>
#include <QRandomGenerator>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>

#include "controls/feature_map_pane.h"
#include "controls/image_grid.h"
#include "engine.h"
#include "fault_window.h"
#include "laboratory.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

constexpr int patience_ms = 120'000;

// When a widget was painted last, on this clock.
class PaintClock : public QObject {
public:
    PaintClock(QWidget& watched, const QElapsedTimer& clock) : clock_(clock) { watched.installEventFilter(this); }
    qint64 latest() const { return latest_; }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::Paint) latest_ = clock_.nsecsElapsed();
        return false;
    }

private:
    const QElapsedTimer& clock_;
    qint64 latest_ = -1;
};

bool wait_for(const std::function<bool()>& condition) {
    QElapsedTimer waited;
    waited.start();
    while (!condition()) {
        if (waited.elapsed() > patience_ms) return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 2);
    }
    return true;
}

QComboBox& box(FaultWindow& window, const char* name) {
    for (QComboBox* one : window.findChildren<QComboBox*>())
        if (one->accessibleName() == QLatin1String(name)) return *one;
    qFatal("the window has no field %s", name);
}

void choose(QComboBox& field, const QString& text) {
    field.setCurrentText(text);
    Q_EMIT field.activated(field.currentIndex());
}

void choose_parameter(FaultWindow& window, const std::vector<LayerInfo>& layers, std::int64_t all) {
    std::int64_t place = std::int64_t(QRandomGenerator::global()->generate64() % std::uint64_t(all));
    for (const LayerInfo& layer : layers)
        for (const ParameterInfo& parameter : layer.parameters) {
            if ((place -= parameter.elements) >= 0) continue;
            choose(box(window, "Layer"), QString::fromStdString(layer.name));
            return choose(box(window, "Parameter"), QString::fromStdString(parameter.path));
        }
}

void report(const char* what, std::vector<double> times) {
    std::ranges::sort(times);
    const auto at = [&](double share) { return times[std::size_t(share * double(times.size() - 1))]; };
    std::printf("%-28s %4zu clicks: median %.1f ms, 95 %% %.1f ms, longest %.1f ms\n", what, times.size(), at(0.5), at(0.95), times.back());
}

int measure(Laboratory& laboratory, int clicks) {
    FaultWindow window(laboratory);
    window.resize(1180, 760);
    window.show();
    if (!wait_for([&] { return window.inspection().has_value(); })) return std::fprintf(stderr, "nothing came within two minutes\n"), 1;
    QElapsedTimer clock;
    clock.start();
    const PaintClock images(*window.findChild<ImageGrid*>(), clock);
    const PaintClock maps(window.findChild<FeatureMapPane*>()->maps(), clock);
    QPushButton* random = nullptr;
    for (QPushButton* one : window.findChildren<QPushButton*>())
        if (one->text() == QLatin1String("&Random fault")) random = one;
    const std::vector<LayerInfo>& layers = laboratory.model()->layers;
    std::int64_t all = 0;
    for (const LayerInfo& layer : layers) all += layer.parameter_count;
    std::vector<double> to_answer, to_maps;
    for (int click = 0; click < clicks; ++click) {
        choose_parameter(window, layers, all);
        QTest::qWait(60);  // its word and its images without a fault are there
        if (!wait_for([&] { return window.inspection()->bits.empty(); })) return 1;
        QTest::qWait(1);
        const qint64 start = clock.nsecsElapsed();
        QTest::mouseClick(random, Qt::LeftButton);
        if (!wait_for([&] { return !window.inspection()->bits.empty() && images.latest() > start; })) return 1;
        // Both painted after the answer was there.
        const qint64 answered = clock.nsecsElapsed();
        to_answer.push_back(double(images.latest() - start) / 1e6);
        wait_for([&] { return maps.latest() > answered || clock.nsecsElapsed() - answered > 200'000'000; });
        if (maps.latest() > start) to_maps.push_back(double(maps.latest() - start) / 1e6);
    }
    report("to the painted answers", to_answer);
    report("to the painted feature maps", to_maps);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const bool is_own = argc >= 4;
    const int clicks = argc == 2 || argc == 5 ? QByteArray(argv[argc - 1]).toInt() : 200;
    Laboratory laboratory(core_engine());
    QObject::connect(&laboratory, &Laboratory::failed, [](const QString& text) { std::fprintf(stderr, "%s\n", qPrintable(text)); });
    if (is_own) {
        laboratory.open_model(QString::fromLocal8Bit(argv[1]), Normalization::preset(argv[3]));
        laboratory.open_data(QString::fromLocal8Bit(argv[2]));
    } else {
        laboratory.open_model(QStringLiteral("bundled:lenet5"));
        laboratory.open_data(QString::fromStdString(fashion_mnist_folder()));
    }
    if (!wait_for([&] { return laboratory.is_ready(); })) return 1;
    std::printf("%s\n", laboratory.model()->title.c_str());
    return measure(laboratory, clicks);
}
