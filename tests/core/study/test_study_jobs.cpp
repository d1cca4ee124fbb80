// Real jobs in a study, on the bundled LeNet-5: resumed with another number of workers, grown, moved, refused, replayed.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "campaign/sensitivity.h"
#include "common/error.h"
#include "common/version.h"
#include "core/data/picture_files.h"
#include "data/dataset_reader.h"
#include "data/image_folder_reader.h"
#include "network/bundled_networks.h"
#include "results/tuning_json.h"
#include "study/database.h"
#include "study/job_run.h"
#include "study/replay.h"
#include "study/study_errors.h"
#include "study/study_results.h"
#include "study/study_writer.h"

using namespace clipscope;

namespace {

JobSettings small_job(JobKind kind) {
    JobSettings settings;
    settings.kind = kind;
    settings.images = "60";
    settings.tuning_images = "40";
    settings.layers = "CONV-1,CONV-2+FC-1,network";
    settings.rates = "1e-5,1e-4,1e-3";
    settings.trials = 6;
    settings.chunk = 20;
    settings.site = "ACT-2";
    settings.grid = "0:1.5:5";
    settings.search.n = 3;
    settings.search.m = 1;
    if (kind->axis == PointAxis::fault_count) settings.faults = "1,2,4";
    complete_own_settings(settings);
    return settings;
}

// Everything a job gives, whatever its kind.
std::string result_of(const Study& study, JobId id) {
    const JobKind kind = study.job(id).settings.kind;
    return kind->measures_curves() ? result_to_json(read_curves(study, id)) : tuning_to_json(read_tuning(study, id));
}

// What a live view would show.
struct Live {
    AccuracyCurves curves;
    TuningResult tuning;
    std::int64_t steps = 0;  // of work done

    EventSink sink() {
        return [this](const Event& event) {
            apply(event, curves);
            apply(event, tuning);
            if (const auto* progress = std::get_if<Progress>(&event)) steps += progress->done > 0;
        };
    }
    std::string result(JobKind kind) const {
        const std::string result_kind = kind->compares_protections ? "compare" : "sensitivity";
        AccuracyCurves kept = curves;
        kept.self_check.reset();  // told by a job as it runs, not kept in its study
        return kind->measures_curves() ? result_to_json({.kind = result_kind, .curves = kept}) : tuning_to_json(tuning);
    }
};

}  // namespace

class TestStudyJobs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!QFile::exists(QString::fromStdString(fashion_mnist_folder()))) QSKIP("dataset-fashion-mnist is not installed");
    }

    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        path_ = folder_->filePath("a.clipscope").toStdString();
    }

    void stopped_anywhere_it_resumes_with_other_workers_to_the_same_results_data() {
        QTest::addColumn<QString>("kind_id");
        for (const JobKind& kind : job_kinds()) {
            const std::string id(kind->id);
            if (!kind->is_listed()) QTest::newRow(id.c_str()) << QString::fromStdString(id);
        }
    }

    void stopped_anywhere_it_resumes_with_other_workers_to_the_same_results() {
        QFETCH(const QString, kind_id);
        const JobKind kind = job_kind_from_string(kind_id.toStdString());
        const JobSettings settings = small_job(kind);
        const OpenedJob opened = open_job(settings);
        Study study = Study::create(path_);
        const JobId whole = study.add_job(settings);
        Live uninterrupted;
        run_study_job(study, whole, opened, {.threads = 2}, uninterrupted.sink(), {});
        const std::string expected = result_of(study, whole);
        QCOMPARE(uninterrupted.result(kind), expected);

        const JobId id = study.add_job(settings);
        int runs = 0;
        std::int64_t steps = 0;
        for (bool is_done = false; !is_done; ++runs) {
            QVERIFY(runs < 50);
            std::stop_source stop;
            int seen = 0;
            Live live;
            const EventSink sink = live.sink();
            run_study_job(
                study, id, opened, {.threads = 1 + runs % 3},
                [&](const Event& event) {
                    sink(event);
                    // After a few new steps; Progress comes with nothing else.
                    if (std::holds_alternative<Progress>(event) && ++seen == 13) stop.request_stop();
                },
                stop.get_token());
            steps += live.steps;
            is_done = study.job(id).state == JobState::done;
            if (is_done) QCOMPARE(live.result(kind), expected);
        }
        QVERIFY2(runs > 1, "nothing was interrupted");
        QCOMPARE(result_of(study, id), expected);
        // Little is done twice: at most what a stop cuts off.
        QVERIFY2(steps < 2 * uninterrupted.steps, qPrintable(QString("%1 steps instead of %2").arg(steps).arg(uninterrupted.steps)));
        const std::vector<LayerAudit> audit = read_audit(study, id), whole_audit = read_audit(study, whole);
        QCOMPARE(audit.size(), whole_audit.size());
        for (std::size_t i = 0; i < audit.size(); ++i)
            QVERIFY(audit[i].asked == whole_audit[i].asked && audit[i].asked == audit[i].changed);
        const bool is_counted = kind->measures_curves() && kind->axis != PointAxis::bit_position;
        QCOMPARE(audit.empty(), !is_counted);
    }

    void it_grows_to_what_a_fresh_job_finds() {
        JobSettings settings = small_job(JobKind::sensitivity);
        settings.layers = "CONV-1";
        settings.rates = "auto";
        settings.trials = 2;
        Study study = Study::create(path_);
        const OpenedJob opened = open_job(settings);
        const JobId id = continue_or_add_job(study, settings, opened);
        run_study_job(study, id, opened, {}, [](const Event&) {}, {});
        QCOMPARE(study.resolved(id).suggested_rates.size(), std::size_t(7));
        settings.layers = "network";
        settings.rates = "1e-3";
        settings.trials = 4;
        QCOMPARE(continue_or_add_job(study, settings, opened), id);
        int ran = 0;
        run_study_job(study.another(), id, {}, [&](const Event& event) { ran += std::holds_alternative<FaultsCounted>(event); }, {});
        const CampaignResult grown = read_curves(study, id);
        QCOMPARE(grown.curves.info.rates.size(), std::size_t(8));
        QCOMPARE(grown.curves.curves.size(), std::size_t(2));
        SensitivitySpecification fresh;
        fresh.scopes = parse_fault_scopes("CONV-1,network", opened.evaluation.network->layers());
        fresh.rates = grown.curves.info.rates;
        fresh.trials = 4;
        fresh.chunk = settings.chunk;
        AccuracyCurves curves;
        run_sensitivity(opened.evaluation, fresh, [&](const Event& event) { apply(event, curves); }, {});
        QCOMPARE(result_to_json(grown), result_to_json({.curves = curves}));
        QVERIFY(ran > 0);
    }

    void trials_computed_elsewhere_are_joined_with_a_word() {
        JobSettings settings = small_job(JobKind::sensitivity);
        settings.layers = "FC-1";
        settings.trials = 1;
        Study study = Study::create(path_);
        const OpenedJob opened = open_job(settings);
        const JobId id = continue_or_add_job(study, settings, opened);
        const auto told = [&] {
            std::vector<std::string> texts;
            run_study_job(study, id, opened, {},
                          [&](const Event& event) {
                              if (const auto* message = std::get_if<Message>(&event); message && message->is_urgent)
                                  texts.push_back(message->text);
                          },
                          {});
            return texts;
        };
        QVERIFY(told().empty());
        settings.trials = 2;
        continue_or_add_job(study, settings, opened);
        QVERIFY(told().empty());  // the same machine

        study.database().sql().exec("UPDATE job SET campaign = json_set(campaign, '$.computed_with.libtorch', '0.9')");
        QVERIFY(told().empty());  // nothing is computed
        QCOMPARE(read_curves(study, id).curves.info.computed_with.libtorch, std::string("0.9"));
        settings.trials = 3;
        continue_or_add_job(study, settings, opened);
        const std::vector<std::string> texts = told();
        QCOMPARE(texts.size(), std::size_t(1));
        QVERIFY2(texts[0].find("computed with LibTorch 0.9, CPU") != std::string::npos, texts[0].c_str());
        QVERIFY(told().empty());
        const CampaignInfo info = read_curves(study, id).curves.info;
        QCOMPARE(info.computed_with.libtorch, std::string(libtorch_version()));
        QCOMPARE(info.computed_with_earlier.size(), std::size_t(1));
        QCOMPARE(info.computed_with_earlier[0].libtorch, std::string("0.9"));

        settings = small_job(JobKind::profile);
        const OpenedJob profiled = open_job(settings);
        const JobId profile = continue_or_add_job(study, settings, profiled);
        run_study_job(study, profile, profiled, {}, [](const Event&) {}, {});
        TuningInfo elsewhere = read_tuning(study, profile).info;
        elsewhere.campaign.computed_with.libtorch = "0.9";
        int told_of_profile = 0;
        StudyWriter(study, profile,
                    [&](const Event& event) {
                        const auto* message = std::get_if<Message>(&event);
                        told_of_profile += message != nullptr && message->text.find("LibTorch 0.9") != std::string::npos;
                    },
                    {})
            .sink()(TuningStarted{elsewhere});
        QCOMPARE(told_of_profile, 1);
        QCOMPARE(read_tuning(study, profile).info.campaign.computed_with_earlier.size(), std::size_t(1));
    }

    void a_moved_model_is_known_and_another_one_refused() {
        const QString model = folder_->filePath("net.pt"), moved = folder_->filePath("moved.pt");
        QVERIFY(QFile::copy(QString::fromStdString(resolve_model_path("bundled:lenet5")), model));
        JobSettings settings = small_job(JobKind::sensitivity);
        settings.model = model.toStdString();
        Study study = Study::create(path_);
        const JobId id = continue_or_add_job(study, settings, open_job(settings));
        QVERIFY(QFile::rename(model, moved));
        QVERIFY_THROWS_EXCEPTION(Error, open_job(settings));
        settings.model = moved.toStdString();
        QCOMPARE(continue_or_add_job(study, settings, open_job(settings)), id);
        QCOMPARE(study.job(id).settings.model, moved.toStdString());
        QVERIFY(QFile::remove(moved));
        // The same network in a file of other bytes.
        const JobSettings lenet = small_job(JobKind::harden);
        const OpenedJob opened = open_job(lenet);
        const JobId harden = study.add_job(lenet);
        run_study_job(study, harden, opened, {.output_path = moved.toStdString()}, [](const Event&) {}, {});
        QVERIFY(QFile::exists(moved));
        QVERIFY_THROWS_EXCEPTION(StudyInputError, continue_or_add_job(study, settings, open_job(settings)));
    }

    void a_moved_model_is_found_beside_the_study_and_by_its_contents_alone() {
        QDir().mkpath(folder_->filePath("old/nets"));
        QDir().mkpath(folder_->filePath("new/nets"));
        const QString model = folder_->filePath("old/nets/net.pt"), moved = folder_->filePath("new/nets/net.pt");
        QVERIFY(QFile::copy(QString::fromStdString(resolve_model_path("bundled:lenet5")), model));
        JobSettings settings = small_job(JobKind::sensitivity);
        settings.model = model.toStdString();
        settings.trials = 1;
        const std::string path = folder_->filePath("new/a.clipscope").toStdString();
        Study study = Study::create(path);
        const OpenedJob opened = open_job(settings);
        const JobId id = continue_or_add_job(study, settings, opened);
        run_study_job(study, id, opened, {}, [](const Event&) {}, {});
        settings.seed = 9;
        const JobId waiting = study.add_job(settings);  // knows nothing of contents
        QVERIFY(QFile::rename(model, folder_->filePath("elsewhere.pt")));

        // Another file of the same name is not taken.
        QVERIFY(QFile::copy(QString::fromStdString(resolve_model_path("bundled:alexnet")), moved));
        QCOMPARE(likely_places(path, model.toStdString()), std::vector<std::string>{moved.toStdString()});
        for (const JobId job : {id, waiting}) {
            QVERIFY(!find_source(study, study.job(job), SourceKind::model));
            const auto known = job_that_knows(study, study.job(job), SourceKind::model);
            QCOMPARE(known.value().id, id);
            QVERIFY_THROWS_EXCEPTION(StudyInputError, check_source(*known, SourceKind::model, moved.toStdString()));
        }
        QVERIFY_THROWS_EXCEPTION(Error, run_study_job(study.another(), waiting, {}, [](const Event&) {}, {}));
        QCOMPARE(study.job(waiting).state, JobState::failed);
        QVERIFY(study.job(waiting).error.find("net.pt") != std::string::npos);
        QVERIFY_THROWS_EXCEPTION(Error, run_study_job(study.another(), id, {}, [](const Event&) {}, {}));
        QCOMPARE(study.job(id).state, JobState::done);

        QVERIFY(QFile::remove(moved) && QFile::copy(folder_->filePath("elsewhere.pt"), moved));
        QCOMPARE(find_source(study, study.job(waiting), SourceKind::model).value(), moved.toStdString());
        QVERIFY(replay_trial(study, parse_trial_name(std::to_string(id) + ":CONV-1:1e-3:0"), {}, {}).has_value());
        move_source(study, study.job(waiting), SourceKind::model, moved.toStdString());
        for (const JobId job : {id, waiting}) QCOMPARE(study.job(job).settings.model, moved.toStdString());
        run_study_job(study.another(), waiting, {}, [](const Event&) {}, {});
        QCOMPARE(study.job(waiting).state, JobState::done);
    }

    void moved_images_are_compared_pixel_by_pixel() {
        const JobSettings settings = small_job(JobKind::bits);
        Study study = Study::create(path_);
        const JobId id = continue_or_add_job(study, settings, open_job(settings));
        const QString copy = folder_->filePath("copy");
        QDir().mkpath(copy);
        const QDir original(QString::fromStdString(fashion_mnist_folder()));
        for (const QString& file : original.entryList({"t10k-*"}, QDir::Files))
            QVERIFY(QFile::copy(original.filePath(file), copy + "/" + file));
        check_source(study.job(id), SourceKind::images, copy.toStdString());
        for (const QString& file : original.entryList({"train-labels*"}, QDir::Files)) {
            QVERIFY(QFile::remove(copy + "/" + QString(file).replace("train", "t10k")));
            QVERIFY(QFile::copy(original.filePath(file), copy + "/" + QString(file).replace("train", "t10k")));
        }
        QVERIFY_THROWS_EXCEPTION(Error, check_source(study.job(id), SourceKind::images, copy.toStdString()));
        // Jobs on other images of the same folder move with it.
        JobSettings other = settings;
        other.images = "20";
        const JobId second = continue_or_add_job(study, other, open_job(other));
        move_source(study, study.job(id), SourceKind::images, copy.toStdString());
        QCOMPARE(study.job(second).settings.data, copy.toStdString());
    }

    // Also of more pictures than stay in memory, and in every version.
    void images_have_the_hash_of_their_pixels() {
        const std::filesystem::path data = folder_->filePath("pictures").toStdString();
        for (int i = 0; i < 4; ++i)
            picture_files::write(data / (i % 2 == 0 ? "cat" : "dog") / (std::to_string(i) + ".bmp"), picture_files::picture(8, 8, i));
        JobSettings settings = small_job(JobKind::bits);
        settings.data = data.string();
        settings.picture_size = {0, 2400};
        settings.images = "all";
        QCOMPARE(describe_images(settings).bytes, std::int64_t(4) * 3 * 2400 * 2400);
        QVERIFY(std::size_t(describe_images(settings).bytes) > usual_pictures_in_memory);
        QCOMPARE(describe_images(settings).sha256, std::string("efe61b604adeb3a710887ea28a53a16f849147d4959244310b381564e8771c73"));
        const Dataset few = read_image_folder(data, Split::test, settings.picture_size, std::size_t(1) << 40);
        const Dataset many = open_dataset(settings.data, Split::test, settings.picture_size);
        for (std::size_t i = 0; i < few.size(); ++i) {
            const ImagePixels pixels = few.image(i), others = many.image(i);
            QVERIFY(std::ranges::equal(pixels, others));
        }
    }

    void a_trial_of_a_bit_position_hits_that_one_bit() {
        JobSettings settings = small_job(JobKind::bits);
        settings.layers = "CONV-1,CONV-2+FC-1";
        settings.memory.bits = BitSelection::parse("1,29,30");
        Study study = Study::create(path_);
        const JobId id = continue_or_add_job(study, settings, open_job(settings));
        run_study_job(study.another(), id, {}, [](const Event&) {}, {});
        for (const char* layer : {"CONV-1", "CONV-2+FC-1"}) {
            for (const int bit : {1, 29, 30}) {
                for (int trial = 0; trial < 3; ++trial) {
                    const TrialName name{id, layer, double(bit), trial};
                    QCOMPARE(to_string(name), std::to_string(id) + ":" + layer + ":" + std::to_string(bit) + ":" + std::to_string(trial));
                    const auto replayed = replay_trial(study, parse_trial_name(to_string(name)), {}, {});
                    QVERIFY(replayed.has_value());
                    QCOMPARE(replayed->axis, PointAxis::bit_position);
                    QCOMPARE(replayed->bits.size(), std::size_t(1));
                    QCOMPARE(replayed->bits[0].bit, bit);
                    const ReplayedOutcome& outcome = replayed->outcomes.at(0);
                    QVERIFY(outcome.stored.has_value());
                    QVERIFY(outcome.stored->outcome == outcome.outcome.outcome && outcome.stored->faults == 1);
                }
            }
        }
        const auto worst = worst_trial(study, id);
        QVERIFY(worst && worst->rate == 30);
        QVERIFY_THROWS_EXCEPTION(UsageError, replay_trial(study, {id, "CONV-1", 1e-5, 0}, {}, {}));
        JobSettings over_rates = small_job(JobKind::sensitivity);
        const JobId other = study.add_job(over_rates);
        QVERIFY_THROWS_EXCEPTION(UsageError, replay_trial(study, {other, "CONV-1", 30, 0}, {}, {}));
    }

    void another_model_under_the_same_path_is_refused_before_anything_is_opened() {
        const QString model = folder_->filePath("net.pt");
        QVERIFY(QFile::copy(QString::fromStdString(resolve_model_path("bundled:lenet5")), model));
        JobSettings settings = small_job(JobKind::sensitivity);
        settings.model = model.toStdString();
        Study study = Study::create(path_);
        continue_or_add_job(study, settings, open_job(settings));
        check_model_known(study, settings);
        QFile file(model);
        QVERIFY(file.resize(1000));  // no network at all: it need not be opened to be refused
        QVERIFY_THROWS_EXCEPTION(StudyInputError, check_model_known(study, settings));
    }

    void a_trial_is_replayed_alone_with_every_protection() {
        const JobSettings settings = small_job(JobKind::compare);
        Study study = Study::create(path_);
        const OpenedJob opened = open_job(settings);
        const JobId id = continue_or_add_job(study, settings, opened);
        run_study_job(study, id, opened, {}, [](const Event&) {}, {});
        const TrialName name = parse_trial_name("a.clipscope:1:CONV-2+FC-1:1e-3:4");
        QCOMPARE(to_string(name, "a.clipscope"), std::string("a.clipscope:1:CONV-2+FC-1:0.001:4"));
        const auto replayed = replay_trial(study, name, {}, {});
        QVERIFY(replayed.has_value());
        QCOMPARE(replayed->outcomes.size(), std::size_t(2));
        for (const ReplayedOutcome& outcome : replayed->outcomes) {
            QVERIFY(outcome.stored.has_value());
            QVERIFY(outcome.stored->outcome == outcome.outcome.outcome);
            QCOMPARE(std::int64_t(replayed->bits.size()), outcome.stored->faults);
        }
        QVERIFY(replayed->bits.size() > 500);
        for (const FaultyValue& value : replayed->bits) {
            const std::uint32_t changed = std::bit_cast<std::uint32_t>(value.before) ^ std::bit_cast<std::uint32_t>(value.after);
            QVERIFY(changed >> value.bit & 1);
            QVERIFY(value.layer == "CONV-2" || value.layer == "FC-1");
            QVERIFY(value.parameter.ends_with(".weight") ? value.index.size() >= 2 : value.index.size() == 1);
        }
        for (const char* wrong :
             {"1", "1:CONV-1:1e-3", "1:CONV-1:1.5:0", "1:CONV-1:1e7:0", "1:CONV-1:1e-3:-1", "x:CONV-1:1e-3:1", "1::1e-3:1"})
            QVERIFY_THROWS_EXCEPTION(UsageError, parse_trial_name(wrong));
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::string path_;
};

QTEST_GUILESS_MAIN(TestStudyJobs)
#include "test_study_jobs.moc"
