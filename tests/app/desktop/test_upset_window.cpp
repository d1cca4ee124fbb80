// Upset rates: the window's numbers against ones computed by hand, and against core's functions.
#include <qcustomplot.h>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>
#include <cmath>

#include "engine.h"
#include "faults/upset_rates.h"
#include "laboratory.h"
#include "plots/upset_plot.h"
#include "study_desk.h"
#include "tables/cell_table.h"
#include "upset_fields.h"
#include "upset_window.h"

using namespace clipscope;

namespace {

CurvePoint point(double rate, double sdc, double due) {
    CurvePoint point;
    point.rate = rate;
    point.trials = 100;
    point.sdc_mean = sdc;
    point.sdc_ci95 = {sdc / 2, sdc * 2};
    point.due_mean = due;
    point.due_ci95 = {0, due * 2};
    return point;
}

// Two curves of 2 Mbit and 1 Mbit.
CampaignSummary result(PointAxis axis, const std::vector<CurvePoint>& points) {
    CampaignSummary summary;
    summary.info.model = "fake";
    summary.info.axis = axis;
    for (const CurvePoint& one : points) summary.info.rates.push_back(one.rate);
    for (const auto& [name, bits] : {std::pair("CONV-1", 1 << 20), std::pair("network", 2 << 20)}) {
        CurveSummary curve;
        curve.info.layer = name;
        curve.info.bits = bits;
        curve.points = points;
        summary.curves.push_back(curve);
    }
    return summary;
}

QString cell(const CellTable& table, int row, int column) {
    return table.view().model()->index(row, column).data().toString();
}

QComboBox& box(QWidget& parent, const char* name) {
    for (QComboBox* one : parent.findChildren<QComboBox*>())
        if (one->accessibleName() == QLatin1String(name)) return *one;
    throw std::logic_error("no such box");
}

struct Bench {
    Laboratory laboratory{core_engine()};
    StudyDesk desk;
    UpsetWindow window{laboratory, desk};

    Bench() {
        window.show();
        window.fields().set_fit(1000, 1000);
        window.fields().set_hours(24);
        window.fields().set_bits(1 << 20);
    }
};

}  // namespace

class TestUpsetWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void presets_are_shown_with_their_sources() {
        UpsetFields fields;
        for (const UpsetPreset& preset : upset_presets()) {
            fields.set_preset(QString::fromUtf8(preset.name.data(), qsizetype(preset.name.size())));
            const auto conditions = fields.conditions();
            QVERIFY(conditions);
            QVERIFY(std::abs(conditions->low / upsets_per_bit_hour(preset.low) - 1) < 1e-5);
            QVERIFY(std::abs(conditions->high / upsets_per_bit_hour(preset.high) - 1) < 1e-5);
            bool has_source = false;
            for (const QLabel* label : fields.findChildren<QLabel*>())
                has_source |= label->text().contains(QString::fromUtf8(preset.source.data(), qsizetype(preset.source.size())));
            QVERIFY(has_source);
        }
        fields.set_fit(5, 6);  // what is typed is nobody's preset
        QVERIFY(box(fields, "Memory").currentData().toString().isEmpty());
    }

    void numbers_of_a_trial() {
        UpsetFields fields;
        fields.set_fit(1000, 2000);
        fields.set_hours(24);
        fields.set_bits(1 << 20);
        // 1,000 events in 10⁹ hours and 2²⁰ bits; a day of it.
        QVERIFY(std::abs(fields.conditions()->low / 9.5367431640625e-13 - 1) < 1e-5);
        QCOMPARE(fields.rates(), QStringLiteral("2.289e-11, 4.578e-11"));
        QStringList shown;
        for (const QLabel* label : fields.findChildren<QLabel*>()) shown << label->text();
        QVERIFY(shown.contains("2.4e-05") && shown.contains("4.8e-05"));  // 24 of 10⁶ hours
        fields.set_fit(1000, 1000);
        QCOMPARE(fields.rates(), QStringLiteral("2.289e-11"));
        const QSignalSpy wanted(&fields, &UpsetFields::rates_wanted);
        fields.findChild<QPushButton*>()->click();
        QCOMPARE(wanted[0][0].toString(), QStringLiteral("2.289e-11"));
    }

    void either_unit_can_be_typed() {
        UpsetFields fields;
        const auto find = [&](const char* name) -> NumberField& {
            for (NumberField* one : fields.findChildren<NumberField*>())
                if (one->accessibleName() == QLatin1String(name)) return *one;
            throw std::logic_error("no such field");
        };
        find("Upsets per bit and hour, lower end").set_value(1e-12);
        find("Upsets per bit and hour, upper end").set_value(1e-11);
        QVERIFY(std::abs(find("FIT per Mbit, upper end").value() / 10485.76 - 1) < 1e-5);
        QVERIFY(fields.problem().isEmpty());
        find("FIT per Mbit, lower end").set_value(20000);
        QVERIFY(fields.problem().contains("above the upper"));
        QVERIFY(!fields.conditions());
        QVERIFY(!fields.findChild<QPushButton*>()->isEnabled());
        find("FIT per Mbit, lower end").set_value(1);
        find("Hours").set_value(-1);
        QVERIFY(fields.problem().contains("Hours"));
    }

    void bits_come_from_the_network() {
        UpsetFields fields;
        std::vector<LayerInfo> parts(2);
        for (int i = 0; i < 2; ++i) {
            parts[std::size_t(i)].name = i == 0 ? "CONV-1" : "FC-1";
            parts[std::size_t(i)].path = i == 0 ? "a" : "b";
            parts[std::size_t(i)].parameters.push_back({i == 0 ? "a.weight" : "b.weight", {10, 10}, 100, 32, 0xFFFFFFFFU});
            parts[std::size_t(i)].bits = 3200;
        }
        fields.set_parts(parts);
        QCOMPARE(fields.bits(), 6400.0);
        QComboBox& scope = box(fields, "Bits of");
        scope.setCurrentText("FC-1");
        Q_EMIT scope.activated(scope.currentIndex());
        QCOMPARE(fields.bits(), 3200.0);
        fields.set_bits(1600);
        QCOMPARE(scope.currentText(), QStringLiteral("your own"));
        QCOMPARE(fields.bits(), 1600.0);
    }

    void single_faults_become_failures_in_time() {
        Bench bench;
        QVERIFY(bench.window.sentence().isEmpty());
        bench.window.set_result(result(PointAxis::fault_count, {point(1, 0.01, 0.002), point(2, 0.5, 0)}));
        // 2 Mbit at 1,000 FIT: 2,000 upsets, of which 1 in 100 is silent.
        const CellTable& table = bench.window.table();
        QCOMPARE(table.row_count(), 2);
        const QStringList expected = {"network", "1,000", "20 (10…40)", "4 (0…8)", "99.00", "C, B", "2,097,152", "2,000"};
        for (int column = 0; column < expected.size(); ++column) QCOMPARE(cell(table, 1, column), expected[column]);
        QCOMPARE(box(bench.window, "Curve").currentText(), QStringLiteral("network"));
        QVERIFY2(bench.window.sentence().startsWith("network: 20 FIT of silent failures (95 %: at most 40)"),
                 qPrintable(bench.window.sentence()));
        const UpsetView& view = bench.window.plot().view();
        QCOMPARE(view.lines.size(), std::size_t(2));
        QCOMPARE(view.axis, UpsetView::Axis::upset_rate);
        // A tenth of the rate, a tenth of the failures.
        QVERIFY(std::abs(view.lines[0].points.front().x / 100 - 1) < 1e-5 && std::abs(view.lines[0].points.front().value / 2 - 1) < 1e-5);
        box(bench.window, "Curve").setCurrentText("CONV-1");
        QVERIFY(bench.window.sentence().startsWith("CONV-1: 10 FIT"));
        QCOMPARE(table.selected_row(), 0);
        // A range has a row for each end.
        bench.window.fields().set_fit(1000, 2000);
        QCOMPARE(table.row_count(), 4);
        QVERIFY(bench.window.sentence().startsWith("CONV-1: 10 to 20 FIT"));
    }

    void rates_become_shares_of_answers() {
        Bench bench;
        bench.window.fields().set_fit(fit_per_mbit(1e-9), fit_per_mbit(1e-9));
        bench.window.fields().set_hours(500);
        bench.window.set_result(result(PointAxis::fault_rate, {point(1e-6, 0.1, 0.01)}));
        const CellTable& table = bench.window.table();
        QCOMPARE(table.row_count(), 2);
        QCOMPARE(cell(table, 1, 2), QStringLiteral("5 (2.5…10)"));
        QCOMPARE(cell(table, 1, 3), QStringLiteral("2.5 (1.25…5)"));
        QCOMPARE(bench.window.plot().view().axis, UpsetView::Axis::scrub_interval);
        // As far as rates were measured.
        QVERIFY(bench.window.plot().view().lines[0].points.back().x <= 1000.001);
        bench.window.fields().set_hours(5000);
        QVERIFY(bench.window.sentence().contains("beyond those measured"));
        QVERIFY(cell(table, 1, 2).contains("*"));
    }

    void tables_are_handed_over() {
        Bench bench;
        bench.window.set_result(result(PointAxis::fault_count, {point(1, 0.01, 0.002)}));
        QString csv;
        connect(&bench.window, &UpsetWindow::export_wanted, this, [&](const std::string& text) { csv = QString::fromStdString(text); });
        Q_EMIT bench.window.table().export_requested();
        QVERIFY(csv.startsWith("curve,fit_per_mbit,hours,bits,upsets_fit,sdc_fit"));
        QCOMPARE(csv.count('\n'), qsizetype(3));
        QVERIFY(csv.contains("ASIL C, ASIL B"));
    }

    void an_empty_window_says_what_it_wants() {
        Bench bench;
        const QSignalSpy wanted(&bench.window, &UpsetWindow::single_faults_wanted);
        Q_EMIT bench.window.plot().empty_action_requested();
        QCOMPARE(wanted.size(), qsizetype(1));
        bench.window.set_result(result(PointAxis::bit_position, {point(30, 0.1, 0)}));
        QVERIFY(bench.window.sentence().isEmpty());
        QCOMPARE(bench.window.table().row_count(), 0);
    }

    void pictures_have_the_budgets() {
        QCustomPlot plot;
        const UpsetConditions conditions{upsets_per_bit_hour(700), upsets_per_bit_hour(1200), 24};
        const CampaignSummary single = result(PointAxis::fault_count, {point(1, 0.01, 0)});
        draw(upset_view(single.curves[1], single.info, conditions), Theme::for_paper(8), plot);
        QStringList labels;
        for (int i = 0; i < plot.itemCount(); ++i)
            if (const auto* label = qobject_cast<QCPItemText*>(plot.item(i))) labels << label->text();
        QVERIFY2(labels.contains("ASIL D: 10 FIT") && labels.contains("ASIL C, B: 100 FIT"), qPrintable(labels.join("|")));
        QVERIFY(plot.yAxis->range().contains(10) && plot.yAxis->range().contains(100));
        const CampaignSummary rates = result(PointAxis::fault_rate, {point(1e-6, 0.1, 0.01)});
        draw(upset_view(rates.curves[1], rates.info, conditions), Theme::for_paper(8), plot);
        QCOMPARE(plot.yAxis->scaleType(), QCPAxis::stLinear);
        QVERIFY(!plot.yAxis->ticker().dynamicCast<QCPAxisTickerLog>());
        int entries = 0;  // SDC and DUE at both ends
        for (int i = 0; i < plot.legend->itemCount(); ++i) entries += plot.legend->item(i) != nullptr;
        QCOMPARE(entries, 4);
    }
};

QTEST_MAIN(TestUpsetWindow)
#include "test_upset_window.moc"
