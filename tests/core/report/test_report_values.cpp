// Rankings, differences and texts of reports at their edges; ordinary numbers are held against a plain program in tests/app/cli.
#include <QTest>
#include <cmath>

#include "common/error.h"
#include "common/shell_text.h"
#include "report/html_text.h"
#include "report/ranking_output.h"
#include "report/repeat_command.h"
#include "report/report_options.h"
#include "report/report_parts.h"
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

// The first curves in float32, the others in int8.
AccuracyCurves two_formats(std::vector<AccuracyCurve> floats, std::vector<AccuracyCurve> integers) {
    AccuracyCurves one = curves_of(std::move(floats), {1e-6, 1e-5});
    AccuracyCurves other = curves_of(std::move(integers), {1e-6, 1e-5});
    other.info.memory.format = NumberFormat::parse("int8");
    return side_by_side(std::vector{one, other});
}

// A duel of none and guard over two rates in the scopes A, B and C; of each what both have right, by rate.
ReportJob duel_of(const std::vector<std::vector<std::vector<int>>>& right_by_scope) {
    AccuracyCurves curves = curves_of({}, {1e-6, 1e-5});
    curves.info.prices = {{Protection::none, {}}, {protection_from_string("guard"), {.storage_percent = 3, .operations_percent = 1}}};
    for (std::size_t scope = 0; scope < right_by_scope.size(); ++scope)
        for (const auto& [protection, price] : curves.info.prices) {
            curves.curves.push_back(curve_of(std::string(1, char('A' + scope)), right_by_scope[scope]));
            curves.curves.back().info.protection = protection;
        }
    ReportJob job;
    job.record.settings.kind = JobKind::compare;
    job.summary = summary_of(curves);
    job.curves = std::make_shared<CampaignResult>(CampaignResult{.curves = std::move(curves)});
    return job;
}

// The figures of prices that the report asks for, and whether their captions say the same.
std::vector<std::string> prices_of(const ReportJob& job) {
    ReportContents contents;
    contents.jobs.push_back(job);
    ReportWriter writer;
    write_protections(contents, writer);
    std::vector<std::string> found;
    std::size_t place = 0;
    for (const ReportFigure& figure : writer.figures()) {
        const std::string cost = figure.cost == DuelCost::storage ? "storage" : "operations";
        place = writer.body().find("cost in " + cost + ", faults in " + figure.layer + ",", place);
        found.push_back(place == std::string::npos ? "no caption" : figure.layer + " " + cost);
    }
    return found;
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
        QCOMPARE(loss_text(ranking.layers[0].lost_10_points), std::string("below 1e-06"));
        QCOMPARE(loss_text(ranking.layers[1].lost_10_points), std::string("beyond 1e-05"));
        QVERIFY(!ranking.layers[0].lost_1_point.at.rate && !ranking.layers[1].lost_1_point.at.rate);
        // 90 to 70 % over a decade: 10 points are lost half way on the logarithmic axis.
        const auto half = curves_of({curve_of("CONV-1", {{90, 90}, {70, 70}})}, {1e-6, 1e-5});
        const auto rate = rank_layers(half, {}, AucAxis::linear).layers[0].lost_10_points.at.rate;
        QVERIFY(rate && std::abs(std::log10(*rate) + 5.5) < 1e-9);
    }

    void rates_that_were_not_measured_say_nothing() {
        const auto curves =
            curves_of({curve_of("none", {{}, {}, {}}), curve_of("low", {{90, 90}, {}, {}}), curve_of("high", {{}, {10, 10}, {}})},
                      {1e-6, 1e-5, 1e-4});
        for (const RankedLayer& row : rank_layers(curves, {}, AucAxis::linear).layers) {
            const std::string expected = row.layer == "none" ? "–" : row.layer == "low" ? "beyond 1e-06" : "below 1e-05";
            QCOMPARE(loss_text(row.lost_10_points), expected);
            QCOMPARE(loss_interval_text(row.lost_10_points) == "–", row.layer == "none");
            QCOMPARE(row.lost_10_points.lowest_rate.has_value(), row.layer != "none");
        }
    }

    void an_interval_may_begin_below_and_end_beyond() {
        std::vector<int> trials(19, 90);
        trials.push_back(50);
        const auto curves = curves_of({curve_of("CONV-1", {trials, trials})}, {1e-6, 1e-5});
        const CurvePoint point = curve_points(curves.curves[0], curves.info)[0];
        QVERIFY(point.ci95_low < 0.89 && point.mean < 0.89 && point.ci95_high > 0.89);
        const RankedLoss loss = rank_layers(curves, {}, AucAxis::linear).layers[0].lost_1_point;
        QCOMPARE(loss_text(loss), std::string("below 1e-06"));
        QCOMPARE(loss_interval_text(loss), std::string("below…beyond"));
        const std::vector<int> bad(100, 50);
        const auto surely = curves_of({curve_of("CONV-1", {bad, bad})}, {1e-6, 1e-5});
        QVERIFY(curve_points(surely.curves[0], surely.info)[0].ci95_high < 0.89);
        QCOMPARE(loss_interval_text(rank_layers(surely, {}, AucAxis::linear).layers[0].lost_1_point), std::string("below"));
    }

    void formats_side_by_side_are_ranked_apart() {
        const auto bits = curves_of({curve_of("CONV-1", {{80, 80}})}, {30}, PointAxis::bit_position);
        // Lost areas: 0.2 of 0.4 in float32, 0.6 of 0.8 in int8.
        const auto curves = two_formats({curve_of("CONV-1", {{90}, {70}}), curve_of("network", {{90}, {50}})},
                                        {curve_of("CONV-1", {{90}, {30}}), curve_of("network", {{90}, {10}})});
        const Ranking ranking = rank_layers(curves, bits, AucAxis::linear);
        QCOMPARE(ranking.layers.size(), std::size_t(4));
        for (const RankedLayer& row : ranking.layers) {
            const bool is_float = row.format == NumberFormat();
            if (row.layer != "CONV-1") continue;
            QVERIFY(std::abs(row.loss_share.value() - (is_float ? 0.5 : 0.75)) < 1e-12);
            QCOMPARE(row.fatal_bit.has_value(), is_float);
        }
        QCOMPARE(single_layers(ranking).size(), std::size_t(1));
        QVERIFY(single_layers(ranking)[0]->format == NumberFormat());
        QCOMPARE(layer_columns(ranking).names[1], std::string("Format"));
        QVERIFY(ranking_latex(ranking).find("float32, int8") != std::string::npos);
        const RunDifferences differences = differences_of(named(curves), named(curves));
        QCOMPARE(differences.rows.size(), std::size_t(8));
        for (const RunDifference& row : differences.rows) QVERIFY(row.difference == 0 && row.first_format == row.second_format);
        QVERIFY(differences.settings.empty());
        // Each run in one format: these differ, and are what is compared.
        auto other = curves_of({curve_of("CONV-1", {{90}, {30}})}, {1e-6, 1e-5});
        QVERIFY(differences_of(named(curves), named(other)).rows.size() == 2);
        other.info.memory.format = NumberFormat::parse("Q3.12");
        QVERIFY_EXCEPTION_THROWN(differences_of(named(curves), named(other)), UsageError);
        QCOMPARE(differences_of(named(curves_of({curve_of("CONV-1", {{90}})}, {1e-6})), named(other)).rows.size(), std::size_t(1));
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

    void what_a_file_does_not_say_differs_from_nothing() {
        const NamedCurves file = named(curves_of({curve_of("FC-1", {{50}})}, {1e-6}));
        NamedCurves of_study = file;
        of_study.job.emplace().settings.site = "ACT-1";
        QVERIFY(differences_of(of_study, file).settings.empty());
        QVERIFY(differences_of(file, of_study).settings.empty());
        NamedCurves other = of_study;
        other.job->settings.site = "ACT-2";
        QCOMPARE(differences_of(of_study, other).settings.size(), std::size_t(1));
    }

    void a_duel_that_was_stopped_shows_what_it_has() {
        const ReportJob whole = duel_of({{{90}, {70}}, {{90}, {80}}, {{90}, {60}}});
        QCOMPARE(prices_of(whole),
                 (std::vector<std::string>{"A storage", "A operations", "B storage", "B operations", "C storage", "C operations"}));
        const ReportJob stopped = duel_of({{{90}, {}}, {{}, {}}, {{90}, {60}}});
        QCOMPARE(prices_of(stopped), (std::vector<std::string>{"A storage", "A operations", "C storage", "C operations"}));
        QVERIFY(prices_of(duel_of({{{}, {}}, {{}, {}}, {{}, {}}})).empty());
    }

    void commands_name_files_that_can_be_had() {
        ReportContents contents;
        contents.study_name = "it's mine.clipscope";
        for (const char* thresholds : {"{1}", "{2}", "{1}", ""}) {
            ReportJob& job = contents.jobs.emplace_back();
            job.record.id = JobId(contents.jobs.size());
            job.record.settings.kind = JobKind::compare;
            job.record.settings.thresholds = thresholds;
        }
        ReportWriter writer;
        write_repeat(contents, writer);
        const auto times = [&](const std::string& text) {
            return QString::fromStdString(writer.body()).count(QString::fromStdString(html_escaped(text)));
        };
        QCOMPARE(times("--thresholds thresholds-1.json"), 1);
        QCOMPARE(times("--thresholds thresholds-2.json"), 1);
        QCOMPARE(times("--thresholds"), 2);
        QCOMPARE(times("WHERE id = 2\" > thresholds-2.json"), 1);
        QCOMPARE(times("clipscope-cli compare"), 3);
        QCOMPARE(times("export 'it'\\''s mine.clipscope' --csv"), 1);
    }

    void few_bits_are_all_shown() {
        for (const int positions : {8, 32}) {
            std::vector<std::vector<int>> right(std::size_t(positions), {80, 80});
            std::vector<double> rates;
            for (int bit = 0; bit < positions; ++bit) rates.push_back(bit);
            ReportContents contents;
            ReportJob& job = contents.jobs.emplace_back();
            job.curves = std::make_shared<CampaignResult>(
                CampaignResult{.curves = curves_of({curve_of("network", right)}, rates, PointAxis::bit_position)});
            job.ranking = rank_layers(job.curves->curves, {}, AucAxis::linear);
            ReportWriter writer;
            write_rankings(contents, writer);
            const std::string expected = positions == 8 ? "; all 8." : "; the first 12 of 32.";
            QVERIFY(writer.body().find(expected) != std::string::npos);
        }
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
