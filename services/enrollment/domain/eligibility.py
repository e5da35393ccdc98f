"""Who may choose what: a province's own rules, as data of its policy (ELG-02, ELG-03).

A row such as `{"id": "SD-1", "base": ["SD-QILU"], "specialty": ["0700"], "when": {"education.highest": "bachelor",
"certificates.qualification_category": ["clinical"], "basic.birth_date": {"min": "1988-09-01"}}, "message": "…"}` says:
whoever chooses one of these bases and specialties (left out: any) must have one of these values in each field. A range
has `min`, `max` or both, of numbers or dates. Yes and no are written as `true` and `false`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.enrollment.domain.choice import SECTION, Catalogue, Choice, Finding
from services.enrollment.domain.dossier import LEVELS, Bodies, Field, FieldType, Problem, finishing, highest
from services.enrollment.domain.fields import DEFINITIONS, Section
from services.kit.domain import DomainError, Kind

MOST_ROWS = 200
_ID = re.compile(r"[A-Z][A-Z0-9-]{0,31}")
_KEYS = frozenset({"id", "base", "specialty", "when", "message"})
_RANGE = frozenset({"min", "max"})
_DERIVED: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    "education.highest": highest,
    "education.finishing": finishing,
    "education.graduation_year": lambda body: _year(body.get(f"{finishing(body)}_graduation_date")),
}
"""What is derived from the section of education: the highest level, the one finished last, the year of that."""
_FIELDS: Mapping[str, Field] = {
    f"{definition.section}.{field.key}": field
    for definition in DEFINITIONS
    for field in definition.fields
    if field.type in (FieldType.OPTION, FieldType.YES_NO, FieldType.DATE, FieldType.NUMBER)
}
_ORDERED = (FieldType.DATE, FieldType.NUMBER)


def reasons(
    rules: Sequence[Mapping[str, Any]], choice: Choice, dossier: Bodies, *, so_far: bool = False
) -> list[Finding]:
    """ELG-02: a choice meets every rule of the province that is about its base and specialty; what speaks against it.

    With `so_far`, a field that is not filled in yet speaks against nothing.
    """
    found: list[Finding] = []
    for rule in rules:
        if not _is_about(rule, choice):
            continue
        unmet = [path for path, wanted in rule["when"].items() if not _meets(_value(dossier, path), wanted, so_far)]
        if unmet:
            problem = Problem(SECTION, "specialty_code", "ELG-02", f"{rule['message']}（{rule['id']}）")
            found.append(("NOT_ELIGIBLE", problem))
    return found


def check_rules(rules: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> None:
    """ELG-03: rules name each row once, known bases, specialties, fields and values, and a sentence for whom they bar.

    Raises INVALID `ELIGIBILITY_INVALID`; `details` names each row that is wrong.
    """
    wrong = {f"eligibility.{place}": f"ELG-03 {fault}" for place, fault in _faults(rules, catalogue)}
    if wrong:
        place, fault = next(iter(wrong.items()))
        message = f"报考条件有误：{fault.removeprefix('ELG-03 ')}"
        raise DomainError(
            Kind.INVALID, "ELIGIBILITY_INVALID", message, field=f"policy.{place}", rule="ELG-03", details=wrong
        )


def _faults(rules: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> list[tuple[str, str]]:
    if len(rules) > MOST_ROWS:
        return [("", f"最多 {MOST_ROWS} 条规则。")]
    seen: set[object] = set()
    faults = []
    for number, rule in enumerate(rules, 1):
        fault = "编号重复。" if rule.get("id") in seen else _fault(rule, catalogue)
        seen.add(str(rule.get("id")))
        if fault:
            faults.append((str(number), f"第 {number} 条{fault}"))
    return faults


def _fault(rule: Mapping[str, Any], catalogue: Catalogue) -> str:
    unknown = sorted(set(rule) - _KEYS)
    if unknown:
        return f"有未知项 {str(unknown[0])[:40]}。"
    if not isinstance(rule.get("id"), str) or not _ID.fullmatch(rule["id"]):
        return "编号须为大写字母、数字和连字符。"
    message = rule.get("message")
    if not isinstance(message, str) or not 1 <= len(message) <= 200:
        return "须有不超过 200 字的说明。"
    for key, known in (("base", catalogue.bases), ("specialty", catalogue.specialties)):
        codes = rule.get(key, [])
        if not isinstance(codes, list | tuple) or any(not isinstance(code, str) or code not in known for code in codes):
            return "中有未知的基地或专业。"
    when = rule.get("when")
    if not isinstance(when, Mapping) or not when:
        return "须有条件。"
    return next((fault for path, wanted in when.items() if (fault := _bad_condition(path, wanted))), "")


def _bad_condition(path: str, wanted: Any) -> str:
    if path not in _FIELDS and path not in _DERIVED:
        return f"中的 {str(path)[:60]} 不是可用的字段。"
    ordered = path == "education.graduation_year" or (path in _FIELDS and _FIELDS[path].type in _ORDERED)
    if isinstance(wanted, Mapping):
        kinds = {type(bound) for bound in wanted.values()}
        good = bool(wanted) and set(wanted) <= _RANGE and len(kinds) == 1
        good = good and kinds <= ({str} if _is_date(path) else {int, float})
        return "" if good and ordered else f"中 {path} 的范围有误。"
    values = wanted if isinstance(wanted, list | tuple) else [wanted]
    known = _known_values(path)
    if not values or (known is not None and any(value not in known for value in values)):
        return f"中 {path} 的取值有误。"
    return ""


def _known_values(path: str) -> Sequence[object] | None:
    """The values that the field can have; None for any."""
    if path in _DERIVED:
        return None if path == "education.graduation_year" else LEVELS
    field = _FIELDS[path]
    if field.type is FieldType.YES_NO:
        return (True, False)
    return [option.code for option in field.options] if field.type is FieldType.OPTION else None


def _is_date(path: str) -> bool:
    return path in _FIELDS and _FIELDS[path].type is FieldType.DATE


def _is_about(rule: Mapping[str, Any], choice: Choice) -> bool:
    bases, specialties = rule.get("base") or (choice.base_code,), rule.get("specialty") or (choice.specialty_code,)
    return choice.base_code in bases and choice.specialty_code in specialties


def _value(dossier: Bodies, path: str) -> object:
    section, _, key = path.partition(".")
    body = dossier.get(Section(section), {})
    return _DERIVED[path](body) if path in _DERIVED else body.get(key)


def _meets(value: object, wanted: Any, so_far: bool) -> bool:
    if value is None or value == "":
        return so_far
    if isinstance(wanted, Mapping):
        return not (("min" in wanted and _below(value, wanted["min"])) or _below(wanted.get("max", value), value))
    return value in wanted if isinstance(wanted, list | tuple) else value == wanted


def _below(one: Any, other: Any) -> bool:
    """Dates are compared as they are written, numbers by value."""
    return bool(one < other)


def _year(day: object) -> int | None:
    return int(day[:4]) if isinstance(day, str) and day[:4].isdigit() else None
