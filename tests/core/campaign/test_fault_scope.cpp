#include <QTest>

#include "campaign/fault_scope.h"
#include "common/error.h"

using namespace clipscope;

namespace {

std::vector<LayerInfo> three_layers() {
    std::vector<LayerInfo> layers(3);
    layers[0].name = "CONV-1", layers[0].path = "features.0";
    layers[1].name = "CONV-2", layers[1].path = "features.3";
    layers[2].name = "FC-1", layers[2].path = "classifier";
    return layers;
}

// Behind three layers two batch norms and two thresholds, the first of them stored.
std::vector<LayerInfo> seven_parts() {
    std::vector<LayerInfo> parts = three_layers();
    parts.resize(7);
    for (const std::size_t i : {3, 4}) parts[i].name = "BN-" + std::to_string(i - 2), parts[i].part = MemoryPart::batch_norm;
    for (const std::size_t i : {5, 6}) parts[i].name = "ACT-" + std::to_string(i - 4), parts[i].part = MemoryPart::threshold;
    parts[6].is_stored = false;
    return parts;
}

// "NAME(PATH)=INDICES", one after the other.
QString text_of(const std::string& scopes, const std::vector<LayerInfo>& parts = three_layers()) {
    QStringList texts;
    for (const FaultScope& scope : parse_fault_scopes(scopes, parts)) {
        QString indices;
        for (const std::size_t index : scope.layers) indices += QString::number(index);
        texts += QString::fromStdString(scope.name + "(" + scope.path + ")=") + indices;
    }
    return texts.join(' ');
}

QString error_of(const std::string& scopes, const std::vector<LayerInfo>& parts = three_layers()) {
    try {
        check_thresholds_stored(parse_fault_scopes(scopes, parts), parts);
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestFaultScope : public QObject {
    Q_OBJECT

private slots:
    void outputs_have_names_of_their_own() {
        const auto text = [](const std::string& scopes) {
            QStringList texts;
            for (const FaultScope& scope : parse_fault_scopes(scopes, seven_parts(), OutputScopes::allowed)) {
                QString indices;
                for (const std::size_t index : scope.layers) indices += QString::number(index);
                indices += '/';
                for (const std::size_t index : scope.outputs) indices += QString::number(index);
                texts += QString::fromStdString(scope.name) + "=" + indices;
            }
            return texts.join(' ');
        };
        QCOMPARE(text("act-1.OUT,CONV-2.out"), "ACT-1.out=/5 CONV-2.out=/1");
        QCOMPARE(text("activations,outputs"), "activations=/56 outputs=/012");
        QCOMPARE(text("each-activation"), "ACT-1.out=/5 ACT-2.out=/6");
        QCOMPARE(text("each-output,CONV-1.out"), "CONV-1.out=/0 CONV-2.out=/1 FC-1.out=/2");
        QCOMPARE(text("activations+network,ACT-1.out+CONV-1+CONV-1.out"), "network+activations=012/56 CONV-1+CONV-1.out+ACT-1.out=0/05");
        QVERIFY(is_scope_group("activations"));
        for (const char* computed : {"ACT-1.out", "network,CONV-1+conv-1.OUT", "each-activation", "network+outputs", "x,activations"})
            QVERIFY2(has_computed_values(computed), computed);
        for (const char* stored : {"network", "each,everything", "CONV-1+ACT-1", "thresholds"})
            QVERIFY2(!has_computed_values(stored), stored);
        // Not all that is stored needs a threshold.
        check_thresholds_stored(parse_fault_scopes("everything+activations", seven_parts(), OutputScopes::allowed), seven_parts());
        const auto error = [](const std::string& scopes, OutputScopes outputs) {
            try {
                parse_fault_scopes(scopes, seven_parts(), outputs);
            } catch (const UsageError& refused) {
                return QString(refused.what());
            }
            return QString();
        };
        QVERIFY(error("ACT-1.out", OutputScopes::refused).startsWith("Faults in computed values (ACT-1.out)"));
        QVERIFY(error("BN-1.out", OutputScopes::allowed)
                    .startsWith("This network has no computed values 'BN-1.out': choose ACT-1.out, activations or each-activation; "
                                "CONV-1.out, outputs"));
        QVERIFY(error("activations+ACT-1.out", OutputScopes::allowed).contains("joins a group with a part of it"));
        QVERIFY(error("network+each-activation", OutputScopes::allowed).contains("put a comma instead"));
    }

    // The bits that faults are drawn from: only those of the chosen positions, and a parameter that two layers share but once.
    void bits_of_a_scope_are_those_that_faults_are_drawn_from() {
        std::vector<LayerInfo> layers = three_layers();
        layers[0].parameters = {{.path = "features.0.weight", .shape = {}, .elements = 10},
                                {.path = "features.0.bias", .shape = {}, .elements = 2, .word_bits = 32, .faulty_bits = 0x80000001}};
        layers[1].parameters = {{.path = "features.0.weight", .shape = {}, .elements = 10}};
        layers[2].parameters = {{.path = "classifier.weight", .shape = {}, .elements = 5, .word_bits = 8, .faulty_bits = 0xff}};
        QCOMPARE(fault_bits({0}, layers), 324);
        QCOMPARE(fault_bits({0, 1}, layers), 324);
        QCOMPARE(fault_bits({0, 1, 2}, layers), 364);
        QCOMPARE(fault_bits({}, layers), 0);
    }

    void each_is_a_curve_for_every_layer() { QCOMPARE(text_of("each"), "CONV-1(features.0)=0 CONV-2(features.3)=1 FC-1(classifier)=2"); }
    void network_is_all_layers() { QCOMPARE(text_of("Network"), "network()=012"); }
    void a_comma_separates_curves() { QCOMPARE(text_of("fc-1, conv-1"), "FC-1(classifier)=2 CONV-1(features.0)=0"); }
    void a_plus_joins_layers() { QCOMPARE(text_of("FC-1 + CONV-1"), "CONV-1+FC-1(features.0+classifier)=02"); }
    void a_group_may_go_without_some() {
        QCOMPARE(text_of("network-FC-1"), "network-FC-1()=01");
        QCOMPARE(text_of("Network-fc-1-CONV-1, network-CONV-2"), "network-CONV-1-FC-1()=1 network-CONV-2()=02");
        QVERIFY(error_of("network-FC-1-FC-1").contains("named twice"));
        QVERIFY(error_of("network-CONV-1-CONV-2-FC-1").contains("leaves nothing"));
        QVERIFY(error_of("network-FC-9").contains("no layer 'network-FC-9'"));
        QVERIFY(error_of("network-FC-1+FC-1+CONV-1").contains("joins a group with a part of it"));
    }
    void a_parameter_path_names_a_part_too() {
        QCOMPARE(text_of("features.3,classifier + features.0,conv-2"), "CONV-2(features.3)=1 CONV-1+FC-1(features.0+classifier)=02");
        QVERIFY(error_of("Features.3").contains("no layer 'Features.3'"));  // paths tell letters' case apart
        std::vector<LayerInfo> parts = seven_parts();
        parts[3].path = parts[4].path = "norm";
        parts[5].path = "features.0";  // a function called in that module
        QCOMPARE(text_of("features.0", parts), "CONV-1(features.0)=0");
        QCOMPARE(error_of("norm", parts), "'norm' is the path of several parts of this network: choose one of BN-1, BN-2.");
    }
    void names_make_a_scope() {
        const FaultScope scope = scope_of_parts({"FC-1", "CONV-1"}, three_layers());
        QCOMPARE(scope.name + " " + scope.path, std::string("CONV-1+FC-1 features.0+classifier"));
        QVERIFY(scope.layers == (std::vector<std::size_t>{0, 2}) && scope_of_parts({}, three_layers()).layers.empty());
        QVERIFY_EXCEPTION_THROWN(scope_of_parts({"CONV-9"}, three_layers()), UsageError);
        QVERIFY(is_scope_group("batch-norm") && is_scope_group("network") && !is_scope_group("CONV-1"));
    }
    void curves_come_once() {
        QCOMPARE(text_of("each,network,fc-1,CONV-1+CONV-1,network"),
                 "CONV-1(features.0)=0 CONV-2(features.3)=1 FC-1(classifier)=2 network()=012");
        QCOMPARE(text_of("conv-1+fc-1,fc-1+conv-1"), "CONV-1+FC-1(features.0+classifier)=02");
    }
    void unknown_layers_are_answered_with_the_known() {
        QCOMPARE(error_of("CONV-1,CONV-9"), "This network has no layer 'CONV-9': choose CONV-1, CONV-2, FC-1, each or network.");
        for (const char* text : {"", "CONV-1,", "CONV-1+", "+", ",each"}) QVERIFY2(error_of(text).contains("CONV-1, CONV-2, FC-1"), text);
        QVERIFY(error_of("network+CONV-1").contains("comma"));
        QVERIFY(error_of("CONV-1+each").contains("comma"));
    }
    void other_parts_are_hit_only_where_asked_for() {
        QCOMPARE(text_of("each,network", seven_parts()), text_of("each,network"));
        QCOMPARE(text_of("batch-norm, Thresholds", seven_parts()), "batch-norm()=34 thresholds()=56");
        QCOMPARE(text_of("each-batch-norm,act-2", seven_parts()), "BN-1()=3 BN-2()=4 ACT-2()=6");
        QCOMPARE(text_of("thresholds+network,bn-2+conv-2", seven_parts()), "network+thresholds()=01256 CONV-2+BN-2(features.3)=14");
        QVERIFY(error_of("batch-norm+BN-1", seven_parts()).contains("comma"));
        QVERIFY(error_of("BN-3", seven_parts())
                    .endsWith("batch-norm, each-batch-norm or BN-1 to BN-2; thresholds, each-threshold or ACT-1 to ACT-2; everything."));
        QVERIFY(error_of("batch-norm").startsWith("This network has no batch norm: choose"));
        QVERIFY(error_of("thresholds").startsWith("This network has no activation that can be clipped"));
    }
    void everything_is_all_that_is_stored() {
        std::vector<LayerInfo> parts = seven_parts();
        for (const auto& [name, part] : {std::pair("LN-1", MemoryPart::norm), std::pair("PRELU-1", MemoryPart::activation),
                                         std::pair("OTHER-1", MemoryPart::other), std::pair("OTHER-2", MemoryPart::other)}) {
            parts.emplace_back().name = name;
            parts.back().part = part;
        }
        QCOMPARE(text_of("Everything", parts), "everything()=012345678910");
        QCOMPARE(text_of("norm,prelu,other,each-other,other-2+ln-1", parts),
                 "norm()=7 prelu()=8 other()=910 OTHER-1()=9 OTHER-2()=10 LN-1+OTHER-2()=710");
        QVERIFY(is_scope_group("everything") && is_scope_group("norm"));
        QVERIFY(error_of("everything+CONV-1", parts).contains("comma"));
        QVERIFY(error_of("other", seven_parts()).startsWith("This network has no stored value that belongs to no layer"));
        // A network that stores no threshold has everything else.
        parts[5].is_stored = false;
        QCOMPARE(error_of("everything", parts), QString());
    }
    void thresholds_must_be_stored_to_be_faulty() {
        QCOMPARE(error_of("network,thresholds,ACT-1", seven_parts()), QString());
        QVERIFY(error_of("network,ACT-2", seven_parts()).contains("no fault can hit ACT-2"));
    }
};

QTEST_GUILESS_MAIN(TestFaultScope)
#include "test_fault_scope.moc"
