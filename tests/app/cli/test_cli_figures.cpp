// figures: finds the desktop program, runs it without a display and passes its exit status on. A script stands in for the program.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "cli_program.h"

class TestCliFigures : public QObject {
    Q_OBJECT

private slots:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
        // A copy, because the program looks for its companion beside itself.
        program_ = folder_->filePath("clipscope-cli");
        std::filesystem::copy_file(cli_program().toStdString(), program_.toStdString());
        result_ = folder_->filePath("result.json");
        write_bytes(result_, "{}\n");
        environment_ = QProcessEnvironment::systemEnvironment();
        environment_.insert("PATH", folder_->filePath("tools"));
        environment_.insert("QT_QPA_PLATFORM", "wayland");
    }

    void without_the_desktop_program() {
        const CliResult result = figures();
        QCOMPARE(result.status, 1);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains("CLIPSCOPE_DESKTOP"), qPrintable(result.err));
    }

    void runs_the_program_beside_itself() {
        make_desktop_program(folder_->filePath("clipscope"), 7);
        const CliResult result = figures();
        QCOMPARE(result.status, 7);
        QCOMPARE(result.out, QString("offscreen --render %1 --output %2\n").arg(result_, folder_->filePath("figures")));
    }

    void finds_the_program_in_path() {
        QDir(folder_->path()).mkdir("tools");
        make_desktop_program(folder_->filePath("tools/clipscope"), 0);
        const CliResult result = figures();
        QCOMPARE(result.status, 0);
        QVERIFY(result.out.startsWith("offscreen --render"));
    }

    void style_options_are_passed_on_as_they_are() {
        make_desktop_program(folder_->filePath("clipscope"), 0);
        const QStringList options{"--width", "88mm", "--font", "serif", "--curves", "CONV-1,FC-1", "--no-title", "--format", "pdf,pgf", "--paper"};
        const CliResult result =
            run_cli(QStringList{"figures", result_, "--output", folder_->filePath("figures")} + options, program_, environment_);
        QCOMPARE(result.status, 0);
        const QString passed = QString(result.out).section(folder_->filePath("figures"), 1).trimmed();
        for (const char* option : {"--width 88mm", "--font serif", "--curves CONV-1,FC-1", "--no-title", "--format pdf,pgf", "--paper"})
            QVERIFY2(passed.contains(option), qPrintable(passed));
        QCOMPARE(passed.split(' ').size(), options.size());
    }

    void result_that_is_not_there() {
        make_desktop_program(folder_->filePath("clipscope"), 0);
        QFile::remove(result_);
        const CliResult result = figures();
        QCOMPARE(result.status, 1);
        QVERIFY2(is_one_sentence(result.err) && result.err.contains(result_), qPrintable(result.err));
    }

private:
    CliResult figures() const { return run_cli({"figures", result_, "--output", folder_->filePath("figures")}, program_, environment_); }

    static void make_desktop_program(const QString& path, int status) {
        write_bytes(path, QString("#!/bin/sh\necho \"$QT_QPA_PLATFORM\" \"$@\"\nexit %1\n").arg(status).toUtf8());
        QFile::setPermissions(path, QFile::ReadOwner | QFile::ExeOwner);
    }

    std::unique_ptr<QTemporaryDir> folder_;
    QString program_;
    QString result_;
    QProcessEnvironment environment_;
};

QTEST_GUILESS_MAIN(TestCliFigures)
#include "test_cli_figures.moc"
