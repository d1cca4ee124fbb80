#include "protection/activation/protected_onnx.h"

#include <map>
#include <utility>

#include "network/formats/onnx/hardened_onnx.h"
#include "network/formats/onnx/onnx_expression.h"
#include "protection/activation/activation_definitions.h"
#include "protection/activation/activation_kinds.h"

namespace clipscope {
namespace {

constexpr int first_opset_with_or_equal = 12;

// Values are names of tensors. ONNX leaves open what Min, Max and Clip make of NaN, so that nothing here depends on it.
class OnnxMath {
public:
    using Value = std::string;

    explicit OnnxMath(OnnxExpression& expression) : expression_(expression) {}

    std::string abs(const std::string& a) { return expression_.apply("Abs", {a}); }
    std::string times(const std::string& a, double number) { return expression_.apply("Mul", {a, expression_.number(float(number))}); }
    std::string at_most(const std::string& a, const std::string& b) { return compared("LessOrEqual", "Greater", a, b); }
    std::string at_least(const std::string& a, const std::string& b) { return compared("GreaterOrEqual", "Less", a, b); }
    std::string is_number(const std::string& a) { return logical_not(expression_.apply("IsNaN", {a})); }
    std::string logical_not(const std::string& a) { return expression_.apply("Not", {a}); }
    std::string where(const std::string& condition, const std::string& a, int number) {
        return expression_.apply("Where", {condition, a, expression_.number(float(number))});
    }
    std::string smaller(const std::string& a, const std::string& b) { return expression_.apply("Min", {a, b}); }
    std::string larger(const std::string& a, const std::string& b) { return expression_.apply("Max", {a, b}); }
    std::string limited(const std::string& a, const std::string& b) {
        const std::string is_above = expression_.apply("Greater", {a, b});
        return expression_.apply("Where", {is_above, b, a});
    }
    std::string limited(const std::string& a, int number) { return limited(a, expression_.number(float(number))); }

private:
    std::string compared(const char* operation, const char* opposite, const std::string& a, const std::string& b) {
        if (expression_.opset() >= first_opset_with_or_equal) return expression_.apply(operation, {a, b});
        const std::string is_within = logical_not(expression_.apply(opposite, {a, b}));
        return expression_.apply("And", {is_within, is_number(a)});
    }

    OnnxExpression& expression_;
};

OnnxSiteFunction function_of(const ProtectedSite& site) {
    return [&site](OnnxExpression& expression, const std::string& output) {
        const auto bound = [&](const char* role, const std::vector<float>& numbers) {
            if (numbers.empty()) return std::string();
            std::vector<std::int64_t> sizes = site.bounds.shape;
            if (!sizes.empty()) sizes.insert(sizes.begin(), 1);  // for the images
            return expression.constant(role, numbers, sizes);
        };
        const bool has_low = find_activation_kind(site.kind)->bounds > 1;
        const std::string low = has_low ? bound("low", site.bounds.low) : std::string();
        const std::string high = bound("high", site.bounds.high);
        OnnxMath math(expression);
        return definition_of<OnnxMath>(site.kind)(math, output, low, high);
    };
}

}  // namespace

void write_protected_onnx(const Network& network, const Clipping& clipping, const SiteProtections& protections, const std::string& path,
                          const ModelMetadata& metadata) {
    std::map<std::size_t, OnnxSiteFunction> functions;
    for (std::size_t site = 0; site < network.sites().size(); ++site)
        if (const ProtectedSite* own = protections.at(site)) functions[site] = function_of(*own);
    write_hardened_onnx(network, clipping.thresholds, path, metadata, functions);
}

}  // namespace clipscope
