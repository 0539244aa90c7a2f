#!/usr/bin/env python3
"""Checks an evidence bundle of Seed with Python's standard library, and openssl for timestamps.

    python3 verify.py FOLDER [--policy FILE] [--tsa-ca FILE]...

FOLDER is the unpacked bundle. It says what the project's own `seedctl evidence verify` says: a line for each
claim, PROVED, SUPPORTED, NOT SHOWN or FAILED, and exits 1 if any failed. What it doesn't do: it checks no
DNSSEC chain, and it knows public suffixes by a rule of thumb. The formats: docs/formats/bundle-v1.md.
"""
import argparse, base64, calendar, email, email.policy, email.utils, hashlib, hmac, json, os, re, subprocess
import sys, tempfile, time

VERDICTS = ["PROVED", "SUPPORTED", "NOT SHOWN", "FAILED"]
CLOCK_ERROR = 300


class Contradiction(Exception):
    """A part of the bundle that contradicts what the bundle says."""


class Assessment:
    """A verdict that begins as the best, and is only ever lowered."""

    def __init__(self):
        self.rank, self.entries = 0, []

    def note(self, reason):
        self.entries.append((0, reason))

    def limit(self, verdict, reason):
        rank = VERDICTS.index(verdict)
        self.rank = max(self.rank, rank)
        self.entries.append((rank, reason))

    def limit_time(self, known, sentence):
        if known:
            self.note(sentence + ".")
        else:
            self.limit("SUPPORTED", sentence + ", whose key comes from the bundle itself.")

    def add(self, other):
        self.rank = max(self.rank, other.rank)
        self.entries += other.entries

    def reasons(self):
        return list(dict.fromkeys(r for _, r in sorted(self.entries, key=lambda e: -e[0])))


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(text, count=None):
    """Strict base64: the one form that an encoder makes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Contradiction("malformed base64")
    if base64.b64encode(data).decode() != text or count is not None and len(data) != count:
        raise Contradiction("malformed base64")
    return data


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jcs(value):
    """RFC 8785, for what bundles hold: text, whole numbers, lists and objects."""

    def ordered(v):
        if isinstance(v, dict):
            return {k: ordered(v[k]) for k in sorted(v, key=lambda k: k.encode("utf-16-be"))}
        return [ordered(x) for x in v] if isinstance(v, list) else v

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def parse_json(data, path):
    def unique(pairs):
        if len({k for k, _ in pairs}) != len(pairs):
            raise Contradiction(path + " names a member twice.")
        return dict(pairs)

    try:
        value = json.loads(data.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise Contradiction(path + " isn't JSON.")
    if jcs(value) != data:
        raise Contradiction(path + " isn't canonical JSON.")
    return value


def instant(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?Z", text or "")
    if not match:
        raise Contradiction("malformed time")
    return calendar.timegm(tuple(int(g) for g in match.groups()[:6])) + float(match.group(7) or 0)


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


# --- Signatures -----------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e1, e2 = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    e3, e4 = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = e2 - e1, e4 - e3, e4 + e3, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(n, a):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = point_add(result, a)
        a, n = point_add(a, a), n >> 1
    return result


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * ROOT % P
    if x * x % P != xx or x == 0 and sign:
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_valid(key, signature, message):
    """RFC 8032 section 5.1.7."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = point_times(s, BASE), point_add(r, point_times(k, a))
    same = lambda i: (left[i] * right[2] - right[i] * left[2]) % P == 0
    return same(0) and same(1)


def der(data, at):
    """One value: its tag, where its contents begin, and where they end."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + length > len(data):
        raise IndexError
    return tag, at, at + length


def rsa_key(data):
    """RSAPublicKey, or SubjectPublicKeyInfo around it: modulus and exponent."""
    _, start, _ = der(data, 0)
    tag, first, end = der(data, start)
    if tag == 0x30:
        _, bits, _ = der(data, end)
        return rsa_key(data[bits + 1 :])
    _, second, last = der(data, end)
    return int.from_bytes(data[first:end], "big"), int.from_bytes(data[second:last], "big")


def rsa_valid(key, signature, digest):
    """RFC 8017 section 8.2.2, with SHA-256."""
    n, e = key
    size = (n.bit_length() + 7) // 8
    if len(signature) != size:
        return False
    info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    padded = b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info
    return pow(int.from_bytes(signature, "big"), e, n) == int.from_bytes(padded, "big")


# --- Merkle trees (RFC 9162 section 2.1) ----------------------------------------------------------


def leaf_hash(leaf):
    return sha256(b"\0" + leaf)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def included(leaf, index, proof, size, root):
    if not 0 <= index < size:
        return False
    node, last, value = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and value == root


def consistent(old, old_root, new, new_root, proof):
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == sha256(b"")
    if old > new:
        return False
    path = ([old_root] if old & (old - 1) == 0 else []) + proof
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# --- The ledger: signed notes, checkpoints, policies, proofs (C2SP) -------------------------------


def vkey(text):
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise Contradiction("malformed key")
    name, number, key = parts[0], parts[1], b64(parts[2], 33)
    if sha256(name.encode() + b"\n" + key)[:4].hex() != number or key[0] not in (1, 4):
        raise Contradiction("malformed key")
    return {"name": name, "id": bytes.fromhex(number), "type": key[0], "key": key[1:]}


class Policy:
    def __init__(self, data):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        for line in data.decode(errors="replace").split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "log" and len(words) in (2, 3):
                self.logs.append(vkey(words[1]))
            elif words[0] == "witness" and len(words) in (3, 4):
                self.witnesses[words[1]] = vkey(words[2])
            elif words[0] == "group" and len(words) >= 4:
                members = words[3:]
                least = {"any": 1, "all": len(members)}.get(words[2])
                self.groups[words[1]] = (least or int(words[2]), members)
            elif words[0] == "quorum" and len(words) == 2:
                self.quorum = words[1]
            else:
                raise Contradiction("log/policy is malformed.")
        known = {"none", *self.witnesses, *self.groups}
        if self.quorum not in known:
            raise Contradiction("log/policy is malformed.")

    def is_met(self, names):
        met = {"none", *names}
        for name, (least, members) in self.groups.items():
            if sum(m in met for m in members) >= least:
                met.add(name)
        return self.quorum in met


class Note:
    def __init__(self, data, path):
        end = data.rfind(b"\n\n")
        if end < 0 or not data.endswith(b"\n") or end + 2 >= len(data):
            raise Contradiction(path + " is no signed note.")
        self.bytes, self.text, self.signatures = data, data[: end + 1], []
        for line in data[end + 2 : -1].decode().split("\n"):
            words = line.split(" ")
            if len(words) != 3 or words[0] != "\u2014":
                raise Contradiction(path + " is no signed note.")
            body = b64(words[2])
            self.signatures.append((words[1], body[:4], body[4:]))
        lines = self.text.decode().split("\n")[:-1]
        if len(lines) < 3 or not re.fullmatch("0|[1-9][0-9]*", lines[1]):
            raise Contradiction(path + " is no checkpoint.")
        self.origin, self.size, self.root = lines[0], int(lines[1]), b64(lines[2], 32)

    def signers(self, keys, path):
        """Which of the keys signed, and when; a forged signature of a known key refuses the note."""
        found = {}
        for name, number, signature in self.signatures:
            for key in keys:
                if key["name"] != name or key["id"] != number:
                    continue
                message, moment = self.text, None
                if key["type"] == 4:
                    moment = int.from_bytes(signature[:8], "big")
                    message = b"cosignature/v1\ntime %d\n" % moment + self.text
                    signature = signature[8:]
                if not ed25519_valid(key["key"], signature, message):
                    raise Contradiction(path + " has a forged signature.")
                found[key["key"]] = moment
        return found


class Ledger:
    def __init__(self, bundle, policy, authorities):
        self.bundle, self.known = bundle, policy is not None
        own = Policy(bundle.files["log/policy"]) if "log/policy" in bundle.files else None
        policy = policy or own
        if policy is None:
            raise Contradiction("log/policy is missing.")
        notes = []
        for name in bundle.names("log/checkpoints"):
            path = "log/checkpoints/" + name
            note = Note(bundle.files[path], path)
            if str(note.size) != name:
                raise Contradiction(path + " is no checkpoint of that size.")
            notes.append(note)
        notes.sort(key=lambda n: n.size)
        if not notes:
            raise Contradiction("There is no checkpoint in log/checkpoints/.")
        self.notes, self.newest = notes, notes[-1]
        self.times, self.leaves, self.accepted, self.refused = [], [], [], None
        for note in notes:
            path = "log/checkpoints/%d" % note.size
            logs = [k for k in policy.logs if k["name"] == note.origin]
            if note.origin != self.newest.origin or not logs:
                raise Contradiction(path + " is of a ledger that the policy doesn't know.")
            found = note.signers(logs + list(policy.witnesses.values()), path)
            if not any(k["key"] in found for k in logs):
                raise Contradiction(path + " isn't signed by the ledger's key.")
            names = [n for n, k in policy.witnesses.items() if k["key"] in found]
            for name in names:
                moment = found[policy.witnesses[name]["key"]]
                self.times.append((note.size, moment, "the witness " + name, self.known))
            if policy.is_met(names):
                self.accepted.append(note.size)
            if note is not self.newest and not self.begins(note.size, note.root):
                raise Contradiction(path + " is of another history of the ledger.")
        self.read_tokens(authorities)

    def begins(self, size, root):
        if size in (0, self.newest.size):
            return consistent(size, root, size, root, []) and (
                root == (sha256(b"") if size == 0 else self.newest.root))
        path = "log/consistency/%d-%d" % (size, self.newest.size)
        lines = self.bundle.required(path).decode().split("\n")
        if lines.pop() != "":
            raise Contradiction(path + " is malformed.")
        proof = [b64(line, 32) for line in lines]
        return consistent(size, root, self.newest.size, self.newest.root, proof)

    def read_tokens(self, authorities):
        for name in self.bundle.names("tsa"):
            if not name.endswith(".tsr"):
                continue
            base = "tsa/" + name[:-4]
            size, _, authority = name[:-4].partition("-")
            note = next((n for n in self.notes if str(n.size) == size), None)
            if note is None:
                raise Contradiction("tsa/%s is over no checkpoint of the bundle." % name)
            found = stamped(note.bytes, self.bundle.files["tsa/" + name],
                            self.bundle.required(base + ".pem"), authorities)
            if found is None:
                continue
            early, late, known, token = found
            self.times.append((note.size, late, "the timestamp authority " + authority, known))
            if base + ".tlog-proof" in self.bundle.files:
                leaf = jcs({"t": "tsr", "v": 1, "h": b64url(sha256(token))})
                index = self.index(leaf, base + ".tlog-proof")
                self.leaves.append((index, early, "the timestamp authority " + authority, known))

    def index(self, leaf, path):
        data = self.bundle.required(path)
        head, _, note = data.partition(b"\n\n")
        lines = head.decode(errors="replace").split("\n")
        if lines[0] != "c2sp.org/tlog-proof@v1" or not re.fullmatch("index (0|[1-9][0-9]*)", lines[1]):
            raise Contradiction(path + " is malformed.")
        if note != self.newest.bytes:
            raise Contradiction(path + " isn't over the newest checkpoint.")
        index, proof = int(lines[1][6:]), [b64(line, 32) for line in lines[2:]]
        if not included(leaf, index, proof, self.newest.size, self.newest.root):
            raise Contradiction(path + " doesn't lead from the leaf to the newest checkpoint.")
        return index

    @staticmethod
    def choose(entries, pick):
        known = [e for e in entries if e[3]]
        return pick(known or entries, key=lambda e: e[1]) if entries else None

    def latest_birth(self, index):
        return self.choose([t for t in self.times if t[0] > index], min)

    def earliest_birth(self, size):
        return self.choose([t for t in self.leaves if t[0] < size], max)

    def limit(self, assessment, index):
        if not any(size > index for size in self.accepted):
            assessment.limit("NOT SHOWN", "No checkpoint that the policy accepts holds the leaf.")
        elif self.known:
            assessment.note("The ledger %s is one of the policy's." % self.newest.origin)
        else:
            assessment.limit("SUPPORTED", "The ledger's key comes from the bundle itself.")


def stamped(note, reply, chain, authorities):
    """When a token was made, at the earliest and latest; who stands behind it, and the token."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, content in (("note", note), ("tsr", reply), ("pem", chain)):
            paths[name] = os.path.join(folder, name)
            with open(paths[name], "wb") as file:
                file.write(content)
        run = lambda *words: subprocess.run(("openssl", "ts") + words, capture_output=True)
        text = run("-reply", "-in", paths["tsr"], "-text").stdout.decode(errors="replace")
        match = re.search(r"^Time stamp: (\w+ +\d+ [\d:]+)(\.\d+)? (\d+) GMT$", text, re.M)
        if not match or "Status: Granted" not in text:
            raise Contradiction("a token in tsa/ is malformed.")
        made = calendar.timegm(time.strptime(match[1] + " " + match[3], "%b %d %H:%M:%S %Y"))
        accuracy = 0
        units = re.search(r"^Accuracy: (.*) seconds, (.*) millis, (.*) micros$", text, re.M)
        if units:
            number = lambda t: int(t, 0) if re.fullmatch("0x[0-9a-fA-F]+|[0-9]+", t) else 0
            accuracy = number(units[1]) + number(units[2]) / 1e3 + number(units[3]) / 1e6
        exact = made + float(match[2] or 0)
        run("-reply", "-in", paths["tsr"], "-token_out", "-out", os.path.join(folder, "token"))
        with open(os.path.join(folder, "token"), "rb") as file:
            token = file.read()
        for known, trusted in [(True, a) for a in authorities] + [(False, paths["pem"])]:
            result = run("-verify", "-data", paths["note"], "-in", paths["tsr"], "-CAfile", trusted,
                         "-untrusted", paths["pem"], "-attime", str(made))
            if result.returncode == 0:
                return exact - accuracy, exact + accuracy, known, token
        errors = result.stderr.decode(errors="replace")
        if "certificate verify error" in errors or "signer certificate not found" in errors:
            return None
        raise Contradiction("a token in tsa/ doesn't hold.")


# --- The bundle -----------------------------------------------------------------------------------


class Bundle:
    def __init__(self, folder):
        everything = {}
        for top, folders, names in os.walk(folder):
            for name in folders + names:
                if os.path.islink(os.path.join(top, name)):
                    raise Contradiction("There is a link in the folder.")
            for name in names:
                path = os.path.join(top, name)
                with open(path, "rb") as file:
                    everything[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
        payload = {n: c for n, c in everything.items() if n.startswith("data/")}
        tags = {n: c for n, c in everything.items() if n not in payload}
        names = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
        if set(tags) != names:
            raise Contradiction("The bag has other files than it must have.")
        if tags["bagit.txt"] != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
            raise Contradiction("bagit.txt isn't as it must be written.")
        if tags.pop("tagmanifest-sha256.txt") != self.manifest(tags):
            raise Contradiction("tagmanifest-sha256.txt was altered.")
        if tags["manifest-sha256.txt"] != self.manifest(payload):
            raise Contradiction("manifest-sha256.txt was altered, or a file that it names.")
        self.files = {n[5:]: c for n, c in payload.items()}

    @staticmethod
    def manifest(files):
        lines = ["%s  %s\n" % (sha256(files[n]).hex(), n) for n in sorted(files, key=str.encode)]
        return "".join(lines).encode()

    def required(self, path):
        if path not in self.files:
            raise Contradiction(path + " is missing.")
        return self.files[path]

    def json(self, path):
        return parse_json(self.required(path), path)

    def names(self, folder):
        start = folder + "/"
        return sorted(n[len(start):] for n in self.files if n.startswith(start) and "/" not in n[len(start):])

    def check_names(self, description):
        known = {"README.txt", "claims.json", "report.html", "report.pdf", "ro-crate-metadata.json",
                 "log/policy", "stats/guess-rate.json", "stats/controls.json", "tools/verify.sh",
                 "tools/verify.py"}
        for seed in description["seeds"]:
            known |= {seed["part"] + "/" + n for n in ("record.json", "opening.json", "leaf", "mint.tlog-proof")}
        for entry in description["messages"]:
            known |= {entry["part"] + "/" + n for n in (
                "message.eml", "header.eml", "meta.json", "opening.json", "leaf", "rcpt.tlog-proof",
                "judge.tlog-proof")}
            known |= {entry["part"] + "/dns/" + n for n in self.names(entry["part"] + "/dns")}
        for name in {seed.get("notice") for seed in description["seeds"]} - {None}:
            known.add("notice/" + name)
            if sha256(self.required("notice/" + name)).hex() != name:
                raise Contradiction("notice/%s isn't the notice of that name." % name)
        for folder in ("log/checkpoints", "log/consistency", "tsa"):
            known |= {folder + "/" + n for n in self.names(folder)}
        strangers = sorted(set(self.files) - known)
        if strangers:
            raise Contradiction("%s is no file of a bundle." % strangers[0])


# --- Seeds ----------------------------------------------------------------------------------------

SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz"


def expand(secret, label):
    return hmac.new(secret, label.encode() + b"\1", hashlib.sha256).digest()


def tag(secret, record, bits):
    code = hmac.new(expand(secret, "seedmint/v1 tag"), b"seedmint/v1 tag\0" + sha256(record), hashlib.sha256)
    number = int.from_bytes(code.digest(), "big") >> (256 - bits)
    values = [number >> (bits - 5 * (i + 1)) & 31 for i in range(bits // 5)]
    power, check = 1, 0
    for value in values:
        power = power << 1 ^ (0b101001 if power & 16 else 0)  # times α in GF(32)
        for bit in range(5):
            if value >> bit & 1:
                term = power
                for _ in range(bit):
                    term = term << 1 ^ (0b101001 if term & 16 else 0)
                check ^= term
    return "".join(SYMBOLS[v] for v in values + [check])


class Mint:
    def __init__(self, seed, bundle, ledger):
        self.part, self.record, self.address, self.tag_shown = seed["part"], None, None, False
        self.index = None
        self.adopted, self.birth, self.dates = seed["scheme"] == "adopted", Assessment(), ""
        try:
            self.check(seed, bundle, ledger)
        except Contradiction as error:
            self.birth.limit("FAILED", str(error))

    def check(self, seed, bundle, ledger):
        names = bundle.names(self.part)
        if self.adopted:
            if names:
                raise Contradiction(self.part + " has files of an address that was never minted.")
            self.address = seed.get("address")
            return self.birth.limit("NOT SHOWN", "The address was adopted.")
        if "opening.json" not in names:
            return self.birth.limit("NOT SHOWN", "The commitment isn't opened.")
        leaf, record = bundle.required(self.part + "/leaf"), bundle.required(self.part + "/record.json")
        opening = bundle.json(self.part + "/opening.json")
        fields = parse_json(record, self.part + "/record.json")
        if opening.get("kind") == "alias":
            secret, self.address = b64(opening.get("secret"), 32), opening.get("address")
            blind = expand(secret, "seedmint/v1 blind-record")
            address_hash = sha256(b"seedmint/v1 address\0" + expand(secret, "seedmint/v1 blind-address")
                                  + self.address.encode())
        else:
            blind, address_hash = b64(opening.get("blind"), 32), b64(opening.get("addressHash"), 32)
        record_hash = sha256(b"seedmint/v1 record\0" + blind + sha256(record))
        commitment = sha256(b"seedmint/v1 commit\0" + record_hash + address_hash)
        line = parse_json(leaf, self.part + "/leaf")
        if set(line) != {"c", "n", "t", "v"} or line["t"] != "mint" or line["c"] != b64url(commitment):
            raise Contradiction(self.part + ": the leaf commits to another record or address.")
        self.bits = {"p80": 80, "p60": 60}[fields["profile"]]
        if self.address is not None:
            end = tag(secret, record, self.bits) + "@" + fields["domain"]
            head = self.address[: -len(end)]
            if not self.address.endswith(end) or not re.fullmatch(r"(.+\+)?[a-z]{1,16}", head):
                raise Contradiction(self.part + ": the address doesn't carry the tag of the record.")
            self.tag_shown = True
        if seed.get("address") != self.address:
            raise Contradiction("claims.json names another address than %s opens." % self.part)
        self.record = fields
        index = self.index = ledger.index(leaf, self.part + "/mint.tlog-proof")
        after = fields["after"]
        if fields["log"] != ledger.newest.origin or after["size"] > index \
                or not ledger.begins(after["size"], b64(after["root"], 32)):
            raise Contradiction(self.part + "/record.json names a checkpoint that the ledger never had.")
        ledger.limit(self.birth, index)
        late = ledger.latest_birth(index)
        if late is None:
            return self.birth.limit("NOT SHOWN", "Nobody else says when.")
        self.birth.limit_time(late[3], "It was in the ledger by %s, says %s" % (rfc3339(late[1]), late[2]))
        early = ledger.earliest_birth(after["size"])
        if early:
            self.birth.limit_time(early[3], "Its record names a checkpoint that holds a token of %s, says %s"
                                  % (rfc3339(early[1]), early[2]))
            self.dates = ", between %s and %s" % (rfc3339(early[1]), rfc3339(late[1]))
        else:
            self.dates = ", before " + rfc3339(late[1])
        minted = instant(fields["minted"])
        if minted > late[1] + CLOCK_ERROR or early and minted + CLOCK_ERROR < early[1]:
            self.birth.limit("SUPPORTED", "The record's own date is outside of these: a clock was wrong.")

    @property
    def holder(self):
        if self.record is None:
            return "the organisation"
        org = self.record["org"]
        return "%s (%s)" % (org["name"], org["domain"]) if org["domain"] else org["name"]


# --- Messages: DNS answers, DKIM (RFC 6376), grades -----------------------------------------------


def dns_name(wire, at, depth=0):
    labels = []
    while wire[at]:
        if wire[at] & 0xC0:
            if depth > 16:
                raise IndexError
            rest, _ = dns_name(wire, (wire[at] & 0x3F) << 8 | wire[at + 1], depth + 1)
            return ".".join(labels + [rest]), at + 2
        labels.append(wire[at + 1 : at + 1 + wire[at]].decode("latin-1").lower())
        at += 1 + wire[at]
    return ".".join(labels), at + 1


def dns_texts(answer):
    """The texts of an archived answer, read from its wire format, through its aliases."""
    wire = base64.b64decode(answer.get("wire", ""))
    if answer["type"] != "TXT" or answer["status"] != "found":
        return []
    name, at = dns_name(wire, 12)
    at += 4
    if name != answer["name"]:
        raise Contradiction("an archived answer is to another question.")
    records = []
    for _ in range(int.from_bytes(wire[6:8], "big")):
        owner, at = dns_name(wire, at)
        kind, length = int.from_bytes(wire[at : at + 2], "big"), int.from_bytes(wire[at + 8 : at + 10], "big")
        at += 10
        records.append((owner, kind, at, at + length))
        at += length
    for _ in range(16):
        alias = [r for r in records if r[1] == 5 and r[0] == name]
        if not alias:
            break
        name = dns_name(wire, alias[0][2])[0]
    texts = []
    for owner, kind, start, end in records:
        if kind == 16 and owner == name:
            text = b""
            while start < end:
                text += wire[start + 1 : start + 1 + wire[start]]
                start += 1 + wire[start]
            texts.append(text)
    return texts


def tags(text):
    found = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            if name.strip() in found:
                return {}
            found[name.strip()] = value.strip()
    return found


def split_message(data):
    """The fields, each with its line end as CRLF, and the body."""
    data = re.sub(rb"\r?\n", b"\r\n", data)
    head, gap, body = data.partition(b"\r\n\r\n")
    if data.startswith(b"\r\n"):
        head, body = b"", data[2:]
    fields = []
    for line in re.findall(rb"[^\n]*\n", head + b"\r\n"):
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        elif b":" in line:
            fields.append(line)
    return fields, body


def field_name(field):
    return field.split(b":", 1)[0].strip().lower().decode("latin-1")


def canonical_field(field, relaxed):
    if not relaxed:
        return field
    name, value = field.split(b":", 1)
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip().lower() + b":" + value + b"\r\n"


def canonical_body(body, relaxed):
    if relaxed:
        body = re.sub(rb"[ \t]+", b" ", body)
        body = re.sub(rb" (?=\r\n|\Z)", b"", body)
    body = re.sub(rb"(\r\n)*\Z", b"", body)
    return body + b"\r\n" if body or not relaxed else b""


def organizational(name):
    labels = name.lower().rstrip(".").split(".")
    two = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if two else -2 :])


def readings(address):
    """The addresses that a recipient may be a spelling of (docs/formats/seedmint-v1.md)."""
    local, _, domain = address.rpartition("@")
    local, domain, found = local.lower(), domain.lower(), [address.lower()]
    for base in {local, local.rpartition("+")[0], local.partition("+")[0]}:
        for count in (17, 13):
            symbols = base[-count:].translate(str.maketrans("oil", "011"))
            if len(base) > count and all(s in SYMBOLS for s in symbols):
                found.append(base[:-count] + symbols + "@" + domain)
    return found


class Signature:
    def __init__(self, index, fields):
        self.index, self.fields = index, fields
        value = fields[index].split(b":", 1)[1].decode("latin-1")
        self.tags = tags(re.sub(r"\r\n", "", value))
        plain = lambda name: re.sub(r"\s", "", self.tags.get(name, ""))
        self.domain, self.selector = plain("d").lower(), plain("s").lower()
        self.algorithm, self.names = plain("a"), [n.strip().lower() for n in self.tags.get("h", "").split(":")]
        header, _, body = (plain("c") or "simple/simple").partition("/")
        self.header_relaxed, self.body_relaxed = header == "relaxed", body == "relaxed"
        self.limit = int(plain("l")) if plain("l").isdigit() else None
        self.expires = int(plain("x")) if plain("x").isdigit() else None
        self.plain = plain

    def signed_indices(self):
        left, found = list(range(len(self.fields))), []
        for name in self.names:
            match = [i for i in left if field_name(self.fields[i]) == name and i != self.index]
            if match:
                left.remove(match[-1])
                found.append(match[-1])
        return found

    def header_digest(self):
        data = b"".join(canonical_field(self.fields[i], self.header_relaxed) for i in self.signed_indices())
        own = re.sub(rb"((?:^|;|:)\s*b\s*=)[^;]*", rb"\1", self.fields[self.index].rstrip(b"\r\n"), count=1)
        return sha256(data + canonical_field(own + b"\r\n", self.header_relaxed)[:-2])

    def key_is_good(self, records):
        """Whether a published key verifies the header; how many bits it has."""
        signature = base64.b64decode(self.plain("b"))
        for record in sorted(records)[:4]:
            found = tags(record.decode("latin-1"))
            key = base64.b64decode(re.sub(r"\s", "", found.get("p", "")))
            kind = found.get("k", "rsa")
            if not key or "v" in found and found["v"] != "DKIM1" or kind != self.algorithm.split("-")[0]:
                continue
            self.is_testing = "y" in found.get("t", "").split(":")
            if kind == "ed25519" and ed25519_valid(key, signature, self.header_digest()):
                return 256
            if kind == "rsa":
                pair = rsa_key(key)
                if rsa_valid(pair, signature, self.header_digest()):
                    return pair[0].bit_length()
        return 0

    def body_is_good(self, body):
        canonical = canonical_body(body, self.body_relaxed)
        # With l= short of the body, anybody may have written the rest.
        if self.limit is not None and self.limit != len(canonical):
            return False
        return base64.b64encode(sha256(canonical)).decode() == self.plain("bh")


class Mail:
    def __init__(self, data, header_only, answers, recipient, arrived, proved):
        fields, body = split_message(data)
        self.domain, self.grade, self.valid_when_proved = "", "D", False
        authors = [f for f in fields if field_name(f) == "from"]
        if len(authors) == 1:
            text = authors[0].split(b":", 1)[1].decode("latin-1").replace("\r\n", "")
            found = [a for _, a in email.utils.getaddresses([text]) if "@" in a]
            self.domain = found[0].rpartition("@")[2].lower() if len(found) == 1 else ""
        targets = readings(recipient)
        for index in [i for i, f in enumerate(fields) if field_name(f) == "dkim-signature"][:10]:
            try:
                self.look(Signature(index, fields), data, body, header_only, answers, targets, arrived, proved)
            except (ValueError, IndexError, KeyError):
                continue

    def look(self, signature, data, body, header_only, answers, targets, arrived, proved):
        aligned = organizational(signature.domain) == organizational(self.domain)
        if not aligned or not self.domain or signature.names.count("from") < 1:
            return
        if signature.algorithm not in ("rsa-sha256", "ed25519-sha256"):
            return
        if signature.expires is not None and arrived > signature.expires:
            return
        bits = signature.key_is_good(answers.get(signature.selector + "._domainkey." + signature.domain, []))
        if not bits or signature.algorithm.startswith("rsa") and bits < 1024:
            return
        if signature.limit is not None if header_only else not signature.body_is_good(body):
            return
        grade = self.place(signature, data, body, targets)
        if signature.is_testing:
            grade = {"A": "B", "B": "C"}.get(grade, "D")
        if grade < self.grade:
            self.grade = grade
            self.valid_when_proved = signature.expires is None or proved <= signature.expires

    def place(self, signature, data, body, targets):
        fields = [signature.fields[i] for i in signature.signed_indices()]
        for field in fields:
            if field_name(field) in ("to", "cc"):
                text = field.split(b":", 1)[1].decode("latin-1").replace("\r\n", "")
                for _, address in email.utils.getaddresses([text]):
                    if set(readings(address)) & set(targets):
                        return "A"
        escaped = lambda t: [t, t.replace("@", "%40"), t.replace("@", "=40"), t.replace("@", "=")]
        forms = [f.encode() for t in targets for f in escaped(t)]
        forms += [base64.b64encode(t.encode()).rstrip(b"=")[:-1] for t in targets]
        stands = lambda text: any(f.lower() in text.lower() or f in text for f in forms)
        if any(stands(f.split(b":", 1)[1]) for f in fields):
            return "B"
        if stands(body) or stands(body.replace(b"=\r\n", b"")):
            return "B"
        for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
            if not part.is_multipart() and stands(part.get_payload(decode=True) or b""):
                return "B"
        return "C"


class Message:
    def __init__(self, entry, mint, bundle, ledger):
        self.entry, self.part, self.mail = entry, entry["part"], None
        self.integrity, self.reliance = Assessment(), Assessment()
        try:
            self.check(mint, bundle, ledger)
        except Contradiction as error:
            self.integrity.limit("FAILED", str(error))
            self.reliance.limit("FAILED", str(error))

    def check(self, mint, bundle, ledger):
        part = self.part
        leaf = bundle.required(part + "/leaf")
        index = ledger.index(leaf, part + "/rcpt.tlog-proof")
        if mint.index is not None and mint.index >= index:
            raise Contradiction(part + " was recorded before its seed was minted.")
        ledger.limit(self.integrity, index)
        late = ledger.latest_birth(index)
        if late is None:
            self.integrity.limit("NOT SHOWN", part + ": nobody else says since when.")
            self.reliance.limit("SUPPORTED", part + ": nobody else says since when.")
        else:
            sentence = "%s was in the ledger by %s, says %s" % (part, rfc3339(late[1]), late[2])
            self.integrity.limit_time(late[3], sentence)
            self.reliance.limit_time(late[3], sentence)
        if part + "/opening.json" not in bundle.files:
            if set(bundle.names(part) + bundle.names(part + "/dns")) - {"leaf", "rcpt.tlog-proof", "meta.json"}:
                raise Contradiction(part + " has files, and nothing opens its receipt.")
            return self.integrity.limit("NOT SHOWN", part + ": only the leaf is disclosed.")
        opening, meta = bundle.json(part + "/opening.json"), bundle.required(part + "/meta.json")
        receipt = opening["rcpt"]
        value = b"seedrcpt/v1\0"
        for salt, digest in (("rawSalt", b64(receipt["rawDigest"], 32)), ("metaSalt", sha256(meta)),
                             ("dnsSalt", b64(receipt["dnsDigest"], 32))):
            value += sha256(b64(receipt[salt], 32) + digest)
        if jcs({"c": b64url(sha256(value)), "t": "rcpt", "v": 1}) != leaf:
            raise Contradiction(part + ": the receipt commits to something else.")
        facts = parse_json(meta, part + "/meta.json")
        recipient, arrived = facts["recipient"], instant(facts["arrived"])
        if not mint.address or mint.address.lower() not in readings(recipient):
            raise Contradiction(part + " was sent to another address than its seed's.")
        answers = self.answers(bundle, opening, ledger)
        self.judgement(bundle, opening, facts, ledger)
        header_only = part + "/message.eml" not in bundle.files
        if header_only:
            data = bundle.required(part + "/header.eml")
            self.integrity.limit("SUPPORTED", part + ": body withheld.")
            self.reliance.limit("SUPPORTED", part + ": body withheld.")
        else:
            data = bundle.files[part + "/message.eml"]
            if part + "/header.eml" in bundle.files or sha256(data) != b64(receipt["rawDigest"]):
                raise Contradiction(part + "/message.eml isn't the message that arrived.")
        if late and arrived > late[1] + CLOCK_ERROR:
            self.integrity.limit("SUPPORTED", part + " arrived after the ledger held it: a clock was wrong.")
        self.mail = Mail(data, header_only, answers, recipient, arrived, max(late[1] if late else 0, arrived))

    def salted(self, kind, label, salt, content, path, ledger):
        leaf = jcs({"c": b64url(sha256(label + b"\0" + b64(salt, 32) + sha256(content))), "t": kind, "v": 1})
        ledger.limit(self.integrity, ledger.index(leaf, path))

    def answers(self, bundle, opening, ledger):
        folder, found, keys = self.part + "/dns", {}, b""
        names, expected = set(bundle.names(folder)), {"opendkim-keys.txt", "dns.json"}
        if "dns.json" not in names:
            if names or "dns" in opening or b64(opening["rcpt"]["dnsDigest"]) != sha256(b""):
                raise Contradiction(folder + "/dns.json is missing.")
            return {}
        archive = bundle.files[folder + "/dns.json"]
        if "dns" in opening:
            self.salted("dns", b"seeddns/v1", opening["dns"]["salt"], archive, folder + "/dns.tlog-proof", ledger)
        elif sha256(archive) != b64(opening["rcpt"]["dnsDigest"]):
            raise Contradiction(folder + "/dns.json isn't what the receipt commits to.")
        for number, answer in enumerate(parse_json(archive, folder + "/dns.json")["answers"], 1):
            wire = base64.b64decode(answer.get("wire", ""))
            if wire:
                expected.add("%02d.wire" % number)
                if bundle.files.get("%s/%02d.wire" % (folder, number)) != wire:
                    raise Contradiction("%s/%02d.wire doesn't say what dns.json says." % (folder, number))
            try:
                texts = dns_texts(answer)
            except (IndexError, ValueError):
                raise Contradiction(folder + "/dns.json is malformed.")
            found.setdefault(answer["name"], texts)
            if "._domainkey." in answer["name"]:
                for text in texts:
                    if all(0x20 <= b < 0x7F for b in text + answer["name"].encode()):
                        keys += answer["name"].encode() + b" " + text + b"\n"
        if bundle.files.get(folder + "/opendkim-keys.txt") != keys:
            raise Contradiction(folder + "/opendkim-keys.txt doesn't say what dns.json says.")
        strangers = {n for n in names - expected - {"dns.tlog-proof"} if not re.fullmatch(r"chain(-\d+)?\.rfc9102", n)}
        if strangers:
            raise Contradiction("%s/%s belongs to no answer." % (folder, min(strangers)))
        return found

    def judgement(self, bundle, opening, facts, ledger):
        path = self.part + "/judge.tlog-proof"
        if "judge" not in opening:
            if path in bundle.files:
                raise Contradiction(path + " proves nothing.")
            return
        judgement = opening["judge"]["judgement"]
        if judgement.get("sighting") != facts["sighting"]:
            raise Contradiction(self.part + ": the judgement is of another message.")
        self.salted("judge", b"seedjudge/v1", opening["judge"]["salt"], jcs(judgement), path, ledger)


# --- The claims -----------------------------------------------------------------------------------


def guesses(bundle, ledger, result):
    """How many attempts were counted."""
    if "stats/guess-rate.json" not in bundle.files:
        result.limit("SUPPORTED", "No count of attempts is in the bundle.")
        return 0
    total, days = 0, bundle.json("stats/guess-rate.json")["days"]
    for day in days:
        proof = [b64(h, 32) for h in day["proof"]]
        newest = ledger.newest
        if day["leaf"].get("t") != "stat" or not included(
                jcs(day["leaf"]), day["index"], proof, newest.size, newest.root):
            raise Contradiction("stats/guess-rate.json: a count isn't in the ledger.")
        ledger.limit(result, day["index"])
        total += sum(day["leaf"][n] for n in ("near", "unknown", "refused"))
    if not days:
        result.limit("SUPPORTED", "No day's count of attempts is in the ledger yet.")
    if "stats/controls.json" in bundle.files:
        controls = bundle.json("stats/controls.json")["controls"]
        if any(c["class"] == "c0" and c["hitBySender"] for c in controls):
            raise Contradiction("The same sender wrote to a control, which nobody was given.")
        if any(c["hit"] for c in controls):
            result.limit("SUPPORTED", "Controls were written to by others.")
    return total


def guess_claim(mint, bundle, ledger):
    result = Assessment()
    try:
        total = guesses(bundle, ledger, result)
    except Contradiction as error:
        result.limit("FAILED", str(error))
        return result
    if mint.record is None or not mint.tag_shown:
        result.limit("FAILED" if mint.birth.rank == 3 else "NOT SHOWN", "The tag isn't disclosed.")
        return result
    chance = ledger.newest.size * max(total, 1) / 2**mint.bits
    if chance > 1e-6:
        result.limit("NOT SHOWN", "A hit by chance can't be ruled out.")
    else:
        result.note("%d attempts at a tag of %d bits: a chance under %.0e." % (total, mint.bits, chance))
    return result


def best_mail(messages, grades, missing, identity):
    best, failures = None, Assessment()
    for message in messages:
        if message.integrity.rank == 3:
            failures.add(message.integrity)
        result = Assessment()
        result.add(message.reliance)
        if message.mail is None:
            result.limit("NOT SHOWN", message.part + ": the message isn't disclosed.")
        else:
            mail, who = message.mail, identity(message.mail)
            if who.rank == 3:
                failures.add(who)
            result.add(who)
            text = "%s, of %s, has grade %s." % (message.part, mail.domain or "nobody", mail.grade)
            if mail.grade not in grades:
                result.limit("NOT SHOWN", text)
            else:
                result.note(text)
                if not mail.valid_when_proved:
                    result.limit("SUPPORTED", message.part + ": its signature had expired by then.")
                result.limit("SUPPORTED", message.part + ": its DKIM key is vouched for by archives only.")
        if best is None or result.rank < best.rank:
            best = result
    if best is None:
        failures.limit("NOT SHOWN", missing)
        return failures
    best.add(failures)
    return best


def belongs(domain, names):
    return any(n and domain and organizational(domain) == organizational(n) for n in names)


def stranger(mail, names):
    result = Assessment()
    near = any(("." + mail.domain).endswith("." + n) or ("." + n).endswith("." + mail.domain) for n in names)
    result.limit("NOT SHOWN" if not mail.domain or near else "FAILED",
                 "From names %s, and not who is said to have written." % (mail.domain or "nobody"))
    return result


def claims(bundle, policy, authorities):
    description = bundle.json("claims.json")
    if description["v"] != 1:
        raise Contradiction("The bundle is of another version than 1.")
    bundle.check_names(description)
    case, found = description["case"], []
    organisation, sender = case["organisation"] or {}, case["sender"]
    own = [d["domain"] for d in organisation.get("domains", []) if d["role"] in ("own", "processor", "joint")]
    ledger = Ledger(bundle, policy, authorities)
    mints = [Mint(s, bundle, ledger) for s in description["seeds"]]
    sizes = {n.size for n in ledger.notes} | {m.record["after"]["size"] for m in mints if m.record}
    for name in bundle.names("log/consistency"):
        if name not in {"%d-%d" % (s, ledger.newest.size) for s in sizes}:
            raise Contradiction("log/consistency/%s belongs to no checkpoint." % name)
    pairs = [(m, e) for e in description["messages"] for m in mints if m.part == e["seed"]]
    messages = [Message(e, m, bundle, ledger) for m, e in pairs]
    for mint in mints:
        alone = len(mints) == 1
        address = "the address" if alone else "the address of " + mint.part
        birth = Assessment()
        birth.add(mint.birth)
        if mint.record:
            control = mint.record["org"]["name"] == "(control)"
            if control != (case["organisation"] is None) or not control and \
                    organisation["name"] != mint.record["org"]["name"] and mint.record["org"]["domain"] not in own:
                birth.limit("FAILED", "claims.json names another organisation than the record.")
        home = mint.record["org"]["domain"] if mint.record else ""

        def holder(mail):
            if belongs(mail.domain, [home]):
                return Assessment()
            if not belongs(mail.domain, own):
                return stranger(mail, own + [home])
            result = Assessment()
            result.limit("SUPPORTED", "That %s is the organisation's is the exporter's word." % mail.domain)
            return result

        def writer(mail):
            return Assessment() if belongs(mail.domain, [sender["domain"]]) else stranger(mail, [sender["domain"]])

        mine = [m for m in messages if m.entry["seed"] == mint.part]
        held = best_mail([m for m in mine if m.entry["role"] == "own"], "A",
                         "No authenticated message of the organisation is in the bundle.", holder)
        theirs = [m for m in mine if m.entry["role"] == "sender"]
        if sender["key"] != sender["domain"]:
            used = Assessment()
            used.limit("NOT SHOWN", "The case names no sender.")
            for message in theirs:
                if message.integrity.rank == 3:
                    used.add(message.integrity)
        else:
            used = best_mail(theirs, "AB", "No message of the sender is in the bundle.", writer)
        part = None if alone else mint.part
        found += [
            (1, part, "%s was minted for %s%s" % (address, mint.holder, mint.dates), birth),
            (2, part, address + " could not be guessed", guess_claim(mint, bundle, ledger)),
            (3, part, "%s held %s" % (mint.holder, address), held),
            (4, part, "%s used %s" % (sender["domain"] or "the sender", address), used),
        ]
    unaltered = Assessment()
    for message in messages:
        unaltered.add(message.integrity)
    if not messages:
        unaltered.limit("NOT SHOWN", "There is no message in the bundle.")
    return found + [(5, None, "nothing of the messages was altered since they arrived", unaltered)]


def overstated(bundle, found):
    said = {(c["number"], c["part"]): VERDICTS.index(c["verdict"]) for c in bundle.json("claims.json")["claims"]}
    ranks = {(number, part): assessment.rank for number, part, _, assessment in found}
    return any(key not in ranks or said[key] < ranks[key] for key in said)


def show(verdict, number, statement, reasons):
    line = "%s %d %s \u2014 %s" % (verdict, number, statement, " ".join(reasons))
    print("".join(c if c.isprintable() else "\ufffd" for c in line))


def main():
    parser = argparse.ArgumentParser(description="Checks an evidence bundle.")
    parser.add_argument("folder")
    parser.add_argument("--policy", help="whose checkpoints are believed (C2SP tlog-policy)")
    parser.add_argument("--tsa-ca", action="append", default=[], help="a timestamp authority (PEM)")
    options = parser.parse_args()
    folder = options.folder
    if not os.path.exists(os.path.join(folder, "bagit.txt")):
        folder = os.path.join(folder, os.pardir)
    policy = None
    if options.policy:
        with open(options.policy, "rb") as file:
            policy = Policy(file.read())
    failed = False
    try:
        bundle = Bundle(folder)
        found = claims(bundle, None, [])
        if overstated(bundle, found):
            raise Contradiction("claims.json says more than is shown.")
        if policy or options.tsa_ca:
            found = claims(bundle, policy, options.tsa_ca)
        for number, _, statement, assessment in found:
            show(VERDICTS[assessment.rank], number, statement, assessment.reasons())
            failed |= assessment.rank == 3
    except Contradiction as error:
        show("FAILED", 0, "the bundle is as it was written", [str(error)])
        failed = True
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        show("FAILED", 0, "the bundle is as it was written", ["A file in it is malformed (%s)." % type(error).__name__])
        failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
