// Rankings, differences and texts of reports at their edges; ordinary numbers are held against a plain program in tests/app/cli.
#include <QTest>
#include <cmath>

#include "common/error.h"
#include "report/html_text.h"
#include "report/ranking_output.h"
#include "report/repeat_command.h"
#include "report/report_options.h"
#include "report/run_differences.h"

using namespace clipscope;

namespace {

// A curve over two rates of 100 images, 90 right without faults; each trial has so many right.
AccuracyCurve curve_of(const std::string& layer, const std::vector<std::vector<int>>& right_by_rate) {
    AccuracyCurve curve;
    curve.info.layer = layer;
    curve.info.bits = 1000;
    curve.info.clean.images = 100;
    curve.info.clean.correct = curve.info.clean.correct_argmax = 90;
    for (const std::vector<int>& trials : right_by_rate) {
        auto& of_rate = curve.trials.emplace_back();
        for (int trial = 0; trial < int(trials.size()); ++trial) {
            TrialOutcome& outcome = of_rate[trial];
            outcome.faults = 3;
            outcome.outcome.images = 100;
            outcome.outcome.correct = outcome.outcome.correct_argmax = trials[std::size_t(trial)];
        }
    }
    return curve;
}

AccuracyCurves curves_of(std::vector<AccuracyCurve> curves, std::vector<double> rates, PointAxis axis = PointAxis::fault_rate) {
    AccuracyCurves all;
    all.info.model = "m";
    all.info.data = "d";
    all.info.images = 100;
    all.info.classes = 10;
    all.info.seed = 1;
    all.info.trials = 2;
    all.info.rates = std::move(rates);
    all.info.axis = axis;
    all.curves = std::move(curves);
    return all;
}

NamedCurves named(AccuracyCurves curves) {
    return {{.curves = std::move(curves)}, {}, std::nullopt};
}

}  // namespace

class TestReportValues : public QObject {
    Q_OBJECT

private slots:
    void layers_without_all_trials_come_last() {
        const auto curves =
            curves_of({curve_of("CONV-1", {{80, 80}, {}}), curve_of("FC-1", {{90, 90}, {70, 70}}), curve_of("FC-2", {{85, 85}, {10, 10}})},
                      {1e-6, 1e-5});
        const Ranking ranking = rank_layers(curves, {}, AucAxis::linear);
        QCOMPARE(ranking.layers[0].layer, std::string("FC-2"));
        QCOMPARE(ranking.layers[1].layer, std::string("FC-1"));
        QCOMPARE(ranking.layers[2].layer, std::string("CONV-1"));
        QVERIFY(!ranking.layers[2].auc && !ranking.layers[2].loss_share);
        QCOMPARE(ranking.layers[2].worst.value(), 0.8);
    }

    void what_is_lost_before_or_beyond_the_rates_is_said() {
        const auto curves = curves_of({curve_of("CONV-1", {{50, 50}, {10, 10}}), curve_of("FC-1", {{90, 90}, {90, 90}})}, {1e-6, 1e-5});
        const Ranking ranking = rank_layers(curves, {}, AucAxis::linear);
        QCOMPARE(loss_text(ranking.layers[0].lost_10_points, ranking.info), std::string("below 1e-06"));
        QCOMPARE(loss_text(ranking.layers[1].lost_10_points, ranking.info), std::string("beyond 1e-05"));
        QVERIFY(!ranking.layers[0].lost_1_point.at.rate && !ranking.layers[1].lost_1_point.at.rate);
        // 90 to 70 % over a decade: 10 points are lost half way on the logarithmic axis.
        const auto half = curves_of({curve_of("CONV-1", {{90, 90}, {70, 70}})}, {1e-6, 1e-5});
        const auto rate = rank_layers(half, {}, AucAxis::linear).layers[0].lost_10_points.at.rate;
        QVERIFY(rate && std::abs(std::log10(*rate) + 5.5) < 1e-9);
    }

    void of_bits_that_cost_alike_the_highest_is_most_fatal() {
        const auto bits = curves_of({curve_of("CONV-1", {{90, 90}, {20, 20}, {20, 20}}), curve_of("FC-1", {{80, 80}, {89, 89}, {90, 90}})},
                                    {0, 30, 31}, PointAxis::bit_position);
        const auto curves = curves_of({curve_of("CONV-1", {{90}, {70}}), curve_of("network", {{90}, {10}})}, {1e-6, 1e-5});
        const Ranking ranking = rank_layers(curves, bits, AucAxis::linear);
        QCOMPARE(ranking.layers[1].fatal_bit.value().bit, 31);
        QVERIFY(!ranking.layers[0].fatal_bit);  // of the network there are no positions
        QCOMPARE(ranking.bits.size(), std::size_t(6));
        QCOMPARE(ranking.bits[2].layer, std::string("FC-1"));
        // Lost areas: (0 + 0.2) / 2 · 0.9 of (0 + 0.8) / 2 · 0.9.
        QVERIFY(std::abs(ranking.layers[1].loss_share.value() - 0.25) < 1e-12);
        const Ranking alone = rank_layers(bits, {}, AucAxis::linear);
        QVERIFY(alone.layers.empty() && alone.bits.size() == 6);
        QCOMPARE(single_layers(ranking).size(), std::size_t(1));
    }

    void nothing_ranks_as_nothing() {
        const Ranking ranking = rank_layers({}, {}, AucAxis::linear);
        QVERIFY(ranking.layers.empty() && ranking.bits.empty() && single_layers(ranking).empty());
        QVERIFY(ranking_csv(ranking).ends_with("fatal_bit_mean_fraction\n"));
    }

    void runs_of_one_seed_pair() {
        const auto first = curves_of({curve_of("FC-1", {{50, 60, 70}, {10, 20, 30}})}, {1e-6, 1e-5});
        auto second = curves_of({curve_of("FC-1", {{55, 65}, {}})}, {1e-6, 1e-5});
        const RunDifferences paired = differences_of(named(first), named(second));
        QCOMPARE(paired.rows.size(), std::size_t(1));
        QCOMPARE(paired.rows[0].pairs, 2);
        QVERIFY(std::abs(paired.rows[0].difference - 0.05) < 1e-9);
        QVERIFY(paired.rows[0].ci95.low <= 0.05 && paired.rows[0].ci95.high >= 0.05);
        second.info.seed = 2;
        const RunDifferences apart = differences_of(named(first), named(second));
        QCOMPARE(apart.rows[0].pairs, 0);
        QVERIFY(std::abs(apart.rows[0].difference) < 1e-12);  // 60 and 60 on average
        QCOMPARE(apart.settings.size(), std::size_t(1));
        QCOMPARE(apart.settings[0].second, std::string("2"));
        second.curves[0].info.layer = "FC-2";
        QVERIFY_EXCEPTION_THROWN(differences_of(named(first), named(second)), UsageError);
        second.info.axis = PointAxis::fault_count;
        QVERIFY_EXCEPTION_THROWN(differences_of(named(first), named(second)), UsageError);
    }

    void what_people_type_is_text() {
        QCOMPARE(html_escaped("<b a=\"1\">&\x01"), std::string("&lt;b a=&quot;1&quot;&gt;&amp;?"));
        QCOMPARE(html_escaped("Größe \xff"), std::string("Größe \xEF\xBF\xBD"));
        QCOMPARE(html_paragraph("One\n\n\n\nTwo <3"), std::string("<p>One</p>\n<p>Two &lt;3</p>\n"));
        QCOMPARE(html_paragraph(" \n"), std::string());
    }

    void words_are_quoted_as_a_shell_needs_it() {
        QCOMPARE(shell_word("1e-7:1e-4:7"), std::string("1e-7:1e-4:7"));
        QCOMPARE(shell_word("a b"), std::string("'a b'"));
        QCOMPARE(shell_word("it's"), std::string("'it'\\''s'"));
        QCOMPARE(shell_word("$HOME;rm"), std::string("'$HOME;rm'"));
        QCOMPARE(shell_word(""), std::string("''"));
    }

    void a_job_that_grew_is_repeated_run_by_run() {
        JobSettings settings{.model = "/my models/net.pt", .rates = "1e-6,1e-5;1e-4"};
        settings.precision = 0.01;
        settings.trials = 0;
        settings.memory.kind = FaultKind::stuck1;
        const auto lines = repeat_commands(settings, "s.clipscope");
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(lines[1],
                 std::string("clipscope-cli sensitivity --study s.clipscope --layers each,network --rates 1e-4 --precision 0.01 --model "
                             "'/my models/net.pt' --images 1000 --seed 1 --kind stuck1"));
    }

    void sections_are_named() {
        QVERIFY(report_sections_from_list("").empty());
        QVERIFY((report_sections_from_list(" Limits,repeat ") == std::set{ReportSection::limits, ReportSection::repeat}));
        QVERIFY_EXCEPTION_THROWN(report_sections_from_list("limits,"), UsageError);
        for (const ReportSection section : all_report_sections) QVERIFY(report_sections_from_list(to_string(section)) == std::set{section});
    }
};

QTEST_GUILESS_MAIN(TestReportValues)
#include "test_report_values.moc"
