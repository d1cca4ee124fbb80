#!/usr/bin/env bash
# test_completion.sh CLI: what the shells offer after `clipscope-cli` is what --help lists, command by command. bash is always there; where fish
# and zsh are, they are asked as well.
set -euo pipefail
cli=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

expect() {  # NAME EXPECTED FOUND
    [[ $2 == "$3" ]] && return
    printf '%s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

in_order() { tr -s ' \n' '\n' | grep . | sort -u | tr '\n' ' '; }
commands_in_help() { "$cli" --help | sed -n '/^Subcommands:/I,/^$/p' | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p'; }
options_in_help() { "$cli" "$@" --help | grep -oE '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE '(^| )--?[a-z][a-z0-9-]*' | in_order; }

"$cli" completion bash >"$folder/bash"
# shellcheck source=/dev/null
source "$folder/bash"
# offered WORD...: what bash offers for the last word.
offered() {
    COMP_WORDS=(clipscope-cli "$@") COMP_CWORD=$#
    COMPREPLY=()
    _clipscope_cli
    printf '%s\n' "${COMPREPLY[@]}" | in_order
}

mapfile -t commands < <(commands_in_help)
((${#commands[@]} > 20)) || expect "commands in --help" "more than 20" "${#commands[@]}"
everything=$( (printf '%s\n' "${commands[@]}"; options_in_help | tr ' ' '\n') | in_order)
expect "bash: commands" "$everything" "$(offered '')"
for command in "${commands[@]}"; do
    # The program's own --verbose and --version may follow a command.
    expect "bash: $command" "$( (options_in_help "$command"; echo --verbose --version) | in_order)" "$(offered "$command" -)"
done
expect "bash: a choice" "test train " "$(offered sensitivity --split '')"
touch "$folder/net.pt"
mkdir "$folder/images"
expect "bash: a file" "$folder/net.pt " "$(offered sensitivity --model "$folder/n")"
expect "bash: a folder" "$folder/images " "$(offered sensitivity --data "$folder/")"
expect "bash: a number" "" "$(offered sensitivity --trials '')"
expect "bash: a beginning" "sensitivity " "$(offered sens)"

if command -v fish >/dev/null; then
    "$cli" completion fish >"$folder/fish"
    ask_fish() { HOME=$folder fish --no-config -c "source $folder/fish; complete -C '$1'" | cut -f 1 | in_order; }
    expect "fish: a beginning" "sensitivity " "$(ask_fish 'clipscope-cli sens')"
    expect "fish: a choice" "test train " "$(ask_fish 'clipscope-cli sensitivity --split ')"
    for command in sensitivity harden grade; do
        expect "fish: $command" "$( (options_in_help "$command"; echo --verbose --version) | in_order | tr ' ' '\n' | grep -- '^--' | in_order)" \
            "$(ask_fish "clipscope-cli $command --")"
    done
else
    echo "fish is not here: not asked"
fi
if command -v zsh >/dev/null; then
    "$cli" completion zsh >"$folder/_clipscope-cli"
    # A terminal of zsh's own, in which Tab is pressed.
    ask_zsh() {
        HOME=$folder zsh -f -c '
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "PS1= PROMPT= ; fpath=('"$folder"' \$fpath); autoload -Uz compinit; compinit -u -d '"$folder"'/dump; zstyle \":completion:*\" list-prompt \"\"; LISTMAX=0; COLUMNS=80; print READY"
            repeat 200 { zpty -r -t shell line && [[ $line == *READY* && $line != *print* ]] && break; sleep 0.05 }
            zpty -n -w shell "$1"$'"'\\t'"'
            sleep 1
            text=""
            while zpty -r -t shell line; do text+=$line; done
            print -r -- "$text"
            zpty -d shell' zsh "$1"
    }
    [[ $(ask_zsh 'clipscope-cli sensi') == *"sensitivity"* ]] || expect "zsh: a beginning" "sensitivity" "$(ask_zsh 'clipscope-cli sensi')"
    [[ $(ask_zsh 'clipscope-cli sensitivity --spl') == *"--split"* ]] || expect "zsh: an option" "--split" "$(ask_zsh 'clipscope-cli sensitivity --spl')"
else
    echo "zsh is not here: not asked"
fi

status=0
"$cli" completion tcsh 2>"$folder/error" || status=$?
expect "an unknown shell" "2 1" "$status $(wc -l <"$folder/error")"
((failures == 0)) && echo "All offers are those of --help (${#commands[@]} commands)."
exit $((failures > 0))
