#include "protection/activation/activation_c.h"

#include "common/c_text.h"
#include "protection/activation/activation_definitions.h"

namespace clipscope {
namespace {

// Values are names of variables, each of which is computed in a line of its own, or conditions.
class CMath {
public:
    using Value = std::string;

    std::string abs(const std::string& a) { return variable(a + " < 0.0f ? -" + a + " : " + a); }
    std::string times(const std::string& a, double number) { return variable(a + " * " + float_literal(float(number))); }
    static std::string at_most(const std::string& a, const std::string& b) { return a + " <= " + b; }
    static std::string at_least(const std::string& a, const std::string& b) { return a + " >= " + b; }
    static std::string is_number(const std::string& a) { return a + " == " + a; }
    static std::string logical_not(const std::string& condition) { return "!(" + condition + ")"; }
    std::string where(const std::string& condition, const std::string& a, int number) {
        return variable(condition + " ? " + a + " : " + float_literal(float(number)));
    }
    std::string smaller(const std::string& a, const std::string& b) { return variable(a + " < " + b + " ? " + a + " : " + b); }
    std::string larger(const std::string& a, const std::string& b) { return variable(a + " > " + b + " ? " + a + " : " + b); }
    std::string limited(const std::string& a, const std::string& b) { return variable(a + " > " + b + " ? " + b + " : " + a); }
    std::string limited(const std::string& a, int number) { return limited(a, float_literal(float(number))); }

    const std::string& lines() const { return lines_; }

private:
    std::string variable(const std::string& expression) {
        const std::string name = "v" + std::to_string(++count_);
        lines_ += "    const float " + name + " = " + expression + ";\n";
        return name;
    }

    std::string lines_;
    int count_ = 0;
};

}  // namespace

std::string activation_in_c(const ActivationKind& kind, const std::string& name) {
    CMath math;
    const std::string result = definition_of<CMath>(kind.id)(math, "y", "low", "high");
    const std::string bounds = kind.bounds > 1 ? ", float low, float high" : kind.bounds > 0 ? ", float high" : "";
    return "static inline float " + name + "(float y" + bounds + ") {\n" + math.lines() + "    return " + result + ";\n}\n";
}

}  // namespace clipscope
