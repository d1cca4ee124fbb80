#include <QTest>

#include "common/error.h"
#include "protection/activation/activation_kinds.h"
#include "protection/memory/word_protection.h"
#include "protection/protection.h"

using namespace clipscope;

class TestProtection : public QObject {
    Q_OBJECT
private slots:
    void reads_what_people_write() {
        QVERIFY(!parts_of(Protection::none).activation);
        QVERIFY(parts_of(Protection::none).memory.empty());

        const ProtectionParts both = parts_of(protection_from_string("guard@FC-1/CONV-2+clip-channel+sec-ded-39-32"));
        QCOMPARE(both.activation->kind, std::string("clip"));
        QVERIFY(both.activation->granularity == Granularity::channel);
        QCOMPARE(both.memory.size(), std::size_t(2));
        QCOMPARE(both.memory[0].name, std::string("guard"));
        QCOMPARE(both.memory[0].layers, (std::vector<std::string>{"FC-1", "CONV-2"}));
        QVERIFY(both.memory[1].layers.empty());

        QCOMPARE(parts_of(Protection::clip_actmax).activation->kind, std::string("clip"));
        QVERIFY(!parts_of(Protection::clip_actmax).activation->is_tuned);
        QVERIFY(parts_of(Protection::clip_tuned).activation->is_tuned);
        QCOMPARE(parts_of(protection_from_string("range@ACT-1")).activation->sites, (std::vector<std::string>{"ACT-1"}));
        QCOMPARE(protections_from_list("none,clip,clip,tmr-exponent").size(), std::size_t(3));
    }

    void tells_which_bits_are_stored_beside() {
        const auto of = [](const char* text) { return check_words_of(protection_from_string(text)); };
        QCOMPARE(of("none"), std::string());
        QCOMPARE(of("guard+clip"), std::string());
        QCOMPARE(of("parity+range"), of("parity"));
        QVERIFY(of("parity") != of("sec-ded-39-32") && of("parity") != of("parity@FC-1"));
        QCOMPARE(of("guard@CONV-1+tmr-30@FC-1"), of("tmr-30@FC-1"));
    }

    void refuses_what_means_nothing_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("a name") << "armour"
                                << "'armour' is not a protection: choose among none, clip, range";
        QTest::newRow("empty") << ""
                               << "is not a protection";
        QTest::newRow("half") << "guard+"
                              << "is not a protection";
        QTest::newRow("no layer") << "guard@"
                                  << "is not a protection";
        QTest::newRow("two of activations") << "clip+range"
                                            << "protects activations twice";
        QTest::newRow("two of words") << "guard+parity"
                                      << "protects the same words twice";
        QTest::newRow("two of a layer's words") << "guard@FC-1+parity@FC-2/FC-1"
                                                << "protects the same words twice";
        QTest::newRow("no bound, no granularity") << "relu6-channel"
                                                  << "is not a protection";
        QTest::newRow("no bit") << "tmr-many"
                                << "many";
    }
    void refuses_what_means_nothing() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        try {
            protection_from_string(text.toStdString());
            QFAIL("taken");
        } catch (const UsageError& error) {
            QVERIFY2(QString::fromUtf8(error.what()).contains(says), error.what());
        }
    }

    void every_kind_is_named_once() {
        std::vector<std::string> names;
        for (const ActivationKind& kind : activation_kinds()) names.emplace_back(kind.id);
        for (const MemoryProtection* kind : memory_protections()) names.push_back(kind->form());
        for (std::size_t i = 0; i < names.size(); ++i) {
            QVERIFY(protections_help().find(names[i]) != std::string::npos);
            for (std::size_t j = 0; j < i; ++j) QVERIFY(names[i] != names[j]);
        }
        QVERIFY(find_memory_protection("clip") == nullptr);
        QVERIFY(find_activation_kind("guard") == nullptr);
    }
};

QTEST_MAIN(TestProtection)
#include "test_protection.moc"
