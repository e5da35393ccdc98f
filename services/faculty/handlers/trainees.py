"""Trainees: they arrive and leave by enrollment's facts, staff set what enrollment does not know."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import MACHINE, Deed
from services.faculty.directory import Places
from services.faculty.domain.rotations import Stretch, before
from services.faculty.domain.trainees import Heard, State, Trainee, check_days, check_training, default_days
from services.faculty.handlers.arrivals import heard_in
from services.faculty.handlers.orphaning import drop_unplanned
from services.faculty.store import plans as plan_store
from services.faculty.store import trainees as store
from services.faculty.store.plans import PlanRecord
from services.faculty.store.trainees import Wanted
from services.kit.database import UnitOfWork
from services.kit.delivery import Delivery
from services.kit.domain import Caller, DomainError, Kind

NAMED_AT_ONCE = 50
"""Names asked for in one round of the chore."""
USUAL_PAGE = 50
DEPARTMENT_ROLES = frozenset({"department_director", "department_secretary"})
"""Hats that hold in one department."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which trainees somebody asks for; empty says all."""

    cohort: int = 0
    specialty_code: str = ""
    kind: str = ""
    name: str = ""
    base_code: str = ""
    limit: int = 0
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of them, how many there are in all, and where to go on."""

    trainees: list[Trainee]
    total: int
    next_token: str


@dataclass(frozen=True, slots=True)
class SetTrainee:
    """What staff set of a trainee."""

    trainee_id: str
    version: int
    kind: str
    from_day: date
    until_day: date
    key: str
    body: bytes


class Trainees:
    """Use cases about trainees."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def page(self, caller: Caller, asked: Asked) -> Page:
        """ROT-05: the trainees in the caller's reach; hats of a department see who rotates there.

        Raises NOT_FOUND BASE_NOT_FOUND for a base out of reach; INVALID BAD_PAGE.
        """
        places = await self._core.directory.know(caller.organisation, asked.base_code)
        wanted = Wanted(
            bases_of(places, caller, asked.base_code),
            caller.organisation if caller.role in DEPARTMENT_ROLES else "",
            *(asked.cohort, asked.specialty_code, asked.kind, asked.name),
        )
        size = asked.limit or USUAL_PAGE
        async with self._core.database.unit_of_work() as uow:
            found, total = await store.page(uow.session, wanted, _place(asked.page_token), size)
        more = found[size - 1] if len(found) > size else None
        return Page(found[:size], total, _token(more) if more else "")

    async def set_trainee(self, caller: Caller, order: SetTrainee) -> Trainee:
        """ROT-06: set kind and days of training.

        Raises NOT_FOUND TRAINEE_NOT_FOUND; CONFLICT VERSION_MOVED, TRAINEE_LEFT, PLAN_OUTSIDE; INVALID DAYS_REVERSED;
        FORBIDDEN OWN_CASE.
        """
        places = await self._core.directory.know(caller.organisation)

        async def work(deed: Deed) -> str:
            one = await own(deed, places, order.trainee_id)
            if one.version != order.version:
                raise version_moved()
            check_training(one)
            present = await plan_store.stretches_of(deed.session, [one.trainee_id])
            check_days(order.from_day, order.until_day, present[one.trainee_id])
            await store.change(
                *(deed.session, one.trainee_id),
                kind=order.kind,
                from_day=order.from_day,
                until_day=order.until_day,
            )
            detail = {"kind": order.kind, "from_day": str(order.from_day), "until_day": str(order.until_day)}
            await deed.note("trainee_set", one.trainee_id, detail=detail)
            return one.trainee_id

        trainee_id = await self._core.deeds.run(caller, order.key, order.body, work)
        async with self._core.database.unit_of_work() as uow:
            found = await store.find(uow.session, trainee_id)
        if found is None:
            raise not_found()
        return found

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """ROT-01, ROT-02: what enrollment tells of an application, within `uow`; other facts mean nothing here.

        Raises DecodeError for a body that cannot be read.
        """
        heard = heard_in(delivery)
        if heard is None:
            return
        deed = Deed(uow, MACHINE, await self._core.deeds.now(uow.session))
        known, lost, put_off = await store.heard_before(deed.session, heard.application_id)
        one = await store.by_application(deed.session, heard.application_id)
        if one is not None:
            if heard.version > one.application_version:
                await (self._placed(deed, one, heard) if heard.placed else self._leave(deed, one, heard))
        elif not heard.admits:
            if heard.version > known:
                await store.remember_heard(deed.session, heard)
        elif not (lost and known > heard.version):
            first = default_days(heard.decided_on or deed.today, put_off)
            one = await store.add(deed.session, heard, max(known, heard.version), first, deed.now)
            await _told(deed, one, "trainee_arrived")

    async def name_some(self) -> int:
        """ROT-04: ask identity, outside of any transaction, for names that were never asked for; how many were told.

        Raises UNAVAILABLE when identity is away; whoever identity does not know stays without a name.
        """
        async with self._core.database.unit_of_work() as uow:
            waiting = await store.unnamed(uow.session, NAMED_AT_ONCE)
        names = [(trainee_id, await self._name(person_id)) for trainee_id, person_id in waiting]
        if names:
            async with self._core.database.unit_of_work() as uow:
                await store.set_names(uow.session, names, await self._core.deeds.now(uow.session))
        return len(names)

    async def _name(self, person_id: str) -> str:
        try:
            return (await self._core.people.person(person_id)).name
        except DomainError as error:
            if error.kind is Kind.NOT_FOUND:
                return ""
            raise

    async def _placed(self, deed: Deed, one: Trainee, heard: Heard) -> None:
        """Admitted again, perhaps elsewhere, or put off to a later year: what begins anew has no plan yet."""
        values: dict[str, object] = {"application_version": heard.version, "state": State.IN_TRAINING.value}
        if heard.admits:
            values |= {
                "base_code": heard.base_code,
                "specialty_code": heard.specialty_code,
                "specialty_name": heard.specialty_name,
                "cohort": heard.cohort,
            }
        if heard.until_year or one.state is State.LEFT:
            first, last = default_days(heard.decided_on or deed.today, heard.until_year)
            values |= {"from_day": first, "until_day": last}
        if heard.until_year or heard.base_code != one.base_code:
            await unplan(deed, one, "延期入培或更换基地")
        after = await store.change(deed.session, one.trainee_id, **values)
        await _told(deed, after, "trainee_arrived")

    async def _leave(self, deed: Deed, one: Trainee, heard: Heard) -> None:
        """ROT-02: the place is lost: nothing stays planned from tomorrow on."""
        values = {"application_version": heard.version, "state": State.LEFT.value}
        after = await store.change(deed.session, one.trainee_id, **values)
        if one.state is not State.LEFT:
            await unplan(deed, one, "不再在培")
            await _told(deed, after, "trainee_left")


async def unplan(deed: Deed, one: Trainee, reason: str) -> None:
    """ROT-02: end a plan today; what was and today itself stay."""
    present = (await plan_store.stretches_of(deed.session, [one.trainee_id]))[one.trainee_id]
    kept = before(present, deed.today + timedelta(days=1))
    if kept != present:
        await write_plan(deed, one, kept, "edited", reason)


async def write_plan(deed: Deed, one: Trainee, stretches: Iterable[Stretch], origin: str, reason: str) -> None:
    """ROT-15: another version of a trainee's plan; months of teachers that are planned no more go with it.

    The trainee is locked by the caller.
    """
    version = one.plan_version + 1
    plan = PlanRecord(
        *(one.trainee_id, version, tuple(stretches), origin, reason, deed.caller.actor),
        made_at=deed.now,
    )
    await plan_store.write(deed.session, plan)
    await drop_unplanned(deed, one.trainee_id)
    body = events_pb2.RotationPlanChanged(
        trainee_id=one.trainee_id, person_id=one.person_id, base_code=one.base_code, plan_version=version
    )
    deed.fact("plan.changed", body, f"{one.trainee_id}/plan", version)


async def own(deed: Deed, places: Places, trainee_id: str) -> Trainee:
    """ROT-05: the trainee, locked, when 教学部 reaches it and is not the trainee itself.

    Raises NOT_FOUND TRAINEE_NOT_FOUND; FORBIDDEN OWN_CASE.
    """
    one = await store.find(deed.session, trainee_id, lock=True)
    if one is None or not places.reaches(deed.caller, one.base_code):
        raise not_found()
    if one.person_id == deed.caller.person_id:
        raise DomainError(Kind.FORBIDDEN, "OWN_CASE", "不能办理本人的事项。", rule="ROT-05")
    return one


def in_reach(places: Places, caller: Caller, one: Trainee, stretches: Iterable[Stretch]) -> bool:
    """ROT-05: whether staff may read a trainee: of their base or province, or rotating in their department."""
    if caller.role in DEPARTMENT_ROLES:
        return any(each.department_code == caller.organisation for each in stretches)
    return places.reaches(caller, one.base_code)


def bases_of(places: Places, caller: Caller, base_code: str = "") -> list[str]:
    """ROT-05: the bases of a caller, or the one they name. Raises NOT_FOUND BASE_NOT_FOUND for one out of reach.

    A department's hats have all hospitals of their base: who rotates in the department may come from any of them.
    """
    found = places.find(caller.organisation)
    if found is None:
        bases: list[str] = []
    elif found.kind == "province":
        bases = places.bases(found.code)
    else:
        base = places.base_of(found.code)
        if found.kind == "department":
            base = places.deciding_base(base)
        bases = places.hospitals(base) if base else []
    if not base_code:
        return bases
    if base_code not in bases:
        raise DomainError(Kind.NOT_FOUND, "BASE_NOT_FOUND", "没有这个基地。", field="base_code", rule="ROT-05")
    return [base_code]


def not_found() -> DomainError:
    """Absent, or out of reach."""
    return DomainError(Kind.NOT_FOUND, "TRAINEE_NOT_FOUND", "没有这名学员。", rule="ROT-05")


def version_moved() -> DomainError:
    """Somebody was faster."""
    return DomainError(Kind.CONFLICT, "VERSION_MOVED", "该学员的信息刚刚有变动，请刷新后再办理。")


async def _told(deed: Deed, one: Trainee, act: str) -> None:
    await deed.note(act, one.trainee_id, detail={"application_version": one.application_version})
    body = events_pb2.TraineeArrived(
        trainee_id=one.trainee_id,
        person_id=one.person_id,
        base_code=one.base_code,
        version=one.version,
        left=one.state is State.LEFT,
    )
    deed.fact("trainee.arrived", body, one.trainee_id, one.version)


def _token(one: Trainee) -> str:
    return base64.urlsafe_b64encode(json.dumps([one.cohort, one.specialty_code, one.trainee_id]).encode()).decode()


def _place(token: str) -> tuple[int, str, str] | None:
    if not token:
        return None
    try:
        cohort, specialty, trainee_id = json.loads(base64.urlsafe_b64decode(token))
        return int(cohort), str(specialty), str(UUID(trainee_id))
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise DomainError(Kind.INVALID, "BAD_PAGE", "页码有误。", field="page_token") from None
