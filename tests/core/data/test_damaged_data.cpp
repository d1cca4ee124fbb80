// Files damaged at random: whatever lies in a data folder, opening it gives a Dataset or an Error, never a crash.
#include <QTemporaryDir>
#include <QTest>

#include "common/counter_random.h"
#include "data/dataset_reader.h"
#include "data_files.h"

using clipscope::Split;
using namespace data_files;

namespace {

struct Tally {
    int opened = 0;
    int refused = 0;
};

void open(const std::filesystem::path& folder, Tally& tally) {
    try {
        const clipscope::Dataset dataset = clipscope::open_dataset(folder.string(), Split::test);
        // Touch everything, so that a sanitizer sees what lies outside.
        for (std::size_t i = 0; i < dataset.size(); ++i) {
            if (dataset.class_names().at(std::size_t(dataset.label(i))).empty() || dataset.image(i).size() != dataset.shape().pixels()) {
                qFatal("image %zu is not whole", i);
            }
        }
        ++tally.opened;
    } catch (const clipscope::Error& error) {
        if (!QString::fromUtf8(error.what()).endsWith('.')) qFatal("not a sentence: %s", error.what());
        ++tally.refused;
    }
}

class Damage {
public:
    explicit Damage(std::uint64_t seed) : random_(seed, clipscope::RandomDomain::none) {}

    std::uint64_t below(std::uint64_t limit) { return random_.block({counter_++, 0, 0, 0})[0] % limit; }

    Bytes noise(std::size_t size) {
        Bytes bytes(size);
        for (std::uint8_t& byte : bytes) byte = std::uint8_t(below(256));
        return bytes;
    }

    // Cuts, grows, overwrites, or leaves the bytes but for a few flips near the beginning, where the headers are.
    Bytes of(Bytes bytes) {
        switch (below(4)) {
            case 0:
                bytes.resize(below(bytes.size() + 1));
                break;
            case 1:
                bytes.resize(bytes.size() + 1 + below(40));
                break;
            case 2:
                for (std::uint64_t n = 1 + below(8); n > 0; --n) bytes[below(bytes.size())] = std::uint8_t(below(256));
                break;
            default:
                for (std::uint64_t n = 1 + below(4); n > 0; --n)
                    bytes[below(std::min<std::size_t>(bytes.size(), 20))] = std::uint8_t(below(256));
        }
        return bytes;
    }

private:
    clipscope::CounterRandom random_;
    std::uint64_t counter_ = 0;
};

}  // namespace

class TestDamagedData : public QObject {
    Q_OBJECT

    QTemporaryDir directory_;
    std::filesystem::path folder_;

private slots:
    void init() {
        folder_ = std::filesystem::path(directory_.path().toStdString()) / QTest::currentTestFunction();
        std::filesystem::create_directories(folder_);
    }

    void cifar10() {
        Damage damage(1);
        Tally tally;
        for (int i = 0; i < 300; ++i) {
            write(folder_ / "test_batch.bin",
                  i % 3 == 0 ? damage.noise(damage.below(3) * 3073 + damage.below(2)) : damage.of(cifar_records({1, 2})));
            write(folder_ / "batches.meta.txt", damage.noise(damage.below(200)));
            open(folder_, tally);
        }
        QVERIFY(tally.opened > 0 && tally.refused > 0);
    }

    void idx_plain() {
        Damage damage(2);
        Tally tally;
        const Bytes images = idx_images(5, 4, 3);
        const Bytes labels = idx_labels({0, 1, 2, 3, 4});
        for (int i = 0; i < 1000; ++i) {
            write(folder_ / "t10k-images-idx3-ubyte", i % 10 == 0  ? damage.noise(damage.below(100))
                                                      : i % 2 == 0 ? damage.of(images)
                                                                   : images);
            write(folder_ / "t10k-labels-idx1-ubyte", i % 2 == 1 ? damage.of(labels) : labels);
            open(folder_, tally);
        }
        QVERIFY(tally.opened > 0 && tally.refused > 0);
    }

    void every_truncation() {
        const Bytes images = idx_images(5, 4, 3);
        write(folder_ / "t10k-labels-idx1-ubyte", idx_labels({0, 1, 2, 3, 4}));
        write_gzip(folder_ / "whole.gz", images);
        const Bytes packed = read(folder_ / "whole.gz");
        Tally tally;
        for (std::size_t size = 0; size < images.size(); ++size) {
            write(folder_ / "t10k-images-idx3-ubyte", Bytes(images.begin(), images.begin() + std::ptrdiff_t(size)));
            open(folder_, tally);
        }
        std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte");
        for (std::size_t size = 0; size < packed.size(); ++size) {
            write(folder_ / "t10k-images-idx3-ubyte.gz", Bytes(packed.begin(), packed.begin() + std::ptrdiff_t(size)));
            open(folder_, tally);
        }
        QCOMPARE(tally.opened, 0);
        write(folder_ / "t10k-images-idx3-ubyte.gz", packed);
        open(folder_, tally);
        QCOMPARE(tally.opened, 1);
    }

    void idx_gzip() {
        write_gzip(folder_ / "whole.gz", idx_images(20, 12, 12));
        const Bytes packed = read(folder_ / "whole.gz");
        write_gzip(folder_ / "t10k-labels-idx1-ubyte.gz", idx_labels(Bytes(20, 3)));
        Damage damage(3);
        Tally tally;
        for (int i = 0; i < 1000; ++i) {
            Bytes bytes = damage.of(packed);
            if (i % 10 == 0) {
                bytes = damage.noise(100);
                bytes[0] = 0x1f;
                bytes[1] = 0x8b;
            }
            write(folder_ / "t10k-images-idx3-ubyte.gz", bytes);
            open(folder_, tally);
        }
        QVERIFY(tally.refused > 500);
    }

    // 64 MiB of zeros in 64 KiB, although the header speaks of four pixels.
    void a_gzip_bomb_is_refused() {
        Bytes bomb = idx_images(1, 2, 2);
        bomb.resize(std::size_t(64) << 20);
        write_gzip(folder_ / "t10k-images-idx3-ubyte.gz", bomb);
        write(folder_ / "t10k-labels-idx1-ubyte", idx_labels({1}));
        QVERIFY(says(error_of([&] { clipscope::open_dataset(folder_.string(), Split::test); }), {"more than its header says"}));
    }
};

QTEST_APPLESS_MAIN(TestDamagedData)
#include "test_damaged_data.moc"
