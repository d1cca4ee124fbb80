// From results to what the widgets show: names, looks, titles.
#include <QTest>
#include <set>

#include "result_views.h"

using namespace clipscope;

namespace {

CurveSummary curve(const std::string& layer, int right = 90) {
    CurveSummary made;
    made.info.layer = layer;
    made.info.clean = {.images = 100, .correct = right, .correct_argmax = right};
    return made;
}

CampaignSummary campaign(const std::vector<std::string>& layers, const std::string& format = "float32", int right = 90) {
    CampaignSummary all;
    all.info.model = "fake";
    all.info.trials = 5;
    all.info.memory.format = NumberFormat::parse(format);
    for (const std::string& layer : layers) all.curves.push_back(curve(layer, right));
    return all;
}

JobRecord job(JobKind kind, const std::string& layers = "each,network") {
    JobRecord made;
    made.settings.kind = kind;
    made.settings.layers = layers;
    made.settings.rates = "1e-7:1e-3:9";
    made.settings.trials = 20;
    return made;
}

}  // namespace

class TestResultViews : public QObject {
    Q_OBJECT

private slots:
    // Whatever else a job measures.
    void a_layer_keeps_its_color_between_jobs() {
        const PartNames parts{"CONV-1", "CONV-2", "FC-1", "BN-1"};
        const AccuracyView one = accuracy_view(campaign({"CONV-1", "CONV-2", "FC-1", "network"}), {}, parts);
        const AccuracyView other = accuracy_view(campaign({"network", "FC-1", "CONV-1+FC-1", "BN-1", "batch-norm"}), {}, parts);
        QCOMPARE(one.series[2].layer, std::optional(2));
        QCOMPARE(other.series[1].layer, std::optional(2));
        QCOMPARE(one.series[3].layer, std::optional(AccuracySeries::whole_network));
        QCOMPARE(other.series[0].layer, std::optional(AccuracySeries::whole_network));
        QCOMPARE(other.series[3].layer, std::optional(3));
        QVERIFY(*other.series[2].layer > 3 && *other.series[4].layer > 3);
        // A file of results does not know the network, but what it names.
        QCOMPARE(accuracy_view(campaign({"FC-1", "CONV-2"})).series[0].layer, std::optional(2));
        QCOMPARE(parts_of(campaign({"FC-1+CONV-2", "ACT-3", "network", "batch-norm"})), (PartNames{"CONV-1", "CONV-2", "FC-1", "ACT-3"}));
    }

    void dash_tells_the_format_and_the_protection() {
        const AccuracyView int8 = accuracy_view(campaign({"CONV-1"}, "int8"));
        const AccuracyView float32 = accuracy_view(campaign({"CONV-1"}));
        QCOMPARE(int8.series[0].layer, float32.series[0].layer);
        QVERIFY(int8.series[0].variant != float32.series[0].variant);
        const AccuracyView both = accuracy_view(campaign({"CONV-1"}), {campaign({"CONV-1"}, "int8")});
        QCOMPARE(both.series[1].variant, int8.series[0].variant);

        CampaignSummary compared = campaign({"network", "network", "network"});
        compared.curves[1].info.protection = Protection::clip_actmax;
        compared.curves[2].info.protection = Protection::clip_tuned;
        const AccuracyView view = accuracy_view(compared);
        QCOMPARE(view.series[0].variant, 0);
        QCOMPARE(view.series[1].variant, 1);
        QCOMPARE(view.series[2].variant, 2);

        // The same layer in the same format twice: another seed. It must still be told apart.
        CampaignSummary other_seed = campaign({"CONV-1"});
        other_seed.info.seed = 2;
        const AccuracyView seeds = accuracy_view(campaign({"CONV-1"}), {other_seed});
        QVERIFY(seeds.series[0].variant != seeds.series[1].variant);
    }

    void each_clean_accuracy_has_a_line() {
        QCOMPARE(accuracy_view(campaign({"CONV-1", "network"})).clean.size(), std::size_t(1));
        QCOMPARE(accuracy_view(campaign({"CONV-1", "network"})).clean[0].name, QString());
        const AccuracyView formats = accuracy_view(campaign({"CONV-1"}), {campaign({"CONV-1"}, "int8", 88)});
        QCOMPARE(formats.clean.size(), std::size_t(2));
        QCOMPARE(formats.clean[0].accuracy, 0.9);
        QVERIFY(formats.clean[0].name.contains("float32"));
        QCOMPARE(formats.clean[1].accuracy, 0.88);
        QVERIFY(formats.clean[1].name.contains("int8"));
        CampaignSummary compared = campaign({"network", "network", "network"});
        compared.curves[1].info.protection = Protection::clip_actmax;
        compared.curves[2].info.protection = Protection::clip_tuned;
        compared.curves[2].info.clean.correct = 87;
        const AccuracyView view = accuracy_view(compared);
        QCOMPARE(view.clean.size(), std::size_t(2));
        QCOMPARE(view.clean[0].name, QString("unprotected, ACT_max"));
        QCOMPARE(view.clean[1].name, QString("tuned T"));
    }

    void titles_tell_jobs_apart() {
        JobRecord one = job(JobKind::sensitivity);
        QCOMPARE(job_title(one), QString("Sensitivity: each, network · rates 1e-7:1e-3:9 · 20 trials · lenet5"));
        std::set<QString> titles{job_title(one)};
        JobRecord layers = job(JobKind::sensitivity, "CONV-1,CONV-2,CONV-3,CONV-4,FC-1");
        QCOMPARE(job_title(layers).section(" · ", 0, 0), QString("Sensitivity: CONV-1, CONV-2, CONV-3, … (5)"));
        JobRecord format = one;
        format.settings.memory.format = NumberFormat::parse("int8");
        JobRecord rates = one;
        rates.settings.rates = "paper";
        JobRecord trials = one;
        trials.settings.trials = 50;
        for (const JobRecord& other : {layers, format, rates, trials, job(JobKind::compare), job(JobKind::bits), job(JobKind::harden)})
            QVERIFY2(titles.insert(job_title(other)).second, qPrintable(job_title(other)));
        JobRecord list = job(JobKind::faults);
        list.settings.list = {"/somewhere/resnet20.csv", "", 16627, false};
        QCOMPARE(job_title(list), QString("Fault list: resnet20.csv · 16,627 trials · lenet5"));
        QVERIFY(job_details(list).contains(" images"));
        one.name = "Mine";
        QCOMPARE(job_title(one), QString("Mine"));
    }

    void automatic_rates_are_shown_once_they_are_known() {
        JobRecord one = job(JobKind::sensitivity);
        one.settings.rates = "auto";
        QVERIFY(job_row(one, false).name.contains("rates auto"));
        QVERIFY(job_row(one, false, {}, {2e-7, 1e-6, 3e-4}).name.contains("3 rates 2×10⁻⁷ … 3×10⁻⁴ (auto)"));
    }

    void short_jobs_took_some_time() {
        JobRecord one = job(JobKind::sensitivity);
        one.seconds = 0.42;
        QCOMPARE(job_row(one, false).time, QString("0.4 s"));
        one.seconds = 0;
        QCOMPARE(job_row(one, false).time, QString());
    }
};

QTEST_MAIN(TestResultViews)
#include "test_result_views.moc"
