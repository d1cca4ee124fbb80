// What to protect first: its form, its picture, its table, and the way to a duel.
#include <qcustomplot.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolTip>
#include <QTreeView>
#include <QtTest>

#include "controls/harden_panel.h"
#include "controls/protect_first_pane.h"
#include "plots/point_labels.h"
#include "plots/protect_first_plot.h"
#include "results/protect_first_output.h"
#include "tables/protect_first_table.h"

using namespace clipscope;

namespace {

CurvePoint point(double mean) {
    CurvePoint point;
    point.rate = 1e-6;
    point.trials = 100;
    point.mean = mean;
    point.ci95_low = mean - 0.02;
    point.ci95_high = mean + 0.01;
    return point;
}

ProtectFirst example() {
    ProtectFirst found;
    found.scope = "network";
    found.protection = "sec-ded-39-32";
    found.unprotected = point(0.5);
    found.all = {"all", 21.875, point(0.9), 1, -1};
    found.steps = {{"FC-1", 4, point(0.7), 0.5, -1}, {"CONV-2", 6.5, point(0.884), 0.96, -1}, {"FC-2", 21.875, point(0.9), 1, -1}};
    return found;
}

ProtectFirstView view_of(const ProtectFirst& found) {
    ProtectFirstView view;
    view.title = QStringLiteral("Layers by sec-ded-39-32");
    view.found = found;
    return view;
}

QCPGraph* steps_in(QCustomPlot& plot) {
    for (int i = 0; i < plot.graphCount(); ++i)
        if (plot.graph(i)->property("steps").isValid()) return plot.graph(i);
    return nullptr;
}

template <typename T>
T* field(QWidget& parent, const char* accessible_name) {
    for (T* candidate : parent.findChildren<T*>())
        if (candidate->accessibleName() == QLatin1String(accessible_name)) return candidate;
    return nullptr;
}

QPushButton* button_of(QWidget& parent, const char* begins) {
    for (QPushButton* candidate : parent.findChildren<QPushButton*>())
        if (candidate->text().startsWith(QLatin1String(begins))) return candidate;
    return nullptr;
}

}  // namespace

class TestProtectFirst : public QObject {
    Q_OBJECT

private slots:
    void files_and_duels_come_from_the_steps() {
        ProtectFirst found = example();
        QCOMPARE(steps_in_words(found), std::size_t(2));
        QCOMPARE(in_words(found),
                 std::string("FC-1 and CONV-2 give 96 % of the gain for 30 % of the bits that protecting all would store."));
        QCOMPARE(duel_of_steps(found, 2), std::string("none,sec-ded-39-32@FC-1/CONV-2"));
        QCOMPARE(duel_of_steps(found, 99), std::string("none,sec-ded-39-32@FC-1/CONV-2/FC-2"));
        QVERIFY(duel_of_steps(found, 0).empty());
        const QString csv = QString::fromStdString(protect_first_csv(found));
        QVERIFY(csv.startsWith("step,name,storage_percent,mean_fraction"));
        QCOMPARE(csv.trimmed().count(QLatin1Char('\n')), 4);
        const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(protect_first_json(found))).object();
        QCOMPARE(json["kind"].toString(), "protect-first");
        QCOMPARE(json["steps"].toArray().size(), 3);
        QCOMPARE(json["rate"].toDouble(), 1e-6);
        // Bit positions are tripled, and stand in ascending order.
        found.by_bits = true;
        found.protection = "tmr";
        found.steps[0].bit = 30;
        found.steps[1].bit = 26;
        QCOMPARE(duel_of_steps(found, 2), std::string("none,tmr-26-30"));
        found.steps[0].name = "bit 30";
        found.steps[0].gain_share = 1;
        QCOMPARE(in_words(found).substr(0, 12), std::string("Bit 30 gives"));
    }

    void steps_stand_at_what_they_store() {
        QCustomPlot plot;
        plot.resize(600, 400);
        draw(view_of(example()), Theme::for_paper(8), plot);
        plot.replot();
        QCPGraph* steps = steps_in(plot);
        QVERIFY(steps != nullptr);
        QCOMPARE(steps->data()->size(), 4);
        QCOMPARE(steps->data()->at(2)->key, 6.5);
        QCOMPARE(steps->data()->at(2)->value, 88.4);
        QVERIFY(plot.xAxis->label().contains("%") && plot.yAxis->label().contains("10⁻⁶"));
        QStringList texts;
        for (int i = 0; i < plot.itemCount(); ++i)
            if (const auto* text = qobject_cast<QCPItemText*>(plot.item(i))) texts << text->text();
        QVERIFY(texts.contains("unprotected"));
        QVERIFY(texts.join(' ').contains("all protected, +21.9 %"));
        const PointLabels* labels = nullptr;
        for (int i = 0; i < plot.itemCount(); ++i)
            if (const auto* found = qobject_cast<PointLabels*>(plot.item(i))) labels = found;
        QVERIFY(labels != nullptr);
        QCOMPARE(labels->labels().size(), std::size_t(4));
        QCOMPARE(labels->labels()[2].text, QStringLiteral("+ CONV-2"));
        // A guard stores nothing: then steps are the axis.
        ProtectFirst free = example();
        free.all.storage_percent = 0;
        for (ProtectStep& step : free.steps) step.storage_percent = 0;
        draw(view_of(free), Theme::for_paper(8), plot);
        plot.replot();
        QCOMPARE(steps_in(plot)->data()->at(2)->key, 2.0);
        draw(ProtectFirstView(), Theme::for_paper(8), plot);  // nothing to draw is no trouble
        plot.replot();
        QVERIFY(steps_in(plot) == nullptr);
    }

    void names_make_room_for_one_another() {
        const QRectF within(0, 0, 200, 100);
        const std::vector<QPointF> points{{20, 60}, {22, 61}, {190, 10}, {21, 60}};
        const std::vector<QSizeF> sizes(4, QSizeF(40, 12));
        const std::vector<QRectF> places = PointLabels::places(points, sizes, {QLineF(0, 66, 200, 66)}, within, 6);
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (places[i].isNull()) continue;
            QVERIFY(within.contains(places[i]));
            for (const QPointF& point : points) QVERIFY(!places[i].contains(point));
            for (std::size_t other = 0; other < i; ++other) QVERIFY(!places[i].intersects(places[other]));
        }
        QVERIFY(!places[0].isNull() && !places[2].isNull());
        QVERIFY2(places[0].bottom() <= 66 || places[0].top() >= 66, "off the line where there is a choice");
    }

    void hovering_and_clicking_steps() {
        ProtectFirstPlot panel;
        panel.set_view(view_of(example()));
        panel.resize(640, 440);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTRY_VERIFY(panel.redraw_count() > 0);
        const auto pixel = [&](double x, double y) {
            return QPointF(panel.plot().xAxis->coordToPixel(x), panel.plot().yAxis->coordToPixel(y)).toPoint();
        };
        QTest::mouseMove(&panel.plot(), QPoint(1, 1));
        QTest::mouseMove(&panel.plot(), pixel(6.5, 88.4));
        for (const char* told : {"CONV-2", "88.40 %", "+6.5 %", "96.0 %"})
            QVERIFY2(QToolTip::text().contains(QLatin1String(told)), qPrintable(QToolTip::text()));
        const QSignalSpy clicked(&panel, &ProtectFirstPlot::step_clicked);
        QTest::mouseClick(&panel.plot(), Qt::LeftButton, {}, pixel(4, 70));
        QTRY_COMPARE(clicked.size(), qsizetype(1));
        QCOMPARE(clicked[0][0].toInt(), 1);
    }

    void figures_and_numbers_are_exported() {
        const QTemporaryDir folder;
        for (const char* ending : {"pdf", "svg", "png"}) {
            const QString path = folder.filePath(QStringLiteral("first.") + QLatin1String(ending));
            export_figure(view_of(example()), path);
            QVERIFY(QFileInfo(path).size() > 500);
        }
    }

    void the_pane_answers_in_words_and_leads_to_a_duel() {
        ProtectFirstPane pane;
        pane.resize(1000, 500);
        pane.show();
        QVERIFY(!pane.is_table_shown() && pane.sentence().isEmpty());
        QVERIFY(!button_of(pane, "Duel")->isVisible());
        pane.set_result(example(), QStringLiteral("title"));
        QVERIFY(pane.is_table_shown());
        QVERIFY(pane.sentence().startsWith("FC-1 and CONV-2 give 96 %"));
        QCOMPARE(pane.table().row_count(), 4);
        QCOMPARE(pane.chosen_step(), 2);
        QCOMPARE(pane.table().selected_row(), 2);
        const QSignalSpy duel(&pane, &ProtectFirstPane::duel_requested);
        QPushButton* button = button_of(pane, "Duel");
        QVERIFY(button->isVisible() && button->text() == "Duel of 2 steps");
        button->click();
        QCOMPARE(duel.back()[0].toString(), "none,sec-ded-39-32@FC-1/CONV-2");
        // Another step by the keyboard in the table, or by a click into the picture.
        QTest::keyClick(&pane.table().view(), Qt::Key_Up);
        QCOMPARE(pane.chosen_step(), 1);
        emit pane.plot().step_clicked(3);
        QCOMPARE(pane.table().selected_row(), 3);
        button->click();
        QCOMPARE(duel.back()[0].toString(), "none,sec-ded-39-32@FC-1/CONV-2/FC-2");
        pane.choose_step(0);
        QVERIFY(!button->isEnabled() && !button->toolTip().isEmpty());
        pane.table().view().sortByColumn(1, Qt::DescendingOrder);
        QVERIFY(pane.table().copied_text().startsWith("Step\tProtected\tStorage, %"));
        pane.clear();
        QVERIFY(!pane.is_table_shown() && pane.sentence().isEmpty() && !button->isVisible());
    }

    void a_search_shows_how_far_it_is() {
        ProtectFirstPane pane;
        pane.resize(500, 300);
        pane.show();
        const auto* bar = pane.findChild<QProgressBar*>();
        QVERIFY(!bar->isVisible());
        pane.start(QStringLiteral("Protect first: layers"));
        pane.set_progress(0.25, QStringLiteral("0:12 left"));
        QVERIFY(bar->isVisible());
        QCOMPARE(bar->value() * 4, bar->maximum());
        const QSignalSpy stopped(&pane, &ProtectFirstPane::stop_requested);
        button_of(pane, "Stop")->click();
        QCOMPARE(stopped.size(), qsizetype(1));
        pane.finish();
        QVERIFY(!bar->isVisible());
    }

    void in_little_room_table_and_picture_take_turns() {
        ProtectFirstPane pane;
        pane.resize(300, 260);
        pane.show();
        pane.set_result(example(), QStringLiteral("title"));
        QVERIFY(!pane.is_table_shown() && pane.plot().isVisible());
        auto* other = field<QAbstractButton>(pane, "Table in place of the picture");
        QVERIFY(other->isVisible());
        other->click();
        QVERIFY(pane.is_table_shown() && !pane.plot().isVisible());
        pane.resize(400, 700);
        QTRY_VERIFY(pane.is_table_shown() && pane.plot().isVisible() && !other->isVisible());
    }

    void the_form_has_the_fields_of_the_search() {
        HardenPanel panel;
        HardenForm form;
        form.job = MethodJob::protect_first;
        form.first = {QStringLiteral("parity"), false, QStringLiteral("1e-5"), QStringLiteral("10"), 25};
        panel.set_form(form);
        panel.show();
        QVERIFY(panel.form() == form);
        QVERIFY(field<QLineEdit>(panel, "Fault rate")->isVisible());
        QVERIFY(!field<QComboBox>(panel, "Tuning images")->isVisible() && !field<QComboBox>(panel, "AUC axis")->isVisible());
        auto* protection = field<QComboBox>(panel, "Protection of stored words");
        QVERIFY(protection->isVisible() && protection->toolTip().contains("parity:"));
        QVERIFY(protection->findText("guard") >= 0 && protection->findText("clip") < 0 && protection->findText("none") < 0);
        for (int i = 0; i < protection->count(); ++i) QVERIFY(!protection->itemData(i, Qt::ToolTipRole).toString().isEmpty());
        field<QComboBox>(panel, "Chosen among")->setCurrentIndex(1);
        QVERIFY(panel.form().first.by_bits && !protection->isVisible());
        form.job = MethodJob::duel;
        panel.set_form(form);
        QVERIFY(!field<QLineEdit>(panel, "Fault rate")->isVisible() && !protection->isVisible());
        QVERIFY(field<QComboBox>(panel, "Tuning images")->isVisible());
    }
};

QTEST_MAIN(TestProtectFirst)
#include "test_protect_first.moc"
