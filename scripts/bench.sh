#!/bin/sh
# bench.sh BUILD - speeds of this machine: the program's own stages, then the programs of bench/
# that set an algorithm beside its rivals (those that are installed).
set -eu
cd "$(dirname "$0")/.."
build=$1
export OMP_WAIT_POLICY=passive
"$build/moodreel" bench
for program in "$build"/bench/bench_*; do
    if [ -f "$program" ] && [ -x "$program" ]; then
        echo
        "$program"
    fi
done
