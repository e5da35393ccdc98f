"""ROLE-09 to ROLE-12: provinces and their training bases."""

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


@dataclass(frozen=True, slots=True)
class Organisation:
    """A province (no parent) or a training base (its parent is a province)."""

    code: str
    name: str
    kind: OrganisationKind
    parent_code: str = ""
    main_base_code: str = ""
    """The main base with which a collaborative base trains; empty for others."""


def changes(known: Mapping[str, Organisation], wanted: Iterable[Organisation]) -> list[Organisation]:
    """ROLE-09: which of `wanted` are new or renamed, in order; the same list twice gives nothing the second time.

    Raises:
        DomainError: INVALID ORGANISATION_PARENT when a base's parent is not a province known before it, or a
            province has a parent (ROLE-10); CONFLICT ORGANISATION_MOVED when a code would change kind or parent
            (ROLE-11: roles and applications hang on it).
    """
    seen = dict(known)
    changed: list[Organisation] = []
    for organisation in wanted:
        _check_parent(organisation, seen)
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


def in_order(organisations: Iterable[Organisation]) -> Sequence[Organisation]:
    """ROLE-12: each province by code, followed by its bases by code."""
    return sorted(organisations, key=lambda o: (province_of(o), o.kind is not OrganisationKind.PROVINCE, o.code))


def province_of(organisation: Organisation) -> str:
    """Code of the province an organisation belongs to; its own when it is one."""
    return organisation.parent_code or organisation.code


def _check_parent(organisation: Organisation, seen: Mapping[str, Organisation]) -> None:
    if organisation.kind is OrganisationKind.PROVINCE:
        right = not organisation.parent_code
    else:
        parent = seen.get(organisation.parent_code)
        right = parent is not None and parent.kind is OrganisationKind.PROVINCE
    if not right:
        raise DomainError(
            Kind.INVALID,
            "ORGANISATION_PARENT",
            "基地的上级应是已登记的省，省没有上级。",
            field="organisations",
            rule="ROLE-10",
            details={"code": organisation.code},
        )
