// Lists of faults: both forms, what is refused and where, drawn lists.
#include <QTest>
#include <map>
#include <set>

#include "common/counter_random.h"
#include "common/csv_rows.h"
#include "common/error.h"
#include "faults/fault_list.h"

using namespace clipscope;

namespace {

// A convolution of 2×3×2×2 with a bias, and a linear layer of words of 8 bits whose lowest two may not be faulty.
std::vector<LayerInfo> small_memory() {
    LayerInfo convolution;
    convolution.name = "CONV-1";
    convolution.path = "features.0";
    convolution.parameters = {{.path = "features.0.weight", .shape = {2, 3, 2, 2}, .elements = 24},
                              {.path = "features.0.bias", .shape = {2}, .elements = 2}};
    LayerInfo linear;
    linear.name = "FC-1";
    linear.path = "classifier";
    linear.parameters = {{.path = "classifier.weight", .shape = {4, 5}, .elements = 20, .word_bits = 8, .faulty_bits = 0xFC}};
    LayerInfo threshold;
    threshold.name = "ACT-1";
    threshold.parameters = {{.path = "ACT-1.threshold", .shape = {1}, .elements = 1}};
    threshold.is_stored = false;
    return {convolution, linear, threshold};
}

std::vector<ListedTrial> read(const std::string& text, ListGrouping grouping = ListGrouping::as_named) {
    return read_fault_list(text, "list.csv", small_memory(), grouping);
}

std::string problem(const std::string& text) {
    try {
        read(text);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestFaultList : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_are_read_as_rfc_4180_has_them() {
        const auto rows = csv_rows(
            "\xEF\xBB\xBF"
            "a,\"b, \"\"c\"\"\",\r\n\n\"two\nlines\",x\nlast",
            "f.csv");
        QCOMPARE(rows.size(), std::size_t(3));
        QVERIFY((rows[0].fields == std::vector<std::string>{"a", "b, \"c\"", ""}));
        QCOMPARE(rows[1].line, std::size_t(3));
        QVERIFY((rows[1].fields == std::vector<std::string>{"two\nlines", "x"}));
        QCOMPARE(rows[2].line, std::size_t(5));
        QVERIFY_EXCEPTION_THROWN(csv_rows("a\n\"b", "f.csv"), Error);
        QVERIFY(csv_rows("", "f.csv").empty());
    }

    void faults_of_one_trial_belong_together() {
        const std::string text =
            "layer,rate,trial,parameter,element,bit\n"
            "network,1e-06,3,features.0.weight,23,30\n"
            "network,1e-06,4,features.0.bias,1,0\n"
            "network,1e-06,3,classifier.weight,7,5\n";
        const auto trials = read(text);
        QCOMPARE(trials.size(), std::size_t(2));
        QCOMPARE(trials[0].name, std::string("network:1e-06:3"));
        QCOMPARE(trials[0].line, std::size_t(2));
        QCOMPARE(trials[0].count(), std::int64_t(2));
        QVERIFY((trials[0].bits.at({0, 0}) == std::vector<std::uint64_t>{23 * 32 + 30}));
        QVERIFY((trials[0].bits.at({1, 0}) == std::vector<std::uint64_t>{7 * 8 + 5}));
        QVERIFY((trials[1].bits.at({0, 1}) == std::vector<std::uint64_t>{32}));
        const TrialFaults faults = trials[0].faults();
        QCOMPARE(faults.count_below(1e-300), std::int64_t(2));
        QCOMPARE(faults.first_faulty_layer(1, 3), std::size_t(0));
        const auto each = read(text, ListGrouping::lines);
        QCOMPARE(each.size(), std::size_t(3));
        QCOMPARE(each[2].name, std::string("2"));
        QCOMPARE(each[2].line, std::size_t(4));
        // Without names every line is its own.
        QCOMPARE(read("bit,element,parameter\n3,0,features.0.bias\n3,0,features.0.bias\n").size(), std::size_t(2));
    }

    void modules_and_indices_are_found() {
        const auto trials = read(
            "Injection,Layer,TensorIndex,Bit,n_injections\n"
            "7,features.0,\"(1, 2, 0, 1)\",15,10000\n"
            "8,FC-1,\"[3, 4]\",7,10000\n"
            "7,classifier,\"(0, 0)\",2,10000\n"
            "9,features.0.bias,\"(1,)\",31,10000\n");
        QCOMPARE(trials.size(), std::size_t(3));
        QCOMPARE(trials[0].name, std::string("7"));
        QCOMPARE(trials[0].count(), std::int64_t(2));
        QVERIFY((trials[0].bits.at({0, 0}) == std::vector<std::uint64_t>{std::uint64_t(1 * 12 + 2 * 4 + 1) * 32 + 15}));
        QVERIFY((trials[1].bits.at({1, 0}) == std::vector<std::uint64_t>{19 * 8 + 7}));
        QVERIFY((trials[2].bits.at({0, 1}) == std::vector<std::uint64_t>{63}));
    }

    void wrong_lines_are_named_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        const QByteArray own = "parameter,element,bit\nfeatures.0.bias,0,0\n", other = "Injection,Layer,TensorIndex,Bit\n";
        QTest::newRow("empty") << QByteArray() << QByteArray("is empty");
        QTest::newRow("no header") << QByteArray("1,2,3\n") << QByteArray("line 1 is no header");
        QTest::newRow("header alone") << other << QByteArray("lists no fault");
        QTest::newRow("unknown parameter") << own + "nowhere,0,0\n" << QByteArray("line 3: the network stores no parameter 'nowhere'");
        QTest::newRow("not stored") << own + "ACT-1.threshold,0,0\n" << QByteArray("line 3: the network stores no parameter");
        QTest::newRow("element") << own + "features.0.bias,2,0\n" << QByteArray("line 3: '2' is no element of features.0.bias");
        QTest::newRow("negative") << own + "features.0.bias,-1,0\n" << QByteArray("line 3: '-1'");
        QTest::newRow("bit") << own + "features.0.bias,1,32\n" << QByteArray("line 3: '32' is no bit of a word of 32");
        QTest::newRow("narrow word") << own + "classifier.weight,1,8\n" << QByteArray("no bit of a word of 8");
        QTest::newRow("no number") << own + "features.0.bias,1.5,0\n" << QByteArray("line 3: '1.5'");
        QTest::newRow("too few fields") << own + "features.0.bias,1\n" << QByteArray("line 3: there is no bit");
        QTest::newRow("layer") << other + "0,conv9,\"(0, 0)\",1\n" << QByteArray("line 2: the network has no layer 'conv9'");
        QTest::newRow("dimensions") << other + "0,classifier,\"(0, 0, 0)\",1\n" << QByteArray("give 2 numbers");
        QTest::newRow("outside") << other + "0,classifier,\"(0, 5)\",1\n" << QByteArray("number 2 must be from 0 to 4");
        QTest::newRow("twice") << other + "0,classifier,\"(0, 4)\",1\n0,FC-1,\"(0, 4)\",1\n"
                               << QByteArray("line 3: the bit is in its trial");
        QTest::newRow("huge") << own + "features.0.bias,99999999999999999999,0\n" << QByteArray("line 3:");
        QTest::newRow("open quote") << own + "\"features\n" << QByteArray("line 3: a quoted field does not end");
    }
    void wrong_lines_are_named() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, said);
        const std::string found = problem(text.toStdString());
        QVERIFY2(found.find(said.toStdString()) != std::string::npos, found.c_str());
        QVERIFY(found.find("'list.csv'") == 0);
        QCOMPARE(std::count(found.begin(), found.end(), '\n'), std::ptrdiff_t(0));
    }

    void computed_values_are_named_by_output_and_image() {
        const auto trials = read("trial,parameter,element,bit\n1,CONV-1.out@17,40,3\n1,act-1.out@0,2,31\n1,features.0.bias,1,0\n");
        QCOMPARE(trials.size(), std::size_t(1));
        QCOMPARE(trials[0].count(), std::int64_t(3));
        QVERIFY((trials[0].outputs.at({0, 17}) == std::vector<std::uint64_t>{40 * 32 + 3}));
        QVERIFY((trials[0].outputs.at({2, 0}) == std::vector<std::uint64_t>{2 * 32 + 31}));
        for (const char* wrong : {"CONV-9.out@1,0,0", "CONV-1.out@-1,0,0", "CONV-1.out@x,0,0", "CONV-1.out@1,-1,0", "CONV-1.out@1,0,32",
                                  "CONV-1.out@1,99999999999999999999,0", "@,0,0", "CONV-1@1,0,0"}) {
            const std::string said = problem(std::string("parameter,element,bit\n") + wrong + "\n");
            QVERIFY2(said.starts_with("'list.csv', line 2: "), said.c_str());
        }
        QVERIFY(problem("trial,parameter,element,bit\n1,CONV-1.out@1,0,0\n1,CONV-1.out@1,0,0\n").find("line 3") != std::string::npos);
    }

    // Each either reads or says in one sentence what is wrong.
    void malformed_lists_end_in_one_sentence() {
        const std::string good[] = {
            "layer,rate,trial,parameter,element,bit\nnetwork,1e-06,3,features.0.weight,23,30\nnetwork,1e-06,4,features.0.bias,1,0\n",
            "Injection,Layer,TensorIndex,Bit\n0,features.0,\"(1, 2, 0, 1)\",15\n1,classifier,\"(3, 4)\",7\n"};
        const std::string letters = "0123456789,,,\"\"\n\r-+.()[] aelmt\xff";
        const CounterRandom random(1, RandomDomain::none);
        int refused = 0;
        for (std::uint64_t number = 0; number < 2000; ++number) {
            std::string text = good[number % 2];
            for (std::uint64_t change = 0; change <= number % 7; ++change) {
                const auto words = random.block({number, change, 0, 0});
                const std::size_t place = words[0] % (text.size() + 1);
                const std::size_t length = std::min<std::size_t>(words[1] % 4, text.size() - place);
                text.replace(place, length, words[2] % 3, letters[words[3] % letters.size()]);
            }
            const std::string said = problem(text);
            refused += !said.empty();
            QVERIFY(said.empty() || (said.starts_with("'list.csv'") && said.find('\n') == std::string::npos));
        }
        QVERIFY2(refused > 1000, qPrintable(QString::number(refused)));
    }

    void drawn_lists_are_spread_evenly() {
        const std::vector<LayerInfo> parts = small_memory();
        const std::vector<std::size_t> scope{0, 1};
        const auto trials = draw_fault_list(5, 380, parts, scope, {});
        QCOMPARE(trials.size(), std::size_t(380));
        std::map<std::pair<std::size_t, int>, int> of_stratum;
        std::set<std::pair<ParameterPlace, std::uint64_t>> seen;
        for (const ListedTrial& trial : trials) {
            QCOMPARE(trial.count(), std::int64_t(1));
            const auto& [place, positions] = *trial.bits.begin();
            const ParameterInfo& info = parts[place.first].parameters[place.second];
            const auto bit = int(positions[0] % std::uint64_t(info.word_bits));
            QVERIFY(info.faulty_bits >> bit & 1);
            QVERIFY(positions[0] < std::uint64_t(info.elements * info.word_bits));
            ++of_stratum[{place.first, bit}];
            QVERIFY(seen.insert({place, positions[0]}).second);
        }
        QCOMPARE(of_stratum.size(), std::size_t(32 + 6));
        for (const auto& [stratum, count] : of_stratum) QCOMPARE(count, 10);
        // The same again, from its own text too.
        const std::string text = fault_list_text(trials, parts);
        QCOMPARE(fault_list_text(draw_fault_list(5, 380, parts, scope, {}), parts), text);
        QVERIFY(fault_list_text(draw_fault_list(6, 380, parts, scope, {}), parts) != text);
        const auto again = read_fault_list(text, "list.csv", parts, ListGrouping::as_named);
        QCOMPARE(again.size(), trials.size());
        for (std::size_t i = 0; i < again.size(); ++i) QVERIFY(again[i].bits == trials[i].bits);
    }

    void all_bits_there_are_can_be_drawn() {
        const std::vector<LayerInfo> parts = small_memory();
        constexpr std::int64_t all = 26 * 32 + 20 * 6;
        for (const ListStrata strata : {ListStrata{true, true}, ListStrata{false, true}, ListStrata{true, false}, ListStrata{false, false}})
            QCOMPARE(draw_fault_list(1, all, parts, std::vector<std::size_t>{0, 1}, strata).size(), std::size_t(all));
        QVERIFY_EXCEPTION_THROWN(draw_fault_list(1, all + 1, parts, std::vector<std::size_t>{0, 1}, {}), UsageError);
        QVERIFY_EXCEPTION_THROWN(draw_fault_list(1, 0, parts, std::vector<std::size_t>{0, 1}, {}), UsageError);
        // What is not stored has no bits.
        QVERIFY_EXCEPTION_THROWN(draw_fault_list(1, 1, parts, std::vector<std::size_t>{2}, {}), UsageError);
    }
};

QTEST_GUILESS_MAIN(TestFaultList)
#include "test_fault_list.moc"
