#!/usr/bin/env bash
# Makes a Python environment of its own, in the folder that is named, with the programs that the
# end-to-end tests hold evidence bundles against. Does nothing where it is there already.
set -euo pipefail
folder=$1
packages=(bagit==1.9.0 dkimpy==1.1.8)
stamp="$folder/packages"
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "${packages[*]}" ] && exit 0
python3 -m venv --clear "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-input "${packages[@]}" setuptools
echo "${packages[*]}" > "$stamp"
