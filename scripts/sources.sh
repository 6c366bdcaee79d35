#!/bin/sh
# Prints the project's C files, one a line.
set -e
cd "$(dirname "$0")/.."
find src include tests bench examples tools fuzz -name '*.[ch]' 2>/dev/null | LC_ALL=C sort
