#include <bit>
#include <unordered_map>

#include "archives/pickle_tree.h"
#include "common/error.h"
#include "common/text_list.h"

namespace clipscope {

namespace {

constexpr std::size_t max_nodes = 1'000'000;
constexpr std::size_t max_stack = 4'000'000;
constexpr std::size_t max_marks = 1000;

[[noreturn]] void fail_damaged() {
    throw Error("one of its pickles is damaged");
}

std::string hexadecimal(std::uint8_t byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    return std::string("0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

class PickleReader {
public:
    PickleReader(PickleTree& tree, std::string_view bytes, const std::function<bool(const std::string&)>& is_allowed)
        : nodes_(tree.nodes_), rest_(bytes), is_allowed_(is_allowed) {}

    PickleId read() {
        while (true) {
            const auto instruction = static_cast<std::uint8_t>(take(1)[0]);
            if (instruction == '.') break;
            if (!push_scalar(instruction) && !push_text(instruction) && !remember(instruction) && !collect(instruction)) {
                throw Error("one of its pickles holds the instruction " + hexadecimal(instruction) + ", which ClipScope refuses to follow");
            }
        }
        if (stack_.size() != 1 || !marks_.empty()) fail_damaged();
        return stack_[0];
    }

    std::size_t bytes_left() const { return rest_.size(); }

private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) fail_damaged();
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::uint64_t number(std::size_t size) {
        const std::string_view bytes = take(size);
        std::uint64_t value = 0;
        for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
        return value;
    }

    std::string_view line() {
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos) fail_damaged();
        const std::string_view text = take(end + 1);
        return text.substr(0, end);
    }

    void push(PickleId id) {
        if (stack_.size() >= max_stack) throw Error("one of its pickles is larger than any network needs");
        stack_.push_back(id);
    }

    void push_node(PickleNode node) {
        if (nodes_.size() >= max_nodes) throw Error("one of its pickles builds more than " + std::to_string(max_nodes) + " values");
        nodes_.push_back(std::move(node));
        push(static_cast<PickleId>(nodes_.size() - 1));
    }

    void push_integer(PickleKind kind, std::int64_t value) {
        push_node({.kind = kind, .integer = value, .text = {}, .items = {}, .state = {}});
    }
    void push_string(PickleKind kind, std::string text) { push_node({.kind = kind, .text = std::move(text), .items = {}, .state = {}}); }
    void push_items(PickleKind kind, std::vector<PickleId> items) {
        push_node({.kind = kind, .text = {}, .items = std::move(items), .state = {}});
    }

    // Never below a mark: what lies there belongs to what the mark began.
    PickleId pop() {
        if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) fail_damaged();
        const PickleId id = stack_.back();
        stack_.pop_back();
        return id;
    }

    std::vector<PickleId> pop_several(std::size_t count) {
        std::vector<PickleId> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = pop();
        return items;
    }

    std::vector<PickleId> pop_to_mark() {
        if (marks_.empty()) fail_damaged();
        std::vector<PickleId> items(stack_.begin() + std::ptrdiff_t(marks_.back()), stack_.end());
        stack_.resize(marks_.back());
        marks_.pop_back();
        return items;
    }

    PickleNode& top(PickleKind kind) {
        if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) fail_damaged();
        PickleNode& node = nodes_[stack_.back()];
        if (node.kind != kind) fail_damaged();
        return node;
    }

    bool push_scalar(std::uint8_t instruction) {
        switch (instruction) {
            case 0x80:
                if (number(1) > 5) fail_damaged();
                return true;
            case 0x95:  // how many bytes belong together; says nothing about what they are
                if (number(8) > rest_.size()) fail_damaged();
                return true;
            case 'N':
                push_integer(PickleKind::none, 0);
                return true;
            case 0x88:
                push_integer(PickleKind::boolean, 1);
                return true;
            case 0x89:
                push_integer(PickleKind::boolean, 0);
                return true;
            case 'K':
                push_integer(PickleKind::integer, std::int64_t(number(1)));
                return true;
            case 'M':
                push_integer(PickleKind::integer, std::int64_t(number(2)));
                return true;
            case 'J':
                push_integer(PickleKind::integer, static_cast<std::int32_t>(number(4)));
                return true;
            case 0x8a:
                push_long();
                return true;
            case 'G':
                push_real();
                return true;
            default:
                return false;
        }
    }

    void push_long() {
        const auto size = static_cast<std::size_t>(number(1));
        if (size > 8) throw Error("one of its pickles holds an integer of more than 64 bits");
        std::uint64_t value = number(size);
        const bool is_negative = size > 0 && size < 8 && (value >> (8 * size - 1)) != 0;
        if (is_negative) value |= ~std::uint64_t(0) << (8 * size);
        push_integer(PickleKind::integer, static_cast<std::int64_t>(value));
    }

    void push_real() {
        std::uint64_t bits = 0;
        for (const char byte : take(8)) bits = bits << 8 | static_cast<std::uint8_t>(byte);
        push_node({.kind = PickleKind::real, .real = std::bit_cast<double>(bits), .text = {}, .items = {}, .state = {}});
    }

    bool push_text(std::uint8_t instruction) {
        switch (instruction) {
            case 0x8c:  // texts and bytes of up to 255
            case 'C':
            case 'U':  // of Python 2
                push_counted_text(1);
                return true;
            case 'X':
            case 'B':
            case 'T':  // of Python 2
                push_counted_text(4);
                return true;
            case 0x8d:
            case 0x8e:
            case 0x96:
                push_counted_text(8);
                return true;
            case 'c': {
                std::string module(line());
                push_global(std::move(module), std::string(line()));
                return true;
            }
            case 0x93: {
                const std::vector<PickleId> names = pop_several(2);
                if (nodes_[names[0]].kind != PickleKind::text || nodes_[names[1]].kind != PickleKind::text) fail_damaged();
                push_global(nodes_[names[0]].text, nodes_[names[1]].text);
                return true;
            }
            default:
                return false;
        }
    }

    void push_counted_text(std::size_t count_size) {
        const std::uint64_t size = number(count_size);
        if (size > rest_.size()) fail_damaged();
        push_string(PickleKind::text, std::string(take(static_cast<std::size_t>(size))));
    }

    void push_global(std::string module, const std::string& member) {
        std::string name = std::move(module) + "." + member;
        if (!is_allowed_(name))
            throw Error("one of its pickles names " + printable(name, 200) +
                        ", which could run code and is on no list of what is needed there");
        push_string(PickleKind::global, std::move(name));
    }

    bool remember(std::uint8_t instruction) {
        switch (instruction) {
            case 'q':
                remember_as(number(1));
                return true;
            case 'r':
                remember_as(number(4));
                return true;
            case 0x94:  // as the next number
                remember_as(memory_.size());
                return true;
            case 'h':
                recall(number(1));
                return true;
            case 'j':
                recall(number(4));
                return true;
            default:
                return false;
        }
    }

    void remember_as(std::uint64_t key) {
        // Readers that keep a table may make it as long as the key says.
        if (key >= max_nodes || stack_.empty()) fail_damaged();
        memory_[key] = stack_.back();
    }

    void recall(std::uint64_t key) {
        const auto found = memory_.find(key);
        if (found == memory_.end()) fail_damaged();
        push(found->second);
    }

    bool collect(std::uint8_t instruction) {
        switch (instruction) {
            case '(':
                if (marks_.size() >= max_marks) throw Error("one of its pickles is nested too deeply");
                marks_.push_back(stack_.size());
                return true;
            case ']':
                push_items(PickleKind::list, {});
                return true;
            case ')':
                push_items(PickleKind::tuple, {});
                return true;
            case '}':
                push_items(PickleKind::dictionary, {});
                return true;
            case 't':
                push_items(PickleKind::tuple, pop_to_mark());
                return true;
            case 0x85:
                push_items(PickleKind::tuple, pop_several(1));
                return true;
            case 0x86:
                push_items(PickleKind::tuple, pop_several(2));
                return true;
            case 0x87:
                push_items(PickleKind::tuple, pop_several(3));
                return true;
            case 'a':
                append(PickleKind::list, pop_several(1));
                return true;
            case 'e':
                append(PickleKind::list, pop_to_mark());
                return true;
            case 's':
                set_items(pop_several(2));
                return true;
            case 'u':
                set_items(pop_to_mark());
                return true;
            case 'Q':
                push_persistent();
                return true;
            case 'R':
                call(PickleKind::call);
                return true;
            case 0x81:
                call(PickleKind::instance);
                return true;
            case 'b':
                build();
                return true;
            default:
                return false;
        }
    }

    // ('module', class, file, source) is how the old format wrote a class together with its source.
    void push_persistent() {
        const std::vector<PickleId> description = pop_several(1);
        const PickleNode& parts = nodes_[description[0]];
        const bool is_class = parts.kind == PickleKind::tuple && parts.items.size() == 4 && nodes_[parts.items[0]].text == "module" &&
                              nodes_[parts.items[1]].kind == PickleKind::global;
        if (is_class)
            push(parts.items[1]);
        else
            push_items(PickleKind::persistent, description);
    }

    void append(PickleKind kind, const std::vector<PickleId>& items) {
        std::vector<PickleId>& all = top(kind).items;
        all.insert(all.end(), items.begin(), items.end());
    }

    // OrderedDict is called first and filled afterwards: it then is a dictionary.
    void set_items(const std::vector<PickleId>& items) {
        if (items.size() % 2 != 0 || stack_.empty()) fail_damaged();
        PickleNode& target = nodes_[stack_.back()];
        append(target.kind, items);
        if (target.kind != PickleKind::dictionary) fail_damaged();
    }

    void call(PickleKind kind) {
        const std::vector<PickleId> parts = pop_several(2);
        if (nodes_[parts[0]].kind != PickleKind::global || nodes_[parts[1]].kind != PickleKind::tuple) fail_damaged();
        if (kind == PickleKind::call && nodes_[parts[0]].text == "collections.OrderedDict" && nodes_[parts[1]].items.size() <= 1)
            push_items(PickleKind::dictionary, entries_of(nodes_[parts[1]]));
        else
            push_items(kind, parts);
    }

    // OrderedDict() or, as Python 2 writes it, OrderedDict([[key, value], ...]).
    std::vector<PickleId> entries_of(const PickleNode& arguments) {
        std::vector<PickleId> entries;
        if (arguments.items.empty()) return entries;
        const PickleNode& pairs = nodes_[arguments.items[0]];
        if (pairs.kind != PickleKind::list) fail_damaged();
        for (const PickleId id : pairs.items) {
            const PickleNode& pair = nodes_[id];
            if ((pair.kind != PickleKind::list && pair.kind != PickleKind::tuple) || pair.items.size() != 2) fail_damaged();
            entries.insert(entries.end(), pair.items.begin(), pair.items.end());
        }
        return entries;
    }

    void build() {
        const PickleId state = pop();
        if (stack_.empty()) fail_damaged();
        PickleNode& target = nodes_[stack_.back()];
        if (target.kind != PickleKind::call && target.kind != PickleKind::instance && target.kind != PickleKind::dictionary) fail_damaged();
        target.state.push_back(state);
    }

    std::vector<PickleNode>& nodes_;
    std::string_view rest_;
    const std::function<bool(const std::string&)>& is_allowed_;
    std::vector<PickleId> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint64_t, PickleId> memory_;
};

PickleTree::PickleTree(std::string_view bytes, const std::function<bool(const std::string&)>& is_allowed, std::size_t& size) {
    PickleReader reader(*this, bytes, is_allowed);
    root_ = reader.read();
    size = bytes.size() - reader.bytes_left();
    check_depth();
}

}  // namespace clipscope
