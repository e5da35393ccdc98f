"""MSG-09 and MSG-11 from the decision to the inbox: what a base decides says when it is told, and an undone grant what
it takes back; both services on real databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.sending import Decided, news_from
from services.enrollment.handlers.places import Undo
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.notify.consumers import Listener
from services.notify.handlers.inbox import Inbox
from services.notify.handlers.writing import Writer
from tests.handlers.enrollment.story import ADMINISTRATOR, Stage, key
from tests.support.deliveries import delivery_of
from tests.support.seats import Person, Seats
from tests.support.vaults import VAULT


@pytest.fixture
async def seats(stage: Stage) -> Seats:
    return await Seats(stage).at_ease()


def instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


async def told(seats: Seats, person: Person, name: str) -> Any:
    """The one fact of this kind about somebody."""
    query = "SELECT body FROM outbox WHERE event_type = $1 AND aggregate_id = $2"
    kind = getattr(events_pb2, name)
    return kind.FromString(await seats.value(query, kind.DESCRIPTOR.full_name, person.id))


async def test_msg_09_a_grant_is_told_after_its_hold_and_a_verdict_at_once_but_never_at_night(seats: Seats) -> None:
    person = await seats.placed()
    cycle = await seats.stage.cycle_store.cycle(seats.stage.cycle_id)
    assert cycle is not None
    for name, held in (("ApplicationReviewed", False), ("ApplicationProvisionallyAdmitted", True)):
        about = (await told(seats, person, name)).application
        decided = Decided(instant(about.decided_at))
        expected = news_from(cycle.policy, cycle.calendar, decided, held=held)
        assert instant(about.release_at) == expected
        assert expected - decided.at >= (cycle.policy.hold(cycle.calendar.day) if held else timedelta(0))


async def test_msg_09_what_the_applicant_did_is_told_at_once(seats: Seats) -> None:
    [person] = await seats.pending()
    about = (await told(seats, person, "ApplicationSubmitted")).application
    assert not about.HasField("release_at")


async def test_msg_11_who_was_granted_a_place_by_mistake_never_hears_of_it(
    seats: Seats, database_url: Callable[[str], str]
) -> None:
    person = await seats.placed()
    await seats.places.undo(ADMINISTRATOR, Undo(person.id, "误点", key()))
    granted = await told(seats, person, "ApplicationProvisionallyAdmitted")
    undone = await told(seats, person, "ApplicationPlaceLost")
    assert undone.undone_since == granted.application.decided_at
    database = Database(database_url("notify"), name="notify")
    await database.start()
    writer, inbox = Writer(database, SystemClock(), VAULT), Inbox(database, SystemClock(), VAULT)
    for fact in (undone, granted, await told(seats, person, "ApplicationSubmitted")):
        async with database.unit_of_work() as uow:
            await Listener(writer).hear(delivery_of(fact), uow)
    page = await inbox.list_messages(person.caller, 10)
    assert [message.template for message in page.messages] == ["application_submitted"]
    assert await database.fetchval("SELECT count(*) FROM message WHERE dropped_at IS NULL") == 1
    await database.stop()
