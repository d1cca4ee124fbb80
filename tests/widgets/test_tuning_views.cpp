#include <qcustomplot.h>

#include <QTemporaryDir>
#include <QtTest>
#include <numeric>

#include "example_tuning.h"
#include "plots/clipped_line.h"
#include "plots/trisection_item.h"
#include "plots/tuning_views.h"
#include "plots/value_axis.h"

using namespace clipscope;

namespace {

const QCPGraph* graph_with(const QCustomPlot& plot, const char* property, int value) {
    for (int i = 0; i < plot.graphCount(); ++i)
        if (plot.graph(i)->property(property).isValid() && plot.graph(i)->property(property).toInt() == value) return plot.graph(i);
    return nullptr;
}

QStringList legend_texts(const QCustomPlot& plot) {
    QStringList texts;
    for (int i = 0; i < plot.legend->itemCount(); ++i)
        texts.append(qobject_cast<QCPPlottableLegendItem*>(plot.legend->item(i))->plottable()->name());
    return texts;
}

QString label(const QCustomPlot& plot, const char* name) {
    const auto* item = plot.findChild<QCPItemText*>(QString::fromLatin1(name));
    return item ? item->text() : QString();
}

QStringList csv_lines(const std::string& csv) {
    return QString::fromStdString(csv).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

QStringList tick_labels(double low, double high, int most) {
    ValueTicker ticker(most);
    QVector<double> ticks;
    QVector<QString> labels;
    ticker.generate(QCPRange(low, high), QLocale::c(), QLatin1Char('g'), 6, ticks, nullptr, &labels);
    return QStringList(labels.begin(), labels.end());
}

const TuningResult& finished() {
    static const TuningResult result = example_tuning();
    return result;
}

const TuningResult& in_mid_search() {
    static const TuningResult result = example_tuning(false, 9);
    return result;
}

}  // namespace

class TestTuningViews : public QObject {
    Q_OBJECT

private slots:
    void values_have_positions_on_both_sides_of_zero() {
        QCOMPARE(value_position(0), 0.0);
        QCOMPARE(value_position(1), 6.5);
        QCOMPARE(value_position(-100), -8.5);
        QCOMPARE(value_position(1e38), 44.5);
        for (const double value : {-3e38, -0.02, -4e-7, 0.0, 5e-7, 1e-6, 0.3, 6.51, 2e20})
            QVERIFY(qAbs(value_at_position(value_position(value)) - value) <= 1e-9 * qAbs(value));
        QCOMPARE(value_label(-2e5), QStringLiteral("−2×10⁵"));
        QCOMPARE(value_label(6.51), QStringLiteral("6.51"));
    }

    void value_ticks_leave_room_for_zero() {
        QCOMPARE(tick_labels(-0.8, 9.2, 10), (QStringList{"0", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1", "10", "100"}));
        const QStringList wide = tick_labels(-45, 45, 9);
        QVERIFY(wide.size() <= 11);
        QCOMPARE(wide[wide.size() / 2], QStringLiteral("0"));
        QVERIFY(wide.first().startsWith(QChar(0x2212)));
    }

    void histogram_columns_have_the_height_of_their_fraction() {
        QCustomPlot plot;
        plot.resize(600, 400);
        const ActivationView view = activation_view(finished(), 3);
        draw(view, Theme::screen(QPalette(), QFont()), plot);
        QCOMPARE(legend_texts(plot), (QStringList{"clean", "faulty, 10⁻⁵ in CONV-4"}));
        const QCPGraph* clean = graph_with(plot, "series", 0);
        QVERIFY(clean);
        const std::size_t bin = ActivationHistogram::bin_of(1.1F);
        const double share = double(view.clean->count(bin)) / double(view.clean->total());
        const double left = value_position(ActivationHistogram::lower_edge(bin));
        const double right = value_position(ActivationHistogram::upper_edge(bin));
        int corners = 0;
        for (const QCPGraphData& vertex : *clean->data()) {
            if (qAbs(vertex.value - std::log10(share)) > 1e-12) continue;
            QVERIFY(qAbs(vertex.key - left) < 1e-9 || qAbs(vertex.key - right) < 1e-9);
            ++corners;
        }
        QCOMPARE(corners, 2);
        // Everything is in sight: values up to 1e38, zero, ACT_max.
        QVERIFY(plot.xAxis->range().upper > 44 && plot.xAxis->range().lower < -0.5);
        QVERIFY(plot.yAxis->range().upper > 0);
    }

    void linear_counts_are_fractions() {
        QCustomPlot plot;
        ActivationView view = activation_view(finished(), 0);
        view.log_count = false;
        draw(view, Theme::for_paper(8), plot);
        const QCPGraph* clean = graph_with(plot, "series", 0);
        double highest = 0;
        for (const QCPGraphData& vertex : *clean->data()) highest = std::max(highest, vertex.value);
        QCOMPARE(highest, double(view.clean->count(ActivationHistogram::side_bins)) / double(view.clean->total()));
        QCOMPARE(plot.yAxis->range().lower, 0.0);
        QCOMPARE(legend_texts(plot), (QStringList{"clean"}));
        QVERIFY(label(plot, "nonfinite-1").isEmpty());
    }

    void nonfinite_values_have_badges_and_marks_have_labels() {
        QCustomPlot plot;
        draw(activation_view(finished(), 3), Theme::for_paper(8), plot);
        QCOMPARE(label(plot, "nonfinite-0"), QStringLiteral("clean, non-finite: 0"));
        QCOMPARE(label(plot, "nonfinite-1"), QStringLiteral("faulty, non-finite: 410 (0.1 %)"));
        QCOMPARE(label(plot, "act-max-label"), QStringLiteral("ACT_max 9.51"));
        QVERIFY(label(plot, "threshold-label").startsWith(QStringLiteral("T ")));
        const auto* line = plot.findChild<QCPItemStraightLine*>(QStringLiteral("act-max-line"));
        QVERIFY(line && qAbs(line->point1->coords().x() - value_position(9.51)) < 1e-6);
    }

    void zoomed_histogram_draws_nothing_outside() {
        QCustomPlot plot;
        ActivationView view = activation_view(finished(), 3);
        view.x_range = {3, 12};
        view.y_range = {-3, -1.5};
        draw(view, Theme::for_paper(8), plot);
        int vertices = 0;
        const auto check = [&](double x, double y) {
            QVERIFY(x >= 3 - 1e-9 && x <= 12 + 1e-9);
            QVERIFY(std::isnan(y) || (y >= -3 - 1e-9 && y <= -1.5 + 1e-9));
            ++vertices;
        };
        for (int i = 0; i < plot.plottableCount(); ++i) {
            if (const auto* graph = qobject_cast<QCPGraph*>(plot.plottable(i)))
                for (const QCPGraphData& vertex : *graph->data()) check(vertex.key, vertex.value);
            if (const auto* area = qobject_cast<QCPCurve*>(plot.plottable(i)))
                for (const QCPCurveData& vertex : *area->data()) check(vertex.key, vertex.value);
        }
        QVERIFY(vertices > 20);
    }

    void polygons_are_cut_exactly() {
        const auto area = [](const std::vector<QPointF>& p) {
            double twice = 0;
            for (std::size_t i = 0; i < p.size(); ++i) {
                const QPointF& a = p[i];
                const QPointF& b = p[(i + 1) % p.size()];
                twice += a.x() * b.y() - b.x() * a.y();
            }
            return qAbs(twice) / 2;
        };
        const std::vector<QPointF> triangle{{0, 0}, {4, 0}, {4, 4}};
        QCOMPARE(area(clip_polygon(triangle, QRectF(QPointF(1, 1), QPointF(3, 2)))), 1.5);  // 2 less a corner of 1/2
        QCOMPARE(area(clip_polygon(triangle, QRectF(QPointF(-9, -9), QPointF(9, 9)))), 8.0);
        QVERIFY(clip_polygon(triangle, QRectF(QPointF(-9, 5), QPointF(9, 9))).empty());
    }

    void histogram_csv_adds_up() {
        const ActivationView view = activation_view(finished(), 3);
        const QStringList lines = csv_lines(to_csv(view));
        QCOMPARE(lines[0], QStringLiteral("histogram,lower,upper,count,fraction"));
        std::uint64_t faulty = 0;
        double fractions = 0;
        for (const QString& line : lines) {
            const QStringList fields = line.split(QLatin1Char(','));
            QCOMPARE(fields.size(), 5);
            if (fields[0] != QLatin1String("faulty")) continue;
            faulty += fields[3].toULongLong();
            fractions += fields[4].toDouble();
        }
        QCOMPARE(faulty, view.faulty->total());
        QVERIFY(qAbs(fractions - 1) < 1e-9);
        QVERIFY(lines.filter(QStringLiteral("faulty,nan,,")).size() == 1);
    }

    void bell_joins_sorted_points_and_colours_grids() {
        QCustomPlot plot;
        plot.resize(600, 400);
        const AucThresholdView view = auc_threshold_view(finished(), 3);
        draw(view, Theme::for_paper(8), plot);
        const auto* joined = plot.findChild<QCPGraph*>(QStringLiteral("joined"));
        QVERIFY(joined);
        QCOMPARE(joined->data()->size(), int(view.points.size()));
        for (int i = 1; i < joined->data()->size(); ++i) QVERIFY(joined->data()->at(i - 1)->key <= joined->data()->at(i)->key);
        QCOMPARE(graph_with(plot, "grid", 0)->data()->size(), 16);
        QCOMPARE(graph_with(plot, "grid", 1)->data()->size(), 4);
        QVERIFY(graph_with(plot, "grid", 0)->pen().color() != graph_with(plot, "grid", 1)->pen().color());
        QVERIFY(graph_with(plot, "grid", 2)->pen().color() != graph_with(plot, "grid", 1)->pen().color());
        QCOMPARE(legend_texts(plot).mid(0, 3), (QStringList{"sweep", "grid 1", "2"}));
        QCOMPARE(plot.yAxis->range().lower, -0.02);
        QVERIFY(plot.xAxis->range().upper > 1.5 * 9.51);
    }

    void bell_has_the_red_line_and_the_best_point() {
        QCustomPlot plot;
        const AucThresholdView view = auc_threshold_view(finished(), 3);
        draw(view, Theme::for_paper(8), plot);
        const auto* line = plot.findChild<QCPItemStraightLine*>(QStringLiteral("unclipped-line"));
        QVERIFY(line);
        QCOMPARE(line->point1->coords().y(), 0.219);
        QCOMPARE(line->pen().style(), Qt::DashLine);
        QCOMPARE(label(plot, "unclipped-label"), QStringLiteral("unclipped 0.219"));
        double highest = 0;
        for (const AucPoint& point : view.points) highest = std::max(highest, point.auc);
        const auto* best = plot.findChild<QCPGraph*>(QStringLiteral("best"));
        QVERIFY(best);
        QCOMPARE(best->data()->at(0)->value, highest);
        QVERIFY(!label(plot, "act-max-label").isEmpty());
        QVERIFY(!label(plot, "chosen-label").isEmpty());
    }

    void ties_go_to_the_lowest_threshold() {
        AucThresholdView view;
        QVERIFY(!best_point(view));
        view.points = {{3, 0.5, {}, 1}, {1, 0.7, {}, 1}, {2, 0.7, {}, 1}};
        QCOMPARE(best_point(view)->threshold, 1.0F);
    }

    void bell_has_error_bars() {
        QCustomPlot plot;
        AucThresholdView view;
        view.points = {{1, 0.5, 0.03, 0}, {2, 0.6, {}, 0}};
        draw(view, Theme::for_paper(8), plot);
        const QCPErrorBars* bars = nullptr;
        for (int i = 0; i < plot.plottableCount(); ++i)
            if (const auto* found = qobject_cast<QCPErrorBars*>(plot.plottable(i))) bars = found;
        QVERIFY(bars);
        QVERIFY(qAbs(bars->data()->at(0).errorPlus - 0.03) < 1e-12 && qAbs(bars->data()->at(0).errorMinus - 0.03) < 1e-12);
        QCOMPARE(bars->data()->at(1).errorPlus, 0.0);
    }

    void bell_in_units_of_act_max() {
        QCustomPlot plot;
        AucThresholdView view = auc_threshold_view(in_mid_search(), 3);
        view.in_act_max_units = true;
        view.whole_scale = false;
        draw(view, Theme::for_paper(8), plot);
        const auto* line = plot.findChild<QCPItemStraightLine*>(QStringLiteral("act-max-line"));
        QVERIFY(line && qAbs(line->point1->coords().x() - 1) < 1e-9);
        const auto* joined = plot.findChild<QCPGraph*>(QStringLiteral("joined"));
        QVERIFY(qAbs(joined->data()->at(joined->data()->size() - 1)->key - 1) < 1e-6);
        QVERIFY(!view.chosen);
        QVERIFY(plot.yAxis->range().upper < 1);
    }

    void bell_csv_holds_every_point() {
        const AucThresholdView view = auc_threshold_view(finished(), 3);
        const QStringList lines = csv_lines(to_csv(view));
        QCOMPARE(lines.size(), int(view.points.size()) + 2);
        QCOMPARE(lines[0], QStringLiteral("threshold,auc,standard_error,grid"));
        QVERIFY(lines.last().startsWith(QStringLiteral(",0.219,0.012,")));
        QCOMPARE(lines[1].split(QLatin1Char(',')).value(0).toDouble(), 0.0);
    }

    void points_of_other_rates_are_left_out() {
        TuningResult result = finished();
        result.sweeps[0].rates = {0, 1e-3};
        const AucThresholdView view = auc_threshold_view(result, 3);
        QVERIFY(!view.unclipped_auc);
        for (const AucPoint& point : view.points) QVERIFY(point.grid > 0);
    }

    void area_is_the_auc() {
        QCustomPlot plot;
        AucAreaView view;
        view.series = {{"clipped", 0.8, {0, 1e-6, 4e-6}, {0.3, 0.6, 0.2}}};
        // By hand: (0.8 + 0.6) / 2 * 0.25 + (0.6 + 0.2) / 2 * 0.75
        QVERIFY(qAbs(*area_under(view.series[0], AucAxis::linear) - 0.475) < 1e-12);
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(legend_texts(plot), (QStringList{"clipped: AUC 0.475"}));
        const QCPCurve* area = nullptr;
        for (int i = 0; i < plot.plottableCount(); ++i)
            if (const auto* found = qobject_cast<QCPCurve*>(plot.plottable(i))) area = found;
        QVERIFY(area && area->brush().style() != Qt::NoBrush);
        double twice = 0;
        const auto data = area->data();
        for (int i = 0; i < data->size(); ++i) {
            const auto a = data->at(i);
            const auto b = data->at((i + 1) % data->size());
            twice += a->key * b->value - b->key * a->value;
        }
        QVERIFY(qAbs(qAbs(twice) / 2 - 0.475) < 1e-12);
        view.axis = AucAxis::log10;
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(legend_texts(plot), (QStringList{"clipped: AUC 0.400"}));
        QVERIFY(plot.xAxis->label().contains(QStringLiteral("10⁻⁶")));
        QCOMPARE(csv_lines(to_csv(view)).size(), 3);
        QVERIFY(csv_lines(to_csv(view))[1].endsWith(QStringLiteral(",log")));
    }

    void area_needs_rates() {
        AucAreaView view;
        view.series = {{"clipped", 0.8, {0}, {0.8}}};
        QVERIFY(!has_area(view));
        QCustomPlot plot;
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(csv_lines(to_csv(view)).size(), 1);
    }

    void area_view_shows_the_chosen_threshold() {
        const AucAreaView view = auc_area_view(finished(), 3);
        QCOMPARE(view.series.size(), std::size_t(2));
        const SiteSearch& search = *finished().search(3);
        QVERIFY(view.series[0].name.startsWith(QStringLiteral("T = ")));
        for (const SearchEvaluation& evaluation : search.evaluations)
            if (evaluation.point.threshold == search.hardened->threshold)
                QCOMPARE(view.series[0].accuracies, evaluation.point.measured.accuracies);
        QCOMPARE(view.series[1].name, QStringLiteral("unclipped"));
    }

    void trisection_has_a_row_per_grid() {
        const TrisectionView view = trisection_view(finished(), 3);
        const std::vector<TrisectionRow> rows = trisection_rows(view);
        QCOMPARE(rows.size(), view.search.grids.size());
        QCOMPARE(rows[0].low, 0.0F);
        QCOMPARE(rows[0].high, 9.51F);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(rows[i].boundaries.size(), std::size_t(4));
            const auto best = std::max_element(rows[i].boundaries.begin(), rows[i].boundaries.end(),
                                               [](const auto& a, const auto& b) { return a.auc < b.auc; });
            QVERIFY(best->is_best);
            int new_ones = 0;
            for (const TrisectionBoundary& boundary : rows[i].boundaries) new_ones += boundary.is_new;
            QCOMPARE(new_ones, view.search.grids[i].new_evaluations);
            QCOMPARE(rows[i].is_current, i + 1 == rows.size());
            if (i > 0) {
                QCOMPARE(rows[i].low, rows[i - 1].kept->first);
                QCOMPARE(rows[i].high, rows[i - 1].kept->second);
            }
        }
    }

    void trisection_shows_the_grid_under_way() {
        const TrisectionView view = trisection_view(in_mid_search(), 3);
        const std::vector<TrisectionRow> rows = trisection_rows(view);
        QCOMPARE(rows.size(), view.search.grids.size() + 1);
        const TrisectionRow& last = rows.back();
        QVERIFY(last.is_current && !last.kept && !last.grid);
        QVERIFY(!last.boundaries.empty() && last.boundaries.size() < 4);
        QCOMPARE(last.low, view.search.grids.back().kept_low);
        // Room is kept for the rows to come.
        QCustomPlot plot;
        plot.resize(700, 500);
        draw(view, Theme::screen(QPalette(), QFont()), plot);
        QVERIFY(plot.yAxis->range().lower < -5);
        QVERIFY(!plot.findChild<QCPTextElement*>(QStringLiteral("reason")));
        QVERIFY(label(plot, "chosen-label").isEmpty());
    }

    void trisection_draws_rows_reason_and_threshold() {
        QCustomPlot plot;
        plot.resize(700, 500);
        TrisectionView view = trisection_view(finished(), 3);
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plot.findChildren<TrisectionItem*>().size(), qsizetype(view.search.grids.size()));
        const auto* reason = plot.findChild<QCPTextElement*>(QStringLiteral("reason"));
        QVERIFY(reason);
        QCOMPARE(reason->text().replace(QLatin1Char('\n'), QLatin1Char(' ')), QString::fromStdString(view.search.hardened->reason));
        QVERIFY(label(plot, "chosen-label").startsWith(QStringLiteral("T ")));
        QVERIFY(plot.xAxis->range().contains(0) && plot.xAxis->range().contains(9.51));
        view.shown = 2;
        draw(view, Theme::for_paper(8), plot);
        QCOMPARE(plot.findChildren<TrisectionItem*>().size(), 2);
        QVERIFY(plot.findChildren<TrisectionItem*>().last()->row().is_current);
    }

    void small_panels_show_the_newest_rows() {
        QCustomPlot plot;
        plot.resize(300, 150);
        draw(trisection_view(finished(), 3), Theme::screen(QPalette(), QFont()), plot);
        QVERIFY(plot.yAxis->range().contains(-5));
        QVERIFY(!plot.yAxis->range().contains(-1));
    }

    void labels_make_room_for_one_another() {
        const std::vector<double> widths(4, 30);
        const std::vector<double> lefts = TrisectionItem::spread({100, 104, 110, 400}, widths, 5, 0, 500);
        for (std::size_t i = 1; i < lefts.size(); ++i) QVERIFY(lefts[i] >= lefts[i - 1] + 35 - 1e-9);
        QCOMPARE(lefts[3], 385.0);
        QVERIFY(qAbs((lefts[0] + lefts[2]) / 2 + 15 - 105) < 3);  // around what they belong to
        const std::vector<double> cornered = TrisectionItem::spread({1, 2, 498, 499}, widths, 5, 0, 500);
        QCOMPARE(cornered.front(), 0.0);
        QCOMPARE(cornered.back(), 470.0);
    }

    void trisection_csv_has_four_lines_a_grid() {
        const TrisectionView view = trisection_view(finished(), 3);
        const QStringList lines = csv_lines(to_csv(view));
        QCOMPARE(lines.size(), int(4 * view.search.grids.size()) + 1);
        const QStringList fields = lines[2].split(QLatin1Char(','));
        QCOMPARE(fields[0], QStringLiteral("1"));
        QCOMPARE(fields[2].toFloat(), view.search.grids[0].thresholds[1]);
        QCOMPARE(fields[3].toDouble(), view.search.grids[0].aucs[1]);
    }

    void all_views_export_in_all_formats() {
        QTemporaryDir folder;
        for (const char* format : {"pdf", "svg", "png"}) {
            const auto path = [&](const char* name) { return folder.filePath(QStringLiteral("%1.%2").arg(name, format)); };
            for (const QString& written :
                 {export_figure(activation_view(finished(), 3), path("a")), export_figure(auc_threshold_view(finished(), 3), path("b")),
                  export_figure(auc_area_view(finished(), 3), path("c")), export_figure(trisection_view(finished(), 3), path("d"))})
                QVERIFY2(QFileInfo(written).size() > 2000, qPrintable(written));
        }
        QFile svg(folder.filePath(QStringLiteral("d.svg")));
        QVERIFY(svg.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(svg.readAll());
        for (const SearchGrid& grid : finished().search(3)->grids)
            QVERIFY(text.contains(QString::number(grid.aucs[std::size_t(grid.best)], 'f', 3)));
    }

    void empty_views_can_be_drawn() {
        QCustomPlot plot;
        const Theme theme = Theme::for_paper(8);
        draw(ActivationView(), theme, plot);
        QVERIFY(plot.xAxis->range().size() > 0);
        draw(AucThresholdView(), theme, plot);
        QVERIFY(plot.xAxis->range().size() > 0);
        draw(AucAreaView(), theme, plot);
        draw(TrisectionView(), theme, plot);
        QVERIFY(plot.xAxis->range().size() > 0);
        QVERIFY(!has_values(activation_view(finished(), 99)));
        QVERIFY(trisection_rows(trisection_view(finished(), 99)).empty());
    }
};

QTEST_MAIN(TestTuningViews)
#include "test_tuning_views.moc"
