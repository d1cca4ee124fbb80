// How good estimates to a wanted precision are (method.md, "Estimates"): many repetitions with other seeds against very many plain trials.
//
//   estimate_coverage --model M [--data D] [--normalize NAME] [--images N] [--layers L] [--format F] [--rates 1e-7,5e-7]
//                     [--precision 0.03] [--repetitions 400] [--reference 20000] [--threads N]
//
// Prints for every rate: the reference's mean and standard error, the repetitions' mean error in standard errors (of both together), the
// share of 95 % intervals that hold the reference, the share that reached the wanted width, and trials and image evaluations on average.
// Takes minutes to an hour: ctest runs a small version, test_precise_campaign.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

#include "campaign/fault_rates.h"
#include "campaign/precise_campaign.h"
#include "common/number_text.h"
#include "data/dataset_reader.h"
#include "data/image_selection.h"
#include "network/bundled_networks.h"

using namespace clipscope;

namespace {

struct Options {
    std::string model = "bundled:lenet5";
    std::string data;
    std::string normalize;
    std::size_t images = 200;
    std::string layers = "network";
    std::string format = "float32";
    std::string rates = "1e-6,1e-5,1e-4";
    double precision = 0.03;
    int repetitions = 400;
    int reference = 20000;
    int threads = 0;
};

struct Reference {
    double sum = 0;
    double squares = 0;
    std::int64_t trials = 0;

    double mean() const { return sum / double(trials); }
    double error() const { return std::sqrt(std::max(squares / double(trials) - mean() * mean(), 0.0) / double(trials)); }
};

struct Repetitions {
    std::vector<double> means;
    int covers = 0;
    int reached = 0;
    double trials = 0;
    double images = 0;
};

JobInputs open(const Options& options) {
    auto network = Network::load(resolve_model_path(options.model));
    MemoryModel memory;
    memory.format = NumberFormat::parse(options.format);
    network = network->stored_in(memory);
    const Dataset all = open_dataset(options.data.empty() ? fashion_mnist_folder() : options.data, Split::test);
    const Dataset chosen = all.subset(select_images(all, {.count = options.images, .first = false}, 1));
    const auto normalization = options.normalize.empty() ? std::nullopt : std::optional(Normalization::preset(options.normalize));
    const InputFormat input = resolve_input_format(*network, chosen, normalization);
    return {network, chosen, input, options.model, options.data};
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Coverage of estimates to a wanted precision");
    app.add_option("--model", options.model);
    app.add_option("--data", options.data);
    app.add_option("--normalize", options.normalize);
    app.add_option("--images", options.images);
    app.add_option("--layers", options.layers);
    app.add_option("--format", options.format);
    app.add_option("--rates", options.rates);
    app.add_option("--precision", options.precision);
    app.add_option("--repetitions", options.repetitions);
    app.add_option("--reference", options.reference);
    app.add_option("--threads", options.threads);
    CLI11_PARSE(app, argc, argv);

    const JobInputs inputs = open(options);
    const int threads = resolve_threads(options.threads);
    const FaultScope scope = parse_fault_scopes(options.layers, inputs.network->memory_parts()).front();
    Evaluator evaluator(inputs.network, inputs.images, inputs.input, {});
    evaluator.prepare(scope.layers, threads, {});
    const CampaignCurve curve{&evaluator, scope};
    CampaignSettings settings{.rates = parse_rates(options.rates), .trials = options.reference, .seed = 1'000'003, .threads = threads};

    std::map<int, Reference> references;  // by rate
    const auto begun = std::chrono::steady_clock::now();
    run_campaign(inputs, settings, {&curve, 1},
                 [&](const Event& event) {
                     const auto* finished = std::get_if<TrialFinished>(&event);
                     if (!finished) return;
                     Reference& reference = references[finished->rate_index];
                     const double value = accuracy(finished->result.outcome, settings.nonfinite);
                     reference.sum += value;
                     reference.squares += value * value;
                     ++reference.trials;
                 },
                 {});
    const double reference_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();

    settings.trials = 0;
    std::map<int, Repetitions> repetitions;
    BitPilot pilot;
    const auto repeated = std::chrono::steady_clock::now();
    for (int repetition = 0; repetition < options.repetitions; ++repetition) {
        settings.seed = std::uint64_t(repetition) + 1;
        AccuracyCurves curves;
        const PrecisionSettings precision{.half_width = options.precision, .known_pilot = pilot};
        run_precise_campaign(inputs, settings, precision, {&curve, 1},
                             [&](const Event& event) {
                                 apply(event, curves);
                                 if (const auto* piloted = std::get_if<BitsPiloted>(&event)) pilot = piloted->pilot;
                             },
                             {});
        const auto points = curve_points(curves.curves.front(), curves.info);
        for (std::size_t rate = 0; rate < points.size(); ++rate) {
            Repetitions& own = repetitions[int(rate)];
            own.means.push_back(points[rate].mean);
            own.covers += points[rate].ci95_low <= references[int(rate)].mean() && references[int(rate)].mean() <= points[rate].ci95_high;
            own.reached += points[rate].sampled->half_width <= options.precision;
            own.trials += points[rate].trials;
            own.images += double(points[rate].sampled->image_evaluations);
        }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - repeated).count();
    std::printf("%s %s %s, %zu images, ± %s; reference %d trials in %.0f s; %d repetitions in %.0f s\n", options.model.c_str(),
                options.format.c_str(), options.layers.c_str(), options.images, number_text(options.precision).c_str(), options.reference,
                reference_seconds, options.repetitions, seconds);
    std::printf("%10s %10s %10s %10s %12s %10s %10s %10s %10s\n", "rate", "reference", "its error", "mean", "error in SE", "coverage",
                "reached", "trials", "images");
    for (const auto& [rate, own] : repetitions) {
        const Reference& reference = references[rate];
        const double count = double(own.means.size());
        double mean = 0, squares = 0;
        for (const double value : own.means) mean += value / count;
        for (const double value : own.means) squares += (value - mean) * (value - mean);
        const double error = std::sqrt(squares / (count - 1) / count);
        std::printf("%10s %10.5f %10.5f %10.5f %12.2f %10.3f %10.3f %10.0f %10.0f\n",
                    number_text(settings.rates[std::size_t(rate)]).c_str(), reference.mean(), reference.error(), mean,
                    (mean - reference.mean()) / std::hypot(error, reference.error()), own.covers / count, own.reached / count,
                    own.trials / count, own.images / count);
    }
}
