"""PLC: what happens to a place once it was given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.marks import Ending
from services.enrollment.domain.phases import P2, P3, P4, P5, P6
from services.enrollment.handlers.applications import WithdrawApplication
from services.enrollment.handlers.decisions import GrantProvisional
from services.enrollment.handlers.places import (
    Annul,
    ChangeSpecialty,
    ConfirmPlace,
    Defer,
    GrantException,
    RecordQuit,
    ReportNoShow,
    Undo,
)
from services.enrollment.handlers.placing import PlaceView
from services.enrollment.store.places import PlaceStore
from services.enrollment.store.sealing import Sealing
from services.kit.domain import Caller, Kind
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, OTHERS, QILU, REVIEWER, SKIN, Stage, key
from tests.support.seats import PLACE, PROVINCE, STRANGERS, Person, Seats, refused
from tests.support.vaults import NEXT


@pytest.fixture
async def seats(stage: Stage) -> Seats:
    return await Seats(stage).at_ease()


def undo(seats: Seats, person: Person, by: Caller = ADMINISTRATOR) -> Awaitable[PlaceView]:
    return seats.places.undo(by, Undo(person.id, "误点", key()))


def no_show(seats: Seats, person: Person, by: Caller = ADMINISTRATOR) -> Awaitable[PlaceView]:
    return seats.places.report_no_show(by, ReportNoShow(person.id, "未报到", key()))


def leave(seats: Seats, person: Person, by: Caller = ADMINISTRATOR, code: str = "HEALTH") -> Awaitable[PlaceView]:
    return seats.places.record_quit(by, RecordQuit(person.id, code, "谈话", "回原籍", "同意", key()))


def defer(seats: Seats, person: Person, by: Caller = ADMINISTRATOR, year: int = 2024) -> Awaitable[PlaceView]:
    return seats.places.defer(by, Defer(person.id, year, "生育", key()))


def annul(seats: Seats, person: Person, by: Caller = PROVINCE) -> Awaitable[PlaceView]:
    return seats.places.annul(by, Annul(person.id, "冒名", key()))


def exception(seats: Seats, person: Person, by: Caller = PROVINCE, number: str = "鲁特2023-1") -> Awaitable[PlaceView]:
    return seats.places.grant_exception(by, GrantException(person.id, number, "支援西部", key()))


def confirm(seats: Seats, person: Person, by: Caller | None = None) -> Awaitable[PlaceView]:
    return seats.places.confirm_place(by or person.caller, ConfirmPlace(person.id, key()))


def move(seats: Seats, person: Person, by: Caller = ADMINISTRATOR, to: str = MEDICINE) -> Awaitable[PlaceView]:
    order = ChangeSpecialty(person.id, person.view.submission_number, to, "专业调整", key())
    return seats.places.change_specialty(by, order)


_Command = Callable[..., Awaitable[PlaceView]]


async def test_cap_undo_a_grant_goes_back_and_frees_its_seat(seats: Seats) -> None:
    """CAP-UNDO, PLC-07: within the hold; later the base has to propose a revocation."""
    person = await seats.placed()
    view = await undo(seats, person)
    assert (view.state, view.provisional_at) == (State.APPROVED, None)
    assert await seats.taken() == 0
    assert (await seats.last_fact(person)).remark == "误点"
    await seats.stage.grant(person.view)
    await seats.age(person)
    error = await refused(undo(seats, person))
    assert (error.reason, error.rule, error.details) == ("HOLD_OVER", "CAP-UNDO", {"changed_by": "REVOCATION"})


async def test_cap_undo_in_p4_the_application_is_pending_again(seats: Seats) -> None:
    await seats.stage.stand(P4)
    person = Person(*await seats.stage.registered(PLACE))
    await seats.stage.grant(person.view, qualified=True)
    assert (await undo(seats, person)).state is State.PENDING
    fact = await seats.last_fact(person)
    assert (fact.cause, fact.freed) == ("undone", False)  # P4 offers nothing: the base admits whom it likes
    assert await seats.taken() == 0


async def test_cap_undo_an_admission_becomes_provisional_again(seats: Seats) -> None:
    person = await seats.placed()
    await seats.admit(person)
    view = await undo(seats, person)
    assert (view.state, view.marks.admitted_at) == (State.PROVISIONAL, None)
    assert type(await seats.last_fact(person)).__name__ == "ApplicationAdmissionUndone"
    assert await seats.taken() == 1


async def test_plc_08_a_change_of_specialty_is_a_submission_of_its_own(seats: Seats) -> None:
    """PLC-08: same dossier, other specialty, same state; no place of its own."""
    [person] = await seats.approved()
    await seats.waiting([person])
    view = await move(seats, person)
    assert (view.state, view.specialty_code, view.submission_number) == (State.APPROVED, MEDICINE, 2)
    assert view.marks.waiting_rank == 0
    first, second = [await seats.stage.queries.submission(person.id, number) for number in (1, 2)]
    assert first is not None
    assert second is not None
    assert (second.dossier, second.correction_of) == (first.dossier, 1)
    fact = await seats.last_fact(person)
    assert (fact.left_specialty_name, fact.application.specialty_name) == ("皮肤科", "内科")
    grant = seats.stage.decisions.grant_provisional
    assert (await refused(grant(ADMINISTRATOR, GrantProvisional(person.id, 1, False, "", key())))).rule == "APP-06"
    await grant(ADMINISTRATOR, GrantProvisional(person.id, 2, False, "", key()))
    assert (await seats.taken(), await seats.taken(Choice(QILU, MEDICINE))) == (0, 1)


@pytest.mark.parametrize(
    ("to", "reason", "rule"),
    [(SKIN, "SAME_SPECIALTY", "PLC-08"), ("9999", "UNKNOWN_SPECIALTY", "APP-04"), ("0200", "NOT_PLANNED", "SEAT-02")],
)
async def test_plc_08_only_a_specialty_that_the_base_trains(seats: Seats, to: str, reason: str, rule: str) -> None:
    await seats.value("INSERT INTO specialty VALUES ($1, '0200', '儿科')", seats.stage.cycle_id)
    await seats.stage.decree()
    [person] = await seats.approved()
    error = await refused(move(seats, person, to=to))
    assert (error.kind, error.reason, error.rule) == (Kind.INVALID, reason, rule)


async def test_plc_08_the_rules_of_the_new_specialty_hold(seats: Seats) -> None:
    rule = {
        "id": "E1",
        "bases": [],
        "specialties": [MEDICINE],
        "when": {"basic.applicant_type": ["own_unit"]},
        "message": "内科只招本单位人员",
    }
    [person] = await seats.approved()
    await seats.stage.decree(eligibility=[rule])
    assert (await refused(move(seats, person))).rule == "ELG-02"


async def test_cap_move_consent_nobody_is_moved_without_it(seats: Seats) -> None:
    [person] = await seats.approved(1, Choice(QILU, SKIN, False))
    error = await refused(move(seats, person))
    assert (error.reason, error.rule) == ("CONSENT_REQUIRED", "CAP-MOVE-CONSENT")


async def test_plc_07_who_does_not_come_loses_the_place_and_is_put_before_the_province(seats: Seats) -> None:
    """PLC-06, PLC-07."""
    person = await seats.placed()
    await seats.stage.stand(P5)
    view = await no_show(seats, person)
    assert (view.state, view.marks.ending, view.provisional_at) == (State.ANNULLED, Ending.NO_SHOW, None)
    assert await seats.taken() == 0
    [case] = await seats.kept.penalty_cases(seats.stage.cycle_id)
    assert (case.application_id, case.person_id, case.cause) == (person.id, person.caller.person_id, "no_show")
    fact = await seats.last_fact(person)
    assert (fact.cause, fact.freed) == ("no_show", False)


async def test_plc_06_what_the_policy_does_not_penalise_is_no_case(seats: Seats) -> None:
    """PLC-06; and with `backfill_after_rounds` the seat may be offered."""
    await seats.stage.decree(penalise=[], backfill_after_rounds=True)
    person = await seats.placed()
    await seats.stage.stand(P5)
    await no_show(seats, person)
    assert await seats.kept.penalty_cases(seats.stage.cycle_id) == []
    assert (await seats.last_fact(person)).freed


async def test_plc_07_who_quits_says_why_and_it_is_sealed(seats: Seats) -> None:
    person = await seats.placed()
    await seats.admit(person)
    await seats.stage.stand(P6)
    view = await leave(seats, person)
    assert (view.state, view.marks.ending) == (State.ANNULLED, Ending.QUIT)
    assert await seats.taken() == 0
    for caller in (ADMINISTRATOR, PROVINCE):
        [record] = await seats.places.list_quits(caller, seats.stage.cycle_id)
        assert (record.reason_code, record.texts["destination"]) == ("HEALTH", "回原籍")
    assert await seats.places.list_quits(OTHERS, seats.stage.cycle_id) == []
    assert (await refused(seats.places.list_quits(STRANGERS, seats.stage.cycle_id))).kind is Kind.NOT_FOUND
    later = PlaceStore(seats.stage.database, Sealing(NEXT))
    assert [await later.rewrap(7), await later.rewrap(7)] == [1, 0]
    assert (await later.quits(seats.stage.cycle_id))[0].texts["measures"] == "谈话"
    stored = await seats.value("SELECT body FROM quit_record WHERE application_id = $1", person.id)
    assert "回原籍".encode() not in stored
    [case] = await seats.kept.penalty_cases(seats.stage.cycle_id)
    assert case.cause == "quit"
    await seats.value("UPDATE application SET name = '' WHERE id = $1", person.id)
    [forgotten] = await later.quits(seats.stage.cycle_id)
    assert forgotten.texts == {}


async def test_plc_06_who_gives_a_place_up_frees_it_and_may_be_penalised(seats: Seats) -> None:
    """PLC-06: only where the policy allows giving up at all (CAP-WITHDRAW)."""
    person = await seats.placed()
    order = WithdrawApplication(seats.stage.cycle_id, key())
    assert (await refused(seats.stage.applications.withdraw_application(person.caller, order))).rule == "CAP-WITHDRAW"
    await seats.stage.decree(give_up_provisional=True, penalise=["give_up"])
    await seats.stage.applications.withdraw_application(person.caller, order)
    assert await seats.taken() == 0
    assert (await seats.last_fact(person)).freed_place
    [case] = await seats.kept.penalty_cases(seats.stage.cycle_id)
    assert (case.cause, case.application_id) == ("give_up", person.id)


async def test_plc_01_who_quits_does_so_for_a_known_reason(seats: Seats) -> None:
    person = await seats.placed()
    error = await refused(leave(seats, person, code="BORED"))
    assert (error.reason, error.rule) == ("UNKNOWN_REASON", "PLC-01")


async def test_plc_09_a_place_that_is_put_off_stays_taken(seats: Seats) -> None:
    """PLC-09: one to three years on, once."""
    person = await seats.placed()
    await seats.admit(person)
    await seats.stage.stand(P5)
    for year in (2023, 2027):
        assert (await refused(defer(seats, person, year=year))).rule == "PLC-09"
    view = await defer(seats, person)
    assert (view.state, view.marks.ending) == (State.ADMITTED, Ending.DEFERRED)
    assert await seats.taken() == 1
    assert (await refused(defer(seats, person))).reason == "ALREADY_DEFERRED"
    assert (await seats.last_fact(person)).until_year == 2024
    await undo(seats, person)
    await seats.admit(person)
    assert (await defer(seats, person, year=2025)).marks.ending is Ending.DEFERRED
    assert await seats.value("SELECT until_year FROM place_deferral WHERE application_id = $1", person.id) == 2025


async def test_cap_annul_after_the_close_the_province_takes_a_place_back(seats: Seats) -> None:
    person = await seats.placed()
    await seats.stage.stand(P6)
    assert (await annul(seats, person)).marks.ending is Ending.ANNULLED
    assert await seats.taken() == 0


async def test_plc_10_an_exception_has_a_number_of_its_own(seats: Seats) -> None:
    """PLC-10: used once in a cycle; a seat must be free (SEAT-01)."""
    one, two = await seats.approved(2)
    other = (await seats.approved(1, Choice(QILU, MEDICINE, True)))[0]
    await seats.stage.stand(P5)
    assert (await exception(seats, one)).state is State.PROVISIONAL
    assert await seats.taken() == 1
    assert (await refused(exception(seats, two, number="鲁特2023-2"))).reason == "SEAT_FULL"
    error = await refused(exception(seats, other))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "EXCEPTION_NUMBER_USED", "PLC-10")
    assert (await exception(seats, other, number="鲁特2023-2")).state is State.PROVISIONAL


async def test_cap_confirm_the_applicant_takes_the_place_once(seats: Seats) -> None:
    person = await seats.placed()
    assert (await refused(confirm(seats, person))).reason == "WRONG_STATE"  # the policy does not ask for it
    await seats.stage.decree(confirmation_required=True)
    assert (await refused(seats.admit(person))).reason == "NOT_CONFIRMED"
    assert (await confirm(seats, person)).marks.confirmed_at is not None
    assert (await refused(confirm(seats, person))).reason == "ALREADY_CONFIRMED"
    await seats.admit(person)


async def _as_it_was(seats: Seats, person: Person) -> tuple[Any, ...]:
    row = "SELECT (version, state, audit_hash)::text FROM application WHERE id = $1"
    return await seats.value(row, person.id), await seats.taken()


@pytest.mark.parametrize(
    ("command", "wrong_role"),
    [
        *[(each, REVIEWER) for each in (undo, move, no_show, leave, defer)],
        *[(each, ADMINISTRATOR) for each in (annul, exception)],
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_place_is_touched_by_whom_it_concerns_only(seats: Seats, command: _Command, wrong_role: Caller) -> None:
    """CAP-ROLE, CAP-SCOPE, CAP-PROVINCE, and B5's phases; what is refused writes nothing."""
    person = await seats.placed()
    before = await _as_it_was(seats, person)
    foreign = STRANGERS if command in (annul, exception) else OTHERS
    assert (await refused(command(seats, person, by=wrong_role))).reason == "ROLE_NOT_ALLOWED"
    assert (await refused(command(seats, person, by=foreign))).reason == "APPLICATION_NOT_FOUND"
    wrong = P3 if command is move else P2 if command is not undo else P6
    await seats.stage.stand(wrong)
    assert (await refused(command(seats, person))).reason in ("NOT_IN_PHASE", "WRONG_STATE")
    assert await _as_it_was(seats, person) == before


async def test_nobody_confirms_for_another(seats: Seats) -> None:
    person, other = await seats.placed(), (await seats.pending())[0]
    await seats.stage.decree(confirmation_required=True)
    assert (await refused(confirm(seats, person, by=other.caller))).kind is Kind.NOT_FOUND


async def test_a_repeat_has_one_effect(seats: Seats) -> None:
    """APP-12 for places too: the same key is answered the same, another order under it is refused."""
    person = await seats.placed()
    order = Undo(person.id, "误点", key())
    answers = [await seats.places.undo(ADMINISTRATOR, order) for _ in range(2)]
    assert answers[0] == answers[1]
    assert await seats.taken() == 0
    other = Undo(person.id, "别的", order.idempotency_key)
    assert (await refused(seats.places.undo(ADMINISTRATOR, other))).reason == "KEY_REUSED"
