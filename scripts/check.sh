#!/bin/sh
# check.sh - all tests in an optimised build, all tests again under AddressSanitizer and
# UndefinedBehaviorSanitizer, then lint. Goes on after a failure, so that one run shows everything,
# and ends with what passed, failed and was skipped.
#
# JOBS: how many compilers and tests run side by side.
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
failures=0

# run_tests DIR PATTERN FLAG...: configures, builds and tests build/DIR, but for tests of that name.
run_tests() {
    tree=build/$1
    left_out=$2
    shift 2
    cmake -S . -B "$tree" -DMR_WERROR=ON "$@" >"$tree.configure.log" ||
        { cat "$tree.configure.log" && return 1; }
    cmake --build "$tree" --parallel "$jobs" || return 1
    status=0
    ctest --test-dir "$tree" --output-on-failure --parallel "$jobs" --timeout 600 \
        --exclude-regex "$left_out" \
        >"$tree/ctest.log" 2>&1 || status=$?
    cat "$tree/ctest.log"
    return $status
}

# Counts the lines of a ctest log that match.
count() {
    grep -c "$1" "build/$2/ctest.log" || true
}

report() {
    [ -f "build/$1/ctest.log" ] || { printf '%-6s  not built\n' "$1" && return; }
    printf '%-6s  %s passed, %s failed, %s skipped\n' "$1" "$(count ' Passed ' "$1")" \
        "$(count '\*\*\*\(Failed\|Timeout\|Exception\|Not Run\)' "$1")" \
        "$(count '\*\*\*Skipped' "$1")"
    sed -n 's/^.*skipped: */        skipped: /p' \
        "build/$1/Testing/Temporary/LastTest.log" 2>/dev/null | sort -u
}

mkdir -p build
rm -f build/check/ctest.log build/asan/ctest.log
run_tests check "^$" -DCMAKE_BUILD_TYPE=Release || failures=$((failures + 1))
# The browser needs a server of usual speed; the server has tests of its own here.
run_tests asan "^browser$" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O1 -g" \
    -DMR_SANITIZE=address,undefined || failures=$((failures + 1))
lint=clean
scripts/lint.sh || { lint=failed && failures=$((failures + 1)); }

echo
report check
report asan
echo "lint    $lint"
[ "$failures" = 0 ]
