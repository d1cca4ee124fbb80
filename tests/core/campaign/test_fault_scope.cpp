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

// "NAME(PATH)=INDICES", one after the other.
QString text_of(const std::string& scopes) {
    QStringList texts;
    for (const FaultScope& scope : parse_fault_scopes(scopes, three_layers())) {
        QString indices;
        for (const std::size_t index : scope.layers) indices += QString::number(index);
        texts += QString::fromStdString(scope.name + "(" + scope.path + ")=") + indices;
    }
    return texts.join(' ');
}

QString error_of(const std::string& scopes) {
    try {
        parse_fault_scopes(scopes, three_layers());
    } catch (const UsageError& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestFaultScope : public QObject {
    Q_OBJECT

private slots:
    void each_is_a_curve_for_every_layer() { QCOMPARE(text_of("each"), "CONV-1(features.0)=0 CONV-2(features.3)=1 FC-1(classifier)=2"); }
    void network_is_all_layers() { QCOMPARE(text_of("Network"), "network()=012"); }
    void a_comma_separates_curves() { QCOMPARE(text_of("fc-1, conv-1"), "FC-1(classifier)=2 CONV-1(features.0)=0"); }
    void a_plus_joins_layers() { QCOMPARE(text_of("FC-1 + CONV-1"), "CONV-1+FC-1(features.0+classifier)=02"); }
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
};

QTEST_GUILESS_MAIN(TestFaultScope)
#include "test_fault_scope.moc"
