"""WAIT-30 over a real database: how the people of published lists stand, and which lists wait."""

from __future__ import annotations

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.phases import P5
from services.enrollment.handlers.list_progress import ListProgressHandlers, ListProgressView
from services.enrollment.handlers.objections import FileObjection, ResolveObjection
from services.enrollment.store.list_progress import ListProgressStore
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.ids import new_id
from tests.handlers.enrollment.selecting import PROVINCE, Selecting
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, SECOND, Stage, key

PLAN = {(QILU, MEDICINE): 10, (SECOND, MEDICINE): 5}


@pytest.fixture
async def desk(database: Database) -> Selecting:
    """A fresh cycle in its first review round, with a publicity of five working days."""
    desk = Selecting(Stage(database))
    await desk.open(PLAN, publicity_working_days=5)
    return desk


def progress(desk: Selecting) -> ListProgressHandlers:
    return ListProgressHandlers(desk.stage.cycle_store, ListProgressStore(desk.database))


async def published(desk: Selecting, **changes: object) -> str:
    """A list of everybody whom none names yet."""
    view = await desk.lists.publish_list(ADMINISTRATOR, desk.publishing(**changes))
    return view.published.list_id


async def counts(desk: Selecting, list_id: str) -> tuple[int, int, int, int, int]:
    """Entries, admissible, objected, admitted, everybody provisional at the base."""
    found = (await view_of(desk, list_id)).counts
    return found.entries, found.admissible, found.objected, found.admitted, found.base_provisional


async def view_of(desk: Selecting, list_id: str) -> ListProgressView:
    return await progress(desk).get_progress(list_id)


async def set_row(desk: Selecting, application_id: str, columns: str) -> None:
    await desk.database.execute(f"UPDATE application SET {columns} WHERE id = $1", application_id)


async def test_wait_30_people_are_counted_on_the_list_that_names_their_place(desk: Selecting) -> None:
    one, two, three, four = await desk.people(4, "provisional")
    list_id = await published(desk)
    assert await counts(desk, list_id) == (4, 4, 0, 0, 4)
    order = FileObjection(one, "与事实不符", "", key())
    await desk.objections.file_objection(ADMINISTRATOR, order)
    await set_row(desk, two, "state = 'admitted', admitted_at = now()")
    await set_row(desk, three, "state = 'approved', publicity_ends_at = NULL")  # the place was taken back
    await desk.people(2, "provisional")
    assert await counts(desk, list_id) == (4, 1, 1, 1, 4)
    again = await published(desk, supplement_to=1, again=(four,))
    assert await counts(desk, list_id) == (4, 0, 1, 1, 4)
    assert await counts(desk, again) == (3, 3, 0, 0, 4)
    with pytest.raises(DomainError, match="LIST_NOT_FOUND"):
        await view_of(desk, new_id())


async def test_wait_30_a_list_says_until_when_people_can_be_admitted(desk: Selecting) -> None:
    await desk.people(1, "provisional")
    list_id = await published(desk)
    ends = await desk.database.fetchval(
        "SELECT closes_at FROM cycle_phase WHERE cycle_id = $1 AND phase = $2", desk.stage.cycle_id, P5.value
    )
    view = await view_of(desk, list_id)
    assert (view.verification_closes_at, view.held, view.province_code) == (ends, False, "37")
    assert view.time_policy.verification_reminder_days == (7.0, 3.0, 1.0)
    hold = "UPDATE cycle_gate SET held_since = now(), closes_at = now() WHERE cycle_id = $1"
    await desk.database.execute(hold, desk.stage.cycle_id)
    assert (await view_of(desk, list_id)).held


async def test_wait_30_a_list_waits_while_somebody_is_provisional_or_can_become_so_again(desk: Selecting) -> None:
    [one] = await desk.people(1, "provisional")
    list_id = await published(desk)

    async def waiting() -> list[str]:
        found = await progress(desk).list_open(desk.stage.cycle_id)
        assert found == [each for each in await progress(desk).list_open() if each.cycle_id == desk.stage.cycle_id]
        return [each.list_id for each in found]

    assert await waiting() == [list_id]
    await set_row(desk, one, "state = 'admitted', admitted_at = now()")
    await desk.policy(undo_minutes=60 * 24)
    view = await view_of(desk, list_id)
    assert view.undo_until is not None
    assert view.undo_until > view.read_at
    assert await waiting() == [list_id]
    await desk.policy(undo_minutes=0)
    assert (await view_of(desk, list_id)).undo_until is None
    assert await waiting() == []
    await set_row(desk, one, "state = 'provisional', admitted_at = NULL")
    late = """UPDATE cycle_phase SET opens_at = now() - interval '9 days', closes_at = now() - interval '3 days'
        WHERE cycle_id = $1 AND phase = 'confirmation'"""
    await desk.database.execute(late, desk.stage.cycle_id)
    await desk.policy()
    assert await waiting() == []


async def test_list_08_facts_say_which_list_an_objection_is_about_and_whether_it_freezes_on(desk: Selecting) -> None:
    [one] = await desk.people(1, "provisional")
    before = await desk.objections.file_objection(ADMINISTRATOR, FileObjection(one, "与事实不符", "", key()))
    list_id = await published(desk)
    filed = await desk.objections.file_objection(PROVINCE, FileObjection(one, "学历不符", "", key()))
    assert (before.list_id, filed.list_id) == ("", list_id)
    for objection in (filed, before):
        order = ResolveObjection(objection.id, False, "不成立", key())
        await desk.objections.resolve_objection(PROVINCE, order)
    told = [events_pb2.ObjectionResolved.FromString(row["body"]) for row in await desk.facts("objection.resolved")]
    mine = [(each.list_id, each.frozen) for each in told if each.application.application_id == one]
    assert mine == [(list_id, True), ("", False)]
