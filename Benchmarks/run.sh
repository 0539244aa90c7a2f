#!/usr/bin/env bash
# Measures parts of Seed beside other programs that do the same, in turn, and prints one table.
#
# What it needs besides Seed is made once in .build-bench/: the corpus out of real mail, and the other
# programs. Environment: MESSAGES (10000), ROUNDS (5), ONLY (names of rows, with commas between),
# SEED_PERF (the corpus maker), SEED_SUITES (where the real mail lies), CORPUS (one that exists).
set -euo pipefail
cd "$(dirname "$0")/.."
perf=${SEED_PERF:-../shared/perf}
suites=${SEED_SUITES:-../shared/suites}
out=$PWD/.build-bench
messages=${MESSAGES:-10000}
mkdir -p "$out"

if [ ! -f "$perf/mkcorpus.py" ]; then
  echo "No corpus maker in $perf: say with SEED_PERF where it lies." >&2
  exit 2
fi

[ -x "$out/venv/bin/dkimverify" ] || {
  python3 -m venv --clear "$out/venv"
  "$out/venv/bin/pip" install --quiet --disable-pip-version-check --no-input \
    dkimpy==1.1.8 cryptography pynacl
}

corpus=${CORPUS:-$out/corpus-$messages}
if [ ! -f "$corpus/truth.tsv" ]; then
  mkdir -p "$out/mail"
  for archive in "$suites"/real-spamassassin/*.tar.zst; do tar --zstd -xf "$archive" -C "$out/mail"; done
  rm -rf "$corpus.new"
  "$out/venv/bin/python" "$perf/mkcorpus.py" "$out/mail" "$corpus.new" "$messages" 1
  mv "$corpus.new" "$corpus"
fi

if [ ! "$out/job" -nt "$perf/job.c" ]; then
  # Words of pkg-config, one by one.
  # shellcheck disable=SC2046
  gcc -O2 -w "$perf/job.c" -o "$out/job" \
    $(pkg-config --cflags --libs gmime-3.0 opendkim sqlite3 libcrypto)
fi

SEED_ONLY=SeedCore swift build --package-path Benchmarks -c release --scratch-path "$out/build"

SEED_ONLY=seedctl swift build -c release --product seedctl --scratch-path "$out/seedctl"

exec python3 Benchmarks/measure.py --corpus "$corpus" --job "$out/job" \
  --seedctl "$out/seedctl/release/seedctl" --out "$out" \
  --bench "$out/build/release/seed-bench" --messages "$messages" --rounds "${ROUNDS:-5}" \
  ${ONLY:+--only "$ONLY"} "$@"
