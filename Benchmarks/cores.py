#!/usr/bin/env python3
"""How much faster the full job is on two cores than on one, in wall time.

Each round runs it on one core, on two, and on two with real-time priority (SCHED_RR): then the kernel
hands a thread that is ready to an idle core at once, so that what is left is the pipeline's doing.
That takes the right to it, as root has; else it is "nan". Wall time says something only while the
machine does nothing else, so the load is printed beside each round.
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

    def seconds(on, at_once=False):
        def prepare():
            os.sched_setaffinity(0, on)
            if at_once:
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))

        command = ["sh", str(HERE / "full-job.sh"), a.seedctl, a.corpus, f"{a.corpus}/maildir", a.home]
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       preexec_fn=prepare)
        return time.monotonic() - start

    seconds(cores)  # The files are in memory from then on.
    may = subprocess.run(["chrt", "-r", "1", "true"], stderr=subprocess.DEVNULL).returncode == 0
    print("| round | one core, s | two, s | two at once, s | ratio | ratio at once | load |\n"
          "| --- | --: | --: | --: | --: | --: | --: |")
    plain, at_once = [], []
    for number in range(a.rounds):
        load = os.getloadavg()[0]
        one, two = seconds(cores[:1]), seconds(cores)
        quick = seconds(cores, at_once=True) if may else float("nan")
        plain.append(one / two)
        at_once.append(one / quick)
        print(f"| {number + 1} | {one:.2f} | {two:.2f} | {quick:.2f} | {plain[-1]:.2f} "
              f"| {at_once[-1]:.2f} | {load:.1f} |", flush=True)
    print(f"\nmedian {statistics.median(plain):.2f}, at once {statistics.median(at_once):.2f}")
    shutil.rmtree(a.home)


if __name__ == "__main__":
    main()
