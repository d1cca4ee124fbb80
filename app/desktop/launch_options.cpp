#include "launch_options.h"

#include <QCommandLineParser>

#include "common/error.h"
#include "common/text_file.h"

namespace clipscope {
namespace {

const QCommandLineOption data_option("data", QString(), "DIR");
const QCommandLineOption normalize_option("normalize", QString(), "NAME");
const QCommandLineOption architecture_option("arch", QString(), "NAME");
const QCommandLineOption split_option("split", QString(), "SPLIT");
const QCommandLineOption resize_option("resize", QString(), "N");
const QCommandLineOption crop_option("crop", QString(), "N");
const QCommandLineOption run_option("run");
const QCommandLineOption render_option("render", QString(), "RESULT.json");
const QCommandLineOption report_option("report", QString(), "STUDY");
const QCommandLineOption title_option("title", QString(), "TEXT");
const QCommandLineOption text_option("text", QString(), "FILE");
const QCommandLineOption without_option("without", QString(), "SECTION,...");
const QCommandLineOption output_option("output", QString(), "DIR");
const QCommandLineOption latency_option("latency-log", QString(), "FILE");
const QCommandLineOption help_option(QStringList{"h", "help"});
const QCommandLineOption version_option(QStringList{"v", "version"});
const QCommandLineOption style_option("style", QString(), "FILE");
const QCommandLineOption preset_option("preset", QString(), "NAME");
const QCommandLineOption width_option("width", QString(), "LENGTH");
const QCommandLineOption height_option("height", QString(), "LENGTH");
const QCommandLineOption font_option("font", QString(), "NAME");
const QCommandLineOption font_size_option("font-size", QString(), "POINTS");
const QCommandLineOption curves_option("curves", QString(), "NAMES");
const QCommandLineOption no_title_option("no-title");
const QCommandLineOption legend_option("legend", QString(), "PLACE");
const QCommandLineOption format_option("format", QString(), "NAMES");
const QCommandLineOption dpi_option("dpi", QString(), "N");
const QCommandLineOption paper_option("paper");

FigureOptions figure_options(const QCommandLineParser& parser) {
    return {parser.value(style_option), parser.value(preset_option),    parser.value(width_option),  parser.value(height_option),
            parser.value(font_option),  parser.value(font_size_option), parser.value(curves_option), parser.isSet(no_title_option),
            parser.value(title_option), parser.value(legend_option),    parser.value(format_option), parser.value(dpi_option)};
}

void add_options(QCommandLineParser& parser) {
    parser.addOptions({style_option, preset_option, width_option, height_option, font_option, font_size_option, curves_option,
                       no_title_option, legend_option, format_option, dpi_option, paper_option});
    parser.addOptions({data_option, normalize_option, architecture_option, split_option, resize_option, crop_option, run_option,
                       render_option, report_option, title_option, text_option, without_option, output_option, latency_option, help_option,
                       version_option});
}

int parse_side(const QCommandLineParser& parser, const QCommandLineOption& option) {
    if (!parser.isSet(option)) return 0;
    constexpr int longest = 4096;
    bool ok = false;
    const int side = parser.value(option).toInt(&ok);
    if (ok && side >= 1 && side <= longest) return side;
    throw UsageError("--" + option.names().constFirst().toStdString() + " takes a number of pixels from 1 to 4096, not '" +
                     parser.value(option).toStdString() + "'.");
}

ReportOptions parse_report_options(const QCommandLineParser& parser) {
    for (const QCommandLineOption* option : {&text_option, &without_option})
        if (parser.isSet(*option) && !parser.isSet(report_option))
            throw UsageError("--" + option->names().constFirst().toStdString() + " belongs to --report.");
    if (parser.isSet(title_option) && !parser.isSet(report_option) && !parser.isSet(render_option))
        throw UsageError("--title belongs to --report or --render.");
    ReportOptions options;
    options.title = parser.value(title_option).toStdString();
    if (parser.isSet(text_option)) options.text = read_text_file(parser.value(text_option).toStdString());
    options.without = report_sections_from_list(parser.value(without_option).toStdString());
    return options;
}

}  // namespace

LaunchOptions parse_launch_options(const QStringList& arguments) {
    QCommandLineParser parser;
    add_options(parser);
    // The parser takes its first argument for the program's name.
    if (!parser.parse(QStringList{QStringLiteral("clipscope")} + arguments)) {
        throw UsageError(parser.errorText().toStdString() + " See clipscope --help.");
    }
    const QStringList files = parser.positionalArguments();
    if (files.size() > 1) throw UsageError("clipscope opens one model at a time, not " + std::to_string(files.size()) + ": name one file.");

    LaunchOptions options;
    options.model = files.value(0);
    options.data = parser.value(data_option);
    if (parser.isSet(normalize_option)) options.normalization = Normalization::preset(parser.value(normalize_option).toStdString());
    options.architecture = parser.value(architecture_option);
    if (parser.isSet(split_option)) options.split = split_from_string(parser.value(split_option).toStdString());
    options.picture_size = {parse_side(parser, resize_option), parse_side(parser, crop_option)};
    options.run = parser.isSet(run_option);
    options.render = parser.value(render_option);
    options.report = parser.value(report_option);
    options.report_options = parse_report_options(parser);
    options.output = parser.value(output_option);
    options.figures = figure_options(parser);
    options.paper = parser.isSet(paper_option);
    options.latency_log = parser.value(latency_option);
    options.help = parser.isSet(help_option);
    options.version = parser.isSet(version_option);
    if (parser.isSet(render_option) && parser.isSet(report_option)) throw UsageError("Give either --render or --report, not both.");
    if ((parser.isSet(render_option) || parser.isSet(report_option)) != parser.isSet(output_option)) {
        throw UsageError("--render RESULT.json or --report STUDY and --output belong together: give both.");
    }
    return options;
}

QString launch_help() {
    return QStringLiteral(
        "Usage: clipscope [MODEL] [--data DIR] [--normalize NAME] [--split SPLIT] [--run]\n"
        "  or:  clipscope --render RESULT.json --output DIR\n"
        "  or:  clipscope --report STUDY --output FILE [--title TEXT] [--text FILE] [--without SECTION,...]\n"
        "\n"
        "The laboratory's window. MODEL is a TorchScript file, a state dictionary, bundled:lenet5 or bundled:alexnet, or a study\n"
        "(.clipscope).\n"
        "\n"
        "  --data DIR            a folder of images: CIFAR files, a NumPy archive, IDX files, or a folder of pictures for each class\n"
        "  --normalize NAME      cifar10, imagenet, mnist, fashion-mnist or none; for models that do not say themselves\n"
        "  --arch NAME           the built-in architecture of a state dictionary; otherwise found by its shapes\n"
        "  --split SPLIT         test or train\n"
        "  --resize N, --crop N  pictures: the shorter side in pixels, and the square taken from the middle\n"
        "  --run                 start a sensitivity job as soon as everything is loaded\n"
        "  --render RESULT.json  draw the figures of a result file or a study, without a window\n"
        "  --report STUDY        make a document of a study, .html or .pdf, without a window\n"
        "  --title TEXT          of the report, or above figures\n"
        "  --text FILE           the author's words in the report\n"
        "  --without SECTION,... sections of the report to leave out\n"
        "  --output DIR|FILE     where --render and --report put them\n"
        "                        (with --style, --preset, --width, --height, --font, --font-size, --curves, --no-title, --title, "
        "--legend,\n"
        "                        --format, --dpi and --paper as clipscope-cli figures --help tells)\n"
        "  --latency-log FILE    measure how long the window kept the user waiting; written at the end\n"
        "  --help, --version\n"
        "\n"
        "Without MODEL and --data, --run takes the first bundled network and Fashion-MNIST.\n");
}

}  // namespace clipscope
