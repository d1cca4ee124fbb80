// What each kind of activation protection computes, said once. From it follow what ClipScope runs and writes as TorchScript
// (activation_functions.h), the operators of an ONNX file (protected_onnx.h) and the functions of a C header (activation_c.h).
//
// `output` is what a site's own activation puts out; `low` and `high` are the smallest and the largest value of a profile, or what a search
// found, shaped so that they fit the output, and never NaN; kinds without bounds do not read them. A Math has a type Value and computes
// element by element, exactly:
//   abs(a), times(a, number)         the number a power of 2
//   at_most(a, b), at_least(a, b)    truth values; false where a is NaN
//   is_number(a), logical_not(c)     truth values; is_number: not NaN
//   where(c, a, number)              a where c is true, else the number, a whole one
//   smaller(a, b), larger(a, b)      of NaN: anything
//   limited(a, b or number)          the smaller; NaN where a is
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace clipscope {

namespace activation_definitions {

// y if |y| <= T, else 0: NaN, too. Of what a ReLU puts out the same as "x if 0 <= x <= T". FitAct, trained by a smooth form of it, does the
// same at its bounds.
template <class Math, class Value = typename Math::Value>
Value clip(Math& math, const Value& output, const Value&, const Value& high) {
    const Value magnitude = math.abs(output);
    return math.where(math.at_most(magnitude, high), output, 0);
}

// min(max(y, L), U); NaN becomes 0 (Z. Chen, G. Li, K. Pattabiraman, "A low-cost fault corrector for deep neural networks through range
// restriction", DSN 2021).
template <class Math, class Value = typename Math::Value>
Value range(Math& math, const Value& output, const Value& low, const Value& high) {
    const Value is_number = math.is_number(output);
    const Value raised = math.larger(output, low);
    return math.where(is_number, math.smaller(raised, high), 0);
}

template <class Math, class Value = typename Math::Value>
Value relu6(Math& math, const Value& output, const Value&, const Value&) {
    return math.limited(output, 6);
}

// y >= 2^64 T -> 0; else y >= 2 T -> 2; then min(y, T). NaN stays: it is not below 2 T either.
template <class Math, class Value = typename Math::Value>
Value backflip(Math& math, const Value& output, const Value&, const Value& high) {
    constexpr double of_upper_exponent_bit = 18446744073709551616.0;  // 2^64
    const Value is_large = math.at_least(output, math.times(high, 2));
    const Value folded = math.where(math.logical_not(is_large), output, 2);
    const Value is_huge = math.at_least(output, math.times(high, of_upper_exponent_bit));
    return math.limited(math.where(math.logical_not(is_huge), folded, 0), high);
}

}  // namespace activation_definitions

template <class Math>
using ActivationDefinition = typename Math::Value (*)(Math& math, const typename Math::Value& output, const typename Math::Value& low,
                                                      const typename Math::Value& high);

// Of a kind's id; throws logic_error where there is none.
template <class Math>
ActivationDefinition<Math> definition_of(std::string_view id) {
    using namespace activation_definitions;
    constexpr std::pair<std::string_view, ActivationDefinition<Math>> all[] = {
        {"clip", clip<Math>}, {"range", range<Math>}, {"relu6", relu6<Math>}, {"backflip", backflip<Math>}, {"fitact", clip<Math>}};
    for (const auto& [name, definition] : all)
        if (name == id) return definition;
    throw std::logic_error("nothing defines the protection " + std::string(id));
}

}  // namespace clipscope
