#!/usr/bin/env bash
# test_manual_pages.sh MAKER CLI [WINDOW]: the pages have every command and every option of --help, and man shows them without a warning.
# Exit status 77: help2man or man is not here.
set -euo pipefail
maker=$1 cli=$2
for program in help2man man; do
    command -v "$program" >/dev/null || { echo "$program is not here: not tested"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$maker" "$folder" "${@:2}"
export LC_ALL=C.UTF-8 MANWIDTH=100
failures=0

# missing PAGE PROGRAM...: the options of --help that the page has not.
missing() {
    local page=$1 text option
    shift
    text=$(man --local-file "$page" | col -b)
    while read -r option; do
        grep -qE -- "(^|[ ,])$option([ ,]|\$)" <<<"$text" || { printf '%s lacks %s\n' "$(basename "$page")" "$option"; failures=$((failures + 1)); }
    done < <("$@" --help | grep -oE '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')
}

count=0
for page in "$folder"/*.1; do
    warnings=$(man --warnings --local-file --encoding=utf8 --troff-device=utf8 "$page" 2>&1 >/dev/null)
    [[ -z $warnings ]] || { printf '%s: %s\n' "$(basename "$page")" "$warnings"; failures=$((failures + 1)); }
    name=$(basename "$page" .1)
    grep -q "^$name \\\\- [a-zA-Z]" "$page" || { printf '%s has no line of its name\n' "$name"; failures=$((failures + 1)); }
    case $name in
        clipscope) missing "$page" "$3" ;;
        clipscope-cli) missing "$page" "$cli" ;;
        *) missing "$page" "$cli" "${name#clipscope-cli-}" ;;
    esac
    count=$((count + 1))
done
((count > 20)) || { echo "There are only $count pages."; failures=$((failures + 1)); }
((failures == 0)) && echo "$count pages, whole and without a warning."
exit $((failures > 0))
