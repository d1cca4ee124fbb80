#include "item_message.h"

#include <cstring>

#include "common/error.h"

namespace clipscope::cli {
namespace {

void add_number(std::string& message, std::uint64_t number) {
    message.append(reinterpret_cast<const char*>(&number), sizeof number);
}

class Reader {
public:
    explicit Reader(const std::string& message) : message_(message) {}

    bool is_at_end() const { return place_ == message_.size(); }

    std::uint64_t number() {
        std::uint64_t number = 0;
        std::memcpy(&number, bytes(sizeof number), sizeof number);
        return number;
    }
    std::string text() {
        const std::uint64_t size = number();
        return {bytes(size), size};
    }

private:
    const char* bytes(std::uint64_t count) {
        if (count > message_.size() - place_)
            throw Error("A message between two ranks came damaged: begin again, the study keeps what is done.");
        place_ += count;
        return message_.data() + place_ - count;
    }

    const std::string& message_;
    std::size_t place_ = 0;
};

}  // namespace

std::string to_message(const ItemReport& report) {
    std::string message;
    add_number(message, report.items);
    add_number(message, report.wanted);
    for (const auto& [item, bytes] : report.results) {
        add_number(message, item);
        add_number(message, bytes.size());
        message += bytes;
    }
    return message;
}

ItemReport report_from_message(const std::string& message) {
    Reader reader(message);
    ItemReport report{.items = reader.number(), .wanted = reader.number()};
    while (!reader.is_at_end()) {
        const std::uint64_t item = reader.number();
        report.results.emplace_back(item, reader.text());
    }
    return report;
}

}  // namespace clipscope::cli
