"""Checks the seals of one service against their rows, their signatures and the copy kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from services.kit.audit_chain import CopiedSeal, Finding, Leaf, Seal, root_of

COPY_LAG = timedelta(minutes=5)
"""How long the outside copy may lack the newest seals."""


class SealCheck:
    """AUD-03: seals are numbered without gaps, chained, signed by a trusted key, and as the outside copy has them.

    Args:
        service: Whose audit.
        trusted: Public keys that may sign, as they stand in a seal.
        copies: The outside copy in its order; None when there is none to compare with.
        now: Present instant (aware UTC), to tell a copy that lags from one that was cut.
    """

    def __init__(
        self, service: str, trusted: frozenset[str], copies: Iterable[CopiedSeal] | None, now: datetime
    ) -> None:
        self.findings: list[Finding] = []
        self.lost: set[tuple[str, int]] = set()
        """Rows (aggregate, n) the outside copy names and no seal in the database covers."""
        self.seals = 0
        self.last: Seal | None = None
        self._service = service
        self._trusted = trusted
        self._compares = copies is not None
        self._copies: Iterator[CopiedSeal] = iter(copies or ())
        self._copy = next(self._copies, None)
        self._now = now
        self._uncopied: list[Seal] = []

    def seal(self, one: Seal, leaves: Sequence[Leaf]) -> None:
        """Check the next seal, in the order of numbers, with the leaves found for it, in the order of places."""
        self.seals += 1
        before = self.last.number if self.last else 0
        if one.number != before + 1:
            self._found(one.number, "seal", f"follows seal {before}")
        elif one.prev != (self.last.digest() if self.last else b""):
            self._found(one.number, "seal", "not built on the seal before")
        if one.key not in self._trusted:
            self._found(one.number, "seal", "signed with an unknown key")
        elif one.service != self._service or not one.genuine():
            self._found(one.number, "seal", "its signature does not fit")
        copied = self._copied(one)
        if len(leaves) != one.leaves or root_of(leaves) != one.root:
            self._found(one.number, "seal", "its rows are not those that were sealed")
            names = {(leaf.aggregate_id, leaf.n) for leaf in leaves}
            self.lost |= set(copied.rows if copied else ()) - names
        self.last = one

    def orphans(self, number: int) -> None:
        """Tell that rows claim to be under a seal that is not there."""
        self._found(number, "seal", "rows claim it and it is not there")

    def finish(self) -> list[Finding]:
        """All findings, once every seal of the database was seen."""
        while self._copy is not None:
            self._only_copied(self._copy)
            self._copy = next(self._copies, None)
        for one in self._uncopied:
            if self._now - one.sealed_at > COPY_LAG:
                self._found(one.number, "copy", "the outside copy does not have this seal")
        self._uncopied = []
        return self.findings

    def _copied(self, one: Seal) -> CopiedSeal | None:
        """The outside copy of a seal; what stands before it there and not in the database is told."""
        while self._copy is not None and self._copy.seal.number < one.number:
            self._only_copied(self._copy)
            self._copy = next(self._copies, None)
        if self._copy is None or self._copy.seal.number != one.number:
            if self._compares:
                self._uncopied.append(one)
            return None
        found, self._copy = self._copy, next(self._copies, None)
        if found.seal != one:
            self._found(one.number, "seal", "the outside copy has another")
        return found

    def _only_copied(self, copied: CopiedSeal) -> None:
        number = copied.seal.number
        if self.last is not None and number <= self.last.number:
            self._found(number, "copy", "stands twice in the outside copy: seals were written anew")
        else:
            self._found(number, "seal", "the database no longer has it")
        self.lost |= set(copied.rows)

    def _found(self, number: int, what: str, detail: str) -> None:
        self.findings.append(Finding(self._service, "", number, what, detail))
