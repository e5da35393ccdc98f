"""Trainees rate their teachers; teachers and their superiors read it together (RATE-01 to RATE-09)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import DAY_ZONE, Deed
from services.faculty.directory import Places
from services.faculty.domain import ratings as rules
from services.faculty.domain.ratings import Month, Tally
from services.faculty.domain.standing import check_not_about_oneself
from services.faculty.handlers.eligibility import asked_about, check_reach, no_such_person
from services.faculty.store import ratings as store
from services.faculty.store.policies import policy_of
from services.faculty.store.ratings import Scope
from services.faculty.store.standing import newest_bases
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

AT_ONCE = 100
"""Results derived in one transaction."""


@dataclass(frozen=True, slots=True)
class NewRating:
    """A rating as a trainee gives it."""

    month: date
    department_code: str
    teacher_id: str
    scores: Mapping[str, int]
    remark: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RatedMonth:
    """A month of the caller with one teacher."""

    month: Month
    teacher_name: str = field(repr=False)
    rated_at: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class RatedYear:
    """A year of a teacher: without a tally while too few have rated; its result once there is one."""

    year: int
    tally: Tally | None
    result: str


class RatingHandlers:
    """Rating, and reading ratings."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list_mine(self, caller: Caller) -> list[RatedMonth]:
        """RATE-01: every month the caller trained that is over, with each teacher and assistant; newest first."""
        places = await self._core.directory.know()
        async with self._core.database.unit_of_work() as uow:
            now = await self._core.deeds.now(uow.session)
            return await self._months(uow.session, places, caller, now)

    async def rate(self, caller: Caller, new: NewRating, key: str) -> RatedMonth:
        """RATE-01 to RATE-04: rate who taught the caller in a month that is over, once; the remark is sealed.

        Raises:
            DomainError: NOT_FOUND MONTH_NOT_FOUND; INVALID SCORES_INCOMPLETE, SCORE_OUTSIDE; NOT_NOW MONTH_RUNNING,
                RATING_OVER; CONFLICT ALREADY_RATED; FORBIDDEN OWN_CASE.
        """
        places = await self._core.directory.know()

        async def work(deed: Deed) -> str:
            rules.check_scores(new.scores)
            month = await self._mine(deed.session, caller, new)
            rules.check_not_oneself(caller.person_id, new.teacher_id)
            policy = await policy_of(deed.session, places, month.base_code)
            rules.check_window(month.month, policy.rating_days, deed.now, DAY_ZONE)
            rating_id, vault = new_id(), self._core.sealing.vault
            values = {
                "rating_id": rating_id,
                "trainee_id": month.trainee_id,
                "teacher_id": month.teacher_id,
                "department_code": month.department_code,
                "base_code": month.base_code,
                "month": month.month,
                "scores": dict(new.scores),
                "remark": vault.seal_text(new.remark, rating_id) if new.remark else "",
                "sealed_with": vault.current_key if new.remark else "",
                "rated_at": deed.now,
            }
            if not await store.add(deed.session, values):
                raise DomainError(Kind.CONFLICT, "ALREADY_RATED", "该月已经评价过。", rule="RATE-03")
            await deed.note("teacher_rated", rating_id)
            count = await store.count_of_year(deed.session, month.teacher_id, month.month.year)
            body = events_pb2.TeacherRated(teacher_id=month.teacher_id, year=month.month.year, count=count)
            deed.fact("teacher.rated", body, rating_id, 1)
            return rating_id

        content = [new.month.isoformat(), new.department_code, new.teacher_id, sorted(new.scores.items()), new.remark]
        body = self._core.sealing.vault.lookup("command", json.dumps(["RateTeacher", *content], ensure_ascii=False))
        await self._core.deeds.run(caller, key, body, work)
        async with self._core.database.unit_of_work() as uow:
            now = await self._core.deeds.now(uow.session)
            return next(
                each
                for each in await self._months(uow.session, places, caller, now)
                if (each.month.month, each.month.department_code, each.month.teacher_id)
                == (new.month, new.department_code, new.teacher_id)
            )

    async def of(self, caller: Caller, person_id: str) -> list[RatedYear]:
        """RATE-05, RATE-06: one's own ratings together; for a base those of its people, for a department its own.

        Raises NOT_FOUND PERSON_NOT_FOUND.
        """
        who = asked_about(caller, person_id)
        own = who == caller.person_id
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            if not own:
                await self._check_reach(session, places, caller, who)
            base = (await newest_bases(session, [who])).get(who, "") if own else places.own_base(caller)
            policy = await policy_of(session, places, base)
            scope = await self._scope(session, places, caller, who)
            tallies = {each.year: each for each in await store.tallies(session, scope)}
            ours = None if own else places.hospitals(places.deciding_base(places.own_base(caller)))
            results = await store.results_of(session, who, ours)
        return [
            RatedYear(year, _if_shown(tallies.get(year), policy.least_ratings), results.get(year, ""))
            for year in sorted({*tallies, *results}, reverse=True)
        ]

    async def remarks(self, caller: Caller, person_id: str, year: int) -> list[str]:
        """RATE-08: what was said of somebody in a year, for 教学部 only and never about the reader.

        None while too few have rated. Raises NOT_FOUND PERSON_NOT_FOUND; FORBIDDEN OWN_CASE.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            session = uow.session
            await check_reach(session, places, caller, person_id)
            check_not_about_oneself(caller, person_id)
            policy = await policy_of(session, places, places.own_base(caller))
            scope = await self._scope(session, places, caller, person_id)
            tally = next((each for each in await store.tallies(session, scope) if each.year == year), None)
            if _if_shown(tally, policy.least_ratings) is None:
                return []
            return await store.remarks(session, self._core.sealing, scope, year)

    async def derive(self) -> int:
        """RATE-07: once the ratings of December are in, each teacher's past year becomes evidence; how many now.

        Once a teacher, base and year; where too few have rated there is no result.
        """
        places, derived = await self._core.directory.know(), 0
        year = (await self._core.deeds.today()).year - 1
        after = ("", "")
        while True:
            made, after = await self._derive_some(places, year, after)
            derived += made
            if not after[0]:
                return derived

    async def _derive_some(self, places: Places, year: int, after: tuple[str, str]) -> tuple[int, tuple[str, str]]:
        made, last = 0, ("", "")

        async def work(deed: Deed) -> None:
            nonlocal made, last
            found = await store.underived(deed.session, year, after, AT_ONCE)
            for teacher, base, tally in found:
                policy = await policy_of(deed.session, places, base)
                result = rules.result_of(tally, policy.least_ratings)
                if not result or rules.first_open_month(deed.today, policy.rating_days).year == year:
                    continue
                made += await self._put_result(deed, teacher, base, year, result)
            if len(found) == AT_ONCE:
                last = (found[-1][0], found[-1][1])

        await self._core.deeds.by_itself(work)
        return made, last

    async def _put_result(self, deed: Deed, teacher: str, base: str, year: int, result: str) -> bool:
        evidence_id = new_id()
        values = {
            "evidence_id": evidence_id,
            "person_id": teacher,
            "base_code": base,
            "kind": "yearly_result",
            "outcome": result,
            "on_day": date(year, 12, 31),
            "year": year,
            "source": f"{year}年度学员带教评价汇总",
            "recorded_at": deed.now,
        }
        if not await store.add_result(deed.session, values):
            return False
        await deed.note("evidence_recorded", evidence_id, detail={"kind": "yearly_result", "outcome": result})
        body = events_pb2.EvidenceRecorded(person_id=teacher, evidence_id=evidence_id, kind="yearly_result")
        deed.fact("evidence.recorded", body, evidence_id, 1)
        return True

    async def _mine(self, session: AsyncSession, caller: Caller, new: NewRating) -> Month:
        for each in await store.months_of(session, caller.person_id, new.month):
            if (each.month, each.department_code, each.teacher_id) == (new.month, new.department_code, new.teacher_id):
                return each
        raise DomainError(Kind.NOT_FOUND, "MONTH_NOT_FOUND", "该月没有由该教师带教的记录。", rule="RATE-01")

    async def _months(self, session: AsyncSession, places: Places, caller: Caller, now: datetime) -> list[RatedMonth]:
        today = now.astimezone(DAY_ZONE).date()
        found = [
            each
            for each in await store.months_of(session, caller.person_id, today)
            if rules.opens(each.month, DAY_ZONE) <= now
        ]
        rated = await store.rated_at(session, [each.trainee_id for each in found])
        names = await store.names(session, [each.teacher_id for each in found])
        days = {
            code: (await policy_of(session, places, code)).rating_days for code in {each.base_code for each in found}
        }
        return [
            RatedMonth(
                each,
                names.get(each.teacher_id, ""),
                rated.get((each.trainee_id, each.department_code, each.month, each.teacher_id)),
                rules.closes(each.month, days[each.base_code], DAY_ZONE),
            )
            for each in found
        ]

    async def _check_reach(self, session: AsyncSession, places: Places, caller: Caller, person_id: str) -> None:
        """RATE-09 (C7.14): a base reaches its people, a department who teaches there, a teacher nobody else."""
        match caller.role:
            case "teaching_department":
                await check_reach(session, places, caller, person_id)
            case "department_director" | "department_secretary" if await store.teaches_in(
                session, person_id, caller.organisation
            ):
                return
            case _:
                raise no_such_person()

    async def _scope(self, session: AsyncSession, places: Places, caller: Caller, who: str) -> Scope:
        """RATE-06: which ratings a reader counts; what a month is told of hangs on its base, not on who reads."""
        bases = await store.bases_of(session, who)
        department = ""
        if who != caller.person_id and caller.role == "teaching_department":
            ours = places.hospitals(places.own_base(caller))
            bases = [each for each in bases if each in ours]
        elif who != caller.person_id:
            department = caller.organisation
        today = (await self._core.deeds.now(session)).astimezone(DAY_ZONE).date()
        days = {each: (await policy_of(session, places, each)).rating_days for each in bases}
        return Scope(who, {each: rules.first_open_month(today, days[each]) for each in bases}, department)


def _if_shown(tally: Tally | None, least: int) -> Tally | None:
    return tally if tally is not None and rules.shown(tally, least) else None
