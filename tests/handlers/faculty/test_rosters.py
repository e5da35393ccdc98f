"""A secretary's list on a real database: all faults before anything is done, then all of it once.

Holds ROST-15, ROST-16, ROST-17, ROST-18, ROST-19, ROST-21, ROST-22, ROST-23 and ROST-24.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.domain.rosters import COLUMNS, DOCUMENT
from services.faculty.handlers.dismissals import open_case
from services.faculty.handlers.rosters import RosterHandlers
from services.faculty.people import Known
from services.faculty.store import rosters as store
from services.faculty.store.dossiers import Sealing
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.sheets import write_csv, write_xlsx
from services.rehearsal.people import check_digit
from tests.support.faculty import (
    CARDIO,
    DIRECTOR,
    NEURO,
    NOON,
    OFFICE,
    OTHER_DIRECTOR,
    OTHER_OFFICE,
    OTHER_SECRETARY,
    QILU,
    SECRETARY,
    At,
    KnownPeople,
    core_of,
)
from tests.support.faculty_standing import teacher
from tests.support.postgres import PostgresServer
from tests.support.vaults import NEXT

Cells = list[str]


@dataclass
class KnownAccounts:
    """Whose document is whose, and who was asked to register."""

    people: KnownPeople
    found: dict[str, str] = field(default_factory=dict)
    invited: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: DomainError | None = None

    async def find(self, document: str) -> str:
        return self.found.get(document, "")

    async def invite(self, mobile: str, hospital: str, key: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.invited.append((mobile, hospital, key))

    def known(self, document: str, name: str, person_id: str = "") -> str:
        """Somebody with an account."""
        person = person_id or new_id()
        self.people.known[person] = Known(name, "1101**********93", new_id().replace("-", ""), True)
        self.found[document] = person
        return person


@dataclass
class Desk:
    """A secretary with a list in hand."""

    core: Core
    clock: At
    accounts: KnownAccounts
    rosters: RosterHandlers

    async def upload(self, rows: Sequence[Cells], caller: Caller = SECRETARY, key: str = "") -> str:
        file = write_xlsx(COLUMNS, rows)
        return str((await self.rosters.create(caller, file, "名单.xlsx", key or new_id())).roster_id)

    async def outcomes(self, roster_id: str, caller: Caller = SECRETARY) -> list[tuple[str, str, list[str]]]:
        rows = (await self.rosters.get(caller, roster_id, False, 200, "")).rows
        return [(each.match, each.outcome, [fault.code for fault in each.faults]) for each in rows]

    async def facts(self, what: str) -> list[bytes]:
        sql = "SELECT body FROM outbox WHERE subject = $1 ORDER BY position"
        return [row["body"] for row in await self.core.database.fetch(sql, f"residency.faculty.v1.{what}")]

    async def counts(self) -> tuple[int, int, int]:
        """Cases, facts and invitations so far."""
        cases = await self.core.database.fetchval("SELECT count(*) FROM dismissal_case")
        outbox = await self.core.database.fetchval("SELECT count(*) FROM outbox")
        return cases, outbox, len(self.accounts.invited)


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    url = postgres.database("faculty")
    started = Database(url, name="faculty", pool_size=4)
    await started.start()
    yield started
    await started.stop()
    postgres.drop(url)


@pytest.fixture
async def desk(database: Database) -> Desk:
    clock, people = At(NOON), KnownPeople()
    core, accounts = core_of(database, clock, people), KnownAccounts(people)
    return Desk(core, clock, accounts, RosterHandlers(core, accounts))


async def refused(act: Awaitable[object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await act
    return caught.value


def document(n: int) -> str:
    first = f"110101{1960 + n % 40}0307{n % 1000:03d}"
    return first + check_digit(first)


def add(n: int, name: str = "王芳", **changes: str) -> Cells:
    cells = dict(zip(COLUMNS, ("增加", name, document(n), "", f"138{n:08d}", "", "2024-03"), strict=True))
    return list((cells | changes).values())


def dismiss(n: int, name: str = "李雷") -> Cells:
    return ["解聘", name, document(n), "", "", "", ""]


async def test_must_show_4_500_rows_with_60_faulty_ones_and_nothing_done_before_the_commit(desk: Desk) -> None:
    """Twelve kinds of fault, five rows each; every faulty row is told with its column and rule."""
    kinds = [
        ({"操作": "删除"}, "操作", "ROST-06"),
        ({"姓名": ""}, "姓名", "ROST-07"),
        ({"姓名": "王2"}, "姓名", "ROST-07"),
        ({"身份证号": ""}, "身份证号", "ROST-08"),
        ({"身份证号": "110101199003077990"}, "身份证号", "ROST-08"),
        ({"执业医师证号": "无"}, "执业医师证号", "ROST-09"),
        ({"手机号": ""}, "手机号", "ROST-10"),
        ({"手机号": "12345"}, "手机号", "ROST-10"),
        ({"电子邮箱": "wang"}, "电子邮箱", "ROST-11"),
        ({"带教任职时间": "去年"}, "带教任职时间", "ROST-12"),
        ({"带教任职时间": "2026-03-03"}, "带教任职时间", "ROST-12"),
        ({"操作": "解聘"}, "", "ROST-15"),
    ]
    rows, expected = [], {}
    for n in range(500):
        changes, column, rule = kinds[n // 40] if n % 8 == 0 and n < 480 else ({}, "", "")
        rows.append(add(n, **changes))
        if changes:
            expected[n + 2] = (column, rule)
    assert len(expected) == 60
    before = await desk.counts()
    made = await desk.rosters.create(SECRETARY, write_xlsx(COLUMNS, rows), "名单.xlsx", "key-of-500")
    assert (made.state, made.rows, made.faulty, made.version) == ("checked", 500, 60, 1)
    told: dict[int, list[tuple[str, str]]] = {}
    token = ""
    while not told or token:
        page = await desk.rosters.get(SECRETARY, made.roster_id, True, 25, token)
        told |= {each.number: [(fault.column, fault.rule) for fault in each.faults] for each in page.rows}
        token = page.next_token
    assert told == {number: [fault] for number, fault in expected.items()}
    assert await desk.counts() == before
    error = await refused(desk.rosters.commit(SECRETARY, made.roster_id, 1, False, "key-commit-all"))
    assert (error.kind, error.reason, error.rule) == (Kind.NOT_NOW, "ROWS_FAULTY", "ROST-19")
    assert await desk.counts() == before
    done = await desk.rosters.commit(SECRETARY, made.roster_id, 1, True, "key-commit-good")
    assert (done.state, done.version) == ("committed", 2)
    while await desk.rosters.invite_some():
        pass
    outcomes = Counter(outcome for _, outcome, _ in await _all(desk, made.roster_id))
    assert outcomes == {"invited": 440, "": 60}
    assert len(desk.accounts.invited) == len({key for _, _, key in desk.accounts.invited}) == 440


async def _all(desk: Desk, roster_id: str) -> list[tuple[str, str, list[str]]]:
    rows: list[tuple[str, str, list[str]]] = []
    token = ""
    while not rows or token:
        page = await desk.rosters.get(SECRETARY, roster_id, False, 200, token)
        rows += [(each.match, each.outcome, [fault.code for fault in each.faults]) for each in page.rows]
        token = page.next_token
    return rows


async def test_rost_15_to_17_each_row_is_matched_to_whom_it_is_about(desk: Desk) -> None:
    accounts, core = desk.accounts, desk.core
    accounts.known(document(601), "王芳")
    accounts.known(document(602), "王芳", await teacher(core, name="王芳", department=CARDIO))
    accounts.known(document(603), "李雷", await teacher(core))
    accounts.known(document(604), "李雷", await teacher(core, department=CARDIO, extra=(NEURO,)))
    accounts.known(document(605), "李雷", await teacher(core, department=CARDIO))
    accounts.known(document(606), "别人")
    accounts.known(document(607), "王芳", SECRETARY.person_id)
    rows = [add(600), add(601), add(602), *(dismiss(n) for n in (603, 604, 605, 608)), add(606), add(607)]
    roster_id = await desk.upload(rows)
    assert await desk.outcomes(roster_id) == [
        ("unknown", "invite", []),
        ("account", "invite", []),
        ("known", "nothing", []),
        ("dismissable", "case", []),
        ("not_here", "", ["NOT_HERE"]),
        ("not_here", "", ["NOT_HERE"]),
        ("not_here", "", ["NOT_HERE"]),
        ("", "", ["NAME_DIFFERS"]),
        ("", "", ["OWN_CASE"]),
    ]


async def test_rost_19_a_commit_does_all_of_it_once(desk: Desk) -> None:
    accounts, core = desk.accounts, desk.core
    asked = accounts.known(document(611), "王芳")
    going = accounts.known(document(612), "李雷", await teacher(core))
    roster_id = await desk.upload([add(610), add(611), dismiss(612)], key="key-upload-once")
    assert await desk.upload([add(610), add(611), dismiss(612)], key="key-upload-once") == roster_id
    before = await desk.counts()
    for _ in range(2):
        done = await desk.rosters.commit(SECRETARY, roster_id, 1, False, "key-commit-once")
    assert (done.state, done.version) == ("committed", 2)
    assert [each[1] for each in await desk.outcomes(roster_id)] == ["inviting", "invited", "case_opened"]
    cases = await core.database.fetch(
        "SELECT c.source, c.state FROM dismissal_case c JOIN appointment a USING (appointment_id)"
        " WHERE a.person_id = $1",
        going,
    )
    assert [(row["source"], row["state"]) for row in cases] == [("roster", "open")]
    invited = [events_pb2.FacultyInvited.FromString(body) for body in await desk.facts("faculty.invited")]
    assert [(each.department_code, each.base_code) for each in invited if each.person_id == asked] == [(NEURO, QILU)]
    committed = [events_pb2.RosterCommitted.FromString(body) for body in await desk.facts("roster.committed")]
    [fact] = [each for each in committed if each.roster_id == roster_id]
    assert (fact.additions, fact.cases) == (2, 1)
    assert (await desk.counts())[0] == before[0] + 1
    assert await desk.rosters.invite_some() >= 1
    assert await desk.rosters.invite_some() == 0
    assert [hospital for _, hospital, key in accounts.invited if key == f"{roster_id}/2"] == ["山东大学齐鲁医院"]
    error = await refused(desk.rosters.commit(SECRETARY, roster_id, 2, False, "key-commit-twice"))
    assert (error.kind, error.reason) == (Kind.CONFLICT, "ROSTER_DONE")


async def test_rost_19_appointments_are_locked_in_one_order_whatever_the_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked: list[str] = []

    async def opened(deed: Deed, appointment_id: str, *said: Any) -> str:
        locked.append(appointment_id)
        return await open_case(deed, appointment_id, *said)

    for n in (631, 632, 633, 634):
        desk.accounts.known(document(n), "李雷", await teacher(desk.core))
    roster_id = await desk.upload([dismiss(n) for n in (633, 631, 634, 632)])
    monkeypatch.setattr("services.faculty.handlers.rosters.open_case", opened)
    await desk.rosters.commit(SECRETARY, roster_id, 1, False, new_id())
    assert len(locked) == 4
    assert locked == sorted(locked)
    assert [each[1] for each in await desk.outcomes(roster_id)] == ["case_opened"] * 4


async def test_rost_19_what_became_impossible_meanwhile_is_left_out_and_told(desk: Desk) -> None:
    accounts, core = desk.accounts, desk.core
    going = accounts.known(document(622), "李雷", await teacher(core))
    joined = accounts.known(document(623), "王芳")
    first, second = await desk.upload([dismiss(622)]), await desk.upload([dismiss(622), add(623)])
    await desk.rosters.commit(SECRETARY, first, 1, False, new_id())
    await teacher(core, person_id=joined, name="王芳")
    await desk.rosters.commit(SECRETARY, second, 1, False, new_id())
    [(_, outcome, faults), (_, added, _)] = await desk.outcomes(second)
    assert (outcome, added, bool(faults)) == ("nothing", "nothing", True)
    cases = await core.database.fetchval(
        "SELECT count(*) FROM dismissal_case JOIN appointment USING (appointment_id) WHERE person_id = $1", going
    )
    assert cases == 1


async def test_rost_19_another_version_than_the_one_looked_at_is_refused(desk: Desk) -> None:
    roster_id = await desk.upload([add(630)])
    error = await refused(desk.rosters.commit(SECRETARY, roster_id, 7, False, new_id()))
    assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "VERSION_MOVED", "ROST-19")


async def test_rost_21_invitations_wait_for_identity_and_a_dead_number_is_noted(desk: Desk) -> None:
    roster_id = await desk.upload([add(640), add(641)])
    await desk.rosters.commit(SECRETARY, roster_id, 1, False, new_id())
    desk.accounts.refuses = DomainError(Kind.UNAVAILABLE, "TEXTS_UNAVAILABLE", "短信暂时无法发送。")
    await refused(desk.rosters.invite_some())
    assert [each[1] for each in await desk.outcomes(roster_id)] == ["inviting", "inviting"]
    desk.accounts.refuses = DomainError(Kind.INVALID, "MOBILE_FORMAT", "手机号不正确。")
    assert await desk.rosters.invite_some() == 2
    assert [each[1] for each in await desk.outcomes(roster_id)] == ["not_sent", "not_sent"]


async def test_rost_22_a_list_thrown_away_forgets_its_cells(desk: Desk) -> None:
    roster_id = await desk.upload([add(650)])
    gone = await desk.rosters.discard(SECRETARY, roster_id, 1, new_id())
    assert (gone.state, gone.version) == ("discarded", 2)
    [row] = (await desk.rosters.get(SECRETARY, roster_id, False, 0, "")).rows
    assert row.body == {}
    assert (await refused(desk.rosters.commit(SECRETARY, roster_id, 2, False, new_id()))).reason == "ROSTER_DONE"


async def test_rost_23_a_list_is_its_departments_and_its_bases(desk: Desk) -> None:
    roster_id = await desk.upload([add(660)])
    for caller in (SECRETARY, DIRECTOR, OFFICE):
        assert (await desk.rosters.get(caller, roster_id, False, 0, "")).roster.roster_id == roster_id
        assert roster_id in {each.roster_id for each in (await desk.rosters.page(caller, 200, "")).rosters}
    for caller in (OTHER_SECRETARY, OTHER_DIRECTOR, OTHER_OFFICE):
        error = await refused(desk.rosters.get(caller, roster_id, False, 0, ""))
        absent = await refused(desk.rosters.get(caller, new_id(), False, 0, ""))
        assert (error.kind, error.reason, error.message) == (Kind.NOT_FOUND, absent.reason, absent.message)
        assert roster_id not in {each.roster_id for each in (await desk.rosters.page(caller, 200, "")).rosters}
    for act in (
        desk.rosters.commit(OTHER_SECRETARY, roster_id, 1, False, new_id()),
        desk.rosters.discard(OTHER_SECRETARY, roster_id, 1, new_id()),
    ):
        assert (await refused(act)).kind is Kind.NOT_FOUND


async def test_rost_23_lists_come_in_pages_newest_first(desk: Desk) -> None:
    mine = Caller(new_id(), "department_secretary", CARDIO)
    made = []
    for n in range(3):
        desk.clock.goes(timedelta(minutes=1))
        made.append(await desk.upload([add(670 + n)], mine))
    found: list[str] = []
    token = ""
    while not found or token:
        page = await desk.rosters.page(mine, 2, token)
        found += [each.roster_id for each in page.rosters]
        token = page.next_token
    assert found[:3] == made[::-1]
    for wrong in ("x", "2026-01-01 x", "1 2"):
        assert (await refused(desk.rosters.page(mine, 2, wrong))).reason == "BAD_PAGE"
    for wrong in ("x", "-1", "１", "99999999"):
        assert (await refused(desk.rosters.get(mine, made[0], False, 2, wrong))).reason == "BAD_PAGE"


async def test_rost_24_cells_stand_sealed_and_fade(desk: Desk) -> None:
    core = desk.core
    person = desk.accounts.known(document(681), "王芳")
    roster_id = await desk.upload([add(680), add(681)])
    dump = "SELECT string_agg(t::text, '') FROM roster_row t WHERE roster_id = $1"
    text = await core.database.fetchval(dump, roster_id)
    assert "王芳" not in text
    assert document(680) not in text
    async with core.database.unit_of_work() as uow:
        left = await store.count_old(uow.session, Sealing(NEXT))
        assert await store.rewrap(uow.session, Sealing(NEXT), 10_000) == left > 0
        assert await store.count_old(uow.session, Sealing(NEXT)) == 0
        rows = await store.rows_of(uow.session, Sealing(NEXT), roster_id)
        assert [row.body[DOCUMENT] for row in rows] == [document(680), document(681)]
        await store.forget(uow.session, person)
        rows = await store.rows_of(uow.session, Sealing(NEXT), roster_id)
        assert [(bool(row.body), row.person_id) for row in rows] == [(True, None), (False, None)]
    desk.clock.goes(timedelta(days=90, seconds=1))
    await desk.rosters.fade()
    rows = (await desk.rosters.get(SECRETARY, roster_id, False, 0, "")).rows
    assert [row.body for row in rows] == [{}, {}]


async def test_rost_01_a_list_that_is_none_is_refused_as_a_whole(desk: Desk) -> None:
    before = await desk.core.database.fetchval("SELECT count(*) FROM roster")
    for file, name in (
        (write_csv(COLUMNS, []), "a.csv"),
        (b"PK", "a.xlsx"),
        (f"{','.join(COLUMNS)}\n增加,=1,,,,,\n".encode(), "a.csv"),
    ):
        assert (await refused(desk.rosters.create(SECRETARY, file, name, new_id()))).field == "file"
    assert await desk.core.database.fetchval("SELECT count(*) FROM roster") == before


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_rost_05_the_template_is_a_list_without_rows(desk: Desk, form: str) -> None:
    file, name, _ = desk.rosters.template(form)
    assert (await refused(desk.rosters.create(SECRETARY, file, name, new_id()))).reason == "SHEET_EMPTY"
