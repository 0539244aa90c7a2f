#!/usr/bin/env python3
"""grow-store.py HOME [--sightings N] [--seeds N]: makes a home's store a large one.

The rows that a real ingest recorded are copied, each time with other numbers and names, until there
are as many. Seeds come first, so that the findings of a copy belong to seeds of its own; once there
are no new seeds left, further mail reaches the old ones. What is copied is as `seedctl` and `seedd`
read it; only its proofs don't hold, since the leaves are copies too.

The store is written through Sources/CPageCheck, so that its pages have their checksums.
"""

import argparse
import ctypes
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent


def install_page_check():
    """Lets SQLite write checksums into pages, in this process."""
    source = HERE.parent / "Sources" / "CPageCheck"
    with tempfile.TemporaryDirectory(prefix="seed-grow-") as folder:
        library = os.path.join(folder, "page-check.so")
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", f"-I{source / 'include'}", "-o", library,
             source / "page-check.c", "-lsqlite3"],
            check=True,
        )
        if ctypes.CDLL(library).seed_page_check_install() != 0:
            sys.exit("the checksums of pages could not be installed")


def number(db, sql, *values):
    return db.execute(sql, values).fetchone()[0] or 0


def copy(db, table, changes, condition="TRUE", **values):
    """Adds copies of a table's first rows; `changes` says what the columns of a copy are."""
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(changes.get(column, column) for column in columns)
    db.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} t"
               f" WHERE {condition}", values)


def grow_seeds(db, count):
    """Copies the seeds until there are `count`; returns how many times they are there then, and by how
    much the numbers of two copies differ."""
    first, last = db.execute("SELECT min(id), max(id) FROM seed").fetchone()
    have, span = number(db, "SELECT count(*) FROM seed"), last - first + 1
    rounds = max(1, -(-count // have))
    # Spread evenly as real ones are, and in the order of the numbers, which is quick to write.
    step = (1 << 63) // (rounds * have + 1)
    values = {"last": last, "have": have, "span": span}
    db.create_function(
        "token", 2, lambda round, row: (((round * have + row) * step) << 65).to_bytes(17, "big")[1:]
    )
    for round in range(1, rounds):
        copy(
            db, "seed",
            {"id": "id + :round * :span", "leaf_index": "NULL",
             "token": "token(:round, row_number() OVER (ORDER BY id))"},
            "id <= :last", round=round, **values,
        )
    return rounds, span


def grow_sightings(db, count, seed_rounds, seed_span):
    """Copies the sightings, and all that came of them, until there are `count`."""
    have = number(db, "SELECT count(*) FROM sighting")
    low, last = db.execute("SELECT min(id), max(id) FROM sighting").fetchone()
    if not have:
        sys.exit("the store has no sighting to copy")
    # Everything that a sighting caused was made in the same run as it was.
    span = max(number(db, f"SELECT max(id) - min(id) FROM {table}")
               for table in ("sighting", "judgement", "finding")) + 1
    ends = {table: number(db, f"SELECT max({key}) FROM {table}") for table, key in (
        ("delivery", "id"), ("sighting_facts", "sequence"), ("judgement", "sequence"),
        ("finding_event", "sequence"), ("outbox", "id"), ("leaf", "idx"), ("seed", "id"))}
    events = number(db, "SELECT max(sequence) FROM finding_event")
    rows = {table: number(db, f"SELECT max(rowid) FROM {table}")
            for table in ("sighting", "current_sighting", "finding", "judgement")}
    kinds = "kind IN ('rcpt', 'dns', 'judge') AND subject BETWEEN :low AND :last"
    for round in range(1, -(-count // have)):
        seed = f"seed + {round % seed_rounds} * {seed_span}"
        values = {"n": round, "span": span, "low": low, "last": last}

        def add(table, changes, condition, **more):
            used = {key: value for key, value in {**values, **more}.items()
                    if f":{key}" in condition + "".join(changes.values())}
            copy(db, table, changes, condition, **used)

        shifted = lambda column: f"{column} + :n * :span"
        after = lambda column, table: f"{column} + :n * ({ends[table]} + 1)"
        add("known_file", {"base_name": "base_name || '.' || :n", "inode": "inode + (:n << 40)"},
            "inode < 1 << 40")
        add("delivery", {"id": after("id", "delivery"), "base_name": "base_name || '.' || :n"},
            f"id <= {ends['delivery']}")
        add("sighting", {"id": shifted("id"), "seed": seed, "delivery": after("delivery", "delivery")},
            "id <= :last")
        facts = after("sequence", "sighting_facts")
        add("sighting_facts", {"sequence": facts, "sighting": shifted("sighting")},
            f"sequence <= {ends['sighting_facts']}")
        add("judgement",
            {"sequence": after("sequence", "judgement"), "id": shifted("id"),
             "sighting": shifted("sighting")},
            f"sequence <= {ends['judgement']}")
        add("current_sighting",
            {"sighting": shifted("sighting"), "seed": seed, "facts": after("facts", "sighting_facts"),
             "judgement": after("judgement", "judgement")},
            "sighting <= :last")
        start = number(db, "SELECT max(idx) + 1 FROM leaf")
        add("leaf",
            {"idx": f"{start} - 1 + row_number() OVER (ORDER BY idx)", "subject": shifted("subject")},
            f"idx <= {ends['leaf']} AND {kinds}")
        if round < seed_rounds:
            add("finding", {"id": shifted("id"), "seed": seed}, f"id <= {rows['finding']}")
            add("finding_event",
                {"sequence": after("sequence", "finding_event"), "finding": shifted("finding")},
                f"sequence <= {events}")
            add("outbox",
                {"id": after("id", "outbox"), "key": "key || '.' || :n",
                 "event": after("event", "finding_event"), "joined_to": after("joined_to", "outbox")},
                f"id <= {ends['outbox']} AND event IS NOT NULL")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home")
    parser.add_argument("--sightings", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=0)
    options = parser.parse_args()
    install_page_check()
    started = time.monotonic()
    path = os.path.join(options.home, "store", "seed.db")
    db = sqlite3.connect(path, isolation_level=None)
    # It is made once more where the machine stops meanwhile.
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA cache_size = -1000000")
    db.execute("BEGIN EXCLUSIVE")
    rounds, span = grow_seeds(db, options.seeds)
    if options.sightings:
        grow_sightings(db, options.sightings, rounds, span)
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode = WAL")
    counts = {table: number(db, f"SELECT count(*) FROM {table}")
              for table in ("seed", "sighting", "finding", "leaf", "outbox")}
    db.close()
    print(", ".join(f"{count} rows of {table}" for table, count in counts.items())
          + f", {os.path.getsize(path) >> 20} MiB, in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
