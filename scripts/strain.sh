#!/usr/bin/env bash
# Counts the instructions that each hostile shape takes (Fuzz/Strain/Shape*.swift), in two sizes, and
# fails where twice the input takes more than 2.3 times as many, and 100,000 more than that: below, it
# is the memory allocator that is counted.
# Usage: scripts/strain.sh PROGRAM [DIVISOR]; inputs are DIVISOR (1) times smaller. A line for each shape
# goes to standard output.
set -euo pipefail
program=$1 divisor=${2:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Valgrind stops at the debugging information, and needs the names alone.
strip --strip-debug -o "$folder/program" "$program"

# Takes one of so many parts of the shapes: a program under valgrind has one core.
measure() {
  local part=$1 parts=$2 own=$folder/$1
  mkdir "$own"
  "$folder/program" list "$part" "$parts" >"$own/shapes"
  # A dump at each mark: what came before the first input, the input, what came before the next, …
  if ! valgrind --quiet --tool=callgrind --callgrind-out-file="$own/count" \
    --dump-before='*4markyyF' "$folder/program" count "$part" "$parts" "$divisor" \
    >"$own/log" 2>&1; then
    tail -20 "$own/log"
    return 1
  fi
  # The numbers of the dumps, with how many instructions each has.
  for dump in "$own"/count.*; do
    echo "${dump##*.} $(sed -n 's/^totals: //p' "$dump")"
  done | sort -n | awk '$1 % 2 == 0 { print $2 }' | paste - - >"$own/counts"
  rm "$own"/count.*
}

parts=$(nproc)
pids=()
for ((part = 0; part < parts; part++)); do
  measure "$part" "$parts" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done

for ((part = 0; part < parts; part++)); do
  paste "$folder/$part/counts" "$folder/$part/shapes"
done | awk -F '\t' '
  NF < 5 || $1 == "" || $2 == "" { print "not measured: " $0; missed++; next }
  {
    ratio = $2 / $1
    mark = $2 > 2.3 * $1 + 100000 ? "  more than 2.3" : ""
    printf "%5.2f  %11d  %-14s %s%s\n", ratio, $1, $3, $5, mark
    if (mark != "") missed++
  }
  END {
    printf "strain: %d/%d\n", NR - missed, NR
    exit missed > 0
  }'
