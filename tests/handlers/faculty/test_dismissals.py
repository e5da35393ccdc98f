"""Dismissals with what becomes of the months, transfers, suspensions, on a real database.

APPT-05, APPT-08, APPT-09, APPT-11, APPT-12, APPT-13, APPT-15.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2, faculty_pb2
from services.faculty import appointing
from services.faculty.core import Core
from services.faculty.grpc_api.appointments import UseCases
from services.faculty.handlers.cell_edits import CellEdits, Edit
from services.faculty.handlers.cells import Cells
from services.faculty.handlers.dismissals import Order
from services.faculty.handlers.orphaning import Impact, impact_of
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.support.faculty import DIRECTOR, NEURO, OFFICE, OTHER_OFFICE, PROVINCE_STAFF, QILU, SECRETARY, At, core_of
from tests.support.faculty_appointments import Appointed
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

NOON = datetime(2026, 4, 10, 4, tzinfo=UTC)
APRIL, MAY, JUNE = (date(2026, month, 1) for month in (4, 5, 6))
APRIL_END, MAY_END = date(2026, 4, 30), date(2026, 5, 31)
REASON = "考核不合格"


@pytest.fixture(scope="module")
async def core(postgres: PostgresServer) -> AsyncIterator[Core]:
    url = postgres.database("faculty")
    database = Database(url, name="faculty", pool_size=4)
    await database.start()
    yield core_of(database, At(NOON))
    await database.stop()
    postgres.drop(url)


@dataclass
class Ward:
    """A teacher with a trainee in April, May and June, and perhaps a colleague who could take them."""

    core: Core
    department: str
    appointed: Appointed
    use: UseCases
    teacher: str = ""
    appointment_id: str = ""
    trainee: str = ""
    colleagues: list[str] = field(default_factory=list)

    async def set(self, colleagues: int = 0) -> None:
        self.teacher, self.trainee = new_id(), new_id()
        self.appointment_id = await self.appointed.start(
            self.teacher, department_code=self.department, from_day=date(2026, 1, 1)
        )
        self.colleagues = [new_id() for _ in range(colleagues)]
        for each in self.colleagues:
            await self.appointed.start(each, department_code=self.department, from_day=date(2026, 1, 1))
        database = self.core.database
        await database.execute(
            "INSERT INTO trainee (trainee_id, person_id, name, application_id, base_code, state, arrived_at)"
            " VALUES ($1, $2, '李学员', $3, $4, 'active', now())",
            *(self.trainee, new_id(), new_id(), QILU),
        )
        await database.execute(
            "INSERT INTO rotation (trainee_id, from_day, until_day, department_code) VALUES ($1, $2, $3, $4)",
            *(self.trainee, APRIL, date(2026, 6, 30), self.department),
        )
        for month in (APRIL, MAY, JUNE):
            await database.execute(
                "INSERT INTO cell (trainee_id, department_code, month, teacher_id, origin, changed_at)"
                " VALUES ($1, $2, $3, $4, 'auto', now())",
                *(self.trainee, self.department, month, self.teacher),
            )

    async def months(self) -> dict[date, tuple[str, str]]:
        """By month, who teaches and why nobody does."""
        rows = await self.core.database.fetch(
            "SELECT month, teacher_id::text, orphan_cause FROM cell WHERE trainee_id = $1", self.trainee
        )
        return {row["month"]: (row["teacher_id"] or "", row["orphan_cause"]) for row in rows}

    async def row(self) -> dict[str, Any]:
        return await self.appointed.row(self.appointment_id)

    async def order(self, last: date, *, substitutes: bool = False, **more: Any) -> Order:
        preview = await self.use.dismissals.preview(OFFICE, self.appointment_id, last)
        version = (await self.row())["version"]
        order = Order(
            *(self.appointment_id, version, "", "evaluation", REASON, last, preview.impact.fingerprint, substitutes)
        )
        return replace(order, **more)

    async def dismissed(self, order: Order, by: Caller = OFFICE) -> None:
        await self.use.dismissals.commit(by, order, new_id())

    def at(self, instant: datetime) -> None:
        assert isinstance(self.core.clock, At)
        self.core.clock.instant = instant


@pytest.fixture
async def ward(core: Core) -> AsyncIterator[Ward]:
    found = Ward(core, NEURO, Appointed(core), appointing.use_cases(core))
    found.at(NOON)
    yield found
    # Nobody of this test is somebody's colleague in the next.
    await core.database.execute("UPDATE appointment SET state = 'expired' WHERE department_code = $1", NEURO)


def refused(caught: pytest.ExceptionInfo[DomainError]) -> tuple[Kind, str]:
    return caught.value.kind, caught.value.reason


async def test_appt_15_at_the_end_of_the_month_what_is_planned_later_waits_for_a_teacher(ward: Ward) -> None:
    await ward.set()
    preview = await ward.use.dismissals.preview(DIRECTOR, ward.appointment_id, None)
    assert (preview.effective_day, preview.needs_substitutes) == (APRIL_END, False)
    assert [each.month for each in preview.impact.months] == [MAY, JUNE]
    await ward.dismissed(await ward.order(APRIL_END))
    assert await ward.months() == {APRIL: (ward.teacher, ""), MAY: ("", "dismissed"), JUNE: ("", "dismissed")}
    row = await ward.row()
    assert (row["state"], row["ending"], row["ends_on"]) == ("active", "dismissed", APRIL_END)
    what, fact = (await ward.appointed.facts(ward.appointment_id))[-1]
    assert (what, fact.kind, fact.reason_code, fact.effective_day) == (
        *("appointment.changed", "dismissal_decided"),
        *("evaluation", "2026-04-30"),
    )


async def test_appt_15_within_a_month_a_running_month_needs_a_substitute(ward: Ward) -> None:
    await ward.set()
    before = await ward.row()
    with pytest.raises(DomainError) as caught:
        await ward.dismissed(await ward.order(date(2026, 4, 15)))
    assert refused(caught) == (Kind.CONFLICT, "SUBSTITUTES_NEEDED")
    with pytest.raises(DomainError) as caught:
        await ward.dismissed(await ward.order(date(2026, 4, 15), substitutes=True))
    assert refused(caught) == (Kind.CONFLICT, "SUBSTITUTE_MISSING")
    assert (await ward.row(), set((await ward.months()).values())) == (before, {(ward.teacher, "")})


async def test_appt_15_dismissal_and_substitutes_together(ward: Ward) -> None:
    await ward.set(colleagues=1)
    order = await ward.order(date(2026, 4, 15), substitutes=True)
    await ward.dismissed(order)
    [colleague] = ward.colleagues
    assert await ward.months() == dict.fromkeys((APRIL, MAY, JUNE), (colleague, ""))
    assert (await ward.row())["ends_on"] == date(2026, 4, 15)
    rows = await ward.core.database.fetch("SELECT body FROM outbox WHERE subject LIKE '%months.orphaned'")
    told = [events_pb2.MonthsOrphaned.FromString(row["body"]).teacher_id for row in rows]
    assert ward.teacher not in told, "months that were filled in the same deed are no news"


async def test_appt_15_what_moved_since_the_preview_stops_everything(ward: Ward) -> None:
    await ward.set(colleagues=1)
    order = await ward.order(APRIL_END, substitutes=True)
    await ward.core.database.execute(
        "UPDATE cell SET teacher_id = $1 WHERE trainee_id = $2 AND month = $3", ward.colleagues[0], ward.trainee, JUNE
    )
    before = await ward.months()
    for wrong in (order, replace(order, fingerprint="")):
        with pytest.raises(DomainError) as caught:
            await ward.dismissed(wrong)
        assert refused(caught) == (Kind.CONFLICT, "IMPACT_MOVED")
    assert (await ward.months(), (await ward.row())["ending"]) == (before, "")


async def test_appt_15_what_a_director_assigns_meanwhile_is_not_orphaned_unseen(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ward.set()
    order, database, newcomer = await ward.order(APRIL_END), ward.core.database, new_id()
    await database.execute(
        "INSERT INTO trainee (trainee_id, person_id, name, application_id, base_code, state, arrived_at)"
        " VALUES ($1, $2, '王学员', $3, $4, 'active', now())",
        *(newcomer, new_id(), new_id(), QILU),
    )
    await database.execute(
        "INSERT INTO rotation (trainee_id, from_day, until_day, department_code) VALUES ($1, $2, $3, $4)",
        *(newcomer, MAY, MAY_END, ward.department),
    )
    edits = CellEdits(ward.core, Cells(ward.core))
    edit = Edit(newcomer, ward.department, MAY, 0, "assign", ward.teacher)
    tasks: list[asyncio.Task[object]] = []

    async def looked_at(*args: Any, **more: Any) -> Impact:
        found = await impact_of(*args, **more)
        tasks.append(asyncio.create_task(edits.edit_cells(DIRECTOR, [edit], "", new_id())))
        await eventually(lambda: waits_or_done(tasks[0]), "the director's edit waits, or is done")
        return found

    async def waits_or_done(task: asyncio.Task[object]) -> bool:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return task.done() or await database.fetchval(waiting) > 0

    monkeypatch.setattr("services.faculty.handlers.dismissals.impact_of", looked_at)
    await ward.dismissed(order)
    with pytest.raises(DomainError) as caught:
        await tasks[0]
    assert refused(caught) == (Kind.NOT_NOW, "TEACHER_AWAY")
    assert await database.fetchval("SELECT count(*) FROM cell WHERE trainee_id = $1", newcomer) == 0


async def test_appt_15_the_same_key_again_dismisses_once(ward: Ward) -> None:
    await ward.set()
    order = await ward.order(APRIL_END)
    for _ in range(2):
        await ward.use.dismissals.commit(OFFICE, order, "key-00000001")
    assert (await ward.appointed.kinds(ward.appointment_id)).count("dismissal_decided") == 1


async def test_appt_11_a_department_proposes_and_the_office_decides(ward: Ward) -> None:
    await ward.set()
    await ward.appointed.put(ward.appointment_id, review_state="due", review_year=2026, review_due=date(2026, 4, 27))
    version = (await ward.row())["version"]
    case_id = await ward.use.dismissals.propose(
        SECRETARY, ward.appointment_id, version, "evaluation", REASON, None, new_id()
    )
    [(case, whose)], _ = await ward.use.dismissals.cases(OFFICE, "open", 50, "")
    assert (case.case_id, case.source, case.effective_day) == (case_id, "review", APRIL_END)
    assert (whose.appointment_id, whose.review_state) == (ward.appointment_id, "dismissal_proposed")
    assert await ward.use.dismissals.cases(OTHER_OFFICE, "", 50, "") == ([], "")
    order = await ward.order(APRIL_END, case_id=case_id)
    await ward.dismissed(order)
    [(case, whose)], _ = await ward.use.dismissals.cases(SECRETARY, "committed", 1, "")
    assert (case.state, whose.review_state) == ("committed", "")


async def test_appt_11_a_refused_proposal_counts_as_confirmed_and_may_be_made_again(ward: Ward) -> None:
    await ward.set()
    await ward.appointed.put(ward.appointment_id, review_state="overdue", review_year=2026, review_due=APRIL)
    for _ in range(2):
        version = (await ward.row())["version"]
        case_id = await ward.use.dismissals.propose(
            DIRECTOR, ward.appointment_id, version, "evaluation", REASON, MAY_END, new_id()
        )
        await ward.use.dismissals.refuse(OFFICE, case_id, 1, "继续聘任", new_id())
        assert (await ward.row())["review_state"] == "confirmed"
        with pytest.raises(DomainError) as caught:
            await ward.use.dismissals.refuse(OFFICE, case_id, 2, "继续聘任", new_id())
        assert refused(caught) == (Kind.CONFLICT, "NO_CASE")
    with pytest.raises(DomainError) as caught:
        await ward.use.dismissals.refuse(OTHER_OFFICE, case_id, 2, "继续聘任", new_id())
    assert refused(caught) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


async def test_appt_11_a_case_of_somebody_else_answers_nothing(ward: Ward) -> None:
    await ward.set()
    with pytest.raises(DomainError) as caught:
        await ward.dismissed(await ward.order(APRIL_END, case_id=new_id()))
    assert refused(caught) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


@pytest.mark.parametrize("by", [OTHER_OFFICE, PROVINCE_STAFF], ids=["other office", "province"])
async def test_appt_05_who_may_not_dismiss(ward: Ward, by: Caller) -> None:
    await ward.set()
    with pytest.raises(DomainError) as caught:
        await ward.dismissed(await ward.order(APRIL_END), by=by)
    assert refused(caught) in ((Kind.NOT_FOUND, "APPOINTMENT_NOT_FOUND"), (Kind.FORBIDDEN, "ROLE_NOT_ALLOWED"))
    assert (await ward.row())["ending"] == ""


async def test_appt_09_a_transfer_leaves_the_later_months_without_a_teacher(ward: Ward) -> None:
    await ward.set(colleagues=1)
    version = (await ward.row())["version"]
    await ward.use.dismissals.transfer(OFFICE, ward.appointment_id, version, "调往外院", MAY_END, new_id())
    assert await ward.months() == {APRIL: (ward.teacher, ""), MAY: (ward.teacher, ""), JUNE: ("", "transferred")}
    ward.at(datetime(2026, 5, 31, 15, 59, tzinfo=UTC))
    assert await ward.use.clock.end(ward.appointment_id) == ("active", 0)
    ward.at(datetime(2026, 5, 31, 16, tzinfo=UTC))
    assert await ward.use.clock.end(ward.appointment_id) == ("transferred", 0)
    assert (await ward.appointed.kinds(ward.appointment_id))[1:] == ["transfer_decided", "transferred"]
    facts = [fact for what, fact in await ward.appointed.facts(ward.appointment_id) if what == "appointment.changed"]
    told = [(fact.kind, fact.appointment.state, fact.effective_day) for fact in facts]
    assert told == [
        ("transferred", faculty_pb2.APPOINTMENT_STATE_ACTIVE, "2026-05-31"),
        ("transferred", faculty_pb2.APPOINTMENT_STATE_TRANSFERRED, "2026-05-31"),
    ]


async def test_appt_12_somebody_suspended_begins_no_new_month(ward: Ward) -> None:
    await ward.set(colleagues=1)
    version = (await ward.row())["version"]
    source = "院发〔2026〕1号"
    await ward.use.sanctions.record(OFFICE, ward.appointment_id, version, "teaching_accident", REASON, source, new_id())
    assert await ward.months() == {APRIL: (ward.teacher, ""), MAY: ("", "suspended"), JUNE: ("", "suspended")}
    facts = await ward.appointed.facts(ward.appointment_id)
    assert (facts[-1][1].kind, facts[-1][1].reason_code) == ("suspended", "teaching_accident")


async def test_appt_08_a_suspension_is_lifted_when_the_entry_rules_pass_and_the_evaluation_is_kept(
    ward: Ward,
) -> None:
    await ward.set()
    await ward.appointed.put(ward.appointment_id, state="suspended")
    version = (await ward.row())["version"]
    await ward.appointed.qualify(ward.teacher)
    await ward.appointed.disqualify(ward.teacher)
    with pytest.raises(DomainError) as caught:
        await ward.use.sanctions.lift(OFFICE, ward.appointment_id, version, "整改完成", new_id())
    assert (caught.value.kind, caught.value.reason, caught.value.rule) == (Kind.NOT_NOW, "RULES_NOT_MET", "APPT-08")
    await ward.core.database.execute("UPDATE incident SET withdrawn_at = now() WHERE person_id = $1", ward.teacher)
    await ward.use.sanctions.lift(OFFICE, ward.appointment_id, version, "整改完成", new_id())
    assert (await ward.row())["state"] == "active"
    detail = await ward.core.database.fetchval(
        "SELECT detail -> 'evaluation' ->> 'reference' FROM appointment_event"
        " WHERE appointment_id = $1 AND kind = 'lifted'",
        ward.appointment_id,
    )
    assert detail == "2026-04-10"


async def test_appt_12_what_the_province_suspended_only_the_province_lifts(ward: Ward) -> None:
    await ward.set()
    await ward.appointed.qualify(ward.teacher)
    for by in (OFFICE, PROVINCE_STAFF):
        version = (await ward.row())["version"]
        await ward.use.sanctions.record(by, ward.appointment_id, version, "other", REASON, "文件", new_id())
    version = (await ward.row())["version"]
    with pytest.raises(DomainError) as caught:
        await ward.use.sanctions.lift(OFFICE, ward.appointment_id, version, "整改完成", new_id())
    assert refused(caught) == (Kind.FORBIDDEN, "PROVINCE_DECIDES")
    await ward.use.sanctions.lift(PROVINCE_STAFF, ward.appointment_id, version, "整改完成", new_id())
    standing = await ward.core.database.fetchval(
        "SELECT count(*) FROM sanction WHERE appointment_id = $1 AND lifted_at IS NULL", ward.appointment_id
    )
    assert ((await ward.row())["state"], standing) == ("active", 0)


async def test_appt_04_who_looked_at_an_older_version_is_told(ward: Ward) -> None:
    await ward.set()
    order = await ward.order(APRIL_END)
    await ward.use.appointments.set_level(OFFICE, ward.appointment_id, order.version, "key", "优秀", new_id())
    with pytest.raises(DomainError) as caught:
        await ward.dismissed(order)
    assert refused(caught) == (Kind.CONFLICT, "VERSION_MOVED")


async def test_appt_04_what_is_written_for_good_names_nobody_by_number(ward: Ward) -> None:
    await ward.set()
    version = (await ward.row())["version"]
    with pytest.raises(DomainError) as caught:
        await ward.use.dismissals.transfer(OFFICE, ward.appointment_id, version, "电话13800000000", APRIL_END, new_id())
    assert refused(caught) == (Kind.INVALID, "REASON_NUMBERS")
    assert (await ward.row())["ending"] == ""


async def test_appt_04_of_those_who_decide_at_once_one_is_first(ward: Ward) -> None:
    await ward.set()
    version = (await ward.row())["version"]

    async def tried(n: int) -> str:
        try:
            if n % 2:
                source = "院发〔2026〕1号"
                await ward.use.sanctions.record(OFFICE, ward.appointment_id, version, "other", REASON, source, new_id())
            else:
                await ward.use.dismissals.transfer(OFFICE, ward.appointment_id, version, REASON, APRIL_END, new_id())
        except DomainError as error:
            return error.reason
        return ""

    answers = await asyncio.gather(*(tried(n) for n in range(6)))
    assert sorted(answers) == ["", *["VERSION_MOVED"] * 5]
    assert (await ward.row())["version"] == version + 1
