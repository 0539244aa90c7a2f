#!/usr/bin/env python3
"""How much faster the full job is on two cores than on one, in wall time.

Each round runs it on one core and then on two. Wall time says something only while the machine does
nothing else, so the load is printed beside each round.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seedctl", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--home", required=True, help="a folder that is made and thrown away")
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        parser.error("this machine has one core")

    def seconds(on):
        command = ["sh", str(HERE / "full-job.sh"), a.seedctl, a.corpus, f"{a.corpus}/maildir", a.home]
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       preexec_fn=lambda: os.sched_setaffinity(0, on))
        return time.monotonic() - start

    seconds(cores)  # The files are in memory from then on.
    print("| round | one core, s | two cores, s | ratio | load |\n| --- | --: | --: | --: | --: |")
    ratios = []
    for number in range(a.rounds):
        load = os.getloadavg()[0]
        one, two = seconds(cores[:1]), seconds(cores)
        ratios.append(one / two)
        print(f"| {number + 1} | {one:.2f} | {two:.2f} | {ratios[-1]:.2f} | {load:.1f} |", flush=True)
    print(f"\nmedian {statistics.median(ratios):.2f}")
    shutil.rmtree(a.home)


if __name__ == "__main__":
    main()
