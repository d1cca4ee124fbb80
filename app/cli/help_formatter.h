// How --help looks: every option with its value, its description wrapped beside it, and its default. help2man makes the manual pages from
// this text, so at least two spaces separate an option from its description.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Formatter.hpp>

namespace clipscope::cli {

class HelpFormatter : public CLI::Formatter {
public:
    std::string make_option(const CLI::Option* option, bool is_positional) const override;
};

}  // namespace clipscope::cli
