#!/bin/sh
# installed.sh BUILD CC [CFLAGS] - installs BUILD to a folder of its own, compiles the example against
# that copy with nothing but pkg-config, shared and static, and runs it. It must say there what it
# says in the tree.
set -eu

build=$1 cc=$2 cflags=${3:-}
photo=data/samples/astronaut.jpg
example=examples/photo_to_films

fail() {
    echo "installed.sh: $*" >&2
    exit 1
}

prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
cmake --install "$build" --prefix "$prefix" >"$prefix/log"

pc=$(find "$prefix" -name moodreel.pc)
[ -n "$pc" ] || fail "no moodreel.pc was installed"
PKG_CONFIG_PATH=${pc%/*}
export PKG_CONFIG_PATH
lib=$(pkg-config --variable=libdir moodreel)
# A version that may break the interface has another name to load: each 0.x, then each x.
version=$(pkg-config --modversion moodreel)
case $version in
0.*) interface=${version%.*} ;;
*) interface=${version%%.*} ;;
esac
for file in "$lib/libmoodreel.so" "$lib/libmoodreel.so.$interface" "$lib/libmoodreel.a" \
    "$prefix/bin/moodreel" \
    "$prefix/include/moodreel/moodreel.h" "$prefix/share/moodreel/data/films.csv" \
    "$prefix/share/moodreel/models/detector/network.txt" \
    "$prefix/share/moodreel/models/detector/weights.safetensors" \
    "$prefix/share/moodreel/models/emotion/training.csv" \
    "$prefix/share/moodreel/data/samples/astronaut.jpg" "$prefix"/share/doc/*/LICENSE \
    "$prefix"/share/doc/*/docs/API.md; do
    [ -e "$file" ] || fail "$file: not installed"
done

# Programs of others lie elsewhere, and the whole installation may have been moved.
elsewhere=$(mktemp -d)
trap 'rm -rf "$prefix" "$elsewhere"' EXIT

# compile OUTPUT LIBRARY...; the words between the options are meant to be split.
compile() {
    output=$1
    shift
    # shellcheck disable=SC2046,SC2086
    $cc $cflags -std=c11 -Wall -Wextra -Werror "$example.c" $(pkg-config --cflags moodreel) "$@" \
        -o "$output"
}

# shellcheck disable=SC2046
compile "$elsewhere/example" $(pkg-config --libs moodreel)
# shellcheck disable=SC2046
compile "$prefix/bin/static" $(pkg-config --libs --static moodreel |
    sed 's/-lmoodreel/-l:libmoodreel.a/')

# From a folder that holds neither models/ nor data/, so that those of the installation are used.
here=$PWD
unset MOODREEL_HOME
(cd "$prefix" && LD_LIBRARY_PATH=$lib "$elsewhere/example" "$here/$photo" 5) >"$prefix/installed"
(cd "$prefix" && bin/static "$here/$photo" 5) >"$prefix/static"
"$build/$example" "$photo" 5 >"$prefix/in-tree"
cmp "$prefix/installed" "$prefix/in-tree" || fail "the installed example says something else"
cmp "$prefix/static" "$prefix/in-tree" || fail "the static library says something else"
grep -q '^face at ' "$prefix/in-tree" || fail "the example shows no face"
[ "$(grep -c ')$' "$prefix/in-tree")" -ge 1 ] || fail "the example names no film"
cat "$prefix/in-tree"
