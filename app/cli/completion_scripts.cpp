#include "completion_scripts.h"

#include <CLI/App.hpp>
#include <algorithm>
#include <vector>

#include "common/shell_text.h"
#include "option_words.h"

namespace clipscope::cli {

namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

std::vector<OptionWords> options_of(const CLI::App& app) {
    std::vector<OptionWords> options;
    for (const CLI::Option* option : app.get_options()) {
        OptionWords words = option_words(*option);
        if (!words.is_positional && !words.names.empty()) options.push_back(std::move(words));
    }
    return options;
}

// The options of a command and those of the program, which may follow it.
std::vector<OptionWords> all_options(const CLI::App& app, const CLI::App& command) {
    std::vector<OptionWords> options = options_of(command);
    for (OptionWords& option : options_of(app)) {
        const bool is_there = std::ranges::any_of(options, [&](const OptionWords& other) { return other.names == option.names; });
        if (!is_there) options.push_back(std::move(option));
    }
    return options;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
    return text;
}

// A short text for a menu: up to the first colon, semicolon, bracket or full stop that ends a word.
std::string short_description(const std::string& text) {
    std::size_t end = text.size();
    for (const char* mark : {": ", "; ", " (", ". "}) end = std::min(end, text.find(mark));
    return text.substr(0, end);
}

// What bash calls for a value; empty: nothing is known of it.
std::string bash_values(const OptionWords& option) {
    if (!option.choices.empty()) return "compgen -W " + shell_quoted(joined(option.choices, " ")) + " -- \"$word\"";
    if (option.takes_folder) return "compgen -d -- \"$word\"";
    if (option.takes_file) return "compgen -f -- \"$word\"";
    return {};
}

std::string bash_command(const CLI::App& app, const CLI::App& command) {
    std::string names, values;
    for (const OptionWords& option : all_options(app, command)) {
        names += (names.empty() ? "" : " ") + joined(option.names, " ");
        if (option.value.empty()) continue;
        const std::string found = bash_values(option);
        values += "                " + joined(option.names, "|") + ") " +
                  (found.empty() ? "return" : "mapfile -t COMPREPLY < <(" + found + "); return") + " ;;\n";
    }
    return "        " + command.get_name() + ")\n            case $before in\n" + values +
           "            esac\n            options=" + shell_quoted(names) + " ;;\n";
}

// zsh reads the brackets and colons of its own notation.
std::string zsh_text(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string zsh_option(const OptionWords& option) {
    std::string action;
    if (!option.value.empty()) {
        action = ":" + zsh_text(option.value) + ":";
        if (!option.choices.empty())
            action += "(" + joined(option.choices, " ") + ")";
        else if (option.takes_folder)
            action += "_files -/";
        else if (option.takes_file)
            action += "_files";
        else
            action += " ";
    }
    const std::string description = "[" + zsh_text(short_description(option.description)) + "]" + action;
    std::string text;
    for (const std::string& name : option.names) text += " " + shell_quoted("*" + name + description);
    return text;
}

std::string fish_option(const OptionWords& option, const std::string& program, const std::string& condition) {
    std::string line = "complete -c " + program + " -n " + shell_quoted(condition);
    for (const std::string& name : option.names) line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.value.empty()) line += " -r";
    if (!option.choices.empty()) line += " -f -a " + shell_quoted(joined(option.choices, " "));
    if (option.takes_folder) line += " -f -a '(__fish_complete_directories)'";
    if (!option.value.empty() && option.choices.empty() && !option.takes_file && !option.takes_folder) line += " -f";
    return line + " -d " + shell_quoted(short_description(option.description)) + "\n";
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
    const std::string program = app.get_name();
    std::vector<std::string> names, own;
    std::string cases;
    for (const CLI::App* command : commands_of(app)) {
        names.push_back(command->get_name());
        cases += bash_command(app, *command);
    }
    for (const OptionWords& option : options_of(app)) own.insert(own.end(), option.names.begin(), option.names.end());
    return "# bash completion for " + program + "; made by '" + program +
           " completion bash'.\n"
           "_clipscope_cli() {\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= options= i\n"
           "    COMPREPLY=()\n"
           "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "        if [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; break; fi\n"
           "    done\n"
           "    case $command in\n"
           "        '')\n"
           "            mapfile -t COMPREPLY < <(compgen -W " +
           shell_quoted(joined(names, " ") + " " + joined(own, " ")) +
           " -- \"$word\")\n"
           "            return ;;\n" +
           cases +
           "    esac\n"
           "    if [[ $word == -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
           "    else\n"
           "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
           "    fi\n"
           "}\n"
           "complete -o filenames -F _clipscope_cli " +
           program + "\n";
}

std::string zsh_completion(const CLI::App& app) {
    const std::string program = app.get_name();
    std::string descriptions, cases;
    for (const CLI::App* command : commands_of(app)) {
        descriptions += "        " + shell_quoted(zsh_text(command->get_name()) + ":" + command->get_description()) + "\n";
        cases += "        " + command->get_name() + ") _arguments";
        for (const OptionWords& option : all_options(app, *command)) cases += " \\\n           " + zsh_option(option);
        cases += " \\\n            '*:file:_files' ;;\n";
    }
    return "#compdef " + program + "\n# zsh completion for " + program + "; made by '" + program +
           " completion zsh'.\n"
           "_clipscope_cli() {\n"
           "    local -a commands\n"
           "    commands=(\n" +
           descriptions +
           "    )\n"
           "    if ((CURRENT == 2)); then\n"
           "        _describe -t commands command commands\n"
           "        return\n"
           "    fi\n"
           "    local command=$words[2]\n"
           "    shift words\n"
           "    ((CURRENT--))\n"
           "    case $command in\n" +
           cases +
           "    esac\n"
           "}\n"
           "_clipscope_cli \"$@\"\n";
}

std::string fish_completion(const CLI::App& app) {
    const std::string program = app.get_name();
    std::string text = "# fish completion for " + program + "; made by '" + program + " completion fish'.\n";
    for (const CLI::App* command : commands_of(app))
        text += "complete -c " + program + " -f -n __fish_use_subcommand -a " + shell_quoted(command->get_name()) + " -d " +
                shell_quoted(command->get_description()) + "\n";
    for (const OptionWords& option : options_of(app)) text += fish_option(option, program, "__fish_use_subcommand");
    for (const CLI::App* command : commands_of(app)) {
        for (const OptionWords& option : all_options(app, *command))
            text += fish_option(option, program, "__fish_seen_subcommand_from " + command->get_name());
    }
    return text;
}

}  // namespace clipscope::cli
