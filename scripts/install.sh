#!/usr/bin/env bash
# install.sh BINARIES DESTDIR PREFIX: puts the two commands, their manuals, shell completions, and
# the service's unit below DESTDIR.
set -euo pipefail
cd "$(dirname "$0")/.."
binaries=$1 root=$2 prefix=$3
if [ ! -x "$binaries/seedctl" ] || [ ! -x "$binaries/seedd" ]; then
  echo "There is nothing to install in $binaries; run \`make release\` first." >&2
  exit 1
fi

put() { install -D -m "$1" "$2" "$root$3"; echo "$root$3"; }

put 755 "$binaries/seedctl" "$prefix/bin/seedctl"
put 755 "$binaries/seedd" "$prefix/sbin/seedd"
strip "$root$prefix/bin/seedctl" "$root$prefix/sbin/seedd"
put 644 docs/man/seedctl.1 "$prefix/share/man/man1/seedctl.1"
put 644 docs/man/seed.toml.5 "$prefix/share/man/man5/seed.toml.5"
put 644 docs/man/seedd.8 "$prefix/share/man/man8/seedd.8"

completion=$(mktemp)
trap 'rm -f "$completion"' EXIT
complete() {
  "$binaries/seedctl" --generate-completion-script "$1" >"$completion"
  put 644 "$completion" "$2"
}
complete bash "$prefix/share/bash-completion/completions/seedctl"
complete zsh "$prefix/share/zsh/site-functions/_seedctl"
complete fish "$prefix/share/fish/vendor_completions.d/seedctl.fish"

sed "s|/usr/sbin/seedd|$prefix/sbin/seedd|" deploy/systemd/seedd.service >"$completion"
put 644 "$completion" "$prefix/lib/systemd/system/seedd.service"
put 644 deploy/systemd/seed.sysusers "$prefix/lib/sysusers.d/seed.conf"
put 644 deploy/systemd/seed.tmpfiles "$prefix/lib/tmpfiles.d/seed.conf"
