#!/usr/bin/env python3
"""compare-truth.py HOME CORPUS: compares what a home recorded with what the corpus's truth.tsv says.

Prints one line for each thing that is compared and up to ten messages that differ; ends with 1 if
there are any. A run whose verdicts differ is wrong, however fast it was.
"""
import collections
import json
import sqlite3
import sys

home, corpus = sys.argv[1:]
store = sqlite3.connect(f"file:{home}/store/seed.db?mode=ro", uri=True)
recorded = collections.defaultdict(list)
for base_name, digest, recipient, facts, judged in store.execute(
    """SELECT d.base_name, hex(d.message_digest), s.recipient, f.facts, j.class
       FROM current_sighting c JOIN sighting s ON s.id = c.sighting
         JOIN delivery d ON d.id = s.delivery JOIN sighting_facts f ON f.sequence = c.facts
         JOIN judgement j ON j.sequence = c.judgement"""
):
    key = base_name, digest[:16].lower()
    recorded[key].append((recipient, json.loads(facts), judged))

checked, wrong = collections.Counter(), collections.defaultdict(list)
classes = collections.Counter()


def check(what, file, ours, truth):
    checked[what] += 1
    if ours != truth:
        wrong[what].append(f"{file}: {ours}, and not {truth}")


for line in open(f"{corpus}/truth.tsv"):
    file, alias, tag, dkim, spf, leak, kind, digest, _ = line.rstrip("\n").split("\t")
    sightings = recorded[file.split("/")[1].split(":2,")[0], digest]
    address = f"{alias}@inbox.test"
    if tag != "ok":
        # Nobody was given this address: the mail is counted, and accuses nobody.
        check("no sighting of a forged or unknown alias", file, len(sightings), 0)
        continue
    if kind != "good":
        # What was cut or broken may have lost its recipient, its sender or its signature.
        check("a malformed message names its alias, or nobody", file,
              all(recipient == address for recipient, _, _ in sightings), True)
        continue
    check("one sighting of the alias", file, [recipient for recipient, _, _ in sightings], [address])
    for _, facts, judged in sightings:
        authentication = facts["authentication"]
        results = {result["result"] for result in authentication["dkim"]}
        ours = "none" if not results else "pass" if "pass" in results else "fail"
        check("dkim", file, ours, dkim)
        check("spf", file, authentication.get("spf", {}).get("result"), spf)
        classes[leak, dkim, judged] += 1
        if leak == "0":
            # The organisation wrote. Where no signature proves it, its own DMARC policy may call the
            # message an impersonation; the organisation is accused of nothing in either case.
            check("no leak: nobody is accused of having got the address", file,
                  judged in ("disclosure", "stranger", "postWithdrawal"), False)
            if dkim == "pass":
                check("no leak, signed: expected", file, judged in ("expected", "bounce"), True)
        elif dkim == "pass":
            check("leak, signed: a finding", file, judged in ("disclosure", "stranger"), True)
        else:
            check("leak, not signed: not expected", file, judged == "expected", False)

for what, count in checked.items():
    print(f"{count - len(wrong[what]):6} of {count:6}  {what}")
    for line in wrong[what][:10]:
        print(f"        {line}")
for (leak, dkim, judged), count in sorted(classes.items()):
    print(f"{count:6}  {'leak' if leak == '1' else 'no leak'}, dkim={dkim}: {judged}")
sys.exit(1 if any(wrong.values()) else 0)
