#!/bin/sh
# Drives the page in Chromium against the real server.
#
#   tests/browser/run.sh PROGRAM FOLDER [SCRIPT]
#
# FOLDER takes the npm packages, the webcam's video and the screenshots. Exit 77 where Chromium, Node
# or the packages cannot be had. MR_BROWSER_ONLY=WORDS runs the flows whose name holds them; SCRIPT is
# main.js, or pictures.js, which takes the README's pictures.
set -eu

program=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
mkdir -p "$2"
folder=$(realpath "$2")

skip() {
    echo "skipped: needs $1"
    exit 77
}

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$chromium" ] || skip chromium
command -v node >/dev/null || skip "node (Debian's nodejs)"
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' || skip "node 18 or later"

# The packages are fetched again only when the lock has changed.
if ! cmp -s "$here/package-lock.json" "$folder/package-lock.json" || [ ! -d "$folder/node_modules/playwright-core" ]; then
    command -v npm >/dev/null || skip npm
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    if ! (cd "$folder" && npm ci --omit=dev --ignore-scripts --prefer-offline --no-audit --no-fund >npm.log 2>&1); then
        rm -f "$folder/package-lock.json"
        skip "the npm packages of tests/browser/package-lock.json"
    fi
fi

cd "$here/../.."
MR_PROGRAM=$program MR_BROWSER_DIR=$folder MR_CHROMIUM=$chromium exec node --test-reporter=spec "$here/${3:-main.js}"
