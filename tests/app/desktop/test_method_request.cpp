// From the form of the method's jobs to core's specifications.
#include <QTest>

#include "common/error.h"
#include "fake_engine.h"
#include "method_request.h"

using namespace clipscope;

class TestMethodRequest : public QObject {
    Q_OBJECT

private slots:
    void automatic_rates_are_left_to_the_job() {
        HardenForm form;
        QVERIFY(tuning_settings(form).rates.empty());
        QVERIFY(compare_specification(form, model_, {}).rates.empty());
        form.rates = "1e-6,1e-5";
        QCOMPARE(tuning_settings(form).rates, (std::vector<double>{1e-6, 1e-5}));
    }

    void a_sweep_counts_in_act_max() {
        HardenForm form;
        form.job = MethodJob::sweep;
        form.site = "ACT-2";
        form.grid = "0:2:5";
        form.scope = SearchScope::everywhere;
        const SweepSpecification sweep = sweep_specification(form, model_);
        QCOMPARE(sweep.site, std::size_t(1));
        QCOMPARE(sweep.place, FaultPlace::everywhere);
        QCOMPARE(sweep.grid.thresholds(3.0F), (std::vector<float>{0, 1.5F, 3, 4.5F, 6}));
    }

    void a_profile_has_faults_only_where_rates_are_given() {
        HardenForm form;
        form.job = MethodJob::profile;
        form.site = "ACT-2";
        QVERIFY(profile_specification(form, model_).scopes.empty());
        form.rates = "1e-5";
        QCOMPARE(profile_specification(form, model_).scopes.at(0).name, std::string("CONV-2"));
        form.scope = SearchScope::everywhere;
        QCOMPARE(profile_specification(form, model_).scopes.at(0).name, std::string("network"));
    }

    void a_comparison_takes_act_max_from_the_thresholds() {
        const ThresholdsFile thresholds{{}, {{"ACT-1", {}, 1.5F, 0.5F, {}, {}}, {"ACT-2", {}, 2.5F, 1.0F, {}, {}}}};
        const CompareSpecification compare = compare_specification(HardenForm(), model_, thresholds);
        QCOMPARE(*compare.act_max->at(1), 2.5F);
        QCOMPARE(*compare.tuned->at(0), 0.5F);
        QVERIFY(!compare_specification(HardenForm(), model_, {}).act_max);
    }

    void problems_are_sentences_data() {
        QTest::addColumn<HardenForm>("form");
        QTest::addColumn<bool>("is_good");
        HardenForm form;
        QTest::newRow("as it comes") << form << true;
        form.rates = "fast";
        QTest::newRow("no rates") << form << false;
        form = {};
        form.tuning_images = "-3";
        QTest::newRow("no images") << form << false;
        form = {};
        form.job = MethodJob::sweep;
        form.site = "ACT-1";
        form.grid = "1:0:3";
        QTest::newRow("no grid") << form << false;
        form.grid = "0:1:3";
        QTest::newRow("a grid") << form << true;
        form.site = "ACT-9";
        QTest::newRow("no such site") << form << false;
        form = {};
        form.job = MethodJob::compare;
        form.images = "many";
        QTest::newRow("no evaluation images") << form << false;
    }

    void problems_are_sentences() {
        QFETCH(HardenForm, form);
        QFETCH(bool, is_good);
        const QString problem = method_problem(form, model_);
        QCOMPARE(problem.isEmpty(), is_good);
        if (!is_good) QVERIFY2(problem.endsWith('.'), qPrintable(problem));
    }

    void a_network_without_sites_has_nothing_to_clip() {
        OpenedModel bare = model_;
        bare.sites.clear();
        QVERIFY(method_problem(HardenForm(), bare).contains("nothing to clip"));
    }

private:
    const OpenedModel model_ = fake_model("fake.pt");
};

QTEST_MAIN(TestMethodRequest)
#include "test_method_request.moc"
