#!/bin/sh
# lint.sh - clang-format in check mode, clang-tidy (.clang-tidy says with which checks and why) and
# cppcheck over the whole project. Needs no finished build, only a configured one.
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
tree=build/check
failures=0

[ -f $tree/compile_commands.json ] ||
    cmake -S . -B $tree -DCMAKE_BUILD_TYPE=Release -DMR_WERROR=ON >/dev/null

# Other releases of clang-format lay out some lines differently; the house format is that of 14.
formatter=$(command -v clang-format-14 || command -v clang-format)
case $("$formatter" --version) in
*"version 14."*)
    echo "clang-format"
    scripts/sources.sh | xargs "$formatter" --dry-run --Werror || failures=$((failures + 1))
    ;;
*) echo "clang-format: skipped: needs release 14" ;;
esac

echo "clang-tidy"
run-clang-tidy -quiet -p $tree -j "$jobs" >$tree/clang-tidy.log 2>&1 || {
    grep -E '(warning|error):' -A 3 $tree/clang-tidy.log || cat $tree/clang-tidy.log
    failures=$((failures + 1))
}

echo "cppcheck"
cppcheck --project=$tree/compile_commands.json --cppcheck-build-dir=$tree -j "$jobs" --quiet \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --suppressions-list=.cppcheck || failures=$((failures + 1))

[ "$failures" = 0 ]
