"""Places on a stage: people with a place or on a waiting list, the policy, and whether the seats add up."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.batches import BatchHandlers
from services.enrollment.handlers.co_signing import CoSigningHandlers
from services.enrollment.handlers.decisions import Admit
from services.enrollment.handlers.offers import OfferHandlers
from services.enrollment.handlers.places import PlaceHandlers
from services.enrollment.handlers.revocations import RevocationHandlers
from services.enrollment.store.offers import OfferStore
from services.enrollment.store.places import PlaceStore
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import ADMINISTRATOR, QILU, SKIN, Stage, key

PROVINCE = Caller("province", "province_administrator", "37")
STRANGERS = Caller("strangers", "province_administrator", "11")
PLACE = Choice(QILU, SKIN, True)
"""A specialty with one seat."""

_BALANCE = """
    SELECT s.base_code, s.specialty_code, s.taken,
        (SELECT count(*) FROM application a WHERE a.cycle_id = s.cycle_id AND a.base_code = s.base_code
            AND a.specialty_code = s.specialty_code AND a.state IN ('provisional', 'admitted')) AS placed,
        (SELECT count(*) FROM place_offer o WHERE o.cycle_id = s.cycle_id AND o.base_code = s.base_code
            AND o.specialty_code = s.specialty_code AND o.outcome = 'open') AS offered
    FROM seat s WHERE s.cycle_id = $1
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an application, as it was when they submitted."""

    caller: Caller
    view: ApplicationView

    @property
    def id(self) -> str:
        """The application."""
        return self.view.application_id


class Seats:
    """Handlers of places over a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.kept = PlaceStore(stage.database, stage.sealing)
        stores = (stage.cycle_store, stage.application_store)
        self.places = PlaceHandlers(*stores, stage.queries, self.kept)
        self.revocations = RevocationHandlers(*stores, self.kept)
        self.co_signing = CoSigningHandlers(*stores, self.kept)
        self.offers = OfferHandlers(*stores, OfferStore(stage.database))
        self.batches = BatchHandlers(stage.decisions)

    async def at_ease(self) -> Seats:
        """Holds and offers last ten minutes, though a day of the calendar lasts a second: no test is in a hurry."""
        await self.stage.decree(undo_minutes=600.0 * 1440, offer_hours=600.0 * 24)
        return self

    async def pending(self, count: int = 1, choice: Choice = PLACE) -> list[Person]:
        """People who submitted in P1; the gate then stands in P2."""
        await self.stage.stand(P1)
        found = [Person(*await self.stage.registered(choice)) for _ in range(count)]
        await self.stage.stand(P2)
        return found

    async def approved(self, count: int = 1, choice: Choice = PLACE) -> list[Person]:
        """The same, approved."""
        found = await self.pending(count, choice)
        for each in found:
            await self.stage.review(each.view, approve=True)
        return found

    async def placed(self, choice: Choice = PLACE) -> Person:
        """Somebody with a provisional place, in P2."""
        [person] = await self.approved(1, choice)
        await self.stage.grant(person.view)
        return person

    async def admit(self, person: Person) -> None:
        """The final admission."""
        await self.stage.decisions.admit(ADMINISTRATOR, Admit(person.id, key()))

    async def waiting(self, people: Sequence[Person]) -> None:
        """Put people on the waiting list of the first round, in this order."""
        for rank, each in enumerate(people, start=1):
            choice = each.view.choice
            await self.stage.database.execute(
                """
                INSERT INTO waiting_list (cycle_id, base_code, specialty_code, round, rank, application_id, version)
                VALUES ($1, $2, $3, 1, $4, $5, 1)
                """,
                *(self.stage.cycle_id, choice.base_code, choice.specialty_code, rank, each.id),
            )
            await self.value("UPDATE application SET waiting_rank = $2 WHERE id = $1", each.id, rank)

    async def age(self, person: Person, seconds: int = 3600) -> None:
        """Let what was granted to somebody, or offered, have happened earlier."""
        await self.value(
            """
            UPDATE application SET provisional_at = provisional_at - $2 * interval '1 second',
                admitted_at = admitted_at - $2 * interval '1 second',
                offered_until = offered_until - $2 * interval '1 second'
            WHERE id = $1
            """,
            *(person.id, seconds),
        )
        await self.value(
            "UPDATE place_offer SET until = until - $2 * interval '1 second' WHERE application_id = $1",
            *(person.id, seconds),
        )

    async def value(self, query: str, *values: object) -> Any:
        """One value from the database."""
        return await self.stage.database.fetchval(query, *values)

    async def state(self, person: Person) -> str:
        """The state stored."""
        return str(await self.value("SELECT state FROM application WHERE id = $1", person.id))

    async def taken(self, choice: Choice = PLACE) -> int:
        """Seats taken; everywhere they must be those of who holds a place or has an open offer."""
        rows = await self.stage.database.fetch(_BALANCE, self.stage.cycle_id)
        assert all(row["taken"] == row["placed"] + row["offered"] for row in rows), rows
        place = (choice.base_code, choice.specialty_code)
        return {(row["base_code"], row["specialty_code"]): int(row["taken"]) for row in rows}[place]

    async def last_fact(self, person: Person) -> Any:
        """The latest fact about somebody, read."""
        [row] = await self.stage.database.fetch(
            "SELECT event_type, body FROM outbox WHERE aggregate_id = $1 ORDER BY version DESC LIMIT 1", person.id
        )
        return getattr(events_pb2, row["event_type"].rsplit(".", 1)[1]).FromString(row["body"])


async def refused(call: Awaitable[Any]) -> DomainError:
    """The refusal of a call that must be refused."""
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value
