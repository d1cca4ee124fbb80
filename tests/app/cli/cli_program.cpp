#include "cli_program.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>

namespace {

// The same bytes on every machine.
class Noise {
public:
    int below(int bound) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return int((state_ >> 33) % unsigned(bound));
    }

private:
    quint64 state_ = 1;
};

QByteArray big_endian(quint32 number) {
    QByteArray bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.append(char(number >> shift & 0xFF));
    return bytes;
}

// Each class is a bright bar in a place of its own under noise.
void write_idx_pair(const QString& folder, const QString& prefix, int images, Noise& noise) {
    QByteArray pixels = big_endian(0x00000803) + big_endian(quint32(images)) + big_endian(28) + big_endian(28);
    QByteArray labels = big_endian(0x00000801) + big_endian(quint32(images));
    for (int i = 0; i < images; ++i) {
        const int label = i % 10;
        labels.append(char(label));
        for (int y = 0; y < 28; ++y) {
            for (int x = 0; x < 28; ++x) {
                const bool is_bar = label < 5 ? y / 5 == label : x / 5 == label - 5;
                pixels.append(char(is_bar ? 200 + noise.below(56) : noise.below(90)));
            }
        }
    }
    write_bytes(folder + "/" + prefix + "-images-idx3-ubyte", pixels);
    write_bytes(folder + "/" + prefix + "-labels-idx1-ubyte", labels);
}

}  // namespace

QString cli_program() {
    return CLIPSCOPE_CLI_PROGRAM;
}

CliResult run_cli(const QStringList& arguments, const QString& program, const QProcessEnvironment& environment) {
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    constexpr int patience_ms = 240'000;
    if (!process.waitForFinished(patience_ms)) {
        process.kill();
        process.waitForFinished();
    }
    CliResult result;
    if (process.exitStatus() == QProcess::NormalExit && process.error() == QProcess::UnknownError) result.status = process.exitCode();
    result.out = QString::fromUtf8(process.readAllStandardOutput());
    result.err = QString::fromUtf8(process.readAllStandardError());
    return result;
}

bool is_one_sentence(const QString& err) {
    return err.startsWith("clipscope-cli: ") && err.endsWith(".\n") && err.count('\n') == 1 && err.size() > 30;
}

QJsonObject json_of(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

void write_bytes(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write %s", qPrintable(path));
}

QByteArray read_bytes(const QString& path) {
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}

void make_idx_folder(const QString& folder) {
    QDir().mkpath(folder);
    Noise noise;
    write_idx_pair(folder, "train", 600, noise);
    write_idx_pair(folder, "t10k", 200, noise);
}

void make_cifar_folder(const QString& folder, int images) {
    QDir().mkpath(folder);
    Noise noise;
    QByteArray records;
    for (int i = 0; i < images; ++i) {
        records.append(char(i % 10));
        for (int pixel = 0; pixel < 3072; ++pixel) records.append(char(noise.below(256)));
    }
    write_bytes(folder + "/test_batch.bin", records);
}

CliResult train_model(const QString& data, const QString& model) {
    return run_cli({"train",
                    "--arch",
                    "lenet5",
                    "--data",
                    data,
                    "--normalize",
                    "mnist",
                    "--output",
                    model,
                    "--epochs",
                    "6",
                    "--batch",
                    "20",
                    "--lr",
                    "0.02",
                    "--no-mirror",
                    "--shift",
                    "0",
                    "--validation-images",
                    "100"});
}

CliResult make_data_and_model(const QString& folder, QString& data, QString& model) {
    data = folder + "/idx";
    model = folder + "/model.pt";
    make_idx_folder(data);
    return train_model(data, model);
}
