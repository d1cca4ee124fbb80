#include "network/formats/onnx/wire_check.h"

#include <array>
#include <cstdint>

#include "common/error.h"

namespace clipscope {

namespace {

constexpr std::size_t max_fields = 3'000'000;
constexpr int max_depth = 40;

enum class Message { model, graph, node, attribute, function, training, value_info, type, nested_type, tensor, sparse_tensor, plain };

struct Part {
    Message owner;
    std::uint64_t field;
    Message message;
};

// Where messages lie in messages, by the numbers of ONNX's schema. What is not here holds texts and numbers only.
constexpr std::array parts{
    Part{Message::model, 7, Message::graph},
    Part{Message::model, 8, Message::plain},
    Part{Message::model, 14, Message::plain},
    Part{Message::model, 20, Message::training},
    Part{Message::model, 25, Message::function},
    Part{Message::graph, 1, Message::node},
    Part{Message::graph, 5, Message::tensor},
    Part{Message::graph, 11, Message::value_info},
    Part{Message::graph, 12, Message::value_info},
    Part{Message::graph, 13, Message::value_info},
    Part{Message::graph, 14, Message::type},
    Part{Message::graph, 15, Message::sparse_tensor},
    Part{Message::graph, 16, Message::plain},
    Part{Message::node, 5, Message::attribute},
    Part{Message::node, 9, Message::plain},
    Part{Message::attribute, 5, Message::tensor},
    Part{Message::attribute, 6, Message::graph},
    Part{Message::attribute, 10, Message::tensor},
    Part{Message::attribute, 11, Message::graph},
    Part{Message::attribute, 14, Message::type},
    Part{Message::attribute, 15, Message::type},
    Part{Message::attribute, 22, Message::sparse_tensor},
    Part{Message::attribute, 23, Message::sparse_tensor},
    Part{Message::function, 7, Message::node},
    Part{Message::function, 9, Message::plain},
    Part{Message::function, 11, Message::attribute},
    Part{Message::training, 1, Message::graph},
    Part{Message::training, 2, Message::graph},
    Part{Message::training, 3, Message::plain},
    Part{Message::training, 4, Message::plain},
    Part{Message::value_info, 2, Message::type},
    Part{Message::type, 1, Message::nested_type},
    Part{Message::type, 4, Message::nested_type},
    Part{Message::type, 5, Message::nested_type},
    Part{Message::type, 8, Message::nested_type},
    Part{Message::type, 9, Message::nested_type},
    Part{Message::nested_type, 1, Message::type},
    Part{Message::tensor, 3, Message::plain},
    Part{Message::tensor, 13, Message::plain},
    Part{Message::sparse_tensor, 1, Message::tensor},
    Part{Message::sparse_tensor, 2, Message::tensor},
};

const Part* part_at(Message owner, std::uint64_t field) {
    for (const Part& part : parts)
        if (part.owner == owner && part.field == field) return &part;
    return nullptr;
}

class Scan {
public:
    void scan(std::string_view bytes, Message message, int depth) {
        if (depth > max_depth) throw Error("its graph is nested more deeply than any network's");
        while (!bytes.empty()) {
            if (++fields_ > max_fields) throw Error("it has more parts than any network (" + std::to_string(max_fields) + " at most)");
            const std::uint64_t key = take_number(bytes);
            const std::uint64_t field = key >> 3;
            switch (key & 7) {
                case 0:
                    take_number(bytes);
                    break;
                case 1:
                    take(bytes, 8);
                    break;
                case 2:
                    scan_part(take(bytes, take_number(bytes)), message, field, depth);
                    break;
                case 5:
                    take(bytes, 4);
                    break;
                default:
                    throw Error("it is no ONNX model, or damaged");
            }
        }
    }

private:
    void scan_part(std::string_view bytes, Message owner, std::uint64_t field, int depth) {
        // Groups of shapes and pairs of texts are messages of a few fields: counted as though each byte pair were one.
        if (owner == Message::nested_type && field == 2 && !bytes.empty())
            fields_ += bytes.size() / 2;
        else if (const Part* part = part_at(owner, field); part && part->message != Message::plain)
            scan(bytes, part->message, depth + 1);
    }

    static std::string_view take(std::string_view& bytes, std::uint64_t count) {
        if (count > bytes.size()) throw Error("it ends too early or is damaged; copy or export it again");
        const std::string_view taken = bytes.substr(0, std::size_t(count));
        bytes.remove_prefix(std::size_t(count));
        return taken;
    }

    static std::uint64_t take_number(std::string_view& bytes) {
        std::uint64_t number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
            number |= std::uint64_t(byte & 0x7F) << shift;
            if (!(byte & 0x80)) return number;
        }
        throw Error("it is no ONNX model, or damaged");
    }

    std::size_t fields_ = 0;
};

}  // namespace

void check_wire_format(std::string_view bytes) {
    Scan().scan(bytes, Message::model, 0);
}

}  // namespace clipscope
