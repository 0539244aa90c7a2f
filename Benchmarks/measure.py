#!/usr/bin/env python3
"""Runs programs in turn and prints the CPU time that each takes for a message.

Each row of the table is a pair: a part of Seed, and the other program that does the same work. The two
run one right after the other in every round, so that a busy machine slows both; the ratio is the
median of the rounds' ratios. CPU time is that of the process and its children, user and system.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
from typing import NamedTuple


class Row(NamedTuple):
    """A part of Seed beside another program. `prepare` is run untimed before each of the two, and
    `check` after ours: a run whose results are wrong doesn't count."""

    name: str
    ours: str
    peer: str
    theirs: str
    target: float | None = None
    prepare: str = "true"
    check: str = "true"

    @property
    def key(self):
        return f"{self.name} / {self.peer}"


def rows(a, messages):
    """What is measured, on the first messages. All commands print one line of counts."""
    bench = f"{a.bench} {{}} {a.corpus} {messages}"
    job = f"{a.job} {a.corpus}/maildir -n {messages} -z {a.corpus}/zone.tsv -k {a.corpus}/hmac.key"
    floor = ("c-floor, nothing stored", f"{job} -a -p scan -d raw")
    home, db = f"{a.out}/home", f"{a.out}/job.db"
    full = f"sh Benchmarks/full-job.sh {a.seedctl} {a.corpus} {a.corpus}/maildir {home}"
    stored = f"-a -s blob -b 100 -o {db}"
    clean = f"rm -rf {home} {db}*"
    return [
        Row("read", bench.format("read"), "read", f"{job} -p read"),
        Row("headers", bench.format("headers"), "GMime, headers", f"{job} -p head", 0.5),
        Row("parse", bench.format("parse"), "GMime, decoded", f"{job} -p gmime", 0.5),
        Row("match", bench.format("match"), "GMime, headers", f"{job} -p head"),
        Row("dkim", bench.format("dkim"), "libopendkim", f"{job} -p read -d opendkim", 0.35),
        Row("authenticate", bench.format("authenticate"), *floor),
        Row("examine", bench.format("examine"), *floor),
        # The whole corpus, whatever the number of messages of the other rows.
        Row("full job", full, "c-floor", f"{job} -p scan -d raw {stored}", 2.0, clean,
            f"python3 Benchmarks/compare-truth.py {home} {a.corpus}"),
        Row("full job", full, "c-full", f"{job} -p gmime -d opendkim {stored}", None, clean),
    ]


def run(command):
    """The CPU seconds of a command, the last line that it wrote, and its peak memory in MiB."""
    process = subprocess.Popen(shlex.split(command), stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with {process.returncode}: {command}\n{text}")
    return usage.ru_utime + usage.ru_stime, text.strip().rpartition("\n")[2], usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--job", required=True)
    parser.add_argument("--seedctl", required=True)
    parser.add_argument("--out", required=True, help="a folder for what is made and thrown away")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only")
    parser.add_argument("--instructions", type=int, metavar="COUNT",
                        help="count instructions a message over COUNT messages with valgrind instead")
    a = parser.parse_args()
    if a.instructions:
        instructions(a)
        return
    chosen = choose(a, a.messages)
    times = {row.key: [] for row in chosen}
    peaks = {row.key: [] for row in chosen}
    words = {}
    for number in range(a.rounds):
        for row in chosen:
            results = []
            for command, check in (row.ours, row.check), (row.theirs, "true"):
                subprocess.run(["sh", "-c", row.prepare], check=True, stdout=subprocess.DEVNULL)
                results.append(run(command))
                checked = subprocess.run(["sh", "-c", check], capture_output=True, text=True)
                if checked.returncode != 0:
                    sys.exit(f"{row.name}: wrong results\n{checked.stdout}{checked.stderr}")
            times[row.key].append([time for time, _, _ in results])
            peaks[row.key].append([peak for _, _, peak in results])
            words[row.key] = [line for _, line, _ in results]
        print(f"round {number + 1} of {a.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for name, (ours, theirs) in words.items():
        print(f"{name}: {ours}\n{' ' * len(name)}  {theirs}")
    print(f"\n{a.messages} messages, {a.rounds} rounds; CPU µs a message, medians\n")
    print("| work | Seed | other | | ratio, median of pairs | target | MiB, both |")
    print("| --- | --: | --- | --: | --: | --: | --: |")
    for row in chosen:
        pairs = times[row.key]
        ours, theirs = (statistics.median(side) * 1e6 / a.messages for side in zip(*pairs))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        target = "" if row.target is None else row.target
        memory = " ".join(f"{max(side):.0f}" for side in zip(*peaks[row.key]))
        print(f"| {row.name} | {ours:.1f} | {row.peer} | {theirs:.1f} | {ratio:.2f} | {target} "
              f"| {memory} |")


def choose(a, messages):
    chosen = [row for row in rows(a, messages) if not a.only or row.name in a.only.split(",")]
    # Instructions are counted of what runs in one thread alone.
    return [row for row in chosen if not a.instructions or row.name != "full job"]


def instructions(a):
    """Prints how many instructions each part takes for a message, without the program's start."""

    def count(command):
        tool = "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
        process = subprocess.run(shlex.split(tool + command), capture_output=True, text=True, check=True)
        return int(process.stderr.rpartition("Collected : ")[2].split()[0])

    many, few = a.instructions, a.instructions // 10
    print("| work | Seed, instructions a message | other | | ratio |")
    print("| --- | --: | --- | --: | --: |")
    for long, short in zip(choose(a, many), choose(a, few)):
        ours = (count(long.ours) - count(short.ours)) / (many - few)
        theirs = (count(long.theirs) - count(short.theirs)) / (many - few)
        print(f"| {long.name} | {ours:,.0f} | {long.peer} | {theirs:,.0f} | {ours / theirs:.2f} |")


if __name__ == "__main__":
    main()
