"""Organisations by name, for pages that show departments and hospitals."""

from __future__ import annotations

from dataclasses import dataclass

from residency.identity.v1 import account_pb2, staff_service_pb2
from services.portal.clients import Clients
from services.portal.i18n.language import listed
from services.portal.wire import enum_name


@dataclass(frozen=True, slots=True)
class Organisation:
    """A `province`, `base` or `department`."""

    code: str
    name: str
    kind: str
    parent_code: str
    main_base_code: str


class Organisations:
    """What organisations there are."""

    def __init__(self, found: list[Organisation]) -> None:
        self._all = {each.code: each for each in found}

    def all(self) -> list[Organisation]:
        """Everyone, as identity lists them: a province, then its bases, each followed by its departments."""
        return list(self._all.values())

    def name(self, code: str) -> str:
        """Its name; the code itself when nobody knows it."""
        found = self._all.get(code)
        return found.name if found else code

    def names(self, codes: list[str]) -> str:
        """Names in a row."""
        return listed(self.name(code) for code in codes)

    def base_of(self, code: str) -> str:
        """The base of a department; a base's own code; empty for others."""
        found = self._all.get(code)
        if found is not None and found.kind == "department":
            return found.parent_code
        return found.code if found is not None and found.kind == "base" else ""

    def departments(self, base_code: str) -> list[tuple[str, str]]:
        """Codes and names of the departments of a base, by code."""
        below = (each for each in self._all.values() if each.kind == "department" and each.parent_code == base_code)
        return sorted((each.code, each.name) for each in below)

    def hospitals(self, under: str = "") -> list[tuple[str, str]]:
        """Codes and names of bases: all, those of a province, or a base with its collaborative units."""
        return sorted(
            (each.code, each.name)
            for each in self._all.values()
            if each.kind == "base" and (not under or under in (each.parent_code, each.code, each.main_base_code))
        )


async def load(clients: Clients) -> Organisations:
    """Ask identity."""
    answer = await clients.staff.ListOrganisations(staff_service_pb2.ListOrganisationsRequest())
    kinds = account_pb2.OrganisationKind.DESCRIPTOR.values_by_number
    return Organisations(
        [
            Organisation(each.code, each.name, enum_name(kinds[each.kind]), each.parent_code, each.main_base_code)
            for each in answer.organisations
        ]
    )
