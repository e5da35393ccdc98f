"""Who is barred, and who looks like somebody else (B7 32).

Holds PEN-04, PEN-06, PEN-07, PEN-08, PEN-09 and PEN-10.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.capabilities import Action
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.applications import ApplicationHandlers, Identified, SaveSection
from services.enrollment.handlers.deeds import DeedRunner
from services.enrollment.handlers.holding import HoldHandlers, HoldView, ResolveHold
from services.enrollment.handlers.penalising import (
    DecidePenaltyCase,
    Entry,
    ImportPenalties,
    LiftPenalty,
    PenaltyHandlers,
)
from services.enrollment.handlers.screening import Holder, Screener
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.holds import HoldStore
from services.enrollment.store.penalties import PenaltyStore
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.views import ApplicationView
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.handlers.enrollment.story import DOSSIER, MEDICINE, QILU, Stage, applicant, key
from tests.support.vaults import AFTERWARDS, NEXT

PROVINCE = Caller("province", "province_administrator", "37")
FOREIGN = Caller("foreign", "province_administrator", "11")
TODAY = datetime.now(UTC).date()


@dataclass
class Register:
    """Stands in for identity: names by person, and a document that is numbered by its holder."""

    names: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    async def person(self, person_id: str) -> Identified:
        return Identified(self.names.get(person_id, f"测试{person_id[:6]}"), "3701**********12", verified=True)

    async def holder(self, person_id: str) -> Holder:
        self.asked += 1
        return Holder((await self.person(person_id)).name, "3701**********12", f"key-{person_id}")

    async def key_of_document(self, document_type: str, number: str) -> Holder:
        if number == "bad":
            raise DomainError(
                Kind.INVALID, "RESIDENT_ID_FORMAT", "身份证号码有误。", field="document_number", rule="ID-01"
            )
        return Holder("", "3701**********34", f"key-{number}")


@dataclass
class Desk:
    stage: Stage

    def __post_init__(self) -> None:
        stage, database = self.stage, self.stage.database
        self.register = Register()
        self.store = PenaltyStore(database, stage.sealing)
        self.hold_store = HoldStore(database, stage.sealing)
        runner = DeedRunner(stage.cycle_store, DeedStore(database, stage.sealing))
        self.penalties = PenaltyHandlers(runner, self.store, self.register)
        self.holds = HoldHandlers(stage.cycle_store, stage.application_store, runner, self.hold_store)
        self.screener = Screener(self.register, self.store, self.hold_store)
        stage.applications = ApplicationHandlers(
            *(stage.cycle_store, stage.application_store, stage.queries, self.register), screening=self.screener
        )

    def entry(self, document: str, **changes: object) -> Entry:
        since = ("no_show", str(TODAY), 3, "", "未报到", "鲁卫8号")
        plain = Entry("DOCUMENT_TYPE_RESIDENT_ID", document, "", "王某", *since)
        return replace(plain, **changes)  # type: ignore[arg-type]

    async def bar(self, person: Caller, **changes: object) -> str:
        entry = self.entry("", person_id=person.person_id, **changes)
        return (await self.penalties.add_penalty(PROVINCE, self.order(entry))).id

    def order(self, *entries: Entry) -> ImportPenalties:
        return ImportPenalties(self.stage.cycle_id, entries, key())

    async def apply(self, person: Caller, mobile: str, birth: str = "1998-05-01") -> ApplicationView:
        await self.stage.start(person)
        await self.save(person, mobile, birth)
        return await self.stage.submit(person)

    async def save(self, person: Caller, mobile: str, birth: str = "1998-05-01") -> None:
        await self.stage.fill(person, Choice(QILU, MEDICINE, True))
        body = {**DOSSIER[Section.BASIC], "mobile": mobile, "birth_date": birth}
        order = SaveSection(self.stage.cycle_id, Section.BASIC, body, 0, key())
        await self.stage.applications.save_section(person, order)

    async def held(self, state: str = "open") -> list[HoldView]:
        return await self.holds.list_holds(PROVINCE, self.stage.cycle_id, state, 0)

    async def mark(self, application_id: str) -> str:
        query = "SELECT held FROM application WHERE id = $1"
        return str(await self.stage.database.fetchval(query, application_id))


@pytest.fixture
async def desk(stage: Stage) -> Desk:
    await stage.stand(P1)
    return Desk(stage)


async def refused(deed: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as found:
        await deed
    return found.value


async def test_pen_04_who_is_barred_neither_starts_nor_submits_until_it_ends(desk: Desk, stage: Stage) -> None:
    person, started = applicant(), applicant()
    await stage.start(started)
    await desk.save(started, "13900000001")
    await desk.bar(person)
    await desk.bar(started)
    await desk.bar(applicant(), since=str(TODAY + timedelta(days=30)))
    for deed in (stage.start(person), stage.submit(started)):
        error = await refused(deed)
        assert error.reason == "PENALISED"
        assert error.until is not None
        assert error.until > datetime.now(UTC) + timedelta(days=1000)
    later = applicant()
    await desk.bar(later, since=str(TODAY + timedelta(days=30)))
    past = applicant()
    await desk.bar(past, since="2019-01-01", until="2020-01-01", years=0)
    for free in (later, past):
        await stage.start(free)


async def test_pen_07_rows_of_an_import_stand_and_fall_by_themselves(desk: Desk, stage: Stage) -> None:
    order = desk.order(
        desk.entry("1"),
        desk.entry("1"),
        desk.entry("1", number="鲁卫9号"),
        desk.entry("bad"),
        desk.entry("2", cause="mood"),
        desk.entry("3", number=" "),
        desk.entry("4", name=" "),
        desk.entry("5", until="2020-01-01"),
    )
    results = await desk.penalties.import_penalties(PROVINCE, order)
    assert [result.reason for result in results] == [
        *("", "PENALTY_KNOWN", "", "RESIDENT_ID_FORMAT"),
        *("PENALTY_CAUSE", "NUMBER_REQUIRED", "NAME_REQUIRED", "PENALTY_SPAN"),
    ]
    assert await desk.penalties.import_penalties(PROVINCE, order) == results
    again = await refused(desk.penalties.add_penalty(PROVINCE, desk.order(desk.entry("1"))))
    assert (again.reason, again.rule) == ("PENALTY_KNOWN", "PEN-07")
    listed = await desk.penalties.list_penalties(PROVINCE, stage.cycle_id, 0, in_force=True)
    found = [penalty for penalty, bars in listed if bars and penalty.document_key == "key-1"]
    assert {penalty.number for penalty in found} == {"鲁卫8号", "鲁卫9号"}
    assert {penalty.name for penalty in found} == {"王某"}
    raw = await stage.database.fetch("SELECT p::text AS row FROM penalty p")
    assert all("王某" not in row["row"] for row in raw)
    assert (
        await refused(desk.penalties.list_penalties(FOREIGN, stage.cycle_id, 0, in_force=False))
    ).kind is Kind.NOT_FOUND
    assert (await refused(desk.penalties.add_penalty(FOREIGN, desk.order(desk.entry("7"))))).kind is Kind.NOT_FOUND


async def test_pen_08_a_lifted_penalty_bars_nobody(desk: Desk, stage: Stage) -> None:
    person = applicant()
    penalty_id = await desk.bar(person)
    order = LiftPenalty(stage.cycle_id, penalty_id, "申诉成立", key())
    assert (await desk.penalties.lift_penalty(PROVINCE, order)).lifted_at is not None
    await stage.start(person)
    again = LiftPenalty(stage.cycle_id, penalty_id, "再次", key())
    assert (await refused(desk.penalties.lift_penalty(PROVINCE, again))).reason == "ALREADY_LIFTED"
    foreign = LiftPenalty(stage.cycle_id, new_id(), "没有", key())
    assert (await refused(desk.penalties.lift_penalty(PROVINCE, foreign))).rule == "PEN-08"


async def test_pen_09_a_case_becomes_a_penalty_or_rests(desk: Desk, stage: Stage) -> None:
    cases = {}
    for cause, mobile in (("no_show", "13900000011"), ("quit", "13900000012")):
        person = applicant()
        view = await desk.apply(person, mobile)
        case_id = cases[cause] = new_id()
        await stage.database.execute(
            """
            INSERT INTO penalty_case (id, cycle_id, application_id, person_id, cause, at)
            VALUES ($1, $2, $3, $4, $5, clock_timestamp())
            """,
            *(case_id, stage.cycle_id, view.application_id, person.person_id, cause),
        )
    listed = await desk.penalties.list_cases(PROVINCE, stage.cycle_id)
    assert [case.cause for case in listed] == ["no_show", "quit"]
    nameless = DecidePenaltyCase(stage.cycle_id, cases["quit"], True, 0, "退培", "", key())
    assert (await refused(desk.penalties.decide_case(PROVINCE, nameless))).reason == "NUMBER_REQUIRED"
    order = DecidePenaltyCase(stage.cycle_id, cases["quit"], True, 0, "无故退培", "鲁卫10号", key())
    penalty = (await desk.penalties.decide_case(PROVINCE, order)).penalty
    assert penalty is not None
    assert penalty.until - penalty.since > timedelta(days=3 * 365 - 1)
    rest = DecidePenaltyCase(stage.cycle_id, cases["no_show"], False, 0, "因病", "", key())
    assert (await desk.penalties.decide_case(PROVINCE, rest)).penalty is None
    assert await desk.penalties.list_cases(PROVINCE, stage.cycle_id) == []
    twice = replace(order, idempotency_key=key())
    error = await refused(desk.penalties.decide_case(PROVINCE, twice))
    assert (error.reason, error.rule) == ("ALREADY_DECIDED", "PEN-09")


async def test_pen_06_whoever_looks_like_another_is_accepted_and_held(desk: Desk, stage: Stage) -> None:
    one, two, three = applicant(), applicant(), applicant()
    desk.register.names = {one.person_id: "买买提·江", two.person_id: "买买提•江"}
    first = await desk.apply(one, "13900000021")
    second = await desk.apply(two, "13900000022")
    third = await desk.apply(three, "13900000021", "1999-01-01")
    assert [await desk.mark(view.application_id) for view in (first, second, third)] == ["", "DUPLICATE", "DUPLICATE"]
    found = {view.hold.application_id: view for view in await desk.held()}
    assert [other.kinds for other in found[second.application_id].alike] == [("name_and_birth",)]
    assert [other.application_id for other in found[third.application_id].alike] == [first.application_id]
    told = await stage.database.fetch("SELECT body FROM outbox WHERE subject LIKE '%application.held'")
    about = {events_pb2.ApplicationHeld.FromString(row["body"]).application.person_id for row in told}
    assert about >= {two.person_id, three.person_id}
    await stage.stand(P2)
    assert (await refused(stage.review(second, approve=True))).reason == "HELD"
    await stage.review(first, approve=True)


async def test_pen_10_the_province_releases_or_refuses(desk: Desk, stage: Stage) -> None:
    one, two = applicant(), applicant()
    await desk.apply(one, "13900000031")
    second = await desk.apply(two, "13900000031", "1999-01-01")
    [view] = await desk.held()
    refuse = ResolveHold(view.hold.id, False, "疑为同一人", key())
    assert (await desk.holds.resolve_hold(PROVINCE, refuse)).hold.state == "refused"
    assert await desk.mark(second.application_id) == "DUPLICATE"
    again = replace(refuse, idempotency_key=key())
    assert (await refused(desk.holds.resolve_hold(PROVINCE, again))).reason == "ALREADY_DECIDED"
    release = ResolveHold(view.hold.id, True, "已核实为两人", key())
    assert (await refused(desk.holds.resolve_hold(FOREIGN, release))).kind is Kind.NOT_FOUND
    assert (await desk.holds.resolve_hold(PROVINCE, release)).hold.state == "released"
    assert await desk.mark(second.application_id) == ""
    # What the province has said once is not asked again, also when the same is found at the next submission.
    await desk.save(two, "13900000031", "1999-01-02")
    await stage.submit(two)
    assert await desk.mark(second.application_id) == ""
    settled = ResolveHold(view.hold.id, False, "反悔", key())
    assert (await refused(desk.holds.resolve_hold(PROVINCE, settled))).rule == "PEN-10"
    history = await stage.history.list_history(PROVINCE, second.application_id)
    assert [entry.command for entry in history if "applic" in entry.command][-3:] == [
        "refuse_application",
        "release_application",
        "submit_application",
    ]


async def test_pen_06_of_two_who_submit_at_once_one_is_held(desk: Desk, stage: Stage) -> None:
    people = [applicant() for _ in range(4)]
    for person in people:
        await stage.start(person)
        await desk.save(person, "13900000041", f"1999-01-{len(person.person_id) % 28:02d}")
    views = await asyncio.gather(*map(stage.submit, people))
    marks = [await desk.mark(view.application_id) for view in views]
    assert sorted(marks) == ["", "DUPLICATE", "DUPLICATE", "DUPLICATE"]


async def test_who_is_forgotten_is_not_recognised(desk: Desk, stage: Stage) -> None:
    """PRIV-05: nor are names kept under an old key."""
    one = applicant()
    view = await desk.apply(one, "13900000051")
    await desk.bar(applicant())
    old = await stage.database.fetchval("SELECT count(*) FROM penalty")
    after = Sealing(NEXT)
    assert await PenaltyStore(stage.database, after).rewrap(1000) == old
    last = PenaltyStore(stage.database, Sealing(AFTERWARDS))
    assert len(await last.penalties("37", 1000, in_force=False)) == old
    async with stage.database.unit_of_work() as uow:
        await SealedStore(stage.database, stage.sealing).forget(uow, one.person_id)
    count = "SELECT count(*) FROM likeness WHERE application_id = $1"
    assert await stage.database.fetchval(count, view.application_id) == 0


async def test_identity_is_asked_once_in_a_while(desk: Desk, stage: Stage) -> None:
    """PEN-04: the pseudonym found at the start serves the submissions that follow."""
    person = applicant()
    await desk.apply(person, "13900000061")
    assert desk.register.asked == 1
    may = (await stage.applications.get_my_application(person, stage.cycle_id))[1]
    assert may[Action.SUBMIT].allowed
