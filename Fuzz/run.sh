#!/usr/bin/env bash
# Runs each fuzzer in .build-fuzz for a number of seconds (30), or those that are named behind it.
# What it learns stays in .build-fuzz/corpus/<name>; a crash is kept in .build-fuzz/crashes and ends
# the run: make it a test, then mend the parser.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30}
shift || true
cd .build-fuzz
mkdir -p crashes

for fuzzer in *; do
  [ -f "$fuzzer" ] && [ -x "$fuzzer" ] || continue
  if [ $# -gt 0 ] && [[ " $* " != *" $fuzzer "* ]]; then continue; fi
  mkdir -p "corpus/$fuzzer"
  log=$fuzzer.log
  if ! SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "./$fuzzer" "corpus/$fuzzer" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 \
    -artifact_prefix="crashes/$fuzzer-" -print_final_stats=1 >"$log" 2>&1; then
    tail -40 "$log"
    echo "$fuzzer: failed; see .build-fuzz/crashes"
    exit 1
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "$fuzzer: $runs runs, no crash"
done
