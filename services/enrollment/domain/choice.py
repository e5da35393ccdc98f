"""The choice of base and specialty (rules SEAT-02, APP-04, APP-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.enrollment.domain.dossier import Section
from services.kit.domain import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """Base, specialty and consent to be moved; codes are empty while undecided."""

    base_code: str = ""
    specialty_code: str = ""
    accepts_reallocation: bool = False

    @property
    def complete(self) -> bool:
        """True when both base and specialty are chosen."""
        return bool(self.base_code and self.specialty_code)


class Programme(StrEnum):
    """Whether a base takes new applications for a specialty."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Bases and specialties with their names, and the places planned."""

    bases: Mapping[str, str]
    specialties: Mapping[str, str]
    plan: Mapping[tuple[str, str], int]
    programmes: Mapping[tuple[str, str], Programme] = field(default_factory=dict)
    """Programmes that are not simply open, by base and specialty."""
    main_bases: Mapping[str, str] = field(default_factory=dict)
    """Main base of each collaborative base."""
    credit_codes: Mapping[str, str] = field(default_factory=dict)
    """Unified social credit code of each base that names one."""


def check_codes(choice: Choice, catalogue: Catalogue) -> None:
    """APP-04: a base and a specialty that are named exist in the cycle. Raises INVALID naming the field."""
    if choice.base_code and choice.base_code not in catalogue.bases:
        raise DomainError(Kind.INVALID, "UNKNOWN_BASE", "没有这个培训基地。", field="choice.base_code", rule="APP-04")
    if choice.specialty_code and choice.specialty_code not in catalogue.specialties:
        raise DomainError(
            Kind.INVALID, "UNKNOWN_SPECIALTY", "没有这个培训专业。", field="choice.specialty_code", rule="APP-04"
        )


def check_planned(choice: Choice, catalogue: Catalogue) -> None:
    """SEAT-02: only a specialty with a plan above zero at that base can be applied for. Raises INVALID."""
    if not choice.complete:
        raise DomainError(
            Kind.INVALID, "CHOICE_INCOMPLETE", "请先选择培训基地和培训专业。", field="choice.base_code", rule="SEAT-02"
        )
    if catalogue.plan.get((choice.base_code, choice.specialty_code), 0) <= 0:
        raise DomainError(
            Kind.INVALID,
            "NOT_PLANNED",
            "该基地今年不招收所选专业。",
            field="choice.specialty_code",
            rule="SEAT-02",
        )


def check_type(choice: Choice, dossier: Mapping[Section, Mapping[str, object]], catalogue: Catalogue) -> None:
    """APP-05: 本单位 means the employer is the base chosen, 外单位 that it is another (B7 19). Raises INVALID.

    The plan names bases by name only, so employer and base are compared by name.
    """
    kind = dossier.get(Section.BASIC, {}).get("applicant_type")
    employer = str(dossier.get(Section.WORK, {}).get("employer_name") or "").strip()
    same = employer == catalogue.bases.get(choice.base_code, "").strip()
    if (kind == "own_unit" and not same) or (kind == "other_unit" and same):
        message = (
            "本单位培训须报考工作单位所在基地,请修改人员类型或志愿。"
            if kind == "own_unit"
            else "报考的基地就是工作单位,请将人员类型改为本单位培训。"
        )
        raise DomainError(Kind.INVALID, "TYPE_BASE_MISMATCH", message, field="basic.applicant_type", rule="APP-05")
