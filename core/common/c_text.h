// Text of C headers for programs that run a network without ClipScope. C99 and C++.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace clipscope {

// Whether a file of this path holds a C header: it ends in .h, or .H.
bool is_c_header(const std::string& path);

// Letters, digits and single underscores between them: nothing that C or C++ keeps for itself. `otherwise`: where nothing is left, or in
// front of a digit.
std::string c_identifier(std::string_view text, const std::string& otherwise);
// What names of a model's header begin with: "lenet5" for "bundled:lenet5" and "models/LeNet5.pt".
std::string c_prefix(const std::string& model);
std::string upper_case(std::string text);  // of ASCII

// Nothing in it begins or ends a comment, or a line.
std::string in_comment(std::string_view text);
// "ACT-1, relu, fed by CONV-1", likewise; of the kind and the layers what is known.
std::string site_in_comment(const std::string& site, const std::string& kind, const std::vector<std::string>& fed_by);

// A compiler reads the same float32: "0.1f", "5.0f". The number is finite.
std::string float_literal(float number);

// The macro PREFIX_MODEL_SHA256, with a comment; empty where the hash is not known.
std::string model_hash_macro(const std::string& prefix, const std::string& sha256);

// Names of one header, each once.
class CNames {
public:
    // `wanted`, or the same with a number behind it.
    std::string free_name(const std::string& wanted);

private:
    std::set<std::string> taken_;
};

}  // namespace clipscope
