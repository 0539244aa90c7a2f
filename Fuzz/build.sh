#!/usr/bin/env bash
# Builds a fuzzer from each Fuzz/fuzz-<name>.swift into .build-fuzz/<name>.
#
# The parsers are compiled together with the entry by swiftc itself, which needs no other package. A
# file that begins with `// needs: SeedAuth` imports that module, and those below it, instead.
# The files that a second line `// with: …` names are compiled together with the entry.
# Names as arguments build those alone.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build-fuzz
mkdir -p "$out/objects"
mapfile -t sources < <(find Sources/SeedMail -name '*.swift' | sort)

compile() {
  "${SWIFTC:-swiftc}" -swift-version 6 -O -wmo -parse-as-library -sanitize=fuzzer,address \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility \
    -enable-upcoming-feature NonisolatedNonsendingByDefault \
    -package-name seed -I "$out/objects" -I Sources/COpenSSL -I Sources/CPublicSuffix \
    -I Sources/CIDN2 "$@" 2> >(grep -v 'Cannot export local symbol' >&2 || true)
}

# SeedAuth and what it imports, once.
modules() {
  [ -z "${built:-}" ] || return 0
  built=yes
  local module files
  for module in SeedMail SeedCrypto SeedAuth; do
    mapfile -t files < <(find "Sources/$module" -name '*.swift' | sort)
    compile -enable-testing -module-name "$module" -emit-module \
      -emit-module-path "$out/objects/$module.swiftmodule" -c -o "$out/objects/$module.o" \
      "${files[@]}"
  done
}

for entry in Fuzz/fuzz-*.swift; do
  name=$(basename "$entry" .swift)
  name=${name#fuzz-}
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  if [ "$(head -1 "$entry")" = "// needs: SeedAuth" ]; then
    modules
    # Paths of our own, without spaces.
    # shellcheck disable=SC2046
    mapfile -t parts < <(ls $(sed -n '2s|^// with: ||p' "$entry") 2> /dev/null)
    [ -n "$(sed -n '2s|^// with: ||p' "$entry")" ] || parts=()
    compile -module-name SeedAuthFuzz -o "$out/$name" "$out"/objects/*.o \
      Fuzz/Input.swift Fuzz/Blocking.swift "${parts[@]}" "$entry" -lcrypto -lpsl -lidn2
  else
    compile -module-name SeedMailFuzz -o "$out/$name" "${sources[@]}" Fuzz/Input.swift "$entry"
  fi
  echo "built $out/$name"
done
