"""PLC-01, PLC-03, PLC-05: many decisions at once, from coded reasons; the queue by what is left of the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.phases import P4
from services.enrollment.domain.queue import EVERYBODY, Narrowed
from services.enrollment.domain.reasons import QUITS, REJECTIONS, Reason, check_reason, open_reasons
from services.enrollment.handlers.batches import BatchKind, BatchResult, BatchRow, DecideMany, row_key
from services.enrollment.views import QueueRowView
from services.kit.domain import Caller, DomainError
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, REVIEWER, Stage, key
from tests.support.seats import PLACE, Person, Seats, refused

MANY = Choice(QILU, MEDICINE, True)


@pytest.fixture
def seats(stage: Stage) -> Seats:
    return Seats(stage)


def rows(people: Sequence[Person], remark: str = "请补充", reason_code: str = "OTHER") -> tuple[BatchRow, ...]:
    return tuple(BatchRow(each.id, each.view.submission_number, reason_code, remark, qualified=True) for each in people)


async def decided(
    seats: Seats, kind: BatchKind, named: tuple[BatchRow, ...], by: Caller = ADMINISTRATOR, name: str = ""
) -> list[BatchResult]:
    return await seats.batches.decide_many(by, DecideMany(kind, named, name or key()))


def told(results: Sequence[BatchResult]) -> list[str]:
    """The state, or the reason of the refusal, of each."""
    found = []
    for each in results:
        found.append(each.row.state.value if each.row is not None else each.refusal.reason if each.refusal else "")
    return found


async def test_plc_05_each_row_is_answered_for_itself(seats: Seats) -> None:
    """PLC-05: through the whole life of a place."""
    people = await seats.pending(3, MANY)
    assert told(await decided(seats, BatchKind.APPROVE, rows(people[:2]), REVIEWER)) == ["approved"] * 2
    assert told(await decided(seats, BatchKind.REJECT, rows(people), REVIEWER)) == [
        *("WRONG_STATE", "WRONG_STATE"),
        "rejected",
    ]
    assert told(await decided(seats, BatchKind.GRANT, rows(people))) == ["provisional", "provisional", "WRONG_STATE"]
    assert await seats.taken(MANY) == 2
    assert told(await decided(seats, BatchKind.ADMIT, rows(people))) == ["admitted", "admitted", "WRONG_STATE"]


async def test_plc_05_the_last_seats_go_in_the_order_of_the_batch(seats: Seats) -> None:
    people = await seats.approved(3, PLACE)
    results = await decided(seats, BatchKind.GRANT, rows(people))
    assert told(results) == ["provisional", "SEAT_FULL", "SEAT_FULL"]
    assert results[1].refusal is not None
    assert (results[1].refusal.rule, await seats.taken()) == ("SEAT-01", 1)
    assert told(await decided(seats, BatchKind.NOT_SELECTED, rows(people[1:]))) == ["approved", "approved"]


async def test_plc_05_a_repeat_has_one_effect_and_tries_the_refused_again(seats: Seats) -> None:
    """PLC-05: the key of a row is made from the batch's."""
    people = await seats.approved(2, PLACE)
    name = key()
    first = await decided(seats, BatchKind.GRANT, rows(people), name=name)
    assert told(first) == ["provisional", "SEAT_FULL"]
    await seats.value("UPDATE seat SET planned = 2 WHERE cycle_id = $1", seats.stage.cycle_id)
    again = await decided(seats, BatchKind.GRANT, rows(people), name=name)
    assert again[0].row == first[0].row
    assert told(again) == ["provisional", "provisional"]
    assert await seats.taken() == 2
    assert row_key(name, people[0].id) != row_key(name, people[1].id)
    assert len(row_key(name, people[0].id)) <= 64
    other = await decided(seats, BatchKind.GRANT, rows(people, remark="别的"), name=name)
    assert told(other) == ["KEY_REUSED", "KEY_REUSED"]


async def test_plc_05_rows_obey_the_rules_that_they_would_obey_alone(seats: Seats) -> None:
    people = await seats.pending(2, MANY)
    assert told(await decided(seats, BatchKind.GRANT, rows(people), REVIEWER)) == ["ROLE_NOT_ALLOWED"] * 2
    assert told(await decided(seats, BatchKind.APPROVE, rows(people), OTHERS)) == ["APPLICATION_NOT_FOUND"] * 2
    assert told(await decided(seats, BatchKind.REJECT, rows(people, remark=""))) == ["REMARK_REQUIRED"] * 2
    assert told(await decided(seats, BatchKind.REJECT, rows(people, reason_code="WHY"))) == ["UNKNOWN_REASON"] * 2
    old = tuple(BatchRow(each.id, 7) for each in people)
    assert told(await decided(seats, BatchKind.APPROVE, old)) == ["SUPERSEDED"] * 2
    twice = await refused(decided(seats, BatchKind.APPROVE, rows([people[0], people[0]])))
    assert (twice.reason, twice.rule) == ("ROW_TWICE", "PLC-05")
    await seats.stage.decree(late_rejection_hours=86_400.0 * 24)  # a day of this cycle lasts a second
    assert told(await decided(seats, BatchKind.REJECT, rows(people))) == ["CONFIRM_LATE_REJECTION"] * 2


async def test_plc_05_in_p4_each_row_says_that_it_is_qualified(seats: Seats) -> None:
    await seats.stage.stand(P4)
    people = [Person(*await seats.stage.registered(MANY)) for _ in range(2)]
    named = (BatchRow(people[0].id, 1), BatchRow(people[1].id, 1, qualified=True))
    assert told(await decided(seats, BatchKind.GRANT, named)) == ["NOT_QUALIFIED", "provisional"]


def test_plc_01_only_reasons_of_the_list_are_chosen() -> None:
    """PLC-01: codes are unique and told in two languages; a retired one is not chosen any more."""
    for reasons in (REJECTIONS, QUITS):
        assert len({reason.code for reason in reasons}) == len(reasons)
        assert all(reason.label and reason.label_en for reason in reasons)
        check_reason(reasons[0].code, reasons)
        with pytest.raises(DomainError, match="UNKNOWN_REASON"):
            check_reason("other", reasons)
    old = (*REJECTIONS, Reason("OLD", "旧", "Old", retired_in=1))
    assert open_reasons(old) == REJECTIONS
    with pytest.raises(DomainError, match="UNKNOWN_REASON"):
        check_reason("OLD", old)


async def queue(seats: Seats, narrowed: Narrowed = EVERYBODY, *, late_only: bool = False) -> list[QueueRowView]:
    page = await seats.stage.decisions.list_queue(
        *(REVIEWER, seats.stage.cycle_id, frozenset(), "", 0, None, narrowed), late_only=late_only
    )
    return page.rows


async def test_plc_03_the_queue_counts_down_and_can_be_narrowed(seats: Seats) -> None:
    """PLC-03: so many days after the submission, or the base's deadline if that is sooner."""
    days = 86_400.0  # a day of this cycle lasts a second
    await seats.stage.decree(review_days=days / 24)
    willing = await seats.pending(2, MANY)
    [unwilling] = await seats.pending(1, Choice(QILU, MEDICINE, False))
    found = await queue(seats)
    assert [row.application_id for row in found] == [*(each.id for each in willing), unwilling.id]
    assert found[0].submitted_at is not None
    assert found[0].due_at is not None
    assert not found[0].late
    assert [row.due_at for row in found] == sorted(row.due_at for row in found if row.due_at is not None)
    assert [row.application_id for row in await queue(seats, Narrowed(accepts_reallocation=False))] == [unwilling.id]

    closing = datetime.now(UTC) + timedelta(seconds=60)
    await seats.stage.database.execute(
        "INSERT INTO base_window (cycle_id, base_code, round, review_deadline) VALUES ($1, $2, 1, $3)",
        *(seats.stage.cycle_id, QILU, closing),
    )
    assert {row.due_at for row in await queue(seats)} == {closing}
    assert await queue(seats, late_only=True) == []
    await seats.stage.database.execute("UPDATE base_window SET review_deadline = now() - interval '1 second'")
    late = await queue(seats, late_only=True)
    assert len(late) == 3
    assert all(row.late for row in late)


async def test_plc_03_what_is_overdue_or_held_is_found(seats: Seats) -> None:
    await seats.stage.decree(review_days=0)
    pending, held = await seats.pending(2, MANY)
    [approved] = await seats.approved(1, MANY)
    await seats.value("UPDATE application SET held = 'DUPLICATE' WHERE id = $1", held.id)
    await seats.value(
        "UPDATE cycle_phase SET opens_at = opens_at - interval '1 day', closes_at = closes_at - interval '1 day'"
        " WHERE cycle_id = $1",
        seats.stage.cycle_id,
    )
    await seats.stage.decree()
    assert {row.application_id for row in await queue(seats, late_only=True)} == {pending.id, held.id}
    assert [row.application_id for row in await queue(seats, Narrowed(held=True))] == [held.id]
    assert [row.marks.held for row in await queue(seats, Narrowed(held=True))] == ["DUPLICATE"]
    await decided(seats, BatchKind.NOT_SELECTED, rows([approved]))
    [flagged] = await queue(seats, Narrowed(not_selected=True))
    assert (flagged.application_id, flagged.due_at, flagged.state) == (approved.id, None, State.APPROVED)
