#!/usr/bin/env bash
# Holds docs/standards.md to the sources: every RFC that they cite stands in its table and none else,
# and every place where they say `Deviates from RFC n §m` is explained there.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/standards.md

cited=$(grep -rhoE 'RFC [0-9]+' Sources --include='*.swift' | sort -u)
listed=$(grep -oE '^\| RFC [0-9]+' "$page" | cut -c3- | sort -u)
wrong=$(comm -3 <(echo "$cited") <(echo "$listed") | sed \
  -e "s|^\t\(.*\)|$page lists \1, which no source cites|" \
  -e "t" -e "s|^\(.*\)|$page doesn't list \1, which a source cites|")

while read -r deviation; do
  grep -qF "${deviation#Deviates from }" "$page" ||
    wrong+=$'\n'"$page doesn't explain: $deviation"
done < <(grep -rhoE 'Deviates from RFC [0-9]+( §[0-9A-Z.]*[0-9A-Z])?' Sources --include='*.swift' | sort -u)

if [ -n "$wrong" ]; then
  echo "$wrong" | sed '/^$/d' >&2
  exit 1
fi
