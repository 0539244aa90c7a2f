#!/usr/bin/env bash
# Formats the manual pages that it is given, and fails on any warning.
set -euo pipefail

for page in "$@"; do
  warnings=$(groff -mandoc -Tutf8 -K utf8 -ww -z "$page" 2>&1)
  if [ -n "$warnings" ]; then
    echo "$warnings" >&2
    exit 1
  fi
done
