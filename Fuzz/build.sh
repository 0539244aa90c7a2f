#!/usr/bin/env bash
# Builds a fuzzer from each Fuzz/fuzz-<name>.swift into .build-fuzz/<name>. A file that begins with
# `// needs: SeedAuth` and the like is left to whoever adds what that takes.
#
# The parsers are compiled together with the entry by swiftc itself, which needs no other package.
# Names as arguments build those alone.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build-fuzz
mkdir -p "$out/objects"
mapfile -t sources < <(find Sources/SeedMail -name '*.swift' | sort)

for entry in Fuzz/fuzz-*.swift; do
  name=$(basename "$entry" .swift)
  name=${name#fuzz-}
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  if head -1 "$entry" | grep -q '^// needs:'; then continue; fi
  "${SWIFTC:-swiftc}" -swift-version 6 -O -wmo -parse-as-library -sanitize=fuzzer,address \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility \
    -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -module-name SeedMailFuzz -o "$out/$name" "${sources[@]}" Fuzz/Input.swift "$entry" \
    2> >(grep -v 'Cannot export local symbol' >&2 || true)
  echo "built $out/$name"
done
