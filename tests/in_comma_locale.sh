#!/bin/sh
# in_comma_locale.sh FOLDER PROGRAM [ARGUMENTS...]: runs the program as a German desktop does, where the C library writes 0,5.
# The locale is compiled into the folder, so that none needs to be installed on the system. Exit status 77: it cannot be had here.
folder=$1
shift
mkdir -p "$folder" || exit 1
export LOCPATH="$folder"
has_comma() {
    [ "$(LC_ALL=de_DE.UTF-8 locale decimal_point 2>/dev/null)" = , ]
}
if ! has_comma; then
    # Several tests may begin at once.
    (
        flock 9
        has_comma || localedef -i de_DE -f UTF-8 "$folder/de_DE.UTF-8" >/dev/null 2>&1
    ) 9>"$folder/.lock"
fi
if ! has_comma; then
    echo "skipped: the locale de_DE.UTF-8 cannot be made here (localedef, and Debian's package 'locales', are needed)"
    exit 77
fi
LC_ALL=de_DE.UTF-8 exec "$@"
