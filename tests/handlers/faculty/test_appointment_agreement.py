"""C5 row by row against the service, and the service against the pure function for everything else (APPT-04)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from services.faculty import appointing
from services.faculty.deeds import Deed
from services.faculty.domain.appointing import Given, decide
from services.faculty.domain.appointment import CLOCK, OF_REVIEW, RUNNING, WHO, Event, Review, State
from services.faculty.handlers.dismissals import Order
from services.faculty.handlers.reviews import Wish
from services.faculty.handlers.starting import acknowledge, revoke
from services.faculty.store import appointments as store
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id
from tests.support.faculty import (
    DIRECTOR,
    NEURO,
    OFFICE,
    OTHER_SECRETARY,
    PROVINCE,
    PROVINCE_STAFF,
    QILU,
    SECRETARY,
    At,
    core_of,
)
from tests.support.faculty_appointment_table import DUE, FIRST, GRACE, LAST, OPENS, TODAY, Line, lines
from tests.support.faculty_appointments import Appointed
from tests.support.postgres import PostgresServer

NOON = datetime(2026, 4, 10, 4, tzinfo=UTC)
CALLERS = {each.role: each for each in (OFFICE, DIRECTOR, SECRETARY, PROVINCE_STAFF)}
APRIL_END = TODAY.replace(day=30)


@pytest.fixture(scope="module")
async def appointed(postgres: PostgresServer) -> AsyncIterator[Appointed]:
    url = postgres.database("faculty")
    database = Database(url, name="faculty", pool_size=4)
    await database.start()
    yield Appointed(core_of(database, At(NOON)))
    await database.stop()
    postgres.drop(url)


@dataclass
class Stage:
    """One appointment, put where a row of the table begins."""

    appointed: Appointed
    line: Line
    person: str
    appointment_id: str = ""
    case_id: str = ""

    async def set(self) -> None:
        line = self.line
        if line.state is State.NONE:
            return
        self.appointment_id = await self.appointed.start(self.person, by=OFFICE, from_day=FIRST)
        last_year = line.review in (Review.NONE, Review.CONFIRMED) or line.event is Event.OPEN_REVIEW
        values = {
            "state": line.state.value,
            "review_state": line.review.value,
            "until_day": LAST,
            "review_year": 2025 if last_year else 2026,
            "review_due": DUE if line.review else None,
        }
        yesterday = TODAY - timedelta(days=1)
        match line.condition:
            case "ending decided":
                values |= {"ending": "dismissed", "ends_on": APRIL_END}
            case "dismissal effective" | "transfer effective":
                ending = "dismissed" if line.condition.startswith("dismissal") else "transferred"
                values |= {"ending": ending, "ends_on": yesterday}
            case "done this year":
                values |= {"review_year": 2026}
            case "deadline passed":
                values |= {"review_due": yesterday}
            case "grace over":
                values |= {"until_day": yesterday - timedelta(days=GRACE)}
            case "last day of grace":
                values |= {"until_day": TODAY - timedelta(days=GRACE)}
            case "rules pass":
                await self.appointed.qualify(self.person)
            case "province suspended":
                await self.appointed.qualify(self.person)
                await self._suspended_by_the_province()
        await self.appointed.put(self.appointment_id, **values)
        self.case_id = await self._case("open" if line.condition == "case open" else "refused")

    async def _suspended_by_the_province(self) -> None:
        await self.appointed.core.database.execute(
            "INSERT INTO sanction (sanction_id, appointment_id, organisation_code, recorded_at)"
            " VALUES ($1, $2, $3, now())",
            *(new_id(), self.appointment_id, PROVINCE),
        )

    async def _case(self, state: str) -> str:
        case_id = new_id()
        await self.appointed.core.database.execute(
            "INSERT INTO dismissal_case (case_id, appointment_id, proposed_at, effective_day, state)"
            " VALUES ($1, $2, now(), $3, $4)",
            *(case_id, self.appointment_id, TODAY, state),
        )
        return case_id

    def caller(self) -> Caller:
        line = self.line
        if line.condition == "other department":
            return OTHER_SECRETARY
        found = CALLERS[line.role]
        return replace(found, person_id=self.person) if line.condition == "own case" else found

    async def happens(self) -> str:
        """Let the event happen; the reason of the refusal, `refused` where the clock is told none, or nothing."""
        try:
            done = await self._happens()
        except DomainError as error:
            return "OTHER_DEPARTMENT" if error.reason == "APPOINTMENT_NOT_FOUND" else error.reason
        return done

    async def _happens(self) -> str:
        use, one, key = appointing.use_cases(self.appointed.core), self.appointment_id, new_id()
        line, reason = self.line, "按规定办理"
        if line.role == CLOCK:
            return await self._clock_strikes()
        caller = self.caller()
        version = (await self.appointed.row(one))["version"] if one else 0
        last = {
            "day passed": TODAY - timedelta(days=1),
            "last day of all": LAST + timedelta(days=GRACE),
            "day after the term": LAST + timedelta(days=GRACE + 1),
        }.get(line.condition, APRIL_END)
        match line.event:
            case Event.RECOMMEND | Event.RECOMMEND_PENDING:
                pending = line.event is Event.RECOMMEND_PENDING
                self.appointment_id = await self.appointed.start(self.person, pending=pending, by=caller)
            case Event.ACKNOWLEDGE | Event.REVOKE:

                async def work(deed: Deed) -> None:
                    await (acknowledge(deed, one) if line.event is Event.ACKNOWLEDGE else revoke(deed, one, reason))

                await self.appointed.core.deeds.by_itself(work, caller)
            case Event.CONFIRM:
                [result] = await use.reviews.confirm(caller, [Wish(one, version)], key)
                return "OTHER_DEPARTMENT" if result.code == "APPOINTMENT_NOT_FOUND" else result.code
            case Event.CORRECT:
                await use.reviews.correct(caller, one, version, "associate_chief", [], key)
            case Event.PROPOSE_DISMISSAL:
                await use.dismissals.propose(caller, one, version, "other", reason, last, key)
            case Event.REFUSE_DISMISSAL:
                await use.dismissals.refuse(caller, self.case_id, 1, reason, key)
            case Event.SANCTION:
                await use.sanctions.record(caller, one, version, "other", reason, "院发〔2026〕1号", key)
            case Event.LIFT:
                await use.sanctions.lift(caller, one, version, reason, key)
            case Event.DISMISS:
                fingerprint = ""
                if last >= TODAY:
                    fingerprint = (await use.dismissals.preview(OFFICE, one, last)).impact.fingerprint
                case_id = self.case_id if line.condition == "case open" else ""
                order = Order(one, version, case_id, "other", reason, last, fingerprint, False)
                await use.dismissals.commit(caller, order, key)
            case Event.TRANSFER:
                await use.dismissals.transfer(caller, one, version, reason, last, key)
            case Event.SET_LEVEL:
                await use.appointments.set_level(caller, one, version, "key", reason, key)
        return ""

    async def _clock_strikes(self) -> str:
        clock, one = appointing.use_cases(self.appointed.core).clock, self.appointment_id
        before = await self.appointed.row(one)
        match self.line.event:
            case Event.OPEN_REVIEW:
                done = await clock.open_review(one, 2026)
            case Event.MISS_REVIEW:
                done = await clock.mark_overdue(one, 2026)
            case _:
                await clock.end(one)
                done = (await self.appointed.row(one))["state"] != before["state"]
        return "" if done else "refused"

    async def stands(self) -> tuple[str, str]:
        row = await self.appointed.row(self.appointment_id)
        return row["state"], row["review_state"]


async def staged(appointed: Appointed, line: Line) -> Stage:
    stage = Stage(appointed, line, new_id())
    await stage.set()
    clock = appointed.core.clock
    assert isinstance(clock, At)
    before_the_campaign = NOON - timedelta(days=(TODAY - OPENS).days + 1)
    clock.instant = before_the_campaign if line.condition == "campaign not open" else NOON
    return stage


@pytest.mark.parametrize("line", lines(), ids=str)
async def test_appt_04_the_service_does_what_the_table_of_c5_says(appointed: Appointed, line: Line) -> None:
    stage = await staged(appointed, line)
    before = await appointed.row(stage.appointment_id) if stage.appointment_id else {}
    answer = await stage.happens()
    if line.refused:
        assert answer == ("refused" if line.role == CLOCK else line.then)
        assert before == (await appointed.row(stage.appointment_id) if before else {})
    else:
        assert answer == ""
        assert await stage.stands() == (line.then, line.review_then.value)


async def test_appt_04_the_service_and_the_pure_function_agree_on_everything(appointed: Appointed) -> None:
    """Every state with every event, by each role that may, and every state of the review with what it hears."""
    wanted: list[tuple[State, Review, Event]]
    wanted = [(state, Review.NONE, event) for state in State if state is not State.NONE for event in Event]
    of_review = (*OF_REVIEW, Event.PROPOSE_DISMISSAL, Event.DISMISS)
    wanted += [(state, review, event) for state in RUNNING for review in Review if review for event in of_review]
    differing = []
    for state, review, event in wanted:
        role = sorted(WHO[event])[-1]
        stage = await staged(appointed, Line(state, review, event, role, "", "", Review.NONE))
        async with appointed.core.database.unit_of_work() as uow:
            case = await store.case_of(uow.session, await store.require(uow.session, stage.appointment_id))
        given = Given(role, TODAY, rules_pass=event is not Event.LIFT, effective_day=APRIL_END, opens=OPENS, year=2026)
        told = decide(case, event, given)
        answer = await stage.happens()
        same = bool(answer) == bool(told.refusal) and answer in ("refused", told.refusal)
        if not told.refusal:
            same = same and await stage.stands() == (told.state.value, told.review.value)
        if not same:
            differing.append((state.value, review.value, event.value, answer, told))
    assert differing == []


async def test_appt_04_each_change_is_history_audit_and_fact_at_once(appointed: Appointed) -> None:
    line = next(line for line in lines() if line.event is Event.SANCTION and not line.refused)
    stage = await staged(appointed, line)
    assert await stage.happens() == ""
    assert await appointed.kinds(stage.appointment_id) == ["appointed", "suspended"]
    assert await appointed.audited(stage.appointment_id) == ["appointment_appointed", "appointment_suspended"]
    what, fact = (await appointed.facts(stage.appointment_id))[-1]
    row = await appointed.row(stage.appointment_id)
    assert (what, fact.kind, fact.appointment.version) == ("appointment.changed", "suspended", row["version"])
    assert (row["base_code"], row["department_code"]) == (QILU, NEURO)
