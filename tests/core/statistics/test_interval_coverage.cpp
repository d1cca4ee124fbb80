// The simulation that chose the interval of a mean (method.md, "Statistics"): how often the 95 % interval holds the true mean of
// populations like ours, and how wide it is, with Student's t beside it. CLIPSCOPE_COVERAGE_SAMPLES sets how many samples of each size are
// drawn (6000 take a quarter of a minute of an idle core; fewer than the default leave too much to chance); the table goes to stdout.
#include <QTest>
#include <cstdio>

#include "statistics/mean_interval.h"
#include "statistics/confidence.h"
#include "trial_populations.h"

using namespace clipscope;

namespace {

constexpr int sizes[] = {10, 20, 50, 200};
constexpr std::int64_t images = 500;

struct Coverage {
    double share = 0;
    double width = 0;

    void add(const Interval& interval, double mean, int samples) {
        constexpr double rounding = 1e-9;
        share += (interval.low <= mean + rounding && mean <= interval.high + rounding) / double(samples);
        width += (interval.high - interval.low) / samples;
    }
};

// Rounded at random, so that the mean stays.
std::int64_t counted(double fraction, TestRandom& random) {
    return std::int64_t(std::floor(fraction * double(images) + random.uniform()));
}

Interval student(const BoundedSample& sample) {
    const double half = student_t95(int(sample.count())) * sample.sd() / std::sqrt(double(sample.count()));
    return {sample.mean() - half, sample.mean() + half};
}

// An exact number of images has nothing to round.
std::int64_t clean_images(const TrialPopulation& population) {
    return std::llround(population.clean * double(images));
}

TrialSample draw(const TrialPopulation& population, int trials, TestRandom& random) {
    TrialSample sample(std::int64_t(population.low) * images, images, images, clean_images(population));
    for (int i = 0; i < trials; ++i) {
        const DrawnTrial trial = population.draw(random);
        sample.add(trial.is_fault_free ? clean_images(population) : counted(trial.value, random), trial.is_fault_free);
    }
    return sample;
}

int samples_of_each() {
    const int asked = qEnvironmentVariableIntValue("CLIPSCOPE_COVERAGE_SAMPLES");
    return asked > 0 ? asked : 1000;
}

}  // namespace

class TestIntervalCoverage : public QObject {
    Q_OBJECT

private slots:
    void covers_in_every_population() {
        const int samples = samples_of_each();
        constexpr double least = 0.93;
        std::printf("%-36s %6s  %8s %7s   %9s %7s\n", "population", "trials", "coverage", "width", "Student's", "width");
        QStringList failed;
        for (const TrialPopulation& population : trial_populations()) {
            for (const int size : sizes) {
                TestRandom random(std::uint64_t(size) * 1000003);
                Coverage ours, students;
                for (int i = 0; i < samples; ++i) {
                    const TrialSample sample = draw(population, size, random);
                    const Interval interval = sample.interval(population.fault_free);
                    QVERIFY(interval.low >= population.low && interval.high <= 1);
                    ours.add(interval, population.mean, samples);
                    students.add(student(sample.all()), population.mean, samples);
                }
                std::printf("%-36s %6d  %6.1f %% %7.4f   %7.1f %% %7.4f\n", population.name.c_str(), size, 100 * ours.share, ours.width,
                            100 * students.share, students.width);
                if (ours.share < least) failed << QString::fromStdString(population.name) + QStringLiteral(", %1 trials").arg(size);
            }
        }
        QVERIFY2(failed.isEmpty(), qPrintable(failed.join("; ")));
    }

    // Images of different difficulty; a trial's right answers are those of the images easier than what its faults leave of the network.
    void covers_other_images_too() {
        const int samples = samples_of_each() / 2;
        constexpr int test_images = 100;
        std::printf("%-36s %6s  %8s %7s   %s\n", "other images, 100 of them", "trials", "coverage", "width", "over faults alone");
        for (const double dead : {0.0, 0.1, 0.5}) {
            for (const int trials : {10, 50}) {
                TestRandom random(std::uint64_t(trials) + std::uint64_t(dead * 1000));
                Coverage both, faults_alone;
                const double mean = dead * 0.1 + (1 - dead) * 0.8;
                for (int i = 0; i < samples; ++i) {
                    std::vector<double> difficulty(test_images);
                    for (double& one : difficulty) one = random.uniform();
                    const auto right = [&](double level) {
                        return std::ranges::count_if(difficulty, [=](double one) { return one < level; });
                    };
                    TrialSample sample(0, test_images, test_images, 0);
                    for (int trial = 0; trial < trials; ++trial) sample.add(right(random.uniform() < dead ? 0.1 : 0.8), false);
                    const Interval interval = sample.interval(std::nullopt);
                    faults_alone.add(interval, mean, samples);
                    both.add(with_image_sampling(interval, sample.all()), mean, samples);
                }
                std::printf("%.0f %% dead %34d  %6.1f %% %7.4f   %6.1f %% %7.4f\n", dead * 100, trials, 100 * both.share, both.width,
                            100 * faults_alone.share, faults_alone.width);
                QVERIFY(both.share >= 0.93);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestIntervalCoverage)
#include "test_interval_coverage.moc"
