#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include "controls/harden_panel.h"
#include "controls/number_field.h"

using namespace clipscope;

namespace {

template <typename T>
T* field(QWidget& parent, const char* accessible_name) {
    for (T* candidate : parent.findChildren<T*>())
        if (candidate->accessibleName() == QLatin1String(accessible_name)) return candidate;
    return nullptr;
}

QPushButton* button(QWidget& parent, const char* text) {
    for (QPushButton* candidate : parent.findChildren<QPushButton*>())
        if (QString(candidate->text()).remove(QLatin1Char('&')) == QLatin1String(text)) return candidate;
    return nullptr;
}

HardenForm unusual_form() {
    HardenForm form;
    form.job = MethodJob::sweep;
    form.site = QStringLiteral("ACT-2");
    form.grid = QStringLiteral("0.1:1:4");
    form.tuning_images = QStringLiteral("first:77");
    form.images = QStringLiteral("all");
    form.rates = QStringLiteral("1e-6:1e-3:5");
    form.trials = 7;
    form.algorithm = SearchAlgorithm::literal;
    form.n = 9;
    form.m = 4;
    form.delta = 0.0125;
    form.scope = SearchScope::everywhere;
    form.greedy = true;
    form.auc_axis = AucAxis::log10;
    form.seed = 18446744073709551615ULL;
    form.nonfinite = NonfiniteRule::argmax;
    form.threads = 3;
    return form;
}

}  // namespace

class TestHardenPanel : public QObject {
    Q_OBJECT

private slots:
    void form_goes_in_and_out() {
        HardenPanel panel;
        panel.set_max_threads(8);
        panel.set_sites({QStringLiteral("ACT-1"), QStringLiteral("ACT-2")});
        const HardenForm form = unusual_form();
        panel.set_form(form);
        QVERIFY(panel.form() == form);
        QVERIFY(!(panel.form() == HardenForm()));
    }

    void only_the_fields_of_the_job_are_shown() {
        HardenPanel panel;
        panel.set_sites({QStringLiteral("ACT-1")});
        panel.show();
        const auto choose = [&](MethodJob job) {
            HardenForm form;
            form.job = job;
            panel.set_form(form);
        };
        choose(MethodJob::harden);
        QVERIFY(field<QComboBox>(panel, "Algorithm")->isVisible());
        QVERIFY(!field<QComboBox>(panel, "Site")->isVisible());
        choose(MethodJob::sweep);
        QVERIFY(!field<QComboBox>(panel, "Algorithm")->isVisible());
        QVERIFY(field<QComboBox>(panel, "Site")->isVisible());
        QVERIFY(field<QLineEdit>(panel, "Thresholds")->isVisible());
        choose(MethodJob::compare);
        QVERIFY(field<QComboBox>(panel, "Evaluation images")->isVisible());
        QVERIFY(!field<QCheckBox>(panel, "Greedy")->isVisible());
        choose(MethodJob::profile);
        QVERIFY(!field<QComboBox>(panel, "AUC axis")->isVisible());
        QVERIFY(field<QComboBox>(panel, "Tuning images")->isVisible());
        QVERIFY(field<QComboBox>(panel, "Site")->isVisible());
        QVERIFY(!field<QLineEdit>(panel, "Thresholds")->isVisible());
    }

    void protections_are_typed_or_ticked() {
        HardenPanel panel;
        HardenForm form;
        form.job = MethodJob::duel;
        form.protections = QStringLiteral("none, guard");
        panel.set_form(form);
        panel.show();
        auto* line = field<QLineEdit>(panel, "Protections");
        QVERIFY(line && line->isVisible());
        auto* choose = field<QToolButton>(panel, "Choose protections");
        QVERIFY(choose);
        QMenu* menu = choose->menu();
        emit menu->aboutToShow();
        const auto action = [&](const QString& id) {
            for (QAction* one : menu->actions())
                if (one->text() == id) return one;
            return static_cast<QAction*>(nullptr);
        };
        QVERIFY(action("guard")->isChecked() && !action("clip-channel")->isChecked());
        for (QAction* one : menu->actions()) QVERIFY2(!one->toolTip().isEmpty() && one->toolTip() != one->text(), qPrintable(one->text()));
        action("clip-channel")->trigger();
        action("none")->trigger();
        QCOMPARE(panel.form().protections, QStringLiteral("guard, clip-channel"));
    }

    void settings_of_the_search_are_checked_as_they_are_typed() {
        HardenPanel panel;
        QVERIFY(panel.is_valid());
        auto* m = field<NumberField>(panel, "M, the fewest iterations");
        QVERIFY(m);
        QSignalSpy changed(&panel, &JobPanel::form_changed);
        m->set_value(5);
        QCOMPARE(changed.size(), 1);
        QVERIFY(!panel.is_valid());
        QVERIFY(panel.message().contains(QStringLiteral("M must be smaller than N")));
        QVERIFY(!button(panel, "Run")->isEnabled());
        field<NumberField>(panel, "N, the most iterations")->set_value(6);
        QVERIFY(panel.is_valid());
        // Settings that the job does not use cannot be in the way.
        m->set_value(50);
        QVERIFY(!panel.is_valid());
        field<QComboBox>(panel, "Job")->setCurrentIndex(0);
        QVERIFY(panel.is_valid());
    }

    void sweeps_need_a_site() {
        HardenPanel panel;
        HardenForm form;
        form.job = MethodJob::sweep;
        panel.set_form(form);
        QVERIFY(!panel.is_valid());
        panel.set_sites({QStringLiteral("ACT-1"), QStringLiteral("ACT-2")});
        QVERIFY(panel.is_valid());
        panel.select_site(QStringLiteral("ACT-2"));
        QCOMPARE(panel.form().site, QStringLiteral("ACT-2"));
        panel.select_site(QStringLiteral("nobody"));
        QCOMPARE(panel.form().site, QStringLiteral("ACT-2"));
        panel.set_sites({QStringLiteral("ACT-0"), QStringLiteral("ACT-2")});
        QCOMPARE(panel.form().site, QStringLiteral("ACT-2"));
    }

    void a_validator_may_object() {
        HardenPanel panel;
        panel.set_validator([](const HardenForm& form) {
            return form.rates == QLatin1String("2") ? QStringLiteral("A fault rate is at most 1.") : QString();
        });
        QSignalSpy run(&panel, &JobPanel::run_requested);
        auto* rates = field<QLineEdit>(panel, "Fault rates");
        rates->setText(QStringLiteral("2"));
        QCOMPARE(panel.message(), QStringLiteral("A fault rate is at most 1."));
        QTest::keyClick(rates, Qt::Key_Return);
        QCOMPARE(run.size(), 0);
        rates->setText(QStringLiteral("auto"));
        QTest::keyClick(rates, Qt::Key_Return);
        QCOMPARE(run.size(), 1);
    }

    void delta_takes_a_comma_and_any_number_of_digits() {
        HardenPanel panel;
        panel.show();
        auto* delta = field<NumberField>(panel, "delta, the AUC change that counts as none");
        for (const auto& [typed, expected] : {std::pair("0,00025", 0.00025), std::pair("0.00001", 0.00001), std::pair("1e-3", 0.001)}) {
            delta->setFocus();
            delta->selectAll();
            QTest::keyClicks(delta, QString::fromLatin1(typed));
            QTest::keyClick(delta, Qt::Key_Tab);
            QCOMPARE(delta->text(), QString::fromLatin1(typed));
            QVERIFY(panel.is_valid());
            QCOMPARE(panel.form().delta, expected);
        }
        delta->set_value(2);
        QVERIFY(panel.message().contains(QStringLiteral("“2” is not a number from 0 to 1")));
    }

    void every_field_teaches() {
        HardenPanel panel;
        int fields = 0;
        for (const QWidget* widget : panel.findChildren<QWidget*>()) {
            const bool is_field = qobject_cast<const QComboBox*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget) ||
                                  qobject_cast<const QCheckBox*>(widget);
            if (!is_field) continue;
            ++fields;
            QVERIFY(!widget->toolTip().isEmpty());
            QVERIFY(!widget->accessibleName().isEmpty());
        }
        QVERIFY(fields >= 13);
    }
};

QTEST_MAIN(TestHardenPanel)
#include "test_harden_panel.moc"
