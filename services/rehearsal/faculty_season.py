"""A faculty season beside a recruitment: a batch 师资报名 a base, on the recruitment's calendar, from a registration
to the certificate and the months somebody teaches.

Teachers come while submissions are open, 教学部 opens, vouches, returns, refuses and recommends until the close, the
clock expires what is left, the results are published; once places are final a director gives months of new trainees
to those who were appointed. A few act outside the days and must be refused.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.rehearsal.faculty_people import Teacher, papers
from services.rehearsal.faculty_session import FacultySession, Pictures
from services.rehearsal.timetable import Timetable

OPENS, APPLY_UNTIL, CLOSES, PUBLISHED = 0.03, 0.45, 0.68, 0.74
"""When in the season, by share of it."""
_LOOKS = 14
"""How often 教学部 looks at its queue between opening and close."""
_AT_ONCE = 4
_MONTHS = 6
"""To so many new trainees of a base at most, and to no more than half of them, a teacher is given."""
_RETURNED, _REFUSED, _LEFT = 0.12, 0.12, 0.04
_UNHEARD, _HEARING_SECONDS = frozenset({"NOT_VERIFIED"}), 1.0
"""That somebody's document was verified, faculty hears as a fact: a moment later, or many on a crowded day."""
_OVERTAKEN = frozenset({"WRONG_STATE", "VERSION_MOVED"})

Row = Mapping[str, Any]


@dataclass(slots=True)
class Days:
    """The days of the batches, by the days of a recruitment."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, timetable: Timetable) -> Days:
        """From the first day of the cycle to its close."""
        opens = [phase.opens_at for phase in timetable.phases if phase.opens_at is not None]
        return cls(opens[0], opens[-1])

    def at(self, share: float) -> datetime:
        """The moment at which this share of the season has passed."""
        return self.begins + (self.ends - self.begins) * share

    async def reach(self, share: float) -> None:
        """Sleep until then."""
        await asyncio.sleep(max(0.0, (self.at(share) - datetime.now(UTC)).total_seconds()))


@dataclass(slots=True)
class Office:
    """教学部 of a base, with the director of its first department."""

    base_code: str
    department_code: str
    teaching: FacultySession
    director: FacultySession
    batch_id: str = ""
    vouched: set[str] = field(default_factory=set)


class FacultySeason:
    """Plays it; `run` returns once everything is done, at the latest when the season has ended."""

    def __init__(
        self,
        offices: Sequence[Office],
        cast: Sequence[tuple[Teacher, FacultySession]],
        seed: int,
    ) -> None:
        self.offices = offices
        self._cast = cast
        self._seed = seed

    async def run(self, timetable: Timetable, pictures: Pictures) -> None:
        """From opening the batches to the months; `pictures` is the way for those of dossiers."""
        days = Days.of(timetable)
        await asyncio.gather(*(self._open_batch(office, days) for office in self.offices))
        by_base = {office.base_code: office for office in self.offices if office.batch_id}
        async with asyncio.TaskGroup() as group:
            for teacher, session in self._cast:
                if teacher.base.code in by_base:
                    group.create_task(self._teach(by_base[teacher.base.code], teacher, session, days, pictures))
            for office in by_base.values():
                group.create_task(self._decide(office, days))
                group.create_task(self._assign(office, timetable))

    async def _open_batch(self, office: Office, days: Days) -> None:
        body = {
            "name": f"师资报名批次 {days.begins:%Y-%m-%d %H:%M}",
            "opens_at": _said(days.at(OPENS)),
            "apply_until": _said(days.at(APPLY_UNTIL)),
            "closes_at": _said(days.at(CLOSES)),
        }
        answer = await office.teaching.command("create_batch", "POST", "/faculty/batches", body)
        office.batch_id = answer.body["batch"]["batch_id"] if answer.ok else ""

    async def _teach(
        self, office: Office, teacher: Teacher, session: FacultySession, days: Days, pictures: Pictures
    ) -> None:
        begin = f"/faculty/batches/{office.batch_id}/candidacies"
        place = {"hospital_code": teacher.base.code, "department_code": teacher.department.code}
        if teacher.person.number == 1 and datetime.now(UTC) < days.at(OPENS * 0.5):
            opens = days.at(OPENS)
            await session.trespass("begin_before_the_batch", "POST", begin, place, still=lambda: _before(opens))
        await days.reach(OPENS + (APPLY_UNTIL - OPENS) * max(0.02, teacher.promptness))
        late = days.at(APPLY_UNTIL)
        for kind, content in papers().items():
            if not await pictures.upload(session, kind, content):
                return
        for section, body in teacher.dossier().items():
            path = f"/faculty/dossier/sections/{section}"
            if not (await session.command("save_faculty_section", "PUT", path, {"body": dict(body)})).ok:
                return
        begun = await session.command("begin_candidacy", "POST", begin, place, tolerated=_UNHEARD, late=late)
        while begun.reason in _UNHEARD and _before(late):
            await asyncio.sleep(_HEARING_SECONDS)
            begun = await session.command("begin_candidacy", "POST", begin, place, tolerated=_UNHEARD, late=late)
        if not begun.ok:
            return
        candidacy = begun.body["candidacy"]
        path = f"/faculty/candidacies/{candidacy['candidacy_id']}"
        if teacher.forgets:
            await days.reach(APPLY_UNTIL + 0.02)
            await session.trespass(
                "submit_after_the_end", "POST", f"{path}/submission", {"version": candidacy["version"]}
            )
            return
        version = {"version": candidacy["version"]}
        submitted = await session.command("submit_candidacy", "POST", f"{path}/submission", version, late=late)
        if submitted.ok:
            await self._follow(teacher, session, path, days)

    async def _follow(self, teacher: Teacher, session: FacultySession, path: str, days: Days) -> None:
        """Look now and then what became of it; hand in again what came back, appeal once, fetch the certificate."""
        appealed, span = False, CLOSES - OPENS
        for share in (0.35, 0.5, 0.62, 0.74, 0.84):
            await days.reach(OPENS + span * share)
            answer = await session.read("view_candidacy", path)
            candidacy = answer.body.get("candidacy", {})
            version = {"version": candidacy.get("version", 0)}
            if candidacy.get("state") == "returned":
                late = days.at(CLOSES)
                await session.command("submit_candidacy", "POST", f"{path}/submission", version, late=late)
            elif candidacy.get("state") == "not_recommended" and teacher.appeals and not appealed:
                appealed = True
                body = {**version, "grounds": "所附材料齐全，请再次审核。"}
                await session.command("appeal_candidacy", "POST", f"{path}/appeal", body, tolerated=_OVERTAKEN)
        await days.reach(PUBLISHED)
        mine = await session.read("list_own_appointments", "/faculty/appointments/mine")
        for appointment in mine.body.get("appointments", []):
            certificate = f"/faculty/appointments/{appointment['appointment_id']}/certificate"
            await session.read("open_certificate", certificate)

    async def _decide(self, office: Office, days: Days) -> None:
        for look in range(1, _LOOKS + 1):
            await days.reach(OPENS + (CLOSES - OPENS) * 0.97 * look / _LOOKS)
            rows = await self._queue(office, "submitted")
            await self._look_through(office, rows, days)
            await self._answer_appeals(office)
        left = await self._queue(office, "submitted")
        await days.reach(CLOSES + 0.01)
        for row in left[:2]:
            path = f"/faculty/candidacies/{row['candidacy_id']}/opening"
            await office.teaching.trespass("open_after_the_close", "POST", path, {"version": row["version"]})
        await days.reach(PUBLISHED)
        batch = await office.teaching.read("view_batch", f"/faculty/batches/{office.batch_id}")
        if batch.ok:
            path, body = f"/faculty/batches/{office.batch_id}/publication", {"version": batch.body["batch"]["version"]}
            # The clock may be late to expire who is left: the results wait for that.
            tolerated = {"STILL_UNDECIDED", *_OVERTAKEN}
            for share in (PUBLISHED, 0.8, 0.86, 0.92):
                await days.reach(share)
                answer = await office.teaching.command("publish_batch", "POST", path, body, tolerated=tolerated)
                if answer.ok or answer.reason not in tolerated:
                    break

    async def _queue(self, office: Office, state: str) -> list[Row]:
        query = {"batch_id": office.batch_id, "state": state, "page_size": 200}
        answer = await office.teaching.read("list_candidacies", "/faculty/candidacies", query)
        return list(answer.body.get("candidacies", [])) if answer.ok else []

    async def _look_through(self, office: Office, rows: Sequence[Row], days: Days) -> None:
        """Open each, say what the base knows, and decide those whom the dice do not leave lying."""
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(row: Row) -> Row | None:
            async with slots:
                return await self._prepare(office, row, days.at(CLOSES))

        wishes: dict[str, list[dict[str, Any]]] = {"recommendations": [], "refusals": [], "returns": []}
        fresh = [row for row in rows if self._verdict(row) != "left"]
        for row in await asyncio.gather(*(one(row) for row in fresh)):
            if row is not None:
                wish = {"candidacy_id": row["candidacy_id"], "version": row["version"]}
                wishes[self._verdict(row)].append(wish)
        bodies: dict[str, dict[str, Any]] = {
            "recommendations": {},
            "refusals": {"reason_code": "other", "reason": "本科室本年度名额已满。"},
            "returns": {"reason_code": "other", "reason": "请核对联系方式后重新提交。"},
        }
        for path, several in wishes.items():
            if several:
                body = {"wishes": several, **bodies[path]}
                late = days.at(CLOSES)
                await office.teaching.command(
                    f"decide_{path}", "POST", f"/faculty/candidacies/{path}", body, late=late, tolerated=_OVERTAKEN
                )

    async def _prepare(self, office: Office, row: Row, late: datetime) -> Row | None:
        session, person = office.teaching, row["person_id"]
        if not row.get("opened_at"):
            path = f"/faculty/candidacies/{row['candidacy_id']}/opening"
            opened = await session.command(
                "open_candidacy", "POST", path, {"version": row["version"]}, tolerated=_OVERTAKEN, late=late
            )
            if not opened.ok:
                return None
            row = opened.body["candidacy"]
        if person not in office.vouched and self._verdict(row) == "recommendations":
            day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
            known = (
                {"kind": "attestation", "rule": "damage"},
                {"kind": "attestation", "rule": "accident"},
                {"kind": "assessment", "outcome": "passed"},
            )
            for each in known:
                body = {**each, "on_day": day, "source": "院发〔2023〕1 号"}
                said = await session.command("record_evidence", "POST", f"/faculty/people/{person}/evidence", body)
                if not said.ok:
                    return None
            office.vouched.add(person)
        return row

    async def _answer_appeals(self, office: Office) -> None:
        for row in await self._queue(office, "not_recommended"):
            if row.get("appeal_state") == "open":
                upheld = self._dice("appeal", row).random() < 0.6
                body = {"version": row["version"], "uphold": upheld, "reason": "经复核。"}
                path = f"/faculty/candidacies/{row['candidacy_id']}/appeal/resolution"
                await office.teaching.command("resolve_appeal", "POST", path, body, tolerated=_OVERTAKEN)

    async def _assign(self, office: Office, timetable: Timetable) -> None:
        """Months of new trainees, once places are final."""
        if not await timetable.reach("confirmation", 0.93):
            return
        query = {"base_code": office.base_code, "page_size": 200}
        answer = await office.teaching.read("list_trainees", "/trainees", query)
        there = [each for each in answer.body.get("trainees", []) if each["name"] and each["state"] == "in_training"]
        fresh = [each for each in there if not each.get("plan_version")]
        for trainee in fresh[: min(_MONTHS, len(fresh) // 2)]:
            start = max(date.fromisoformat(trainee["from_day"]), _first_after(datetime.now(UTC).date(), 2))
            stay = {
                "department_code": office.department_code,
                "from_day": start.isoformat(),
                "until_day": (_first_after(start, 2) - timedelta(days=1)).isoformat(),
            }
            body = {"plan_version": 0, "rotations": [stay], "reason": "安排入科"}
            path = f"/trainees/{trainee['trainee_id']}/plan"
            if (await office.teaching.command("edit_plan", "PUT", path, body)).ok:
                await self._give_month(office, trainee["trainee_id"], f"{start:%Y-%m}")

    async def _give_month(self, office: Office, trainee_id: str, month: str) -> None:
        path = f"/departments/{office.department_code}/cells"
        answer = await office.director.read("view_grid", path, {"from_month": month, "until_month": month})
        rows = [row for row in answer.body.get("rows", []) if row["trainee_id"] == trainee_id]
        teachers = sorted(each["person_id"] for each in answer.body.get("teachers", []))
        if not rows or not teachers:
            return
        edit = {
            "trainee_id": trainee_id,
            "department_code": office.department_code,
            "month": month,
            "version": rows[0]["cells"][0]["version"],
            "action": "assign",
            "teacher_id": teachers[int(trainee_id[-6:], 16) % len(teachers)],
        }
        await office.director.command("assign_month", "POST", "/cells", {"edits": [edit]}, tolerated=_FULL)

    def _verdict(self, row: Row) -> str:
        """What 教学部 decides: by dice the first time, kindly the second."""
        chance = self._dice("verdict", row).random()
        if row["version"] > 3 or row.get("appeal_state") == "upheld":
            return "recommendations"
        if chance < _LEFT:
            return "left"
        if chance < _LEFT + _RETURNED:
            return "returns"
        return "refusals" if chance < _LEFT + _RETURNED + _REFUSED else "recommendations"

    def _dice(self, what: str, row: Row) -> random.Random:
        return random.Random(f"{self._seed}/{what}/{row['name']}")  # noqa: S311


_FULL = frozenset({"TEACHER_AWAY", "TEACHER_FULL", *_OVERTAKEN})


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _before(moment: datetime) -> bool:
    return datetime.now(UTC) < moment


def _first_after(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
