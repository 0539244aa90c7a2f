#!/usr/bin/env python3
"""From a delivery to a durable alert: how long it takes on a disk whose syncs take milliseconds.

Three runs, each with a home of its own and the real `seedd`:
  idle     messages come one by one, tens of milliseconds apart
  backlog  the same, while the daemon works off a maildir that was full when it started
  flood    guesses at addresses that nobody has, at a rate; memory and syncs are counted

A delivery is a rename into `new/`. The alert is the line of the channel `log`, which is written after
the alert was committed. It prints a table, and judges nothing.
"""

import argparse
import os
import pathlib
import random
import statistics
import struct
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
DOMAIN = "seeds.example"


class Home:
    """A home with a maildir, and as many adopted seeds as are asked for."""

    def __init__(self, options, folder, seeds):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.path = self.folder / "home"
        self.maildir = self.folder / "maildir"
        for part in ("tmp", "new", "cur"):
            (self.maildir / part).mkdir(parents=True)
        zone = self.folder / "empty-zone.json"
        zone.write_text("{}")
        self.environment = dict(
            os.environ, SEED_HOME=str(self.path), SEED_DNS_ZONE=str(zone), SEED_ALERTS_DIGEST="off"
        )
        self.seedctl("init", "--domain", DOMAIN, "--maildir", str(self.maildir))
        rows = "".join(f"seed{number}@{DOMAIN},Organisation {number % 50}\n" for number in range(seeds))
        (self.folder / "seeds.csv").write_text("address,organisation\n" + rows)
        self.seedctl("seed", "import", str(self.folder / "seeds.csv"))
        self.count = 0

    def seedctl(self, *arguments):
        subprocess.run(
            [self.options.seedctl, *arguments], env=self.environment, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def write(self, to, sender, size=2000):
        """Writes a message to `tmp` and returns its name."""
        self.count += 1
        name = f"{int(time.time())}.M{time.time_ns() // 1000 % 1000000}P{self.count}.bench"
        body = "".join(random.choices("abcdefghij \n", k=size))
        (self.maildir / "tmp" / name).write_text(
            f"Received: from mail.{sender} (mail.{sender} [192.0.2.7]) by mx.{DOMAIN};"
            f" Sun, 22 Nov 2026 10:00:00 +0000\nFrom: Somebody <news@{sender}>\nTo: {to}@{DOMAIN}\n"
            f"Subject: Message {self.count}\nMessage-ID: <{self.count}@{sender}>\n"
            f"Date: Sun, 22 Nov 2026 10:00:00 +0000\n\n{body}\n"
        )
        return name

    def deliver(self, name):
        """Renames a message into `new`; returns when."""
        now = time.monotonic()
        os.rename(self.maildir / "tmp" / name, self.maildir / "new" / name)
        return now


class Daemon:
    """A running `seedd` on the slow disk, and what it says."""

    def __init__(self, home):
        options = home.options
        self.counts = home.folder / "syncs"
        environment = dict(
            home.environment, LD_PRELOAD=str(options.shim), SLOW_DISK_MS=str(options.sync_ms),
            SLOW_DISK_COUNTS=str(self.counts),
        )
        self.alerts = {}
        self.read = 0
        self.batches = 0
        self.ready = threading.Event()
        self.news = threading.Condition()
        self.process = subprocess.Popen([options.seedd], env=environment, stderr=subprocess.PIPE)
        threading.Thread(target=self.follow, daemon=True).start()
        self.ready.wait(30)

    def follow(self):
        for line in self.process.stderr:
            now = time.monotonic()
            words = dict(word.split("=", 1) for word in line.decode().split() if "=" in word)
            with self.news:
                if b" a finding " in line:
                    self.alerts.setdefault(words["sender.domain"], now)
                elif b" mail was taken in " in line:
                    self.read += int(words["read"])
                    self.batches += 1
                elif b" warning " in line or b" error " in line:
                    print("seedd:", line.decode().strip())
                self.news.notify_all()
            if b"seedd watches" in line:
                self.ready.set()

    def wait(self, condition, seconds):
        with self.news:
            return self.news.wait_for(condition, seconds)

    def syncs(self):
        return struct.unpack("q", self.counts.read_bytes())[0]

    def memory(self, key):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1]) / 1024
        return 0

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def work():
    """The milliseconds that the same work takes, which has nothing to do with Seed."""
    start = time.monotonic()
    sum(range(100_000))
    return 1000 * (time.monotonic() - start)


def times(home, daemon, count, gap, goes_on=lambda: True):
    """Delivers messages to seeds one by one; returns the milliseconds until each one's alert."""
    sent = {}
    for number in range(count):
        if not goes_on():
            break
        sender = f"sender{number}.example"
        name = home.write(f"seed{number}", sender)
        time.sleep(random.uniform(0.5, 1.5) * gap)
        sent[sender] = home.deliver(name)
    daemon.wait(lambda: all(sender in daemon.alerts for sender in sent), 60)
    lost = [sender for sender in sent if sender not in daemon.alerts]
    if lost:
        print(f"no alert for {len(lost)} messages")
    return [1000 * (daemon.alerts[s] - at) for s, at in sent.items() if s in daemon.alerts]


def show(name, values, more=""):
    values = sorted(values)
    if not values:
        return print(f"{name}: nothing was measured")
    at = lambda part: values[min(len(values) - 1, int(part * len(values)))]
    print(
        f"{name:9} n {len(values):5}  median {statistics.median(values):7.2f} ms"
        f"  p90 {at(0.9):7.2f}  p99 {at(0.99):7.2f}  max {values[-1]:7.2f}  {more}", flush=True,
    )


def idle(options, folder):
    home = Home(options, folder, options.count)
    daemon = Daemon(home)
    time.sleep(1)
    before = daemon.syncs()
    values = times(home, daemon, options.count, 0.08)
    time.sleep(1)
    show("idle", values, f"syncs a message {(daemon.syncs() - before) / max(1, len(values)):.2f}")
    daemon.stop()
    # What the machine itself adds: on a shared one, a part of anything takes many times as long.
    works = []
    for _ in range(options.count):
        time.sleep(random.uniform(0.04, 0.12))
        works.append(work())
    show("machine", works, "the same work, without Seed")


def backlog(options, folder):
    home = Home(options, folder, 10_000)
    # Links to a smaller number of messages: what a message is, is its bytes and its name.
    originals = []
    for number in range(min(options.backlog, 10_000)):
        name = home.write(f"seed{5000 + number % 5000}", f"old{number % 200}.example")
        home.deliver(name)
        originals.append(name)
    for number in range(len(originals), options.backlog):
        name = originals[number % len(originals)]
        os.link(home.maildir / "new" / name, home.maildir / "new" / f"{name}{number}")
    daemon = Daemon(home)
    started, before = time.monotonic(), daemon.syncs()
    working = lambda: daemon.read < options.backlog
    values = times(home, daemon, 5000, options.gap, working)
    daemon.wait(lambda: not working(), 3600)
    seconds = time.monotonic() - started
    show(
        "backlog", values,
        f"{options.backlog} worked off in {seconds:.0f} s, {daemon.cpu():.0f} s CPU,"
        f" {daemon.batches} batches, {daemon.syncs() - before} syncs,"
        f" peak memory {daemon.memory('VmHWM'):.0f} MB",
    )
    daemon.stop()


def flood(options, folder):
    home = Home(options, folder, 1000)
    count = options.flood
    names = [home.write(f"guess.{random.getrandbits(48):x}", "spam.example", 500) for _ in range(count)]
    daemon = Daemon(home)
    time.sleep(1)
    memory, before, cpu = [daemon.memory("VmRSS")], daemon.syncs(), daemon.cpu()
    started = time.monotonic()
    for number, name in enumerate(names):
        ahead = started + number * 60 / options.rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        home.deliver(name)
        if number % (count // 10) == count // 10 - 1:
            memory.append(daemon.memory("VmRSS"))
    behind = count - daemon.read
    daemon.wait(lambda: daemon.read >= count, 600)
    print(
        f"flood     n {count:5}  at {options.rate} a minute: resident "
        + " ".join(f"{value:.0f}" for value in memory)
        + f" MB, peak {daemon.memory('VmHWM'):.0f}; syncs a message"
        f" {(daemon.syncs() - before) / count:.4f}; CPU {1e6 * (daemon.cpu() - cpu) / count:.0f} µs"
        f" a message; {behind} waited at the end", flush=True,
    )
    daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", nargs="+", choices=["idle", "backlog", "flood"])
    parser.add_argument("--seedctl", required=True)
    parser.add_argument("--seedd", required=True)
    parser.add_argument("--sync-ms", type=float, default=5, help="how long a sync takes")
    parser.add_argument("--count", type=int, default=300, help="messages of the idle run")
    parser.add_argument("--backlog", type=int, default=100_000)
    parser.add_argument("--gap", type=float, default=0.1, help="seconds between two, in a backlog")
    parser.add_argument("--flood", type=int, default=100_000, help="guesses in all")
    parser.add_argument("--rate", type=int, default=100_000, help="guesses a minute")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seed-latency-") as folder:
        options.shim = pathlib.Path(folder) / "slow-disk.so"
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", options.shim, HERE / "slow-disk.c", "-lpthread"],
            check=True,
        )
        for run in options.run:
            with tempfile.TemporaryDirectory(dir=folder) as place:
                globals()[run](options, place)


if __name__ == "__main__":
    main()
