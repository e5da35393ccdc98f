"""The choice of base and specialty (rules SEAT-02, ELG-01, APP-04, APP-05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.enrollment.domain.dossier import Bodies, Section
from services.enrollment.domain.phases import P4, Phase
from services.kit.domain import DomainError, Kind
from services.kit.forms import Problem, refuse

SECTION = "choice"
"""Where the choice stands among the sections in messages."""
Finding = tuple[str, Problem]
"""A stable reason, and what it is about."""


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
    """ELG-01: whether a base takes new applications for a specialty."""

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
    for reason, problem in plan_problems(choice, catalogue):
        raise refuse([problem], reason, problem.message)


def plan_problems(choice: Choice, catalogue: Catalogue) -> list[Finding]:
    """SEAT-02, ELG-01: why this cannot be applied for: not chosen, not planned, or its programme is not open."""
    chosen = {"base_code": choice.base_code, "specialty_code": choice.specialty_code}
    sentences = {"base_code": "请先选择培训基地。", "specialty_code": "请先选择培训专业。"}
    if not choice.complete:
        return [
            ("CHOICE_INCOMPLETE", Problem(SECTION, key, "SEAT-02", sentences[key], missing=True))
            for key, code in chosen.items()
            if not code
        ]
    place = (choice.base_code, choice.specialty_code)
    if catalogue.plan.get(place, 0) <= 0:
        return [("NOT_PLANNED", Problem(SECTION, "specialty_code", "SEAT-02", "该基地今年不招收所选专业。"))]
    programme = catalogue.programmes.get(place, Programme.OPEN)
    if programme is not Programme.OPEN:
        sentence = _NOT_OPEN[programme]
        return [(f"PROGRAMME_{programme.upper()}", Problem(SECTION, "specialty_code", "ELG-01", sentence))]
    return []


def needs_free_place(phase: Phase, submission_number: int) -> bool:
    """ELG-04: who comes new in P4 may apply at any base, where a place is free (B7 33)."""
    return phase is P4 and submission_number == 0


def free_problems(free: int) -> list[Finding]:
    """ELG-04: told of a place that nobody has left."""
    if free > 0:
        return []
    return [("NO_FREE_PLACE", Problem(SECTION, "specialty_code", "ELG-04", "该基地所选专业已没有空余名额。"))]


_NOT_OPEN = {
    Programme.PAUSED: "该基地暂停接收所选专业的报名。",
    Programme.CLOSED: "该基地已停止接收所选专业的报名。",
}


def check_type(choice: Choice, dossier: Bodies, catalogue: Catalogue) -> None:
    """APP-05: raises INVALID for what `type_problems` finds."""
    for reason, problem in type_problems(choice, dossier, catalogue):
        raise refuse([problem], reason, problem.message)


def type_problems(choice: Choice, dossier: Bodies, catalogue: Catalogue) -> list[Finding]:
    """APP-05: 本单位 means the employer is the base chosen, 外单位 that it is another (B7 19).

    They are compared by their codes, or by their names where the plan names no code of the base.
    """
    kind = dossier.get(Section.BASIC, {}).get("applicant_type")
    same = _is_employer(choice.base_code, dossier.get(Section.WORK, {}), catalogue)
    if kind == "own_unit" and not same:
        message = "本单位培训须报考工作单位所在基地,请修改人员类型或志愿。"
    elif kind == "other_unit" and same:
        message = "报考的基地就是工作单位,请将人员类型改为本单位培训。"
    else:
        return []
    return [("TYPE_BASE_MISMATCH", Problem(Section.BASIC, "applicant_type", "APP-05", message))]


def _is_employer(base_code: str, work: Mapping[str, object], catalogue: Catalogue) -> bool:
    code, known = str(work.get("employer_code") or ""), catalogue.credit_codes.get(base_code, "")
    if code and known:
        return _organisation(code) == _organisation(known)
    return str(work.get("employer_name") or "").strip() == catalogue.bases.get(base_code, "").strip()


def _organisation(code: str) -> str:
    """The nine characters of the organisation, which a unified social credit code contains."""
    return code[8:17] if len(code) == 18 else code
