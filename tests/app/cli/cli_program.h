// Runs clipscope-cli as users do, and makes the small data folders and models it is tried on.
#pragma once

#include <QJsonObject>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

struct CliResult {
    int status = -1;  // exit status; -1: it crashed or never ended
    QString out;
    QString err;
};

QString cli_program();

CliResult run_cli(const QStringList& arguments, const QString& program = cli_program(),
                  const QProcessEnvironment& environment = QProcessEnvironment::systemEnvironment());

// One line on stderr that ends as a sentence does: what every failure must be.
bool is_one_sentence(const QString& err);

QJsonObject json_of(const QByteArray& text);

void write_bytes(const QString& path, const QByteArray& bytes);
QByteArray read_bytes(const QString& path);

// A folder of IDX files, 28×28, 10 classes that LeNet-5 learns in one or two epochs: 600 training and 200 test images.
void make_idx_folder(const QString& folder);
// A CIFAR-10 folder with `images` test images of one class each in turn.
void make_cifar_folder(const QString& folder, int images);

// Trains LeNet-5 on make_idx_folder()'s data with the program itself.
CliResult train_model(const QString& data, const QString& model);

// Both in a folder that is there; says where they are.
CliResult make_data_and_model(const QString& folder, QString& data, QString& model);
