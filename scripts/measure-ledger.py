#!/usr/bin/env python3
"""Measures what the ledger costs at its beginning and with many leaves.

    scripts/measure-ledger.py SEEDCTL [LEAVES]

It makes a home of its own, and puts the leaves straight into its store. Each line has the wall
time and the greatest memory of one run of the command, its start included.
"""
import os, sqlite3, subprocess, sys, tempfile, time

seedctl, leaves = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000


def run(home, what, *arguments):
    start = time.monotonic()
    process = subprocess.Popen([seedctl, "--home", home, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{what}: {status}")
    print(f"{what:44} {(time.monotonic() - start) * 1000:9.0f} ms {usage.ru_maxrss // 1024:5} MiB", flush=True)


def grow(home, size):
    """Adds leaves of the kind that commits to nothing else, up to a size."""
    store = sqlite3.connect(home + "/store/seed.db")
    (old,) = store.execute("SELECT coalesce(max(idx) + 1, 0) FROM leaf").fetchone()
    store.execute(
        """WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
           INSERT INTO leaf SELECT i, 'note',
             CAST(printf('{"n":"%064x","t":"note","v":1}', i) AS BLOB), NULL, x'' FROM n""",
        (old, size),
    )
    store.commit()
    store.close()


with tempfile.TemporaryDirectory() as folder:
    home = folder + "/home"
    run(home, "init", "init", "--domain", "seeds.example")
    for size in (1, 2, 3):
        grow(home, size)
        run(home, f"checkpoint after a leaf, at {size}", "ledger", "checkpoint")
    grow(home, leaves)
    run(home, f"checkpoint after {leaves - 3} leaves", "ledger", "checkpoint")
    for size in (leaves + 1, leaves + 2, leaves + 3):
        grow(home, size)
        run(home, f"checkpoint after a leaf, at {size}", "ledger", "checkpoint")
    run(home, "status", "ledger", "status")
    for index in (0, leaves // 3, leaves):
        run(home, f"proof of leaf {index}", "ledger", "proof", str(index))
    run(home, "proof of consistency", "ledger", "proof", "--consistency", "3")
    run(home, "verify", "ledger", "verify", "--quiet")
    run(home, "rebuild", "ledger", "rebuild")
