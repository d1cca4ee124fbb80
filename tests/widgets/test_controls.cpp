#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCommandLinkButton>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <QtTest>

#include "controls/activity_log.h"
#include "controls/focus_ring.h"
#include "controls/image_grid.h"
#include "controls/lab_pane.h"
#include "controls/notice_bar.h"
#include "controls/number_field.h"
#include "controls/progress_strip.h"
#include "controls/question_box.h"
#include "controls/sensitivity_panel.h"
#include "controls/typed_numbers.h"
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
        form.layers = QStringLiteral("each");
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

    void what_is_offered_has_its_fields() {
        SensitivityPanel panel;
        const SensitivityForm usual = panel.form();
        panel.set_offered(
            {{QStringLiteral("rows"),
              QStringLiteral("bad rows"),
              QStringLiteral("So many rows fail."),
              true,
              true,
              {{QStringLiteral("words"), QStringLiteral("64"), QStringLiteral("Words in a row"), QStringLiteral("How long.")}}}});
        QVERIFY(panel.form() == usual);
        auto* job = field<QComboBox>(panel, QStringLiteral("Accuracy against"));
        auto* words = field<QLineEdit>(panel, QStringLiteral("Words in a row"));
        auto* counts = field<QLineEdit>(panel, QStringLiteral("Numbers of faults"));
        auto* rates = field<QLineEdit>(panel, QStringLiteral("Fault rates"));
        QVERIFY(job && words && counts && rates && !words->toolTip().isEmpty());
        QVERIFY(!job->itemData(job->count() - 1, Qt::ToolTipRole).toString().isEmpty());
        const auto is_there = [&](QWidget* one) { return one->isVisibleTo(&panel); };
        QVERIFY(!is_there(words) && is_there(rates));
        job->setCurrentIndex(job->findText(QStringLiteral("bad rows")));
        QVERIFY(is_there(words) && is_there(counts) && !is_there(rates));
        QSignalSpy changed(&panel, &SensitivityPanel::form_changed);
        words->setText(QStringLiteral("8"));
        QCOMPARE(changed.count(), 1);
        const SensitivityForm rows = panel.form();
        QVERIFY(rows.job == SensitivityJob::offered && rows.offered == QLatin1String("rows"));
        QCOMPARE(rows.own.value(QStringLiteral("words")), QStringLiteral("8"));
        panel.set_form(usual);
        QVERIFY(panel.form() == usual && !is_there(words));
        words->setText(QStringLiteral("9"));
        panel.set_form(rows);
        QVERIFY(panel.form() == rows && is_there(words));
    }

    void layers_are_chosen_or_typed() {
        SensitivityPanel panel;
        auto* layers = field<QComboBox>(panel, QStringLiteral("Layers"));
        QVERIFY(layers && layers->isEditable());
        SensitivityForm form;
        for (int i = 0; i < layers->count(); ++i) {
            layers->setCurrentIndex(i);
            const QString scopes = panel.form().layers;
            QVERIFY(!layers->itemData(i, Qt::ToolTipRole).toString().isEmpty());
            panel.set_form(form);
            form.layers = scopes;
            panel.set_form(form);
            QCOMPARE(layers->currentText(), layers->itemText(i));
            form = {};
        }
        layers->setEditText(QStringLiteral(" CONV-1+FC-1, network "));
        QCOMPARE(panel.form().layers, QStringLiteral("CONV-1+FC-1, network"));
        form.layers = QStringLiteral("BN-1");
        panel.set_form(form);
        QCOMPARE(layers->currentText(), QStringLiteral("BN-1"));
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

    void what_is_typed_stays_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        QTest::addRow("a text that an item begins with") << "Images"
                                                         << "100";
        QTest::addRow("a digit of an item") << "Bits"
                                            << "3";
        QTest::addRow("the beginning of a format") << "Number format"
                                                   << "int";
        QTest::addRow("other case") << "Number format"
                                    << "INT8";
    }

    // Completion made 1000 of a 100, 30 of a 3, and a job ran with it.
    void what_is_typed_stays() {
        QFETCH(QString, name);
        QFETCH(QString, text);
        SensitivityPanel panel;
        panel.show();
        auto* box = field<QComboBox>(panel, name);
        box->setFocus();
        box->lineEdit()->selectAll();
        QTest::keyClicks(box, text);
        QCOMPARE(box->currentText(), text);
        QTest::keyClick(box, Qt::Key_Tab);
        QVERIFY(!box->hasFocus());
        QCOMPARE(box->currentText(), text);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Return);
        QCOMPARE(box->currentText(), text);
    }

    void numbers_out_of_range_are_told_and_stay_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("is_right");
        for (const char* right : {"1", "50", "100000", " 7 ", "1e3", "10 000"}) QTest::addRow("%s", right) << QString(right) << true;
        for (const char* wrong : {"", "0", "100001", "200000", "-5", "1.5", "1,5", "1.000", "1,000", "50x", "many"})
            QTest::addRow("%s", wrong) << QString(wrong) << false;
    }

    void numbers_out_of_range_are_told_and_stay() {
        QFETCH(QString, text);
        QFETCH(bool, is_right);
        SensitivityPanel panel;
        panel.show();
        auto* trials = field<NumberField>(panel, QStringLiteral("Trials"));
        trials->setFocus();
        trials->selectAll();
        if (text.isEmpty())
            QTest::keyClick(trials, Qt::Key_Delete);
        else
            QTest::keyClicks(trials, text);
        QTest::keyClick(trials, Qt::Key_Tab);
        QCOMPARE(trials->text(), text);
        QCOMPARE(panel.is_valid(), is_right);
        QCOMPARE(button(panel, QStringLiteral("Run"))->isEnabled(), is_right);
        if (!is_right)
            QVERIFY2(panel.message().startsWith(QStringLiteral("Trials: “%1” is not a whole number from 1 to 100000").arg(text)),
                     qPrintable(panel.message()));
    }

    void numbers_are_stepped_within_their_range() {
        NumberField whole(NumberField::Kind::whole, 1, 3);
        QTest::keyClick(&whole, Qt::Key_Down);
        QCOMPARE(whole.text(), QStringLiteral("1"));
        for (int i = 0; i < 5; ++i) QTest::keyClick(&whole, Qt::Key_Up);
        QCOMPARE(whole.text(), QStringLiteral("3"));
        NumberField decimal(NumberField::Kind::decimal, 0, 1);
        decimal.set_step(0.001);
        decimal.set_value(0.005);
        QTest::keyClick(&decimal, Qt::Key_Up);
        QCOMPARE(decimal.text(), QStringLiteral("0.006"));
        NumberField side(NumberField::Kind::whole, 0, 4096);
        side.set_empty(0, QStringLiteral("as it is"));
        QCOMPARE(side.text(), QString());
        QCOMPARE(side.number(), std::optional(0.0));
        side.set_value(32);
        side.set_value(0);
        QCOMPARE(side.text(), QString());
    }

    void the_wheel_changes_no_field_that_it_only_passes() {
        SensitivityPanel panel;
        panel.show();
        const SensitivityForm before = panel.form();
        field<QLineEdit>(panel, QStringLiteral("Seed"))->setFocus();
        for (QWidget* widget : panel.findChildren<QWidget*>()) {
            if (qobject_cast<QComboBox*>(widget) == nullptr && qobject_cast<QAbstractSpinBox*>(widget) == nullptr) continue;
            QWheelEvent turn(QPointF(5, 5), widget->mapToGlobal(QPointF(5, 5)), {}, {0, -240}, Qt::NoButton, Qt::NoModifier,
                             Qt::NoScrollPhase, false);
            QApplication::sendEvent(widget, &turn);
        }
        QVERIFY(panel.form() == before);
    }

    void numbers_are_understood_with_point_and_comma() {
        QCOMPARE(typed_number(QStringLiteral("0,005")), std::optional(0.005));
        QCOMPARE(typed_number(QStringLiteral(" 1e-3 ")), std::optional(1e-3));
        QCOMPARE(typed_number(QStringLiteral("1,5e-3")), std::optional(1.5e-3));
        QVERIFY(!typed_number(QStringLiteral("1,000.5")));
        QVERIFY(!typed_number(QStringLiteral("1,2,3")));
        QVERIFY(!typed_number(QStringLiteral("nan")));
        QVERIFY(!typed_number({}));
    }

    void lists_are_understood_or_refused_with_a_word_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("with_points");  // where numbers have points; empty: refused
        QTest::addColumn<QString>("with_commas");
        const auto add = [](const char* typed, const char* with_points, const char* with_commas) {
            QTest::addRow("%s", typed) << QString(typed) << QString(with_points) << QString(with_commas);
        };
        add("1e-7,5e-7", "1e-7,5e-7", "1e-7,5e-7");
        add("0, 1e-6, 1e-5", "0,1e-6,1e-5", "0,1e-6,1e-5");
        add("0,1e-6,1e-5", "0,1e-6,1e-5", "");
        add("1,5e-7", "1,5e-7", "");
        add("1,5e-7; 3e-7", "1.5e-7,3e-7", "1.5e-7,3e-7");
        add("1.5e-7, 3e-7", "1.5e-7,3e-7", "1.5e-7,3e-7");
        add("1e-7 5e-7", "1e-7,5e-7", "1e-7,5e-7");
        add("0:1,5:16", "0:1.5:16", "0:1.5:16");
        add("1e-7 : 1e-4 : 7", "1e-7:1e-4:7", "1e-7:1e-4:7");
        add("0,5, 0,5", "0,5,0,5", "");
        add("0,5; 0,5", "0.5,0.5", "0.5,0.5");
        add("auto", "auto", "auto");
        add("", "", "");
    }

    void lists_are_understood_or_refused_with_a_word() {
        QFETCH(QString, typed);
        QFETCH(QString, with_points);
        QFETCH(QString, with_commas);
        const TypedList pointed = typed_list(typed, QLocale::c());
        QCOMPARE(pointed.text, with_points);
        QVERIFY(pointed.problem.isEmpty());
        const TypedList in_german = typed_list(typed, QLocale(QLocale::German));
        if (with_commas.isEmpty() && !typed.isEmpty())
            QVERIFY2(in_german.problem.contains(QStringLiteral("one number or two")), qPrintable(in_german.problem));
        else
            QCOMPARE(in_german.text, with_commas);
        QCOMPARE(typed_list(readable_list(with_points), QLocale(QLocale::German)).text, with_points);
    }

    // A number of trials, a width, or both: only what counts is there, and only that can be wrong.
    void a_job_runs_until_what_is_asked_for() {
        SensitivityPanel panel;
        panel.show();
        auto* until = field<QComboBox>(panel, QStringLiteral("Until"));
        auto* trials = field<NumberField>(panel, QStringLiteral("Trials"));
        auto* half_width = field<NumberField>(panel, QStringLiteral("Half-width"));
        QVERIFY(until && trials && half_width);
        QVERIFY(trials->isVisible() && !half_width->isVisible());
        QVERIFY(panel.form().until == Until::trials);
        until->setCurrentIndex(int(Until::precision));
        QVERIFY(!trials->isVisible() && half_width->isVisible());
        QCOMPARE(panel.form().half_width, 1.0);
        half_width->selectAll();
        QTest::keyClicks(half_width, QStringLiteral("0,5"));
        QCOMPARE(panel.form().half_width, 0.5);
        QVERIFY(panel.is_valid());
        half_width->selectAll();
        QTest::keyClicks(half_width, QStringLiteral("50"));
        QVERIFY(!panel.is_valid());
        QVERIFY2(panel.message().startsWith(QStringLiteral("Half-width: “50”")), qPrintable(panel.message()));
        until->setCurrentIndex(int(Until::trials));
        QVERIFY(panel.is_valid());
        until->setCurrentIndex(int(Until::both));
        QVERIFY(trials->isVisible() && half_width->isVisible());
        // Over bit positions there are trials alone.
        field<QComboBox>(panel, QStringLiteral("Accuracy against"))->setCurrentIndex(1);
        QVERIFY(trials->isVisible() && !half_width->isVisible() && !until->isVisible());
        QVERIFY(panel.form().until == Until::trials);
    }

    void a_running_job_leaves_the_form_open() {
        SensitivityPanel panel;
        panel.show();
        QSignalSpy stop(&panel, &SensitivityPanel::stop_requested);
        QSignalSpy run(&panel, &SensitivityPanel::run_requested);
        panel.set_running(true);
        QVERIFY(field<NumberField>(panel, QStringLiteral("Trials"))->isEnabled());
        button(panel, QStringLiteral("Add to queue"))->click();
        QCOMPARE(run.size(), 1);
        QTest::mouseClick(button(panel, QStringLiteral("Stop")), Qt::LeftButton);
        QCOMPARE(stop.size(), 1);
        panel.set_running(false);
        QVERIFY(button(panel, QStringLiteral("Run"))->isEnabled());
        QVERIFY(!button(panel, QStringLiteral("Stop"))->isVisible());
    }

    void what_is_missing_is_told_with_a_way_on() {
        SensitivityPanel panel;
        panel.show();
        QSignalSpy help(&panel, &SensitivityPanel::help_requested);
        panel.set_missing(QStringLiteral("There are no images yet."), QStringLiteral("Open some…"));
        QVERIFY(!button(panel, QStringLiteral("Run"))->isEnabled());
        QPushButton* open = button(panel, QStringLiteral("Open some…"));
        QVERIFY(open != nullptr && open->isVisible());
        open->click();
        QCOMPARE(help.size(), 1);
        panel.set_missing({});
        QVERIFY(button(panel, QStringLiteral("Run"))->isEnabled());
        QVERIFY(!open->isVisible());
    }

    void run_stays_in_sight_where_the_form_has_no_room() {
        SensitivityPanel panel;
        QFont large = panel.font();
        large.setPointSizeF(1.5 * large.pointSizeF());
        panel.setFont(large);
        panel.resize(panel.minimumSizeHint().width(), 300);
        panel.show();
        panel.set_running(true);
        QVERIFY2(panel.minimumSizeHint().height() <= 300, qPrintable(QString::number(panel.minimumSizeHint().height())));
        for (const char* text : {"Add to queue", "Stop"}) {
            const QPushButton* found = button(panel, QString::fromLatin1(text));
            QVERIFY2(panel.rect().contains(QRect(found->mapTo(&panel, QPoint()), found->size())), text);
        }
        // The last field comes into sight with the focus, and none is cut off at the side.
        const FocusRing ring;
        auto* device = field<QComboBox>(panel, QStringLiteral("Device"));
        panel.activateWindow();
        device->setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(device->hasFocus());
        QVERIFY(!device->visibleRegion().isEmpty());
        QCOMPARE(device->visibleRegion().boundingRect().size(), device->size());
    }

    void the_focus_is_framed() {
        QWidget window;
        auto* layout = new QVBoxLayout(&window);
        auto* first = new QToolButton;
        auto* second = new QPlainTextEdit;
        first->setFocusPolicy(Qt::TabFocus);
        layout->addWidget(first);
        layout->addWidget(second);
        const FocusRing ring;
        window.show();
        window.activateWindow();
        for (QWidget* widget : {static_cast<QWidget*>(first), static_cast<QWidget*>(second)}) {
            widget->setFocus(Qt::TabFocusReason);
            QTRY_VERIFY(ring.frame() != nullptr && ring.frame()->geometry().contains(widget->geometry()));
            const QImage with = window.grab().toImage();
            const_cast<QWidget*>(ring.frame())->hide();
            QVERIFY(window.grab().toImage() != with);
        }
    }

    void every_field_teaches() {
        SensitivityPanel panel;
        for (const char* name : {"Layers", "Images", "Non-finite outputs", "Device"}) {
            const auto* box = field<QComboBox>(panel, QString::fromLatin1(name));
            QVERIFY2(box && !box->toolTip().isEmpty(), name);
        }
        for (const char* name : {"Fault rates", "Seed"}) QVERIFY2(field<QLineEdit>(panel, QString::fromLatin1(name)), name);
        for (const char* name : {"Trials", "Workers"}) QVERIFY2(field<NumberField>(panel, QString::fromLatin1(name)), name);
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

    void strip_tells_of_paused_jobs_and_written_files() {
        ProgressStrip strip;
        strip.show();
        QSignalSpy go_on(&strip, &ProgressStrip::go_on_requested);
        QSignalSpy discard(&strip, &ProgressStrip::discard_requested);
        QSignalSpy folder(&strip, &ProgressStrip::folder_requested);
        QVERIFY(!button(strip, QStringLiteral("Go on"))->isVisible());
        strip.set_paused(QStringLiteral("Paused: Harden and 1 more wait."));
        button(strip, QStringLiteral("Go on"))->click();
        button(strip, QStringLiteral("Discard"))->click();
        QCOMPARE(go_on.size() + discard.size(), 2);
        strip.set_paused({});
        QVERIFY(!button(strip, QStringLiteral("Go on"))->isVisible());
        auto* written = strip.findChild<QToolButton*>();
        QVERIFY(!written->isVisible());
        strip.show_written(QStringLiteral("/somewhere/hardened.pt"));
        QVERIFY(written->isVisible() && written->text().contains(QStringLiteral("hardened.pt")));
        written->click();
        QCOMPARE(folder.value(0).value(0).toString(), QStringLiteral("/somewhere"));
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

    void a_question_is_somebodys() {
        QuestionBox box(QStringLiteral("A question"), QStringLiteral("Answer"), {});
        QuestionView view{.kind = QuestionView::Kind::choice, .ask = "Which?", .options = {"This", "That"}, .key = "Anna"};
        box.set_view(view);
        QVERIFY(!box.has_draft());
        for (QRadioButton* option : box.findChildren<QRadioButton*>())
            if (option->text() == "That") option->click();
        QVERIFY(box.has_draft());
        // Ben has not chosen anything; Anna's choice is there when she comes back.
        QuestionView bens = view;
        bens.key = QStringLiteral("Ben");
        box.set_view(bens);
        QVERIFY(!box.has_draft());
        for (const QRadioButton* option : box.findChildren<QRadioButton*>()) QVERIFY(!option->isChecked());
        box.set_view(view);
        QVERIFY(box.has_draft());
        const QSignalSpy replied(&box, &QuestionBox::replied);
        box.findChild<QPushButton*>()->click();
        QCOMPARE(replied.size(), qsizetype(1));
        QCOMPARE(replied[0][0].toString(), QStringLiteral("That"));
        view.reply = QStringLiteral("That");
        box.set_view(view);
        QVERIFY(!box.has_draft());
        // Numbers are taken with a comma or a point.
        QuestionView number{.kind = QuestionView::Kind::number, .ask = "How many?", .unit = "%", .key = "Anna"};
        box.set_view(number);
        box.findChild<QLineEdit*>()->setText(QStringLiteral("0,5"));
        box.findChild<QPushButton*>()->click();
        QCOMPARE(replied.size(), qsizetype(2));
        QCOMPARE(replied[1][0].toString(), QStringLiteral("0.5"));
        box.findChild<QLineEdit*>()->setText(QStringLiteral("many"));
        QVERIFY(!box.findChild<QPushButton*>()->isEnabled());
    }

    // The keys go down the step: what is asked first comes first, whenever its field was made.
    void tab_goes_down_a_step_of_a_lab() {
        LabPane pane;
        pane.resize(400, 600);
        pane.show();
        LabView view{.title = "A lab", .student = "Anna", .steps = {"One", "Two"}, .complete = {false, false}};
        view.has_prediction = view.has_question = true;
        view.action = QStringLiteral("Do it");
        for (int step = 0; step < 2; ++step) {
            view.step = step;
            const auto kind = step == 0 ? QuestionView::Kind::number : QuestionView::Kind::text;
            view.prediction = {.kind = kind, .ask = "Before?", .key = QString::number(step)};
            view.question = {.kind = QuestionView::Kind::choice, .ask = "After?", .options = {"A", "B"}, .key = QString::number(step)};
            pane.set_view(view);
            QCoreApplication::processEvents();  // new fields are shown
            QStringList order;
            QWidget* now = &pane;
            do {
                now = now->nextInFocusChain();
                if (!now->isVisible() || !(now->focusPolicy() & Qt::TabFocus)) continue;
                if (qobject_cast<QPlainTextEdit*>(now) || qobject_cast<QLineEdit*>(now)) order << "field";
                if (const auto* button = qobject_cast<QAbstractButton*>(now)) order << button->text();
            } while (now != &pane);
            const qsizetype first = order.indexOf("◀");
            std::rotate(order.begin(), order.begin() + first, order.end());
            QCOMPARE(order, (QStringList{"◀", "▶", "field", "Note it", "Do it", "A", "B", "Answer", "Hand in…", "Leave"}));
        }
    }

    void a_notice_is_there_until_it_is_put_away() {
        QWidget parent;
        NoticeBar notice(NoticeBar::Kind::warning, QStringLiteral("Mend it"), QStringLiteral("How"), &parent);
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
