"""What makes an audit tamper-evident, as arithmetic: chains of rows, Merkle roots over them, signed seals.

A chain: each row of an aggregate carries a hash over the row before and its own content. A seal: the root of a tree
over the rows not sealed before (RFC 6962: leaves and nodes are told apart by a first byte), chained to the seal
before and signed. Whoever can write the database can make a chain look whole again, but not the seals of yesterday.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PURPOSE = "residency audit seal 1"
_MOST_CUT_OFF = 1000
"""Most missing rows named at the end of one chain: a head may say anything."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One row of an audit as it is sealed."""

    aggregate_id: str
    n: int
    hash: bytes

    def digest(self) -> bytes:
        """The leaf of the tree."""
        content = json.dumps([self.aggregate_id, self.n, self.hash.hex()], ensure_ascii=False).encode()
        return hashlib.sha256(b"\0" + content).digest()


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed root over some rows; `prev` is the digest of the seal before, empty for the first."""

    service: str
    number: int
    sealed_at: datetime
    leaves: int
    root: bytes
    prev: bytes
    key: str
    """The public key (Ed25519, base64url without padding)."""
    signature: bytes

    def content(self) -> bytes:
        """What is signed."""
        at = (self.sealed_at - _EPOCH) // timedelta(microseconds=1)
        parts = [_PURPOSE, self.service, self.number, at, self.leaves, self.root.hex(), self.prev.hex(), self.key]
        return json.dumps(parts).encode()

    def digest(self) -> bytes:
        """What the next seal carries as `prev`."""
        return hashlib.sha256(self.content() + self.signature).digest()

    def genuine(self) -> bool:
        """True when the signature is that of `key` over this content; whether `key` is trusted is another question."""
        try:
            Ed25519PublicKey.from_public_bytes(_from_base64(self.key)).verify(self.signature, self.content())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class CopiedSeal:
    """A seal as the outside copy holds it, with the names of the rows it covers."""

    seal: Seal
    rows: tuple[tuple[str, int], ...]


def root_of(leaves: Sequence[Leaf]) -> bytes:
    """The Merkle root over `leaves` in their order; a node without a partner moves up as it is."""
    level = [leaf.digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def seal(
    key: Ed25519PrivateKey, service: str, before: Seal | None, sealed_at: datetime, leaves: Sequence[Leaf]
) -> Seal:
    """A new seal over `leaves`, after the seal `before`."""
    unsigned = Seal(
        service=service,
        number=before.number + 1 if before else 1,
        sealed_at=sealed_at,
        leaves=len(leaves),
        root=root_of(leaves),
        prev=before.digest() if before else b"",
        key=public_key(key),
        signature=b"",
    )
    signature = key.sign(unsigned.content())
    return Seal(**{name: getattr(unsigned, name) for name in Seal.__dataclass_fields__} | {"signature": signature})


def public_key(key: Ed25519PrivateKey) -> str:
    """The public half as it stands in a seal."""
    return _to_base64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def line_of(copied: CopiedSeal) -> str:
    """One line of the outside copy (JSON)."""
    one = copied.seal
    value = {
        "service": one.service,
        "number": one.number,
        "sealed_at": one.sealed_at.isoformat(),
        "leaves": one.leaves,
        "root": one.root.hex(),
        "prev": one.prev.hex(),
        "key": one.key,
        "signature": _to_base64(one.signature),
        "rows": copied.rows,
    }
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def copied_of(line: str) -> CopiedSeal:
    """A line of the outside copy read back. Raises ValueError when it is none."""
    try:
        value: dict[str, Any] = json.loads(line)
        one = Seal(
            service=value["service"],
            number=value["number"],
            sealed_at=datetime.fromisoformat(value["sealed_at"]),
            leaves=value["leaves"],
            root=bytes.fromhex(value["root"]),
            prev=bytes.fromhex(value["prev"]),
            key=value["key"],
            signature=_from_base64(value["signature"]),
        )
        return CopiedSeal(one, tuple((aggregate_id, n) for aggregate_id, n in value["rows"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a line of a seal copy") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of an audit as found, or only its leaf when the row is gone."""

    n: int
    content: Any = None
    """What the row's hash covers besides its place; None when the row is gone."""
    hash: bytes = b""
    prev_hash: bytes = b""
    leaf: bytes | None = None
    """The hash as sealed; None while the row is not sealed."""
    at: datetime | None = None
    """When the row says it was written."""


HashOf = Callable[[Any, str, int, bytes], bytes]
"""Hash of a row's content at a place: content, aggregate, n, hash of the row before."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    service: str
    aggregate_id: str
    n: int
    what: str
    """`changed`, `deleted`, `inserted`, `swapped`, `cut_off`, `head` (what the aggregate says of its own chain),
    `seal` (n is the seal's number) or `copy` (of the outside copy; n is the seal's number)."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A row whose content is not what was written at its place."""

    aggregate_id: str
    n: int
    content: Any
    before: bytes
    expected: bytes
    detail: str


@dataclass
class ChainCheck:
    """Checks the chains of one service, aggregate by aggregate; `findings` is whole after `finish`."""

    service: str
    hash_of: HashOf
    sealed_through: datetime | None = None
    """Rows older than this must be sealed."""
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    unsealed: int = 0
    watched: set[tuple[str, int]] = field(default_factory=set)
    """Rows (aggregate, n) that the outside copy knows and the leaves do not; those not met are told as cut off."""
    _wrong: list[_Wrong] = field(default_factory=list)

    def aggregate(self, aggregate_id: str, entries: Iterable[Entry], head: tuple[int, bytes] | None) -> None:
        """AUD-03: check one chain; `head` is what the aggregate itself says: its length and its last hash."""
        by_n = {entry.n: entry for entry in entries}
        self.watched.difference_update((aggregate_id, n) for n in by_n)
        rows = [n for n, entry in by_n.items() if entry.content is not None]
        sealed = [n for n, entry in by_n.items() if entry.leaf is not None]
        last_row, last_sealed = max(rows, default=0), max(sealed, default=0)
        self.rows += len(rows)
        self.unsealed += sum(by_n[n].leaf is None for n in rows)
        for n in rows:
            if n < 1:
                self._found(aggregate_id, n, "inserted", "no row has this number")
        blamed: set[int] = set()
        before: bytes | None = b""
        last = max(last_row, last_sealed)
        for n in range(1, max(last, min(head[0], last + _MOST_CUT_OFF) if head else 0) + 1):
            entry = by_n.get(n)
            if entry is None or entry.content is None:
                what = "deleted" if n < last_row else "cut_off"
                self._found(aggregate_id, n, what, "sealed" if entry else "missing from the chain")
                before = entry.leaf if entry else None
                continue
            if entry.leaf is None and (n < last_sealed or (head and n > head[0]) or self._should_be_sealed(entry)):
                blamed.add(n)
                self._found(aggregate_id, n, "inserted", "never sealed" if n <= last_sealed else "not in the chain")
            before = self._row(aggregate_id, entry, before, blamed)
        self._head(aggregate_id, head, by_n, blamed, last)

    def finish(self) -> list[Finding]:
        """All findings; rows whose contents stand in each other's place are told as swapped."""
        # Beyond this many the pairs are not worth the time: each is named as changed all the same.
        suspects = self._wrong if len(self._wrong) <= 300 else []
        for wrong in self._wrong:
            origin = next(
                (
                    other
                    for other in suspects
                    if other is not wrong
                    and self.hash_of(wrong.content, other.aggregate_id, other.n, other.before) == other.expected
                ),
                None,
            )
            if origin is None:
                self._found(wrong.aggregate_id, wrong.n, "changed", wrong.detail)
            else:
                self._found(wrong.aggregate_id, wrong.n, "swapped", f"belongs to {origin.aggregate_id} {origin.n}")
        self._wrong = []
        told = {(finding.aggregate_id, finding.n) for finding in self.findings}
        for aggregate_id, n in sorted(self.watched - told):
            self._found(aggregate_id, n, "cut_off", "known to the outside copy only")
        return self.findings

    def _row(self, aggregate_id: str, entry: Entry, before: bytes | None, blamed: set[int]) -> bytes:
        """Check one row that is there; returns the hash the next row builds on."""
        expected = entry.hash if entry.leaf is None else entry.leaf
        known = entry.prev_hash if before is None else before
        if self.hash_of(entry.content, aggregate_id, entry.n, known) == expected:
            if (entry.hash, entry.prev_hash) != (expected, known) and entry.n not in blamed:
                blamed.add(entry.n)
                self._found(aggregate_id, entry.n, "changed", "its stored hashes")
        elif entry.leaf is None and self.hash_of(entry.content, aggregate_id, entry.n, entry.prev_hash) == expected:
            # Whole in itself, but built on another row than the one that stands before it now.
            if entry.n - 1 not in blamed:
                blamed.add(entry.n - 1)
                self._found(aggregate_id, entry.n - 1, "changed", "the next row was built on another")
        elif entry.n not in blamed:
            blamed.add(entry.n)
            detail = "content" if entry.leaf is None else "content, against the seal"
            self._wrong.append(_Wrong(aggregate_id, entry.n, entry.content, known, expected, detail))
        return expected

    def _head(
        self,
        aggregate_id: str,
        head: tuple[int, bytes] | None,
        by_n: dict[int, Entry],
        blamed: set[int],
        last: int,
    ) -> None:
        last_sealed = max((n for n, entry in by_n.items() if entry.leaf is not None), default=0)
        if head is None:
            if last:
                self._found(aggregate_id, last, "head", "the aggregate no longer knows its chain")
            return
        if head[0] < last_sealed:
            self._found(aggregate_id, head[0], "head", f"set back from {last_sealed}")
            return
        entry = by_n.get(head[0])
        expected = (entry.leaf or entry.hash) if entry else b""
        if entry is not None and head[1] != expected and head[0] not in blamed:
            what = "changed" if entry.leaf is None else "head"
            self._found(aggregate_id, head[0], what, "not the hash its aggregate knows")
        elif head[0] == 0 and head[1]:
            self._found(aggregate_id, 0, "head", "a hash without a row")

    def _should_be_sealed(self, entry: Entry) -> bool:
        return self.sealed_through is not None and entry.at is not None and entry.at < self.sealed_through

    def _found(self, aggregate_id: str, n: int, what: str, detail: str) -> None:
        self.findings.append(Finding(self.service, aggregate_id, n, what, detail))


def _to_base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _from_base64(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))
