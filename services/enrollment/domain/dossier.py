"""The rules of the four sections, beside what `fields.py` defines (DOS-01 to DOS-08).

Name and document number come from identity and are never part of a section. What reaches a person or numbers a
certificate (some such numbers contain the document's) is sensitive: it is sealed wherever it is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from services.enrollment.domain import options
from services.enrollment.domain.fields import (
    BY_SECTION,
    DEFINITIONS,
    EDUCATION_SCAN,
    PAPER_KINDS,
    Section,
)
from services.kit.forms import (
    Field,
    FieldType,
    FormRules,
    FormSection,
    Problem,
    applicable,
    check,
    malformed,
    papers_asked_for,
    refuse,
)

__all__ = ["DEFINITIONS", "PAPER_KINDS", "Field", "FieldType", "Problem", "Section", "malformed", "refuse", "validate"]

Value = str | bool | float
"""What a field may hold."""
Bodies = Mapping[Section, Mapping[str, object]]
"""What a dossier says, by section; a section that was never saved may be left out."""

RULES = FormRules(unknown="DOS-02", missing="DOS-03", malformed="DOS-04")
"""DOS-02: no field beside the defined ones. DOS-03: a mandatory field is filled in; one that hangs on another is
asked for, and mandatory, only when that other says so. DOS-04: a value has the form its field asks for."""

LEVELS = tuple(level.code for level in options.LEVELS)
"""The levels of education, highest first: each is the key of the field that opens its group."""


def kept(section: Section, body: Mapping[str, Any]) -> dict[str, Any]:
    """DOS-09: what is saved: neither what is empty nor what does not apply, such as fields of a closed group."""
    return applicable(BY_SECTION[section], body)


def validate(section: Section, body: Mapping[str, object]) -> list[Problem]:
    """Everything wrong with one section at once, in the order of the form; an empty list when it is complete."""
    problems = check(BY_SECTION[section], body, RULES, date.max)
    if section is Section.EDUCATION and all(body.get(level) is False for level in LEVELS):
        problems.append(Problem(section, LEVELS[0], "DOS-07", "请至少填写一项教育经历。", missing=True))
    return problems


def highest(education: Mapping[str, object]) -> str:
    """DOS-07: at least one level of education is there, and the highest of them is derived; empty while none is."""
    return next((level for level in LEVELS if education.get(level) is True), "")


def finishing(education: Mapping[str, object]) -> str:
    """The level that is or was finished last: the highest still studied, or else the highest; empty while none is."""
    studied = (level for level in LEVELS if education.get(level) is True and education.get(f"{level}_studying") is True)
    return next(studied, highest(education))


def required_papers(bodies: Bodies) -> tuple[str, ...]:
    """The kinds of papers that belong to a dossier filled in like this, in the order of the forms.

    The portrait is everybody's; a certificate's scan is asked of those who have the certificate.
    """
    kinds = [
        field.key for definition in DEFINITIONS for field in papers_asked_for(definition, _body(bodies, definition))
    ]
    education = bodies.get(Section.EDUCATION, {})
    if education.get(f"{highest(education)}_has_graduation_certificate") is True:
        kinds.append(EDUCATION_SCAN)
    return tuple(kinds)


def missing_papers(bodies: Bodies, wanted: Collection[str], there: Mapping[str, int]) -> list[Problem]:
    """DOS-08: of the papers that belong to the dossier, those the province wants are uploaded.

    `wanted` is the policy's list of kinds, `there` how many of each kind the application has.
    """
    if not wanted:
        return []
    fields = {field.key: (definition, field) for definition in DEFINITIONS for field in definition.fields}
    problems = []
    for kind in required_papers(bodies):
        if kind in wanted and not there.get(kind):
            definition, field = fields[kind]
            problems.append(Problem(definition.section, kind, "DOS-08", f"请上传{field.label}。", missing=True))
    return problems


def check_consistency(dossier: Bodies, cycle_year: int) -> list[Problem]:
    """What only the sections together can show: DOS-05 and DOS-06."""
    return [*_employer(dossier), *_order_directed(dossier, cycle_year)]


def _body(bodies: Bodies, definition: FormSection) -> Mapping[str, object]:
    return bodies.get(Section(definition.section), {})


def _employer(dossier: Bodies) -> list[Problem]:
    """DOS-05: 本单位 and 外单位 have an employer, 社会化 has none; 专业学位研究生 may have one (B7 19, 20)."""
    kind = dossier.get(Section.BASIC, {}).get("applicant_type")
    employed = dossier.get(Section.WORK, {}).get("has_employer") is True
    if kind in ("own_unit", "other_unit") and not employed:
        return [Problem(Section.WORK, "has_employer", "DOS-05", "该人员类型须有工作单位,请修改人员类型或工作信息。")]
    if kind == "social" and employed:
        return [Problem(Section.BASIC, "applicant_type", "DOS-05", "社会化人员没有工作单位,请修改人员类型或工作信息。")]
    return []


def _order_directed(dossier: Bodies, cycle_year: int) -> list[Problem]:
    """DOS-06: only this year's graduates may be 订单定向: the level they finish ends in the year (B7 21)."""
    if dossier.get(Section.WORK, {}).get("is_order_directed") is not True:
        return []
    education = dossier.get(Section.EDUCATION, {})
    if str(education.get(f"{finishing(education)}_graduation_date", ""))[:4] == str(cycle_year):
        return []
    return [Problem(Section.WORK, "is_order_directed", "DOS-06", "订单定向公费医学生限本年度毕业生。")]
