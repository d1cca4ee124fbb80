// The program `clipscope`. Exit status: 0 done, 1 failed, 2 wrong usage.
#include <QApplication>
#include <QHashFunctions>
#include <QIcon>
#include <cstdio>
#include <ctime>

#include "common/error.h"
#include "common/version.h"
#include "evaluation/kernel_cache.h"
#include "latency_probe.h"
#include "launch_options.h"
#include "main_window.h"
#include "paper_figures.h"
#include "render.h"
#include "report_file.h"
#include "theme/theme.h"

namespace {

using namespace clipscope;

void print(std::FILE* stream, const QString& text) {
    std::fputs(text.toUtf8().constData(), stream);
    std::fflush(stream);
}

bool has_display() {
    return !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || !qEnvironmentVariableIsEmpty("DISPLAY") ||
           !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
}

void name_application() {
    QApplication::setOrganizationName(QStringLiteral("ClipScope"));
    QApplication::setApplicationName(QStringLiteral("clipscope"));
    QApplication::setApplicationDisplayName(QStringLiteral("ClipScope"));
    QApplication::setApplicationVersion(QLatin1String(version()));
    QApplication::setDesktopFileName(QStringLiteral("clipscope"));
}

int render(int argc, char** argv, const LaunchOptions& options) {
    // Qt ends a program that finds no display, and there is nothing to show anyway.
    if (!has_display()) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const FigureRequest request = figure_request(options.figures);
    QStringList missing;
    const QStringList written = options.paper ? render_paper(options.render, options.output, request, missing)
                                              : render_result(options.render, options.output, request);
    for (const QString& sentence : missing) print(stderr, sentence + QLatin1Char('\n'));
    for (const QString& file : written) print(stdout, file + QLatin1Char('\n'));
    return 0;
}

int report(int argc, char** argv, const LaunchOptions& options) {
    // Whatever the desktop is like, the document is the same.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QHashSeed::setDeterministicGlobalSeed();
    qputenv("TZ", "UTC");  // Qt writes the time of making into a PDF; its length depends on the zone
    tzset();
    const QApplication application(argc, argv);
    write_report(options.report, options.report_options, options.output);
    print(stdout, options.output + QLatin1Char('\n'));
    return 0;
}

bool arguments_name_nothing(const LaunchOptions& options) {
    return options.model.isEmpty() && options.data.isEmpty() && !options.run && options.latency_log.isEmpty();
}

int show_window(int argc, char** argv, const LaunchOptions& options) {
    if (!has_display()) {
        throw Error("There is no display to open a window on: use clipscope-cli, or --render for figures.");
    }
    QApplication application(argc, argv);
    name_application();
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/clipscope/icons/clipscope.svg")));
    QApplication::setPalette(readable_hints(QApplication::palette()));
    LatencyProbe probe;
    MainWindow window;
    window.show();
    if (!options.latency_log.isEmpty()) probe.start();
    window.launch(options);
    if (arguments_name_nothing(options)) window.offer_tour();
    const int status = QApplication::exec();
    if (options.latency_log.isEmpty()) return status;
    probe.stop();
    if (!probe.write_report(options.latency_log)) {
        throw Error("Cannot write the latency log " + options.latency_log.toStdString() + ": choose another place.");
    }
    return status;
}

int run(int argc, char** argv) {
    QStringList arguments;
    for (int i = 1; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
    const LaunchOptions options = parse_launch_options(arguments);
    if (options.help) {
        print(stdout, launch_help());
    } else if (options.version) {
        print(stdout, QStringLiteral("ClipScope %1\n").arg(QLatin1String(version())));
    } else if (!options.render.isEmpty()) {
        return render(argc, argv, options);
    } else if (!options.report.isEmpty()) {
        return report(argc, argv, options);
    } else {
        return show_window(argc, argv, options);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    limit_kernel_cache();
    try {
        return run(argc, argv);
    } catch (const UsageError& error) {
        print(stderr, QStringLiteral("clipscope: %1\n").arg(QString::fromUtf8(error.what())));
        return 2;
    } catch (const std::exception& error) {
        print(stderr, QStringLiteral("clipscope: %1\n").arg(QString::fromUtf8(error.what())));
        return 1;
    }
}
