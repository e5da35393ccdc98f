"""Offers of freed seats: who is next, what was offered, and the rows that a command on an application writes beside it.

The waiting list belongs to selection; what is offered moves its `state` on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.domain.offers import Outcome
from services.enrollment.records import ApplicationRecord, Statement
from services.enrollment.store.objections import START
from services.enrollment.store.rows import Row
from services.kit.database import Database

# Whoever stands on the list and could still take the place: approved, on the submission that was listed, held by
# nothing and with no other offer. Round 0 is the latest round that has a list.
_NEXT = """
    SELECT a.id, w.rank FROM waiting_list w JOIN application a ON a.id = w.application_id
    WHERE w.cycle_id = $1 AND w.base_code = $2 AND w.specialty_code = $3 AND w.state = 'waiting'
        AND w.round = CASE WHEN $4 > 0 THEN $4 ELSE (
            SELECT max(l.round) FROM waiting_list l
            WHERE l.cycle_id = $1 AND l.base_code = $2 AND l.specialty_code = $3) END
        AND a.state = 'approved' AND a.round = w.round
        AND a.base_code = w.base_code AND a.specialty_code = w.specialty_code
        AND a.held = '' AND NOT EXISTS (
            SELECT FROM place_offer o WHERE o.application_id = a.id AND o.outcome = 'open')
    ORDER BY w.rank LIMIT 1
"""
_OFFER = """
    SELECT o.*, a.name, a.masked_document FROM place_offer o JOIN application a ON a.id = o.application_id
"""
_LIST = f"""
    {_OFFER}
    WHERE o.cycle_id = $1 AND ($2 = '' OR o.base_code = $2) AND ($3 = '' OR a.person_id = $3)
        AND (NOT $4 OR o.outcome = 'open') AND (o.offered_at, o.application_id) < ($6, $7)
    ORDER BY o.offered_at DESC, o.application_id DESC LIMIT $5
"""
MOST_LISTED = 500
"""Offers of a page."""


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """One offer of a freed seat to one person."""

    application_id: str
    number: int
    cycle_id: str
    base_code: str
    specialty_code: str
    round: int
    waiting_rank: int
    seat_offer_id: str
    offered_at: datetime
    until: datetime
    outcome: Outcome = Outcome.OPEN
    ended_at: datetime | None = None
    name: str = field(default="", repr=False)
    masked_document: str = field(default="", repr=False)


class OfferStore:
    """Reads offers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_waiting(
        self, cycle_id: str, base_code: str, specialty_code: str, number: int
    ) -> tuple[str, int] | None:
        """Application and rank of the next on the waiting list of round `number` (0: the latest), if anybody waits."""
        row = await self._database.fetchrow(_NEXT, cycle_id, base_code, specialty_code, number)
        return None if row is None else (str(row["id"]), row["rank"])

    async def offer(self, application_id: str, number: int) -> OfferRecord | None:
        """One offer; None when there is none."""
        return await self._one("WHERE o.application_id = $1 AND o.number = $2", application_id, number)

    async def open_offer(self, application_id: str) -> OfferRecord | None:
        """The offer that an application has to answer; None when there is none."""
        return await self._one("WHERE o.application_id = $1 AND o.outcome = 'open'", application_id)

    async def standing_offer(self, seat_offer_id: str) -> OfferRecord | None:
        """The offer of a freed seat that is open or was accepted; None when there is none."""
        condition = "WHERE o.seat_offer_id = $1 AND o.outcome IN ('open', 'accepted')"
        return await self._one(condition, seat_offer_id)

    async def made(self, seat_offer_id: str) -> int:
        """How often a freed seat was offered."""
        query = "SELECT count(*) FROM place_offer WHERE seat_offer_id = $1"
        return int(await self._database.fetchval(query, seat_offer_id))

    async def offers(
        self,
        cycle_id: str,
        *,
        base_code: str = "",
        person_id: str = "",
        open_only: bool = False,
        after: tuple[datetime, str] | None = None,
    ) -> list[OfferRecord]:
        """A page of a cycle's offers, newest first, those older than `after`; of one base, or to one person, if named.

        The following page begins after the last one's `offered_at` and application.
        """
        asked = (cycle_id, base_code, person_id, open_only, MOST_LISTED, *(after or START))
        found = await self._database.fetch(_LIST, *asked)
        return [_offer_of(row) for row in found]

    async def _one(self, condition: str, *values: object) -> OfferRecord | None:
        row = await self._database.fetchrow(f"{_OFFER} {condition}", *values)
        return None if row is None else _offer_of(row)


def made(offer: OfferRecord) -> tuple[Statement, ...]:
    """The rows of a new offer. One writer wins: its place on the list must still be `waiting`."""
    return (
        Statement(
            """
            INSERT INTO place_offer (application_id, number, cycle_id, base_code, specialty_code, round, waiting_rank,
                seat_offer_id, offered_at, until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """,
            (
                *(offer.application_id, offer.number, offer.cycle_id, offer.base_code, offer.specialty_code),
                *(offer.round, offer.waiting_rank, offer.seat_offer_id, offer.offered_at, offer.until),
            ),
            1,
        ),
        _moved_on(offer, "waiting", "offered"),
    )


def ended(offer: OfferRecord, outcome: Outcome, at: datetime) -> tuple[Statement, ...]:
    """The rows of an offer that ends; unless it was accepted, its seat is given back, wherever its person now stands.

    `at` is the database's clock when it was read.
    """
    over = Statement(
        "UPDATE place_offer SET outcome = $3, ended_at = $4"
        " WHERE application_id = $1 AND number = $2 AND outcome = 'open'",
        (offer.application_id, offer.number, outcome.value, at),
        1,
    )
    moved = _moved_on(offer, "offered", outcome.value)
    if outcome is Outcome.ACCEPTED:
        return over, moved
    given_back = Statement(
        "UPDATE seat SET taken = taken - 1 WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3",
        (offer.cycle_id, offer.base_code, offer.specialty_code),
        1,
    )
    return over, moved, given_back


def _moved_on(offer: OfferRecord, before: str, after: str) -> Statement:
    return Statement(
        "UPDATE waiting_list SET state = $5"
        " WHERE application_id = $1 AND round = $2 AND specialty_code = $3 AND state = $4",
        (offer.application_id, offer.round, offer.specialty_code, before, after),
        1 if before == "waiting" else None,
    )


def new_offer(
    after: ApplicationRecord, rank: int, seat_offer_id: str, offered_at: datetime, until: datetime
) -> OfferRecord:
    """The offer that makes `after` what it becomes: its number is the version."""
    return OfferRecord(
        *(after.id, after.version, after.cycle_id, after.submitted.base_code, after.submitted.specialty_code),
        *(after.round, rank, seat_offer_id, offered_at, until),
    )


def _offer_of(row: Row) -> OfferRecord:
    return OfferRecord(
        str(row["application_id"]),
        row["number"],
        str(row["cycle_id"]),
        row["base_code"],
        row["specialty_code"],
        row["round"],
        row["waiting_rank"],
        str(row["seat_offer_id"]),
        row["offered_at"],
        row["until"],
        Outcome(row["outcome"]),
        row["ended_at"],
        row["name"],
        row["masked_document"],
    )
