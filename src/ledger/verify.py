#!/usr/bin/env python3
"""Checks a folder that `comity log export` wrote, the proof of one object, two conflicting checkpoints, or a signed
agreement. Needs Python 3.8 or newer, nothing else.

    python3 verify.py [FOLDER]      without FOLDER: the folder in which this file lies
    python3 verify.py FILE          a proof of one object, as the page of a collection gives it, or a conflict file, as
                                    `comity evidence export` gives it, or a signed agreement, as its page or
                                    `comity agreement export` gives it

For a folder it shows that the entries in the folder are exactly those over which the node's key signed: none changed, none
dropped, none put in between. Exit status: 0 nothing is wrong; 1 something is (the first fault is named); 2 the
command was called wrongly or the folder cannot be read.

How a log is built, so that this can be checked by reading:
  h      SHA-256("comity/entry/v1" | salt (32 bytes) | length of header (4 bytes, big-endian) | header | body)
  leaf   the text {"h":"<base64 of h>","seq":<number>,"v":1}
  tree   the Merkle tree of RFC 6962 over the leaves, SHA-256
  tiles  hashes and leaves as files: C2SP tlog-tiles (https://c2sp.org/tlog-tiles)
  checkpoint   name, size and root of the tree in a signed note (https://c2sp.org/tlog-checkpoint), Ed25519 (RFC 8032)
  keys/  a log of the same kind in which the node wrote down its keys, one statement an entry; class Keys says how
"""

import base64
import binascii
import hashlib
import json
import os
import re
import sys
from json.encoder import encode_basestring as quote

FORMAT = "comity-log-export/1"
WIDTH = 256  # hashes or entries in a full tile
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Fault(Exception):
    """What is wrong, in one sentence; `seq` where it is about another entry than the one being read."""

    def __init__(self, text, seq=None):
        Exception.__init__(self, text)
        self.seq = seq


# ---- Ed25519: the verification of RFC 8032, section 6, for Edwards curve points (X, Y, Z, T) ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    k, l, m, n = f - e, h - g, h + g, f + e
    return (k * l % P, m * n % P, l * m % P, k * n % P)


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point_decompress(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def signature_is_good(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = point_decompress(public), point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return point_equal(point_multiply(s, BASE), point_add(r, point_multiply(k, a)))


# ---- Small things ----


def decode(text, what, length=None):
    """Base64 in its one exact spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, UnicodeEncodeError, binascii.Error):
        raise Fault("%s is no base64" % what)
    if base64.b64encode(raw).decode("ascii") != text or (length is not None and len(raw) != length):
        raise Fault("%s is no base64 of the right length" % what)
    return raw


def read_file(folder, name):
    try:
        with open(os.path.join(folder, *name.split("/")), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise Fault("%s is missing" % name)


def read_json(raw, what):
    try:
        value = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Fault("%s is no JSON" % what)
    if not isinstance(value, dict):
        raise Fault("%s is no JSON object" % what)
    return value


def pairs_up(row):
    """One row of a Merkle tree from the row below; a hash without a neighbour moves up unchanged."""
    sha256 = hashlib.sha256
    upper = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
    return upper + row[-1:] if len(row) % 2 else upper


def tree_root(row):
    while len(row) > 1:
        row = pairs_up(row)
    return row[0]


def tile_path(level, index, width):
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "tile/%s/%s" % (level, "/".join(["x" + group for group in groups[:-1]] + groups[-1:]))
    return path if width == WIDTH else "%s.p/%d" % (path, width)


def shown(value):
    """Text from the folder, safe for a terminal."""
    return "".join(c if c.isprintable() else "\\u%04x" % ord(c) for c in quote(str(value)))


def count(number, one, many):
    return "%d %s" % (number, one if number == 1 else many)


# ---- Signed notes and checkpoints ----


def read_vkey(text):
    parts = text.split("+", 2) if isinstance(text, str) else []
    if len(parts) != 3 or parts[0] == "":
        raise Fault("about.json: vkey is malformed")
    key = decode(parts[2], "about.json: vkey", 33)
    key_id = hashlib.sha256(parts[0].encode("utf-8") + b"\n" + key).digest()[:4]
    if key[0] != 1 or key_id.hex() != parts[1]:
        raise Fault("about.json: vkey is malformed")
    return parts[0], key_id, key[1:]


def read_note(raw):
    """The text of a signed note, and of each signature line the name, the key id and the signature."""
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Fault("checkpoint is no UTF-8")
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", note):
        raise Fault("checkpoint is no signed note")
    lines = []
    for line in note[cut + 2 : -1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014":
            raise Fault("checkpoint has a malformed signature line")
        signature = decode(parts[2], "a signature of the checkpoint")
        lines.append((parts[1], signature[:4], signature[4:]))
    return note[: cut + 1], lines


def key_id_of(name, kind, public):
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public).digest()[:4]


def read_checkpoint(raw, name, key_id, public):
    """Size and root, if the key signed. Signatures of other keys are passed over, as the standard demands."""
    text, signatures = read_note(raw)
    own = [signature for by, by_id, signature in signatures if (by, by_id) == (name, key_id)]
    if not all(signature_is_good(public, text.encode("utf-8"), signature) for signature in own):
        raise Fault("checkpoint: the signature does not fit the text and the key")
    if not own:
        raise Fault("checkpoint carries no signature of the node's key")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or "" in lines or not re.match(r"(0|[1-9][0-9]{0,15})\Z", lines[1]):
        raise Fault("checkpoint is malformed")
    if lines[0] != name:
        raise Fault("checkpoint is about another log than the key")
    return int(lines[1]), decode(lines[2], "the root in the checkpoint", 32)


# ---- What an entry may say ----

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
KINDS = ("put", "mark", "revoke", "recall", "erase", "closed")
WITH_BODY = ("put", "revoke")
TEXTS = ("id", "marking", "previous", "spec", "terms", "version")


def optional(value):
    return "null" if value is None else quote(value)


class CollectionRules:
    """Times rise, each entry names the one before it about the same object, what is gone was erased by an entry."""

    def __init__(self):
        self.erased_by = {}  # seq of an entry that is gone -> seq of the entry that is said to have erased it
        self.should_erase = {}  # the reverse, until that entry comes
        self.gone = {}  # start of h of an entry that is gone -> its seq
        self.object_of_gone = {}  # seq of an entry that is gone -> key of the object, once a later entry tells
        self.should_tell = {}  # seq of an entry that recalls or marks -> an entry that came without content for that
        self.kept_back = set()  # entries that came without content
        self.last = 0  # size of the log
        self.newest = {}  # key of an object -> seq of the newest entry about it
        self.hashes = bytearray()  # h of every entry, 32 bytes each
        self.time = ""

    def kept(self, seq, header, h, length):
        self.check_shape(header)
        told = self.should_tell.pop(seq, None)
        if told is not None and header["kind"] not in ("recall", "mark"):
            raise Fault("it came without content, but entry %d does not say why" % seq, told)
        self.check_erasure(seq, header["erases"])
        if header["date_added"] <= self.time:
            raise Fault("its date_added is not later than that of the entry before it")
        self.time = header["date_added"]
        if header["kind"] in WITH_BODY and length == 0:
            raise Fault("it has no body and no entry that erased it")
        if header["id"] is not None:
            self.check_previous(seq, object_key(header["id"]), header["previous"])
        elif header["previous"] is not None:
            raise Fault("it names a previous entry but no object")
        self.hashes += h

    def erased(self, seq, by, h):
        self.check_erasure(seq, None)
        if by <= seq:
            raise Fault("it is gone, but no entry after it erased it")
        if by in self.should_erase:
            raise Fault("it is gone, but entry %d is said to have erased another one" % by)
        self.should_erase[by] = seq
        self.erased_by[seq] = by
        self.gone[bytes(h[:8])] = seq
        self.hashes += h

    def withheld(self, seq, by, h):
        """Only its commitment came to whoever exported: a later entry recalled or marked it before it could come."""
        self.check_erasure(seq, None)
        if by is not None:
            if by <= seq:
                raise Fault("it came without content, but no entry after it says why")
            self.should_tell.setdefault(by, seq)
        self.kept_back.add(seq)
        self.erased_by[seq] = self.last if by is None else by
        self.gone[bytes(h[:8])] = seq
        self.hashes += h

    def end(self):
        for by, seq in sorted(self.should_tell.items()):
            raise Fault("it came without content, and there is no entry %d that says why" % by, seq)
        for by, gone in sorted(self.should_erase.items(), key=lambda pair: pair[1]):
            raise Fault("it is gone, and there is no entry %d that erased it" % by, gone)

    def check_shape(self, header):
        kind, erases = header.get("kind"), header.get("erases")
        texts = [header.get(name, 0) for name in TEXTS]
        if len(header) != 9 or kind not in KINDS or not all(t is None or type(t) is str for t in texts):
            raise Fault("its header is malformed")
        if type(header.get("date_added")) is not str or not TIME.match(header["date_added"]):
            raise Fault("its date_added is no time")
        if (kind == "erase") != (type(erases) is int) or (erases is not None and kind != "erase"):
            raise Fault("its header is malformed: only an erase entry erases")

    def canonical(self, header):
        erases = "null" if header["erases"] is None else header["erases"]
        return '{"date_added":%s,"erases":%s,"id":%s,"kind":"%s","marking":%s,"previous":%s,"spec":%s,"terms":%s,"version":%s}' % (
            quote(header["date_added"]),
            erases,
            optional(header["id"]),
            header["kind"],
            optional(header["marking"]),
            optional(header["previous"]),
            optional(header["spec"]),
            optional(header["terms"]),
            optional(header["version"]),
        )

    def check_erasure(self, seq, erases):
        gone = self.should_erase.pop(seq, None)
        if gone == erases or (gone is None and erases in self.kept_back):
            return
        if gone is not None:
            raise Fault("it is gone, but entry %d is no erase entry that names it" % seq, gone)
        if erases in self.erased_by:
            raise Fault("it is gone, but entry %d erased it and not entry %d" % (seq, self.erased_by[erases]), erases)
        raise Fault("it says that it erased entry %d, which is still there or was never before it" % erases)

    def check_previous(self, seq, key, previous):
        """The last entry about the object: the last one that is still there or, after it, one that was erased later."""
        newest = self.newest.get(key)
        self.newest[key] = seq
        if previous is None:
            found = None
        else:
            said = decode(previous, "its previous", 32)
            found = self.gone.get(said[:8], newest)
            if found is None or self.hashes[32 * found : 32 * found + 32] != said:
                raise Fault("its previous is not the last entry about the same object")
        if found == newest:
            return
        later = found is not None and (newest is None or found > newest) and self.erased_by[found] >= seq
        if not later or self.object_of_gone.setdefault(found, key) != key:
            raise Fault("its previous is not the last entry about the same object")


class EventRules:
    """The node's own ledger and key log: times rise, and nothing is ever erased."""

    def __init__(self, each=None):
        self.time = ""
        self.each = each

    def kept(self, seq, header, h, length):
        by = header.get("by", 0)
        if len(header) != 3 or type(header.get("what")) is not str or not (by is None or type(by) is str):
            raise Fault("its header is malformed")
        if type(header.get("at")) is not str or not TIME.match(header["at"]):
            raise Fault("its time is no time")
        if header["at"] <= self.time:
            raise Fault("its time is not later than that of the entry before it")
        self.time = header["at"]
        if length == 0:
            raise Fault("it has no body")

    def erased(self, seq, by, h):
        raise Fault("it is gone, and a log of this kind erases nothing")

    def end(self):
        pass

    def canonical(self, header):
        return '{"at":%s,"by":%s,"what":%s}' % (quote(header["at"]), optional(header["by"]), quote(header["what"]))


SECRET = os.urandom(16)


def object_key(text):
    """A short stand-in for an object id; nobody can choose two ids with the same one, as it is keyed afresh."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8, key=SECRET).digest(), "big")


# ---- The pass over a log ----


def open_input(folder, name):
    try:
        return open(os.path.join(folder, name), "rb", buffering=1 << 20)
    except (FileNotFoundError, IsADirectoryError):
        raise Fault("%s is missing" % name)


class Tiles:
    """Compares what the folder holds with what the entries give, tile by tile, and ends with the root."""

    def __init__(self, folder, size):
        self.folder, self.size = folder, size
        self.rows = [[]]  # per level: the hashes of its unfinished tile
        self.filled = [0]  # per level: finished tiles
        self.seen = set()
        self.leaves = self.hashes = None

    def read(self, level, index, width):
        path = tile_path(level, index, width)
        self.seen.add(path)
        return path, read_file(self.folder, path)

    def begin(self, seq):
        """Loads the bundle and the tile in which an entry and the next ones stand."""
        width = min(WIDTH, self.size - seq)
        self.bundle_path, bundle = self.read("entries", seq // WIDTH, width)
        self.tile_path, self.hashes = self.read(0, seq // WIDTH, width)
        if len(self.hashes) != width * 32:
            raise Fault("%s has a wrong length" % self.tile_path)
        self.leaves = split_bundle(bundle, width)

    def logged(self, seq):
        """The leaf that the log holds for an entry."""
        if seq % WIDTH == 0:
            self.begin(seq)
        leaf = self.leaves[seq % WIDTH] if seq % WIDTH < len(self.leaves) else None
        if leaf is None:
            raise Fault("%s is malformed here" % self.bundle_path)
        return leaf

    def agrees(self, seq, leaf_hash):
        at = seq % WIDTH * 32
        return self.hashes[at : at + 32] == leaf_hash

    def add(self, seq, leaf_hash):
        if not self.agrees(seq, leaf_hash):
            raise Fault("its hash is not the one in %s" % self.tile_path)
        self.rows[0].append(leaf_hash)
        if len(self.rows[0]) == WIDTH:
            self.close(0)

    def close(self, level):
        row = self.rows[level]
        if level > 0:
            path, stored = self.read(level, self.filled[level], len(row))
            if stored != b"".join(row):
                raise Fault("%s does not follow from the entries" % path)
        if len(row) < WIDTH:
            return
        self.filled[level] += 1
        self.rows[level] = []
        if level + 1 == len(self.rows):
            self.rows.append([])
            self.filled.append(0)
        self.rows[level + 1].append(tree_root(row))
        if len(self.rows[level + 1]) == WIDTH:
            self.close(level + 1)

    def root(self):
        """Of all: the unfinished tiles, from the leaves upwards, each with the smaller rest at its right."""
        rest = []
        for level, row in enumerate(self.rows):
            if level > 0 and row:
                self.close(level)
            if row or rest:
                rest = [tree_root(row + rest)]
        return rest[0] if rest else EMPTY_ROOT

    def strangers(self):
        """Files below tile/ that are no part of the log at this size."""
        for base, _, names in os.walk(os.path.join(self.folder, "tile")):
            for name in names:
                path = os.path.relpath(os.path.join(base, name), self.folder).replace(os.sep, "/")
                if path not in self.seen:
                    yield path


def split_bundle(raw, width):
    """The leaves of a bundle as far as it is sound; None in the last place if it is not."""
    leaves, at = [], 0
    while at + 2 <= len(raw) and len(leaves) < width:
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        leaves.append(raw[at + 2 : end] if end <= len(raw) else None)
        at = end
    if at != len(raw) and leaves:
        leaves[-1] = None
    return leaves


LEAF = re.compile(rb'\{"h":"([A-Za-z0-9+/]{43}=)","seq":(0|[1-9][0-9]*),"v":1\}\Z')


def erased_entry(tiles, rules, seq, line):
    """Only the commitment is left; it still stands in the tree."""
    by = line["erased_by"]
    leaf = tiles.logged(seq)
    match = LEAF.match(leaf)
    if not match or int(match.group(2)) != seq:
        raise Fault("its leaf in %s is malformed" % tiles.bundle_path)
    rules.erased(seq, by, decode(match.group(1).decode("ascii"), "its leaf", 32))
    return leaf


def withheld_entry(tiles, rules, seq, line):
    leaf = tiles.logged(seq)
    match = LEAF.match(leaf)
    if not match or int(match.group(2)) != seq:
        raise Fault("its leaf in %s is malformed" % tiles.bundle_path)
    if not hasattr(rules, "withheld"):
        raise Fault("it has no content, which only an entry of a collection may lack")
    rules.withheld(seq, line["withheld_by"], decode(match.group(1).decode("ascii"), "its leaf", 32))
    return leaf


def kept_entry(tiles, rules, seq, line, bodies, offset):
    salt, header, length = decode(line["salt"], "its salt", 32), line["header"], line["length"]
    if line["offset"] != offset or not 0 <= length <= os.fstat(bodies.fileno()).st_size:
        raise Fault("its body does not lie where the body before it ends")
    body = bodies.read(length)
    if len(body) != length or (length > 0 and bodies.read(1) != b"\n"):
        raise Fault("its body in bodies.bin is cut off or not followed by a newline")
    raw = header.encode("utf-8")
    h = hashlib.sha256(b"comity/entry/v1" + salt + len(raw).to_bytes(4, "big") + raw + body).digest()
    leaf = b'{"h":"%s","seq":%d,"v":1}' % (base64.b64encode(h), seq)
    logged = tiles.logged(seq)
    if leaf != logged:
        if tiles.agrees(seq, hashlib.sha256(b"\x00" + logged).digest()):
            raise Fault("its salt, header or body is not what was logged")
        raise Fault("its leaf in %s is not the one that its salt, header and body give" % tiles.bundle_path)
    said = read_json(raw, "its header")
    rules.kept(seq, said, h, length)
    if rules.canonical(said) != header:
        raise Fault("its header is not in canonical form")
    if getattr(rules, "each", None):
        rules.each(seq, said, body)
    return leaf


def read_line(raw):
    """One line of entries.jsonl, accepted only in the exact spelling of the format: no key twice, none unknown."""
    line = read_json(raw, "its line in entries.jsonl")
    try:
        if "withheld_by" in line:
            by = line["withheld_by"]
            exact = '{"seq":%d,"withheld_by":%s}\n' % (line["seq"], "null" if by is None else "%d" % by)
        elif "erased_by" in line:
            exact = '{"seq":%d,"erased_by":%d}\n' % (line["seq"], line["erased_by"])
        else:
            exact = '{"seq":%d,"salt":%s,"header":%s,"offset":%d,"length":%d}\n' % (
                line["seq"],
                quote(line["salt"]),
                quote(line["header"]),
                line["offset"],
                line["length"],
            )
    except (KeyError, TypeError):
        raise Fault("its line in entries.jsonl is malformed")
    if exact.encode("utf-8", "surrogatepass") != raw:
        raise Fault("its line in entries.jsonl is not spelled as the format demands")
    return line


def check_entries(folder, size, rules):
    """Every entry, in order; returns the tiles, how many were erased and withheld, and how many bytes bodies have."""
    tiles, seq, erased, withheld, offset = Tiles(folder, size), -1, 0, 0, 0
    rules.last = size
    with open_input(folder, "entries.jsonl") as lines, open_input(folder, "bodies.bin") as bodies:
        try:
            for seq, raw in enumerate(lines):
                if seq >= size:
                    raise Fault("it is beyond the size that the checkpoint gives, %d" % size)
                line = read_line(raw)
                if line["seq"] != seq:
                    raise Fault("another entry stands in its place")
                if "withheld_by" in line:
                    leaf = withheld_entry(tiles, rules, seq, line)
                    withheld += 1
                elif "erased_by" in line:
                    leaf = erased_entry(tiles, rules, seq, line)
                    erased += 1
                else:
                    leaf = kept_entry(tiles, rules, seq, line, bodies, offset)
                    offset += line["length"] + 1 if line["length"] else 0
                tiles.add(seq, hashlib.sha256(b"\x00" + leaf).digest())
            if seq + 1 < size:
                seq += 1
                raise Fault("it is missing: the checkpoint counts %d" % size)
            rules.end()
        except UnicodeError:
            raise Fault("entry %d: it holds text that is no Unicode" % seq)
        except Fault as fault:
            raise Fault("entry %d: %s" % (seq if fault.seq is None else fault.seq, fault))
        if bodies.read(1):
            raise Fault("bodies.bin goes on after the last body")
    return tiles, erased, withheld, offset


ABOUT = ("collection", "exported_at", "format", "log", "node_key", "party", "title", "vkey")


def read_about(folder):
    about = read_json(read_file(folder, "about.json"), "about.json")
    if about.get("format") != FORMAT:
        raise Fault("about.json: this verify.py reads the format %s only" % FORMAT)
    if tuple(sorted(about)) != ABOUT or about["log"] not in ("collection", "ledger", "keys"):
        raise Fault("about.json is malformed")
    if not (about["party"] is None or type(about["party"]) is str):
        raise Fault("about.json is malformed")
    if (about["log"] == "collection") != (about["collection"] is not None):
        raise Fault("about.json: log and collection contradict each other")
    return about


def check_log(folder, about, keys, rules, say):
    """The signing key is judged last, since the log may be the one that tells of it."""
    name, key_id, key = read_vkey(about["vkey"])
    size, root = read_checkpoint(read_file(folder, "checkpoint"), name, key_id, key)
    tiles, erased, withheld, length = check_entries(folder, size, rules)
    if tiles.root() != root:
        raise Fault("the entries do not give the root that the checkpoint names")
    if keys.first is None:
        raise Fault("the key log is empty: it names no key")
    if decode(about["node_key"], "about.json: node_key", 32) != keys.signs:
        raise Fault("about.json: node_key is not the key that the key log names")
    if not keys.count(key, name, size):
        raise Fault("the checkpoint is signed by a key that does not count for the node at this size")
    say("  log %s" % name)
    say("  signature of the checkpoint: good, over %s" % count(size, "entry", "entries"))
    say("  entries: all there, %d erased by a later entry; %d bytes of bodies" % (erased, length))
    if withheld:
        say("  without content, since they were recalled or marked before they came here, or were for others: %d" % withheld)
    say("  tiles: %s recomputed and equal; root %s" % (count(len(tiles.seen), "file", "files"), root.hex()))
    for path in sorted(tiles.strangers()):
        say("  not checked, no part of the log at this size: %s" % shown(path))


# ---- The node's keys ----


KEY_MEMBERS = {
    "incept": ("current", "next", "recovery", "type", "v"),
    "rotate": ("current", "next", "previous", "signature", "sizes", "type", "v"),
    "revoke": ("previous", "signature", "sizes", "type", "v"),
    "recover": ("current", "next", "previous", "recovery", "signature", "sizes", "type", "v"),
}


class Keys:
    """Follows the statements of a key log: which key signs now, and up to which size former ones count.

    Each is JSON in the form of RFC 8785. incept names the first key, the SHA-256 of the next, and the recovery key.
    rotate is signed by the new key, whose SHA-256 the statement before named as next; revoke and recover by the
    recovery key. Signed is "comity/key-statement/v1\\n" and the statement without its signature. previous is the
    SHA-256 of the statement before. sizes has SHA-256("comity/last-size/v1\\n<name of the log>\\n<size>\\n") for the
    last size of each log under the key that ends. While a key is revoked, what the recovery key signed stands.
    """

    def __init__(self):
        self.signs = self.current = self.next = self.recovery = self.first = self.head = None
        self.former = []  # (key, set of last sizes)

    def entry(self, seq, header, body):
        self.add(body)
        if header["what"] != "key.%s" % json.loads(body)["type"]:
            raise Fault("its header names another kind of statement than its body")

    def add(self, body):
        said = read_json(body, "its body")
        kind = said.get("type")
        if type(kind) is not str or kind not in KEY_MEMBERS or (kind == "incept") != (self.first is None):
            raise Fault("its body is no statement of a key in this place")
        if tuple(sorted(said)) != KEY_MEMBERS[kind] or type(said["v"]) is not int or said["v"] != 1 or spelled(said) != body:
            raise Fault("its body is no statement of a key in its one spelling")
        keys = {name: decode(said[name], "its " + name, 32) for name in ("current", "next", "recovery") if name in said}
        if kind == "incept":
            self.first = body
        else:
            self.follow(kind, said, keys.get("current"))
        self.recovery = keys.get("recovery", self.recovery)
        self.current, self.next = keys.get("current"), keys.get("next")
        self.signs = self.recovery if self.current is None else self.current
        self.head = hashlib.sha256(body).digest()

    def follow(self, kind, said, current):
        if decode(said["previous"], "its previous", 32) != self.head:
            raise Fault("its previous is not the statement before it")
        if kind == "rotate" and (self.next is None or hashlib.sha256(current).digest() != self.next):
            raise Fault("it brings another key than the one that was announced")
        if kind == "revoke" and self.current is None:
            raise Fault("it revokes what is revoked already")
        sizes = said["sizes"]
        if type(sizes) is not list or any(len(decode(size, "one of its sizes")) != 32 for size in sizes):
            raise Fault("its sizes are malformed")
        if any(one >= other for one, other in zip(sizes, sizes[1:])):
            raise Fault("its sizes are not in order")
        unsigned = {name: value for name, value in said.items() if name != "signature"}
        message = b"comity/key-statement/v1\n" + spelled(unsigned)
        signer = current if kind == "rotate" else self.recovery
        if not signature_is_good(signer, message, decode(said["signature"], "its signature", 64)):
            raise Fault("it is not signed by the key that must sign it")
        self.former.append((self.signs, set(sizes)))
        if current in [key for key, _ in self.former]:
            raise Fault("it brings back a key that had ended")

    def all(self):
        return [self.signs] + [key for key, _ in reversed(self.former)]

    def count(self, key, name, size, lasts=None):
        """Whether a checkpoint of this size signed with this key counts; lasts are last sizes that somebody remembers."""
        ended = [sizes for former, sizes in self.former if former == key]
        tried = range(size, size + LAST_SIZES) if lasts is None else [last for last in lasts if last >= size]
        return key == self.signs or any(last_size(name, last) in sizes for sizes in ended for last in tried)

    def tell(self, say, party):
        say("  the node's key: %s%s" % (
            base64.b64encode(self.signs).decode("ascii"),
            "" if self.current else " (the recovery key, since the key before it is revoked)",
        ))
        if self.former:
            say("  keys before it: %d" % len(self.former))
        say("  first statement of the node's keys: SHA-256 %s" % hashlib.sha256(self.first).hexdigest())
        if party is not None:
            say("  fingerprint of %s: %s" % (shown(party), digits_of(party, self.first)))


LAST_SIZES = 20000  # a log's last size under a former key is looked for so far beyond a checkpoint


def last_size(name, size):
    text = "comity/last-size/v1\n%s\n%d\n" % (name, size)
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def digits_of(party, incept):
    """The first 132 bits of a hash as 40 digits: what people compare over the telephone."""
    text = b"comity/fingerprint/v1\n%s\n%s" % (party.encode("utf-8", "replace"), incept)
    digits = "%040d" % (int.from_bytes(hashlib.sha256(text).digest(), "big") >> 124)
    return " ".join(digits[i : i + 5] for i in range(0, 40, 5))


def keys_of(statements):
    keys = Keys()
    for number, statement in enumerate(statements):
        try:
            keys.add(decode(statement, "it"))
        except Fault as fault:
            raise Fault("statement %d of the key log: %s" % (number, fault))
    if keys.first is None:
        raise Fault("there is no statement of a key")
    return keys


def spelled(value):
    """RFC 8785 of what statements consist of: texts of ASCII, small numbers, lists of texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def check_keys(folder, say):
    """The key log, whose checkpoint must be signed by a key that its own statements name; returns what they say."""
    about = read_about(folder)
    if about["log"] != "keys":
        raise Fault("about.json: this is no key log")
    keys = Keys()
    check_log(folder, about, keys, EventRules(keys.entry), say)
    return keys


KEYS_FORMAT = "comity-key-statements/1"


def received_keys(folder):
    """The statements of the key log of whoever owns a log that was received."""
    one = read_json(read_file(folder, "keys.json"), "keys.json")
    if tuple(sorted(one)) != ("format", "statements") or one["format"] != KEYS_FORMAT or type(one["statements"]) is not list:
        raise Fault("keys.json: this is no list of the format %s" % KEYS_FORMAT)
    return keys_of(one["statements"])


def check_received(folder, about, say):
    say("Keys of the log's owner")
    keys = received_keys(folder)
    keys.tell(say, about["party"])
    say("Log of a collection, as it was received")
    check_log(folder, about, keys, CollectionRules(), say)


def check(folder, say):
    about = read_about(folder)
    if about["log"] == "collection" and os.path.exists(os.path.join(folder, "keys.json")):
        check_received(folder, about, say)
        return tell_rest(about, say)
    keys = folder if about["log"] == "keys" else os.path.join(folder, "keys")
    say("Key log of the node")
    try:
        history = check_keys(keys, say)
    except Fault as fault:
        raise Fault("in the key log%s: %s" % ("" if keys == folder else " (keys/)", fault))
    history.tell(say, about["party"])
    if keys != folder:
        say("Log of a collection" if about["log"] == "collection" else "Ledger of the node")
        rules = CollectionRules() if about["log"] == "collection" else EventRules()
        check_log(folder, about, history, rules, say)
    tell_rest(about, say)


def tell_rest(about, say):
    say("Said by whoever exported, not signed: title %s, collection %s, exported at %s"
        % tuple(shown(about[name]) for name in ("title", "collection", "exported_at")))
    say(HOLDS)


HOLDS = "Everything above holds if this fingerprint, or this key, is the one that the node's operators showed you."


# ---- The proof of one object ----

PROOF_FORMAT = "comity-object-proof/1"
PROOF = ("body", "format", "header", "keys", "party", "proof", "salt", "vkey")


def path_root(index, size, node, path):
    """The root to which an audit path leads: RFC 9162, section 2.1.3.2."""
    at, last = index, size - 1
    for step in path:
        if last == 0:
            raise Fault("the proof has more hashes than the tree needs")
        if at % 2 or at == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        at, last = at // 2, last // 2
    if last != 0:
        raise Fault("the proof has fewer hashes than the tree needs")
    return node


def read_proof(text):
    """Extra, number and hashes of a tlog-proof (https://c2sp.org/tlog-proof), and the checkpoint in it."""
    top, _, checkpoint = text.partition("\n\n")
    lines = top.split("\n")
    number = re.match(r"index (0|[1-9][0-9]{0,15})\Z", lines[2]) if len(lines) > 2 else None
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") or not number:
        raise Fault("the proof is malformed")
    hashes = [decode(line, "a hash of the proof", 32) for line in lines[3:]]
    return decode(lines[1][6:], "the leaf in the proof"), int(number.group(1)), hashes, checkpoint.encode("utf-8")


def check_proof(one, say):
    texts = [one.get(name) for name in PROOF if name not in ("keys", "party")]
    if tuple(sorted(one)) != PROOF or one["format"] != PROOF_FORMAT or not all(type(text) is str for text in texts):
        raise Fault("this is no proof of the format %s" % PROOF_FORMAT)
    if type(one["keys"]) is not list or one["keys"] == [] or not (one["party"] is None or type(one["party"]) is str):
        raise Fault("this is no proof of the format %s" % PROOF_FORMAT)
    keys = keys_of(one["keys"])
    name, key_id, public = read_vkey(one["vkey"])
    leaf, seq, hashes, checkpoint = read_proof(one["proof"])
    size, root = read_checkpoint(checkpoint, name, key_id, public)
    if seq >= size:
        raise Fault("the proof is about an entry that the checkpoint does not cover")
    if path_root(seq, size, hashlib.sha256(b"\x00" + leaf).digest(), hashes) != root:
        raise Fault("the proof does not lead to the root that the checkpoint names")
    if not keys.count(public, name, size):
        raise Fault("the checkpoint is signed by a key that does not count for the node at this size")
    salt, header = decode(one["salt"], "the salt", 32), one["header"].encode("utf-8")
    body = decode(one["body"], "the body")
    h = hashlib.sha256(b"comity/entry/v1" + salt + len(header).to_bytes(4, "big") + header + body).digest()
    if leaf != b'{"h":"%s","seq":%d,"v":1}' % (base64.b64encode(h), seq):
        raise Fault("salt, header and body are not what was logged")
    say("  log %s" % name)
    say("  signature of the checkpoint: good, over %s" % count(size, "entry", "entries"))
    say("  entry %d: stands in the log under that signature" % seq)
    say("  header: %s" % shown(one["header"]))
    say("  body: %d bytes, SHA-256 %s" % (len(body), hashlib.sha256(body).hexdigest()))
    keys.tell(say, one["party"])
    say(HOLDS)


# ---- Two checkpoints of one log that cannot both be true ----

CONFLICT_FORMAT = "comity-conflict/1"
CONFLICT = ("first", "format", "last_sizes", "proof", "second", "statements")


def split(size):
    """The largest power of two below: where a tree of more than one leaf is split (RFC 6962, section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def climb(first, size, proof, known):
    """The roots of the first leaves and of all, from a consistency proof (RFC 6962, section 2.1.2), its end first."""
    if first == size:
        if len(proof) != (1 if known is None else 0):
            raise Fault("the proof has too many or too few hashes")
        return (proof[0], proof[0]) if known is None else (known, known)
    if not proof:
        raise Fault("the proof has too few hashes")
    last, middle = proof[-1], split(size)
    if first <= middle:
        part, tree = climb(first, middle, proof[:-1], known)
        return part, hashlib.sha256(b"\x01" + tree + last).digest()
    part, tree = climb(first - middle, size - middle, proof[:-1], None)
    return hashlib.sha256(b"\x01" + last + part).digest(), hashlib.sha256(b"\x01" + last + tree).digest()


def signed_checkpoint(note, keys, last_sizes):
    """Name, size and root, if a key of the node signed that counts at this size."""
    raw = note.encode("utf-8", "replace")
    text, signatures = read_note(raw)
    name = text.split("\n")[0]
    named = [(by, by_id) for by, by_id, _ in signatures]
    for key in keys.all():
        if (name, key_id_of(name, 1, key)) not in named:
            continue
        size, root = read_checkpoint(raw, name, key_id_of(name, 1, key), key)
        if not keys.count(key, name, size, last_sizes):
            raise Fault("a checkpoint is signed by a key that was replaced before")
        return name, size, root
    raise Fault("a checkpoint carries no signature of a key of the node")


def check_conflict(one, raw, say):
    sizes = one.get("last_sizes")
    texts = [one.get("first"), one.get("second")]
    known = tuple(sorted(one)) == CONFLICT and one["format"] == CONFLICT_FORMAT
    if not known or not all(type(text) is str for text in texts) or spelled(one) != raw:
        raise Fault("this is no conflict file of the format %s, in its one spelling" % CONFLICT_FORMAT)
    if type(sizes) is not list or not all(type(size) is int for size in sizes) or type(one["statements"]) is not list:
        raise Fault("last_sizes or statements are malformed")
    keys = keys_of(one["statements"])
    (name, a, first), (other, b, second) = [signed_checkpoint(text, keys, sizes) for text in texts]
    if name != other:
        raise Fault("the two checkpoints are of two logs")
    proof = one["proof"]
    if a == b:
        if proof is not None or first == second:
            raise Fault("the two checkpoints may both be true")
    else:
        if type(proof) is not dict or tuple(sorted(proof)) != ("hashes", "root") or type(proof["hashes"]) is not list:
            raise Fault("the two are of different sizes, and nothing is said of how the larger begins")
        root, hashes = decode(proof["root"], "the root in the proof", 32), proof["hashes"]
        hashes = [decode(text, "a hash of the proof", 32) for text in hashes]
        if not 0 < a < b or climb(a, b, hashes, root) != (root, second):
            raise Fault("the proof does not say how the larger begins")
        if root == first:
            raise Fault("the larger continues the smaller: both may be true")
    say("Log %s" % shown(name))
    for which, size, root in (("first", a, first), ("second", b, second)):
        say("  %s checkpoint: signed by the node, over %s, root %s" % (which, count(size, "entry", "entries"), root.hex()))
    if a != b:
        say("  the first %s of the second have another root: %s" % (count(a, "entry", "entries"), decode(proof["root"], "", 32).hex()))
    say("  first key statement of the node, SHA-256: %s" % hashlib.sha256(keys.first).hexdigest())
    say("Both are signed by one node, if this is its first key statement: compare the fingerprint. A node that was restored")
    say("from a backup and went on makes such checkpoints too: ask before you accuse.")


AGREEMENT_FORMAT = "comity-agreement/1"
AGREEMENT = ("acts", "format", "keys", "negotiation", "text")
STATEMENT = ("act", "at", "by", "negotiation", "party", "text", "v")


def act_in(one, number, negotiation, text_hash):
    """The statement of an act, and the key that signed it, which still has to be one of its party."""
    if type(one) is not dict or tuple(sorted(one)) != ("key", "signature", "statement") or type(one["statement"]) is not str:
        raise Fault("act %d is malformed" % number)
    raw = one["statement"].encode("utf-8", "replace")
    statement = read_json(raw, "act %d" % number)
    kind = statement.get("act")
    if tuple(sorted(statement)) != STATEMENT or statement["v"] != 1 or type(kind) is not dict or type(kind.get("is")) is not str:
        raise Fault("act %d is no statement of version 1" % number)
    if any(type(statement[name]) is not str for name in ("at", "by", "negotiation", "party", "text")):
        raise Fault("act %d is no statement of version 1" % number)
    if statement["negotiation"] != negotiation or statement["text"] != text_hash:
        raise Fault("act %d is about another text" % number)
    key = decode(one["key"], "the key of act %d" % number, 32)
    signature = decode(one["signature"], "the signature of act %d" % number, 64)
    if not signature_is_good(key, b"comity/agreement-act/v1\n" + raw, signature):
        raise Fault("the signature of act %d is wrong" % number)
    return statement, key


def negotiators_in(text):
    """Party, name and instrument of each."""
    parties = read_json(text.encode("utf-8", "replace"), "the text").get("parties")
    if type(parties) is not list or not all(type(one) is dict for one in parties):
        raise Fault("the text names no parties")
    found = [tuple(one.get(name) for name in ("party", "name", "instrument")) for one in parties if one.get("role") == "negotiator"]
    if not found or not all(type(part) is str for one in found for part in one):
        raise Fault("the text names no negotiators")
    return found


def check_agreement(one, say):
    if tuple(sorted(one)) != AGREEMENT or type(one["text"]) is not str or type(one["acts"]) is not list or type(one["keys"]) is not dict:
        raise Fault("this is no agreement of the format %s" % AGREEMENT_FORMAT)
    text_hash = base64.b64encode(hashlib.sha256(b"comity/agreement/v1\n" + one["text"].encode("utf-8", "replace")).digest()).decode("ascii")
    negotiators = negotiators_in(one["text"])
    acts = [act_in(act, number, one["negotiation"], text_hash) for number, act in enumerate(one["acts"])]
    say("Agreement %s" % shown(one["negotiation"]))
    say("  hash of the text: %s" % text_hash)
    missing = []
    for party, name, instrument in negotiators:
        own = [(statement, key) for statement, key in acts if statement["party"] == party]
        say("  %s (%s)" % (shown(name), shown(party)))
        kinds = [statement["act"]["is"] for statement, _ in own]
        if own:
            statements = one["keys"].get(party)
            if type(statements) is not list:
                raise Fault("the file holds no keys of %s" % shown(name))
            keys = keys_of(statements)
            if any(key not in keys.all() for _, key in own):
                raise Fault("an act of %s is signed by a key that its node never had" % shown(name))
            say("    fingerprint of its node: %s" % digits_of(party, keys.first))
        for statement, _ in own:
            say("    %s, %s, by %s" % (shown(statement["act"]["is"]), shown(statement["at"]), shown(statement["by"])))
            reservations = statement["act"].get("reservations", [])
            for reservation in reservations if type(reservations) is list else []:
                say("      reservation: %s" % shown(json.dumps(reservation, ensure_ascii=False)))
        if "sign" not in kinds:
            missing.append("the signature of %s" % shown(name))
        if instrument != "" and "instrument" not in kinds:
            missing.append("the instrument of %s: %s" % (shown(name), shown(instrument)))
    strangers = [statement for statement, _ in acts if statement["party"] not in [party for party, _, _ in negotiators]]
    if strangers:
        raise Fault("an act is by somebody who is no negotiator")
    for what in missing:
        say("  missing: %s" % what)
    say("Each signature was made by the node of its party, if the fingerprint is the one that its people told you.")
    return "nothing is wrong; signed by all" if not missing else "nothing is wrong; not complete"


def check_file(path, say):
    with open(path, "rb") as file:
        raw = file.read()
    one = read_json(raw, "the file")
    if one.get("format") == CONFLICT_FORMAT or "last_sizes" in one:
        check_conflict(one, raw, say)
        return "the two checkpoints contradict each other"
    if one.get("format") == AGREEMENT_FORMAT:
        return check_agreement(one, say)
    check_proof(one, say)
    return NOTHING_WRONG


NOTHING_WRONG = "nothing is wrong"


def check_folder(folder, say):
    check(folder, say)
    return NOTHING_WRONG


def main(arguments):
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: python3 verify.py [FOLDER or FILE]", file=sys.stderr)
        return 2
    folder = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    if not os.path.exists(folder):
        print("no such folder or file: %s" % folder, file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result = (check_folder if os.path.isdir(folder) else check_file)(folder, print)
    except Fault as fault:
        print("FAULT: %s" % fault)
        return 1
    except OSError as error:
        print("cannot read: %s" % error, file=sys.stderr)
        return 2
    print("RESULT: %s" % result)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
