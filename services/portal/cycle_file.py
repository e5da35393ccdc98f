"""A province file as a request to set up a year: calendar, specialties, bases with their plans, policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from services.kit.domain import DomainError, Kind
from services.portal.i18n.language import tr
from services.portal.plain_yaml import load

PHASES = {
    "registration": True,
    "first_choice": True,
    "second_choice": False,
    "reallocation": False,
    "confirmation": True,
}
"""The phases that a year has between preparation and its end, in order, and which of them every year has.

A second choice may come more than once.
"""

_MILESTONE = ("key", "phase", "name", "day", "exam")


def request_from_file(text: str) -> dict[str, Any]:
    """The fields of CreateCycleRequest. Plans name specialties by code or by name.

    Raises INVALID `CYCLE_FILE` naming what is missing or of another shape; whether dates and plans hold together is
    for the service to say.
    """
    try:
        document = load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = tr("文件不是有效的 YAML（第 {line} 行）。", line=mark.line + 1) if mark else tr("文件不是有效的 YAML。")
        raise _wrong(told) from error
    cycle, province = _part(document, "cycle", dict), _part(document, "province", dict)
    calendar = _part(document, "calendar", dict)
    phases, milestones = _part(calendar, "phases", list), calendar.get("milestones") or []
    specialties, bases = _part(document, "specialties", list), _part(document, "bases", list)
    codes = {_text(each, "name"): _text(each, "code") for each in specialties}
    plan = []
    for base in bases:
        for name, planned in (base.get("plan") or {}).items():
            code = codes.get(str(name), str(name))
            plan.append({"base_code": _text(base, "code"), "specialty_code": code, "planned": planned})
    return {
        "province_code": _text(province, "code"),
        "time_zone": str(province.get("timezone", "Asia/Shanghai")),
        "year": cycle.get("year", 0),
        "title": _text(cycle, "title"),
        "phases": [_keys(each, "phase", "name", "first_day", "last_day", "key", "gap_name") for each in phases],
        "milestones": [
            {("phase_key" if name == "phase" else name): value for name, value in _keys(each, *_MILESTONE).items()}
            for each in milestones
        ],
        "bases": [_keys(each, "code", "name", "main_code", "credit_code") for each in bases],
        "specialties": [_keys(each, "code", "name") for each in specialties],
        "plan": plan,
        **({"policy": document["policy"]} if isinstance(document.get("policy"), Mapping) else {}),
    }


def _keys(each: Any, *names: str) -> dict[str, Any]:
    if not isinstance(each, Mapping):
        raise _wrong(tr("阶段、专业和基地的每一项须为“名称: 值”。"))
    return {name: _plain(each[name]) for name in names if each.get(name) is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _part(document: Any, name: str, shape: type) -> Any:
    if not isinstance(document, Mapping) or not isinstance(document.get(name), shape):
        raise _wrong(tr("文件缺少“{part}”，或其格式有误。", part=name))
    return document[name]


def _text(each: Any, name: str) -> str:
    if not isinstance(each, Mapping) or not isinstance(each.get(name), str):
        raise _wrong(tr('“{part}”须为文字；编码请加引号，如 "0100"。', part=name))
    return str(each[name])


def _wrong(message: str) -> DomainError:
    return DomainError(Kind.INVALID, "CYCLE_FILE", message, field="document")
