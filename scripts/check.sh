#!/bin/sh
# check.sh - all tests in an optimised build, all tests again under AddressSanitizer and
# UndefinedBehaviorSanitizer, those with threads under ThreadSanitizer, then lint. Goes on after a
# failure, so that one run shows everything, and ends with what passed, failed and was skipped.
#
# JOBS: how many compilers run side by side; of tests half as many more.
set -eu
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
tests=$((jobs + (jobs + 1) / 2)) # many of them wait
failures=0

# run_tests DIR TARGET CHOICE FLAG...: configures build/DIR, builds the target and runs the tests that
# the words of CHOICE tell ctest to.
run_tests() {
    tree=build/$1
    target=$2
    choice=$3
    shift 3
    cmake -S . -B "$tree" -DMR_WERROR=ON "$@" >"$tree.configure.log" ||
        { cat "$tree.configure.log" && return 1; }
    cmake --build "$tree" --target "$target" --parallel "$jobs" || return 1
    status=0
    # shellcheck disable=SC2086  # lists of words
    $steady ctest --test-dir "$tree" --output-on-failure --parallel "$tests" --timeout 600 $choice \
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
rm -f build/check/ctest.log build/asan/ctest.log build/tsan/ctest.log
steady=
traced="-O1 -g1" # lines are all that a sanitizer names
run_tests check all "" -DCMAKE_BUILD_TYPE=Release || failures=$((failures + 1))
# The browser needs a server of usual speed; the server has tests of its own here.
run_tests asan all "--exclude-regex ^browser$" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO="$traced" \
    -DMR_SANITIZE=address,undefined || failures=$((failures + 1))
# ThreadSanitizer of older compilers cannot live with addresses as random as newer kernels make them.
if setarch "$(uname -m)" -R true 2>/dev/null; then
    steady="setarch $(uname -m) -R"
fi
run_tests tsan threaded_tests "--label-regex ^threads$" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_FLAGS_RELWITHDEBINFO="$traced" -DMR_SANITIZE=thread || failures=$((failures + 1))
lint=clean
scripts/lint.sh || { lint=failed && failures=$((failures + 1)); }

echo
report check
report asan
report tsan
echo "lint    $lint"
[ "$failures" = 0 ]
