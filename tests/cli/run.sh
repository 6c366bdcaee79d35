#!/usr/bin/env bash
# run.sh MOODREEL CASE... - plays kept sessions of the command line and compares what happens.
# run.sh --update MOODREEL CASE... - rewrites the cases from what happens; read the diff then.
#
# A case is a text file that is a script and its expected transcript at once:
#
#     # a comment
#     $ moodreel frobnicate
#     ! moodreel: frobnicate: no such command; see 'moodreel --help'
#     = 2
#
# Each line that begins with "$ " is run by bash in an empty folder of its own; its stdout follows
# with "| " before each line, its stderr with "! ", its exit code after "= ". On the PATH there is
# `moodreel`; $SOURCE is the project, and the folder holds the files of fixtures() below. $MADE_DATA
# and $MAKE_CLIP, set by the caller, are the programs that write small data sets and a video.
set -u

update=
[ "$1" = --update ] && update=yes && shift
program=$(realpath "$1") || exit 1
shift
SOURCE=$(cd "$(dirname "$0")/../.." && pwd)
export SOURCE
# Sorting, and the point of numbers in awk, go by the locale.
export LC_ALL=C.UTF-8
export MOODREEL_HOME=$SOURCE OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$program" "$work/bin/moodreel"
PATH=$work/bin:$PATH

# Files that are no pictures, made where a case runs.
fixtures() {
    : >empty.jpg
    echo "no picture" >text.jpg
    head -c 20000 "$SOURCE/data/samples/astronaut.jpg" >truncated.jpg
    # The signature and the header chunk of a PNG of 60,000 × 60,000 pixels of 8-bit RGB.
    printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0\x0f\xb0\xe2\x15' \
        >huge.png
}

# Plays the case of file $1 and prints the transcript.
play() {
    while IFS= read -r line; do
        case $line in
        '$ '*)
            printf '%s\n' "$line"
            bash -c "${line#??}" >../stdout 2>../stderr </dev/null
            code=$?
            sed 's/^./| &/; s/^$/|/' ../stdout
            sed 's/^./! &/; s/^$/!/' ../stderr
            echo "= $code"
            ;;
        '#'* | '') printf '%s\n' "$line" ;;
        esac
    done <"$1"
}

failures=0
for case in "$@"; do
    case=$(realpath "$case")
    for helper in MADE_DATA MAKE_CLIP; do
        if grep -q "^\$ .*\$$helper" "$case" && [ ! -x "${!helper:-}" ]; then
            echo "run.sh: $case: needs \$$helper, the program of that name in the folder of a build with tests" >&2
            exit 2
        fi
    done
    folder=$work/$(basename "$case" .txt)/cwd
    mkdir -p "$folder"
    (cd "$folder" && fixtures && play "$case") >"$folder/../transcript"
    if [ -n "$update" ]; then
        cp "$folder/../transcript" "$case"
    elif ! diff -u --label expected --label found "$case" "$folder/../transcript"; then
        failures=$((failures + 1))
    fi
done
[ "$failures" = 0 ]
