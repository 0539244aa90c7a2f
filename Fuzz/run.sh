#!/usr/bin/env bash
# Runs the entries of a fuzzer for so many seconds each, or those that are named behind it; FUZZ_JOBS at
# a time (1).
# Usage: Fuzz/run.sh FUZZER SECONDS [NAME…]
# What they learn stays in .build-fuzz/corpus/NAME. A crash is kept in .build-fuzz/crashes and ends the
# run: make it a seed of its entry, then mend the parser.
set -euo pipefail
cd "$(dirname "$0")/.."
export fuzzer=$1 seconds=$2 folder=.build-fuzz
shift 2
mkdir -p "$folder/corpus" "$folder/crashes" "$folder/seeds"
"$fuzzer" seeds "$folder/seeds"
[ $# -gt 0 ] || mapfile -t names < <("$fuzzer" list)
[ $# -eq 0 ] || names=("$@")

run() {
  local name=$1 log=$folder/$1.log dictionary=()
  mkdir -p "$folder/corpus/$name"
  if [ -f "$folder/seeds/$name.dict" ]; then dictionary=("-dict=$folder/seeds/$name.dict"); fi
  if ! SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$fuzzer" "$name" \
    "$folder/corpus/$name" "$folder/seeds/$name" "${dictionary[@]}" -max_total_time="$seconds" \
    -timeout=20 -rss_limit_mb=2048 -max_len=8192 -artifact_prefix="$folder/crashes/$name-" \
    -print_final_stats=1 >"$log" 2>&1; then
    tail -40 "$log"
    echo "$name: failed; see $folder/crashes"
    # Ends xargs.
    return 255
  fi
  echo "$name: $(LC_ALL=C sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs, no crash"
}
export -f run
printf '%s\n' "${names[@]}" | xargs -P "${FUZZ_JOBS:-1}" -I{} bash -c 'run {}'
