// The engine on networks drawn from seeds: the default mode against the exact one and the plain loop, and against itself with another
// memory budget, other workers and another order of trials.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <set>

#include "benchmark/engine_check.h"
#include "network/network.h"

using namespace clipscope;

namespace {

constexpr std::uint64_t first_seed = 1;
constexpr int networks = 64;

std::string repeat_text(const CheckedNetwork& network) {
    return "network " + std::to_string(network.form.seed) + " (" + network.summary +
           "), repeat with 'clipscope-cli bench --check 1 --seed " + std::to_string(network.form.seed) + "':";
}

}  // namespace

class TestRandomNetworks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void default_mode_gives_what_the_exact_mode_and_the_plain_loop_give() {
        const EngineCheckResult result = run_engine_check({.networks = networks, .seed = first_seed, .trials = 2}, [](const Event&) {}, {});
        for (const CheckedNetwork& network : result.failed) {
            qWarning("%s", repeat_text(network).c_str());
            for (const std::string& difference : network.differences) qWarning("  %s", difference.c_str());
        }
        qInfo("%lld networks, %lld trials, %lld images, %lld near-ties, %zu networks differ", (long long)result.networks,
              (long long)result.trials, (long long)result.images, (long long)result.near_ties, result.failed.size());
        QCOMPARE(result.networks, std::int64_t(networks));
        QCOMPARE(result.failed.size(), std::size_t(0));
        QVERIFY2(result.trials > networks * 5, "too few trials had a fault");
        QVERIFY2(result.near_ties * 1000 < result.images, "so many near-ties hide what they should not");
    }

    void same_seed_draws_the_same_network() {
        QTemporaryDir folder;
        const auto file = [&](const char* name, const RandomNetworkForm& form) {
            const std::string path = folder.filePath(name).toStdString();
            write_random_network(form, path);
            return Network::load(path);
        };
        const auto a = file("a.pt", {.seed = 3}), b = file("b.pt", {.seed = 3}), other = file("c.pt", {.seed = 4});
        QCOMPARE(a->parameter_count(), b->parameter_count());
        QCOMPARE(a->layers().size(), b->layers().size());
        QVERIFY(a->parameter_count() != other->parameter_count());
        const Dataset images = random_images(3), again = random_images(3);
        QVERIFY(images.size() >= 24 && images.size() <= 60);
        const ImagePixels pixels = images.image(5), again_pixels = again.image(5);
        QVERIFY(std::ranges::equal(pixels, again_pixels));
    }

    // What never comes up is checked by nobody.
    void networks_are_of_all_kinds() {
        QTemporaryDir folder;
        std::set<std::string> layers, activations;
        bool has_grey = false, has_oblong = false;
        for (std::uint64_t seed = first_seed; seed < first_seed + networks; ++seed) {
            const std::string path = folder.filePath("network.pt").toStdString();
            write_random_network({.seed = seed}, path);
            const auto network = Network::load(path);
            for (const LayerInfo& part : network->memory_parts()) layers.insert(part.kind);
            for (const SiteInfo& site : network->sites()) activations.insert(site.kind);
            has_grey |= random_images(seed).shape().channels == 1;
            has_oblong |= random_images(seed).shape().height != random_images(seed).shape().width;
        }
        QVERIFY(layers.contains("Conv2d") && layers.contains("Linear") && layers.contains("BatchNorm"));
        for (const char* kind : {"relu", "leaky_relu", "gelu", "sigmoid", "hardswish", "relu6", "silu", "hardtanh", "tanh", "prelu"})
            QVERIFY2(activations.contains(kind), kind);
        QVERIFY(has_grey && has_oblong);
    }
};

QTEST_GUILESS_MAIN(TestRandomNetworks)
#include "test_random_networks.moc"
