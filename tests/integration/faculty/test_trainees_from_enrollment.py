"""A resident admitted in enrollment is a trainee exactly once, over a real broker (ROT-01, ROT-04)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from residency.enrollment.v1 import events_pb2 as enrollment
from services.faculty import rotating
from services.faculty.core import Core
from services.kit.database import Database
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from tests.support.deliveries import publish
from tests.support.faculty import KnownPeople, core_of
from tests.support.faculty_rotations import Application
from tests.support.wait import eventually

ADMITTED, LOST = "residency.enrollment.v1.application.admitted", "residency.enrollment.v1.application.place_lost"
SUBMITTED = "residency.enrollment.v1.application.submitted"


@pytest.fixture
async def core(database_url: Callable[[str], str], messaging: Messaging) -> AsyncIterator[Core]:
    database = Database(database_url("faculty"), name="faculty", pool_size=8)
    await database.start()
    yield replace(core_of(database, people=KnownPeople()), messaging=messaging)
    await database.stop()


@asynccontextmanager
async def working(core: Core) -> AsyncIterator[None]:
    """The parts of rotations, started and stopped as the process does."""
    parts = rotating.parts(core)
    for part in parts:
        await part.start()
    yield
    for part in reversed(parts):
        await part.stop()


async def trainees(core: Core) -> list[tuple[str, str, str]]:
    rows = await core.database.fetch("SELECT person_id, name, state FROM trainee ORDER BY arrived_at, trainee_id")
    return [(str(row["person_id"]), row["name"], row["state"]) for row in rows]


async def settled(core: Core, messaging: Messaging) -> bool:
    """Whether everything that was published was handled, and everybody has been asked for their name."""
    info = await messaging.js.consumer_info("ENROLLMENT", "faculty-enrollment")
    unnamed = await core.database.fetchval("SELECT count(*) FROM trainee WHERE name_asked_at IS NULL")
    return not info.num_pending and not info.num_ack_pending and not unnamed


async def test_rot_01_facts_that_come_twice_out_of_order_and_after_a_pause_make_one_trainee(
    core: Core, messaging: Messaging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ROT-01, ROT-02, ROT-04: while faculty was away, under old and new ids, and again while it runs."""
    monkeypatch.setattr(rotating, "NAMING_SECONDS", 0.1)
    people = core.people
    assert isinstance(people, KnownPeople)
    stays, goes = Application(people.add("李一")), Application(people.add("王二"))
    again = new_id()
    # Faculty is down. The loss comes before the admission it ends, and the same fact twice under its own id.
    await publish(messaging, LOST, goes.lost(9))
    await publish(messaging, ADMITTED, stays.admitted(5), again)
    await publish(messaging, ADMITTED, stays.admitted(5), again)
    await publish(messaging, ADMITTED, goes.admitted(5))
    async with working(core):
        await eventually(lambda: settled(core, messaging), "what was published while faculty was down is handled")
        assert await trainees(core) == [(stays.person_id, "李一", "in_training")]
        later = Application(people.add("赵三"))
        await publish(messaging, SUBMITTED, enrollment.ApplicationSubmitted(application=later.about(3)))
        await publish(messaging, ADMITTED, later.admitted(5))
        await publish(messaging, ADMITTED, stays.admitted(5))
        await publish(messaging, LOST, later.lost(6))
        await eventually(lambda: _left(core), "the loss was handled")
        await eventually(lambda: settled(core, messaging), "everything is handled")
    await publish(messaging, ADMITTED, later.admitted(5))
    await publish(messaging, ADMITTED, stays.admitted(5), again)
    async with working(core):
        await eventually(lambda: settled(core, messaging), "what came during the second pause is handled")
    assert await trainees(core) == [(stays.person_id, "李一", "in_training"), (later.person_id, "赵三", "left")]
    arrived = await core.database.fetchval("SELECT count(*) FROM outbox WHERE subject LIKE '%trainee.arrived'")
    assert arrived == 3, "two arrived, one of them left"


async def _left(core: Core) -> bool:
    return any(state == "left" for _, _, state in await trainees(core))
