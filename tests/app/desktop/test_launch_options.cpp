#include <QTemporaryDir>
#include <QTest>

#include "common/error.h"
#include "common/text_file.h"
#include "launch_options.h"

using namespace clipscope;

class TestLaunchOptions : public QObject {
    Q_OBJECT

private slots:
    void everything_is_read() {
        const LaunchOptions options =
            parse_launch_options({"net.pt", "--data", "images", "--normalize", "cifar10", "--run", "--latency-log", "l"});
        QCOMPARE(options.model, QString("net.pt"));
        QCOMPARE(options.data, QString("images"));
        QCOMPARE(options.normalization.value().name, std::string("cifar10"));
        QVERIFY(options.run);
        QCOMPARE(options.latency_log, QString("l"));
        QVERIFY(options.render.isEmpty());
    }

    void how_images_and_parameters_enter_is_read() {
        const LaunchOptions options =
            parse_launch_options({"net.pth", "--arch", "alexnet", "--split", "train", "--resize", "36", "--crop", "32"});
        QCOMPARE(options.architecture, QString("alexnet"));
        QCOMPARE(options.split.value(), Split::train);
        QVERIFY((options.picture_size == PictureSize{36, 32}));
        QVERIFY(!parse_launch_options({}).split);
    }

    void how_figures_are_drawn_is_read() {
        const LaunchOptions options = parse_launch_options({"--render", "r.json", "--output", "d", "--width", "8.8cm", "--font-size", "7",
                                                            "--curves", "CONV-1, FC-1", "--legend", "below", "--format", "PDF,py", "--no-title"});
        const FigureRequest request = figure_request(options.figures);
        QVERIFY(request.style && !options.paper);
        QVERIFY(qAbs(*request.style->width_mm - 88) < 1e-9);
        QVERIFY(!request.style->height_mm);
        QCOMPARE(request.style->font_pt, 7.0);
        QCOMPARE(request.style->legend, LegendPlace::below);
        QCOMPARE(request.formats, (QStringList{"pdf", "py"}));
        QCOMPARE(request.curves, (QStringList{"CONV-1", "FC-1"}));
        QVERIFY(request.style->only_listed && request.leaves_out("CONV-2") && !request.leaves_out("CONV-1 · int8"));
        QVERIFY(!figure_request(parse_launch_options({"--render", "r.json", "--output", "d"}).figures).style);
        for (const QStringList& wrong : {QStringList{"--width", "wide"}, QStringList{"--width", "5mm"}, QStringList{"--font-size", "big"},
                                         QStringList{"--legend", "under"}, QStringList{"--format", "gif"}, QStringList{"--preset", "acm"},
                                         QStringList{"--dpi", "10"}})
            QVERIFY_EXCEPTION_THROWN(figure_request(parse_launch_options(wrong).figures), UsageError);
        QVERIFY_EXCEPTION_THROWN(figure_request(parse_launch_options({"--style", "missing.json"}).figures), Error);
        const LaunchOptions titled = parse_launch_options({"--render", "r.json", "--output", "d", "--title", "My figure"});
        QCOMPARE(figure_request(titled.figures).style->title, QString("My figure"));
        QVERIFY_EXCEPTION_THROWN(parse_launch_options({"--title", "My figure"}), UsageError);
    }

    void a_report_is_asked_for() {
        const QTemporaryDir folder;
        const QString words = folder.filePath("words.txt");
        write_text_file(words.toStdString(), "First.\n\nSecond.");
        const LaunchOptions options = parse_launch_options(
            {"--report", "a.clipscope", "--output", "r.pdf", "--title=-A <title>", "--text=" + words, "--without=limits, Repeat"});
        QCOMPARE(options.report, QString("a.clipscope"));
        QCOMPARE(options.output, QString("r.pdf"));
        QCOMPARE(options.report_options.title, std::string("-A <title>"));
        QCOMPARE(options.report_options.text, std::string("First.\n\nSecond."));
        QVERIFY((options.report_options.without == std::set{ReportSection::limits, ReportSection::repeat}));
    }

    void nothing_is_fine_too() {
        const LaunchOptions options = parse_launch_options({});
        QVERIFY(options.model.isEmpty() && options.data.isEmpty() && !options.normalization && !options.run && !options.help);
        QVERIFY(parse_launch_options({"-h"}).help);
        QVERIFY(parse_launch_options({"--version"}).version);
    }

    void wrong_usage_is_said_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("unknown option") << QStringList{"--frobnicate"};
        QTest::newRow("missing value") << QStringList{"--data"};
        QTest::newRow("two models") << QStringList{"a.pt", "b.pt"};
        QTest::newRow("unknown normalisation") << QStringList{"--normalize", "x"};
        QTest::newRow("unknown split") << QStringList{"--split", "half"};
        QTest::newRow("no size") << QStringList{"--resize", "0"};
        QTest::newRow("half a size") << QStringList{"--crop", "1.5"};
        QTest::newRow("render without output") << QStringList{"--render", "r.json"};
        QTest::newRow("output without render") << QStringList{"--output", "figures"};
        QTest::newRow("report without output") << QStringList{"--report", "a.clipscope"};
        QTest::newRow("figures and a report") << QStringList{"--report", "a.clipscope", "--render", "r.json", "--output", "r"};
        QTest::newRow("unknown section") << QStringList{"--report", "a.clipscope", "--output", "r.pdf", "--without", "nothing"};
        QTest::newRow("title of no report") << QStringList{"--title", "A"};
    }

    void wrong_usage_is_said() {
        QFETCH(QStringList, arguments);
        QVERIFY_EXCEPTION_THROWN(parse_launch_options(arguments), UsageError);
    }

    void the_help_names_every_option() {
        for (const char* option : {"--data", "--normalize", "--arch", "--split", "--resize", "--crop", "--run", "--render", "--output",
                                   "--report", "--title", "--text", "--without", "--latency-log", "--help", "--version"}) {
            QVERIFY2(launch_help().contains(option), option);
        }
    }
};

QTEST_GUILESS_MAIN(TestLaunchOptions)
#include "test_launch_options.moc"
