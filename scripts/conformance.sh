#!/usr/bin/env bash
# Runs the command it is given, and of its output prints the suites' results alone: a line
# `name: passed/total` for each suite, its misses below it, and what was skipped and why. Where the
# command fails, all of its output follows.
set -uo pipefail

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if "$@" >"$output" 2>&1; then
  grep -E '^[a-z0-9][a-z0-9 _-]*: ([0-9]+/[0-9]+$|skipped, )|^  miss: ' "$output" |
    awk '!/: skipped, / || !seen[$0]++'
else
  status=$?
  cat "$output"
  exit "$status"
fi
