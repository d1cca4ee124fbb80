// The worst bits: their table, their picture, the pane around both, and the fields of the form.
#include <qcustomplot.h>

#include <QComboBox>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTreeView>
#include <QtTest>

#include "controls/harden_panel.h"
#include "controls/worst_bits_pane.h"
#include "plots/worst_bits_plot.h"
#include "tables/worst_bits_table.h"

using namespace clipscope;

namespace {

Outcome outcome(int correct) {
    Outcome outcome;
    outcome.images = 200;
    outcome.correct = outcome.correct_argmax = correct;
    outcome.sdc = 150 - correct / 2;
    outcome.due = 3;
    return outcome;
}

WorstBit bit(const char* layer, std::int64_t element, int position, int correct) {
    FaultyValue value{layer, std::string(layer) + ".weight", element, {0, element}, position, 0.02F, 6.8e36F};
    return {value, outcome(correct)};
}

WorstBits example() {
    WorstBits found;
    found.clean = outcome(180);
    found.alone = {bit("conv1", 3, 30, 20), bit("conv2", 7, 30, 22), bit("fc1", 1, 29, 40)};
    found.together = {bit("conv1", 3, 30, 20), bit("fc1", 9, 30, 18), bit("conv2", 7, 30, 10)};
    found.critical = 1204;
    found.tried = 1000;
    return found;
}

WorstBitsOrigin origin() {
    WorstBitsOrigin origin;
    origin.model = "lenet5";
    origin.scope = "network";
    origin.images = 200;
    return origin;
}

std::vector<CurvePoint> random_points() {
    std::vector<CurvePoint> points;
    for (const double count : {1.0, 2.0, 4.0, 8.0, 16.0, 64.0}) {
        CurvePoint point;
        point.rate = count;
        point.trials = 50;
        point.mean = 0.9 - 0.01 * count;
        point.ci95_low = point.mean - 0.02;
        point.ci95_high = point.mean + 0.01;
        point.min = 0.1;
        points.push_back(point);
    }
    return points;
}

QString cell(const WorstBitsTable& table, int row, int column) {
    return table.view().model()->index(row, column).data().toString();
}

}  // namespace

class TestWorstBitsPane : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_are_the_bits() {
        WorstBitsTable table;
        table.set_bits(example().alone, NonfiniteRule::wrong);
        QCOMPARE(table.row_count(), 3);
        const QStringList expected = {"1", "conv1", "conv1.weight [0, 3]", "30", "0.02", "6.8e+36", "10.00", "70.00", "1.50"};
        for (int column = 0; column < expected.size(); ++column) QCOMPARE(cell(table, 0, column), expected[column]);
        QVERIFY(table.copied_text().contains("Accuracy, %"));
        const QSignalSpy opened(&table, &WorstBitsTable::bit_opened);
        table.select_row(2);
        Q_EMIT table.view().activated(table.view().currentIndex());  // a double click, or Enter
        QCOMPARE(opened.size(), qsizetype(1));
        QCOMPARE(opened[0][0].toInt(), 2);
    }

    void the_worst_case_is_drawn_beside_the_random_one() {
        WorstBitsView view;
        view.found = example();
        view.origin = origin();
        QCOMPARE(worst_accuracies(view), (std::vector<double>{90, 10, 9, 5}));
        view.random = random_points();
        QCOMPARE(random_in_sight(view).size(), std::size_t(4));  // up to four times three faults
        QCustomPlot plot;
        const Theme theme = Theme::for_paper(8);
        draw(view, theme, plot);
        QVERIFY(plot.legend->visible());
        QCOMPARE(plot.legend->itemCount(), 2);
        QVERIFY(plot.xAxis->range().contains(8) && !plot.xAxis->range().contains(16));
        QVERIFY(plot.yAxis->range().contains(90) && plot.yAxis->range().contains(5));
        view.random.clear();
        draw(view, theme, plot);
        QVERIFY(!plot.legend->visible());
        view.found.together.clear();
        QCOMPARE(worst_accuracies(view), (std::vector<double>{90, 10}));
        const QTemporaryDir folder;
        for (const char* name : {"worst.pdf", "worst.svg", "worst.png"})
            QVERIFY(QFileInfo::exists(export_figure(view, folder.filePath(name))));
        QVERIFY(to_csv(view).starts_with("set,number,layer,parameter,element,bit,before,after,accuracy_fraction"));
        QVERIFY(to_csv(view).find("alone,1,conv1,conv1.weight,3,30,0.02,6.8e+36,0.1,0.7,0.015\n") != std::string::npos);
    }

    void files_have_every_bit() {
        const WorstBits found = example();
        QVERIFY(worst_bits_list(found).starts_with("layer,rate,trial,parameter,element,bit\nconv1,,1,conv1.weight,3,30\nconv2,,2,"));
        const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(worst_bits_json(found, origin()))).object();
        QCOMPARE(json["bits"].toArray().size(), qsizetype(3));
        QCOMPARE(json["together"].toArray()[2].toObject()["accuracy"].toDouble(), 0.05);
        QCOMPARE(json["clean_accuracy"].toDouble(), 0.9);
    }

    void the_pane_shows_either_set_and_opens_its_bits() {
        WorstBitsPane pane;
        pane.resize(900, 600);
        pane.show();
        QVERIFY(pane.sentence().isEmpty());
        QVERIFY(!pane.is_table_shown());
        auto* which = pane.findChild<QComboBox*>();
        pane.set_result(example(), origin(), "Worst bits of network");
        QVERIFY(pane.is_table_shown());
        QVERIFY2(pane.sentence().contains("90.00 % → 10.00 %"), qPrintable(pane.sentence()));
        QVERIFY(pane.sentence().contains("The worst 3 together leave 5.00 %"));
        QVERIFY(pane.sentence().contains("1,000 of 1,204"));
        QVERIFY(which->isVisible());
        QCOMPARE(which->currentText(), QStringLiteral("together"));
        QCOMPARE(cell(pane.table(), 1, 1), QStringLiteral("fc1"));
        which->setCurrentIndex(0);
        QCOMPARE(cell(pane.table(), 1, 1), QStringLiteral("conv2"));
        QList<FaultyValue> opened;
        connect(&pane, &WorstBitsPane::bit_opened, this, [&](const FaultyValue& value) { opened << value; });
        pane.table().select_row(1);
        for (auto* one : pane.findChildren<QPushButton*>())
            if (one->text() == "Closely…") one->click();
        Q_EMIT pane.table().bit_opened(2);
        QCOMPARE(opened.size(), qsizetype(2));
        QCOMPARE(opened[0].parameter, std::string("conv2.weight"));
        QCOMPARE(opened[1].bit, 29);
        pane.set_random(random_points());
        QCOMPARE(pane.result().random.size(), std::size_t(6));
        // Alone only: there is nothing to choose.
        WorstBits alone = example();
        alone.together.clear();
        pane.set_result(alone, origin(), "Worst bits");
        QVERIFY(!which->isVisible());
        QCOMPARE(cell(pane.table(), 1, 1), QStringLiteral("conv2"));
        QVERIFY(pane.result().random.empty());
        pane.clear();
        QVERIFY(!pane.has_result());
        QVERIFY(pane.sentence().isEmpty());
    }

    void progress_is_told_round_by_round() {
        WorstBitsPane pane;
        pane.resize(700, 400);
        pane.show();
        auto* bar = pane.findChild<QProgressBar*>();
        QVERIFY(!bar->isVisible());
        pane.start("Worst bits: 5 of network");
        QVERIFY(bar->isVisible());
        pane.set_activity("200 bits on all images");
        pane.set_progress(0.5, "0:03 left");
        QCOMPARE(bar->value(), bar->maximum() / 2);
        QVERIFY(bar->toolTip().contains("200 bits on all images"));
        const QSignalSpy stopped(&pane, &SearchPane::stop_requested);
        for (auto* one : pane.findChildren<QPushButton*>())
            if (one->text() == "Stop") one->click();
        QCOMPARE(stopped.size(), qsizetype(1));
        pane.finish();
        QVERIFY(!bar->isVisible());
    }

    void the_form_keeps_what_it_is_given() {
        HardenPanel panel;
        panel.set_layers({"CONV-1", "FC-1"});
        HardenForm form = panel.form();
        form.job = MethodJob::worst_bits;
        form.worst = {12, false, "CONV-1+FC-1", 500};
        panel.set_form(form);
        QVERIFY(panel.form() == form);
        panel.set_layers({"CONV-2"});
        QCOMPARE(panel.form().worst.layers, QStringLiteral("CONV-1+FC-1"));
    }
};

QTEST_MAIN(TestWorstBitsPane)
#include "test_worst_bits_pane.moc"
