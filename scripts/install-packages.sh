#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing. Asks nothing, and touches neither
# the network nor apt when nothing is missing.
set -euo pipefail

missing=()
for package in "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "These Debian packages are missing: ${missing[*]}" >&2
    echo "Install them as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi

echo "Installing: ${missing[*]}" >&2
# The tests bring their own configuration, so that Postfix needs none here, and would ask for one.
echo 'postfix postfix/main_mailer_type select No configuration' |
  "${as_root[@]}" debconf-set-selections
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
"${apt[@]}" update || echo "apt-get update failed; trying with the lists that are there." >&2
"${apt[@]}" install --no-install-recommends "${missing[@]}"
