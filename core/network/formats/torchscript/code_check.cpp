#include "network/formats/torchscript/code_check.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "network/allowed_operations.h"
#include "network/formats/torchscript/script_records.h"
#include "network/libtorch_internals.h"

namespace clipscope {

namespace {

using torch::jit::TreeRef;

constexpr std::size_t max_code_size = std::size_t(64) << 20;  // of all records together
constexpr int max_brackets = 60;
constexpr int max_indentation = 200;
constexpr int max_operators = 200;  // of one expression, between commas
constexpr int max_tree_depth = 250;
constexpr int max_elif = 200;

[[noreturn]] void fail_nested(const std::string& record) {
    throw Error("its code, " + record + ", is nested more deeply than any network's");
}

[[noreturn]] void fail_unparsable(const std::string& record) {
    throw Error("its code, " + record + ", cannot be parsed, so it is damaged");
}

// The parser goes down by recursion with every bracket, indentation, operator and elif: bounded in the text, before it starts.
class NestingCheck {
public:
    NestingCheck(const std::string& record, std::string_view code) : record_(record), code_(code) {}

    void check() {
        while (position_ < code_.size()) {
            const char c = code_[position_];
            if (c == '\n') {
                begin_line();
            } else if (c == '"' || c == '\'') {
                skip_text(c);
            } else if (c == '#' || c == '\\') {
                // Neither is ever written by torch.jit.save: types in comments, lines that go on could hide what is counted here.
                fail_unparsable(record_);
            } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') {
                read_word();
            } else {
                count(c);
                ++position_;
            }
        }
    }

private:
    void begin_line() {
        if (brackets_ == 0) operators_ = 0;
        const std::size_t text = std::min(code_.find_first_not_of(" \t", position_ + 1), code_.size());
        if (brackets_ == 0 && text - position_ > std::size_t(max_indentation)) fail_nested(record_);
        position_ = text;
    }

    // As LibTorch's lexer has it: three quotes at once begin a text of several lines.
    void skip_text(char quote) {
        const std::string_view three = code_.substr(position_, 3);
        const bool is_long = three.size() == 3 && three[1] == quote && three[2] == quote;
        const std::string end(is_long ? 3 : 1, quote);
        for (position_ += end.size(); code_.substr(position_, end.size()) != end; ++position_) {
            if (position_ >= code_.size() || (code_[position_] == '\n' && !is_long)) fail_unparsable(record_);
            if (code_[position_] == '\\' && ++position_ >= code_.size()) fail_unparsable(record_);
        }
        position_ += end.size();
    }

    void read_word() {
        const std::size_t start = position_;
        while (position_ < code_.size() && (std::isalnum(static_cast<unsigned char>(code_[position_])) != 0 || code_[position_] == '_'))
            ++position_;
        const std::string_view word = code_.substr(start, position_ - start);
        if (word == "elif" && ++elifs_ > max_elif) fail_nested(record_);
        if (word == "not" || word == "if" || word == "and" || word == "or" || word == "else" || word == "is" || word == "in")
            count_operator();
    }

    void count(char c) {
        if (c == '(' || c == '[' || c == '{') {
            if (++brackets_ > max_brackets) fail_nested(record_);
            count_operator();  // x[0][0][0]
        } else if (c == ')' || c == ']' || c == '}') {
            brackets_ = std::max(0, brackets_ - 1);
        } else if (c == ',') {
            operators_ = 0;
        } else if (std::isspace(static_cast<unsigned char>(c)) == 0 && std::isdigit(static_cast<unsigned char>(c)) == 0) {
            count_operator();
        }
    }

    void count_operator() {
        if (++operators_ > max_operators) fail_nested(record_);
    }

    const std::string& record_;
    std::string_view code_;
    std::size_t position_ = 0;
    int brackets_ = 0, operators_ = 0, elifs_ = 0;
};

struct CodeRecord {
    std::string name;
    std::string qualifier;  // "__torch__.torch.nn.modules.conv"
    std::vector<TreeRef> definitions;
};

// What precedes the definitions, as LibTorch's importer reads it: an old version number, imports that say nothing.
void skip_prologue(torch::jit::Lexer& lexer) {
    using namespace torch::jit;
    if (lexer.cur().kind == TK_IDENT && lexer.cur().text() == "op_version_set") {
        lexer.next();
        lexer.expect('=');
        lexer.expect(TK_NUMBER);
        lexer.expect(TK_NEWLINE);
    }
    while (lexer.nextIf(TK_IMPORT)) {
        while (lexer.cur().kind != TK_NEWLINE && lexer.cur().kind != TK_EOF) lexer.next();
        lexer.nextIf(TK_NEWLINE);
    }
}

std::vector<TreeRef> parse(const std::string& record, const std::string& code) {
    using namespace torch::jit;
    std::vector<TreeRef> definitions;
    try {
        Parser parser(std::make_shared<Source>(code, record));
        skip_prologue(parser.lexer());
        while (parser.lexer().cur().kind != TK_EOF) {
            if (parser.lexer().cur().kind == TK_CLASS_DEF)
                definitions.push_back(parser.parseClass());
            else
                definitions.push_back(parser.parseFunction(false));
        }
    } catch (const std::exception&) {
        fail_unparsable(record);
    }
    return definitions;
}

CodeRecord read_code(const ZipArchive& archive, const ZipRecord& record) {
    const std::string code = archive.read(record, max_pickle_size);
    NestingCheck(record.name, code).check();
    CodeRecord result;
    result.name = record.name;
    result.qualifier = record.name.substr(5, record.name.size() - 5 - 3);  // without "code/" and ".py"
    std::replace(result.qualifier.begin(), result.qualifier.end(), '/', '.');
    result.definitions = parse(record.name, code);
    return result;
}

class TreeCheck {
public:
    TreeCheck(const std::string& record, const std::unordered_set<std::string>& functions) : record_(record), functions_(functions) {}

    void check_definition(const TreeRef& tree) {
        if (tree->kind() == torch::jit::TK_CLASS_DEF) {
            for (const TreeRef& statement : torch::jit::ClassDef(tree).body().tree()->trees()) {
                if (statement->kind() == torch::jit::TK_ASSIGN) {
                    const auto value = torch::jit::Assign(statement).rhs();
                    if (value.present()) check_plain(value.get(), "class constant");
                }
            }
        }
        check_tree(tree, 0);
    }

private:
    void check_tree(const TreeRef& tree, int depth) {
        if (depth > max_tree_depth) fail_nested(record_);
        if (tree->kind() == torch::jit::TK_DEF) check_function(torch::jit::Def(tree));
        if (tree->kind() == torch::jit::TK_APPLY) check_call(torch::jit::Apply(tree));
        for (const TreeRef& child : tree->trees()) check_tree(child, depth + 1);
    }

    void check_function(const torch::jit::Def& function) {
        for (const torch::jit::Param& parameter : function.decl().params())
            if (parameter.defaultValue().present()) check_plain(parameter.defaultValue().get(), "default argument");
    }

    // LibTorch evaluates these while it loads: values only, and types.
    void check_plain(const TreeRef& tree, const std::string& what) {
        using namespace torch::jit;
        switch (tree->kind()) {
            case TK_CONST:
            case TK_STRINGLITERAL:
            case TK_TRUE:
            case TK_FALSE:
            case TK_NONE:
            case TK_NONE_TYPE:
            case TK_VAR:
            case TK_ELLIPSIS:
                return;
            case TK_LIST_LITERAL:
            case TK_TUPLE_LITERAL:
            case TK_DICT_LITERAL:
            case TK_LIST:
            case TK_SUBSCRIPT:
            case TK_UNARY_MINUS:
            case '.':
                for (const TreeRef& child : tree->trees())
                    if (child->kind() != TK_IDENT) check_plain(child, what);
                return;
            case TK_APPLY:
                if (const Expr callee = Apply(tree).callee(); callee.kind() == TK_VAR && Var(callee).name().name() == "annotate") {
                    check_plain(Apply(tree).inputs().tree(), what);
                    return;
                }
                [[fallthrough]];
            default:
                throw Error("its code, " + record_ + ", computes a " + what + ", which would run while the file is opened");
        }
    }

    // x.name(...), torch.name(...), ops.aten.name(...), (self.layer).forward(...); calls of plain names are built-in or functions of this
    // code.
    void check_call(const torch::jit::Apply& call) {
        const torch::jit::Expr callee = call.callee();
        if (callee.kind() != '.') return;
        const std::string name = torch::jit::Select(callee).selector().name();
        if (functions_.contains(name) || is_allowed_operation("aten::" + name) || is_allowed_operation("prim::" + name)) return;
        throw Error("its code, " + record_ + ", uses the operation " + name + ", which is not on the list of what a network needs");
    }

    const std::string& record_;
    const std::unordered_set<std::string>& functions_;
};

// Methods and functions of this code. One named as an operation that is not allowed would hide that operation's calls.
void collect_functions(const TreeRef& tree, std::unordered_set<std::string>& functions, const std::string& record) {
    if (tree->kind() == torch::jit::TK_CLASS_DEF) {
        functions.insert(torch::jit::ClassDef(tree).name().name());
        for (const TreeRef& statement : torch::jit::ClassDef(tree).body().tree()->trees()) collect_functions(statement, functions, record);
    }
    if (tree->kind() != torch::jit::TK_DEF) return;
    const std::string name = torch::jit::Def(tree).name().name();
    if (name == "__setstate__" || name == "__getstate__")
        throw Error("its code, " + record + ", defines " + name + ", which would run when the file is opened or saved");
    const bool is_operation = !torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString("aten::" + name)).empty();
    if (is_operation && !is_allowed_operation("aten::" + name))
        throw Error("its code, " + record + ", defines a function with the name of the operation " + name);
    functions.insert(name);
}

}  // namespace

std::unordered_set<std::string> check_code(const ZipArchive& archive) {
    std::vector<CodeRecord> code;
    std::size_t size = 0;
    for (const ZipRecord& record : archive.records()) {
        if (!record.name.starts_with("code/") || !record.name.ends_with(".py")) continue;
        if (record.name.starts_with("code/__torch__/torch/classes"))
            throw Error("its code, " + record.name + ", uses classes that are not written in TorchScript");
        size += record.size;
        if (size > max_code_size) throw Error("its code is larger than any network's");
        code.push_back(read_code(archive, record));
    }
    std::unordered_set<std::string> functions, classes;
    for (const CodeRecord& record : code)
        for (const TreeRef& definition : record.definitions) {
            collect_functions(definition, functions, record.name);
            if (definition->kind() == torch::jit::TK_CLASS_DEF)
                classes.insert(record.qualifier + "." + torch::jit::ClassDef(definition).name().name());
        }
    for (const CodeRecord& record : code)
        for (const TreeRef& definition : record.definitions) TreeCheck(record.name, functions).check_definition(definition);
    return classes;
}

}  // namespace clipscope
