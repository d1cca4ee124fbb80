// Hardened files against the formulas of method.md, written out by hand on tensors.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "common/error.h"
#include "common/sha256.h"
#include "modules.h"
#include "network/hardened_file.h"
#include "network/model_file.h"
#include "network/network.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

at::Tensor clipped_relu(const at::Tensor& x, double t) {
    return at::where((x >= 0).logical_and(x <= t), x, at::zeros({}));
}

at::Tensor clipped_leaky_relu(const at::Tensor& x, double slope, double t) {
    const at::Tensor leaked = x * slope;
    return at::where((x >= 0).logical_and(x <= t), x, at::where((leaked < 0).logical_and(leaked >= -t), leaked, at::zeros({})));
}

at::Tensor clipped_magnitude(const at::Tensor& y, double t) {
    return at::where(y.abs() <= t, y, at::zeros({}));
}

// ReLU in place, leaky ReLU and tanh, each on all values.
torch::jit::Module three_activations() {
    return make_module({{"first", {6, 8}}, {"second", {6, 6}}, {"third", {6, 6}}, {"last", {4, 6}}}, R"(
def forward(self, x):
    a = torch.relu_(torch.linear(x, self.first))
    b = torch.leaky_relu(torch.linear(a, self.second), 0.25)
    c = torch.tanh(torch.linear(b, self.third))
    return torch.linear(c, self.last)
)");
}

at::Tensor by_hand(const torch::jit::Module& module, const at::Tensor& x, const std::array<double, 3>& t) {
    const auto weight = [&](const char* name) { return module.attr(name).toTensor(); };
    const at::Tensor a = clipped_relu(at::linear(x, weight("first")), t[0]);
    const at::Tensor b = clipped_leaky_relu(at::linear(a, weight("second")), 0.25, t[1]);
    const at::Tensor c = clipped_magnitude(at::tanh(at::linear(b, weight("third"))), t[2]);
    return at::linear(c, weight("last"));
}

std::vector<std::optional<float>> thresholds_of(const Network& network) {
    std::vector<std::optional<float>> thresholds;
    for (const SiteInfo& site : network.sites()) thresholds.push_back(site.threshold);
    return thresholds;
}

}  // namespace

class TestHardenedFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        source_ = folder_.filePath("source.pt").toStdString();
        hardened_ = folder_.filePath("hardened.pt").toStdString();
    }

    void what_was_found_for_one_file_never_goes_onto_another() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module = three_activations();
        module.save(source_);
        const auto network = Network::load(source_);
        QCOMPARE(network->sha256(), file_sha256(source_));
        module.attr("first").toTensor().mul_(2);
        module.save(source_);
        const std::vector<std::optional<float>> thresholds = {0.5F, 0.125F, 0.3F};
        const auto says = [](const auto& read_again) {
            try {
                read_again();
            } catch (const Error& error) {
                return QString(error.what());
            }
            return QString();
        };
        QVERIFY(says([&] { write_hardened_file(*network, thresholds, hardened_); }).contains("another one than when it was opened"));
        QVERIFY(!QFile::exists(QString::fromStdString(hardened_)));
        QVERIFY(says([&] {
                    network->stored_in(MemoryModel{NumberFormat::parse("int8"), FaultKind::flip, {}, ParameterSelection::all});
                }).contains("another one"));
        write_hardened_file(*Network::load(source_), thresholds, hardened_);
        QVERIFY(QFile::exists(QString::fromStdString(hardened_)));
        QVERIFY(QFile::remove(QString::fromStdString(hardened_)));
    }

    void every_kind_of_activation_is_clipped_as_the_method_says() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module = three_activations();
        module.save(source_);
        const auto network = Network::load(source_);
        QCOMPARE(network->sites().size(), std::size_t(3));
        write_hardened_file(*network, std::vector<std::optional<float>>{0.5F, 0.125F, 0.3F}, hardened_);

        torch::jit::Module hardened = load_module(hardened_).module;
        at::Tensor x = random_images({64, 8});
        x[3][2] = infinity;
        x[5][1] = std::nan("");
        x[7] = 1e38;
        const at::Tensor logits = hardened.forward({x}).toTensor();
        QVERIFY(same_bits(logits, by_hand(module, x, {0.5, 0.125, double(0.3F)})));
        QVERIFY(logits.isfinite().all().item<bool>());
        QVERIFY(!same_bits(logits, module.forward({x}).toTensor()));  // the thresholds bite
    }

    void an_opened_file_has_the_same_layers_and_knows_its_thresholds() {
        three_activations().save(source_);
        const auto network = Network::load(source_);
        const std::vector<std::optional<float>> thresholds{0.5F, 0.1F, 0.3F};
        write_hardened_file(*network, thresholds, hardened_);
        const auto opened = Network::load(hardened_);
        QVERIFY(thresholds_of(*opened) == thresholds);
        QCOMPARE(opened->parameter_count(), network->parameter_count());
        for (std::size_t i = 0; i < network->layers().size(); ++i) {
            QCOMPARE(opened->layers()[i].name, network->layers()[i].name);
            QCOMPARE(opened->layers()[i].path, network->layers()[i].path);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(opened->sites()[i].kind, network->sites()[i].kind);
            QVERIFY(opened->sites()[i].fed_by == network->sites()[i].fed_by);
        }
    }

    void hardening_a_hardened_file_replaces_its_thresholds() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module = three_activations();
        module.save(source_);
        write_hardened_file(*Network::load(source_), std::vector<std::optional<float>>{0.25F, 0.0625F, 0.1F}, hardened_);
        const std::string again = folder_.filePath("again.pt").toStdString();
        const std::vector<std::optional<float>> wider{0.5F, 0.125F, 0.5F};
        write_hardened_file(*Network::load(hardened_), wider, again);
        QVERIFY(thresholds_of(*Network::load(again)) == wider);
        const at::Tensor x = random_images({32, 8});
        QVERIFY(same_bits(load_module(again).module.forward({x}).toTensor(), by_hand(module, x, {0.5, 0.125, 0.5})));
    }

    void sites_without_a_threshold_stay_as_they_are() {
        const torch::NoGradGuard no_gradients;
        torch::jit::Module module = three_activations();
        module.save(source_);
        write_hardened_file(*Network::load(source_), std::vector<std::optional<float>>{std::nullopt, 1e30F}, hardened_);
        QVERIFY(thresholds_of(*Network::load(hardened_)) == (std::vector<std::optional<float>>{std::nullopt, 1e30F, std::nullopt}));
        const at::Tensor x = random_images({32, 8});
        QVERIFY(same_bits(load_module(hardened_).module.forward({x}).toTensor(), module.forward({x}).toTensor()));
    }

    void state_and_metadata_are_kept() {
        torch::jit::Module module = three_activations();
        module.register_buffer("counts", at::ones({3}));
        ModelMetadata metadata;
        metadata.architecture = "test";
        metadata.class_names = {"a", "b", "c", "d"};
        metadata.normalization = Normalization::preset("none");
        save_module(module, metadata, source_);
        write_hardened_file(*Network::load(source_), std::vector<std::optional<float>>(3, 0.5F), hardened_);
        const LoadedModule opened = load_module(hardened_);
        QVERIFY(opened.metadata.class_names == metadata.class_names);
        QVERIFY(opened.metadata.normalization && opened.metadata.normalization->name == "none");
        std::vector<std::string> names;
        for (const auto& parameter : opened.module.named_parameters()) {
            names.push_back(parameter.name);
            QVERIFY(same_bits(parameter.value, module.attr(parameter.name).toTensor()));
        }
        QVERIFY(names == (std::vector<std::string>{"first", "second", "third", "last"}));
        QVERIFY(opened.module.hasattr("counts"));
    }

    void senseless_thresholds_and_places_are_refused() {
        three_activations().save(source_);
        const auto network = Network::load(source_);
        for (const float threshold : {-1.0F, std::nanf(""), float(infinity)})
            QVERIFY_EXCEPTION_THROWN(write_hardened_file(*network, std::vector<std::optional<float>>{threshold}, hardened_), UsageError);
        QVERIFY_EXCEPTION_THROWN(write_hardened_file(*network, std::vector<std::optional<float>>{0.5F}, "/no/such/folder/x.pt"), Error);
        const torch::jit::Module branching = make_module({{"weight", {4, 8}}}, R"(
def forward(self, x):
    y = torch.linear(x, self.weight)
    if y.size(0) > 2:
        y = torch.relu(y)
    return y
)");
        branching.save(source_);
        const auto with_branch = Network::load(source_);
        QCOMPARE(with_branch->sites().size(), std::size_t(1));
        QVERIFY(!with_branch->sites()[0].can_be_clipped);
        QVERIFY_EXCEPTION_THROWN(write_hardened_file(*with_branch, std::vector<std::optional<float>>{0.5F}, hardened_), UsageError);
    }

private:
    QTemporaryDir folder_;
    std::string source_;
    std::string hardened_;
};

QTEST_GUILESS_MAIN(TestHardenedFile)
#include "test_hardened_file.moc"
