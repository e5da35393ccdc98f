"""What a base or a province configures for its faculty: read, and set in editions (APPT-01, APPT-17)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.directory import Places
from services.faculty.domain.policy import FacultyPolicy, check
from services.faculty.store import appointments
from services.faculty.store.policies import add_edition, newest_edition, policy_of
from services.kit.domain import Caller, DomainError, Kind


class Policies:
    """Policies of bases and provinces."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def get(self, caller: Caller, base_code: str) -> FacultyPolicy:
        """APPT-01: what holds for a base (the caller's when empty), or for a province that asks about itself.

        Teachers read that of the bases which appointed them. Raises NOT_FOUND ORGANISATION_NOT_FOUND.
        """
        places = await self._core.directory.know(base_code, caller.organisation)
        async with self._core.database.unit_of_work() as uow:
            if caller.role == "faculty":
                bases = [each.base_code for each in await appointments.all_of(uow.session, caller.person_id)]
                code = base_code or (bases[0] if bases else "")
                reached = code in bases or not code
            else:
                code = base_code or _own(places, caller)
                reached = _reaches(places, caller, code)
            if not reached:
                raise _absent()
            return await policy_of(uow.session, places, code)

    async def set(
        self, caller: Caller, organisation_code: str, content: Mapping[str, Any], edition: int, reason: str, key: str
    ) -> FacultyPolicy:
        """APPT-17: configure one's own organisation anew; `edition` is the one of its own that was looked at.

        Raises:
            DomainError: NOT_FOUND ORGANISATION_NOT_FOUND for another's; CONFLICT VERSION_MOVED; INVALID NO_SUCH_DAY,
                REVIEW_TOO_LONG, PROVINCE_ONLY, REASON_NUMBERS.
        """
        places = await self._core.directory.know(caller.organisation)
        own = _own(places, caller)
        if not own or organisation_code not in ("", own):
            raise _absent()
        policy = check(content, province=caller.role == "province_administrator")
        body = json.dumps([own, policy.content(), edition, reason], sort_keys=True).encode()

        async def work(deed: Deed) -> str:
            following = await newest_edition(deed.session, own) + 1
            written = following == edition + 1 and await add_edition(
                deed.session, own, following, policy.content(), reason=reason, by=caller.actor, at=deed.now
            )
            if not written:
                raise DomainError(Kind.CONFLICT, "VERSION_MOVED", "规则刚刚有变动，请刷新后再保存。", rule="APPT-17")
            await deed.note("faculty_policy_set", own, reason=reason, detail={"edition": following})
            fact = events_pb2.FacultyPolicySet(organisation_code=own, edition=following)
            deed.fact("policy.set", fact, own, following)
            return str(following)

        await self._core.deeds.run(caller, key, body, work)
        async with self._core.database.unit_of_work() as uow:
            return await policy_of(uow.session, places, own)


def _own(places: Places, caller: Caller) -> str:
    """The base in which a caller works, or their province."""
    found = places.find(caller.organisation)
    return caller.organisation if found is not None and found.kind == "province" else places.own_base(caller)


def _reaches(places: Places, caller: Caller, code: str) -> bool:
    return bool(code) and (code == _own(places, caller) or places.reaches(caller, code))


def _absent() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "ORGANISATION_NOT_FOUND", "没有这个机构。")
