#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCommandLinkButton>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QToolButton>
#include <QtTest>

#include "controls/activity_log.h"
#include "controls/image_grid.h"
#include "controls/notice_bar.h"
#include "controls/progress_strip.h"
#include "controls/sensitivity_panel.h"
#include "controls/welcome_pane.h"

using namespace clipscope;

namespace {

QPushButton* button(QWidget& parent, const QString& text) {
    for (QPushButton* candidate : parent.findChildren<QPushButton*>())
        if (QString(candidate->text()).remove(QLatin1Char('&')) == text) return candidate;
    return nullptr;
}

template <typename T>
T* field(QWidget& parent, const QString& accessible_name) {
    for (T* candidate : parent.findChildren<T*>())
        if (candidate->accessibleName() == accessible_name) return candidate;
    return nullptr;
}

// A stand-in for core's parser.
QString refuse_large_rates(const SensitivityForm& form) {
    return form.rates.toDouble() > 1 ? QStringLiteral("A fault rate is at most 1.") : QString();
}

}  // namespace

class TestControls : public QObject {
    Q_OBJECT

private slots:
    void form_goes_in_and_out() {
        SensitivityPanel panel;
        panel.set_max_threads(8);
        panel.set_devices({QStringLiteral("cpu"), QStringLiteral("cuda:0")});
        SensitivityForm form;
        form.layers = LayersChoice::checked;
        form.rates = QStringLiteral("1e-8,5e-8");
        form.trials = 7;
        form.images = QStringLiteral("first:123");
        form.seed = 18446744073709551615ULL;
        form.nonfinite = NonfiniteRule::argmax;
        form.threads = 3;
        form.device = QStringLiteral("cuda:0");
        panel.set_form(form);
        QVERIFY(panel.form() == form);
    }

    void formats_are_ticked_side_by_side() {
        SensitivityPanel panel;
        QSignalSpy changed(&panel, &SensitivityPanel::form_changed);
        auto* formats = field<QToolButton>(panel, QStringLiteral("Formats side by side"));
        QVERIFY(formats && !formats->toolTip().isEmpty());
        QMenu* menu = formats->menu();
        const auto box = [&](const QString& name) -> QCheckBox* {
            for (QCheckBox* candidate : menu->findChildren<QCheckBox*>())
                if (candidate->text() == name) return candidate;
            return nullptr;
        };
        field<QComboBox>(panel, QStringLiteral("Number format"))->setCurrentText(QStringLiteral("float32,Q2.5"));
        emit menu->aboutToShow();
        QVERIFY(box(QStringLiteral("float32"))->isChecked() && !box(QStringLiteral("int8"))->isChecked());
        box(QStringLiteral("int8"))->click();
        QCOMPARE(panel.form().format, QStringLiteral("float32, Q2.5, int8"));
        box(QStringLiteral("float32"))->click();
        QCOMPARE(panel.form().format, QStringLiteral("Q2.5, int8"));
        field<QComboBox>(panel, QStringLiteral("Number format"))->setCurrentText(QStringLiteral("int8"));
        box(QStringLiteral("int8"))->click();  // one there must be
        QCOMPARE(panel.form().format, QStringLiteral("int8"));
        QVERIFY(box(QStringLiteral("int8"))->isChecked());
        QVERIFY(changed.size() >= 4);
    }

    void automatic_rates_are_offered() {
        SensitivityPanel panel;
        auto* presets = field<QToolButton>(panel, QStringLiteral("Presets of fault rates"));
        presets->menu()->actions().first()->trigger();
        QCOMPARE(panel.form().rates, QStringLiteral("auto"));
    }

    void input_is_checked_as_it_is_typed() {
        SensitivityPanel panel;
        panel.set_validator(refuse_large_rates);
        QSignalSpy changed(&panel, &SensitivityPanel::form_changed);
        QSignalSpy run(&panel, &SensitivityPanel::run_requested);
        auto* rates = field<QLineEdit>(panel, QStringLiteral("Fault rates"));
        QVERIFY(rates);
        rates->setText(QStringLiteral("2"));
        QCOMPARE(changed.size(), 1);
        QVERIFY(!panel.is_valid());
        QCOMPARE(panel.message(), QStringLiteral("A fault rate is at most 1."));
        QVERIFY(!button(panel, QStringLiteral("Run"))->isEnabled());
        QTest::keyClick(rates, Qt::Key_Return);
        QCOMPARE(run.size(), 0);
        rates->setText(QStringLiteral("0.5"));
        QVERIFY(panel.is_valid());
        QVERIFY(panel.message().isEmpty());
        QTest::mouseClick(button(panel, QStringLiteral("Run")), Qt::LeftButton);
        QCOMPARE(run.size(), 1);
    }

    void seed_must_fit() {
        SensitivityPanel panel;
        auto* seed = field<QLineEdit>(panel, QStringLiteral("Seed"));
        seed->setText(QString());
        QVERIFY(!panel.is_valid());
        seed->setText(QStringLiteral("18446744073709551616"));
        QVERIFY(!panel.is_valid());
        seed->setText(QStringLiteral("18446744073709551615"));
        QVERIFY(panel.is_valid());
    }

    void running_locks_the_form() {
        SensitivityPanel panel;
        panel.show();
        QSignalSpy stop(&panel, &SensitivityPanel::stop_requested);
        panel.set_running(true);
        QVERIFY(!field<QSpinBox>(panel, QStringLiteral("Trials"))->isEnabled());
        QVERIFY(!button(panel, QStringLiteral("Run"))->isVisible());
        QTest::mouseClick(button(panel, QStringLiteral("Stop")), Qt::LeftButton);
        QCOMPARE(stop.size(), 1);
        panel.set_running(false);
        QVERIFY(button(panel, QStringLiteral("Run"))->isEnabled());
        panel.set_ready(false);
        QVERIFY(!button(panel, QStringLiteral("Run"))->isEnabled());
    }

    void every_field_teaches() {
        SensitivityPanel panel;
        for (const char* name : {"Layers", "Images", "Non-finite outputs", "Device"}) {
            const auto* box = field<QComboBox>(panel, QString::fromLatin1(name));
            QVERIFY2(box && !box->toolTip().isEmpty(), name);
        }
        for (const char* name : {"Fault rates", "Seed"}) QVERIFY2(field<QLineEdit>(panel, QString::fromLatin1(name)), name);
        for (const char* name : {"Trials", "Workers"}) QVERIFY2(field<QSpinBox>(panel, QString::fromLatin1(name)), name);
    }

    void strip_shows_progress() {
        ProgressStrip strip;
        strip.show();
        auto* bar = strip.findChild<QProgressBar*>();
        QVERIFY(!bar->isVisible());
        QSignalSpy stop(&strip, &ProgressStrip::stop_requested);
        strip.start(QStringLiteral("Measuring the clean accuracy"));
        QCOMPARE(bar->maximum(), 0);  // busy
        strip.set_progress({1204, 2800, 41, "CONV-4"});
        QCOMPARE(bar->value(), 430);
        QStringList texts;
        for (const QLabel* label : strip.findChildren<QLabel*>()) texts.append(label->text());
        QVERIFY(texts.contains(QStringLiteral("1,204 of 2,800 · CONV-4")));
        QVERIFY(texts.contains(QStringLiteral("0:00 · 0:41 left")));
        QTest::mouseClick(button(strip, QStringLiteral("Stop")), Qt::LeftButton);
        QCOMPARE(stop.size(), 1);
        strip.set_stopping();
        QVERIFY(!button(strip, QStringLiteral("Stop"))->isEnabled());
        strip.finish(QStringLiteral("Stopped"));
        QVERIFY(!strip.is_running());
        strip.set_progress({1, 2, 3, "late"});  // of a job that is over
        QVERIFY(!bar->isVisible());
    }

    void log_keeps_lines_with_their_time() {
        ActivityLog log;
        QCOMPARE(log.line_count(), 0);
        log.append(QStringLiteral("a <b> & c"));
        log.append_error(QStringLiteral("no such file"));
        QCOMPARE(log.line_count(), 2);
        const QStringList lines = log.text().split(QLatin1Char('\n'));
        QVERIFY(QRegularExpression(QStringLiteral("^\\d\\d:\\d\\d:\\d\\d\\s+a <b> & c$")).match(lines[0]).hasMatch());
        QVERIFY(lines[1].endsWith(QStringLiteral("Error: no such file")));
        log.copy();
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("no such file")));
        log.clear();
        QCOMPARE(log.line_count(), 0);
    }

    void a_notice_is_there_until_it_is_put_away() {
        QWidget parent;
        NoticeBar notice(QStringLiteral("Mend it"), QStringLiteral("How"), &parent);
        parent.show();
        QVERIFY(!notice.isVisible());
        notice.set_text(QStringLiteral("<b>Something</b> is wrong"));
        QVERIFY(notice.isVisible());
        QCOMPARE(notice.text(), QStringLiteral("<b>Something</b> is wrong"));
        QSignalSpy asked(&notice, &NoticeBar::action_requested);
        button(notice, QStringLiteral("Mend it"))->click();
        QCOMPARE(asked.size(), 1);
        notice.findChild<QToolButton*>()->click();
        QVERIFY(!notice.isVisible());
        notice.set_text(QStringLiteral("Again"));
        QVERIFY(notice.isVisible());
        notice.set_text({});
        QVERIFY(!notice.isVisible());
    }

    void right_and_wrong_images_differ_in_more_than_colour() {
        QImage pixels(8, 8, QImage::Format_RGB888);
        pixels.fill(Qt::darkCyan);
        ImageGrid grid;
        grid.resize(grid.sizeHint());
        // Black and white, without a palette of its own: what still differs is not colour.
        QPalette plain(Qt::white);
        plain.setColor(QPalette::Base, Qt::white);
        plain.setColor(QPalette::Text, Qt::black);
        grid.setPalette(plain);
        grid.set_images({{pixels, "cat", "cat, 98 %", true}});
        const QImage right = grid.grab().toImage().convertToFormat(QImage::Format_Mono);
        grid.set_images({{pixels, "cat", "cat, 98 %", false}});
        QVERIFY(grid.grab().toImage().convertToFormat(QImage::Format_Mono) != right);
        QCOMPARE(grid.accessibleDescription(), QStringLiteral("cat, taken for cat, 98 %, wrong"));
        grid.set_message(QStringLiteral("Reading images…"), true);
        QCOMPARE(grid.images().size(), std::size_t(1));
        QVERIFY(grid.accessibleDescription().startsWith(QStringLiteral("Reading images…")));
    }

    void welcome_offers_the_networks() {
        WelcomePane pane;
        QVERIFY(!button(pane, QStringLiteral("Run a first study"))->isEnabled());
        pane.set_networks({{"lenet5", "LeNet-5", "small"}, {"alexnet", "AlexNet", "larger"}});
        pane.set_networks({{"lenet5", "LeNet-5", "small"}, {"alexnet", "AlexNet", "larger"}});
        QCOMPARE(pane.findChildren<QCommandLinkButton*>().size(), 2);
        QSignalSpy first(&pane, &WelcomePane::first_study_requested);
        QSignalSpy chosen(&pane, &WelcomePane::network_chosen);
        QSignalSpy model(&pane, &WelcomePane::open_model_requested);
        QSignalSpy data(&pane, &WelcomePane::open_data_requested);
        button(pane, QStringLiteral("Run a first study"))->click();
        pane.findChildren<QCommandLinkButton*>()[1]->click();
        button(pane, QStringLiteral("Open a model…"))->click();
        button(pane, QStringLiteral("Open a data folder…"))->click();
        QCOMPARE(first.value(0).value(0).toString(), QStringLiteral("lenet5"));
        QCOMPARE(chosen.value(0).value(0).toString(), QStringLiteral("alexnet"));
        QCOMPARE(model.size(), 1);
        QCOMPARE(data.size(), 1);
    }
};

QTEST_MAIN(TestControls)
#include "test_controls.moc"
