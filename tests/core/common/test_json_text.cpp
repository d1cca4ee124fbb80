// The layout of JSON files, and errors that say where something is wrong.
#include <QTest>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/json_text.h"

using namespace clipscope;
using Json = nlohmann::ordered_json;

namespace {

template <typename Function>
QString error_of(Function function) {
    try {
        function();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestJsonText : public QObject {
    Q_OBJECT

private slots:
    void flat_values_lie_on_one_line() {
        Json json;
        json["name"] = "a\"b";
        json["rates"] = {0, 1e-8};
        json["empty"] = Json::array();
        json["points"] = Json::array({Json{{"x", 1}}, Json{{"x", nullptr}}});
        const std::string expected =
            "{\n  \"name\": \"a\\\"b\",\n  \"rates\": [0,1e-08],\n  \"empty\": [],\n  \"points\": [\n    {\"x\":1},\n    {\"x\":null}\n  "
            "]\n}\n";
        QCOMPARE(json_text(json), expected);
        QVERIFY(Json::parse(json_text(json)) == json);
    }

    void text_that_is_not_utf8_is_still_written() { QCOMPARE(json_text(Json{{"model", "a\xffz"}}), "{\"model\":\"a\xef\xbf\xbdz\"}\n"); }

    void damage_is_located() {
        QVERIFY(error_of([] { parse_json(" \n", "r.json"); }).contains("'r.json' is empty"));
        QVERIFY(error_of([] { parse_json("{\n\"a\": 1,\n", "r.json"); }).contains("line 3"));
        QVERIFY(error_of([] { parse_json("{\"a\": 1e999}", "r.json"); }).contains("r.json"));
        QVERIFY(error_of([] { parse_json("\x80PK", "r.json"); }).contains("line 1"));
    }

    void fields_are_strict() {
        const Json json =
            Json::parse(R"({"whole": 3, "half": 1.5, "minus": -1, "huge": 18446744073709551615, "null": null, "list": [], "yes": true})");
        const JsonFields fields(json, "r.json", "curve 2");
        QCOMPARE(fields.integer("whole", 0, 3), 3);
        QCOMPARE(fields.number("whole"), 3.0);
        QCOMPARE(fields.unsigned_integer("huge"), UINT64_MAX);
        QVERIFY(fields.has("whole") && !fields.has("null") && !fields.has("other"));
        const QString message = error_of([&] { (void)fields.integer("whole", 0, 2); });
        QCOMPARE(message, "'r.json', curve 2: 'whole' is not a whole number from 0 to 2; choose a file that ClipScope wrote, unchanged.");
        for (const char* name : {"half", "minus", "huge", "null", "list", "yes", "other"}) {
            QVERIFY2(error_of([&] { (void)fields.integer(name, 0, INT64_MAX); }).contains(name), name);
        }
        for (const char* name : {"null", "list", "yes", "other"})
            QVERIFY2(error_of([&] { (void)fields.number(name); }).contains(name), name);
        QVERIFY(error_of([&] { (void)fields.unsigned_integer("minus"); }).contains("minus"));
        QVERIFY(error_of([&] { (void)fields.text("whole"); }).contains("not a text"));
        QVERIFY(error_of([&] { (void)fields.array("whole"); }).contains("not a list"));
        QVERIFY(error_of([&] { JsonFields(json.at("list"), "r.json"); }).contains("an object is expected"));
    }
};

QTEST_GUILESS_MAIN(TestJsonText)
#include "test_json_text.moc"
