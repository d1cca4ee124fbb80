// C programs that include a header ClipScope wrote: compiled as C99, C17, C++98 and C++20 by the system's own compiler, and run.
#pragma once

#include <QProcess>
#include <QStandardPaths>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "common/text_file.h"

namespace clipscope::testing {

// Columns "compiler" and "options" of a test's rows.
inline void add_compilers() {
    QTest::addColumn<QString>("compiler");
    QTest::addColumn<QStringList>("options");
    const QStringList strict{"-Wall", "-Wextra", "-pedantic", "-Werror", "-O2"};
    QTest::newRow("C99") << "cc" << (QStringList{"-x", "c", "-std=c99"} + strict);
    QTest::newRow("C17") << "cc" << (QStringList{"-x", "c", "-std=c17"} + strict);
    QTest::newRow("C++98") << "c++" << (QStringList{"-x", "c++", "-std=c++98", "-Wno-long-long"} + strict);
    QTest::newRow("C++20") << "c++" << (QStringList{"-x", "c++", "-std=c++20"} + strict);
}

// What the program prints; the compiler's messages where it does not compile. The header lies beside it as "written.h".
inline QString run_c_program(const QString& compiler, const QStringList& options, const std::string& header, const std::string& program) {
    const QTemporaryDir folder;
    const QString source = folder.filePath("program.c"), built = folder.filePath("program");
    write_text_file(folder.filePath("written.h").toStdString(), header);
    write_text_file(source.toStdString(), program);
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    constexpr int limit_ms = 60000;
    process.start(compiler, options + QStringList{source, "-o", built});
    if (process.waitForFinished(limit_ms) && process.exitCode() == 0) {
        process.start(built, QStringList());
        process.waitForFinished(limit_ms);
    }
    return QString::fromLatin1(process.readAll());
}

// "1065353216u,0u": the bits of each.
inline QString words(const std::vector<float>& values, const char* between) {
    QStringList texts;
    for (const float value : values) texts << QString::number(std::bit_cast<std::uint32_t>(value)) + QStringLiteral("u");
    return texts.join(QLatin1String(between));
}

}  // namespace clipscope::testing
