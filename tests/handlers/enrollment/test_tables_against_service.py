"""I6: tables B3, B4 and B5 row by row, once against the pure function and once against the real commands."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from services.enrollment.domain.capabilities import Decision
from services.enrollment.domain.phases import ORDER, Phase
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.acting import done
from tests.handlers.enrollment.casting import BY_POLICY, STAFF, Case, World
from tests.handlers.enrollment.tables import (
    BASE,
    PROVINCE,
    Row,
    applicant_rows,
    cycle_rows,
    policy_rows,
    staff_rows,
)
from tests.support.postgres import PostgresServer

GROUPS: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
for _title, _rows in (
    ("B4", applicant_rows()),
    ("policy", policy_rows()),
    ("B5", staff_rows(BASE)),
    ("province", staff_rows(PROVINCE)),
    ("cycle", cycle_rows()),
):
    for _row in _rows:
        GROUPS[_title, _row.actor, _row.action].append(_row)

AT_ONCE = 16
"""Commands under way at once: enough for the database to take them together."""

Worlds = dict[tuple[Phase, bool], World]


@pytest.fixture(scope="module")
async def worlds(postgres: PostgresServer) -> AsyncIterator[Worlds]:
    """A cycle in each phase, and one more in each with a generous policy."""
    url = postgres.database("enrollment")
    database = Database(url, name="tables", pool_size=8)
    await database.start()
    found = {}
    for phase in ORDER:
        for generous in (False, True):
            world = World(database, phase, BY_POLICY if generous else {})
            await world.open()
            found[phase, generous] = world
    await found[ORDER[0], False].stage.objects.start()
    yield found
    await database.stop()
    postgres.drop(url)


async def test_there_are_rows_enough() -> None:
    """At least 300 sentences; every action of the tables is among them, every state, phase and actor."""
    rows = [row for group in GROUPS.values() for row in group]
    assert len(rows) >= 300
    assert len(rows) == len({(key, row) for key, group in GROUPS.items() for row in group})
    assert {row.phase for row in rows} == set(ORDER)
    assert sum(row.allowed for row in rows) >= 150


@pytest.mark.parametrize(("title", "actor", "action"), GROUPS, ids=str)
async def test_text_pure_function_and_command_agree(worlds: Worlds, title: str, actor: str, action: str) -> None:
    """I6: each sentence is what `decide` answers and what the command does, by the same reason and rule."""
    by_phase: dict[Phase, list[Row]] = defaultdict(list)
    for row in GROUPS[title, actor, action]:
        by_phase[row.phase].append(row)
    wrong: list[str] = []
    for phase, rows in by_phase.items():
        world = worlds[phase, title == "policy"]
        moment = await world.moment()
        cases = await world.cast(rows)
        limit = asyncio.Semaphore(AT_ONCE)

        outcomes = await asyncio.gather(*(_outcome(world, case, limit) for case in cases))
        for case, refusal in zip(cases, outcomes, strict=True):
            said = world.says(case, moment)
            if _elsewhere(case):
                agreed = refusal is not None and refusal.kind in (Kind.NOT_FOUND, Kind.FORBIDDEN)
            elif case.row.allowed:
                agreed = said.allowed and refusal is None
            else:
                agreed = not said.allowed and refusal is not None and _same(refusal, said)
            if not agreed:
                wrong.append(f"{case.row}; pure: {said.allowed} {said.reason}; command: {refusal}")
    assert not wrong, "\n".join(wrong)


async def _outcome(world: World, case: Case, limit: asyncio.Semaphore) -> DomainError | None:
    """Why the command is refused; None when it is accepted."""
    async with limit:
        try:
            await done(world, case)
        except DomainError as refusal:
            return refusal
        return None


def _elsewhere(case: Case) -> bool:
    """Whose place or application it is, is looked at where it is read: for others it is absent."""
    return case.row.actor in ("other province", "other applicant")


def _same(refusal: DomainError, said: Decision) -> bool:
    """The command's reason and rule are the function's.

    A base that is locked says so in its own words (APP-08), and what is not the caller's may look absent (CAP-SCOPE).
    """
    if refusal.kind is Kind.NOT_FOUND and said.reason in ("ROLE_NOT_ALLOWED", "APPLICATION_NOT_FOUND"):
        return True
    return (refusal.reason, refusal.rule) in ((said.reason, said.rule), ("BASE_LOCKED", "APP-08"))


def test_every_actor_has_a_face() -> None:
    """No actor of the tables is anybody by mistake."""
    actors = {actor for _, actor, _ in GROUPS}
    assert actors - set(STAFF) == {"applicant", "other applicant"}
