"""Whole years with two rounds and with four, on the real tables: the calendar says which round it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from residency.enrollment.v1 import cycle_pb2, events_pb2
from services.enrollment.domain.application import State
from services.enrollment.domain.calendar import PhaseDates
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2, P3, P4, P5, Phase
from services.enrollment.handlers.story import StoryHandlers
from services.enrollment.handlers.windows import SetMilestones
from services.enrollment.store.story import StoryStore
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OTHERS,
    PLAN,
    QILU,
    REVIEWER,
    SECOND,
    WORKER,
    Stage,
    key,
)

FOUR = (P1, P2, P3, P3, P4, P5)
TWO = (P1, P2, P3, P5)


def phases(kinds: tuple[Phase, ...]) -> tuple[PhaseDates, ...]:
    """These phases, five days each."""
    days = [date(2023, 7, 1) + timedelta(days=5 * place) for place in range(len(kinds))]
    return tuple(
        PhaseDates(kind, kind.value, day, day + timedelta(days=4)) for kind, day in zip(kinds, days, strict=True)
    )


async def state_of(stage: Stage, person: Caller) -> State:
    return (await stage.applications.get_my_application(person, stage.cycle_id))[0].state


async def queue_of(stage: Stage, caller: Caller) -> list[tuple[str, State]]:
    page = await stage.decisions.list_queue(caller, stage.cycle_id, frozenset(), "", 0, None)
    return [(row.application_id, row.state) for row in page.rows]


async def submits(stage: Stage, person: Caller, base: str) -> int:
    """Choose a base and submit; the round of the submission."""
    await stage.choose(person, Choice(base, MEDICINE, True))
    return (await stage.submit(person)).round


async def test_a_year_of_four_rounds(stage: Stage) -> None:
    """CAL-12 CAL-14: rejected and reopened twice, placed in the third round; another in the fourth, by reallocation."""
    await stage.open(PLAN, phases=phases(FOUR))
    cycle = stage.cycle_id
    await stage.stand(P1)
    one, _ = await stage.registered()
    other, _ = await stage.registered()
    people = (one, other)
    for phase, number in ((P2, 1), (P3, 2)):
        await stage.stand(phase, number=number)
        if number > 1:
            for person in people:
                assert await state_of(stage, person) is State.REOPENED
            assert [await submits(stage, person, QILU) for person in people] == [number, number]
        for person in people:
            view = (await stage.applications.get_my_application(person, cycle))[0]
            await stage.review(view, approve=False)
        window = await stage.base_windows.get_window(ADMINISTRATOR, cycle, QILU, number)
        assert (window.round, window.rejected, window.over) == (number, 2, False)

    gate = await stage.cycle_store.gate(cycle)
    assert gate is not None
    await stage.stand(P3, number=3)
    order = SetMilestones(cycle, QILU, 3, Milestones(), key())
    assert (await stage.base_windows.set_milestones(ADMINISTRATOR, order)).round == 3
    with pytest.raises(DomainError, match="NOT_IN_PHASE"):
        await stage.base_windows.set_milestones(ADMINISTRATOR, SetMilestones(cycle, QILU, 2, Milestones(), key()))
    assert [await submits(stage, one, QILU), await submits(stage, other, SECOND)] == [3, 3]
    view = (await stage.applications.get_my_application(one, cycle))[0]
    await stage.review(view, approve=True)
    await stage.grant(view)
    view = (await stage.applications.get_my_application(other, cycle))[0]
    await stage.review(view, approve=False, by=OTHERS)

    await stage.stand(P4)
    assert [await state_of(stage, person) for person in people] == [State.PROVISIONAL, State.REOPENED]
    assert await submits(stage, other, QILU) == 4
    view = (await stage.applications.get_my_application(other, cycle))[0]
    with pytest.raises(DomainError, match="NOT_IN_PHASE"):
        await stage.review(view, approve=True)
    await stage.grant(view, qualified=True)
    for number, counts in enumerate([(0, 0), (0, 0), (0, 0)], 1):
        assert await stage.base_windows.close_window(WORKER, cycle, QILU, number) == counts
    with pytest.raises(DomainError, match="WINDOW_NOT_FOUND"):
        await stage.base_windows.get_window(ADMINISTRATOR, cycle, QILU, 5)

    rows = await stage.database.fetch(
        "SELECT body FROM outbox WHERE subject LIKE '%application.provisionally_admitted' ORDER BY position"
    )
    told = [events_pb2.ApplicationProvisionallyAdmitted.FromString(row["body"]).application for row in rows]
    assert [(fact.round, fact.phase) for fact in told] == [
        (3, cycle_pb2.PHASE_SECOND_CHOICE),
        (4, cycle_pb2.PHASE_REALLOCATION),
    ]
    await stage.stand(P5)
    assert [await state_of(stage, person) for person in people] == [State.PROVISIONAL, State.PROVISIONAL]
    stories = StoryHandlers(stage.cycle_store, stage.application_store, stage.queries, StoryStore(stage.database))
    then = (await stories.get_story(other, view.application_id, gate.now)).standing
    assert (then.state, then.phase) == (State.REJECTED, P3)


async def test_a_year_of_two_rounds_without_reallocation(stage: Stage) -> None:
    """CAL-14: whoever has no place when the last round has ended is closed without one, as after a reallocation."""
    await stage.open(PLAN, phases=phases(TWO))
    cycle = stage.cycle_id
    await stage.stand(P1)
    left, view = await stage.registered()
    placed, _ = await stage.registered()
    await stage.stand(P2)
    await stage.review(view, approve=False)
    await stage.stand(P3)
    assert await state_of(stage, left) is State.REOPENED
    assert [await submits(stage, person, QILU) for person in (left, placed)] == [2, 2]
    view = (await stage.applications.get_my_application(placed, cycle))[0]
    await stage.review(view, approve=True)
    await stage.grant(view)
    view, may = await stage.applications.get_my_application(left, cycle)
    assert view.state is State.PENDING
    assert may[Action.SUBMIT].changed_by == "PHASE_CONFIRMATION"

    await stage.stand(P5)
    view, may = await stage.applications.get_my_application(left, cycle)
    assert view.state is State.CLOSED_UNPLACED
    assert [action for action, decision in may.items() if decision.allowed] == [Action.VIEW]
    shown = dict(await queue_of(stage, REVIEWER))
    assert sorted(shown.values()) == [State.CLOSED_UNPLACED, State.PROVISIONAL]
    stories = StoryHandlers(stage.cycle_store, stage.application_store, stage.queries, StoryStore(stage.database))
    assert (await stories.get_story(left, view.application_id)).standing.state is State.CLOSED_UNPLACED
    assert await stage.base_windows.close_window(WORKER, cycle, QILU, 2) == (1, 0)
    with pytest.raises(DomainError, match="WINDOW_NOT_FOUND"):
        await stage.base_windows.close_window(WORKER, cycle, QILU, 3)
