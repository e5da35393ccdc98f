"""Looks up who starts or submits: barred, or like somebody else (B7 32). Enrollment never learns document numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Protocol

from services.enrollment import facts
from services.enrollment.domain.application import State
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.likeness import HELD, features
from services.enrollment.domain.screening import Screened
from services.enrollment.records import ApplicationRecord, CycleRecord, Statement
from services.enrollment.store import holds
from services.enrollment.store.holds import Found, HoldStore
from services.enrollment.store.penalties import PenaltyStore
from services.kit.domain import Caller
from services.kit.ids import new_id

KEPT_SECONDS = 600.0
"""How long the pseudonym of a person's document is kept: a new binding is a matter of days."""
KEPT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a document: the name, the number masked, and the document's pseudonym (empty: nothing is bound)."""

    name: str = field(repr=False)
    masked_document: str = field(repr=False)
    document_key: str = field(repr=False)


class Documents(Protocol):
    """Asks identity."""

    async def holder(self, person_id: str) -> Holder:
        """A person with the pseudonym of the bound document; raises NOT_FOUND or UNAVAILABLE."""
        ...

    async def key_of_document(self, document_type: str, number: str) -> Holder:
        """The pseudonym of a document as typed, without a name; raises INVALID or UNAVAILABLE."""
        ...


class Screener:
    """The `Screening` of starts and submissions."""

    def __init__(
        self,
        documents: Documents,
        penalties: PenaltyStore,
        store: HoldStore,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._documents = documents
        self._penalties = penalties
        self._holds = store
        self._clock = clock
        self._keys: dict[str, tuple[float, str]] = {}

    async def at_start(self, cycle: CycleRecord, caller: Caller) -> Screened:
        """PEN-04: who is barred does not start; told openly, with the end of the bar."""
        key = await self._key(caller.person_id, fresh=True)
        return Screened(await self._penalties.barred_until(cycle.province_code, key) if key else None)

    async def at_submit(
        self, cycle: CycleRecord, application: ApplicationRecord, bodies: Mapping[Section, Mapping[str, Any]]
    ) -> Screened:
        """PEN-04, PEN-06: who is barred does not submit; who looks like a live application of the cycle that was there
        before does, and is held for the province, unless it has said already that these are two people.

        What is compared is noted beside the submission, not within it: a submission that nobody looks like costs one
        read more and is written as any other.
        """
        person = application.person_id
        digests = self._holds.digests(features(application.name, bodies))
        key = await self._key(person)
        found = await self._holds.screen(cycle.province_code, key, cycle.id, application.id, person, digests)
        if found.penalised_until is not None or found.alike.keys() <= found.released:
            return Screened(found.penalised_until)
        if application.marks.held and found.alike.keys() <= found.waiting | found.released:
            return Screened(held=HELD)
        return Screened(held=HELD, also=_held(cycle, application, found))

    async def _key(self, person_id: str, *, fresh: bool = False) -> str:
        kept_at, key = self._keys.get(person_id, (0.0, ""))
        if not fresh and key and self._clock() - kept_at < KEPT_SECONDS:
            return key
        key = (await self._documents.holder(person_id)).document_key
        if len(self._keys) >= KEPT_MOST:
            self._keys.clear()
        self._keys[person_id] = (self._clock(), key)
        return key


def _held(cycle: CycleRecord, application: ApplicationRecord, found: Found) -> tuple[Statement, ...]:
    hold = holds.hold(new_id(), cycle.id, application.id, found.alike)
    if application.marks.held:
        return (hold,)
    after = replace(application, state=State.PENDING, version=application.version + 1, submitted=application.draft)
    return hold, holds.tell(facts.held(cycle, after))
