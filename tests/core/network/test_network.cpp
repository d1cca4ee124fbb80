#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "common/error.h"
#include "data/dataset_reader.h"
#include "network/bundled_networks.h"
#include "network/network.h"
#include "network/training.h"

using namespace clipscope;

namespace {

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write %s", qPrintable(path));
    return path;
}

// The sentence that loading the file gives; empty where it loads.
QString complaint(const QString& path) {
    try {
        Network::load(path.toStdString());
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace

class TestNetwork : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void opens_the_bundled_networks() {
        QCOMPARE(bundled_networks().size(), std::size_t(2));
        const auto lenet5 = Network::load(resolve_model_path("bundled:lenet5"));
        QCOMPARE(lenet5->layers().size(), std::size_t(5));
        QCOMPARE(lenet5->sites().size(), std::size_t(4));
        QCOMPARE(lenet5->parameter_count(), std::int64_t(61706));
        QCOMPARE(lenet5->fault_bits(), std::int64_t(61706 * 32));
        QVERIFY(lenet5->metadata().normalization.has_value());
        QCOMPARE(lenet5->metadata().input_shape->width, 32);
        QCOMPARE(lenet5->metadata().class_names.size(), std::size_t(10));
        const auto alexnet = Network::load(resolve_model_path("bundled:alexnet"));
        QCOMPARE(alexnet->layers().size(), std::size_t(8));
        QCOMPARE(alexnet->sites().size(), std::size_t(7));
        QVERIFY_EXCEPTION_THROWN(resolve_model_path("bundled:nothing"), UsageError);
    }

    void bad_files_give_one_clear_sentence_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        const QByteArray model = read(QString::fromStdString(resolve_model_path("bundled:lenet5")));
        QTest::newRow("empty") << QByteArray() << "is empty";
        QTest::newRow("text") << QByteArray("this is no network\n") << "is not a TorchScript file";
        QTest::newRow("truncated") << model.left(model.size() / 2) << "truncated";
        QTest::newRow("only the magic") << model.left(4) << "truncated";
        QTest::newRow("another archive") << QByteArray("PK\x05\x06", 4) + QByteArray(18, '\0') << "is not a TorchScript file";
    }
    void bad_files_give_one_clear_sentence() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        const QTemporaryDir folder;
        const QString text = complaint(write(folder.filePath("model.pt"), bytes));
        QVERIFY2(text.contains(expected), qPrintable(text));
        QVERIFY2(!text.contains('\n') && text.size() < 500, qPrintable(text));
    }

    void missing_files_and_folders_are_named() {
        const QTemporaryDir folder;
        QVERIFY(complaint(folder.filePath("none.pt")).contains("There is no file"));
        QVERIFY(complaint(folder.path()).contains("is a folder"));
    }

    void damaged_bytes_never_crash() {
        const QByteArray model = read(QString::fromStdString(resolve_model_path("bundled:lenet5")));
        const QTemporaryDir folder;
        for (int round = 0; round < 40; ++round) {
            QByteArray damaged = model;
            const qsizetype start = model.size() * round / 40;
            for (qsizetype i = start; i < std::min(start + 60, model.size()); ++i) damaged[i] = char(i * 131 + round);
            complaint(write(folder.filePath("model.pt"), damaged));  // loads or throws Error; anything else ends the test
        }
    }

    void training_learns_saves_and_stops() {
        if (!QFile::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
        const Dataset all = open_dataset(fashion_mnist_folder(), Split::test);
        std::vector<std::size_t> first(2400), rest(600);
        for (std::size_t i = 0; i < first.size(); ++i) first[i] = i;
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = first.size() + i;
        TrainingSpecification specification{.architecture = "lenet5", .epochs = 3, .batch = 32, .validation_images = 400, .threads = 1};
        const QTemporaryDir folder;
        const std::string output = folder.filePath("lenet5.pt").toStdString();
        int epochs = 0;
        const auto count = [&](const TrainingProgress& progress) { epochs += progress.validation_accuracy >= 0; };
        const TrainingResult result =
            train(specification, all.subset(first), all.subset(rest), Normalization::preset("fashion-mnist"), output, count, {});
        QCOMPARE(epochs, 3);
        QVERIFY2(result.test_accuracy > 0.5, qPrintable(QString::number(result.test_accuracy)));  // chance is 0.1
        const auto network = Network::load(output);
        QCOMPARE(network->metadata().architecture, std::string("lenet5"));
        QCOMPARE(network->metadata().normalization->name, std::string("fashion-mnist"));

        // A stop in the second epoch keeps the first one's network.
        std::stop_source stop;
        const auto stop_later = [&](const TrainingProgress& progress) {
            if (progress.epoch == 2) stop.request_stop();
        };
        const TrainingResult stopped = train(specification, all.subset(first), all.subset(rest), Normalization::preset("fashion-mnist"), output,
                                             stop_later, stop.get_token());
        QVERIFY(stopped.stopped);
        QCOMPARE(stopped.best_epoch, 1);
        QCOMPARE(Network::load(output)->layers().size(), std::size_t(5));
    }
};

QTEST_GUILESS_MAIN(TestNetwork)
#include "test_network.moc"
