#include <QAbstractItemView>
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTreeView>
#include <QtTest>
#include <cmath>

#include "tables/layer_table.h"
#include "tables/layer_table_model.h"
#include "tables/spark_delegate.h"

using namespace clipscope;

namespace {

std::vector<LayerInfo> example_layers() {
    LayerInfo conv;
    conv.name = "CONV-1";
    conv.path = "features.0";
    conv.kind = "Conv2d";
    conv.shape = {64, 3, 3, 3};
    conv.parameter_count = 1792;
    conv.bits = 57344;
    LayerInfo fc = conv;
    fc.name = "FC-1";
    fc.path = "classifier.1";
    fc.kind = "Linear";
    fc.shape = {10, 256};
    return {conv, fc};
}

CurvePoint point(double rate, double mean) {
    CurvePoint p;
    p.rate = rate;
    p.trials = 3;
    p.mean = mean;
    return p;
}

QString cell(const LayerTableModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

}  // namespace

class TestLayerTable : public QObject {
    Q_OBJECT

private slots:
    void rows_say_what_the_layers_are() {
        LayerTable table;
        table.set_layers(example_layers(), 2869962, 91838784);
        const LayerTableModel& model = table.model();
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(cell(model, 0, LayerTableModel::name_column), QStringLiteral("network"));
        QCOMPARE(cell(model, 0, LayerTableModel::bits_column), QStringLiteral("91,838,784"));
        QCOMPARE(cell(model, 1, LayerTableModel::path_column), QStringLiteral("features.0"));
        QCOMPARE(cell(model, 1, LayerTableModel::shape_column), QStringLiteral("64 × 3 × 3 × 3"));
        QCOMPARE(cell(model, 2, LayerTableModel::kind_column), QStringLiteral("Linear"));
        QCOMPARE(cell(model, 1, LayerTableModel::parameters_column), QStringLiteral("1,792"));
        const auto alignment = Qt::Alignment(model.index(1, LayerTableModel::parameters_column).data(Qt::TextAlignmentRole).toInt());
        QVERIFY(alignment.testFlag(Qt::AlignRight));
        for (int column = 0; column < model.columnCount(); ++column)
            QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }

    void bars_fill_as_results_come() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        const QModelIndex bars = table.model().index(1, LayerTableModel::sensitivity_column);
        QVERIFY(bars.data(LayerTableModel::bars_role).toList().isEmpty());
        QSignalSpy changed(&table.model(), &QAbstractItemModel::dataChanged);
        table.set_sensitivity(QStringLiteral("CONV-1"), {1e-7, 1e-6, 1e-5}, {point(1e-7, 0.7), point(1e-5, 0.1)});
        QCOMPARE(changed.size(), 1);
        const QVariantList values = bars.data(LayerTableModel::bars_role).toList();
        QCOMPARE(values.size(), 3);
        QCOMPARE(values[0].toDouble(), 0.7);
        QVERIFY(std::isnan(values[1].toDouble()));
        QCOMPARE(values[2].toDouble(), 0.1);
        QVERIFY(bars.data(Qt::ToolTipRole).toString().contains(QStringLiteral("10⁻⁷: 70.0 %")));
        QVERIFY(bars.data(Qt::ToolTipRole).toString().contains(QStringLiteral("10⁻⁶: not yet")));
        table.set_sensitivity(QStringLiteral("nobody"), {1e-7}, {point(1e-7, 0.7)});
        table.clear_sensitivity();
        QVERIFY(bars.data(LayerTableModel::bars_role).toList().isEmpty());
    }

    void bars_have_the_height_of_their_value() {
        const QRectF cell(10, 20, 100, 16);
        const std::vector<QRectF> bars = SparkDelegate::bar_rectangles(cell, {1.0, 0.5, 0.0, std::nan(""), 2.0});
        QCOMPARE(bars.size(), std::size_t(5));
        QCOMPARE(bars[0].height(), 16.0);
        QCOMPARE(bars[1].height(), 8.0);
        QCOMPARE(bars[2].height(), 1.0);
        QVERIFY(bars[3].isEmpty());
        QCOMPARE(bars[4].height(), 16.0);
        for (const QRectF& bar : bars) QVERIFY(bar.isEmpty() || cell.contains(bar));
        QVERIFY(bars[0].right() < bars[1].left());
        // Many rates in a narrow cell still fit.
        const auto narrow = SparkDelegate::bar_rectangles(QRectF(0, 0, 40, 16), std::vector<double>(12, 0.5));
        QVERIFY(narrow.back().right() <= 40 + 1e-9);
    }

    void the_focus_alone_chooses_nothing() {
        LayerTable table;
        table.set_layers(example_layers(), 100, 3200);
        QSignalSpy selected(&table, &LayerTable::layer_selected);
        QFocusEvent focus(QEvent::FocusIn, Qt::TabFocusReason);
        QApplication::sendEvent(&table.view(), &focus);
        QVERIFY(table.view().currentIndex().isValid());  // the view's own doing
        QCOMPARE(selected.size(), 0);
        QCOMPARE(table.selected_layer(), QString());
    }

    void selection_is_told_once_and_only_for_the_user() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        table.resize(500, 200);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        QSignalSpy selected(&table, &LayerTable::layer_selected);
        table.select_layer(QStringLiteral("FC-1"));
        QCOMPARE(selected.size(), 0);
        QCOMPARE(table.selected_layer(), QStringLiteral("FC-1"));
        QTest::keyClick(&table.view(), Qt::Key_Up);
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].toString(), QStringLiteral("CONV-1"));
        const QRect row = table.view().visualRect(table.view().model()->index(0, LayerTableModel::kind_column));
        QTest::mouseClick(table.view().viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(selected.size(), 2);
        QCOMPARE(selected.last()[0].toString(), QStringLiteral("network"));
        // The row that is current already can be asked for again.
        QTest::mouseClick(table.view().viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(selected.size(), 3);
        table.select_layer(QStringLiteral("nobody"));
        QCOMPARE(table.selected_layer(), QString());
    }

    void check_marks_choose_layers() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        QCOMPARE(table.checked_layers(), (QStringList{"CONV-1", "FC-1"}));
        QSignalSpy changed(&table, &LayerTable::checked_layers_changed);
        QVERIFY(table.model().setData(table.model().index(1, LayerTableModel::name_column), Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(table.checked_layers(), QStringList{"FC-1"});
        QCOMPARE(changed.size(), 1);
        QVERIFY(!table.model().setData(table.model().index(0, LayerTableModel::name_column), Qt::Unchecked, Qt::CheckStateRole));
        table.set_checked_layers({QStringLiteral("CONV-1")});
        QCOMPARE(table.checked_layers(), QStringList{"CONV-1"});
    }

    void layers_can_be_protected() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        table.resize(600, 240);
        table.show();
        const LayerTableModel& model = table.model();
        auto* compare = table.findChild<QPushButton*>();
        QVERIFY(compare && !compare->isVisibleTo(&table));
        QCOMPARE(table.protection(), QStringLiteral("none"));
        const auto protect = [&](int row, const char* name) {
            return table.model().setData(model.index(row, LayerTableModel::protection_column), QString(name), Qt::EditRole);
        };
        QVERIFY(protect(2, "sec-ded-39-32"));
        QCOMPARE(table.protection(), QStringLiteral("sec-ded-39-32@FC-1"));
        QCOMPARE(cell(model, 0, LayerTableModel::protection_column), QStringLiteral("differs"));
        QVERIFY(protect(1, "guard"));
        QCOMPARE(table.protection(), QStringLiteral("guard@CONV-1+sec-ded-39-32@FC-1"));
        for (const char* name : {"clip", "guard@FC-1", "guard+clip", "nonsense", "tmr-99"}) QVERIFY2(!protect(1, name), name);
        QVERIFY(!table.model().setData(model.index(1, LayerTableModel::bits_column), QStringLiteral("guard"), Qt::EditRole));
        QVERIFY(protect(0, "tmr-30"));  // all of them
        QCOMPARE(table.protection(), QStringLiteral("tmr-30"));
        QCOMPARE(cell(model, 0, LayerTableModel::protection_column), QStringLiteral("tmr-30"));
        QVERIFY(compare->isVisibleTo(&table));
        QSignalSpy wanted(&table, &LayerTable::comparison_wanted);
        compare->click();
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted[0][0].toString(), QStringLiteral("tmr-30"));
        QVERIFY(protect(1, "none"));
        QCOMPARE(table.protection(), QStringLiteral("tmr-30@FC-1"));
        table.findChildren<QPushButton*>()[1]->click();
        QCOMPARE(table.protection(), QStringLiteral("none"));
        QVERIFY(!compare->isVisibleTo(&table));
        protect(1, "guard");
        table.set_layers(example_layers(), 1, 32);  // another network: nothing is taken over
        QCOMPARE(table.protection(), QStringLiteral("none"));
    }

    // F2 opens the list; arrows and Enter choose.
    void a_protection_is_chosen_by_keys_alone() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        table.resize(600, 240);
        table.show();
        QVERIFY(QTest::qWaitForWindowExposed(&table));
        table.view().setFocus();
        table.view().setCurrentIndex(table.view().model()->index(1, LayerTableModel::protection_column));
        QTest::keyClick(&table.view(), Qt::Key_F2);
        auto* box = table.view().findChild<QComboBox*>();
        QVERIFY(box);
        QCOMPARE(box->currentText(), QStringLiteral("none"));
        QTRY_VERIFY(box->view()->isVisible());
        for (int item = 1; item < box->count(); ++item) QVERIFY(!box->itemData(item, Qt::ToolTipRole).toString().isEmpty());
        QTest::keyClick(box->view(), Qt::Key_Down);
        QTest::keyClick(box->view(), Qt::Key_Return);
        QTRY_COMPARE(table.protection(), QStringLiteral("guard@CONV-1"));
    }

    void empty_network_has_no_rows() {
        LayerTable table;
        table.set_layers(example_layers(), 1, 32);
        table.set_layers({}, 0, 0);
        QCOMPARE(table.model().rowCount(), 0);
        table.select_layer(QStringLiteral("CONV-1"));
        table.clear_sensitivity();
    }
};

QTEST_MAIN(TestLayerTable)
#include "test_layer_table.moc"
