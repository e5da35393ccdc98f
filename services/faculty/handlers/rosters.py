"""A secretary's list: read and checked row by row, looked at, then carried out (ROST-15 to ROST-24)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row

from residency.faculty.v1 import events_pb2
from services.faculty.accounts import Accounts
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain import rosters as rules
from services.faculty.domain.rosters import Action, Fault, Match, Outcome
from services.faculty.handlers.dismissals import open_case
from services.faculty.store import rosters as store
from services.faculty.store.roster_tables import roster as roster_table
from services.faculty.store.rosters import KeptRow, Roster
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.sheets import read_sheet, write_csv, write_xlsx

KEPT = timedelta(days=90)
"""ROST-24: how long the cells of a list are kept."""
ASKED_AT_ONCE = 16
SENT_AT_ONCE = 50
PAGE = 50
_CASE = "科室名单：解聘"
_REFUSED = "?"
"""In place of a name: identity refuses the number."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of lists. `next_token` is empty at the end."""

    rosters: list[Roster]
    next_token: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A list with a page of its rows. `next_token` is empty at the end."""

    roster: Roster
    rows: list[KeptRow]
    next_token: str


class RosterHandlers:
    """Uploading, looking, committing, throwing away; and the invitations that follow."""

    def __init__(self, core: Core, accounts: Accounts) -> None:
        self._core = core
        self._accounts = accounts

    async def create(self, caller: Caller, file: bytes, file_name: str, key: str) -> Roster:
        """ROST-18: read a list and check every row; nothing else happens. All faults of all rows are found.

        Raises:
            DomainError: INVALID for the file (ROST-01 to ROST-04); NOT_FOUND DEPARTMENT_NOT_FOUND; UNAVAILABLE when
                identity is away.
        """
        places = await self._core.directory.know(caller.organisation)
        base = places.own_base(caller)
        if not base:
            raise DomainError(Kind.NOT_FOUND, "DEPARTMENT_NOT_FOUND", "没有找到所在科室。")
        sheet = await asyncio.to_thread(
            lambda: read_sheet(
                file, file_name, columns=rules.COLUMNS, most_rows=rules.MOST_ROWS, most_bytes=rules.MOST_BYTES
            )
        )
        today = await self._core.deeds.today()
        read = rules.read_rows([(each.number, each.cells, each.inexact) for each in sheet], today)
        rows = await self._matched(caller, places.deciding_base(base), read)
        digest = hashlib.sha256(file).hexdigest()

        async def work(deed: Deed) -> str:
            roster_id = new_id()
            actions, faulty = Counter(each.action for each in rows), sum(bool(each.faults) for each in rows)
            values = {
                "roster_id": roster_id,
                "department_code": caller.organisation,
                "base_code": base,
                "state": "checked",
                "file_name": file_name,
                "sha256": digest,
                "rows": len(rows),
                "faulty": faulty,
                "additions": actions[Action.ADD.value],
                "dismissals": actions[Action.DISMISS.value],
                "uploaded_by": caller.actor,
                "uploaded_at": deed.now,
            }
            await store.add(deed.session, self._core.sealing, values, rows)
            await deed.note("roster_checked", roster_id, detail={"rows": len(rows), "faulty": faulty})
            return roster_id

        body = self._core.sealing.vault.lookup("command", f"CreateRoster {digest} {file_name}")
        return await self._again(await self._core.deeds.run(caller, key, body, work))

    async def commit(self, caller: Caller, roster_id: str, version: int, skip_faulty: bool, key: str) -> Roster:
        """ROST-19: carry out the good rows of a checked list of one's own department, once.

        Who has an account is asked to apply (a fact), who has none gets a text message afterwards; cases are opened for
        dismissals. A row that has become impossible meanwhile is left out and says why.

        Raises:
            DomainError: NOT_FOUND ROSTER_NOT_FOUND; CONFLICT VERSION_MOVED, ROSTER_DONE; NOT_NOW ROWS_FAULTY.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            found = await self._locked(deed, places, caller, roster_id, version)
            if found.faulty and not skip_faulty:
                message = f"有{found.faulty}行有误，请更正后重新上传，或选择跳过这些行。"
                raise DomainError(Kind.NOT_NOW, "ROWS_FAULTY", message, rule="ROST-19")
            done = await self._carry_out(deed, places, found)
            counts = Counter(outcome for outcome, _ in done.values())
            await store.set_outcomes(deed.session, roster_id, done)
            await store.change(deed.session, roster_id, {"state": "committed", "committed_at": deed.now})
            added, cases = counts[Outcome.INVITED] + counts[Outcome.INVITING], counts[Outcome.CASE_OPENED]
            await deed.note("roster_committed", roster_id, detail={"additions": added, "cases": cases})
            body = events_pb2.RosterCommitted(
                roster_id=roster_id,
                department_code=found.department_code,
                base_code=found.base_code,
                additions=added,
                cases=cases,
            )
            deed.fact("roster.committed", body, roster_id, found.version + 1)
            return roster_id

        body = json.dumps(["CommitRoster", roster_id, version, skip_faulty]).encode()
        return await self._again(await self._core.deeds.run(caller, key, body, work))

    async def discard(self, caller: Caller, roster_id: str, version: int, key: str) -> Roster:
        """ROST-22: throw a checked list away; what stood in it is forgotten, that it was there stays.

        Raises NOT_FOUND ROSTER_NOT_FOUND; CONFLICT VERSION_MOVED, ROSTER_DONE.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            await self._locked(deed, places, caller, roster_id, version)
            await store.empty(deed.session, roster_id)
            await store.change(deed.session, roster_id, {"state": "discarded"})
            await deed.note("roster_discarded", roster_id)
            return roster_id

        body = json.dumps(["DiscardRoster", roster_id, version]).encode()
        return await self._again(await self._core.deeds.run(caller, key, body, work))

    async def get(self, caller: Caller, roster_id: str, faulty_only: bool, limit: int, token: str) -> Opened:
        """ROST-23 (C7.14): a list of one's department, or for 教学部 of its base.

        Raises NOT_FOUND ROSTER_NOT_FOUND; INVALID BAD_PAGE.
        """
        places, size = await self._core.directory.know(caller.organisation), limit or PAGE
        after = _number(token)
        async with self._core.database.unit_of_work() as uow:
            found = await store.by_id(uow.session, roster_id)
            if found is None or not places.reaches(caller, found.base_code, found.department_code):
                raise _not_found()
            rows = await store.rows_of(
                *(uow.session, self._core.sealing, roster_id),
                after=after,
                limit=size + 1,
                faulty_only=faulty_only,
            )
        more = str(rows[size - 1].number) if len(rows) > size else ""
        return Opened(found, rows[:size], more)

    async def page(self, caller: Caller, limit: int, token: str) -> Listed:
        """ROST-23: the lists in one's reach, newest first. Raises INVALID BAD_PAGE."""
        places, size = await self._core.directory.know(caller.organisation), limit or PAGE
        own = places.find(caller.organisation)
        condition: ColumnElement[bool] = roster_table.c.department_code == caller.organisation
        if own is not None and own.kind == "base":
            condition = roster_table.c.base_code.in_(places.hospitals(own.code))
        async with self._core.database.unit_of_work() as uow:
            found = await store.page(uow.session, condition, _place(token), size)
        more = f"{found[size - 1].uploaded_at.isoformat()} {found[size - 1].roster_id}" if len(found) > size else ""
        return Listed(found[:size], more)

    async def invite_some(self) -> int:
        """ROST-21: send the text messages that committed lists owe, outside of transactions; how many rows are done.

        A number that can get none is noted; when today's messages are used up, or identity is away, the rest waits.
        """
        async with self._core.database.unit_of_work() as uow:
            waiting = await store.inviting(uow.session, self._core.sealing, SENT_AT_ONCE)
        places, done = await self._core.directory.know(*(department for _, department, _ in waiting)), 0
        for roster_id, department, row in waiting:
            hospital = places.name(places.base_of(department))
            try:
                await self._accounts.invite(row.body.get(rules.MOBILE, ""), hospital, f"{roster_id}/{row.number}")
                outcome = Outcome.INVITED
            except DomainError as error:
                if error.kind is not Kind.INVALID:
                    raise
                outcome = Outcome.NOT_SENT
            async with self._core.database.unit_of_work() as uow:
                await store.set_outcomes(uow.session, roster_id, {row.number: (outcome, ())})
            done += 1
        return done

    async def fade(self) -> None:
        """ROST-24: forget the cells of old lists."""
        async with self._core.database.unit_of_work() as uow:
            await store.fade(uow.session, await self._core.deeds.now(uow.session) - KEPT, rules.MOST_ROWS)

    def template(self, form: str) -> tuple[bytes, str, str]:
        """ROST-05: the empty list: content, name and type."""
        if form == "csv":
            return write_csv(rules.COLUMNS, []), "师资名单.csv", "text/csv"
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        file = write_xlsx(rules.COLUMNS, [], second_sheet=("填写说明", rules.EXPLAINED), title="师资名单")
        return file, "师资名单.xlsx", kind

    async def _matched(self, caller: Caller, base: str, read: Sequence[rules.Row]) -> list[KeptRow]:
        """Whom good rows are about, and what committing would do with them."""
        limit = asyncio.Semaphore(ASKED_AT_ONCE)

        async def whose(row: rules.Row) -> tuple[str, str]:
            async with limit:
                try:
                    person_id = await self._accounts.find(row.document)
                except DomainError as error:
                    if error.kind is not Kind.INVALID:
                        raise
                    return "", _REFUSED
                return person_id, (await self._core.people.person(person_id)).name if person_id else ""

        good = [each for each in read if not each.faults]
        people = dict(zip((each.number for each in good), await asyncio.gather(*map(whose, good)), strict=True))
        async with self._core.database.unit_of_work() as uow:
            ids = [person_id for person_id, _ in people.values() if person_id]
            appointed = await store.appointed(uow.session, ids, base)
        return [self._kept(caller, each, *people.get(each.number, ("", "")), appointed) for each in read]

    def _kept(
        self, caller: Caller, row: rules.Row, person_id: str, name: str, appointed: dict[str, Row[Any]]
    ) -> KeptRow:
        body = dict(
            zip(
                rules.COLUMNS[1:],
                (row.name, row.document, row.licence, row.mobile, row.email, row.since),
                strict=True,
            )
        )
        kept = KeptRow(row.number, row.action.value if row.action else "", body, "", "", row.faults, person_id or None)
        if row.faults:
            return kept
        if not person_id and name == _REFUSED:
            return replace(kept, faults=(rules.no_such_document(),))
        if person_id == caller.person_id:
            return replace(kept, faults=(rules.own_case(),))
        if person_id and not rules.same_name(row.name, name):
            return replace(kept, faults=(rules.name_differs(),))
        present = appointed.get(person_id)
        if row.action is Action.DISMISS:
            department = caller.organisation
            if present is None or department != present.department_code:
                return replace(kept, match=Match.NOT_HERE, faults=(rules.not_here(),))
            return replace(kept, match=Match.DISMISSABLE, outcome=Outcome.CASE, appointment_id=present.appointment_id)
        if present is not None:
            return replace(kept, match=Match.KNOWN, outcome=Outcome.NOTHING, appointment_id=present.appointment_id)
        return replace(kept, match=Match.ACCOUNT if person_id else Match.UNKNOWN, outcome=Outcome.INVITE)

    async def _carry_out(
        self, deed: Deed, places: Places, roster: Roster
    ) -> dict[int, tuple[Outcome, Sequence[Fault]]]:
        base = places.deciding_base(roster.base_code)
        rows = await store.rows_of(deed.session, self._core.sealing, roster.roster_id)
        good = [each for each in rows if not each.faults]
        appointed = await store.appointed(deed.session, [each.person_id for each in good if each.person_id], base)
        done: dict[int, tuple[Outcome, Sequence[Fault]]] = {}
        # In the order of appointments: two lists, or a list and a review, never wait for each other.
        for each in sorted(good, key=lambda row: (row.appointment_id or "", row.number)):
            if each.outcome == Outcome.CASE and each.appointment_id:
                done[each.number] = await self._open_case(deed, each.appointment_id)
            elif each.outcome == Outcome.INVITE and not each.person_id:
                done[each.number] = (Outcome.INVITING, ())
            elif each.outcome == Outcome.INVITE and each.person_id not in appointed:
                body = events_pb2.FacultyInvited(
                    person_id=each.person_id or "",
                    department_code=roster.department_code,
                    base_code=base,
                    roster_id=roster.roster_id,
                )
                deed.fact("faculty.invited", body, new_id(), 1)
                done[each.number] = (Outcome.INVITED, ())
            else:
                done[each.number] = (Outcome.NOTHING, ())
        return done

    async def _open_case(self, deed: Deed, appointment_id: str) -> tuple[Outcome, Sequence[Fault]]:
        try:
            await open_case(deed, appointment_id, "other", _CASE, "roster", None)
        except DomainError as error:
            # What the table of appointments refuses now, such as a case that is open already, is left out and told.
            return Outcome.NOTHING, [Fault("", error.reason, error.message, error.rule)]
        return Outcome.CASE_OPENED, ()

    async def _locked(self, deed: Deed, places: Places, caller: Caller, roster_id: str, version: int) -> Roster:
        found = await store.by_id(deed.session, roster_id, lock=True)
        if found is None or not places.reaches(caller, found.base_code, found.department_code):
            raise _not_found()
        if found.state != "checked":
            raise DomainError(Kind.CONFLICT, "ROSTER_DONE", "该名单已经提交或作废。", rule="ROST-19")
        if found.version != version:
            message = "名单已有变化，请刷新后再试。"
            raise DomainError(Kind.CONFLICT, "VERSION_MOVED", message, field="version", rule="ROST-19")
        return found

    async def _again(self, roster_id: str) -> Roster:
        async with self._core.database.unit_of_work() as uow:
            found = await store.by_id(uow.session, roster_id)
        assert found is not None
        return found


def _not_found() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "ROSTER_NOT_FOUND", "没有找到该名单。", field="roster_id")


def _number(token: str) -> int:
    if not token:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 7:
        raise _bad_page()
    return int(token)


def _place(token: str) -> tuple[datetime, str] | None:
    if not token:
        return None
    at, _, roster_id = token.partition(" ")
    try:
        place = datetime.fromisoformat(at), str(UUID(roster_id))
    except ValueError:
        raise _bad_page() from None
    return place


def _bad_page() -> DomainError:
    return DomainError(Kind.INVALID, "BAD_PAGE", "页码有误。", field="page_token")
