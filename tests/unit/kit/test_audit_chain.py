"""AUD-03 as arithmetic: chains, roots, signatures, and what is said of each that is not as it was written."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kit import audit_chain
from services.kit.audit_chain import ChainCheck, CopiedSeal, Entry, Leaf, Seal, copied_of, line_of, root_of
from services.kit.seal_check import SealCheck

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = frozenset({audit_chain.public_key(KEY)})


def hash_of(content: Any, aggregate_id: str, n: int, before: bytes) -> bytes:
    return hashlib.sha256(before + f"{aggregate_id} {n} {content}".encode()).digest()


def chain(length: int, *, sealed: int = 0, of: str = "a", contents: str = "row") -> list[Entry]:
    entries, before = [], b""
    for n in range(1, length + 1):
        content = f"{contents} {n}"
        hashed = hash_of(content, of, n, before)
        leaf = hashed if n <= sealed else None
        entries.append(Entry(n, content, hashed, before, leaf, NOON + timedelta(seconds=n)))
        before = hashed
    return entries


def head(entries: list[Entry]) -> tuple[int, bytes]:
    return (entries[-1].n, entries[-1].hash)


def check(entries: list[Entry], top: tuple[int, bytes] | None, **options: Any) -> set[tuple[str, int]]:
    checking = ChainCheck("test", hash_of, **options)
    checking.aggregate("a", entries, top)
    return {(each.what, each.n) for each in checking.finish()}


def other(entry: Entry, **values: Any) -> Entry:
    fields = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    return Entry(**fields | values)


@pytest.mark.parametrize("sealed", range(5))
def test_a_chain_as_it_was_written_is_whole(sealed: int) -> None:
    entries = chain(4, sealed=sealed)
    assert check(entries, head(entries)) == set()
    assert check([], None) == check([], (0, b"")) == set()


@pytest.mark.parametrize("sealed", [0, 2, 4])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_changed_row_is_named(sealed: int, n: int) -> None:
    entries = chain(4, sealed=sealed)
    entries[n - 1] = other(entries[n - 1], content="forged")
    assert check(entries, head(entries)) == {("changed", n)}


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_changed_row_with_its_own_hash_mended_is_named_by_the_next_or_the_head(n: int) -> None:
    entries = chain(4)
    top = head(entries)
    spoilt = entries[n - 1]
    entries[n - 1] = other(spoilt, content="forged", hash=hash_of("forged", "a", n, spoilt.prev_hash))
    assert check(entries, top) == {("changed", n)}


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_sealed_row_is_named_however_well_the_chain_was_mended(n: int) -> None:
    sealed = chain(4, sealed=4)
    before, entries = b"", []
    for entry in sealed:
        content = "forged" if entry.n == n else entry.content
        hashed = hash_of(content, "a", entry.n, before)
        entries.append(other(entry, content=content, hash=hashed, prev_hash=before))
        before = hashed
    found = check(entries, head(entries))
    assert ("changed", n) in found
    assert not {each for each in found if each[1] < n}


def test_a_row_gone_from_the_middle_or_the_end_is_named() -> None:
    entries = chain(4)
    assert check([entries[0], entries[1], entries[3]], head(entries)) == {("deleted", 3)}
    assert check(entries[:2], head(entries)) == {("cut_off", 3), ("cut_off", 4)}
    sealed = chain(4, sealed=4)
    gone = [*sealed[:3], Entry(4, leaf=sealed[3].leaf)]
    assert ("cut_off", 4) in check(gone, head(sealed[:3]))
    assert check([], (10**9, b"x")) == {("cut_off", n) for n in range(1, 1001)}


def test_a_row_that_was_put_in_is_named() -> None:
    entries = chain(4)
    assert check(entries, head(entries[:3])) == {("inserted", 4)}
    late = chain(4, sealed=3)
    assert check(late, head(late), sealed_through=NOON + timedelta(hours=1)) == {("inserted", 4)}
    never = chain(4, sealed=4)
    never[1] = other(never[1], leaf=None)
    assert ("inserted", 2) in check(never, head(never))
    assert ("inserted", 0) in check([other(entries[0], n=0), *entries], head(entries))


def test_rows_that_changed_places_are_told_as_swapped() -> None:
    entries = chain(5, sealed=5)
    second, fourth = entries[1].content, entries[3].content
    entries[1], entries[3] = other(entries[1], content=fourth), other(entries[3], content=second)
    assert check(entries, head(entries)) == {("swapped", 2), ("swapped", 4)}


def test_what_the_aggregate_says_of_itself_is_checked() -> None:
    entries = chain(3, sealed=3)
    assert check(entries, None) == {("head", 3)}
    assert check(entries, (2, entries[1].hash)) == {("head", 2)}
    assert check(entries, (3, b"other")) == {("head", 3)}
    assert check([], (0, b"other")) == {("head", 0)}


def seals(*groups: list[Leaf], key: Ed25519PrivateKey = KEY) -> list[tuple[Seal, list[Leaf]]]:
    made: list[tuple[Seal, list[Leaf]]] = []
    for leaves in groups:
        before = made[-1][0] if made else None
        made.append((audit_chain.seal(key, "test", before, NOON, leaves), leaves))
    return made


def leaves(*names: str) -> list[Leaf]:
    return [Leaf(name, 1, name.encode()) for name in names]


def examine(
    found: list[tuple[Seal, list[Leaf]]], copies: list[CopiedSeal] | None, at: datetime = NOON
) -> set[tuple[str, int]]:
    checking = SealCheck("test", TRUSTED, copies, at)
    for one, under in found:
        checking.seal(one, under)
    return {(each.what, each.n) for each in checking.finish()}


def copied(found: list[tuple[Seal, list[Leaf]]]) -> list[CopiedSeal]:
    return [CopiedSeal(one, tuple((leaf.aggregate_id, leaf.n) for leaf in under)) for one, under in found]


def test_seals_as_they_were_made_are_whole_and_survive_their_line() -> None:
    made = seals(leaves("a"), leaves("b", "c"), leaves(*"defgh"))
    copies = [copied_of(line_of(each)) for each in copied(made)]
    assert copies == copied(made)
    assert examine(made, copies) == examine(made, None) == examine(made, copies[:2]) == set()
    assert examine(made, copies[:2], NOON + timedelta(hours=1)) == {("copy", 3)}
    for line in ("", "{}", "[1]", '{"service": 1}', line_of(copies[0])[:-5]):
        with pytest.raises(ValueError, match=r".*"):
            copied_of(line)


@pytest.mark.parametrize("count", range(1, 18))
def test_every_leaf_and_its_place_count_in_the_root(count: int) -> None:
    row = leaves(*(str(number) for number in range(count)))
    roots = {root_of(row), root_of([*row, *row[-1:]]), root_of(row[:-1])}
    roots |= {root_of([*row[:n], Leaf("other", 1, b""), *row[n + 1 :]]) for n in range(count)}
    roots |= {root_of([*row[:n], row[n + 1], row[n], *row[n + 2 :]]) for n in range(count - 1)}
    assert len(roots) == 3 + count + count - 1


def test_a_seal_that_is_missing_forged_or_over_other_rows_is_told() -> None:
    made = seals(leaves("a"), leaves("b", "c"), leaves("d"))
    copies = copied(made)
    assert examine(made[:2], copies) == {("seal", 3)}
    assert ("seal", 2) in examine([made[0], made[2]], copies)
    assert examine([made[0], (made[1][0], leaves("b")), made[2]], copies) == {("seal", 2)}
    assert examine([made[0], (made[1][0], leaves("c", "b")), made[2]], copies) == {("seal", 2)}
    stranger = seals(leaves("a"), leaves("b", "c"), leaves("d"), key=Ed25519PrivateKey.generate())
    assert examine(stranger, None) == {("seal", 1), ("seal", 2), ("seal", 3)}
    later = Seal(
        **{name: getattr(made[2][0], name) for name in Seal.__dataclass_fields__} | {"sealed_at": NOON + timedelta(1)}
    )
    assert ("seal", 3) in examine([*made[:2], (later, made[2][1])], None)
    assert ("copy", 2) in examine(made, [*copies, copies[1]])


def test_rows_only_the_copy_knows_are_watched_for() -> None:
    made = seals(leaves("a"), leaves("b", "c"))
    checking = SealCheck("test", TRUSTED, copied(made), NOON)
    checking.seal(*made[0])
    checking.finish()
    assert checking.lost == {("b", 1), ("c", 1)}
    chains = ChainCheck("test", hash_of, watched=set(checking.lost))
    entries = chain(1, of="b")
    chains.aggregate("b", entries, head(entries))
    assert [(each.what, each.aggregate_id) for each in chains.finish()] == [("cut_off", "c")]
