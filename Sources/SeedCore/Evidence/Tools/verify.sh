#!/bin/sh
# Checks an evidence bundle with sha256sum, openssl and Python: sh verify.sh [--policy FILE] [--tsa-ca FILE]...
# Run it in the unpacked bundle, or in its data/tools/. It exits 1 if anything doesn't hold.
set -u
LC_ALL=C
export LC_ALL

here=$PWD
tools=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
root=$(CDPATH='' cd -- "$tools/../.." && pwd) || exit 1
cd "$root" || exit 1
failed=0
fail() {
  echo "FAILED 0 $*"
  failed=1
}

[ -f bagit.txt ] || fail "there is no bag in $root"
[ -z "$(find . -type l)" ] || fail "there is a link in the folder"

# Every file is as the manifests say, and there is no file that they don't name.
sha256sum --check --strict --quiet manifest-sha256.txt || fail "a file was altered or is missing"
sha256sum --check --strict --quiet tagmanifest-sha256.txt || fail "a tag file was altered or is missing"
named=$(sed 's/^[0-9a-f]*  //' manifest-sha256.txt tagmanifest-sha256.txt | sort)
found=$(find . -type f ! -path ./tagmanifest-sha256.txt | sed 's/^\.\///' | sort)
[ "$named" = "$found" ] || fail "there are other files than the manifests name"

# Every token is over its checkpoint. Whose certificate it is, is looked at below.
for token in data/tsa/*.tsr; do
  [ -f "$token" ] || continue
  base=${token%.tsr}
  size=${base##*/}
  size=${size%%-*}
  stamp=$(openssl ts -reply -in "$token" -text 2>/dev/null | sed -n 's/^Time stamp: //p' | sed 's/\.[0-9]* / /')
  openssl ts -verify -data "data/log/checkpoints/$size" -in "$token" -CAfile "$base.pem" \
    -untrusted "$base.pem" -attime "$(date -u -d "$stamp" +%s)" >/dev/null 2>&1 ||
    echo "note: $token leads to no certificate in the bundle" >&2
done

cd "$here" || exit 1
python3 "$tools/verify.py" "$root" "$@" || failed=1
exit $failed
