#!/usr/bin/env bash
# Says so in one line when the Swift toolchain named by the first argument is missing or too old.
set -euo pipefail
needed=6.3

hint="Seed needs Swift $needed or newer: https://www.swift.org/install/linux/"
if ! command -v "$1" >/dev/null; then
  echo "There is no program \"$1\" on the PATH. $hint" >&2
  exit 1
fi
found=$("$1" --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n' "$needed" "${found:-0}" | sort -V | head -n 1)" != "$needed" ]; then
  echo "\"$1\" is version ${found:-unknown}. $hint" >&2
  exit 1
fi
