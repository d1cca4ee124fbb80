// From the form of the method's jobs to core's specifications.
#include <QTest>

#include "common/error.h"
#include "fake_engine.h"
#include "method_request.h"

using namespace clipscope;

class TestMethodRequest : public QObject {
    Q_OBJECT

private slots:
    void a_sweep_counts_in_act_max() {
        HardenForm form;
        form.job = MethodJob::sweep;
        form.site = "ACT-2";
        form.grid = "0:2:5";
        form.scope = SearchScope::everywhere;
        const JobSettings sweep = method_settings(form, model_, {});
        QCOMPARE(sweep.kind, JobKind::sweep);
        QCOMPARE(sweep.site, std::string("ACT-2"));
        QCOMPARE(sweep.place, FaultPlace::everywhere);
        QVERIFY(sweep.grid_in_act_max);
        QCOMPARE(sweep.rates, std::string("auto"));
    }

    void a_profile_has_faults_only_where_rates_are_given() {
        HardenForm form;
        form.job = MethodJob::profile;
        form.site = "ACT-2";
        QCOMPARE(method_settings(form, model_, {}).layers, std::string());
        form.rates = "1e-5";
        QCOMPARE(method_settings(form, model_, {}).layers, std::string("CONV-2"));
        form.scope = SearchScope::everywhere;
        QCOMPARE(method_settings(form, model_, {}).layers, std::string("network"));
    }

    void a_comparison_takes_the_thresholds() {
        HardenForm form;
        form.job = MethodJob::compare;
        QVERIFY(method_settings(form, model_, {}).thresholds.empty());
        const ThresholdsFile thresholds{{}, {{"ACT-1", {}, 1.5F, 0.5F, {}, {}}, {"ACT-2", {}, 2.5F, 1.0F, {}, {}}}};
        const JobSettings compare = method_settings(form, model_, thresholds);
        QCOMPARE(thresholds_from_json(compare.thresholds, "settings").sites.at(1).threshold, 1.0F);
        QCOMPARE(compare.layers, std::string("network"));
    }

    void a_duel_is_a_comparison_of_any_protections() {
        HardenForm form;
        form.job = MethodJob::duel;
        form.protections = "none, guard+clip ,tmr-30";
        const JobSettings duel = method_settings(form, model_, {});
        QVERIFY(duel.kind == JobKind::compare);
        QCOMPARE(duel.protections, std::string("none,guard+clip,tmr-30"));
        QCOMPARE(duel.layers, std::string("network"));
        QCOMPARE(kind_name(duel), std::string("duel"));
        const HardenForm back = method_form(duel, HardenForm(), {});
        QVERIFY(back.job == MethodJob::duel);
        QCOMPARE(back.protections, QStringLiteral("none, guard+clip, tmr-30"));
        HardenForm paper;
        paper.job = MethodJob::compare;
        QVERIFY(method_form(method_settings(paper, model_, {}), form, model_).job == MethodJob::compare);
    }

    void thresholds_for_other_protections_stay() {
        ThresholdsFile clip, range, newer;
        clip.sites = {{.site = "ACT-1", .threshold = 1}, {.site = "ACT-2", .threshold = 2}};
        range.sites = {{.site = "ACT-1", .threshold = 3, .protection = "range"}};
        newer.sites = {{.site = "ACT-1", .threshold = 4}};
        const ThresholdsFile both = with_latest(with_latest({}, clip), range);
        QCOMPARE(both.sites.size(), std::size_t(3));
        const ThresholdsFile latest = with_latest(both, newer);
        QCOMPARE(latest.sites.size(), std::size_t(2));
        QCOMPARE(latest.sites[0].threshold, 4.0F);
        QCOMPARE(latest.sites[1].protection, std::string("range"));
    }

    void settings_come_back_into_the_form() {
        HardenForm form;
        form.job = MethodJob::harden;
        form.bound_kind = "range";
        form.rates = "1e-6, 1e-5";
        form.n = 7;
        form.m = 2;
        form.delta = 0.01;
        form.greedy = true;
        form.algorithm = SearchAlgorithm::literal;
        form.scope = SearchScope::everywhere;
        form.auc_axis = AucAxis::log10;
        form.format = "int8";
        form.tuning_images = "first:50";
        QVERIFY(method_form(method_settings(form, model_, {}), HardenForm(), model_) == form);
        form = {};
        form.job = MethodJob::sweep;
        form.site = "ACT-2";
        form.grid = "0:2:5";
        QVERIFY(method_form(method_settings(form, model_, {}), HardenForm(), model_) == form);
        form = {};
        form.job = MethodJob::profile;
        form.site = "ACT-2";
        form.rates = "1e-5";
        QVERIFY(method_form(method_settings(form, model_, {}), HardenForm(), model_) == form);
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
        form = {};
        form.job = MethodJob::duel;
        QTest::newRow("a duel") << form << true;
        form.protections = "none, armour";
        QTest::newRow("no such protection") << form << false;
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
        HardenForm words;
        words.job = MethodJob::duel;
        words.protections = "none, guard";
        QVERIFY(method_problem(words, bare).isEmpty());
    }

private:
    const OpenedModel model_ = fake_model("fake.pt");

    void what_to_protect_first_is_asked_for_as_typed() {
        HardenForm form;
        form.job = MethodJob::protect_first;
        QVERIFY(method_problem(form, {}).isEmpty());
        form.first = {QStringLiteral("parity"), false, QStringLiteral("2e-5"), QStringLiteral("7.5"), 30};
        form.seed = 9;
        form.format = QStringLiteral("int8");
        ProtectFirstSettings settings = protect_first_settings(form);
        QCOMPARE(settings.protection, std::string("parity"));
        QCOMPARE(settings.rate, 2e-5);
        QCOMPARE(settings.budget_percent, 7.5);
        QCOMPARE(settings.trials, 30);
        QCOMPARE(settings.seed, std::uint64_t(9));
        QCOMPARE(protect_first_memory(form).format.bits(), 8);
        form.first.by_bits = true;
        QVERIFY(protect_first_settings(form).protection.empty());
        form.first.by_bits = false;
        const auto problem_with = [&](const ProtectFirstForm& first) {
            HardenForm wrong = form;
            wrong.first = first;
            return method_problem(wrong, {});
        };
        QVERIFY(problem_with({"clip", false, "1e-6", "any", 10}).contains("no protection of stored words"));
        QVERIFY(problem_with({"", false, "1e-6", "any", 10}).contains("Choose what to protect"));
        QVERIFY(problem_with({"guard", false, "paper", "any", 10}).contains("one number"));
        QVERIFY(problem_with({"guard", false, "2", "any", 10}).contains("probability"));
        QVERIFY(problem_with({"guard", false, "1e-6", "much", 10}).contains("percent"));
        QVERIFY(problem_with({"guard", false, "1e-6", "-1", 10}).contains("below 0"));
    }
};

QTEST_MAIN(TestMethodRequest)
#include "test_method_request.moc"
