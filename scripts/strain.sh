#!/usr/bin/env bash
# Counts the instructions that each hostile shape takes (Fuzz/Driver/Shape*.swift), in two sizes, and
# fails where twice the input takes more than 2.3 times as many.
# Usage: scripts/strain.sh FUZZER; a line for each shape goes to standard output.
set -euo pipefail
fuzzer=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Valgrind stops at the debugging information, and needs the names alone.
strip --strip-debug -o "$folder/fuzzer" "$fuzzer"
fuzzer=$folder/fuzzer
"$fuzzer" strain list >"$folder/shapes"
# A dump at each mark: what came before the first input, the input, what came before the next, …
if ! valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/count" \
  --dump-before='*4markyyF' "$fuzzer" strain >"$folder/log" 2>&1; then
  tail -20 "$folder/log"
  exit 1
fi

# The numbers of the dumps, with how many instructions each has.
for dump in "$folder"/count.*; do
  echo "${dump##*.} $(sed -n 's/^totals: //p' "$dump")"
done | sort -n | awk '$1 % 2 == 0 { print $2 }' | paste - - >"$folder/counts"

paste "$folder/counts" "$folder/shapes" | awk -F '\t' '
  NF < 5 || $1 == "" || $2 == "" { print "not measured: " $0; missed++; next }
  {
    ratio = $2 / $1
    mark = ratio > 2.3 ? "  more than 2.3" : ""
    printf "%5.2f  %11d  %-14s %s%s\n", ratio, $1, $3, $5, mark
    if (ratio > 2.3) missed++
  }
  END {
    printf "strain: %d/%d\n", NR - missed, NR
    exit missed > 0
  }'
