#!/bin/sh
# install-deps.sh SET... - installs the Debian or Ubuntu packages of the named sets that are
# missing; says which, and does nothing (and needs no rights) when all are there.
#
# Sets: build (compile and link), run (data that the program reads), check (tests and lint), browser
# (tests of the page; they are skipped, and say so, where these cannot be had: Ubuntu has no package
# of Chromium, so that there one has to be installed before, as a snap or Google's).
# "a|b" means the first of the names that the distribution has. Known to hold on Debian 12 and 13
# and on Ubuntu 24.04. Optional oracles of the tests (python3-torch, python3-sklearn,
# python3-opencv) are big and are not installed: the tests that use them say so and are skipped.
set -eu

packages() {
    case $1 in
    build) echo "build-essential cmake pkg-config|pkgconf libdnnl-dev libjpeg-dev libpng-dev" \
        "libwebp-dev libexpat1-dev libjansson-dev libcairo2-dev libmicrohttpd-dev libwslay-dev" \
        "nettle-dev libsqlite3-dev libpq-dev libavformat-dev libavcodec-dev libavdevice-dev libavutil-dev" \
        "libswscale-dev libopenblas-dev liblapacke-dev" ;;
    run) echo "opencv-data" ;;
    # The house format is that of clang-format 14. libomp-dev: omp.h for clang-tidy.
    check) echo "libcmocka-dev clang clang-tidy clang-tools clang-format-14|clang-format" \
        "libomp-dev cppcheck postgresql" ;;
    browser) echo "chromium nodejs npm" ;;
    *) echo "install-deps.sh: $1: expected build, run, check or browser" >&2 && return 2 ;;
    esac
}

is_installed() {
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# True when one of the names in "a|b" is installed. Others' packages of Node bring npm with them, and
# Ubuntu has its browsers from elsewhere.
is_satisfied() {
    for name in $(echo "$1" | tr '|' ' '); do
        is_installed "$name" && return 0
    done
    case $1 in
    npm) command -v npm >/dev/null ;;
    chromium)
        command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
            command -v google-chrome >/dev/null
        ;;
    *) return 1 ;;
    esac
}

# The first of the names in "a|b" that can be installed; none where there is none.
choose() {
    for name in $(echo "$1" | tr '|' ' '); do
        if apt-cache show "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    false
}

missing=
for set in "$@"; do
    wanted=$(packages "$set")
    if ! command -v dpkg-query >/dev/null; then
        echo "install-deps.sh: no Debian packages here; Moodreel needs the like of: $wanted"
        continue
    fi
    for package in $wanted; do
        is_satisfied "$package" || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

echo "install-deps.sh: missing packages:$missing"
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if [ -n "$as_root" ] && ! $as_root true 2>/dev/null; then
    echo "install-deps.sh: neither root nor sudo without a password; please install them" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -qq update
names= absent=
for package in $missing; do
    if name=$(choose "$package"); then
        names="$names $name"
    else
        absent="$absent $package"
    fi
done
if [ -n "$names" ]; then
    # shellcheck disable=SC2086  # a list of names
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $names
fi
if [ -n "$absent" ]; then
    echo "install-deps.sh: this distribution has no package of:$absent" >&2
    exit 1
fi
