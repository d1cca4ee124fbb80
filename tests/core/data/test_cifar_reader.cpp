#include <QTemporaryDir>
#include <QTest>
#include <numeric>

#include "data/dataset_reader.h"
#include "data_files.h"

using clipscope::Dataset;
using clipscope::open_dataset;
using clipscope::Split;
using namespace data_files;

class TestCifarReader : public QObject {
    Q_OBJECT

    QTemporaryDir directory_;
    std::filesystem::path folder_;

private slots:
    void init() {
        folder_ = std::filesystem::path(directory_.path().toStdString()) / QTest::currentTestFunction();
        std::filesystem::create_directories(folder_);
    }

    void reads_the_test_split() {
        write(folder_ / "test_batch.bin", cifar_records({3, 9, 0}));
        const Dataset dataset = open_dataset(folder_.string(), Split::test);
        QCOMPARE(dataset.name(), std::string("CIFAR-10 test"));
        QCOMPARE(dataset.size(), std::size_t(3));
        QVERIFY((dataset.shape() == clipscope::ImageShape{3, 32, 32}));
        QCOMPARE(dataset.label(1), 9);
        QCOMPARE(bytes_of(dataset.image(1)), pixels(90, 3072));
        QCOMPARE(dataset.class_names().size(), std::size_t(10));
        QCOMPARE(dataset.class_names()[0], std::string("airplane"));
        QCOMPARE(dataset.class_names()[9], std::string("truck"));
    }

    void training_files_come_in_natural_order() {
        write(folder_ / "data_batch_10.bin", cifar_records({5}));
        write(folder_ / "data_batch_2.bin", cifar_records({2, 3}));
        write(folder_ / "data_batch_1.bin", cifar_records({1}));
        write(folder_ / "data_batch_.txt", {1, 2, 3});
        const Dataset dataset = open_dataset(folder_.string(), Split::train);
        QCOMPARE(dataset.name(), std::string("CIFAR-10 train"));
        std::vector<int> labels;
        for (std::size_t i = 0; i < dataset.size(); ++i) labels.push_back(dataset.label(i));
        QCOMPARE(labels, (std::vector<int>{1, 2, 3, 5}));
    }

    void class_names_come_from_the_meta_file() {
        write(folder_ / "test_batch.bin", cifar_records({1}));
        write_text(folder_ / "batches.meta.txt", "cat\r\nbig dog\r\n\r\n");
        const Dataset dataset = open_dataset(folder_.string(), Split::test);
        QCOMPARE(dataset.class_names(), (std::vector<std::string>{"cat", "big dog"}));
    }

    void reads_cifar100_by_its_fine_labels() {
        Bytes records;
        for (const int label : {99, 7}) {
            records.push_back(3);  // the superclass
            records.push_back(std::uint8_t(label));
            const Bytes image = pixels(label, 3072);
            records.insert(records.end(), image.begin(), image.end());
        }
        write(folder_ / "test.bin", records);
        const Dataset dataset = open_dataset(folder_.string(), Split::test);
        QCOMPARE(dataset.name(), std::string("CIFAR-100 test"));
        QCOMPARE(dataset.label(0), 99);
        QCOMPARE(dataset.label(1), 7);
        QCOMPARE(bytes_of(dataset.image(1)), pixels(7, 3072));
        QCOMPARE(dataset.class_names().size(), std::size_t(100));
        write_text(folder_ / "fine_label_names.txt", "apple\nbear\n");
        const QString text = error_of([&] { open_dataset(folder_.string(), Split::test); });
        QVERIFY2(text.contains("CIFAR-100") && text.contains("label 99"), qPrintable(text));
    }

    void a_file_stands_for_its_folder() {
        write(folder_ / "test_batch.bin", cifar_records({1}));
        QCOMPARE(open_dataset((folder_ / "test_batch.bin").string(), Split::test).size(), std::size_t(1));
        QCOMPARE(open_dataset(folder_.string() + "/", Split::test).size(), std::size_t(1));
    }

    void splits_are_told_without_reading() {
        write(folder_ / "test_batch.bin", {1, 2, 3});
        QCOMPARE(clipscope::available_splits(folder_.string()), std::vector<Split>{Split::test});
        write(folder_ / "data_batch_1.bin", {});
        QCOMPARE(clipscope::available_splits(folder_.string()), (std::vector<Split>{Split::train, Split::test}));
    }

    void a_missing_split_is_named() {
        write(folder_ / "test_batch.bin", cifar_records({1}));
        QVERIFY(says(error_of([&] { open_dataset(folder_.string(), Split::train); }), {"no training images", "test split"}));
    }

    void a_folder_without_data_is_refused() {
        write_text(folder_ / "notes.txt", "nothing");
        for (const auto& path : {folder_.string(), (folder_ / "notes.txt").string()}) {
            QVERIFY(says(error_of([&] { open_dataset(path, Split::test); }), {QString::fromStdString(folder_.string()), "no images"}));
            QVERIFY(says(error_of([&] { clipscope::available_splits(path); }), {"no images"}));
        }
    }

    void a_missing_folder_is_refused() {
        QVERIFY(says(error_of([&] { open_dataset((folder_ / "nowhere").string(), Split::test); }), {"nowhere", "does not exist"}));
        QVERIFY(says(error_of([&] { open_dataset("", Split::test); }), {"does not exist"}));
    }

    void damaged_files_are_refused() {
        const auto error = [&] { return error_of([&] { open_dataset(folder_.string(), Split::test); }); };
        write(folder_ / "test_batch.bin", {});
        QVERIFY(says(error(), {"test_batch.bin", "empty"}));
        Bytes bytes = cifar_records({1, 2});
        bytes.pop_back();
        write(folder_ / "test_batch.bin", bytes);
        QVERIFY(says(error(), {"test_batch.bin", "truncated", "6145 bytes"}));
        write(folder_ / "test_batch.bin", cifar_records({1, 9, 10}));
        QVERIFY(says(error(), {"test_batch.bin", "image 2", "label 10", "0 to 9"}));
        std::filesystem::remove(folder_ / "test_batch.bin");
        std::filesystem::create_directory(folder_ / "test_batch.bin");
        QVERIFY(says(error(), {"test_batch.bin"}));
    }

    // Sums taken apart, with a few lines of Python over the file.
    void real_images() {
        const std::string folder = CLIPSCOPE_SHARED_DIR "/data/cifar-10-batches-bin";
        if (!std::filesystem::exists(folder)) QSKIP("the CIFAR-10 sample is not here");
        const Dataset test = open_dataset(folder, Split::test);
        QCOMPARE(test.size(), std::size_t(1000));
        QCOMPARE(open_dataset(folder, Split::train).size(), std::size_t(1000));
        QCOMPARE(test.class_names()[9], std::string("truck"));
        std::uint64_t labels = 0, sum = 0;
        for (std::size_t i = 0; i < test.size(); ++i) {
            labels += std::uint64_t(test.label(i)) * (i + 1);
            const auto image = test.image(i);
            sum += std::accumulate(image.begin(), image.end(), std::uint64_t(0)) * (i % 7);
        }
        QCOMPARE(labels, std::uint64_t(2'271'605));
        QCOMPARE(sum, std::uint64_t(1'115'810'786));
    }
};

QTEST_APPLESS_MAIN(TestCifarReader)
#include "test_cifar_reader.moc"
