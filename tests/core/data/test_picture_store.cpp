// Pictures that are decoded when they are asked for: the same as those in memory, from any thread, or one sentence.
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <atomic>
#include <thread>

#include "common/counter_random.h"
#include "data/dataset_reader.h"
#include "data/image_folder_reader.h"
#include "data/image_selection.h"
#include "data/normalization.h"
#include "data/picture_store.h"
#include "data_files.h"
#include "picture_files.h"

using namespace clipscope;
using namespace data_files;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t all = std::size_t(1) << 40;  // bytes in memory

Dataset open(const fs::path& folder, std::size_t most_in_memory, const PictureSize& size = {}) {
    return read_image_folder(folder, Split::test, size, most_in_memory);
}

// Of every kind that is read, of several sizes; some cannot be read.
void write_mixture(const fs::path& folder) {
    using picture_files::picture;
    for (int i = 0; i < 24; ++i) {
        const fs::path stem = folder / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i / 12) + "/" + std::to_string(i));
        const cv::Mat image = picture(60 + i % 5, 50 - i % 3, i, i % 7 == 3);
        const std::array<const char*, 6> endings{".jpg", ".jpeg", ".png", ".bmp", ".webp", ".JPG"};
        const std::vector<int> options = i % 6 == 1 ? std::vector<int>{cv::IMWRITE_JPEG_PROGRESSIVE, 1} : std::vector<int>();
        picture_files::write(stem.string() + endings[std::size_t(i % 6)], image, options);
    }
    Bytes cut = read(folder / "cat/0/2.png");
    cut.resize(cut.size() / 2);
    data_files::write(folder / "dog/cut.png", cut);
    data_files::write(folder / "dog/empty.jpg", {});
    Bytes header = read(folder / "cat/0/0.jpg");
    header.resize(100);
    data_files::write(folder / "cat/cut.jpg", header);
    picture_files::write(folder / "cat/line.png", picture(1, 65'000, 1));  // resized to 40 it would have 104 million pixels
}

void compare(const Dataset& dataset, const Dataset& expected) {
    QCOMPARE(dataset.name(), expected.name());
    QCOMPARE(dataset.size(), expected.size());
    QVERIFY(dataset.shape() == expected.shape());
    QCOMPARE(dataset.class_names(), expected.class_names());
    QCOMPARE(dataset.skipped_files(), expected.skipped_files());
    const InputFormat format{Normalization::preset("none"), {}};
    std::vector<float> input(expected.shape().pixels()), expected_input(expected.shape().pixels());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QCOMPARE(dataset.label(i), expected.label(i));
        QCOMPARE(bytes_of(dataset.image(i)), bytes_of(expected.image(i)));
        prepare_image(dataset, i, format, input);
        prepare_image(expected, i, format, expected_input);
        QVERIFY(input == expected_input);
    }
}

}  // namespace

class TestPictureStore : public QObject {
    Q_OBJECT

    QTemporaryDir directory_;
    fs::path folder_;

    // Coloured JPEG pictures of 40 by 30 pixels: 3,600 bytes of pixels each.
    void write_jpegs(int count) const {
        for (int i = 0; i < count; ++i)
            picture_files::write(folder_ / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i) + ".jpg"), picture_files::picture(40, 30, i));
    }

private slots:
    void init() {
        folder_ = fs::path(directory_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }

    void they_are_those_in_memory() {
        write_mixture(folder_);
        for (const PictureSize size : {PictureSize{}, PictureSize{40, 32}, PictureSize{0, 20}, PictureSize{300, 256}}) {
            const Dataset expected = open(folder_, all, size);
            QCOMPARE(expected.size(), std::size_t(size.crop == 20 ? 25 : 24));
            for (const std::size_t most : {std::size_t(0), std::size_t(20'000)}) {
                const Dataset dataset = open(folder_, most, size);
                compare(dataset, expected);
                compare(dataset, expected);
            }
        }
    }

    void grey_ones_stay_grey() {
        for (int i = 0; i < 4; ++i)
            picture_files::write(folder_ / "x" / (std::to_string(i) + ".jpg"), picture_files::picture(20, 20, i, true));
        const Dataset expected = open(folder_, all);
        QCOMPARE(expected.shape().channels, 1);
        compare(open(folder_, 0), expected);
        // One that has colours makes all of them coloured, whenever it comes.
        picture_files::write(folder_ / "x" / "9.jpg", picture_files::picture(20, 20, 9));
        const Dataset coloured = open(folder_, all);
        QCOMPARE(coloured.shape().channels, 3);
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t p = 0; p < 1200; ++p) QCOMPARE(coloured.image(i)[p], expected.image(i)[p % 400]);
        compare(open(folder_, 0), coloured);
    }

    void any_number_of_threads_may_ask() {
        write_jpegs(20);
        const Dataset expected = open(folder_, all), dataset = open(folder_, 30'000);
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (std::uint64_t number = 0; number < 4; ++number)
            threads.emplace_back([&, number] {
                const CounterRandom random(number, RandomDomain::none);
                for (std::uint64_t repeat = 0; repeat < 500; ++repeat) {
                    const std::size_t i = random.block({repeat, 0, 0, 0})[0] % 20;
                    wrong += bytes_of(dataset.image(i)) != bytes_of(expected.image(i));
                }
            });
        for (std::thread& thread : threads) thread.join();
        QCOMPARE(wrong.load(), 0);
    }

    void no_more_is_kept_than_may_be() {
        write_jpegs(10);
        std::vector<PictureFile> files;
        for (int i = 0; i < 10; ++i) {
            const std::string name = (i % 2 == 0 ? "cat/" : "dog/") + std::to_string(i) + ".jpg";
            const Bytes file = read(folder_ / name);
            files.push_back({name, std::uint32_t(file.size()), checksum(file)});
        }
        const PictureStore store(folder_, files, {}, {3, 30, 40}, 10'000);
        QCOMPARE(store.kept_bytes(), std::size_t(0));
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t i = 0; i < 10; ++i) QCOMPARE(store.image(i).size(), std::size_t(3600));
        QCOMPARE(store.kept_bytes(), std::size_t(7200));
        // What is kept is not read again.
        QCOMPARE(store.image(1).data(), store.image(1).data());
        fs::remove(folder_ / "dog/1.jpg");
        QCOMPARE(store.image(1).size(), std::size_t(3600));
    }

    void one_that_vanishes_or_changes_is_named() {
        write_jpegs(6);
        const Dataset dataset = open(folder_, 0);
        const fs::path path = folder_ / "dog/3.jpg";
        const std::size_t position = 4;  // after the three cats and dog/1.jpg
        const Bytes expected = bytes_of(dataset.image(position)), file = read(path);
        const auto error = [&] { return error_of([&] { dataset.image(position); }); };

        fs::remove(path);
        QVERIFY(says(error(), {"'" + QString::fromStdString(path.string()) + "'", "no longer be read"}));
        std::vector<float> input(3600);
        QVERIFY(says(error_of([&] { prepare_image(dataset, position, {Normalization::preset("none"), {}}, input); }), {"dog/3.jpg"}));
        picture_files::write(path, picture_files::picture(40, 30, 100));
        QVERIFY(says(error(), {"dog/3.jpg", "has changed"}));
        // Even by a bit of the same file that was written at the same time.
        Bytes flipped = file;
        flipped[flipped.size() / 2] ^= 1;
        const auto time = fs::last_write_time(path);
        data_files::write(path, flipped);
        fs::last_write_time(path, time);
        QVERIFY(says(error(), {"dog/3.jpg", "has changed"}));
        data_files::write(path, file);
        QCOMPARE(bytes_of(dataset.image(position)), expected);
        QCOMPARE(dataset.image(0).size(), std::size_t(3600));  // the others never mind
    }

    // The header is whole, but its Huffman tables make no sense.
    void one_that_cannot_be_decoded_is_named() {
        write_jpegs(3);
        Bytes file = read(folder_ / "cat/2.jpg");
        for (std::size_t at = 2; file[at] == 0xFF && file[at + 1] != 0xDA; at += 2 + std::size_t(file[at + 2]) * 256 + file[at + 3])
            if (file[at + 1] == 0xC4) file[at + 5] = 0xFF;
        data_files::write(folder_ / "cat/2.jpg", file);
        const Dataset dataset = open(folder_, 0);
        QCOMPARE(dataset.size(), std::size_t(3));
        QVERIFY(says(error_of([&] { dataset.image(1); }), {"cat/2.jpg", "damaged"}));
        QCOMPARE(open(folder_, all).skipped_files(), (std::vector<std::string>{(folder_ / "cat/2.jpg").string()}));
    }

    void a_selection_reads_nothing_else() {
        write_jpegs(20);
        const Dataset expected = open(folder_, all), dataset = open(folder_, 0);
        for (const char* const text : {"6", "first:5"}) {
            const std::vector<std::size_t> chosen = select_images(dataset, ImageSelection::parse(text), 3);
            const Dataset some = dataset.subset(chosen);
            QTemporaryDir elsewhere;
            // With all other files gone the chosen ones are still there.
            const fs::path gone = fs::path(elsewhere.path().toStdString()) / "gone";
            fs::copy(folder_, gone, fs::copy_options::recursive);
            for (std::size_t i = 0; i < 20; ++i)
                if (std::ranges::find(chosen, i) == chosen.end()) fs::remove(file_of(i));
            for (std::size_t i = 0; i < some.size(); ++i) QCOMPARE(bytes_of(some.image(i)), bytes_of(expected.image(chosen[i])));
            fs::copy(gone, folder_, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
        }
    }

private:
    // In the order of the data set: cats, then dogs, each by name.
    fs::path file_of(std::size_t position) const {
        std::vector<fs::path> files;
        for (const char* const name : {"cat", "dog"}) {
            std::vector<fs::path> of_class;
            for (int i = name[0] == 'c' ? 0 : 1; i < 20; i += 2) of_class.push_back(folder_ / name / (std::to_string(i) + ".jpg"));
            std::ranges::sort(of_class);
            files.insert(files.end(), of_class.begin(), of_class.end());
        }
        return files[position];
    }
};

QTEST_APPLESS_MAIN(TestPictureStore)
#include "test_picture_store.moc"
