#include <QTest>

#include "common/error.h"
#include "fake_engine.h"
#include "job_estimate.h"
#include "sensitivity_request.h"

using namespace clipscope;

class TestSensitivityRequest : public QObject {
    Q_OBJECT

private slots:
    void the_form_becomes_a_specification() {
        SensitivityForm form;
        form.layers = QStringLiteral("network,each");
        form.rates = "0, 1e-6, 1e-5";
        form.trials = 7;
        form.seed = 42;
        form.nonfinite = NonfiniteRule::argmax;
        form.threads = 3;
        const JobSettings made = sensitivity_settings(form, {});
        QCOMPARE(made.kind, JobKind::sensitivity);
        QCOMPARE(made.layers, std::string("network,each"));
        QCOMPARE(all_rates(made.rates, {}), (std::vector<double>{0, 1e-6, 1e-5}));
        QCOMPARE(made.trials, 7);
        QCOMPARE(made.seed, std::uint64_t(42));
        QCOMPARE(made.nonfinite, NonfiniteRule::argmax);
        QVERIFY(made.memory == MemoryModel{});
    }

    void a_precision_takes_the_place_of_trials() {
        SensitivityForm form;
        form.trials = 30;
        form.half_width = 0.5;
        std::optional<CheckedLayers> checked;
        for (const Until until : {Until::trials, Until::precision, Until::both}) {
            form.until = until;
            const JobSettings made = sensitivity_settings(form, {});
            QCOMPARE(made.trials, until == Until::precision ? 0 : 30);
            QCOMPARE(made.precision, until == Until::trials ? 0 : 0.005);
            SensitivityForm before;
            before.trials = 30;
            before.half_width = 0.5;
            QVERIFY(sensitivity_form(made, before, {}, checked).until == until);
        }
        form.until = Until::both;
        form.job = SensitivityJob::bit_positions;
        QCOMPARE(sensitivity_settings(form, {}).precision, 0.0);
    }

    void settings_come_back_into_the_form() {
        SensitivityForm form;
        form.job = SensitivityJob::bit_positions;
        form.layers = QStringLiteral("each");
        form.format = "Q3.12";
        form.bits = "sign";
        form.fault_kind = FaultKind::stuck1;
        form.parameters = ParameterSelection::weights;
        form.trials = 9;
        form.images = "first:77";
        std::optional<CheckedLayers> checked;
        const SensitivityForm back = sensitivity_form(sensitivity_settings(form, some_), SensitivityForm(), {}, checked);
        QVERIFY(back == form);
        QVERIFY(checked && !checked->are_all);
        QCOMPARE(checked->names, some_.names);
        for (const QString& choice :
             {QStringLiteral("each"), QStringLiteral("network,each"), QStringLiteral("network"), QStringLiteral("network,batch-norm")}) {
            form.layers = choice;
            const JobSettings settings = sensitivity_settings(form, {});
            QCOMPARE(sensitivity_form(settings, SensitivityForm(), {}, checked).layers, choice);
            const bool is_about_layers = choice == QStringLiteral("each") || choice == QStringLiteral("network,each");
            QCOMPARE(checked.has_value(), is_about_layers);
            if (is_about_layers) QVERIFY(checked->are_all);
        }
        // As the command line has it.
        JobSettings settings;
        settings.layers = "each,network";
        QCOMPARE(sensitivity_form(settings, SensitivityForm(), {}, checked).layers, QStringLiteral("network,each"));
        // What the table has no check marks for is typed.
        for (const char* typed : {"CONV-1+FC-1,network", "everything", "network,each-batch-norm", "CONV-1,norm"}) {
            settings.layers = typed;
            const SensitivityForm filled = sensitivity_form(settings, SensitivityForm(), {}, checked);
            QCOMPARE(filled.layers, QString(typed));
            QVERIFY(!checked);
            QCOMPARE(sensitivity_settings(filled, {}).layers, std::string(typed));
        }
        std::vector<LayerInfo> parts = layers_;
        parts.push_back(layers_.front());
        parts.back().name = "BN-1";
        parts.back().part = MemoryPart::batch_norm;
        settings.layers = "network,BN-1";
        QCOMPARE(sensitivity_form(settings, SensitivityForm(), parts, checked).layers, QStringLiteral("network,BN-1"));
        QVERIFY(!checked);
    }

    void layers_follow_the_choice() {
        SensitivityForm form;
        form.layers = QStringLiteral("each");
        QCOMPARE(sensitivity_settings(form, {}).layers, std::string("each"));
        form.layers = QStringLiteral("network");
        QCOMPARE(sensitivity_settings(form, {}).layers, std::string("network"));
        form.layers = QStringLiteral("each");
        QCOMPARE(sensitivity_settings(form, some_).layers, std::string("CONV-1,FC-1"));
        form.layers = QStringLiteral("network,each");
        QCOMPARE(sensitivity_settings(form, some_).layers, std::string("network,CONV-1,FC-1"));
        QVERIFY_EXCEPTION_THROWN(sensitivity_settings(form, {false, {}}), UsageError);
    }

    void several_formats_become_a_job_each() {
        SensitivityForm form;
        form.format = "float32, int8,Q3.12";
        const std::vector<JobSettings> jobs = sensitivity_jobs(form, {});
        QCOMPARE(jobs.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i) {
            JobSettings alone = jobs[i];
            QCOMPARE(alone.memory.format, NumberFormat::parse(std::vector{"float32", "int8", "Q3.12"}[i]));
            alone.memory.format = jobs[0].memory.format;
            QCOMPARE(to_json(alone), to_json(jobs[0]));
        }
        QCOMPARE(form_problem(form, layers_, {}), QString());
        form.job = SensitivityJob::bit_positions;
        QVERIFY(form_problem(form, layers_, {}).contains("one number format"));
        form.job = SensitivityJob::fault_rates;
        form.format = "int8,int8";
        QVERIFY(form_problem(form, layers_, {}).contains("int8 is there twice"));
        form.format = "int8,";
        QVERIFY(!form_problem(form, layers_, {}).isEmpty());
    }

    void other_parts_of_the_memory_stand_beside_the_network() {
        SensitivityForm form;
        form.layers = QStringLiteral("network,batch-norm");
        std::optional<CheckedLayers> checked;
        const JobSettings made = sensitivity_settings(form, {});
        QCOMPARE(made.layers, std::string("network,batch-norm"));
        QCOMPARE(sensitivity_form(made, SensitivityForm(), {}, checked).layers, QStringLiteral("network,batch-norm"));
        QVERIFY(form_problem(form, layers_, {}).contains("no batch norm"));
        std::vector<LayerInfo> parts = layers_;
        LayerInfo other;
        other.name = "BN-1";
        other.part = MemoryPart::batch_norm;
        parts.push_back(other);
        QCOMPARE(form_problem(form, parts, {}), QString());
        form.layers = QStringLiteral("network,thresholds");
        QCOMPARE(sensitivity_settings(form, {}).layers, std::string("network,thresholds"));
        other.name = "ACT-1";
        other.part = MemoryPart::threshold;
        other.is_stored = false;
        parts.push_back(other);
        QVERIFY(form_problem(form, parts, {}).contains("stores no threshold"));
        parts.back().is_stored = true;
        QCOMPARE(form_problem(form, parts, {}), QString());
    }

    void several_formats_share_their_rates() {
        SensitivityForm form;
        form.format = QStringLiteral("float32, int8");
        QCOMPARE(form_problem(form, layers_, {}), QString());
        form.rates = QStringLiteral("auto");
        QVERIFY(form_problem(form, layers_, {}).contains("type rates"));
        form.format = QStringLiteral("int8");
        QCOMPARE(form_problem(form, layers_, {}), QString());
    }

    void problems_are_one_sentence_data() {
        QTest::addColumn<QString>("rates");
        QTest::addColumn<QString>("images");
        QTest::addColumn<bool>("fine");
        QTest::newRow("fine") << "1e-7:1e-4:7"
                              << "1000" << true;
        QTest::newRow("paper") << "paper"
                               << "first:200" << true;
        QTest::newRow("auto") << "auto"
                              << "1000" << true;
        QTest::newRow("rate 2") << "2"
                                << "1000" << false;
        QTest::newRow("rate -1") << "-1"
                                 << "1000" << false;
        QTest::newRow("rate NaN") << "nan"
                                  << "1000" << false;
        QTest::newRow("no rates") << ""
                                  << "1000" << false;
        QTest::newRow("images") << "1e-6"
                                << "many" << false;
    }

    void problems_are_one_sentence() {
        QFETCH(QString, rates);
        QFETCH(QString, images);
        QFETCH(bool, fine);
        SensitivityForm form;
        form.rates = rates;
        form.images = images;
        const QString problem = form_problem(form, layers_, {});
        QCOMPARE(problem.isEmpty(), fine);
        QVERIFY(fine || problem.endsWith('.'));
    }

    void the_first_study_is_valid() { QCOMPARE(form_problem(first_study_form(2), layers_, {}), QString()); }

    void the_estimate_counts_what_is_recomputed() {
        SensitivityForm form;
        form.rates = "0, 1e-6, 1e-5";
        form.trials = 10;
        form.layers = QStringLiteral("network");
        // One clean pass, then ten trials at two rates; rate 0 needs none.
        QCOMPARE(estimated_passes(sensitivity_settings(form, {}), layers_, 2), 21.0);
        form.layers = QStringLiteral("each");
        // From the last of three layers on: a third of the network.
        QCOMPARE(estimated_passes(sensitivity_settings(form, {false, {"FC-1"}}), layers_, 2), 1 + 20.0 / 3);
    }

    void estimates_are_round() {
        QCOMPARE(estimate_text(0.2), QString("about a second"));
        QCOMPARE(estimate_text(41.3), QString("about 0:41"));
        QCOMPARE(estimate_text(127), QString("about 2:10"));
        QCOMPARE(estimate_text(3600 + 125), QString("about 1:02:00"));
    }

private:
    const std::vector<LayerInfo> layers_ = fake_model("fake.pt").layers;
    const CheckedLayers some_{false, {"CONV-1", "FC-1"}};
};

QTEST_GUILESS_MAIN(TestSensitivityRequest)
#include "test_sensitivity_request.moc"
