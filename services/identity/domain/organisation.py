"""ROLE-09 to ROLE-12 and ROLE-19: provinces, their training bases, and the departments of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.kit.domain import DomainError, Kind


class OrganisationKind(StrEnum):
    """What kind of organisation."""

    PROVINCE = "province"
    """省."""
    BASE = "base"
    """培训基地."""
    DEPARTMENT = "department"
    """科室."""


PARENTS = {
    OrganisationKind.PROVINCE: None,
    OrganisationKind.BASE: OrganisationKind.PROVINCE,
    OrganisationKind.DEPARTMENT: OrganisationKind.BASE,
}
"""ROLE-10: the kind of parent each kind has."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A province (no parent), a training base (its parent is a province) or a department (its parent is a base)."""

    code: str
    name: str
    kind: OrganisationKind
    parent_code: str = ""
    main_base_code: str = ""
    """The main base with which a collaborative base trains; empty for others."""


class Tree:
    """All organisations, to be asked who is above whom."""

    def __init__(self, organisations: Mapping[str, Organisation]) -> None:
        self._all = organisations

    def get(self, code: str) -> Organisation | None:
        """The organisation of this code."""
        return self._all.get(code)

    def province_of(self, organisation: Organisation) -> str:
        """Code of the province an organisation belongs to; its own when it is one."""
        return self._path(organisation)[-1]

    def within(self, code: str, above: str) -> bool:
        """True when `code` is `above` or lies below it; False for codes nobody knows."""
        found = self._all.get(code)
        return found is not None and above in self._path(found)

    def under(self, above: str) -> Sequence[str]:
        """Codes of `above` and everything below it; none when nobody knows it."""
        return [code for code in self._all if self.within(code, above)]

    def in_order(self) -> Sequence[Organisation]:
        """ROLE-12: each province by code, followed by its bases by code, each followed by its departments by code."""
        return sorted(self._all.values(), key=lambda each: list(reversed(self._path(each))))

    def _path(self, organisation: Organisation) -> list[str]:
        """The organisation's own code, then those above it."""
        path = [organisation.code]
        while organisation.parent_code and len(path) < len(PARENTS):
            path.append(organisation.parent_code)
            above = self._all.get(organisation.parent_code)
            if above is None:
                break
            organisation = above
        return path


def changes(known: Mapping[str, Organisation], wanted: Iterable[Organisation]) -> list[Organisation]:
    """ROLE-09: which of `wanted` are new or changed, in order; the same list twice gives nothing the second time.

    Raises:
        DomainError: INVALID ORGANISATION_PARENT when a base's parent is not a province known before it, a
            department's not a base, or a province has one (ROLE-10); INVALID MAIN_BASE when a collaborative base's
            main base is not a main base of the same province known before it (ROLE-19); CONFLICT ORGANISATION_MOVED
            when a code would change kind or parent (ROLE-11: roles and applications hang on it).
    """
    seen = dict(known)
    changed: list[Organisation] = []
    for organisation in wanted:
        _check_parent(organisation, seen)
        _check_main_base(organisation, seen)
        before = seen.get(organisation.code)
        if before and (before.kind, before.parent_code) != (organisation.kind, organisation.parent_code):
            raise DomainError(
                Kind.CONFLICT,
                "ORGANISATION_MOVED",
                "机构的类别和上级不能改变。",
                field="organisations",
                rule="ROLE-11",
                details={"code": organisation.code},
            )
        if before != organisation:
            changed.append(organisation)
            seen[organisation.code] = organisation
    return changed


def _check_parent(organisation: Organisation, seen: Mapping[str, Organisation]) -> None:
    wanted = PARENTS[organisation.kind]
    parent = seen.get(organisation.parent_code)
    right = not organisation.parent_code if wanted is None else parent is not None and parent.kind is wanted
    if not right:
        raise DomainError(
            Kind.INVALID,
            "ORGANISATION_PARENT",
            "基地的上级应是已登记的省，科室的上级应是已登记的基地，省没有上级。",
            field="organisations",
            rule="ROLE-10",
            details={"code": organisation.code},
        )


def _check_main_base(organisation: Organisation, seen: Mapping[str, Organisation]) -> None:
    """ROLE-19: a collaborative base trains with a main base of its province, never with another collaborative one."""
    if not organisation.main_base_code:
        return
    main = seen.get(organisation.main_base_code)
    leads = any(each.main_base_code == organisation.code for each in seen.values())
    right = (
        organisation.kind is OrganisationKind.BASE
        and main is not None
        and main.code != organisation.code
        and (main.kind, main.parent_code) == (OrganisationKind.BASE, organisation.parent_code)
        and not main.main_base_code
    )
    if not right or leads:
        raise DomainError(
            Kind.INVALID,
            "MAIN_BASE",
            "协同单位所属的主基地应是同省已登记的主基地，主基地和科室不能再挂靠。",
            field="organisations",
            rule="ROLE-19",
            details={"code": organisation.code},
        )
