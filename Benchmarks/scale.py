#!/usr/bin/env python3
"""How costs grow with what a home holds: what `seedctl` takes to answer on a large store, whether
recognising an address depends on how many seeds there are, and the memory and CPU time of backlogs.

  reads     `seedctl --help`, `alerts`, `seed list` and others, on --sightings sightings (--help apart,
            with a second program where --stripped names one)
  matching  guesses at addresses that nobody has, with 1,000 seeds and with --seeds
  backlog   `seedctl ingest` of --backlogs messages each, into a new home

Messages are those of the corpus that have at most 8 KiB, each time with one more header field, so that
no two are the same. It prints tables, and judges nothing.
"""

import argparse
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
DOMAIN = "inbox.test"
SIZE_MAX = 8 << 10


def run(*command, home=None):
    """Runs a command; returns its seconds, its CPU seconds and its peak memory in MiB."""
    environment = dict(os.environ, **({"SEED_HOME": str(home)} if home else {}))
    started = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], env=environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    text = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed with {process.returncode}: {' '.join(map(str, command))}\n{text}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def new_home(options, folder):
    """A home with the corpus's aliases."""
    home = pathlib.Path(folder) / "home"
    run(options.seedctl, "init", "--domain", DOMAIN, "--trust-authserv", f"mx.{DOMAIN}", home=home)
    aliases = pathlib.Path(folder) / "aliases.csv"
    with open(aliases, "w") as file:
        file.write("address,organisation,domain\n")
        for line in open(options.corpus / "aliases.tsv"):
            _, alias, domain = line.rstrip("\n").split("\t")
            file.write(f"{alias}@{DOMAIN},{domain},{domain}\n")
    run(options.seedctl, "seed", "import", aliases, home=home)
    return home


def make_maildir(folder):
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(folder, part))
    return os.path.join(folder, "new")


def write_mail(options, folder, count):
    """A maildir of `count` messages, all different."""
    new = make_maildir(folder)
    mails = []
    for path in sorted(options.corpus.glob("maildir/*/*")):
        if 0 < path.stat().st_size <= SIZE_MAX:
            mails.append(path.read_bytes())
    for number in range(count):
        with open(os.path.join(new, f"{1700000000 + number}.M{number}P1.scale"), "wb") as file:
            file.write(b"X-Copy: %d\n" % number + mails[number % len(mails)])
    return folder


def ingest(options, maildir, home):
    return run(options.seedctl, "ingest", "--quiet", "--zone", options.corpus / "test.zone", maildir,
               home=home)


def reads(options, folder):
    home = options.home
    if not home:
        home = new_home(options, folder)
        ingest(options, write_mail(options, os.path.join(folder, "maildir"), 10_000), home)
        subprocess.run([sys.executable, HERE / "grow-store.py", home, "--seeds", "200000",
                        "--sightings", str(options.sightings)], check=True)
    print("command                       median ms   least ms   CPU ms   peak MiB")
    programs = [("", options.seedctl)] + ([("stripped ", options.stripped)] if options.stripped else [])
    for name, program in programs:
        for words in ("--help", "alerts", "alerts --all", "alerts --json", "seed list", "case list",
                      "status"):
            results = [run(program, *words.split(), home=home) for _ in range(options.rounds)]
            seconds, cpu, peak = zip(*results)
            print(f"{name + words:30}{1e3 * statistics.median(seconds):9.1f}{1e3 * min(seconds):11.1f}"
                  f"{1e3 * statistics.median(cpu):9.1f}{max(peak):11.1f}", flush=True)


def matching(options, folder):
    homes = []
    for seeds in (1000, options.seeds):
        place = os.path.join(folder, f"seeds-{seeds}")
        os.mkdir(place)
        home = pathlib.Path(place) / "home"
        run(options.seedctl, "init", "--domain", DOMAIN, home=home)
        (home.parent / "seeds.csv").write_text("address,organisation\n" + "".join(
            f"seed{number}@{DOMAIN},Organisation {number % 50}\n" for number in range(1000)))
        run(options.seedctl, "seed", "import", home.parent / "seeds.csv", home=home)
        if seeds > 1000:
            subprocess.run([sys.executable, HERE / "grow-store.py", home, "--seeds", str(seeds)],
                           check=True)
        homes.append((seeds, home, []))
    for number in range(options.rounds):
        for seeds, home, results in homes:
            maildir = os.path.join(folder, f"maildir-{seeds}-{number}")
            new = make_maildir(maildir)
            for mail in range(options.guesses):
                with open(os.path.join(new, f"{1700000000 + mail}.M{number}P1.scale"), "w") as file:
                    file.write(f"From: a@spam.example\nTo: {random.getrandbits(64):x}@{DOMAIN}\n"
                               f"Subject: {mail}\n\nText.\n")
            results.append(ingest(options, maildir, home))
            shutil.rmtree(maildir)
    print("seeds        CPU µs a message (median, least)   peak MiB")
    for seeds, _, results in homes:
        cpu = [1e6 * cpu / options.guesses for _, cpu, _ in results]
        print(f"{seeds:10,}{statistics.median(cpu):15.1f}{min(cpu):12.1f}"
              f"{max(peak for _, _, peak in results):17.1f}", flush=True)


def backlog(options, folder):
    print("messages     CPU µs a message    seconds   peak MiB")
    for count in options.backlogs:
        place = os.path.join(folder, f"backlog-{count}")
        os.mkdir(place)
        home = new_home(options, place)
        maildir = write_mail(options, os.path.join(place, "maildir"), count)
        seconds, cpu, peak = ingest(options, maildir, home)
        print(f"{count:9,}{1e6 * cpu / count:18.1f}{seconds:14.1f}{peak:11.1f}", flush=True)
        if options.keep and count == max(options.backlogs):
            shutil.move(home, options.keep)
        shutil.rmtree(place)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="+", choices=["reads", "matching", "backlog"])
    parser.add_argument("--seedctl", required=True)
    parser.add_argument("--stripped", help="the same program as `make release` builds it")
    parser.add_argument("--corpus", type=pathlib.Path, help="what Benchmarks/run.sh makes",
                        default=HERE.parent / ".build-bench" / "corpus-10000")
    parser.add_argument("--home", type=pathlib.Path, help="a home that is large, for `reads`")
    parser.add_argument("--sightings", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=10_000_000)
    parser.add_argument("--guesses", type=int, default=20_000)
    parser.add_argument("--backlogs", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--keep", help="where to put the home of the largest backlog")
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    for name in options.run:
        with tempfile.TemporaryDirectory(prefix="seed-scale-") as folder:
            globals()[name](options, folder)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
