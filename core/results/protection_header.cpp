#include "results/protection_header.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/c_text.h"
#include "common/error.h"
#include "common/number_text.h"
#include "common/text_list.h"
#include "common/version.h"
#include "protection/activation/activation_c.h"
#include "protection/activation/activation_kinds.h"

namespace clipscope {
namespace {

constexpr std::array granularities = {Granularity::layer, Granularity::channel, Granularity::neuron};
constexpr std::size_t numbers_a_line = 8;

void replace_all(std::string& text, std::string_view what, const std::string& by) {
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
}

[[noreturn]] void refuse(const Protection& protection) {
    throw UsageError("'" + protection.id +
                     "' changes no activation, and a C header holds activations alone: give the plan a name that ends in .json.");
}

class ProtectionHeader {
public:
    explicit ProtectionHeader(const ProtectionPlan& plan) : plan_(plan), prefix_(c_prefix(plan.model)) {
        CNames names;
        for (const ActivationKind& kind : activation_kinds()) names.free_name(constant(kind.id));
        for (const Granularity granularity : granularities) names.free_name(constant(by(granularity)));
        names.free_name(constant("sites"));
        for (const ProtectionPlan::Site& site : plan.sites)
            names_.push_back(names.free_name(constant(c_identifier(site.info.name, "site"))));
    }

    std::string text() const {
        std::string text = introduction() + "#ifndef @PREFIX@_PROTECTION_H\n#define @PREFIX@_PROTECTION_H\n\n" +
                           model_hash_macro(prefix_, plan_.model_sha256) + types() + enumeration();
        for (std::size_t i = 0; i < names_.size(); ++i) text += arrays(i);
        text += table() + functions() + "#endif\n";
        replace_all(text, "@PREFIX@", upper_case(prefix_));
        replace_all(text, "@prefix@", prefix_);
        return text;
    }

private:
    static std::string by(Granularity granularity) { return "by_" + to_string(granularity); }
    std::string constant(std::string_view name) const { return upper_case(prefix_ + "_protected_" + std::string(name)); }

    std::vector<const ActivationKind*> kinds() const {
        std::vector<const ActivationKind*> used;
        for (const ActivationKind& kind : activation_kinds())
            if (std::ranges::any_of(plan_.sites, [&](const ProtectionPlan::Site& site) { return site.own.kind == kind.id; }))
                used.push_back(&kind);
        return used;
    }

    std::string introduction() const {
        return "/*\n * Activations of the network " + in_comment(plan_.model) + ", protected by " +
               in_comment(to_string(plan_.protection)) + ", written by ClipScope " + version() +
               ".\n *\n"
               " * Each value that a protected activation puts out goes through its site's function: with the site's bounds, or those of "
               "the\n"
               " * value's channel or neuron. In C99 and C++; needs no other header. Compile without -ffast-math and its like, which do "
               "not\n"
               " * know NaN.\n *\n * It adds " +
               rounded_text(plan_.price.storage_percent, 3) + " % of storage and " + rounded_text(plan_.price.operations_percent, 3) +
               " % of operations" + (plan_.memory.empty() ? "" : ", with the protection of stored words, which is not in this file") +
               ".\n */\n";
    }

    std::string types() const {
        std::string text = "enum @prefix@_protected_kind {\n";
        const std::vector<const ActivationKind*> used = kinds();
        for (std::size_t i = 0; i < used.size(); ++i)
            text += "    " + constant(used[i]->id) + (i + 1 < used.size() ? "," : "") + " /* " + in_comment(used[i]->summary) + " */\n";
        text += "};\n\nenum @prefix@_protected_granularity { ";
        for (const Granularity granularity : granularities)
            text += constant(by(granularity)) + (granularity == granularities.back() ? " };\n\n" : ", ");
        return text +
               "struct @prefix@_protected_site {\n"
               "    const char* name;\n"
               "    enum @prefix@_protected_kind kind;\n"
               "    enum @prefix@_protected_granularity granularity;\n"
               "    int dimensions;    /* of the bounds, as of one image's values; 0: one bound for all values */\n"
               "    const int* shape;  /* by dimension; 1 where all values along it share a bound */\n"
               "    int bounds;        /* how many there are; 0: the kind has none */\n"
               "    const float* low;  /* row-major, in the units of the activation; 0 where the kind reads none */\n"
               "    const float* high; /* likewise */\n"
               "};\n\n";
    }

    std::string enumeration() const {
        std::string text = "/* The protected sites, in the order of the network, as indices into the table of them. */\nenum {\n";
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const SiteInfo& info = plan_.sites[i].info;
            text += "    " + names_[i] + " = " + std::to_string(i) + ", /* " + site_in_comment(info.name, info.kind, info.fed_by) + " */\n";
        }
        return text + "    " + constant("sites") + " = " + std::to_string(names_.size()) + " /* how many there are */\n};\n\n";
    }

    // "lenet5_protected_act_1_high"; 0 where there is none of these numbers.
    template <class Number>
    std::string name_of(std::size_t site, const char* role, const std::vector<Number>& numbers) const {
        return numbers.empty() ? "0" : lower_case(names_[site]) + "_" + role;
    }

    template <class Number, class Text>
    std::string array(std::size_t site, const char* type, const char* role, const std::vector<Number>& numbers, const Text& to_text) const {
        if (numbers.empty()) return {};
        std::string text =
            "static const " + std::string(type) + " " + name_of(site, role, numbers) + "[" + std::to_string(numbers.size()) + "] = {";
        for (std::size_t i = 0; i < numbers.size(); ++i)
            text += (i == 0 ? "" : ",") + std::string(i % numbers_a_line == 0 ? "\n    " : " ") + to_text(numbers[i]);
        return text + "\n};\n";
    }

    std::vector<float> low_of(const ProtectionPlan::Site& site) const {
        return find_activation_kind(site.own.kind)->bounds > 1 ? site.own.bounds.low : std::vector<float>();
    }

    std::string arrays(std::size_t i) const {
        const ProtectionPlan::Site& site = plan_.sites[i];
        const auto literal = [&](float number) {
            if (!std::isfinite(number))
                throw Error("A bound of " + site.info.name +
                            " is infinite, which a C header cannot hold: give the plan a name that ends in .json.");
            return float_literal(number);
        };
        const std::string text = array(i, "int", "shape", site.own.bounds.shape, [](std::int64_t size) { return std::to_string(size); }) +
                                 array(i, "float", "low", low_of(site), literal) + array(i, "float", "high", site.own.bounds.high, literal);
        return text.empty() ? text : text + "\n";
    }

    std::string table() const {
        std::string text = "static const struct @prefix@_protected_site @prefix@_protected_sites[" + constant("sites") + "] = {\n";
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const ProtectionPlan::Site& site = plan_.sites[i];
            const SiteBounds& bounds = site.own.bounds;
            text += "    {\"" + c_identifier(site.info.name, "site") + "\", " + constant(site.own.kind) + ", " +
                    constant(by(site.own.granularity)) + ", " + std::to_string(bounds.shape.size()) + ", " +
                    name_of(i, "shape", bounds.shape) + ", " + std::to_string(bounds.count()) + ", " + name_of(i, "low", low_of(site)) +
                    ", " + name_of(i, "high", bounds.high) + "}" + (i + 1 < names_.size() ? "," : "") + "\n";
        }
        return text + "};\n\n";
    }

    std::string functions() const {
        std::string text, cases;
        for (const ActivationKind* kind : kinds()) {
            const std::string name = prefix_ + "_" + std::string(kind->id);
            text += "/* " + in_comment(kind->summary) + ". y: what the activation puts out. */\n" + activation_in_c(*kind, name) + "\n";
            cases += "        case " + constant(kind->id) + ":\n            return " + name + "(y" +
                     (kind->bounds > 1 ? ", site->low[bound]" : "") + (kind->bounds > 0 ? ", site->high[bound]" : "") + ");\n";
        }
        const bool reads_bounds = std::ranges::any_of(kinds(), [](const ActivationKind* kind) { return kind->bounds > 0; });
        return text +
               "/* Which of a site's bounds is that of the value at these indices: one for each dimension of its shape. */\n"
               "static inline int @prefix@_protected_bound(const struct @prefix@_protected_site* site, const int* indices) {\n"
               "    int bound = 0, i;\n"
               "    for (i = 0; i < site->dimensions; ++i)\n"
               "        if (site->shape[i] > 1) bound = bound * site->shape[i] + indices[i];\n"
               "    return bound;\n}\n\n"
               "/* What becomes of y, which the site's activation puts out and which has this bound of the site's. */\n"
               "static inline float @prefix@_protect(const struct @prefix@_protected_site* site, float y, int bound) {\n" +
               (reads_bounds ? "" : "    (void)bound;\n") + "    switch (site->kind) {\n" + cases + "    }\n    return y;\n}\n\n";
    }

    const ProtectionPlan& plan_;
    std::string prefix_;              // "lenet5"
    std::vector<std::string> names_;  // "LENET5_PROTECTED_ACT_1", by site of the plan
};

}  // namespace

void check_header_fits(const Protection& protection) {
    if (!parts_of(protection).activation) refuse(protection);
}

std::string protection_to_c_header(const ProtectionPlan& plan) {
    if (plan.sites.empty()) refuse(plan.protection);
    return ProtectionHeader(plan).text();
}

}  // namespace clipscope
