// Tables of jobs, comparisons and faults: what is in sight, in which order, and what an empty one says.
#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "plots/accuracy_view.h"
#include "tables/comparison_table.h"
#include "tables/fault_table.h"
#include "tables/job_table.h"
#include "tables/layer_table.h"
#include "tables/layer_table_model.h"
#include "tables/ranking_table.h"
#include "tables/site_table.h"
#include "tables/trial_picker.h"
#include "widgets/scaled_font.h"

using namespace clipscope;

namespace {

QStringList column_of(const QTreeView& view, int column, const QModelIndex& parent = {}) {
    QStringList texts;
    for (int row = 0; row < view.model()->rowCount(parent); ++row) texts << view.model()->index(row, column, parent).data().toString();
    return texts;
}

JobRow job(std::int64_t id, const QString& name, double seconds) {
    JobRow row;
    row.id = id;
    row.name = name;
    row.seconds = seconds;
    row.time = seconds > 0 ? QString::number(seconds) : QString();
    return row;
}

AccuracyCurve curve(Protection protection, const std::vector<int>& right, int rates) {
    AccuracyCurve made;
    made.info.layer = "network";
    made.info.protection = protection;
    made.info.clean = {.images = 1000, .correct = 900, .correct_argmax = 900};
    for (int rate = 0; rate < rates; ++rate) {
        std::map<int, TrialOutcome> trials;
        for (int trial = 0; trial < int(right.size()); ++trial) {
            const int correct = right[std::size_t(trial)] / (rate + 1);
            trials[trial] = {3, {.images = 1000, .correct = correct, .correct_argmax = correct}};
        }
        made.trials.push_back(trials);
    }
    return made;
}

// The unprotected network is almost dead.
AccuracyCurves comparison() {
    AccuracyCurves curves;
    curves.info.images = 1000;
    curves.info.rates = {9e-7, 1e-5};
    curves.curves = {curve(Protection::none, {4, 6, 5}, 2), curve(Protection::clip_actmax, {880, 900, 890}, 2)};
    return curves;
}

// Whether all of the column is within the view.
bool is_in_sight(const QTreeView& view, int column) {
    const int left = view.columnViewportPosition(column);
    return left >= 0 && left + view.columnWidth(column) <= view.viewport()->width();
}

int column_named(const QTreeView& view, const QString& name) {
    for (int column = 0; column < view.model()->columnCount(); ++column)
        if (view.model()->headerData(column, Qt::Horizontal).toString() == name) return column;
    return -1;
}

QString empty_text(const QWidget& table) {
    const auto* label = table.findChild<QLabel*>(QStringLiteral("empty_text"));
    return label && !label->isHidden() ? label->text() : QString();
}

}  // namespace

class TestTables : public QObject {
    Q_OBJECT

private slots:
    // Also with large letters the titles tell what will come.
    void titles_of_an_empty_table_are_whole() {
        const ScaledFont large(2);
        RankingTable table;
        table.show();
        const QHeaderView& header = *table.view().header();
        for (int column = 0; column < header.count(); ++column)
            QVERIFY2(header.sectionSize(column) >= header.sectionSizeHint(column), qPrintable(QString::number(column)));
    }

    void empty_tables_say_what_fills_them() {
        LayerTable layers;
        SiteTable sites;
        JobTable jobs;
        FaultTable faults;
        ComparisonTable comparisons;
        QVERIFY(empty_text(layers).contains("Open a model"));
        QVERIFY(empty_text(sites).contains("Open a model"));
        QVERIFY(empty_text(jobs).contains("job that you run"));
        QVERIFY(empty_text(faults).contains("double-click a point"));
        QVERIFY(empty_text(comparisons).contains("Compare"));
        jobs.set_jobs({job(1, "One", 1)});
        QVERIFY(empty_text(jobs).isEmpty());
        jobs.set_jobs({});
        QVERIFY(!empty_text(jobs).isEmpty());
        comparisons.set_curves(comparison());
        QTRY_VERIFY(empty_text(comparisons).isEmpty());
    }

    void a_click_on_a_header_sorts_numbers_as_numbers() {
        FaultTable table;
        table.set_view({"Three bits",
                        {"Layer", "Bit", "After"},
                        {1, 2},
                        {},
                        {{"CONV-10", "30", "1.7e+38"}, {"CONV-2", "7", "nan"}, {"CONV-1", "all", "1,204"}}});
        QTreeView& view = table.view();
        const QStringList given = column_of(view, 0);
        view.sortByColumn(0, Qt::AscendingOrder);
        QCOMPARE(column_of(view, 0), (QStringList{"CONV-1", "CONV-2", "CONV-10"}));
        view.sortByColumn(1, Qt::AscendingOrder);
        QCOMPARE(column_of(view, 1), (QStringList{"7", "30", "all"}));
        view.sortByColumn(1, Qt::DescendingOrder);
        QCOMPARE(column_of(view, 1), (QStringList{"30", "7", "all"}));
        view.sortByColumn(2, Qt::DescendingOrder);
        QCOMPARE(column_of(view, 2), (QStringList{"1.7e+38", "1,204", "nan"}));
        view.sortByColumn(-1, Qt::AscendingOrder);
        QCOMPARE(column_of(view, 0), given);
    }

    void the_network_stays_on_top() {
        LayerTable table;
        LayerInfo small, large;
        small.name = "CONV-1";
        small.parameter_count = 90;
        large.name = "FC-1";
        large.parameter_count = 1000;
        table.set_layers({small, large}, 1090, 32 * 1090);
        table.view().sortByColumn(LayerTableModel::parameters_column, Qt::DescendingOrder);
        QCOMPARE(column_of(table.view(), 0), (QStringList{"network", "FC-1", "CONV-1"}));
        table.view().sortByColumn(LayerTableModel::parameters_column, Qt::AscendingOrder);
        QCOMPARE(column_of(table.view(), 0), (QStringList{"network", "CONV-1", "FC-1"}));
        table.select_layer("FC-1");
        QCOMPARE(table.selected_layer(), QString("FC-1"));
        QCOMPARE(table.view().currentIndex().row(), 2);
    }

    void sorted_jobs_are_still_the_jobs_they_were() {
        JobTable table;
        table.set_jobs({job(1, "Slow", 100), job(2, "Waits", 0), job(3, "Fast", 20)});
        table.view().sortByColumn(2, Qt::AscendingOrder);
        QCOMPARE(column_of(table.view(), 0), (QStringList{"Fast", "Slow", "Waits"}));
        QSignalSpy selected(&table, &JobTable::job_selected);
        table.view().setCurrentIndex(table.view().model()->index(0, 0));
        QCOMPARE(selected.value(0), QVariantList{qint64(3)});
        QCOMPARE(table.selected_job(), 3);
        table.select_job(1);
        QCOMPARE(table.view().currentIndex().row(), 1);
        table.set_jobs({job(1, "Slow", 100), job(2, "Waits", 5), job(3, "Fast", 20)});  // it ran
        QCOMPARE(column_of(table.view(), 0), (QStringList{"Waits", "Fast", "Slow"}));
        QCOMPARE(table.selected_job(), 1);
    }

    // A dock of the window at 1280 × 800 leaves a table about so much.
    void what_a_comparison_is_made_for_is_in_sight() {
        ComparisonTable table;
        table.resize(330, 240);
        table.show();
        table.set_curves(comparison());
        QTreeView& view = table.view();
        QTRY_COMPARE(view.model()->rowCount(), 1);
        for (const char* name : {"Rate", "Gain", "95 % interval", "Worst, %"})
            QVERIFY2(is_in_sight(view, column_named(view, name)), name);
        const QModelIndex head = view.model()->index(0, 0);
        QCOMPARE(column_of(view, column_named(view, "Worst, %"), head), (QStringList{"0.4 → 88.0", "0.2 → 44.0"}));
        QCOMPARE(column_of(view, 0, head), (QStringList{"9×10⁻⁷", "10⁻⁵"}));
        view.sortByColumn(0, Qt::DescendingOrder);
        QCOMPARE(column_of(view, 0, view.model()->index(0, 0)), (QStringList{"10⁻⁵", "9×10⁻⁷"}));
    }

    void a_large_gain_is_a_factor() {
        ComparisonTable table;
        table.set_curves(comparison());
        QTRY_COMPARE(table.view().model()->rowCount(), 1);
        const QString head = table.view().model()->index(0, 0).data().toString();
        QVERIFY2(!head.contains(QRegularExpression("\\d{3,}\\.\\d %")), qPrintable(head));
        QVERIFY2(head.contains(QRegularExpression("\\(\\+0\\.\\d{4}, ×\\d+(\\.\\d)?\\)")), qPrintable(head));
    }

    void what_a_bit_did_is_in_sight() {
        FaultTable table;
        table.resize(330, 240);
        FaultView faults{"One bit", {"Layer", "Parameter", "Index", "Bit", "Before", "After"}, {3, 4, 5}, {0, 3, 4, 5, 2, 1}, {}};
        faults.rows.push_back({"CONV-10", "features.17.block.conv.weight", "1023,511,2,2", "30", "-0.012345679", "-4.2014e+36"});
        table.set_view(faults);
        table.show();
        QVERIFY(is_in_sight(table.view(), 5));
        QCOMPARE(to_csv(table.fault_view()).substr(0, 21), std::string("Layer,Parameter,Index"));  // files keep their order
        table.set_view({"Counts", {"Layer", "Bit", "Asked for", "Found changed"}, {1, 2, 3}, {}, {}});
        for (int column = 0; column < 4; ++column) QCOMPARE(table.view().header()->visualIndex(column), column);
    }

    void faults_of_a_trial_are_looked_at() {
        FaultTable table;
        table.resize(400, 300);
        table.show();
        FaultView faults{"Two bits", {"Layer", "Bit"}, {1}, {}, {{"FC-1", "3"}, {"CONV-1", "30"}}, false};
        table.set_view(faults);
        const auto buttons = table.findChildren<QPushButton*>();
        QVERIFY(std::ranges::none_of(buttons, [](const QPushButton* one) { return one->isVisible() && one->text().contains("ged"); }));
        const QSignalSpy closely(&table, &FaultTable::closely_requested), images(&table, &FaultTable::images_requested);
        emit table.view().activated(table.view().model()->index(0, 0));
        QVERIFY(closely.isEmpty());  // an audit's rows are no bits
        faults.is_trial = true;
        table.set_view(faults);
        for (QPushButton* one : buttons)
            if (one->isVisible() && !one->text().contains("bits")) one->click();
        QCOMPARE(closely.value(0), QVariantList{-1});
        QCOMPARE(images.size(), qsizetype(1));
        // A row, however they are sorted.
        table.view().sortByColumn(1, Qt::DescendingOrder);
        emit table.view().activated(table.view().model()->index(0, 0));
        QCOMPARE(closely.value(1), QVariantList{1});
    }

    void a_trial_is_picked() {
        TrialPicker picker;
        QVERIFY(!picker.isEnabled());
        QSignalSpy points(&picker, &TrialPicker::point_chosen);
        QSignalSpy trials(&picker, &TrialPicker::trial_requested);
        picker.set_curves({{"CONV-1", {1e-6, 1e-5}}, {"FC-1", {1e-6}}});
        QVERIFY(points.isEmpty());  // nobody sees it
        picker.show();
        QCOMPARE(points.value(0), (QVariantList{0, 1e-5}));
        picker.set_trials({{19, "trial 19: 10 %"}, {2, "trial 2: 90 %"}});
        QCOMPARE(picker.trial(), 19);
        QVERIFY(trials.isEmpty());

        // A double-click in the plot asks for the first of the trials there.
        picker.choose(1, 1e-6, true);
        QCOMPARE(points.last(), (QVariantList{1, 1e-6}));
        QCOMPARE(picker.trial(), -1);
        picker.set_trials({{7, "trial 7: 20 %"}, {8, "trial 8: 30 %"}});
        QCOMPARE(trials.value(0), (QVariantList{1, 1e-6, 7}));
        // The same trial in other ways.
        const QSignalSpy closely(&picker, &TrialPicker::closely_requested), images(&picker, &TrialPicker::images_requested);
        const QList<QAction*> more = picker.findChild<QMenu*>()->actions();
        QCOMPARE(more.size(), qsizetype(2));
        for (QAction* action : more) {
            QVERIFY(!action->toolTip().isEmpty());
            action->trigger();
        }
        QCOMPARE(closely.value(0), (QVariantList{1, 1e-6, 7}));
        QCOMPARE(images.value(0), (QVariantList{1, 1e-6, 7}));
        // New points of a running job leave the choice as it is.
        picker.set_curves({{"CONV-1", {1e-6, 1e-5}}, {"FC-1", {1e-6, 1e-5}}});
        QCOMPARE(picker.curve(), 1);
        QCOMPARE(picker.rate(), 1e-6);
        QCOMPARE(picker.trial(), 7);
        picker.set_curves({});
        QVERIFY(!picker.isEnabled());
        QCOMPARE(picker.curve(), -1);
    }
};

QTEST_MAIN(TestTables)
#include "test_tables.moc"
