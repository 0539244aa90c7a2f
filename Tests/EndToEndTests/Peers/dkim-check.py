"""Verifies messages of an unpacked evidence bundle with dkimpy and the keys in it.

    python dkim-check.py BUNDLE

Prints `PATH pass` or `PATH fail` for each; nothing is asked of the network.
"""
import pathlib
import sys

import dkim

for message in sorted(pathlib.Path(sys.argv[1]).glob("data/msg/*/message.eml")):
    keys = {}
    for line in (message.parent / "dns/opendkim-keys.txt").read_bytes().splitlines():
        name, _, record = line.partition(b" ")
        keys[name] = record

    def answer(name, timeout=5):
        name = name.encode() if isinstance(name, str) else name
        return keys.get(name.rstrip(b"."), b"")

    verified = dkim.verify(message.read_bytes(), dnsfunc=answer)
    print(message.relative_to(sys.argv[1]), "pass" if verified else "fail")
