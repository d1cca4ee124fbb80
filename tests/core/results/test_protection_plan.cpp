// A protection as JSON and as a C header: the header compiled as C99 and as C++ by the system's own compiler, run, and compared with the
// definitions written out by hand.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "../protection/definitions_by_hand.h"
#include "c_program.h"
#include "common/error.h"
#include "protection/activation/activation_kinds.h"
#include "results/protection_header.h"
#include "results/protection_plan.h"

using namespace clipscope;
using namespace clipscope::testing;

namespace {

const std::vector<SiteBounds>& some_bounds() {
    static const std::vector<SiteBounds> all = {
        {{}, {-0.1F}, {3.4567891F}},
        {{3, 1, 1}, {0, -0.25F, -3}, {3.5F, 0.1F, 1e30F}},
        {{3, 2, 1}, {0, -0.25F, -3, 0, -1e-3F, -8}, {16777217.0F, 0.75F, 1e30F, 0, 1e-3F, 1.17549435e-38F}},
    };
    return all;
}

// A site of every kind and granularity.
ProtectionPlan some_plan() {
    ProtectionPlan plan;
    plan.model = "a */ /* b?\?/7 \"net\"\xC3\xA9__x";
    plan.model_sha256 = "0123456789abcdef";
    plan.protection = Protection{"guard+range-channel"};
    plan.price = {0.125, 2.5};
    for (const ActivationKind& kind : activation_kinds())
        for (std::size_t i = 0; i < some_bounds().size(); ++i) {
            SiteInfo info;
            info.name = "ACT-" + std::to_string(plan.sites.size() + 1);
            info.kind = "relu";
            info.fed_by = {"CONV-1", "FC-2"};
            plan.sites.push_back({info, {std::string(kind.id), Granularity(i), kind.bounds == 0 ? SiteBounds{} : some_bounds()[i]}});
        }
    return plan;
}

struct Bound {
    float low = 0;
    float high = 0;
};

std::vector<Bound> bounds_of(const ProtectionPlan::Site& site) {
    std::vector<Bound> bounds;
    for (std::size_t i = 0; i < site.own.bounds.count(); ++i) bounds.push_back({site.own.bounds.low[i], site.own.bounds.high[i]});
    if (bounds.empty()) bounds.push_back({});
    return bounds;
}

std::size_t most_values() {
    return difficult_values(0, 1).size();
}

// Prints each site's bounds and what becomes of difficult values at each of them, as words; of 0 and NaN any.
std::string program(const ProtectionPlan& plan, const QString& prefix) {
    QString values;
    for (const ProtectionPlan::Site& site : plan.sites)
        for (const Bound& bound : bounds_of(site))
            values += QStringLiteral("{") + words(difficult_values(bound.low, bound.high), ",") + QStringLiteral("},\n");
    QString text = QStringLiteral(R"(#include "written.h"
#include "written.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static void print(float value) {
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    if (value != value) printf("nan ");
    else printf("%luu ", value == 0 ? 0ul : (unsigned long)word);
}
static const uint32_t values[][COUNT] = {VALUES};
int main(void) {
    int number, bound, k, row = 0;
    for (number = 0; number < PREFIX_PROTECTED_SITES; ++number) {
        const struct prefix_protected_site* site = &prefix_protected_sites[number];
        const int last[3] = {2, 1, 0};
        printf("%s %d %d %d ", site->name, (int)site->granularity, site->bounds, prefix_protected_bound(site, last));
        for (bound = 0; bound < (site->bounds > 0 ? site->bounds : 1); ++bound, ++row) {
            if (site->low) print(site->low[bound]);
            if (site->high) print(site->high[bound]);
            for (k = 0; k < COUNT; ++k) {
                float y;
                memcpy(&y, &values[row][k], sizeof y);
                print(prefix_protect(site, y, bound));
            }
        }
        printf("\n");
    }
    printf("%d %s\n", (int)PREFIX_PROTECTED_ACT_3, PREFIX_MODEL_SHA256);
    return 0;
}
)");
    text.replace("VALUES", values).replace("COUNT", QString::number(most_values()));
    return text.replace("PREFIX", prefix.toUpper()).replace("prefix", prefix).toStdString();
}

QString printed(float value) {
    return (value != value ? QStringLiteral("nan") : words({value == 0 ? 0.0F : value}, "")) + QStringLiteral(" ");
}

QString expected(const ProtectionPlan& plan) {
    QString text;
    for (const ProtectionPlan::Site& site : plan.sites) {
        const int kind_bounds = find_activation_kind(site.own.kind)->bounds;
        const std::size_t count = site.own.bounds.count();
        text += QString::fromStdString("ACT_" + site.info.name.substr(4)) +
                QStringLiteral(" %1 %2 %3 ").arg(int(site.own.granularity)).arg(count).arg(count == 0 ? 0 : count - 1);
        for (const Bound& bound : bounds_of(site)) {
            if (kind_bounds > 1) text += printed(bound.low);
            if (kind_bounds > 0) text += printed(bound.high);
            for (const float y : difficult_values(bound.low, bound.high))
                text += printed(definitions.at(site.own.kind)(y, bound.low, bound.high));
        }
        text += QStringLiteral("\n");
    }
    return text + QStringLiteral("2 0123456789abcdef\n");
}

}  // namespace

class TestProtectionPlan : public QObject {
    Q_OBJECT
private slots:
    void a_compiler_computes_what_clipscope_does_data() { add_compilers(); }

    void a_compiler_computes_what_clipscope_does() {
        QFETCH(QString, compiler);
        QFETCH(QStringList, options);
        if (QStandardPaths::findExecutable(compiler).isEmpty()) QSKIP("no C compiler is here");
        const ProtectionPlan plan = some_plan();
        const std::string header = protection_plan_text("plan.h", plan);
        const QString text = QString::fromStdString(header);
        const int start = int(text.indexOf("struct ")) + 7;
        const QString prefix = text.mid(start, text.indexOf("_protected_site {") - start);
        QVERIFY2(prefix.startsWith("network_7"), qPrintable(prefix));
        QCOMPARE(run_c_program(compiler, options, header, program(plan, prefix)), expected(plan));
    }

    // A protection has one kind; what the others need is not there.
    void each_kind_stands_alone() {
        if (QStandardPaths::findExecutable("cc").isEmpty()) QSKIP("no C compiler is here");
        for (const ActivationKind& kind : activation_kinds()) {
            ProtectionPlan plan = some_plan();
            plan.model = "net";
            std::erase_if(plan.sites, [&](const ProtectionPlan::Site& site) { return site.own.kind != kind.id; });
            const QString text = QString::fromStdString(protection_plan_text("plan.H", plan));
            QCOMPARE(text.count("static inline float net_"), 2);
            const QStringList options{"-x", "c", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"};
            const std::string main =
                "#include \"written.h\"\n#include <stdio.h>\nint main(void) { printf(\"%d\", NET_PROTECTED_SITES); return 0; }\n";
            QCOMPARE(run_c_program("cc", options, text.toStdString(), main), "3");
        }
    }

    void people_read_what_it_is() {
        const QString text = QString::fromStdString(protection_plan_text("plan.h", some_plan()));
        QVERIFY(text.contains("protected by guard+range-channel, written by ClipScope"));
        QVERIFY(text.contains("It adds 0.125 % of storage and 2.5 % of operations."));
        QVERIFY(text.contains("/* ACT-1, relu, fed by CONV-1, FC-2 */"));
    }

    void json_holds_the_same_float32_shortly() {
        const ProtectionPlan plan = some_plan();
        const std::string text = protection_plan_text("plan.json", plan);
        QVERIFY(text.find("0.1,") != text.npos && text.find("0.100000") == text.npos);
        const QJsonArray sites = QJsonDocument::fromJson(QByteArray::fromStdString(text))["activations"].toArray();
        QCOMPARE(sites.size(), qsizetype(plan.sites.size()));
        for (qsizetype i = 0; i < sites.size(); ++i) {
            const ProtectedSite& own = plan.sites[std::size_t(i)].own;
            const QJsonObject site = sites[i].toObject();
            const int bounds = find_activation_kind(own.kind)->bounds;
            QCOMPARE(site["kind"].toString().toStdString(), own.kind);
            QCOMPARE(site["granularity"].toString().toStdString(), to_string(own.granularity));
            QCOMPARE(site.contains("low"), bounds > 1);
            QCOMPARE(site.contains("shape"), bounds > 0);
            QCOMPARE(site["high"].toArray().size(), qsizetype(own.bounds.count()));
            for (std::size_t k = 0; k < own.bounds.count(); ++k) {
                QCOMPARE(float(site["high"].toArray()[qsizetype(k)].toDouble()), own.bounds.high[k]);
                if (bounds > 1) QCOMPARE(float(site["low"].toArray()[qsizetype(k)].toDouble()), own.bounds.low[k]);
            }
        }
    }

    void what_c_cannot_hold_is_refused() {
        ProtectionPlan plan = some_plan();
        plan.sites[0].own.bounds.high = {std::numeric_limits<float>::infinity()};
        QVERIFY_EXCEPTION_THROWN(protection_plan_text("plan.h", plan), Error);
        plan.sites.clear();
        QVERIFY_EXCEPTION_THROWN(protection_plan_text("plan.h", plan), UsageError);
        QVERIFY_EXCEPTION_THROWN(check_header_fits(Protection{"guard"}), UsageError);
        check_header_fits(Protection{"guard+clip"});
    }
};

QTEST_GUILESS_MAIN(TestProtectionPlan)
#include "test_protection_plan.moc"
