#!/bin/sh
# exports.sh LIBRARY HEADER... - the shared library shows the functions that the public headers mark
# with MR_API, all of them and nothing else.
set -eu

library=$1
shift
wanted=$(mktemp)
found=$(mktemp)
trap 'rm -f "$wanted" "$found"' EXIT

cat "$@" | tr '\n' ' ' | grep -o 'MR_API [^;(]*(' | grep -o 'mr_[a-z_]*($' | tr -d '(' |
    sort >"$wanted"
nm -D --defined-only "$library" | awk '$2 ~ /[TDBRVW]/ { print $3 }' | sort >"$found"
[ -s "$wanted" ] || { echo "exports.sh: no MR_API in the headers" >&2; exit 1; }
diff "$wanted" "$found" || { echo "exports.sh: < declared, > exported" >&2; exit 1; }
