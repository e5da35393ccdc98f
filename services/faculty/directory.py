"""Provinces, bases and departments as identity knows them, and what a hat of faculty reaches in them (C7.11, C7.14)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from residency.identity.v1 import account_pb2
from residency.identity.v1 import staff_service_pb2 as identity
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ending import ended
from services.kit.grpc_client import Channel

RENEWED_SECONDS = 60.0
"""How often organisations are read anew; a code that is not known is asked for at once, every few seconds at most."""
_ASKED_AGAIN_SECONDS = 5.0
_log = structlog.get_logger("faculty.directory")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A province, base or department. `kind` is `province`, `base` or `department`."""

    code: str
    name: str
    kind: str
    parent_code: str = ""
    main_base_code: str = ""


class Places:
    """What organisations there are at one moment; pure."""

    def __init__(self, organisations: Iterable[Organisation] = ()) -> None:
        self._all = {each.code: each for each in organisations}

    def __bool__(self) -> bool:
        return bool(self._all)

    def find(self, code: str) -> Organisation | None:
        """The organisation of this code, if there is one."""
        return self._all.get(code)

    def name(self, code: str) -> str:
        """Its name; the code itself when nobody knows it."""
        found = self._all.get(code)
        return found.name if found else code

    def base_of(self, code: str) -> str:
        """The base that a department or base belongs to; empty when there is none."""
        found = self._all.get(code)
        while found is not None and found.kind == "department":
            found = self._all.get(found.parent_code)
        return found.code if found is not None and found.kind == "base" else ""

    def province_of(self, code: str) -> str:
        """The province above, or the province itself; empty when there is none."""
        found = self._all.get(code)
        while found is not None and found.kind != "province":
            found = self._all.get(found.parent_code)
        return found.code if found is not None else ""

    def deciding_base(self, hospital_code: str) -> str:
        """C7.11: the base whose 教学部 decides about people of a hospital: its main base, or the hospital itself."""
        found = self._all.get(hospital_code)
        if found is None or found.kind != "base":
            return ""
        return found.main_base_code or found.code

    def departments(self, base_code: str) -> list[Organisation]:
        """The departments of one base, by code."""
        below = (each for each in self._all.values() if each.kind == "department" and each.parent_code == base_code)
        return sorted(below, key=lambda each: each.code)

    def hospitals(self, base_code: str) -> list[str]:
        """The base and its collaborative units, by code."""
        units = (each.code for each in self._all.values() if each.main_base_code == base_code)
        return [base_code, *sorted(units)]

    def bases(self, province_code: str) -> list[str]:
        """The bases of a province, by code."""
        return sorted(
            each.code for each in self._all.values() if each.kind == "base" and each.parent_code == province_code
        )

    def own_base(self, caller: Caller) -> str:
        """The base in which the caller works; empty for provinces, machines and people without an organisation."""
        return self.base_of(caller.organisation)

    def reaches(self, caller: Caller, base_code: str, department_code: str = "") -> bool:
        """Whether a staff hat reaches what belongs to a base, and to one of its departments.

        A province reaches its bases, 教学部 its base and collaborative units, hats of a department their department:
        what names no department is out of their reach.
        """
        own = self._all.get(caller.organisation)
        if own is None or not base_code:
            return False
        if own.kind == "province":
            return self.province_of(base_code) == own.code
        if own.kind == "base":
            return base_code == own.code or self.deciding_base(base_code) == own.code
        return department_code == own.code

    def require(self, code: str, kind: str, field: str) -> Organisation:
        """The organisation of this code and kind. Raises INVALID UNKNOWN_ORGANISATION naming the field."""
        found = self._all.get(code)
        if found is None or found.kind != kind:
            raise DomainError(Kind.INVALID, "UNKNOWN_ORGANISATION", "没有这个机构。", field=field)
        return found


class Directory:
    """A part that keeps `places` fresh; identity is asked outside of any transaction."""

    name = "directory"

    def __init__(self, channel: Channel) -> None:
        self._stub = channel.stub(StaffServiceStub)
        self.places = Places()
        self._task: asyncio.Task[None] | None = None
        self._asked_at = float("-inf")

    async def start(self) -> None:
        """Begin to read; identity may come later."""
        self._task = asyncio.create_task(self._go_on(), name=self.name)

    async def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            await ended(self._task)
            self._task = None

    def not_ready(self) -> str:
        """Always ready: without organisations everything is out of reach, and says so."""
        return ""

    async def know(self, *codes: str) -> Places:
        """`places`, read anew first when one of the codes is not known. Raises UNAVAILABLE when identity is away."""
        missing = any(code and self.places.find(code) is None for code in codes)
        now = asyncio.get_running_loop().time()
        if missing and now - self._asked_at > _ASKED_AGAIN_SECONDS:
            self._asked_at = now
            await self.read()
        return self.places

    async def read(self) -> None:
        """Read every organisation now. Raises UNAVAILABLE."""
        answer = await self._stub.ListOrganisations(identity.ListOrganisationsRequest())
        self.places = Places(_organisation(each) for each in answer.organisations)

    async def _go_on(self) -> None:
        while True:
            try:
                await self.read()
            except DomainError as error:
                _log.warning("organisations not read", reason=error.reason)
            await asyncio.sleep(RENEWED_SECONDS if self.places else 1.0)


def _organisation(message: account_pb2.Organisation) -> Organisation:
    kind = account_pb2.OrganisationKind.Name(message.kind).removeprefix("ORGANISATION_KIND_").lower()
    return Organisation(message.code, message.name, kind, message.parent_code, message.main_base_code)
