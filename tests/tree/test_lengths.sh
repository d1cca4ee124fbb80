#!/usr/bin/env bash
# test_lengths.sh PROJECT: no source file is longer than 400 lines and no function longer than 60, so that each can be read at one go.
# Functions are found by universal-ctags; exit status 77 where it is not here.
set -euo pipefail
cd "$1"
most_lines=400 most_in_function=60 failures=0

while read -r lines file; do
    ((lines <= most_lines)) || { printf '%s has %d lines, and %d are the most: split it by what it is about.\n' "$file" "$lines" "$most_lines"; failures=1; }
done < <(find app core widgets \( -name '*.cpp' -o -name '*.h' \) -exec wc -l {} + | grep -v ' total$')

ctags --version 2>/dev/null | grep -q Universal || { echo "universal-ctags is not here: functions are not looked at"; exit $((failures ? 1 : 77)); }
functions=0
while IFS=$'\t' read -r name file line end; do
    functions=$((functions + 1))
    ((end - line + 1 <= most_in_function)) ||
        { printf '%s:%d: %s() has %d lines, and %d are the most: name its parts.\n' "$file" "$line" "$name" $((end - line + 1)) "$most_in_function"; failures=1; }
done < <(ctags --recurse --languages=C++ --kinds-C++=f --fields=+ne -f - app core widgets 2>/dev/null |
    awk -F '\t' -v OFS='\t' '{ line = end = ""; for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) line = substr($i, 6); if ($i ~ /^end:/) end = substr($i, 5) }
                              if (line != "" && end != "") print $1, $2, line, end }')
((functions > 1000)) || { printf 'Only %d functions were found.\n' "$functions"; failures=1; }
((failures)) || printf '%d functions, none too long.\n' "$functions"
exit "$failures"
