#include <QTemporaryDir>
#include <QTest>
#include <numeric>

#include "data/dataset_reader.h"
#include "data_files.h"

using clipscope::Dataset;
using clipscope::open_dataset;
using clipscope::Split;
using namespace data_files;

class TestIdxReader : public QObject {
    Q_OBJECT

    QTemporaryDir directory_;
    std::filesystem::path folder_;

    QString test_error() {
        return error_of([&] { open_dataset(folder_.string(), Split::test); });
    }
    void write_test_split(const Bytes& images, const Bytes& labels) {
        write(folder_ / "t10k-images-idx3-ubyte", images);
        write(folder_ / "t10k-labels-idx1-ubyte", labels);
    }

private slots:
    void init() {
        folder_ = std::filesystem::path(directory_.path().toStdString()) / QTest::currentTestFunction() / "digits";
        std::filesystem::create_directories(folder_);
    }

    void reads_plain_files() {
        write_test_split(idx_images(3, 2, 5), idx_labels({7, 0, 9}));
        const Dataset dataset = open_dataset(folder_.string(), Split::test);
        QCOMPARE(dataset.name(), std::string("digits test"));
        QVERIFY((dataset.shape() == clipscope::ImageShape{1, 2, 5}));
        QCOMPARE(dataset.size(), std::size_t(3));
        QCOMPARE(dataset.label(2), 9);
        QCOMPARE(bytes_of(dataset.image(2)), pixels(2, 10));
        QCOMPARE(dataset.class_names(), (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
    }

    void reads_gzip_and_both_spellings() {
        write_gzip(folder_ / "train-images.idx3-ubyte.gz", idx_images(40, 28, 28));
        write_gzip(folder_ / "train-labels-idx1-ubyte.gz", idx_labels(Bytes(40, 4)));
        write(folder_ / "t10k-images.idx3-ubyte", idx_images(2, 3, 3));
        write(folder_ / "t10k-labels.idx1-ubyte", idx_labels({1, 2}));
        const Dataset train = open_dataset((folder_ / "train-images.idx3-ubyte.gz").string(), Split::train);
        QCOMPARE(train.size(), std::size_t(40));
        QCOMPARE(bytes_of(train.image(39)), pixels(39, 784));
        QCOMPARE(open_dataset(folder_.string(), Split::test).label(1), 2);
        QCOMPARE(clipscope::available_splits(folder_.string()), (std::vector<Split>{Split::train, Split::test}));
    }

    void reads_one_of_emnists_sets() {
        write_gzip(folder_ / "emnist-letters-test-images-idx3-ubyte.gz", idx_images(3, 28, 28));
        write_gzip(folder_ / "emnist-letters-test-labels-idx1-ubyte.gz", idx_labels({1, 26, 2}));
        const Dataset letters = open_dataset(folder_.string(), Split::test);
        QCOMPARE(letters.name(), std::string("EMNIST letters test"));
        QCOMPARE(letters.label(1), 25);
        QCOMPARE(letters.class_names().at(25), std::string("Z"));
        write_gzip(folder_ / "emnist-digits-test-images-idx3-ubyte.gz", idx_images(1, 28, 28));
        QVERIFY(says(test_error(), {"several sets of EMNIST", "digits, letters"}));
    }

    void finds_images_in_the_folders_that_torchvision_makes() {
        write(folder_ / "MNIST" / "raw" / "t10k-images-idx3-ubyte", idx_images(2, 3, 3));
        write(folder_ / "MNIST" / "raw" / "t10k-labels-idx1-ubyte", idx_labels({1, 2}));
        for (const auto& place : {folder_, folder_ / "MNIST"})
            QCOMPARE(open_dataset(place.string(), Split::test).name(), std::string("MNIST test"));
        write(folder_ / "KMNIST" / "raw" / "t10k-images-idx3-ubyte", idx_images(2, 3, 3));
        QVERIFY(says(test_error(), {"several data sets", "KMNIST"}));
    }

    void the_folder_tells_the_family_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("first_class");
        QTest::addRow("fashion") << "fashion-mnist"
                                 << "Fashion-MNIST test"
                                 << "T-shirt/top";
        QTest::addRow("raw") << "FashionMNIST/raw"
                             << "Fashion-MNIST test"
                             << "T-shirt/top";
        QTest::addRow("mnist") << "MNIST"
                               << "MNIST test"
                               << "0";
        QTest::addRow("too far out") << "fashion/some/digits"
                                     << "digits test"
                                     << "0";
        QTest::addRow("nearest") << "fashion/emnist-letters"
                                 << "emnist-letters test"
                                 << "0";
    }
    void the_folder_tells_the_family() {
        QFETCH(const QString, folder);
        folder_ = folder_.parent_path() / folder.toStdString();
        write_test_split(idx_images(1, 1, 1), idx_labels({0}));
        const Dataset dataset = open_dataset(folder_.string(), Split::test);
        QTEST(QString::fromStdString(dataset.name()), "name");
        QTEST(QString::fromStdString(dataset.class_names().front()), "first_class");
        QCOMPARE(dataset.class_names().size(), std::size_t(10));
    }

    void labels_beyond_nine_are_numbers_in_unknown_families() {
        write_test_split(idx_images(2, 1, 1), idx_labels({3, 255}));
        QCOMPARE(open_dataset(folder_.string(), Split::test).class_names().size(), std::size_t(256));
        QCOMPARE(open_dataset(folder_.string(), Split::test).class_names()[255], std::string("255"));
        folder_ = folder_.parent_path() / "fashion";
        write_test_split(idx_images(2, 1, 1), idx_labels({3, 10}));
        QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "image 1", "label 10", "0 to 9"}));
    }

    void counts_must_agree() {
        write_test_split(idx_images(3, 2, 2), idx_labels({1, 2}));
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "3 images", "t10k-labels-idx1-ubyte", "2 labels"}));
    }

    void missing_files_are_named() {
        write(folder_ / "t10k-images-idx3-ubyte", idx_images(3, 2, 2));
        QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "lacks"}));
        QVERIFY(says(error_of([&] { open_dataset(folder_.string(), Split::train); }), {"no training images", "test split"}));
        std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte");
        QVERIFY(says(test_error(), {"no images that ClipScope reads"}));
    }

    void empty_and_truncated_files_are_refused() {
        const Bytes labels = idx_labels({1, 2, 3});
        write_test_split({}, labels);
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "empty"}));
        Bytes images = idx_images(3, 28, 28);
        images.pop_back();
        write_test_split(images, labels);
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "truncated"}));
        write_test_split(Bytes(images.begin(), images.begin() + 10), labels);
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "truncated"}));
        write_test_split(idx_images(3, 28, 28), Bytes(labels.begin(), labels.end() - 1));
        QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "truncated"}));
        write_test_split(idx_images(0, 28, 28), idx_labels({}));
        QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "no labels"}));
        images = idx_images(3, 28, 28);
        images.push_back(0);
        write_test_split(images, labels);
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "more than its header"}));
    }

    void a_wrong_magic_number_is_told() {
        write_test_split(idx_images(1, 2, 2, 0x804), idx_labels({1}));
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "0x00000804", "0x00000803"}));
        write_test_split(idx_images(1, 2, 2), idx_labels({1}, 0x803));
        QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "0x00000803", "0x00000801"}));
    }

    // Refused for the claim itself, not after running out of bytes or memory.
    void claims_are_checked_before_memory_is_taken() {
        for (const auto& [count, side] :
             {std::pair<std::uint32_t, std::uint32_t>{0xffffffff, 28}, {0xffffffff, 0xffffffff}, {1000, 1000}, {60000, 250}}) {
            Bytes header;
            for (const std::uint32_t word : {std::uint32_t(0x803), count, side, side}) append_big_endian(header, word);
            Bytes labels;
            for (const std::uint32_t word : {std::uint32_t(0x801), count}) append_big_endian(labels, word);
            write_test_split(idx_images(1, 1, 1), labels);
            QVERIFY(says(test_error(), {"t10k-labels-idx1-ubyte", "claims"}));
            write_test_split(header, idx_labels({1}));
            QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "claims"}));
            std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte");
            write_gzip(folder_ / "t10k-images-idx3-ubyte.gz", header);
            QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte.gz", "claims"}));
            std::filesystem::remove(folder_ / "t10k-images-idx3-ubyte.gz");
        }
    }

    void images_without_extent_are_refused() {
        Bytes header;
        for (const std::uint32_t word : {0x803, 1, 0, 28}) append_big_endian(header, word);
        write_test_split(header, idx_labels({1}));
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte", "0×28"}));
    }

    void damaged_gzip_is_refused() {
        write(folder_ / "t10k-labels-idx1-ubyte", idx_labels(Bytes(50, 1)));
        write_gzip(folder_ / "t10k-images-idx3-ubyte.gz", idx_images(50, 28, 28));
        QCOMPARE(open_dataset(folder_.string(), Split::test).size(), std::size_t(50));
        const Bytes good = read(folder_ / "t10k-images-idx3-ubyte.gz");
        write(folder_ / "t10k-images-idx3-ubyte.gz", Bytes(good.begin(), good.begin() + std::ptrdiff_t(good.size() / 2)));
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte.gz", "truncated"}));
        Bytes wrong_checksum = good;
        wrong_checksum[good.size() - 8] ^= 1;
        write(folder_ / "t10k-images-idx3-ubyte.gz", wrong_checksum);
        QVERIFY(says(test_error(), {"t10k-images-idx3-ubyte.gz", "damaged"}));
    }

    // Sums taken apart, with a few lines of Python over the files.
    void real_images() {
        const std::string folder = clipscope::fashion_mnist_folder();
        if (!std::filesystem::exists(folder)) QSKIP("dataset-fashion-mnist is not installed");
        const Dataset test = open_dataset(folder, Split::test);
        QCOMPARE(test.name(), std::string("Fashion-MNIST test"));
        QCOMPARE(test.size(), std::size_t(10000));
        QCOMPARE(test.class_names()[std::size_t(test.label(0))], std::string("Ankle boot"));
        std::uint64_t labels = 0, sum = 0;
        for (std::size_t i = 0; i < test.size(); ++i) {
            labels += std::uint64_t(test.label(i)) * (i + 1);
            const auto image = test.image(i);
            sum += std::accumulate(image.begin(), image.end(), std::uint64_t(0)) * (i % 7);
        }
        QCOMPARE(labels, std::uint64_t(225'777'341));
        QCOMPARE(sum, std::uint64_t(1'723'912'893));
        QCOMPARE(open_dataset(folder, Split::train).size(), std::size_t(60000));
    }
};

QTEST_APPLESS_MAIN(TestIdxReader)
#include "test_idx_reader.moc"
