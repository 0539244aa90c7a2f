#!/usr/bin/env bash
# Builds the benchmark program against the modules that are built already, and runs each of its parts on
# the example messages: it must not rot between two measurements.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$("${SWIFT:-swift}" build --show-bin-path)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/maildir/cur" "$work/maildir/new"
cp Examples/mail/* "$work/maildir/new/"
printf 'petitions.example\tv=spf1 -all\n' > "$work/zone.tsv"

objects=()
for module in SeedMail SeedCrypto SeedAuth SeedCore Logging Mustache; do
  objects+=("$bin/$module.build"/*.o)
done
"${SWIFT:-swift}c" -swift-version 6 -parse-as-library -strict-memory-safety -warnings-as-errors \
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
  -enable-upcoming-feature MemberImportVisibility \
  -enable-upcoming-feature NonisolatedNonsendingByDefault \
  -I "$bin/Modules" -I Sources/COpenSSL -I Sources/CPublicSuffix -I Sources/CIDN2 \
  -o "$work/seed-bench" Benchmarks/Sources/seed-bench/*.swift "${objects[@]}" -lcrypto -lpsl -lidn2
for mode in read headers parse match dkim authenticate examine; do
  "$work/seed-bench" "$mode" "$work"
done
