#include <QFile>
#include <QTest>
#include <sstream>

#include "archives/pickle_tree.h"
#include "archives/zip_archive.h"
#include "common/error.h"
#include "network/formats/records/stored_tensor.h"
#include "network/formats/torchscript/script_records.h"
#include "refusal.h"

using namespace clipscope;
using testing::refusal;

namespace {

PickleTree read(const std::string& instructions) {
    return PickleTree("\x80\x02" + instructions, [](const std::string& name) { return is_tensor_global(name); });
}

std::string bundled_network() {
    QFile file(CLIPSCOPE_SOURCE_DIR "/resources/networks/lenet5.pt");
    return file.open(QFile::ReadOnly) ? file.readAll().toStdString() : std::string();
}

}  // namespace

class TestModelArchive : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_numbers_and_texts_data() {
        QTest::addColumn<QByteArray>("instructions");
        QTest::addColumn<qint64>("expected");
        QTest::newRow("one byte") << QByteArray("K\xff.") << qint64(255);
        QTest::newRow("two bytes") << QByteArray("M\x01\x02.") << qint64(513);
        QTest::newRow("four bytes") << QByteArray("J\xfe\xff\xff\xff.") << qint64(-2);
        QTest::newRow("long, negative") << QByteArray("\x8a\x02\x00\x80.", 5) << qint64(-32768);
        QTest::newRow("long, positive") << QByteArray("\x8a\x05\x00\x00\x00\x00\x01.", 8) << (qint64(1) << 32);
        QTest::newRow("long, empty") << QByteArray("\x8a\x00.", 3) << qint64(0);
        QTest::newRow("long, whole") << QByteArray("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.", 11) << std::numeric_limits<qint64>::max();
    }
    void reads_numbers_and_texts() {
        QFETCH(QByteArray, instructions);
        QFETCH(qint64, expected);
        const PickleTree tree = read(instructions.toStdString());
        QCOMPARE(tree.root().kind, PickleKind::integer);
        QCOMPARE(qint64(tree.root().integer), expected);
        QCOMPARE(read(std::string("G\x3f\xf8\x00\x00\x00\x00\x00\x00.", 10)).root().real, 1.5);
    }

    void reads_texts_and_bytes_data() {
        QTest::addColumn<QByteArray>("instructions");
        QTest::newRow("text") << QByteArray("X\x03\0\0\0key.", 9);
        QTest::newRow("short text") << QByteArray("\x8c\x03key.", 6);
        QTest::newRow("long text") << QByteArray("\x8d\x03\0\0\0\0\0\0\0key.", 13);
        QTest::newRow("bytes") << QByteArray("B\x03\0\0\0key.", 9);
        QTest::newRow("short bytes") << QByteArray("C\x03key.", 6);
        QTest::newRow("long bytes") << QByteArray("\x8e\x03\0\0\0\0\0\0\0key.", 13);
        QTest::newRow("bytes that can be changed") << QByteArray("\x96\x03\0\0\0\0\0\0\0key.", 13);
        QTest::newRow("in a frame") << QByteArray("\x95\x06\0\0\0\0\0\0\0\x8c\x03key.", 15);
    }
    void reads_texts_and_bytes() {
        QFETCH(QByteArray, instructions);
        QCOMPARE(read(instructions.toStdString()).root().text, std::string("key"));
    }

    void what_is_remembered_without_a_number_has_the_next() {
        const PickleTree tree = read(std::string("(\x8c\x01x\x94\x8c\x01y\x94h\0h\x01t.", 15));
        QCOMPARE(tree.root().items.size(), std::size_t(4));
        QCOMPARE(tree.at(tree.root().items[2]).text, std::string("x"));
        QCOMPARE(tree.at(tree.root().items[3]).text, std::string("y"));
    }

    void builds_dictionaries_lists_and_what_is_remembered() {
        // {"a": [1, 2], "b": the same list}, as an OrderedDict
        const std::string key_a(
            "X\x01\x00\x00\x00"
            "a",
            6),
            key_b(
                "X\x01\x00\x00\x00"
                "b",
                6);
        const PickleTree tree = read("ccollections\nOrderedDict\n)R(" + key_a +
                                     "]q\x05(K\x01K\x02"
                                     "e" +
                                     key_b + "h\x05u.");
        const PickleNode* a = tree.find(tree.root(), "a");
        QVERIFY(a != nullptr && a == tree.find(tree.root(), "b"));
        QCOMPARE(a->items.size(), std::size_t(2));
        QCOMPARE(tree.at(a->items[1]).integer, std::int64_t(2));
        QVERIFY(tree.find(tree.root(), "c") == nullptr);
    }

    void refuses_what_it_must_data() {
        QTest::addColumn<QByteArray>("instructions");
        QTest::addColumn<QString>("reason");
        const QByteArray fits = QByteArray(200, ']') + QByteArray(199, 'a') + ".",
                         too_deep = QByteArray(201, ']') + QByteArray(200, 'a') + ".";
        QTest::newRow("as deep as allowed") << fits << "";
        QTest::newRow("deeper") << too_deep << "nested";
        QTest::newRow("within itself") << QByteArray(
                                              "]q\x01h\x01"
                                              "a.")
                                       << "within itself";
        QTest::newRow("function") << QByteArray("cos\nsystem\n.") << "os.system";
        QTest::newRow("function from the stack") << QByteArray("\x8c\x02os\x8c\x06system\x93.") << "os.system";
        QTest::newRow("function named by a number") << QByteArray("K\x01\x8c\x06system\x93.") << "damaged";
        QTest::newRow("2^63 bytes") << QByteArray("\x8e\0\0\0\0\0\0\0\x80key.", 13) << "damaged";
        QTest::newRow("a frame beyond the end") << QByteArray("\x95\xff\0\0\0\0\0\0\0K\x01.", 12) << "damaged";
        QTest::newRow("nothing to remember") << QByteArray("\x94.") << "damaged";
        QTest::newRow("instruction") << QByteArray("i.") << "0x69";
        QTest::newRow("call of a number") << QByteArray("K\x01)R.") << "damaged";
        QTest::newRow("below a mark") << QByteArray("K\x01(K\x02\x86t.") << "damaged";
        QTest::newRow("marks") << QByteArray(5000, '(') << "nested";
        QTest::newRow("text beyond the end") << QByteArray(
                                                    "X\xff\xff\xff\x7f"
                                                    "abc.")
                                             << "damaged";
        QTest::newRow("far memory") << QByteArray("]r\xff\xff\xff\xff.") << "damaged";
        QTest::newRow("unknown memory") << QByteArray("h\x07.") << "damaged";
        QTest::newRow("no end") << QByteArray("K\x01") << "damaged";
        QTest::newRow("two values") << QByteArray("K\x01K\x01.") << "damaged";
    }
    void refuses_what_it_must() {
        QFETCH(QByteArray, instructions);
        QFETCH(QString, reason);
        const QString text = refusal([&] { read(instructions.toStdString()); });
        QVERIFY2(reason.isEmpty() ? text.isEmpty() : text.contains(reason), qPrintable(text));
    }

    void reads_a_network_of_its_own() {
        std::istringstream file(bundled_network());
        const ZipArchive archive(file);
        QVERIFY(is_torchscript(archive));
        QVERIFY(archive.find("nothing") == nullptr);
        QCOMPARE(archive.find("data/0")->size, std::uint64_t(6 * 25 * 4));
        QVERIFY(archive.read(*archive.find("extra/clipscope.json"), 1 << 20).starts_with("{"));
        QVERIFY(refusal([&] { archive.read(*archive.find("data/0"), 10); }).contains("600 bytes"));
        QVERIFY(refusal([&] { check_script_records(archive, {}); }).contains("__torch__"));  // without its classes it is made of strangers
    }

    void truncated_archives_are_refused() {
        const std::string whole = bundled_network();
        for (std::size_t size = 0; size < whole.size(); size += 4099) {
            std::istringstream file(whole.substr(0, size));
            QVERIFY(!refusal([&] { const ZipArchive archive(file); }).isEmpty());
        }
        std::istringstream longer(whole + "x");
        QVERIFY(!refusal([&] { const ZipArchive archive(longer); }).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestModelArchive)
#include "test_model_archive.moc"
