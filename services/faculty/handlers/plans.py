"""Rotation plans: made from standards, edited, read with their versions and gaps."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.planning import Wanted, Ward, planned
from services.faculty.domain.rotations import DAY, Stretch, before, faults, first_of, last_of, merged, months_of
from services.faculty.domain.standards import Gap, gaps
from services.faculty.domain.trainees import State, Trainee, check_training
from services.faculty.handlers.trainees import in_reach, not_found, own, version_moved, write_plan
from services.faculty.standards import standards
from services.faculty.store import plans as store
from services.faculty.store import trainees
from services.faculty.store.plans import PlanRecord
from services.faculty.store.views import PlacedMonth, with_teachers
from services.kit.domain import Caller, DomainError, Kind

REFUSALS = {
    "TRAINEE_LEFT": "该学员已不在培。",
    "TRAINING_DAYS_UNKNOWN": "请先填写该学员的培训起止日期。",
    "NO_STANDARD": "该专业没有轮转专业规范。",
    "NO_DEPARTMENTS": "基地还没有科室登记该专业的轮转学科。",
    "NOTHING_LEFT": "培训期内没有可安排的时间。",
}
"""Why somebody gets no plan."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan as it would be; `refusal` is a code of REFUSALS when there is none."""

    trainee: Trainee
    stretches: tuple[Stretch, ...] = ()
    gaps: tuple[Gap, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Plans as they would be made, and the fingerprint by which they can be made."""

    plans: list[Planned]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Generate:
    """Whose plans are made from the standards."""

    trainee_ids: tuple[str, ...]
    from_day: date | None
    fingerprint: str = ""
    key: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class EditPlan:
    """A plan as it is to be."""

    trainee_id: str
    plan_version: int
    stretches: tuple[Stretch, ...]
    reason: str = field(repr=False)
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan with whose it is, where it departs from the standard, and its months with teachers."""

    trainee: Trainee
    plan: PlanRecord
    gaps: list[Gap]
    months: list[PlacedMonth]


class Plans:
    """Use cases about plans."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def preview(self, caller: Caller, wanted: Generate) -> Preview:
        """ROT-10: plans from the standards, in the order asked for; changes nothing.

        Raises NOT_FOUND TRAINEE_NOT_FOUND when any is absent or out of reach.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            found = await trainees.find_all(uow.session, wanted.trainee_ids)
            now = await self._core.deeds.now(uow.session)
            deed = Deed(uow, caller, now)
            return await _made(deed.session, places, _reached(places, caller, wanted, found), wanted, deed.today)

    async def generate(self, caller: Caller, wanted: Generate) -> list[Planned]:
        """ROT-14: make exactly what was previewed, or nothing.

        Raises as `preview`; CONFLICT PREVIEW_OUTDATED; FORBIDDEN OWN_CASE.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            await store.one_at_a_time(deed.session, places.own_base(caller))
            for trainee_id in sorted(set(wanted.trainee_ids)):
                await own(deed, places, trainee_id)
            found = await trainees.find_all(deed.session, wanted.trainee_ids)
            ordered = _reached(places, caller, wanted, found)
            made = await _made(deed.session, places, ordered, wanted, deed.today)
            if made.fingerprint != wanted.fingerprint:
                message = "预览之后情况有变，请重新预览。"
                raise DomainError(Kind.CONFLICT, "PREVIEW_OUTDATED", message, field="fingerprint", rule="ROT-14")
            for each in sorted(made.plans, key=lambda plan: plan.trainee.trainee_id):
                if not each.refusal:
                    await write_plan(deed, each.trainee, each.stretches, "generated", "按轮转专业规范生成")
            count = sum(not each.refusal for each in made.plans)
            await deed.note("plans_generated", places.own_base(caller), detail={"plans": count})
            return json.dumps({each.trainee.trainee_id: each.refusal for each in made.plans})

        answer = json.loads(await self._core.deeds.run(caller, wanted.key, wanted.body, work))
        async with self._core.database.unit_of_work() as uow:
            found = await trainees.find_all(uow.session, wanted.trainee_ids)
            present = await store.stretches_of(uow.session, list(found))
            wards = await _wards(uow.session, places, places.own_base(caller))
        return [
            Planned(one, refusal=answer[trainee_id]) if answer[trainee_id] else _shown(one, present[trainee_id], wards)
            for trainee_id, one in ((each, found[each]) for each in dict.fromkeys(wanted.trainee_ids))
        ]

    async def edit(self, caller: Caller, order: EditPlan) -> PlanRecord:
        """ROT-12, ROT-13: replace the future of a plan.

        Raises NOT_FOUND TRAINEE_NOT_FOUND; CONFLICT VERSION_MOVED, TRAINEE_LEFT; FORBIDDEN OWN_CASE; INVALID with the
        first fault, its `field` naming the stretch: `rotations[2]`.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await own(deed, places, order.trainee_id)
            if one.plan_version != order.plan_version:
                raise version_moved()
            check_training(one)
            present = (await store.stretches_of(deed.session, [one.trainee_id]))[one.trainee_id]
            allowed = frozenset(departments_of(places, one.base_code))
            found = faults(order.stretches, present, one.days, allowed, deed.today)
            if found:
                first = found[0]
                where = f"rotations[{first.n}]"
                raise DomainError(Kind.INVALID, first.code, first.message, field=where, rule=first.rule)
            await write_plan(deed, one, merged(order.stretches), "edited", order.reason)
            await deed.note("plan_edited", one.trainee_id, reason=order.reason)
            return f"{one.trainee_id} {one.plan_version + 1}"

        trainee_id, version = (await self._core.deeds.run(caller, order.key, order.body, work)).split()
        async with self._core.database.unit_of_work() as uow:
            found = await store.version(uow.session, trainee_id, int(version))
        if found is None:
            raise not_found()
        return found

    async def get(self, caller: Caller, trainee_id: str, plan_version: int) -> Shown:
        """ROT-19: a plan: one's own, or of a trainee in reach; the months of the present one carry their teachers.

        Raises NOT_FOUND TRAINEE_NOT_FOUND or PLAN_NOT_FOUND.
        """
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            one = await self._readable(uow.session, places, caller, trainee_id)
            plan = await store.version(uow.session, one.trainee_id, plan_version or one.plan_version)
            if plan is None and plan_version:
                raise DomainError(Kind.NOT_FOUND, "PLAN_NOT_FOUND", "没有这个版本的轮转计划。", field="plan_version")
            if plan is None or plan.plan_version == one.plan_version:
                present = (await store.stretches_of(uow.session, [one.trainee_id]))[one.trainee_id]
                base = plan or PlanRecord(one.trainee_id, 0, ())
                plan = PlanRecord(
                    *(one.trainee_id, base.plan_version, tuple(present), base.origin, base.reason),
                    *(base.made_by, base.made_at),
                )
                months = await with_teachers(uow.session, {one.trainee_id: present})
            else:
                months = await with_teachers(uow.session, {one.trainee_id: list(plan.stretches)}, taught=False)
            wards = await _wards(uow.session, places, one.base_code)
        return Shown(one, plan, _gaps(one, plan.stretches, wards), months[one.trainee_id])

    async def versions(self, caller: Caller, trainee_id: str) -> list[PlanRecord]:
        """ROT-15: the versions of a plan, the newest first. Raises NOT_FOUND TRAINEE_NOT_FOUND."""
        places = await self._core.directory.know(caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            one = await self._readable(uow.session, places, caller, trainee_id)
            return await store.versions(uow.session, one.trainee_id)

    async def _readable(self, session: AsyncSession, places: Places, caller: Caller, trainee_id: str) -> Trainee:
        if caller.role == "applicant":
            mine = await trainees.trainee_of_person(session, caller.person_id)
            # Somebody admitted twice may look at either training.
            one = await trainees.find(session, trainee_id) if trainee_id else mine
            if one is None or one.person_id != caller.person_id:
                raise not_found()
            return one
        found = await trainees.find(session, trainee_id) if trainee_id else None
        if found is None:
            raise not_found()
        present = (await store.stretches_of(session, [trainee_id]))[trainee_id]
        if not in_reach(places, caller, found, present):
            raise not_found()
        return found


def departments_of(places: Places, base_code: str) -> list[str]:
    """ROT-13: codes of the departments in which trainees of a base rotate: its own and its collaborative units'."""
    main = places.deciding_base(base_code)
    return [each.code for hospital in places.hospitals(main) for each in places.departments(hospital)] if main else []


async def _wards(session: AsyncSession, places: Places, base_code: str) -> list[Ward]:
    return await store.wards(session, departments_of(places, base_code))


def _reached(places: Places, caller: Caller, wanted: Generate, found: Mapping[str, Trainee]) -> list[Trainee]:
    """ROT-05: those asked for, each once; all of them or NOT_FOUND."""
    ordered = []
    for trainee_id in dict.fromkeys(wanted.trainee_ids):
        one = found.get(trainee_id)
        if one is None or not places.reaches(caller, one.base_code):
            raise not_found()
        ordered.append(one)
    return ordered


async def _made(
    session: AsyncSession, places: Places, ordered: Sequence[Trainee], wanted: Generate, today: date
) -> Preview:
    """Plans of several trainees, each seeing the load of those before; their bases share departments or not."""
    present = await store.stretches_of(session, [one.trainee_id for one in ordered])
    shown: dict[str, Planned] = {}
    for base in sorted({places.deciding_base(one.base_code) for one in ordered}):
        wards = await _wards(session, places, base)
        mine = [one for one in ordered if places.deciding_base(one.base_code) == base]
        asked: dict[str, Wanted] = {}
        for one in mine:
            each = _wanted(one, present[one.trainee_id], wards, wanted, today)
            if isinstance(each, Wanted):
                asked[one.trainee_id] = each
            else:
                shown[one.trainee_id] = Planned(one, refusal=each)
        load = await store.load_of(session, [ward.code for ward in wards], first_of(today), list(asked))
        for month in (month for each in asked.values() for month in months_of(each.kept)):
            key = (month.department_code, month.month)
            load[key] = load.get(key, 0) + 1
        # A second for two hundred trainees: others are served meanwhile.
        plans_made = await asyncio.to_thread(planned, list(asked.values()), wards, load)
        made = dict(zip(asked, plans_made, strict=True))
        shown |= {one.trainee_id: _shown(one, made[one.trainee_id], wards) for one in mine if one.trainee_id in made}
    plans = [shown[one.trainee_id] for one in ordered]
    return Preview(plans, _fingerprint(plans))


def _wanted(
    one: Trainee, present: Sequence[Stretch], wards: Collection[Ward], wanted: Generate, today: date
) -> Wanted | str:
    """ROT-10: what is planned of a trainee, from the day asked for or the first of training on; or a code of REFUSALS.

    What has begun stays until the end of its month.
    """
    standard = standards().standards.get(one.specialty_code)
    if one.state is State.LEFT:
        return "TRAINEE_LEFT"
    if one.from_day is None or one.until_day is None:
        return "TRAINING_DAYS_UNKNOWN"
    if standard is None:
        return "NO_STANDARD"
    if not any(ward.disciplines & standard.required for ward in wards):
        return "NO_DEPARTMENTS"
    start = max(one.from_day, wanted.from_day or one.from_day, today)
    running = next((each for each in present if each.from_day <= today <= each.until_day), None)
    if running is not None:
        # Whoever is in a department stays there until the month ends: a change takes effect with the next.
        start = max(start, min(running.until_day, last_of(today)) + DAY)
    if start > one.until_day:
        return "NOTHING_LEFT"
    return Wanted(one.trainee_id, standard, start, one.until_day, tuple(before(present, start)))


def _shown(one: Trainee, stretches: Sequence[Stretch], wards: Collection[Ward]) -> Planned:
    return Planned(one, tuple(stretches), tuple(_gaps(one, stretches, wards)))


def _gaps(one: Trainee, stretches: Sequence[Stretch], wards: Collection[Ward]) -> list[Gap]:
    standard = standards().standards.get(one.specialty_code)
    return gaps(standard, {ward.code: ward.disciplines for ward in wards}, stretches) if standard else []


def _fingerprint(plans: Sequence[Planned]) -> str:
    """ROT-14: of whom the plans are for, the versions they were made from, and what they would be."""
    content = [
        [
            *(each.trainee.trainee_id, each.trainee.version, each.trainee.plan_version, each.refusal),
            [[str(stay.from_day), str(stay.until_day), stay.department_code] for stay in each.stretches],
        ]
        for each in plans
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
