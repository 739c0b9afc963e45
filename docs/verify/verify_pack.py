#!/usr/bin/env python3
"""Checks a pack of findings with the ledger's public key, the standard library and nothing else.

    python3 verify_pack.py PACK --key KEY [--witness KEY]...

KEY is the text of a key or a file that holds it. Get it from somebody other than who gave you the pack. Written from
docs/pack-format.md and docs/ledger-format.md, not from the program: where the two disagree, one of them is wrong.
Ends with 0 where the pack is proven, with 1 where it is not.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import sys
import uuid
import zipfile

LARGEST = 64 << 20


class Bad(Exception):
    """Something in the pack that is not as it was proven or signed."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Bad(f"not base64: {text!r}") from error
    if base64.b64encode(raw).decode() != text:
        raise Bad(f"not base64 as it is written: {text!r}")
    return raw


def digest_of(text):
    raw = b64(text)
    if len(raw) != 32:
        raise Bad(f"not a SHA-256 digest: {text!r}")
    return raw


# Ed25519 (RFC 8032), verification only.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(scalar, point):
    sum_ = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            sum_ = add(sum_, point)
        point = add(point, point)
        scalar >>= 1
    return sum_


def same(one, other):
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def point_of(raw):
    y = int.from_bytes(raw, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_of(public), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(h, a)))


# Keys and notes (https://c2sp.org/signed-note).


class Key:
    """A public key: `name+hash+base64` of a type byte and the key."""

    def __init__(self, given, kind):
        text = given
        if os.path.isfile(given):
            with open(given, encoding="utf-8") as file:
                text = file.read()
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise Bad("a key is name+hash+base64")
        raw = b64(parts[2])
        if len(raw) != 33 or raw[0] != kind:
            raise Bad("the key is not of the type that is needed here")
        self.name, self.public = parts[0], raw[1:]
        self.id = sha256(self.name.encode(), b"\n", raw)[:4]
        if self.id.hex() != parts[1]:
            raise Bad("the key's hash does not belong to it: copy the whole line again")


def note_parts(note):
    """The text of a note, and its signature lines as (name, key id, signature)."""
    head, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Bad("not a signed note")
    lines = []
    for line in tail[:-1].split("\n"):
        dash, name, encoded = (line.split(" ") + ["", ""])[:3]
        raw = b64(encoded)
        if dash != "\u2014" or not name or len(raw) < 5:
            raise Bad("not a signature line")
        lines.append((name, raw[:4], raw[4:]))
    return head + "\n", lines


def signed_by(note, key):
    text, lines = note_parts(note)
    ours = [signature for name, id_, signature in lines if (name, id_) == (key.name, key.id)]
    if not ours or not all(ed25519_verifies(key.public, text.encode(), one) for one in ours):
        raise Bad(f"not signed by {key.name}")
    return text


def checkpoint_of(note, key):
    lines = signed_by(note, key).split("\n")
    if len(lines) < 4 or lines[0] != key.name or not lines[1].isdigit() or str(int(lines[1])) != lines[1]:
        raise Bad("not a checkpoint of this ledger")
    return int(lines[1]), digest_of(lines[2])


def cosigned_by(note, witness):
    text, lines = note_parts(note)
    times_ = []
    for name, id_, raw in lines:
        if (name, id_) != (witness.name, witness.id):
            continue
        seconds = int.from_bytes(raw[:8], "big")
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        if not ed25519_verifies(witness.public, message, raw[8:]):
            raise Bad(f"the cosignature of {witness.name} does not fit")
        times_.append(seconds)
    if not times_:
        raise Bad(f"{witness.name} has not cosigned the checkpoint")
    return max(times_)


# The tree (RFC 9162 section 2.1).


def root_from(leaf, index, size, path):
    if index >= size:
        raise Bad("a place beyond the tree")
    at, last, hash_ = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Bad("a path that is too long")
        if at & 1 or at == last:
            hash_ = sha256(b"\x01", sibling, hash_)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            hash_ = sha256(b"\x01", hash_, sibling)
        at >>= 1
        last >>= 1
    if last:
        raise Bad("a path that is too short")
    return hash_


def text_bytes(text):
    raw = text.encode()
    return len(raw).to_bytes(4, "big") + raw


def entry_leaf(entry):
    raw = b"\x01" + uuid.UUID(entry["id"]).bytes + entry["at"].to_bytes(8, "big", signed=True)
    raw += b"".join(text_bytes(entry[name]) for name in ("actor", "action", "subject"))
    for name in ("force", "clause", "reason"):
        raw += b"\x01" + text_bytes(entry[name]) if name in entry else b"\x00"
    raw += b"\x01" + digest_of(entry["detail_digest"]) if "detail_digest" in entry else b"\x00"
    return sha256(b"\x00", raw)


def proven_entry(text, key, checkpoint):
    """The entry of a proof, if the proof leads to the pack's checkpoint."""
    proof = json.loads(text)["proof"]
    if proof["format"] != "lanyard-ledger-proof-1" or proof["origin"] != key.name:
        raise Bad("a proof of another ledger or format")
    entry = proof["entry"]
    leaf = entry_leaf(entry)
    if leaf != digest_of(entry["leaf"]):
        raise Bad("the entry's fields do not give its leaf")
    size, root = checkpoint_of(proof["note"], key)
    if (size, root) != checkpoint:
        raise Bad("a proof that leads to another checkpoint than the pack's")
    if root_from(leaf, entry["index"], size, [digest_of(one) for one in proof["path"]]) != root:
        raise Bad("a path that leads to another root")
    return entry


# The pack.


def files_of(path):
    if os.path.getsize(path) > LARGEST:
        raise Bad("larger than a pack may be")
    with zipfile.ZipFile(path) as pack:
        infos = pack.infolist()
        names = [info.filename for info in infos]
        if len(set(names)) != len(names) or len(names) > 32:
            raise Bad("too many files, or two of one name")
        if any(info.compress_type != zipfile.ZIP_STORED or info.file_size > LARGEST for info in infos):
            raise Bad("a file that is compressed: no pack is")
        return {name: pack.read(name) for name in names}


def check_manifest(files, key):
    written, note = files["manifest.json"], files["manifest.note"].decode()
    digest = base64.b64encode(sha256(written)).decode()
    if signed_by(note, key) != f"lanyard-pack-1 manifest\n{key.name}\n{digest}\n":
        raise Bad("manifest.json is not the one that was signed")
    manifest = json.loads(written)
    if manifest["format"] != "lanyard-pack-1" or manifest["origin"] != key.name:
        raise Bad("a manifest of another format or ledger")
    listed = {one["name"]: one for one in manifest["files"]}
    if set(listed) | {"manifest.json", "manifest.note"} != set(files) or len(listed) != len(manifest["files"]):
        raise Bad("files that the manifest does not list, or that are missing")
    for name, one in listed.items():
        if one["bytes"] != len(files[name]) or digest_of(one["sha256"]) != sha256(files[name]):
            raise Bad(f"{name} was changed")


def check_finding(finding, entries, clauses):
    """Checks one finding; returns its line, and whether its clause is in the pack."""
    text = finding["line"]
    line = json.loads(text)
    entry = entries.get(finding["entry"])
    if entry is None:
        raise Bad("its ledger entry is not proven in this pack")
    word, _, rest = entry.get("reason", "").partition(":")
    count, _, root = rest.partition(":")
    if entry["action"] not in ("findings.changed", "findings.carried-over") or word != "findings":
        raise Bad("its ledger entry is not one over findings")
    leaf = sha256(b"\x00", text.encode())
    path = [digest_of(one) for one in finding["path"]]
    if root_from(leaf, finding["index"], int(count), path) != digest_of(root):
        raise Bad("it is not under its ledger entry")
    if entry["subject"] != line["subject"] or entry["at"] < line["at"]:
        raise Bad("its ledger entry is about another subject, or older")
    if digest_of(line["digest"]) != sha256(finding["evidence"].encode()):
        raise Bad("its evidence does not give the digest that the ledger has")
    evidence = json.loads(finding["evidence"])
    same_ = (
        evidence["subject"] == line["subject"]
        and evidence["clause"] == line["clause"]
        and evidence["outcome"]["outcome"] == line["outcome"]
        and evidence["judged_at"] == line["at"]
    )
    if not same_:
        raise Bad("its evidence and its line in the ledger do not say the same")
    digests = evidence["basis"].get("facts", [])
    if len(digests) != len(finding["facts"]):
        raise Bad("another number of facts than its evidence has")
    for digest, shown in zip(digests, finding["facts"]):
        if shown is not None and sha256(digest_of(shown["salt"]), shown["text"].encode()) != digest_of(digest):
            raise Bad(f"the fact {shown['means']!r} is not the one that was judged")
    return line, evidence["clause_digest"] in clauses


def check_sample(sample, subjects):
    ranks = [digest_of(one) for one in sample["ranks"]]
    if ranks != sorted(set(ranks)):
        raise Bad("the ranks of the population are not in order")
    own = sorted(sha256(b"lanyard sample\n", str(sample["seed"]).encode(), b"\n", one.encode()) for one in subjects)
    if own != ranks[: min(sample["size"], len(ranks))]:
        raise Bad("the subjects are not those that the seed draws")


def verify(path, key, witnesses):
    files = files_of(path)
    check_manifest(files, key)
    content = json.loads(files["findings.json"])
    if content["format"] != "lanyard-pack-1" or content["origin"] != key.name:
        raise Bad("findings of another format or ledger")
    note = files["checkpoint.note"].decode()
    checkpoint = checkpoint_of(note, key)
    cosigned = [(witness.name, cosigned_by(note, witness)) for witness in witnesses]
    entries = {}
    for one in content["entries"]:
        entry = proven_entry(one["proof"], key, checkpoint)
        if entry["id"] != one["entry"] or one["entry"] in entries:
            raise Bad("the proof of another entry, or one twice")
        entries[one["entry"]] = entry
    for one in content["clauses"] + content["checks"]:
        if sha256(one["text"].encode()).hex() != one["digest"]:
            raise Bad(f"the text of {one['name']} does not give its digest")
    clauses = {one["digest"] for one in content["clauses"]}
    subjects = [one["subject"] for one in content["subjects"]]
    if len(set(subjects)) != len(subjects):
        raise Bad("a subject is listed twice")
    lines = []
    for number, finding in enumerate(content["findings"], 1):
        try:
            line, ruled = check_finding(finding, entries, clauses)
        except Bad as bad:
            raise Bad(f"finding {number}: {bad}") from bad
        if line["subject"] not in subjects:
            raise Bad(f"finding {number} is about a subject that is not listed")
        lines.append((line, finding["says"], ruled))
    if "sample" in content:
        check_sample(content["sample"], subjects)
    return content, checkpoint, cosigned, lines


def main():
    parser = argparse.ArgumentParser(description="Checks a pack of findings.")
    parser.add_argument("pack")
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    given = parser.parse_args()
    try:
        key = Key(given.key, 1)
        witnesses = [Key(one, 4) for one in given.witness]
        content, (size, root), cosigned, lines = verify(given.pack, key, witnesses)
    except (Bad, KeyError, TypeError, ValueError, AttributeError, OSError, zipfile.BadZipFile, OverflowError) as error:
        print(f"NOT proven: {error or type(error).__name__}")
        return 1
    print(content["asked"]["words"])
    for line, says, _ in lines:
        print(f"  {line['subject']} {line['clause']}: {says}")
    print(f"proven: {len(lines)} findings, under the checkpoint of {size} entries with root {base64.b64encode(root).decode()}")
    hidden = sum(fact is None for finding in content["findings"] for fact in finding["facts"])
    unruled = sum(not ruled for *_, ruled in lines)
    print(f"left out: {content['left_out']} findings and {hidden} facts that the reader may not see; rules not in the pack: of {unruled} findings")
    for witness, seconds in cosigned:
        print(f"cosigned by {witness}, {seconds} seconds after 1970 began")
    return 0


if __name__ == "__main__":
    sys.exit(main())
