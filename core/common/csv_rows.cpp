#include "common/csv_rows.h"

#include "common/error.h"

namespace clipscope {
namespace {

class Reader {
public:
    Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    }

    std::vector<CsvRow> read() {
        std::vector<CsvRow> rows;
        while (position_ < text_.size()) {
            CsvRow row = read_row();
            if (row.fields.size() > 1 || !row.fields.front().empty()) rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    CsvRow read_row() {
        CsvRow row{.line = line_, .fields = {}};
        for (;;) {
            row.fields.push_back(read_field());
            if (!takes(',')) break;
        }
        const bool is_ended = takes('\r') | takes('\n');
        line_ += is_ended;
        return row;
    }

    // Up to a comma, the end of the line or of the text. A quote in the middle stands for itself.
    std::string read_field() {
        std::string field;
        if (takes('"')) field = read_quoted();
        while (position_ < text_.size() && text_[position_] != ',' && text_[position_] != '\n' && text_[position_] != '\r')
            field += text_[position_++];
        return field;
    }

    std::string read_quoted() {
        const std::size_t begun = line_;
        std::string field;
        while (position_ < text_.size()) {
            const char letter = text_[position_++];
            if (letter == '"' && !takes('"')) return field;
            line_ += letter == '\n';
            field += letter;
        }
        throw Error("'" + file_ + "', line " + std::to_string(begun) + ": a quoted field does not end; close its quote.");
    }

    bool takes(char letter) {
        if (position_ == text_.size() || text_[position_] != letter) return false;
        ++position_;
        return true;
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> csv_rows(std::string_view text, const std::string& file) {
    return Reader(text, file).read();
}

}  // namespace clipscope
