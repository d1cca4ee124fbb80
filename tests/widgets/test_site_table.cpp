#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>

#include "example_tuning.h"
#include "tables/site_table.h"
#include "tables/site_table_model.h"

using namespace clipscope;

namespace {

QString cell(const SiteTable& table, int row, int column) {
    return table.model().index(row, column).data().toString();
}

}  // namespace

class TestSiteTable : public QObject {
    Q_OBJECT

private slots:
    void sites_are_described() {
        SiteTable table;
        table.set_sites(example_tuning_info().sites);
        QCOMPARE(table.model().rowCount(), 4);
        QCOMPARE(cell(table, 3, SiteTableModel::name_column), QStringLiteral("ACT-4"));
        QCOMPARE(cell(table, 3, SiteTableModel::path_column), QStringLiteral("features.9"));
        QCOMPARE(cell(table, 3, SiteTableModel::kind_column), QStringLiteral("relu"));
        QCOMPARE(cell(table, 3, SiteTableModel::fed_by_column), QStringLiteral("CONV-4"));
        QVERIFY(cell(table, 3, SiteTableModel::threshold_column).isEmpty());
        for (int column = 0; column < table.model().columnCount(); ++column)
            QVERIFY(!table.model().headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }

    void results_fill_the_rows() {
        SiteTable table;
        table.set_sites(example_tuning_info().sites);
        const TuningResult result = example_tuning();
        table.set_results(result);
        const HardenedSite& hardened = *result.search(3)->hardened;
        QCOMPARE(cell(table, 3, SiteTableModel::act_max_column), QStringLiteral("9.510"));
        QCOMPARE(cell(table, 3, SiteTableModel::threshold_column), QString::number(double(hardened.threshold), 'f', 3));
        QCOMPARE(cell(table, 3, SiteTableModel::auc_before_column), QString::number(*hardened.auc_before, 'f', 4));
        QCOMPARE(cell(table, 3, SiteTableModel::auc_after_column), QString::number(*hardened.auc_after, 'f', 4));
        QCOMPARE(cell(table, 3, SiteTableModel::iterations_column), QString::number(hardened.iterations));
        QCOMPARE(cell(table, 3, SiteTableModel::evaluations_column), QString::number(hardened.evaluations));
        QCOMPARE(cell(table, 3, SiteTableModel::reason_column), QString::fromStdString(hardened.reason));
        // Profiled, not searched.
        QCOMPARE(cell(table, 1, SiteTableModel::act_max_column), QStringLiteral("7.510"));
        QVERIFY(cell(table, 1, SiteTableModel::auc_after_column).isEmpty());
        const auto alignment = Qt::Alignment(table.model().index(3, SiteTableModel::auc_after_column).data(Qt::TextAlignmentRole).toInt());
        QVERIFY(alignment.testFlag(Qt::AlignRight));
        table.clear_results();
        QVERIFY(cell(table, 3, SiteTableModel::act_max_column).isEmpty());
    }

    void running_searches_say_where_they_are() {
        SiteTable table;
        table.set_sites(example_tuning_info().sites);
        const TuningResult result = example_tuning(false, 9);
        table.set_results(result);
        QCOMPARE(cell(table, 3, SiteTableModel::reason_column),
                 QStringLiteral("searching, iteration %1").arg(result.search(3)->grids.size() + 1));
        QCOMPARE(cell(table, 3, SiteTableModel::evaluations_column), QStringLiteral("9"));
    }

    void results_of_another_network_are_ignored() {
        SiteTable table;
        std::vector<SiteInfo> sites = example_tuning_info().sites;
        sites.resize(2);
        table.set_sites(sites);
        table.set_results(example_tuning());
        QVERIFY(cell(table, 0, SiteTableModel::act_max_column).isEmpty());
    }

    void selection_is_told_only_for_the_user() {
        SiteTable table;
        table.set_sites(example_tuning_info().sites);
        table.resize(600, 200);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        QSignalSpy selected(&table, &SiteTable::site_selected);
        table.select_site(QStringLiteral("ACT-3"));
        QCOMPARE(selected.size(), 0);
        QCOMPARE(table.selected_site(), QStringLiteral("ACT-3"));
        QTest::keyClick(&table.view(), Qt::Key_Down);
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].toString(), QStringLiteral("ACT-4"));
        table.set_results(example_tuning());  // results leave the selection alone
        QCOMPARE(table.selected_site(), QStringLiteral("ACT-4"));
        table.select_site(QStringLiteral("nobody"));
        QVERIFY(table.selected_site().isEmpty());
        QCOMPARE(selected.size(), 1);
    }
};

QTEST_MAIN(TestSiteTable)
#include "test_site_table.moc"
