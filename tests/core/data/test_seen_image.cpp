// Images as a network sees them, and which ones are looked at.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "data/seen_image.h"

using namespace clipscope;

namespace {

Dataset one_image(ImageShape shape, std::vector<std::uint8_t> pixels) {
    return Dataset("one", shape, std::move(pixels), {0}, {"only"});
}

// A 24-bit BMP of one red.
void write_bmp(const QString& path, int side, int red) {
    const int row = (3 * side + 3) / 4 * 4;
    QByteArray bytes("BM");
    const auto add = [&bytes](int number, int size) {
        for (int i = 0; i < size; ++i) bytes.append(char(number >> (8 * i)));
    };
    for (const int number : {54 + row * side, 0, 54, 40, side, side}) add(number, 4);
    add(1, 2);
    add(24, 2);
    for (int i = 0; i < 6; ++i) add(i == 1 ? row * side : 0, 4);
    for (int y = 0; y < side; ++y) {
        QByteArray line;
        for (int x = 0; x < side; ++x) line.append('\0').append('\0').append(char(red));
        bytes.append(line.leftJustified(row, '\0'));
    }
    QFile file(path);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

}  // namespace

class TestSeenImage : public QObject {
    Q_OBJECT

private slots:
    void the_scale_is_fixed() {
        // 0, 0.4 and 1 with mean 0.4 and standard deviation 0.2 are -2, 0 and 3: on a scale from -2.5 to 2.5.
        const Dataset image = one_image({1, 1, 3}, {0, 102, 255});
        const SeenImage seen = seen_image(image, 0, {Normalization::custom({0.4F}, {0.2F}), {}});
        QCOMPARE(seen.width, 3);
        QCOMPARE(seen.height, 1);
        QCOMPARE(seen.rgb, (std::vector<std::uint8_t>{26, 26, 26, 128, 128, 128, 255, 255, 255}));
        // Without normalisation everything is pale and has little contrast.
        QCOMPARE(seen_image(image, 0, {Normalization::preset("none"), {}}).rgb,
                 (std::vector<std::uint8_t>{128, 128, 128, 148, 148, 148, 179, 179, 179}));
    }

    void colours_stay_what_they_are() {
        const Dataset image = one_image({3, 1, 2}, {255, 0, 0, 255, 0, 0});  // red, green
        const SeenImage seen = seen_image(image, 0, {Normalization::custom({0.5F, 0.5F, 0.5F}, {0.2F, 0.2F, 0.2F}), {}});
        QCOMPARE(seen.rgb, (std::vector<std::uint8_t>{255, 0, 0, 0, 255, 0}));
    }

    void padding_is_seen() {
        const Dataset image = one_image({1, 1, 1}, {255});
        const SeenImage seen = seen_image(image, 0, {Normalization::custom({0.5F}, {0.2F}), ImageShape{1, 3, 3}});
        QCOMPARE(seen.rgb.size(), std::size_t(27));
        QCOMPARE(int(seen.rgb[0]), 0);
        QCOMPARE(int(seen.rgb[12]), 255);
    }

    void positions_spread_over_the_classes() {
        std::vector<std::int32_t> labels;
        for (int i = 0; i < 1000; ++i) labels.push_back(i / 10);  // 100 classes, one after the other
        std::set<std::int32_t> seen;
        for (const std::size_t position : spread_positions(labels, 12)) seen.insert(labels[position] / 10);
        QVERIFY(seen.size() >= 9);  // from all over them
        QCOMPARE(spread_positions(labels, 100).size(), std::size_t(100));
        std::set<std::int32_t> all;
        for (const std::size_t position : spread_positions(labels, 100)) all.insert(labels[position]);
        QCOMPARE(all.size(), std::size_t(100));
    }

    void small_classes_give_what_they_have() {
        const std::vector<std::int32_t> labels{0, 1, 1, 1, 1, 1, 1, 1, 1, 7};
        const auto positions = spread_positions(labels, 6);
        QCOMPARE(positions.size(), std::size_t(6));
        QCOMPARE(std::set(positions.begin(), positions.end()).size(), std::size_t(6));
        QCOMPARE(positions.front(), std::size_t(0));
        QCOMPARE(positions.back(), std::size_t(9));
        QCOMPARE(spread_positions(labels, 50).size(), labels.size());
        QVERIFY(spread_positions(std::vector<std::int32_t>{}, 5).empty());
    }

    void a_sample_of_pictures_reads_no_others() {
        const QTemporaryDir folder;
        for (int i = 0; i < 20; ++i)
            for (const char* name : {"cat", "dog"})
                write_bmp(folder.filePath(QString("%1/%2.bmp").arg(name).arg(i, 2, 10, QChar('0'))), 6, 10 * i);
        const std::string path = folder.path().toStdString();
        QVERIFY(holds_pictures(path));
        const Dataset sample = open_dataset_sample(path, Split::test, {0, 4}, 4);
        QCOMPARE(sample.size(), std::size_t(4));
        QCOMPARE(sample.shape().width, 4);
        QCOMPARE(sample.label(0), 0);
        QCOMPARE(sample.label(3), 1);
        QVERIFY(sample.image(0)[0] != sample.image(1)[0]);
        const Dataset all = open_dataset(path, Split::test, {0, 4});
        QCOMPARE(sample.name(), all.name());
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(open_dataset_sample(path, Split::test, {}, 40, stop.get_token()).size(), std::size_t(1));
        QVERIFY_THROWS_EXCEPTION(Error, open_dataset_sample(path, Split::train, {}, 4));
    }
};

QTEST_APPLESS_MAIN(TestSeenImage)
#include "test_seen_image.moc"
