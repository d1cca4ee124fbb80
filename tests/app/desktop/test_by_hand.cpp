// Threshold and rate by hand: the real window on the bundled LeNet-5, with the real engine.
#include <qcustomplot.h>

#include <QComboBox>
#include <QSlider>

#include "campaign/thresholds_file.h"
#include "common/text_file.h"
#include "controls/image_grid.h"
#include "controls/number_field.h"
#include "controls/threshold_pane.h"
#include "job_forms.h"
#include "latency_probe.h"
#include "network/bundled_networks.h"
#include "plots/activation_plot.h"
#include "plots/auc_threshold_plot.h"
#include "rate_window.h"
#include "tables/site_table.h"
#include "threshold_presenter.h"
#include "window_desk.h"

using namespace clipscope;

namespace {

constexpr int patience = 60'000;

bool are_equal(const MeasuredAuc& a, const MeasuredAuc& b) {
    return a.auc == b.auc && a.clean_accuracy == b.clean_accuracy && a.accuracies == b.accuracies && a.trial_aucs == b.trial_aucs &&
           a.ci95->low == b.ci95->low && a.ci95->high == b.ci95->high;
}

void press(QWidget& parent, const QString& text) {
    QPushButton* one = button(parent, text);
    QVERIFY2(one != nullptr && one->isEnabled(), qPrintable(text));
    one->click();
}

}  // namespace

class TestByHand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("Fashion-MNIST is not here");
    }

    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        remember_in(*folder_);
    }

    void the_pane_says_what_it_lacks() {
        Desk desk(core_engine());
        desk.action("&Threshold by hand…")->trigger();
        QVERIFY(button(desk.part<ThresholdPane>(), "Begin")->isHidden());
        QVERIFY(!desk.part<ActivationPlot>().effective_view().by_hand);
    }

    void at_rest_it_is_the_sweep() {
        Desk desk(core_engine());
        begin(desk);
        auto& hand = desk.part<ThresholdPresenter>();
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest() && hand.latest()->is_final, patience);
        const float act_max = hand.latest()->threshold;  // where it begins
        QCOMPARE(desk.part<ActivationPlot>().effective_view().by_hand, std::optional(act_max));
        // Typed, with the line and the shaded part at once.
        const float threshold = 0.625F * act_max;
        auto& field = *desk.part<ThresholdPane>().findChild<NumberField*>();
        field.findChild<QLineEdit*>()->setText(QString::number(double(threshold), 'g', 9));
        QCOMPARE(desk.part<ActivationPlot>().effective_view().by_hand, std::optional(threshold));
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest()->threshold == threshold && hand.latest()->is_final, patience);
        QVERIFY(desk.part<ThresholdPane>().state().startsWith("final: as sweep gives it (5 trials, 100 images)"));
        // The study's own sweep.
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::sweep;
        form.grid = "0.625:0.625:1";
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<HardenPanel>().run_requested();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        QCOMPARE(desk.errors, QStringList());
        const SiteSweep& sweep = *desk.window.jobs().tuning().sweep(1);
        QCOMPARE(sweep.points.size(), std::size_t(1));
        QCOMPARE(sweep.points.front().threshold, threshold);
        QVERIFY(are_equal(sweep.points.front().measured, hand.latest()->measured));
        QCOMPARE(desk.part<ThresholdPane>().tried()->auc, sweep.points.front().measured.auc);
    }

    void a_line_is_dragged_and_stepped() {
        Desk desk(core_engine());
        begin(desk);
        auto& hand = desk.part<ThresholdPresenter>();
        auto& panel = desk.part<AucThresholdPlot>();
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest() && hand.latest()->is_final, patience);
        QTRY_VERIFY(panel.plot().findChild<QCPItemStraightLine*>("by-hand-line"));
        const float before = *panel.effective_view().by_hand;
        const QCPRange axis = panel.plot().xAxis->range();
        const auto at = [&](float threshold) {
            return QPoint(int(panel.plot().xAxis->coordToPixel(double(threshold))), panel.plot().axisRect()->center().y());
        };
        LatencyProbe probe;
        probe.start();
        QTest::mousePress(&panel.plot(), Qt::LeftButton, {}, at(before));
        int answers = 0;
        float latest = before;
        for (int i = 1; i <= 40; ++i) {
            QMouseEvent move(QEvent::MouseMove, at(before * (1 - 0.015F * float(i))), panel.plot().mapToGlobal(QPointF(at(before))),
                             Qt::LeftButton, Qt::LeftButton, {});
            QApplication::sendEvent(&panel.plot(), &move);
            QTest::qWait(16);
            answers += hand.latest()->threshold != latest;
            latest = hand.latest()->threshold;
        }
        QTest::mouseRelease(&panel.plot(), Qt::LeftButton, {}, at(before * 0.4F));
        probe.stop();
        qInfo("dragging: longest turn %.0f ms, 99 %% %.0f ms, answers at %d of 40 places", probe.longest_gap_ms(), probe.quantile_ms(0.99),
              answers);
        QVERIFY2(probe.quantile_ms(0.99) < 100, probe.report().constData());
        QVERIFY(answers >= 3);
        const float dragged = *panel.effective_view().by_hand;
        QVERIFY(std::abs(dragged / before - 0.4F) < 0.02F);
        QCOMPARE(panel.plot().xAxis->range(), axis);
        QVERIFY(panel.is_following());
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest()->threshold == dragged && hand.latest()->is_final, patience);
        QVERIFY(panel.effective_view().points_by_hand.size() >= 2);
        // Beside the line the axes move, as ever; the arrows move the line.
        QTest::keyClick(&panel.plot(), Qt::Key_Right);
        const float stepped = *panel.effective_view().by_hand;
        QVERIFY(stepped > dragged && stepped < dragged + 0.011F * before);
        QTest::keyClick(&panel.plot(), Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(*panel.effective_view().by_hand < stepped);
        QCOMPARE(panel.plot().xAxis->range(), axis);
        press(desk.part<ThresholdPane>(), "Done");
        QVERIFY(!panel.effective_view().by_hand && !hand.is_ready());
    }

    void a_kept_threshold_goes_everywhere() {
        Desk desk(core_engine());
        begin(desk);
        auto& hand = desk.part<ThresholdPresenter>();
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest() && hand.latest()->is_final, patience);
        auto& field = *desk.part<ThresholdPane>().findChild<NumberField*>();
        field.findChild<QLineEdit*>()->setText("2.5");
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest()->threshold == 2.5F && hand.latest()->is_final, patience);
        const double auc = hand.latest()->measured.auc;
        press(desk.part<ThresholdPane>(), "Keep this T");
        QCOMPARE(desk.part<ActivationPlot>().view().threshold, std::optional(2.5F));
        desk.path = folder_->filePath("thresholds.json");
        QVERIFY(desk.action("Sa&ve thresholds…")->isEnabled());
        desk.action("Sa&ve thresholds…")->trigger();
        const ThresholdsFile saved = thresholds_from_json(read_text_file(desk.path.toStdString()), "saved");
        QCOMPARE(saved.sites.size(), std::size_t(4));
        QVERIFY(saved.sites[1].by_hand && saved.sites[1].threshold == 2.5F && saved.sites[1].auc_after == auc);
        QVERIFY(!saved.sites[0].by_hand && saved.sites[0].threshold == *saved.sites[0].act_max);
        // A comparison has it, too.
        HardenForm form = desk.part<HardenPanel>().form();
        form.job = MethodJob::compare;
        form.images = "60";
        form.trials = 2;
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<HardenPanel>().run_requested();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        QCOMPARE(desk.window.jobs().curves().curves.size(), std::size_t(3));
        QVERIFY(desk.window.desk().jobs().back().settings.thresholds.find("\"chosen_by\": \"hand\"") != std::string::npos);
        QCOMPARE(desk.errors, QStringList());
    }

    void algorithm_1_searches_the_same_site() {
        Desk desk(core_engine());
        begin(desk);
        auto& hand = desk.part<ThresholdPresenter>();
        QTRY_VERIFY_WITH_TIMEOUT(hand.latest(), patience);
        press(desk.part<ThresholdPane>(), "Let Algorithm 1 search");
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        const TuningResult& found = desk.window.jobs().tuning();
        QCOMPARE(found.searches.size(), std::size_t(1));
        QCOMPARE(found.searches.front().site, 1);
        QVERIFY(found.searches.front().hardened);
        // Such a job says what it is about, and is put into no form, which would make one of all sites of it.
        const JobSettings settings = desk.window.desk().jobs().back().settings;
        QCOMPARE(settings.site, std::string("ACT-2"));
        QVERIFY(!JobForms::has_form(settings));
        QVERIFY(desk.part<AucThresholdPlot>().view().points.size() >= 4);
        QVERIFY(desk.part<AucThresholdPlot>().effective_view().by_hand);
        QCOMPARE(desk.errors, QStringList());
    }

    void the_rate_at_rest_is_the_campaigns_trial() {
        Desk desk(core_engine());
        open(desk);
        SensitivityForm form = desk.panel().form();
        form.layers = "network";
        form.images = "200";
        form.rates = "2e-5";
        form.trials = 3;
        form.seed = 5;
        form.threads = 2;
        desk.panel().set_form(form);
        desk.action("Rate &by hand…")->trigger();
        auto& window = desk.part<RateWindow>();
        QTRY_VERIFY_WITH_TIMEOUT(window.latest() && window.latest()->is_final, patience);
        auto* fields = &window;
        const auto field = [&](const char* name) -> NumberField& {
            for (NumberField* one : fields->findChildren<NumberField*>())
                if (one->accessibleName() == QLatin1String(name)) return *one;
            throw std::logic_error("no such field");
        };
        field("Trial").findChild<QLineEdit*>()->setText("2");
        field("Fault rate per stored bit").findChild<QLineEdit*>()->setText("2e-5");
        const auto is_there = [&](double rate) {
            return window.latest()->rate == rate && window.latest()->trial == 2 && window.latest()->is_final;
        };
        QTRY_VERIFY_WITH_TIMEOUT(is_there(2e-5), patience);
        const HandRate found = *window.latest();
        desk.action("&Run")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.jobs().running(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window.jobs().running(), patience);
        const AccuracyCurve& curve = desk.window.jobs().curves().curves.front();
        QVERIFY(curve.trials.front().at(2).outcome == found.outcome);
        QCOMPARE(curve.trials.front().at(2).faults, found.faults);
        QVERIFY(curve.info.clean == found.clean);
        // Exactly one more bit, and back.
        press(window, "Next bit");
        QTRY_VERIFY_WITH_TIMEOUT(window.latest()->faults == found.faults + 1 && window.latest()->is_final, patience);
        press(window, "One bit fewer");
        QTRY_VERIFY_WITH_TIMEOUT(window.latest()->faults == found.faults && window.latest()->is_final, patience);
        QCOMPARE(window.findChild<ImageGrid*>()->images().size(), std::size_t(12));
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<ActivationPlot*>()->view().faulty != nullptr, patience);
        // All the way up: the network is dead, and what is shown says so.
        auto& slider = *window.findChild<QSlider*>();
        slider.setValue(slider.maximum());
        QTRY_VERIFY_WITH_TIMEOUT(is_there(0.01), patience);
        QVERIFY(window.latest()->outcome.correct < window.latest()->clean.correct / 2);
        slider.setValue(0);
        QTRY_VERIFY_WITH_TIMEOUT(is_there(0), patience);
        QVERIFY(window.latest()->faults == 0 && window.latest()->outcome == window.latest()->clean);
        QCOMPARE(desk.errors, QStringList());
    }

private:
    static void open(Desk& desk) {
        desk.window.resize(1600, 1000);
        desk.window.open_model("bundled:lenet5");
        QTRY_VERIFY_WITH_TIMEOUT(desk.window.laboratory().is_ready(), patience);
    }

    // The second site, small settings.
    static void begin(Desk& desk) {
        open(desk);
        HardenForm form = desk.part<HardenPanel>().form();
        form.tuning_images = "100";
        form.rates = "1e-5, 1e-4, 1e-3";
        form.trials = 5;
        form.threads = 2;
        form.n = 3;
        form.m = 1;
        desk.part<HardenPanel>().set_form(form);
        emit desk.part<SiteTable>().site_selected("ACT-2");
        QCOMPARE(desk.window.laboratory().selected_site(), QString("ACT-2"));
        desk.action("&Threshold by hand…")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(desk.part<ThresholdPresenter>().is_ready(), patience);
        QCOMPARE(desk.errors, QStringList());
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_MAIN(TestByHand)
#include "test_by_hand.moc"
