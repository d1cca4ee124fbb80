// The table of kinds of jobs: every kind is whole, and what its settings say holds together. A new kind is tested from its line on.
#include <QTest>
#include <nlohmann/json.hpp>
#include <set>

#include "common/error.h"
#include "network/bundled_networks.h"
#include "network/network.h"
#include "report/repeat_command.h"
#include "study/job_slices.h"
#include "study/study.h"

using namespace clipscope;

namespace {

// Settings that the kind takes, of the bundled network.
JobSettings usual_settings(const JobKind& kind) {
    JobSettings settings;
    settings.kind = kind;
    settings.layers = "CONV-1,network";
    settings.site = kind->has_site_and_grid ? "ACT-1" : "";
    settings.rates = "1e-5,1e-4";
    if (kind->axis == PointAxis::fault_count) settings.faults = "1,2";
    if (kind->is_listed()) settings.list = {"/somewhere/list.csv", "0123", 5, false};
    complete_own_settings(settings);
    return settings;
}

const Network& network() {
    static const auto loaded = Network::load(resolve_model_path("bundled:lenet5"));
    return *loaded;
}

}  // namespace

class TestJobKinds : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void every_kind_is_whole() {
        QVERIFY(job_kinds().size() >= 7);
        std::set<std::string> ids;
        for (const JobKind& kind : job_kinds()) {
            for (const std::string& missing : missing_parts(*kind)) QFAIL(missing.c_str());
            QVERIFY2(ids.insert(std::string(kind->id)).second, "two kinds of one id");
            QVERIFY(job_kind_from_string(std::string(kind->id)) == kind);
        }
        QVERIFY(find_job_kind("no such kind") == nullptr);
        QVERIFY_THROWS_EXCEPTION(UsageError, job_kind_from_string("no such kind"));
    }

    void what_is_missing_is_said() {
        JobDefinition half{.id = "half"};
        const std::vector<std::string> missing = missing_parts(half);
        QCOMPARE(missing.size(), std::size_t(6));
        for (const char* part : {"title", "check", "run", "add_words", "passes", "tuning_images"})
            QVERIFY2(std::ranges::any_of(missing, [&](const std::string& one) { return one.find(part) != std::string::npos; }), part);
        half.offer.about = "Measure";
        QCOMPARE(missing_parts(half).size(), std::size_t(7));  // without an example
    }

    void studies_keep_every_kind() {
        for (const JobKind& kind : job_kinds()) {
            const JobSettings settings = usual_settings(kind);
            const std::string text = to_json(settings);
            const auto json = nlohmann::json::parse(text);
            QCOMPARE(json.at("kind").get<std::string>(), std::string(kind->id));
            QCOMPARE(json.contains("own"), !kind->own_settings.empty());
            QCOMPARE(json.contains("fault_list"), kind->is_listed());
            const JobSettings back = job_settings_from_json(text, "a study");
            QCOMPARE(to_json(back), text);
            QVERIFY(back.kind == kind && back.unknown_fields.empty());
            QVERIFY(can_continue(back, settings));
            JobSettings more = settings;
            more.trials += 10;
            QCOMPARE(can_continue(settings, more), kind->measures_curves());
            QCOMPARE(grown(settings, more).trials, kind->measures_curves() ? more.trials : settings.trials);
        }
    }

    // A newer ClipScope's study is read, and its job is not taken for one without the setting; what a person wrote is refused.
    void settings_that_a_kind_does_not_have_are_kept_but_not_taken_from_people() {
        JobSettings settings;
        settings.own["no-such-setting"] = "1";
        const std::string text = to_json(settings);
        QCOMPARE(to_json(job_settings_from_json(text, "a study")), text);
        QVERIFY(!can_continue(job_settings_from_json(text, "a study"), JobSettings()));
        QVERIFY_THROWS_EXCEPTION(Error, job_settings_by_hand(text));
        for (const JobKind& kind : job_kinds())
            for (const OwnSetting& own : kind->own_settings) {
                JobSettings of_kind = usual_settings(kind);
                QCOMPARE(own_setting(of_kind, own.name), std::string(own.usual));
                of_kind.own[std::string(own.name)] = "nonsense \xE2\x98\x83";
                QVERIFY_THROWS_EXCEPTION(UsageError, complete_own_settings(of_kind));
            }
    }

    void every_kind_says_what_it_is_and_how_it_is_repeated() {
        std::set<std::string> titles;
        for (const JobKind& kind : job_kinds()) {
            const JobSettings settings = usual_settings(kind);
            QVERIFY(titles.insert(kind->title(settings)).second);
            const std::vector<std::string> lines = repeat_commands(settings, "again.clipscope");
            QCOMPARE(lines.size(), std::size_t(1));
            QVERIFY(lines.front().starts_with("clipscope-cli " + kind_name(settings) + " "));
            for (const OwnSetting& own : kind->own_settings) {
                JobSettings other = settings;
                other.own[std::string(own.name)] += "7";
                QVERIFY(repeat_commands(other, "again.clipscope").front().find("--" + std::string(own.name) + " ") != std::string::npos);
            }
        }
    }

    void a_comparison_of_protections_is_a_duel() {
        JobSettings settings = usual_settings(JobKind::compare);
        QCOMPARE(kind_name(settings), std::string("compare"));
        settings.protections = "none,clip";
        QCOMPARE(kind_name(settings), std::string("duel"));
        QVERIFY(repeat_commands(settings, "again.clipscope").front().starts_with("clipscope-cli duel --study"));
    }

    void every_kind_checks_and_estimates() {
        for (const JobKind& kind : job_kinds()) {
            JobSettings settings = usual_settings(kind);
            kind->check(settings, network());
            const auto passes = [&] { return kind->passes(settings, network().memory_parts(), network().sites().size()); };
            const double few = passes();
            QVERIFY(few >= 1);
            settings.trials *= 10;
            settings.list.trials *= 10;
            QVERIFY2(passes() > few, kind->title(settings).c_str());
            if (!kind->measures_curves()) continue;
            settings.layers = "CONV-77";
            QVERIFY_THROWS_EXCEPTION(UsageError, kind->check(settings, network()));
        }
    }

    void what_has_no_slices_says_why() {
        const auto refusal = [](const JobSettings& settings) {
            try {
                check_sliceable(settings);
            } catch (const UsageError& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        for (const JobKind& kind : job_kinds())
            if (kind->measures_curves()) QCOMPARE(refusal(usual_settings(kind)), std::string());
        QVERIFY(refusal(usual_settings(JobKind::profile)).find("no slices") != std::string::npos);
        JobSettings harden = usual_settings(JobKind::harden);
        QCOMPARE(refusal(harden), std::string());
        harden.greedy = true;
        QVERIFY(refusal(harden).find("greedy") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestJobKinds)
#include "test_job_kinds.moc"
